//! Cases for the first script of pages that all visitors get alike: what the server leaves in a visitor's cookies, where
//! and when a page finds it, and what `decide` allows then. `pkg/test/bootstrap.test.mjs` reads them, one JSON object a
//! line, and holds the script against them.
//!
//! ```text
//! cargo xtask diff --outcomes --cases 10000 --seed 7
//! ```
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    dead_code,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    reason = "a test program; it shares its generators with the properties"
)]

#[path = "support/consents.rs"]
mod consents;
#[path = "support/evolution.rs"]
mod evolution;
#[path = "support/outcomes.rs"]
mod outcomes;
#[path = "properties/texts.rs"]
mod texts;

use std::io::{BufWriter, Write, stdout};

use consentry::{Consent, Policy, Region, cookies::MAX_HEADER_BYTES};
use fastrand::Rng;
use serde_json::{Value as Json, json};

use crate::{
    evolution::{History, REGIONS},
    outcomes::{COOKIE, Host, Jar, Keys, Place, variations},
    texts::NOW,
};

/// So many visits for each policy, as making one costs more.
const VISITS_A_POLICY: u64 = 20;

fn main() -> std::io::Result<()> {
    let number = |name: &str, default: u64| {
        let mut arguments = std::env::args().skip_while(|argument| argument != name);
        arguments.nth(1).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} takes a number")))
    };
    let (visits, seed) = (number("--visits", 100), number("--seed", 1));
    let mut rng = Rng::with_seed(seed);
    let mut out = BufWriter::new(stdout().lock());
    vectors(&mut rng, &mut out)?;
    random(&mut rng, visits, &mut out)?;
    out.flush()
}

/// Every decide vector, on a site without keys; and on one that seals, where its consents have no seal yet.
fn vectors(rng: &mut Rng, out: &mut impl Write) -> std::io::Result<()> {
    let read = |name: &str| -> Json {
        let path = format!("{}/tests/vectors/{name}", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
    };
    let policies = read("policies.json");
    let policies: Vec<(&str, Policy)> = policies["policies"]
        .as_object()
        .expect("policies")
        .iter()
        .map(|(name, entry)| {
            let policy =
                Policy::from_json(&entry["authoring"].to_string()).unwrap_or_else(|faults| panic!("{name}: {faults}"));
            (name.as_str(), policy)
        })
        .collect();
    for file in ["decide-denials.json", "decide-gpc.json", "decide-grants.json", "decide-names.json"] {
        let file = read(file);
        for case in file["cases"].as_array().expect("cases") {
            let name = case["policy"].as_str().unwrap_or("shop-1");
            let (_, policy) = policies.iter().find(|(known, _)| *known == name).expect("a policy of that name");
            let others = policies.iter().map(|(_, other)| other);
            let others =
                others.filter(|other| other.id() == policy.id() && other.version() != policy.version()).cloned();
            let others: Vec<Policy> = rng.choose_multiple(others, 3);
            let place = Place {
                now: case["now"].as_u64().unwrap_or(NOW),
                gpc: case["gpc"].as_bool().unwrap_or_default(),
                region: case
                    .get("region")
                    .map_or(Region::parse("FR"), |region| region.as_str().and_then(Region::parse)),
            };
            let jar = match (case["cookies"].as_str(), case["consent"].as_str()) {
                (Some(cookies), _) => Jar::parse(cookies),
                (None, Some(consent)) => Jar::parse(&format!("{COOKIE}={consent}")),
                (None, None) => Jar::default(),
            };
            let name = case["name"].as_str().expect("a name");
            let host = Host { policy: policy.clone(), keys: Keys::None };
            visit(rng, name, &host, &others, host.leaves(jar.clone(), &place), &place, out)?;
            let sealing = Host { keys: Keys::Own, ..host };
            if let Some(jar) = jar.sealed(&sealing) {
                let jar = sealing.leaves(jar, &place);
                visit(rng, &format!("{name}, sealed"), &sealing, &others, jar, &place, out)?;
            }
        }
    }
    Ok(())
}

/// Random policies and consents, as the differential run has them.
fn random(rng: &mut Rng, visits: u64, out: &mut impl Write) -> std::io::Result<()> {
    let mut history = History::new(rng);
    let mut next = history.clone();
    for number in 0..visits {
        if number % VISITS_A_POLICY == 0 {
            history = if rng.u8(..4) == 0 { History::new(rng) } else { next };
            history.evolve(rng);
            next = history.clone();
            next.evolve(rng);
        }
        let version = history.latest();
        let policy = history.edition(version).policy.clone();
        let others = [history.edition(version - 1).policy.clone(), next.edition(version + 1).policy.clone()];
        let keys = rng.choice([Keys::None, Keys::Missing, Keys::Own, Keys::Shared]).expect("one");
        let host = Host { policy, keys };
        let place = Place {
            now: NOW + rng.u64(..40 * 86_400_000) - 20 * 86_400_000,
            gpc: rng.u8(..3) == 0,
            region: rng.choice(REGIONS).filter(|_| rng.u8(..9) > 0).and_then(Region::parse),
        };
        let name = format!("visit {number}");
        if rng.bool() {
            // An answer where it counts everywhere, and what it left, at once or when the visitor is back.
            let there = Place { region: Region::parse("FR"), gpc: false, ..place };
            let switches = history.edition(version).switches();
            let granted: Vec<&str> = switches.iter().filter(|_| rng.u8(..3) > 0).map(String::as_str).collect();
            let jar = host.answered(Jar::parse("theme=dark"), &there, &switches, &granted);
            let back = Place { now: place.now + rng.u64(..60 * 86_400_000), ..place };
            let (jar, place) = if rng.bool() { (Some(jar), there) } else { (host.leaves(jar, &back), back) };
            visit(rng, &name, &host, &others, jar, &place, out)?;
            continue;
        }
        let lived = if rng.u8(..3) > 0 { consents::lived(rng, &history) } else { None };
        let text = lived.unwrap_or_else(|| consents::consent(rng, &history));
        let jar = Jar::parse(&format!("theme=dark; {}={}", host.site(&place).cookie_name(), text.replace(';', "")));
        let jar = jar.sealed(&host).unwrap_or(jar);
        visit(rng, &name, &host, &others, host.leaves(jar, &place), &place, out)?;
    }
    Ok(())
}

/// Writes a visit down, with the cookies that its server left: as it is, and varied in one thing at a time.
fn visit(
    rng: &mut Rng,
    name: &str,
    host: &Host,
    others: &[Policy],
    jar: Option<Jar>,
    place: &Place,
    out: &mut impl Write,
) -> std::io::Result<()> {
    // A server never sees what no browser can send.
    let Some(jar) = jar else { return Ok(()) };
    let visitor = host.visitor(&jar, place);
    let decision = visitor.decision();
    let everywhere = host.allowed_everywhere(&jar, place);
    let cookie = host.site(place).cookie_name();
    let consents: Vec<&str> = jar.values(cookie).collect();
    // One text that the server has confirmed.
    let known = match *consents {
        [text] if jar.text().len() <= MAX_HEADER_BYTES => {
            Consent::decode(text).ok().filter(|consent| !consent.has_tail())
        }
        _ => None,
    };
    // What only becomes believable later may say otherwise then, and what expires this very second is over at its end: an
    // outcome then ends at once.
    let lives: Vec<u64> = host.policy.regimes().iter().map(|regime| regime.grant_max_age_seconds() * 1000).collect();
    let is_at_an_end = |consent: &Consent<'_>| {
        let times = consent.entries().map(|entry| entry.at()).chain([consent.at()]);
        times.map(|at| at.as_millis()).any(|at| {
            at + 1000 > place.now + 86_400_000 || lives.iter().any(|life| (at + life).abs_diff(place.now) <= 1000)
        })
    };
    let attributes = host.attributes();
    let mut line = json!({
        "name": name,
        "fresh": true,
        "attributes": attributes,
        "cookies": jar.text(),
        "now": place.now,
        "gpc": place.gpc,
        "allowed": host.allowed(&jar, place),
        "everywhere": everywhere,
        "shows": decision.prompt().is_some() || decision.notice().is_some(),
    });
    match known {
        Some(consent) if is_at_an_end(&consent) => {}
        known => line["believed"] = known.is_some().into(),
    }
    writeln!(out, "{line}")?;
    for varied in variations(rng, host, others, &jar, place) {
        let is_same = varied.host.policy.version() == host.policy.version() && varied.host.keys == host.keys;
        let attributes = if is_same { attributes.clone() } else { varied.host.attributes() };
        let mut line = json!({
            "name": format!("{name}: {}", varied.what),
            "attributes": attributes,
            "cookies": varied.jar.text(),
            "now": varied.place.now,
            "gpc": varied.place.gpc,
            "allowed": varied.host.allowed(&varied.jar, &varied.place),
        });
        if varied.is_disbelieved {
            line["believed"] = false.into();
        }
        writeln!(out, "{line}")?;
    }
    Ok(())
}
