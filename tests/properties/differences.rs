//! What holds of the difference of any two policies, and of visitors whose policies change by it.

use std::{collections::BTreeSet, fs};

use consentry::{
    Decision, Policy, Region, SealState, Service, Signals, Status, Stored, Timestamp,
    policy::{ChangeKind, Difference, difference::Reason},
};
use fastrand::Rng;
use serde_json::{Value as Json, json};

fn read(json: &Json) -> Option<Policy> {
    Policy::unpublished_from_json(&json.to_string()).ok()
}

fn base() -> Json {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/difference.json");
    let file: Json = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    file["base"].clone()
}

/// Every place in a document.
fn paths(json: &Json, path: &str, all: &mut Vec<String>) {
    let inner: Vec<(String, &Json)> = match json {
        Json::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), value)).collect(),
        Json::Array(items) => items.iter().enumerate().map(|(place, value)| (place.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in inner {
        let path = format!("{path}/{name}");
        paths(value, &path, all);
        all.push(path);
    }
}

/// What else could stand in the place of a value.
fn others(value: &Json) -> Vec<Json> {
    let Json::String(text) = value else { return Vec::new() };
    let words =
        ["share", "sale", "consent", "legitimate-interest", "own", "category", "opt-in", "opt-out", "ignore", "honour"];
    let words = words.into_iter().chain([
        "ad_storage",
        "security_storage",
        "statistics",
        "marketing",
        "necessary",
        "FR",
        "91d",
    ]);
    words.map(Json::from).chain([json!(format!("{text}x"))]).filter(|other| other != value).collect()
}

/// No field changes without a word: each is given other values and taken away, and the difference says more than that
/// the order is another.
#[test]
fn nothing_changes_without_a_word() {
    let mut rich = base();
    rich["default_locale"] = json!("en");
    rich["category"][2]["basis"] = json!("consent");
    rich["category"][2]["signals"] = json!(["ad_storage"]);
    rich["category"][2]["formerly"] = json!(["promos"]);
    let service = &mut rich["service"][1];
    for (field, value) in [
        ("key", json!("v")),
        ("choice", json!("own")),
        ("basis", json!("consent")),
        ("uses", json!(["share"])),
        ("signals", json!(["ad_storage"])),
        ("formerly", json!(["views"])),
        ("justification", json!("It counts.")),
        ("name", json!({"en": "Visits", "de": "Besuche"})),
    ] {
        service[field] = value;
    }
    rich["regime"][1] = json!({"id": "us-ca", "kind": "opt-out", "regions": ["US-CA", "US-CO"], "grant_max_age": "90d",
        "refusal_quiet": "90d", "gpc": "honour"});
    rich["change"] = json!([
        {"version": 1, "kind": "editorial", "effective": "2026-09-01"},
        {"version": 2, "kind": "ask", "touches": ["marketing"], "summary": "More.", "effective": "2026-10-01"},
    ]);
    let old = read(&rich).unwrap();
    let mut all = Vec::new();
    paths(&rich, "", &mut all);
    let mut seen: BTreeSet<&'static str> = BTreeSet::new();
    let mut count = 0;
    let mut compare = |path: &str, edited: &Json| {
        let Some(new) = read(edited).filter(|new| *new != old) else { return };
        let difference = Difference::between(&old, &new);
        let says = |edit: &&consentry::policy::difference::Edit| edit.reason() != Reason::Order;
        assert!(difference.edits().iter().any(|edit| says(&edit)), "{path}: nothing is said of {edited}");
        seen.extend(difference.edits().iter().map(|edit| edit.reason().word()));
        count += 1;
    };
    for path in &all {
        for other in others(rich.pointer(path).unwrap()) {
            let mut edited = rich.clone();
            *edited.pointer_mut(path).unwrap() = other;
            compare(path, &edited);
        }
        let mut edited = rich.clone();
        let (above, last) = path.rsplit_once('/').unwrap();
        match edited.pointer_mut(above).unwrap() {
            Json::Object(fields) => drop(fields.remove(last)),
            Json::Array(items) => drop(items.remove(last.parse().unwrap())),
            _ => {}
        }
        compare(path, &edited);
    }
    println!("{count} edits of {} places, {} reasons", all.len(), seen.len());
    assert!(count > 200 && seen.len() > 40, "{count} {seen:?}");
}

fn some<'a>(rng: &mut Rng, list: &'a mut Json) -> Option<&'a mut Json> {
    let items = list.as_array_mut()?;
    let place = if items.is_empty() { return None } else { rng.usize(..items.len()) };
    items.get_mut(place)
}

/// Adds an entry to a list or takes one away.
fn vary(rng: &mut Rng, list: &mut Json, entries: &[&str]) {
    if list.is_null() {
        *list = json!([]);
    }
    let items = list.as_array_mut().unwrap();
    let entry = json!(entries[rng.usize(..entries.len())]);
    match items.iter().position(|known| *known == entry) {
        Some(place) => drop(items.remove(place)),
        None => items.push(entry),
    }
}

/// The parts of a policy that are changed without regard to each other.
const SLOTS: usize = 21;

fn fresh(rng: &mut Rng) -> String {
    format!("x{}", rng.u32(..))
}

/// Changes one thing of `json`, of the kind of `slot`, and says of which entry.
fn edit(rng: &mut Rng, json: &mut Json, slot: usize) -> String {
    let categories: Vec<String> =
        json["category"].as_array().unwrap().iter().map(|c| c["id"].as_str().unwrap().into()).collect();
    let category = categories[rng.usize(..categories.len())].clone();
    let new = fresh(rng);
    let days = format!("{}d", rng.u32(1..=400));
    if slot < 14 {
        let Some(service) = some(rng, &mut json["service"]) else { return String::new() };
        let id = service["id"].as_str().unwrap_or_default().to_string();
        match slot {
            0 => vary(rng, &mut service["data"], &["page", "time", "network"]),
            1 => vary(rng, &mut service["recipients"], &["A", "B", "C"]),
            2 => vary(rng, &mut service["processors"], &["A", "B", "C"]),
            3 => vary(rng, &mut service["countries"], &["Canada", "India"]),
            4 => vary(rng, &mut service["hosts"], &["*.a.example", "b.a.example", "*.example", "c.example"]),
            5 => service["retention"] = json!(days),
            6 => drop(service.as_object_mut().unwrap().remove("retention")),
            7 => service["cookies"] = json!([{"name": format!("{id}_{}*", rng.u8(..3)), "max_age": days}]),
            8 => service["category"] = json!(category),
            9 => service["choice"] = json!(["own", "category"][rng.usize(..2)]),
            10 => service["basis"] = json!(["consent", "legitimate-interest"][rng.usize(..2)]),
            11 => vary(rng, &mut service["uses"], &["share", "sale"]),
            12 => vary(rng, &mut service["signals"], &["ad_storage", "ad_user_data", "functionality_storage"]),
            _ => {
                // A rename that says so, with whatever goes along.
                let old = service["id"].clone();
                service["id"] = json!(new);
                let mut formerly = service["formerly"].as_array().cloned().unwrap_or_default();
                formerly.push(old);
                service["formerly"] = json!(formerly);
            }
        }
        return id;
    }
    match slot {
        14 => {
            json["service"]
                .as_array_mut()
                .unwrap()
                .push(json!({"id": new, "category": category, "justification": "It is.",
                "choice": if category == "necessary" { "category" } else { ["own", "category"][rng.usize(..2)] }}));
        }
        15 => {
            let services = json["service"].as_array_mut().unwrap();
            if !services.is_empty() {
                let gone = services.remove(rng.usize(..services.len()));
                let retired = json["retired"].as_array_mut().unwrap();
                retired.extend([gone["id"].clone()]);
                retired.extend(gone["formerly"].as_array().cloned().unwrap_or_default());
            }
        }
        16 => json["category"].as_array_mut().unwrap().push(json!({"id": new})),
        17 => {
            // A category's new id, with its services.
            let Some(renamed) = some(rng, &mut json["category"]).filter(|c| c["id"] != "necessary") else { return new };
            let old = renamed["id"].clone();
            renamed["id"] = json!(new);
            let mut formerly = renamed["formerly"].as_array().cloned().unwrap_or_default();
            formerly.push(old.clone());
            if formerly.len() > 1
                && let Some(key) = renamed.as_object_mut().unwrap().remove("key")
            {
                formerly.push(key);
            }
            renamed["formerly"] = json!(formerly);
            for service in json["service"].as_array_mut().unwrap().iter_mut().filter(|s| s["category"] == old) {
                service["category"] = json!(new);
            }
        }
        18 => {
            // Two services become one, or one becomes two.
            let services = json["service"].as_array_mut().unwrap();
            if services.len() < 2 {
                return new;
            }
            let parts: Vec<Json> =
                if rng.bool() { services.drain(..2).collect() } else { services.drain(..1).collect() };
            let mut formerly: Vec<Json> = Vec::new();
            for part in &parts {
                formerly.push(part["id"].clone());
                formerly.extend(part["formerly"].as_array().cloned().unwrap_or_default());
            }
            let heirs = if parts.len() == 1 { 2 } else { 1 };
            for heir in 0..heirs {
                let mut made = parts[0].clone();
                made["id"] = json!(format!("{new}_{heir}"));
                made["formerly"] = json!(formerly);
                made["cookies"] = json!([]);
                services.push(made);
            }
        }
        19 => {
            let Some(category) = some(rng, &mut json["category"]) else { return new };
            vary(rng, &mut category["signals"], &["ad_storage", "functionality_storage", "analytics_storage"]);
        }
        _ => json["contact"]["email"] = json!(format!("{new}@shop.example")),
    }
    new
}

fn start(rng: &mut Rng) -> Json {
    let mut json = base();
    json["regime"] = json!([{"id": "in", "kind": "opt-in", "regions": ["FR"], "grant_max_age": "365d"}]);
    for service in json["service"].as_array_mut().unwrap() {
        service["justification"] = json!("It is.");
    }
    for _ in 0..rng.usize(..6) {
        json = changed(rng, &json, SLOTS).0;
    }
    json
}

/// The document with one thing changed such that it is still a policy, and what was changed.
fn changed(rng: &mut Rng, json: &Json, slots: usize) -> (Json, usize, String) {
    loop {
        let mut next = json.clone();
        let slot = rng.usize(..slots);
        let id = edit(rng, &mut next, slot);
        if read(&next).is_some() {
            return (next, slot, id);
        }
    }
}

pub fn itself(rng: &mut Rng) {
    let policy = read(&start(rng)).unwrap();
    let difference = Difference::between(&policy, &policy);
    assert!(difference.is_empty(), "{:?}", difference.edits());
    assert_eq!((difference.demands(), difference.touches()), (ChangeKind::Editorial, Vec::new()));
}

/// What two changes of different things demand together is what the one of them that demands more does.
pub fn combined(rng: &mut Rng) {
    let old = start(rng);
    // Changes within services that stay: of what is gone nothing is left to ask about.
    let seeds = [rng.u64(..), rng.u64(..)];
    let apply = |json: &Json, seed: u64| changed(&mut Rng::with_seed(seed), json, 7);
    let [(first, one, here), (second, two, there)] = seeds.map(|seed| apply(&old, seed));
    let retention = |slot| matches!(slot, 5 | 6);
    if here == there && (one == two || (retention(one) && retention(two))) {
        return;
    }
    let (both, ..) = apply(&first, seeds[1]);
    let policy = |json: &Json| read(json).unwrap();
    let kind = |new: &Json| Difference::between(&policy(&old), &policy(new)).demands();
    assert!(kind(&both) >= kind(&first).max(kind(&second)), "{old}\n{both}");
}

/// What is demanded at once is no more than what the steps demanded.
pub fn steps(rng: &mut Rng) {
    let mut path = vec![start(rng)];
    for _ in 0..rng.usize(2..6) {
        path.push(changed(rng, path.last().unwrap(), SLOTS).0);
    }
    let policies: Vec<Policy> = path.iter().map(|json| read(json).unwrap()).collect();
    let whole = Difference::between(&policies[0], policies.last().unwrap());
    let parts = policies.windows(2).map(|pair| Difference::between(&pair[0], &pair[1]).demands()).max().unwrap();
    assert!(whole.demands() <= parts, "{:?}\nfrom {}\nto {}", whole.edits(), path[0], path.last().unwrap());
}

/// The policy as it is published after `old`: with a change of the demanded class that touches what it must.
fn published(old: &Json, new: &Json) -> Json {
    let (before, mut next) = (read(old).unwrap(), new.clone());
    let difference = Difference::between(&before, &read(new).unwrap());
    let mut changes = old["change"].as_array().cloned().unwrap_or_default();
    changes.push(json!({"version": before.version().get() + 1, "kind": difference.demands().word(),
        "touches": difference.touches(), "summary": "It changed."}));
    next["change"] = json!(changes);
    assert!(Difference::between(&before, &read(&next).unwrap()).is_declared());
    next
}

const NOW: u64 = 1_764_000_000_000;

fn decide(policy: &Policy, consent: &str) -> Decision {
    let signals = Signals { gpc: false, region: Region::parse("FR") };
    let stored = Stored::from_text(Some(consent));
    assert!(stored.consent().is_some(), "{consent}");
    policy.decide(stored, SealState::NotRequired, &signals, Timestamp::from_millis(NOW))
}

/// A visitor of the first version, who answered some of it or nothing.
fn answered(rng: &mut Rng, policy: &Policy) -> String {
    let mut text = format!("1.{}.{}.{NOW}.ib", policy.id(), policy.version());
    let categories = policy.categories().iter().skip(1).map(|category| category.id());
    let own = policy.services().iter().filter(|service| service.has_own_choice()).map(|service| service.id());
    for id in categories.chain(own) {
        match rng.u8(..3) {
            0 => text.push_str(&format!("/+{id}")),
            1 => text.push_str(&format!("/-{id}")),
            _ => {}
        }
    }
    text
}

/// Whoever is asked when several changes are published as one is asked when they are published one by one; nothing is
/// granted that the difference to what was granted says must be asked about; and no refusal becomes a grant.
pub fn visitors(rng: &mut Rng) {
    let mut path = vec![start(rng)];
    for _ in 0..rng.usize(1..5) {
        path.push(changed(rng, path.last().unwrap(), SLOTS).0);
    }
    let first = read(&path[0]).unwrap();
    let consent = answered(rng, &first);
    let before = decide(&first, &consent);
    let mut by_steps = path[0].clone();
    let mut asked = false;
    for next in &path[1..] {
        by_steps = published(&by_steps, next);
        asked |= decide(&read(&by_steps).unwrap(), &consent).prompt().is_some();
    }
    let at_once = published(&path[0], path.last().unwrap());
    let at_once = decide(&read(&at_once).unwrap(), &consent);
    if at_once.prompt().is_some() && before.prompt().is_none() {
        assert!(asked, "{consent}\n{}\n{by_steps}", path[0]);
    }
    let last = read(&by_steps).unwrap();
    let after = decide(&last, &consent);
    let difference = Difference::between(&first, &last);
    for service in last.services().iter().filter(|service| after.status(service.id()) == Some(Status::Granted)) {
        let about = |id: &str| id == service.id() || id == service.category();
        let mut edits = difference.edits().iter().filter(|edit| edit.kind() == ChangeKind::Ask && about(edit.id()));
        if let Some(edit) = edits.next() {
            panic!("{} is granted after {edit:?} by {consent}\n{}\n{by_steps}", service.id(), path[0]);
        }
        // It is what it was, or was called otherwise, and does nothing that was not agreed to.
        let came_from: Vec<&Service> = (first.services().iter())
            .filter(|old| old.id() == service.id() || service.former_ids().iter().any(|former| former == old.id()))
            .collect();
        assert!(!came_from.is_empty(), "{} is new: {consent}\n{}\n{by_steps}", service.id(), path[0]);
        for old in came_from {
            let was = before.status(old.id());
            assert_eq!(was, Some(Status::Granted), "{} by {consent}\n{}\n{by_steps}", service.id(), path[0]);
            assert!(covers(old, service), "{} by {consent}\n{}\n{by_steps}", service.id(), path[0]);
        }
    }
}

/// Whether what was agreed to has in it what is done, as far as the steps here change that.
fn covers(old: &Service, new: &Service) -> bool {
    let within = |new: &[String], old: &[String]| new.iter().all(|entry| old.contains(entry));
    let kept = |service: &Service| service.cookies().iter().filter_map(|cookie| cookie.max_age_seconds()).max();
    within(new.data_kinds(), old.data_kinds())
        && within(new.recipients(), old.recipients())
        && within(new.countries(), old.countries())
        && new.uses().iter().all(|usage| old.uses().contains(usage))
        && new.stated_basis() == old.stated_basis()
        && kept(new) <= kept(old)
        && match (old.retention_seconds(), new.retention_seconds()) {
            (Some(old), Some(new)) => new <= old,
            (Some(_), None) => false,
            (None, _) => true,
        }
}
