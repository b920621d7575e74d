//! Cookie texts: written, mutated, hostile, several at once.

use consentry::{
    Act, Answer, Category, Consent, Method, Policy, Reason, Region, SealState, Service, Signals, Stored, Timestamp,
    consent::seal::{KeyRing, Sealer},
    policy::PolicyVersion,
};
use fastrand::Rng;

use crate::evolution::{History, REGIONS};

pub const NOW: u64 = 1_764_000_000_000;
const ALPHABET: &[u8] = b"0123456789abcdefghijklmnopqrstuvwxyzABCXYZ+-_./:~!*=%\"; \xc3\xa9";

/// A text with a few accidents.
pub fn corrupt(rng: &mut Rng, text: &str) -> String {
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..rng.usize(1..=3) {
        let place = rng.usize(..=bytes.len());
        match rng.u8(..7) {
            0 if place < bytes.len() => bytes[place] ^= 1 << rng.u8(..7),
            1 => bytes.truncate(place),
            2 => bytes.insert(place, *rng.choice(ALPHABET).expect("a byte")),
            3 if place < bytes.len() => drop(bytes.remove(place)),
            4 => {
                let other = rng.usize(..=bytes.len());
                let piece = bytes[place.min(other)..place.max(other)].to_vec();
                let at = rng.usize(..=bytes.len());
                bytes.splice(at..at, piece);
            }
            5 => bytes.extend_from_slice(format!("!{}/-c1", rng.u64(..2 * NOW)).as_bytes()),
            _ => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let (from, to) =
                    rng.choice([("-", "+"), ("+", "-"), ("ib", "ox"), (".1.", ".2."), ("/", "//")]).expect("two");
                bytes = text.replacen(from, to, 1).into_bytes();
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// A consent as a visitor of some version may have it, with ids of every version, by hand.
pub fn handmade(rng: &mut Rng, history: &History) -> String {
    let context = |rng: &mut Rng| {
        format!(
            "{}{}",
            rng.choice(["i", "o", "n"]).expect("one"),
            rng.choice(["b", "c", "a", "g", "x", "w", "n"]).expect("one")
        )
    };
    let version = |rng: &mut Rng| match rng.u8(..10) {
        0 => rng.u32(1..),
        _ => rng.u32(1..=history.latest() + 1),
    };
    let time = |rng: &mut Rng| match rng.u8(..8) {
        0 => rng.u64(..1 << 53),
        1 => NOW + rng.u64(..3 * 86_400_000),
        2 => NOW,
        _ => NOW - rng.u64(..500 * 86_400_000),
    };
    let names: Vec<String> = history
        .editions
        .iter()
        .flat_map(|e| {
            let categories = e.categories.iter().flat_map(|c| [Some(&c.id), c.key.as_ref()]);
            categories.chain(e.services.iter().flat_map(|s| [Some(&s.id), s.key.as_ref()])).flatten().cloned()
        })
        .collect();
    let mut text = format!("1.site.{}.{}.{}", version(rng), time(rng), context(rng));
    for _ in 0..rng.usize(..10) {
        let name = rng.choice(&names).expect("a name");
        text.push_str(&format!("/{}{name}", rng.choice(["+", "-"]).expect("one")));
        if rng.bool() {
            text.push_str(&format!(":{}:{}:{}", version(rng), time(rng), context(rng)));
        }
    }
    if rng.u8(..6) == 0 {
        text.push_str("~0123456789abcdef");
    }
    if rng.u8(..4) == 0 {
        text.push_str(&format!(".k1.{}", "A".repeat(43)));
    }
    if rng.u8(..4) == 0 {
        text.push_str(&format!("!{}/-{}", time(rng), rng.choice(&names).expect("a name")));
    }
    text
}

fn history(rng: &mut Rng) -> History {
    let mut history = History::new(rng);
    for _ in 0..rng.usize(..5) {
        history.evolve(rng);
    }
    history
}

fn signals(rng: &mut Rng) -> Signals {
    Signals { gpc: rng.bool(), region: rng.choice(REGIONS).and_then(Region::parse) }
}

fn text(rng: &mut Rng, history: &History) -> String {
    match rng.u8(..6) {
        0 => (0..rng.usize(..200)).map(|_| rng.char(..)).collect(),
        1 => {
            let bytes: Vec<u8> = (0..rng.usize(..200)).map(|_| *rng.choice(ALPHABET).expect("a byte")).collect();
            String::from_utf8_lossy(&bytes).into_owned()
        }
        2 => {
            // Full of what nobody knows, before or after what somebody does.
            let mut long = handmade(rng, history);
            let length = rng.usize(3000..4200);
            let place = if rng.bool() { long.find('/') } else { None };
            let mut padding = String::new();
            while long.len() + padding.len() < length {
                padding.push_str(&format!("/-x{}", rng.u16(..)));
            }
            long.insert_str(place.unwrap_or(long.len()), &padding);
            long
        }
        3 => handmade(rng, history),
        _ => {
            let text = handmade(rng, history);
            corrupt(rng, &text)
        }
    }
}

/// Everything that is written can be read, and fits a cookie.
fn check(text: Option<String>, policy: &Policy) {
    let Some(text) = text else { return };
    assert!(text.len() + 32 <= 4096, "{} bytes: {text}", text.len());
    let consent = Consent::decode(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(consent.policy(), policy.id());
    // A cookie-value of RFC 6265: no control, blank, quote, comma, semicolon or backslash.
    assert!(text.bytes().all(|byte| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte)), "{text}");
}

pub fn hostile(rng: &mut Rng) {
    let history = history(rng);
    let version = rng.u32(1..=history.latest());
    let policy = &history.edition(version).policy;
    for _ in 0..8 {
        let text = text(rng, &history);
        let stored = Stored::from_text(Some(&text));
        let states = [SealState::NotRequired, SealState::Verified, SealState::Missing, SealState::Invalid];
        let seal = rng.choice(states).expect("a state");
        let now = rng.choice([0, NOW, NOW + 1, (1 << 53) - 1, u64::MAX]).expect("a time");
        let decision = policy.decide(stored, seal, &signals(rng), Timestamp::from_millis(now));
        let json: serde_json::Value = serde_json::from_str(&decision.to_json()).expect("a decision is JSON");
        assert_eq!(json["ids"].as_object().map(serde_json::Map::len), Some(1 + history.edition(version).ids().len()));
        for id in history.edition(version).ids() {
            let said = decision.explain(&id).expect("an explanation");
            assert!(said.to_string().starts_with(&id));
            let trusted = matches!(seal, SealState::NotRequired | SealState::Verified);
            let reason = decision.reason(&id).expect("a reason");
            assert!(trusted || !decision.allows(&id), "{id} is allowed because {}: {text}", reason.word());
        }
        check(decision.persist(stored, seal), policy);
        check(decision.refresh(stored, seal), policy);
        let edition = history.edition(rng.u32(1..=history.latest()));
        let ids = edition.ids();
        let some = |rng: &mut Rng| ids.iter().filter(|_| rng.bool()).map(String::as_str).collect::<Vec<_>>();
        let (asked, granted) = (some(rng), some(rng));
        let answer = Answer {
            act: *rng.choice(Act::ALL).expect("an act"),
            method: *rng.choice(Method::ALL).expect("a method"),
            version: PolicyVersion::new(rng.u32(1..=history.latest() + 1)).expect("from 1"),
            asked: &asked,
            granted: &granted,
        };
        let written = decision.answer(&answer, stored, seal);
        check(written.clone(), policy);
        if let (Some(text), false) = (&written, matches!(answer.act, Act::Accept | Act::Save)) {
            // An answer that grants nothing turns nothing on, however full the cookie is.
            let after = policy.decide(Stored::from_text(Some(text)), seal, decision.signals(), decision.now());
            for id in history.edition(version).ids() {
                let (was, is) = (decision.reason(&id), after.reason(&id));
                assert!(decision.allows(&id) || !after.allows(&id), "{id} was {was:?} and is {is:?}: {text}");
            }
        }
        if let Some(text) = decision.answer_in_page(&answer, stored, seal) {
            assert!(text.len() + 32 <= 4096 && Consent::decode(&text).is_ok(), "{text}");
            let entries = |text: &str| {
                Consent::decode(text)
                    .map_or(0, |c| c.entries().filter(|e| e.choice == consentry::consent::Choice::Granted).count())
            };
            let before = stored.consent().map_or(0, |_| self::granted(stored));
            assert!(entries(&text) <= before, "a page granted: {text}");
        }
    }
}

fn granted(stored: Stored<'_>) -> usize {
    stored.consent().map_or(0, |c| c.entries().filter(|e| e.choice == consentry::consent::Choice::Granted).count())
}

/// What one act writes and another reads is the same: an act that changes nothing else leaves every status.
pub fn round_trip(rng: &mut Rng) {
    let history = history(rng);
    let edition = history.edition(history.latest());
    let (policy, now) = (&edition.policy, Timestamp::from_millis(NOW));
    let signals = Signals { gpc: false, region: rng.choice(REGIONS).and_then(Region::parse) };
    let text = handmade(rng, &history);
    let stored = Stored::from_text(Some(&text));
    let before = policy.decide(stored, SealState::NotRequired, &signals, now);
    let answer =
        Answer { act: Act::Acknowledge, method: Method::Notice, version: policy.version(), asked: &[], granted: &[] };
    let Some(rewritten) = before.answer(&answer, stored, SealState::NotRequired) else { return };
    let after = policy.decide(Stored::from_text(Some(&rewritten)), SealState::NotRequired, &signals, now);
    // A grant from the future is not carried over, which shows in what hangs on it too.
    let ahead = |id: &String| matches!(before.reason(id), Some(Reason::FromFuture | Reason::NewerPolicy));
    let ahead = edition.ids().iter().any(ahead);
    for id in edition.ids() {
        let (was, is) = (before.status(&id), after.status(&id));
        let shown = || format!("{id} is {:?} after {:?}\n{text}\n{rewritten}", after.reason(&id), before.reason(&id));
        match (before.reason(&id), after.reason(&id)) {
            _ if ahead => assert!(before.allows(&id) || !after.allows(&id), "{}", shown()),
            // A signal's denial of a category, once stored, holds for all in it.
            (Some(Reason::RegimeDefault), Some(Reason::Gpc)) => {}
            _ => assert_eq!(was, is, "{}", shown()),
        }
    }
    if ahead {
        return;
    }
    let again = after.answer(&answer, Stored::from_text(Some(&rewritten)), SealState::NotRequired).expect("a text");
    let entries = |text: &str| {
        let consent = Consent::decode(text).expect("a consent");
        consent.entries().map(|e| (e.name.to_string(), e.at(), e.choice)).collect::<Vec<_>>()
    };
    assert_eq!(entries(&again), entries(&rewritten), "writing twice changes nothing: {text}");
}

pub fn duplicates(rng: &mut Rng) {
    let history = history(rng);
    let policy = &history.edition(history.latest()).policy;
    let mut texts: Vec<String> = (0..rng.usize(2..6)).map(|_| text(rng, &history)).collect();
    texts.iter_mut().for_each(|text| text.retain(|c| c != ';'));
    if rng.bool() {
        texts.push(texts[0].clone());
    }
    let (signals, sealed) = (signals(rng), rng.bool());
    let decide = |texts: &[String]| {
        let cookies: Vec<String> = texts.iter().map(|text| format!("privacy={text}")).collect();
        let now = Timestamp::from_millis(NOW);
        policy.visit_in_page(&cookies.join("; "), "privacy", sealed, &signals, now).decision.to_json()
    };
    let first = decide(&texts);
    for _ in 0..4 {
        rng.shuffle(&mut texts);
        assert_eq!(decide(&texts), first, "{texts:?}");
    }
}

/// Where a service's own refusal does not fit, its category's stands for it.
pub fn full(rng: &mut Rng) {
    let policy = Policy::builder("site")
        .category(Category::new("one"))
        .category(Category::new("two"))
        .service(Service::new("part", "one"))
        .build()
        .expect("a policy");
    let stamp = format!("1:{}:ib", NOW - 5);
    let mut text = format!("1.site.{}/+one", stamp.replace(':', "."));
    let length = rng.usize(3700..4080);
    while text.len() < length {
        text.push_str(&format!("/-x{}{}", rng.u32(..), if rng.bool() { format!(":{stamp}") } else { String::new() }));
    }
    text.push_str("/-part");
    let (signals, now) = (Signals { gpc: false, region: Region::parse("US-CA") }, Timestamp::from_millis(NOW));
    let stored = Stored::from_text(Some(&text));
    let Stored::Consent(_) = stored else { return };
    let before = policy.decide(stored, SealState::NotRequired, &signals, now);
    assert!(before.allows("one") && !before.allows("part"));
    let answer =
        Answer { act: Act::Reject, method: Method::Choices, version: policy.version(), asked: &["two"], granted: &[] };
    let written = before.answer(&answer, stored, SealState::NotRequired).expect("a text");
    check(Some(written.clone()), &policy);
    let after = policy.decide(Stored::from_text(Some(&written)), SealState::NotRequired, &signals, now);
    assert!(!after.allows("part") && !after.allows("two"), "{written}");
}

/// No accident to a sealed text leaves its seal good, but for denials appended to it.
pub fn tampered(rng: &mut Rng) {
    let history = history(rng);
    let ring = KeyRing::new("k1", &[7; 32]).and_then(|ring| ring.verifies("k2", &[8; 32])).expect("good keys");
    let sealer = Sealer::new(ring, "__Host-privacy", "site.example");
    let mut plain = [handmade(rng, &history), handmade(rng, &history)];
    for text in &mut plain {
        text.truncate(text.find(['.', '!', '~'].map(|c| c).as_slice()).map_or(text.len(), |_| {
            let seal = text.match_indices('.').nth(4).map_or(text.len(), |(place, _)| place);
            seal.min(text.find('!').unwrap_or(text.len()))
        }));
    }
    let sealed = plain.each_ref().map(|text| sealer.seal(text));
    let verified =
        |text: &str| Consent::decode(text).is_ok_and(|consent| sealer.verify(&consent) == SealState::Verified);
    assert!(verified(&sealed[0]), "{}", sealed[0]);
    let body = |text: &str| text.split('!').next().map(String::from);
    let bytes = sealed[0].as_bytes();
    // Every single bit, every truncation, and splices of two good texts.
    for place in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.to_vec();
            flipped[place] ^= 1 << bit;
            if let Ok(text) = String::from_utf8(flipped) {
                assert!(!verified(&text), "{text}");
            }
        }
        assert!(!verified(&sealed[0][..place]), "{}", &sealed[0][..place]);
        let other = place.min(sealed[1].len());
        let splice = format!("{}{}", &sealed[0][..place], &sealed[1][other..]);
        assert!(sealed.contains(&splice) || !verified(&splice), "{splice}");
    }
    for _ in 0..20 {
        let text = corrupt(rng, &sealed[0]);
        assert!(!verified(&text) || body(&text) == body(&sealed[0]), "{text}");
    }
}
