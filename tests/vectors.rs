//! The vectors: one file for Rust, for the WASM build under Node and for the WASM build in a browser. Each file lists the
//! faces it runs on.
//!
//! `CONSENTRY_BLESS=1 cargo test --test vectors` writes the compiled policies, which the other faces need, into
//! `tests/vectors/policies.json`. Nothing else in the vectors is ever written by the program they test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    missing_docs,
    missing_debug_implementations,
    unreachable_pub,
    reason = "a test stops at the first fault"
)]

#[path = "vectors/runners.rs"]
mod runners;
#[path = "vectors/sentences.rs"]
mod sentences;

use std::{collections::BTreeSet, fs, path::PathBuf};

use consentry::{Policy, policy::difference::Reason};
use serde_json::Value as Json;

fn path(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/vectors").join(name)
}

fn read(name: &str) -> Json {
    let text = fs::read_to_string(path(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// All that run here; `hosts.json` runs in `src/server/hosts.rs`.
fn files() -> Vec<String> {
    let names = fs::read_dir(path("")).expect("tests/vectors").map(|entry| entry.expect("an entry").file_name());
    let mut names: Vec<String> = names.map(|name| name.to_string_lossy().into_owned()).collect();
    names.retain(|name| name.ends_with(".json") && !["hosts.json", "policies.json"].contains(&name.as_str()));
    names.sort();
    names
}

/// Runs every case of a file and reports all that fail, not only the first.
fn run(name: &str, runner: impl Fn(&Json)) {
    let file = read(name);
    let cases = file["cases"].as_array().expect("cases");
    let faces = file["faces"].as_array().expect("faces");
    assert!(faces.iter().any(|face| face == "rust"), "{name} does not run on Rust");
    let mut failed = Vec::new();
    for case in cases {
        if let Err(panic) = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| runner(case))) {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).into())).unwrap_or_default();
            failed.push(format!("{}\n{text}", case["name"].as_str().unwrap_or("a case without a name")));
        }
    }
    println!("{name}: {} cases", cases.len());
    assert!(failed.is_empty(), "{name}: {} of {} failed\n\n{}", failed.len(), cases.len(), failed.join("\n\n"));
}

macro_rules! files {
    ($($test:ident: $file:literal, $runner:ident;)+) => {
        $(#[test]
        fn $test() {
            run($file, runners::$runner);
        })+

        #[test]
        fn every_file_has_a_runner() {
            assert_eq!(files(), [$($file),+]);
        }
    };
}

files! {
    acts: "acts.json", act;
    codec: "codec.json", codec;
    cookies: "cookies.json", cookies;
    denials: "decide-denials.json", decide;
    gpc: "decide-gpc.json", decide;
    grants: "decide-grants.json", decide;
    names: "decide-names.json", decide;
    difference: "difference.json", difference;
    google: "google.json", google;
    languages: "languages.json", languages;
    merge: "merge.json", merge;
    policy: "policy.json", policy;
    seal: "seal.json", seal;
    signals: "signals.json", signals;
}

#[test]
fn compiled_policies_are_those_of_their_sources() {
    let mut file = read("policies.json");
    let bless = std::env::var_os("CONSENTRY_BLESS").is_some();
    let policies = file["policies"].as_object_mut().expect("policies");
    for (name, entry) in policies.iter_mut() {
        let source = entry["authoring"].to_string();
        let policy = Policy::from_json(&source).unwrap_or_else(|faults| panic!("{name}: {faults}"));
        let compiled: Json = serde_json::from_str(&policy.compile("en", None)).expect("JSON");
        if bless {
            entry["compiled"] = compiled;
        } else {
            assert_eq!(entry["compiled"], compiled, "{name}: run with CONSENTRY_BLESS=1 and look at the difference");
        }
    }
    if bless {
        let lines: Vec<String> = policies
            .iter()
            .map(|(name, entry)| {
                let fields = ["about", "authoring", "compiled"].map(|field| format!("\"{field}\": {}", entry[field]));
                format!("    \"{name}\": {{\n      {}\n    }}", fields.join(",\n      "))
            })
            .collect();
        let text = format!("{{\n  \"policies\": {{\n{}\n  }}\n}}\n", lines.join(",\n"));
        fs::write(path("policies.json"), text).expect("tests/vectors/policies.json");
    }
}

#[test]
fn every_reason_of_a_difference_has_a_case() {
    let file = read("difference.json");
    let wanted =
        file["cases"].as_array().expect("cases").iter().flat_map(|case| case["want"].as_array().expect("a list"));
    let seen: BTreeSet<&str> = wanted.filter_map(|line| line.as_str()?.split(' ').nth(1)).collect();
    let all: BTreeSet<&str> = Reason::ALL.iter().map(|reason| reason.word()).collect();
    assert_eq!(seen, all);
    for reason in Reason::ALL {
        assert_eq!(Reason::from_word(reason.word()), Some(*reason));
        assert!(!reason.source().is_empty());
    }
}

#[test]
fn every_case_has_a_name_of_its_own_and_a_known_rule() {
    let mut names = BTreeSet::new();
    let mut count = 0;
    for file in files() {
        for case in read(&file)["cases"].as_array().expect("cases") {
            let name = case["name"].as_str().expect("a name");
            assert!(names.insert(name.to_string()), "{file}: a second case is called {name:?}");
            let rule = case.get("rule").map(|rule| rule.as_str().expect("a rule is text"));
            assert!(rule.is_none_or(|rule| sentences::ALL.contains(&rule)), "{file}: {name}: unknown rule {rule:?}");
            count += 1;
        }
    }
    assert!(count >= 200, "{count} cases");
}

#[test]
fn every_sentence_of_the_rule_has_a_case() {
    let mut covered = BTreeSet::new();
    for file in files() {
        for case in read(&file)["cases"].as_array().expect("cases") {
            covered.extend(case["rule"].as_str().map(String::from));
        }
    }
    let missing: Vec<_> = sentences::ALL.iter().filter(|sentence| !covered.contains(**sentence)).collect();
    assert!(missing.is_empty(), "no case shows: {missing:?}");
}

#[test]
fn every_sentence_of_the_rule_is_documented() {
    let rule = fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/src/decision/rule.md")).expect("the rule");
    let missing: Vec<_> = sentences::ALL.iter().filter(|sentence| !rule.contains(**sentence)).collect();
    assert!(missing.is_empty(), "src/decision/rule.md lacks: {missing:?}");
}
