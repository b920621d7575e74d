//! Drafts: whatever a site was seen to set, what comes out is a policy.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test stops at the first fault")]

use std::collections::BTreeSet;

use consentry::{
    Policy, Timestamp,
    draft::Draft,
    knowledge::Knowledge,
    policy::NECESSARY,
    seen::{Seen, SetCookie},
};
use proptest::prelude::*;

const RECORDED: Timestamp = Timestamp::from_millis(1_800_000_000_000);

/// The policy a recording leads to.
fn drafted(seen: &Seen, knowledge: &Knowledge) -> (String, Policy) {
    let text = Draft::new("shop").write(Some(seen), knowledge).text().to_owned();
    match Policy::from_toml(&text) {
        Ok(policy) => (text, policy),
        Err(faults) => panic!("{faults}\n{text}"),
    }
}

/// Nothing that was seen gets lost: it is declared, or in a comment. Nothing comes under necessary but what is known to be.
fn holds(seen: &Seen, knowledge: &Knowledge) {
    let (text, policy) = drafted(seen, knowledge);
    assert!(policy.is_draft());
    let mut necessary = BTreeSet::new();
    for cookie in seen.cookies() {
        let known = knowledge.cookie_of(cookie.name(), cookie.host());
        if known.is_some_and(|known| known.category().word() == NECESSARY) {
            necessary.insert(cookie.name());
        }
        if known.is_none() && !cookie.name().contains(char::is_control) {
            let shown = cookie.name().replace('\\', "\\\\").replace('"', "\\\"");
            assert!(text.contains(&shown), "{} is lost", cookie.name());
        }
    }
    let services = policy.services().iter();
    for service in services.filter(|service| service.category() == NECESSARY && service.id() != "privacy-choices") {
        for rule in service.cookies() {
            assert!(necessary.iter().any(|name| rule.matches(name)), "{} is under necessary", rule.name());
        }
    }
}

#[test]
fn everything_that_is_known_can_be_drafted() {
    let base = Knowledge::built_in();
    let line = |name: &str| format!("Set-Cookie: {}=1; Max-Age=60\n", name.replace('*', "x1"));
    let text: String = base.cookies().map(|known| line(known.pattern())).collect();
    let seen = Seen::read(&text, RECORDED).unwrap();
    holds(&seen, base);
    let (text, policy) = drafted(&seen, base);
    assert!(policy.services().len() > 50);
    // What is proposed in comments is good too.
    let text = text
        .split("# ---- TODO")
        .next()
        .unwrap()
        .replace("# hosts", "hosts")
        .replace("#   \"", "  \"")
        .replace("\n# ]\n", "\n]\n");
    let hosts =
        Policy::from_toml(&text).unwrap().services().iter().filter(|service| !service.hosts().is_empty()).count();
    assert!(hosts > 20, "{hosts}");
    assert!(consentry::knowledge::misfiled(&policy).is_empty(), "{:?}", consentry::knowledge::misfiled(&policy));
}

#[test]
fn everything_in_the_open_cookie_database_can_be_drafted() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/open-cookie-database.csv");
    let path = std::env::var("OPEN_COOKIE_DATABASE").unwrap_or_else(|_| beside.into());
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("skipped: {path} is not there");
        return;
    };
    let (more, _) = Knowledge::from_open_cookie_database(&text).unwrap();
    let base = Knowledge::built_in().clone().and(more);
    let line = |name: &str| format!("Set-Cookie: {}=1; Max-Age=60\n", name.replace('*', "x1"));
    let text: String = base.cookies().map(|known| line(known.pattern())).collect();
    holds(&Seen::read(&text, RECORDED).unwrap(), &base);
}

/// Names as sites have them, and others.
fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("_ga".to_owned()),
        Just("IDE".to_owned()),
        Just("MUID".to_owned()),
        Just("privacy".to_owned()),
        "mp_[a-z0-9]{1,8}_mixpanel",
        "_hjSession_[0-9]{1,4}",
        "[!-~]{1,20}",
        "\\PC{1,12}",
        any::<String>(),
    ]
}

fn set_cookie() -> impl Strategy<Value = String> {
    let attributes = prop_oneof![
        Just("Path=/".to_owned()),
        "Path=/[!-~]{0,10}",
        "Max-Age=-?[0-9]{1,25}",
        "Expires=[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} 10:00:00 GMT",
        "Domain=\\.?[a-z]{1,8}\\.(example|clarity\\.ms|bing\\.com|doubleclick\\.net)",
        "\\PC{0,20}",
    ];
    (name(), proptest::collection::vec(attributes, 0..4))
        .prop_map(|(name, attributes)| format!("{name}=1; {}", attributes.join("; ")))
}

fn url() -> impl Strategy<Value = String> {
    prop_oneof![
        "https://(www\\.)?[a-z]{1,6}\\.(example|hotjar\\.com|criteo\\.com)/[a-z]{0,4}",
        "http://[0-9.:\\[\\]]{1,12}/",
        "\\PC{0,30}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_har_says(entries in proptest::collection::vec((url(), name(), set_cookie()), 0..8)) {
        let entry = |(url, brought, set): &(String, String, String)| serde_json::json!({
            "startedDateTime": "2026-11-24T10:00:00Z",
            "request": { "url": url, "headers": [{ "name": "Cookie", "value": format!("{brought}=1") }] },
            "response": { "headers": [{ "name": "Set-Cookie", "value": set }] },
        });
        let har = serde_json::json!({ "log": { "entries": entries.iter().map(entry).collect::<Vec<_>>() } });
        holds(&Seen::read(&har.to_string(), RECORDED).unwrap(), Knowledge::built_in());
    }

    #[test]
    fn whatever_headers_say(lines in proptest::collection::vec(set_cookie(), 0..12)) {
        let text: String = lines.iter().map(|line| format!("Set-Cookie: {}\n", line.replace(['\n', '\r'], " "))).collect();
        if let Ok(seen) = Seen::read(&text, RECORDED) {
            holds(&seen, Knowledge::built_in());
        }
    }

    #[test]
    fn whatever_a_cookies_txt_says(lines in proptest::collection::vec((name(), any::<u64>(), "\\PC{0,12}"), 0..12)) {
        let line = |(name, expires, domain): &(String, u64, String)| format!("{domain}\tTRUE\t/\tFALSE\t{expires}\t{name}\tx\n");
        let text: String = lines.iter().map(line).collect();
        if let Ok(seen) = Seen::read(&text, RECORDED) {
            holds(&seen, Knowledge::built_in());
        }
    }

    #[test]
    fn garbage_is_read_or_told(bytes in proptest::collection::vec(any::<u8>(), 0..400), start in "(|\\{|#|a\t|HTTP/2 200\n|\\{\"log\":\\{\"entries\":\\[)") {
        let text = start + &String::from_utf8_lossy(&bytes);
        match Seen::read(&text, RECORDED) {
            Ok(seen) => holds(&seen, Knowledge::built_in()),
            Err(fault) => prop_assert!(fault.line() >= 1),
        }
        let _ = Knowledge::from_open_cookie_database(&text);
        let _ = SetCookie::read(&bytes, RECORDED);
    }

    #[test]
    fn every_answer_is_quoted(name in any::<String>(), locale in "[a-z]{2}", category in "[a-z][a-z0-9_-]{0,31}") {
        let draft = Draft { contact: name.clone(), locale, categories: vec![category], ..Draft::new("shop") };
        let text = draft.write(None, Knowledge::built_in()).text().to_owned();
        let policy = Policy::from_toml(&text).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
        prop_assert_eq!(&policy.contact().name, &name);
    }
}
