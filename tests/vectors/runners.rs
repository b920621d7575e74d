//! One function a kind of case.

use std::sync::LazyLock;

use consentry::{
    Act, Answer, Consent, Decision, Method, Policy, Region, SealState, Signals, Stored, Timestamp, Visit, banner,
    consent::{
        Choice, DecodeError,
        seal::{KeyRing, Sealer},
    },
    cookies,
    policy::{Difference, PolicyVersion},
};
use serde_json::{Value as Json, json};

/// What a case leaves out.
const NOW: u64 = 1_764_000_000_000;
const COOKIE: &str = "privacy";

static POLICIES: LazyLock<Json> = LazyLock::new(|| super::read("policies.json"));

fn policy_of(case: &Json) -> Policy {
    let name = text(case, "policy").unwrap_or("shop-1");
    let entry = &POLICIES["policies"][name];
    assert!(entry.is_object(), "no policy is called {name}");
    Policy::from_json(&entry["authoring"].to_string()).unwrap_or_else(|faults| panic!("{name}: {faults}"))
}

fn text<'a>(case: &'a Json, field: &str) -> Option<&'a str> {
    case.get(field).map(|value| value.as_str().unwrap_or_else(|| panic!("{field} is no text")))
}

fn flag(case: &Json, field: &str) -> bool {
    case.get(field).is_some_and(|value| value.as_bool().expect("true or false"))
}

fn now_of(case: &Json) -> Timestamp {
    Timestamp::from_millis(case.get("now").map_or(NOW, |now| now.as_u64().expect("milliseconds")))
}

fn signals_of(case: &Json) -> Signals {
    // A region that is no code is an unknown one, as on every face.
    let region = match case.get("region") {
        None => Region::parse("FR"),
        Some(region) => region.as_str().and_then(Region::parse),
    };
    Signals { gpc: flag(case, "gpc"), region }
}

/// The cookies as a browser sends them: `consent` is the text of the one consent cookie.
fn cookies_of(case: &Json) -> String {
    match (text(case, "cookies"), text(case, "consent")) {
        (Some(cookies), None) => cookies.into(),
        (None, Some(consent)) => format!("{COOKIE}={consent}"),
        (None, None) => String::new(),
        (Some(_), Some(_)) => panic!("cookies or consent, not both"),
    }
}

fn in_page<'a>(policy: &Policy, cookies: &'a str, case: &Json) -> Visit<'a> {
    policy.visit_in_page(cookies, COOKIE, flag(case, "sealed"), &signals_of(case), now_of(case))
}

/// Compares what a case states of a decision, which may be all of it or a part.
fn check_decision(decision: &Decision, want: &Json) {
    let got: Json = serde_json::from_str(&decision.to_json()).expect("a decision is JSON");
    for (field, want) in want.as_object().expect("an object") {
        match field.as_str() {
            "json" => assert_eq!(decision.to_json(), want.as_str().expect("text")),
            "ids" => {
                for (id, want) in want.as_object().expect("ids") {
                    let got = &got["ids"][id];
                    assert!(got.is_object(), "the decision says nothing of {id}");
                    let got = format!("{} {}", got["status"].as_str().unwrap(), got["reason"].as_str().unwrap());
                    assert_eq!(
                        &got,
                        want.as_str().expect("status and reason"),
                        "{id}: left is decided, right is wanted"
                    );
                }
            }
            "explain" => {
                for (id, want) in want.as_object().expect("ids") {
                    let got = decision.explain(id).expect("an explanation").to_string();
                    assert_eq!(got, want.as_str().expect("a sentence"));
                }
            }
            _ => assert_eq!(&got[field], want, "{field}: left is decided, right is wanted"),
        }
    }
}

pub(crate) fn decide(case: &Json) {
    let policy = policy_of(case);
    let cookies = cookies_of(case);
    check_decision(&in_page(&policy, &cookies, case).decision, &case["want"]);
}

fn ids(text: Option<&str>) -> Vec<&str> {
    text.unwrap_or_default().split(' ').filter(|id| !id.is_empty()).collect()
}

/// The text an act makes of a visit: an answer, what a signal makes the site store, or what a page may store alone.
fn new_text(case: &Json, visit: &Visit<'_>) -> Option<String> {
    let act = text(case, "act").expect("an act");
    match act {
        "persist" => return visit.persist(),
        "refresh" => return visit.decision.refresh(visit.stored, visit.seal),
        _ => {}
    }
    let version = case.get("version").map_or(1, |version| version.as_u64().expect("a version"));
    let answer = Answer {
        act: Act::from_word(act).expect("an act"),
        method: Method::from_word(text(case, "method").unwrap_or("banner")).expect("a method"),
        version: PolicyVersion::new(u32::try_from(version).expect("32 bits")).expect("from 1"),
        asked: &ids(text(case, "asked")),
        granted: &ids(text(case, "granted")),
    };
    if flag(case, "in_page") { visit.answer_in_page(&answer) } else { visit.answer(&answer) }
}

pub(crate) fn act(case: &Json) {
    let policy = policy_of(case);
    let cookies = cookies_of(case);
    let visit = in_page(&policy, &cookies, case);
    let got = new_text(case, &visit);
    assert_eq!(got.as_deref(), case["want"].as_str(), "left is written, right is wanted");
    if let Some(then) = case.get("then") {
        let cookies = got.map_or(cookies.clone(), |text| format!("{COOKIE}={text}"));
        let mut later = case.clone();
        for (field, value) in case["later"].as_object().into_iter().flatten() {
            later[field] = value.clone();
        }
        let policy = policy_of(&later);
        check_decision(&in_page(&policy, &cookies, &later).decision, then);
    }
}

pub(crate) fn google(case: &Json) {
    let policy = Policy::from_json(&case["authoring"].to_string()).unwrap_or_else(|faults| panic!("{faults}"));
    let compiled: Json = serde_json::from_str(&policy.compile("en", None)).unwrap();
    assert_eq!(case["signals"], compiled["signals"], "left is wanted, right is compiled");
    let cookies = cookies_of(case);
    let decision = in_page(&policy, &cookies, case).decision;
    let granted = decision.google_signals().filter(|(_, granted)| *granted).map(|(signal, _)| json!(signal.word()));
    assert_eq!(Json::Array(granted.collect()), case["want"]);
}

pub(crate) fn merge(case: &Json) {
    let policy = policy_of(case);
    let other = text(case, "other").unwrap();
    let merged = |stored: Option<&str>, other: &str| {
        let stored = Consent::decode(stored?).unwrap();
        stored.merge(&Consent::decode(other).ok()?, now_of(case))
    };
    let stored = text(case, "consent");
    let got = merged(stored, other);
    assert_eq!(got.as_deref(), case["want"].as_str(), "left is written, right is wanted");
    let after = |text: Option<&str>| text.map_or(String::new(), |text| format!("{COOKIE}={text}"));
    check_decision(&in_page(&policy, &after(got.as_deref().or(stored)), case).decision, &case["then"]);
    if let Some(got) = got {
        // The other page comes to the same, and then neither has anything to tell the other.
        let reverse = merged(Some(other), stored.unwrap()).unwrap_or(other.into());
        check_decision(&in_page(&policy, &after(Some(&reverse)), case).decision, &case["then"]);
        assert_eq!((merged(Some(&got), &reverse), merged(Some(&reverse), &got)), (None, None));
    }
}

pub(crate) fn codec(case: &Json) {
    // What a browser cannot show as text is given as a text to repeat.
    let text = match case.get("times") {
        Some(times) => text(case, "text").unwrap().repeat(times.as_u64().unwrap() as usize),
        None => text(case, "text").expect("a text").into(),
    };
    let consent = match Consent::decode(&text) {
        Ok(consent) => consent,
        Err(error) => {
            let error = match error {
                DecodeError::NewerFormat => "newer-format",
                DecodeError::TooLong => "too-long",
                DecodeError::Malformed => "malformed",
            };
            return assert_eq!(Some(error), case["error"].as_str());
        }
    };
    assert!(case.get("error").is_none(), "it is read as {consent:?}");
    let entries = consent.entries().map(|entry| {
        let choice = if entry.choice == Choice::Granted { "granted" } else { "denied" };
        let (regime, method) = (entry.regime().word(), entry.method().word());
        json!([choice, entry.name, entry.version().get(), entry.at().as_millis(), regime, method])
    });
    let got = json!({
        "policy": consent.policy(),
        "version": consent.version().get(),
        "at": consent.at().as_millis(),
        "method": consent.method().word(),
        "visitor": consent.visitor(),
        "key": consent.seal().map(|seal| seal.key),
        "tail": consent.has_tail(),
        "entries": entries.collect::<Vec<_>>(),
    });
    for (field, want) in case["want"].as_object().expect("the fields") {
        assert_eq!(&got[field], want, "{field}: left is read, right is wanted");
    }
}

pub(crate) fn cookies(case: &Json) {
    let policy = policy_of(case);
    let cookies = cookies_of(case);
    let visit = in_page(&policy, &cookies, case);
    if let Some(want) = case.get("clear") {
        let names = cookies::pairs(&cookies).map(|(name, _)| name);
        let names: Vec<&str> = visit.decision.cookies_to_clear(names).collect();
        assert_eq!(names.join(" "), want.as_str().expect("names"));
    }
    if let Some(want) = case.get("service") {
        for (name, want) in want.as_object().expect("cookie names") {
            let service = policy.service_of_cookie(name).map(|service| service.id());
            assert_eq!(service, want.as_str(), "{name}");
        }
    }
    if let Some(want) = case.get("max_age") {
        let consent = Consent::decode(text(case, "value").expect("a value"));
        let seconds = consent.map_or(0, |consent| consent.seconds_left(&visit.decision));
        assert_eq!(Some(seconds), want.as_u64());
    }
    if let Some(want) = case.get("want") {
        check_decision(&visit.decision, want);
    }
}

/// `"ascii:…"` or `"repeat:<byte> <count>"`.
fn key_bytes(text: &str) -> Vec<u8> {
    match text.strip_prefix("repeat:").and_then(|rest| rest.split_once(' ')) {
        Some((byte, count)) => vec![byte.parse().expect("a byte"); count.parse().expect("a count")],
        None => text.strip_prefix("ascii:").expect("ascii: or repeat:").as_bytes().to_vec(),
    }
}

fn key_ring(case: &Json) -> Result<KeyRing, String> {
    let mut keys = case["keys"].as_array().expect("keys").iter().map(|key| {
        let part = |place: usize| key[place].as_str().expect("an id and a key");
        (part(0).to_string(), key_bytes(part(1)))
    });
    let (id, key) = keys.next().expect("a key");
    let ring = KeyRing::new(id, &key).map_err(|error| error.to_string());
    keys.fold(ring, |ring, (id, key)| ring?.verifies(id, &key).map_err(|error| error.to_string()))
}

pub(crate) fn seal(case: &Json) {
    let ring = match key_ring(case) {
        Ok(ring) => ring,
        Err(error) => return assert_eq!(Some(error.as_str()), text(case, "refused")),
    };
    assert!(case.get("refused").is_none(), "the ring is taken");
    let cookie = text(case, "cookie").unwrap_or("__Host-privacy");
    let sealer = Sealer::new(ring, cookie, text(case, "site").unwrap_or("shop.example"));
    if let Some(plain) = text(case, "seal") {
        assert_eq!(Some(sealer.seal(plain).as_str()), text(case, "sealed_text"));
    }
    let policy = policy_of(case);
    let stored = Stored::from_text(text(case, "consent"));
    let seal = match stored.consent() {
        Some(consent) => sealer.verify(consent),
        None => SealState::Missing,
    };
    if let Some(want) = text(case, "state") {
        assert_eq!(format!("{seal:?}"), want);
    }
    if let Some(want) = case.get("old") {
        assert_eq!(stored.consent().map(|consent| sealer.is_old(consent)), want.as_bool());
    }
    let decision = policy.decide(stored, seal, &signals_of(case), now_of(case));
    if let Some(want) = case.get("want") {
        check_decision(&decision, want);
    }
    if let Some(want) = case.get("text") {
        let got = new_text(case, &Visit { stored, seal, decision });
        assert_eq!(got.as_deref(), want.as_str(), "left is written, right is wanted");
    }
}

pub(crate) fn languages(case: &Json) {
    let tag = text(case, "tag").expect("a tag");
    assert_eq!(banner::language(tag), case["language"].as_str(), "left is found, right is wanted");
}

pub(crate) fn policy(case: &Json) {
    let source = match &case["toml"] {
        Json::Array(lines) => lines.iter().map(|line| line.as_str().expect("a line")).collect::<Vec<_>>().join("\n"),
        _ => String::new(),
    };
    let read = match text(case, "json") {
        Some(json) => Policy::from_json(json),
        None => Policy::from_toml(&source),
    };
    match (read, case.get("faults")) {
        (Err(faults), Some(want)) => {
            let got: Vec<String> = faults.iter().map(ToString::to_string).collect();
            let want: Vec<&str> = want.as_array().unwrap().iter().map(|fault| fault.as_str().unwrap()).collect();
            let fits = |(got, want): (&String, &&str)| match want.strip_suffix('…') {
                Some(start) => got.starts_with(start),
                None => got == want,
            };
            let all = got.len() == want.len() && got.iter().zip(&want).all(fits);
            assert!(all, "reported: {got:#?}\nwanted: {want:#?}");
            if let Some(codes) = case.get("codes") {
                let got: Vec<&str> = faults.iter().map(|fault| fault.code().word()).collect();
                assert_eq!(json!(got), *codes);
            }
        }
        (Err(faults), None) => panic!("{faults}"),
        (Ok(_), Some(_)) => panic!("the policy is taken"),
        (Ok(policy), None) => {
            let got = json!({
                "version": policy.version().get(),
                "draft": policy.is_draft(),
                "material": policy.material(),
                "retired": policy.retired(),
            });
            for (field, want) in case["want"].as_object().expect("the fields") {
                match field.as_str() {
                    "since" => {
                        for (id, want) in want.as_object().expect("ids") {
                            let since = policy.since(id).map(|version| u64::from(version.get()));
                            assert_eq!(since, want.as_u64(), "since of {id}");
                        }
                    }
                    "same_material" => {
                        let other: Vec<&str> = want.as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
                        let other = Policy::from_toml(&other.join("\n")).expect("a policy");
                        assert_eq!(policy.material(), other.material());
                    }
                    "other_material" => {
                        let other: Vec<&str> = want.as_array().unwrap().iter().map(|l| l.as_str().unwrap()).collect();
                        let other = Policy::from_toml(&other.join("\n")).expect("a policy");
                        assert_ne!(policy.material(), other.material());
                    }
                    _ => assert_eq!(&got[field], want, "{field}"),
                }
            }
        }
    }
}

pub(crate) fn signals(case: &Json) {
    if let Some(lines) = case.get("sec_gpc") {
        let lines = lines.as_array().expect("lines").iter().map(|line| line.as_str().expect("text").as_bytes());
        assert_eq!(Some(Signals::gpc_from_lines(lines)), case["on"].as_bool());
    }
    if let Some(code) = case.get("region") {
        let region = code.as_str().and_then(Region::parse);
        let policy = policy_of(case);
        assert_eq!(Some(policy.regime(region).id()), text(case, "regime"));
    }
}

static PAIRS: LazyLock<Json> = LazyLock::new(|| super::read("difference.json"));

/// The base policy with what a case sets in it, at paths whose steps are fields, or ids of entries of a list. `null` takes
/// away.
fn edited(edits: Option<&Json>) -> Policy {
    let mut policy = PAIRS["base"].clone();
    for (path, value) in edits.and_then(Json::as_object).into_iter().flatten() {
        let (above, last) = path.rsplit_once('/').unwrap_or(("", path));
        let above = above.split('/').filter(|step| !step.is_empty()).fold(&mut policy, step);
        match above {
            Json::Array(list) => {
                list.retain(|entry| entry["id"] != *last);
                list.extend(Some(value.clone()).filter(|value| !value.is_null()));
            }
            Json::Object(fields) if value.is_null() => {
                fields.remove(last);
            }
            Json::Object(fields) => {
                fields.insert(last.into(), value.clone());
            }
            _ => panic!("{path}: nothing there"),
        }
    }
    Policy::unpublished_from_json(&policy.to_string()).unwrap_or_else(|faults| panic!("{faults}"))
}

fn step<'a>(within: &'a mut Json, step: &str) -> &'a mut Json {
    match within {
        Json::Array(list) => list.iter_mut().find(|entry| entry["id"] == *step).unwrap_or_else(|| panic!("no {step}")),
        fields => &mut fields[step],
    }
}

/// Each edit as a line: class, reason, part, id.
pub(crate) fn difference(case: &Json) {
    let difference = Difference::between(&edited(case.get("old")), &edited(case.get("new")));
    let edits = difference
        .edits()
        .iter()
        .map(|edit| format!("{} {} {} {}", edit.kind().word(), edit.reason().word(), edit.part().word(), edit.id()));
    assert_eq!(json!(edits.collect::<Vec<_>>()), case["want"]);
    assert_eq!(json!(difference.touches()), case.get("touches").cloned().unwrap_or_else(|| json!([])));
    let highest = case["want"].as_array().expect("a list").iter().filter_map(|line| line.as_str()?.split(' ').next());
    let highest = highest.max_by_key(|word| ["editorial", "notify", "ask"].iter().position(|known| known == word));
    assert_eq!(difference.demands().word(), highest.unwrap_or("editorial"));
}
