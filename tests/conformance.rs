//! One list of requests and answers for every stack: a tower service, axum and actix-web must give the same status, the
//! same headers and the same body.
//!
//! The cases are data, in `conformance/*.json`. A case names its site by what is switched on, such as `insert+debug`; says
//! what is asked, what the application answers, and what is wanted:
//!
//! - `app.echo` makes the application answer with the lines of these request headers that reached it.
//! - `request.nonce` is what a layer outside put into the request.
//! - `app.marks` are what it tells of its response: `nonce`, `shared`; with `used` it looks at the decision.
//! - In its pieces `$head` and `$banner` stand for what it takes from `ConsentHtml`.
//! - `$refused` and `$granted` in a request stand for the consent of one who refused or granted all.
//! - A body may be a text, a list of pieces, `{"hex": …}`, `{"repeat": …, "times": …}` or `{"broken": …}`, which breaks off.
//! - `wants.headers` has all values of the names it lists, in order; none means that there is no such header.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    reason = "a test stops at the first fault"
)]

#[path = "conformance/case.rs"]
mod case;
#[path = "conformance/stacks.rs"]
mod stacks;

use std::collections::BTreeMap;

use case::{Case, Reply, Wants};
use serde_json::Value;

/// What frameworks add by themselves, and only where the application says nothing of it: axum's routes tell the length of
/// a body that is known.
const ADDED: [(&str, &str); 1] = [("axum", "content-length")];

fn run(cases: &str) -> usize {
    let cases: Vec<Value> = serde_json::from_str(cases).unwrap();
    let mut faults = Vec::new();
    for case in &cases {
        let case = Case::read(case);
        let replies = [("tower", stacks::tower(&case)), ("axum", stacks::axum(&case)), ("actix", stacks::actix(&case))];
        let first = &replies[0].1;
        faults.extend(missing(&case.wants, first).into_iter().map(|fault| format!("{}: {fault}", case.name)));
        for (stack, reply) in &replies[1..] {
            let mut reply = reply.clone();
            for (_, name) in ADDED.iter().filter(|(owner, name)| owner == stack && !first.headers.contains_key(*name)) {
                reply.headers.remove(*name);
            }
            if &reply != first {
                faults.push(format!("{}: on {stack}\n{reply:?}\non tower\n{first:?}", case.name));
            }
        }
    }
    assert!(faults.is_empty(), "{} of {} cases:\n{}", faults.len(), cases.len(), faults.join("\n\n"));
    cases.len()
}

/// What a reply lacks of what is wanted.
fn missing(wants: &Wants, reply: &Reply) -> Vec<String> {
    let mut faults = Vec::new();
    let mut check = |holds: bool, what: String| {
        if !holds {
            faults.push(format!("{what}, found {reply:?}"));
        }
    };
    check(reply.status == wants.status, format!("wanted status {}", wants.status));
    check(reply.cut == wants.cut, format!("wanted a body that {}", if wants.cut { "breaks off" } else { "ends" }));
    for (name, values) in &wants.headers {
        let found = reply.headers.get(name).cloned().unwrap_or_default();
        check(&found == values, format!("wanted {name}: {values:?}"));
    }
    if let Some(body) = &wants.body {
        check(&reply.body == body, format!("wanted the body {:?}", String::from_utf8_lossy(body)));
    }
    let text = String::from_utf8_lossy(&reply.body);
    for part in &wants.contains {
        check(text.contains(part), format!("wanted {part:?} in the body"));
    }
    for part in &wants.lacks {
        check(!text.contains(part), format!("wanted no {part:?} in the body"));
    }
    faults
}

#[test]
fn cookies() {
    run(include_str!("conformance/cookies.json"));
}

#[test]
fn own_pages() {
    run(include_str!("conformance/own-pages.json"));
}

#[test]
fn pages() {
    run(include_str!("conformance/pages.json"));
}

#[test]
fn rewriting() {
    run(include_str!("conformance/rewriting.json"));
}

#[test]
fn shared() {
    run(include_str!("conformance/shared.json"));
}

#[test]
fn names_are_told_apart() {
    let mut names = BTreeMap::new();
    for cases in [
        include_str!("conformance/cookies.json"),
        include_str!("conformance/own-pages.json"),
        include_str!("conformance/pages.json"),
        include_str!("conformance/rewriting.json"),
        include_str!("conformance/shared.json"),
    ] {
        for case in serde_json::from_str::<Vec<Value>>(cases).unwrap() {
            *names.entry(case["name"].as_str().unwrap().to_string()).or_insert(0) += 1;
        }
    }
    names.retain(|_, count| *count > 1);
    assert_eq!(names, BTreeMap::new());
}
