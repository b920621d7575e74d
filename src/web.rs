//! The face for JavaScript, through wasm-bindgen: thin, with no rule of its own.
//!
//! One text goes in and one comes out: each further argument, and each handle on a JavaScript object, costs code on both
//! sides of the border. Nothing here reaches `core::fmt`, which would cost the module 4.5 kB compressed.

mod fields;
pub mod page;
mod policy;
#[cfg(feature = "wasm-runtime")]
mod runtime;

use alloc::{boxed::Box, string::String, vec::Vec};

use spin::Mutex;
use wasm_bindgen::prelude::*;

use crate::{
    consent::{Act, Answer, Consent, Method},
    cookies,
    decision::{Case, letters::push_decision},
    policy::{PolicyVersion, Terms},
    signals::{Region, Signals},
    text::{number, push, push_number, until, words},
    timestamp::Timestamp,
    visit::Look,
};
use fields::fields;

/// The terms of the policies that were opened. A page has one, and keeps it as long as it lives.
static OPENED: Mutex<Vec<&Terms>> = Mutex::new(Vec::new());

/// Takes a compiled policy, checked and flattened by the package's script. Its number is what questions are asked with.
#[wasm_bindgen]
pub fn open(policy: &str) -> usize {
    let terms = Box::leak(Box::new(policy::read(String::from(policy).leak())));
    // Taken only if another call was cut off: then no policy has that number, and nothing is answered.
    let Some(mut opened) = OPENED.try_lock() else { return usize::MAX };
    opened.push(terms);
    opened.len() - 1
}

/// Answers a question about one visitor. The fields of `request` are separated by U+001F:
///
/// | field | |
/// |---|---|
/// | question | see below |
/// | cookie | the name of the consent cookie |
/// | sealed, gpc | whether the site seals; whether the browser sends the signal: empty for no |
/// | region | empty where it is unknown |
/// | now | milliseconds since 1970 |
/// | four arguments | of the question |
/// | cookies | all the visitor's cookies, to the end |
///
/// | question | arguments | answer |
/// |---|---|---|
/// | `decide` | | the decision, as `decision/letters.rs` writes it |
/// | `persist` | | the consent text to store because a signal denied something |
/// | `merge` | a consent text of another page | the stored consent together with it |
/// | `clear` | | the names of the cookies that belong to ids not allowed now, separated by spaces |
/// | `age` | a consent text | how long a cookie with it is worth keeping, in seconds |
/// | an act | method and version, separated by a space; ids asked; ids granted; in the page only | the new consent text |
///
/// In the page only: what a page that cannot reach its server may store of the act, its denials. Where there is
/// nothing to store the answer is empty.
#[wasm_bindgen]
pub fn ask(policy: usize, request: &str) -> String {
    let opened = OPENED.try_lock();
    let terms = opened.as_deref().and_then(|opened| opened.get(policy));
    terms.map(|terms| answer(terms, request)).unwrap_or_default()
}

fn answer(terms: &Terms, request: &str) -> String {
    let ([question, cookie, sealed, gpc, region, now, a, b, c, d, ..], cookies) = fields(request);
    let signals = Signals { gpc: !gpc.is_empty(), region: Region::parse(region) };
    let now = Timestamp::from_millis(number(now, (1 << 53) - 1).unwrap_or(0));
    let look = terms.look_in_page(cookies, cookie, !sealed.is_empty(), &signals, now);
    let case = Case { terms, outcome: &look.outcome };
    let mut out = String::new();
    match question {
        "decide" => push_decision(&mut out, case, |_| true),
        "clear" => {
            for (name, _) in cookies::pairs(cookies) {
                if name != cookie && case.clears(name) {
                    push(&mut out, name);
                    push(&mut out, " ");
                }
            }
        }
        "merge" => {
            // What was deleted stays so.
            if let (Some(stored), Ok(other)) = (look.stored.consent(), Consent::decode(a)) {
                out = stored.merge(&other, now).unwrap_or_default();
            }
        }
        "age" => {
            let seconds = Consent::decode(a).map_or(0, |consent| case.seconds_left(&consent));
            push_number(&mut out, seconds);
        }
        act => {
            let text = if act == "persist" {
                case.persist(&look.stored, look.seal)
            } else {
                act_on(act, [a, b, c, d], &look, case)
            };
            out = text.unwrap_or_default();
        }
    }
    out
}

fn act_on(act: &str, [how, asked, granted, in_page]: [&str; 4], look: &Look<'_>, case: Case<'_>) -> Option<String> {
    let mut version = how;
    let method = until(&mut version, b' ')?;
    let asked = ids(asked);
    let granted = ids(granted);
    let answer = Answer {
        act: Act::from_word(act)?,
        method: Method::from_word(method)?,
        version: PolicyVersion::new(number(version, u32::MAX.into())? as u32)?,
        asked: &asked,
        granted: &granted,
    };
    case.answer(&answer, &look.stored, look.seal, !in_page.is_empty())
}

fn ids(list: &str) -> Vec<&str> {
    let mut ids = Vec::new();
    for id in words(list) {
        ids.push(id);
    }
    ids
}
