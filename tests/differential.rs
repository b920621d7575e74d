//! Cases for the comparison of the native core with the WASM build: random policies, cookies, signals, clocks and acts
//! with the native answers, one JSON object a line. `pkg/test/differential.mjs` reads them and asks the WASM build.
//!
//! ```text
//! cargo xtask diff --cases 1000000 --seed 7
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
#[path = "properties/texts.rs"]
mod texts;

use std::io::{BufWriter, Write as _, stdout};

use consentry::{
    Act, Answer, Consent, Method, Policy, Region, Signals, Timestamp, Visit, cookies, policy::PolicyVersion,
};
use fastrand::Rng;
use serde_json::{Value as Json, json};

use crate::{
    consents::consent,
    evolution::{History, REGIONS},
    texts::NOW,
};

/// So many cases for each policy, as reading a policy costs more than a case.
const CASES_A_POLICY: u64 = 50;

/// What a declared cookie, a foreign one and hostile ones may look like beside the consent.
const OTHERS: &[&str] =
    &["_ga=1", "theme=dark", "=", "privacy2=x", "__Host-privacy=", "a=b=c", "é=ü", " spaced = value ", "_c1=1", "x"];

fn main() -> std::io::Result<()> {
    let number = |name: &str, default: u64| {
        let mut arguments = std::env::args().skip_while(|argument| argument != name);
        arguments.nth(1).map_or(default, |text| text.parse().unwrap_or_else(|_| panic!("{name} takes a number")))
    };
    let (cases, seed) = (number("--cases", 1000), number("--seed", 1));
    let mut rng = Rng::with_seed(seed);
    let mut out = BufWriter::new(stdout().lock());
    let mut history = History::new(&mut rng);
    for place in 0..cases {
        let fresh = place % CASES_A_POLICY == 0;
        if fresh {
            if rng.u8(..5) == 0 {
                history = History::new(&mut rng);
            } else {
                history.evolve(&mut rng);
            }
        }
        let policy = &history.edition(history.latest()).policy;
        let mut case = Case::new(&mut rng, &history).ask(&mut rng, policy, &history);
        if fresh {
            case["policy"] = serde_json::from_str(&policy.compile("en", None)).expect("a compiled policy is JSON");
        }
        writeln!(out, "{case}")?;
    }
    out.flush()
}

/// The facts of one visit.
struct Case {
    cookies: String,
    cookie: &'static str,
    sealed: bool,
    gpc: bool,
    region: Option<&'static str>,
    now: u64,
}

impl Case {
    fn new(rng: &mut Rng, history: &History) -> Self {
        let cookie = rng.choice(["privacy", "__Host-privacy"]).expect("one");
        let regions = [REGIONS.as_slice(), &["us", "US-NY", "zz9", ""]].concat();
        let now = match rng.u8(..10) {
            0 => rng.u64(..1 << 53),
            1 => 0,
            _ => NOW + rng.u64(..40 * 86_400_000) - 20 * 86_400_000,
        };
        Self {
            cookies: cookie_header(rng, history, cookie),
            cookie,
            sealed: rng.u8(..3) == 0,
            gpc: rng.u8(..3) == 0,
            region: rng.choice(regions).filter(|region| !region.is_empty()),
            now,
        }
    }

    fn visit<'a>(&'a self, policy: &Policy, cookies: &'a str) -> Visit<'a> {
        let signals = Signals { gpc: self.gpc, region: self.region.and_then(Region::parse) };
        policy.visit_in_page(cookies, self.cookie, self.sealed, &signals, Timestamp::from_millis(self.now))
    }

    /// Chooses a call and writes down what the native core says.
    fn ask(&self, rng: &mut Rng, policy: &Policy, history: &History) -> Json {
        let visit = self.visit(policy, &self.cookies);
        let mut args = vec![
            json!(self.cookies),
            json!(self.cookie),
            json!(self.sealed),
            json!(self.gpc),
            json!(self.region),
            json!(self.now),
        ];
        match rng.u8(..20) {
            0..9 => json!({ "call": "decide", "args": args, "want": visit.decision.to_json() }),
            9..16 => {
                let (act, method) = (*rng.choice(Act::ALL).expect("one"), *rng.choice(Method::ALL).expect("one"));
                let ids = history.edition(rng.u32(1..=history.latest())).ids();
                let some = |rng: &mut Rng| -> Vec<&str> {
                    let mut some: Vec<&str> = ids.iter().filter(|_| rng.bool()).map(String::as_str).collect();
                    if rng.u8(..9) == 0 {
                        some.push("no-id");
                    }
                    some
                };
                let (asked, granted) = (if rng.u8(..4) == 0 { Vec::new() } else { some(rng) }, some(rng));
                let version = rng.u32(1..=history.latest() + 1);
                let in_page = rng.u8(..4) == 0;
                let answer = Answer {
                    act,
                    method,
                    version: PolicyVersion::new(version).expect("from 1"),
                    asked: &asked,
                    granted: &granted,
                };
                let want = if in_page { visit.answer_in_page(&answer) } else { visit.answer(&answer) };
                args.extend([
                    json!(act.word()),
                    json!(method.word()),
                    json!(version),
                    json!(asked.join(" ")),
                    json!(granted.join(" ")),
                    json!(in_page),
                ]);
                json!({ "call": "act", "args": args, "want": want })
            }
            16 => json!({ "call": "persist", "args": args, "want": visit.persist() }),
            17 => {
                let value = consent(rng, history);
                // Asked without cookies: only the regime and the time count.
                let nobody = Self { cookies: String::new(), cookie: "", sealed: false, gpc: false, ..*self };
                let decision = nobody.visit(policy, "").decision;
                let want = Consent::decode(&value).map_or(0, |consent| consent.seconds_left(&decision));
                json!({ "call": "max_age", "args": [value, self.region, self.now], "want": want })
            }
            _ => {
                let present = cookies::pairs(&self.cookies).map(|(name, _)| name);
                let names: Vec<&str> = visit.decision.cookies_to_clear(present).collect();
                json!({ "call": "clear", "args": args, "want": names.join(" ") })
            }
        }
    }
}

fn cookie_header(rng: &mut Rng, history: &History, cookie: &str) -> String {
    let mut cookies: Vec<String> = Vec::new();
    let count = rng.choice([0, 1, 1, 1, 1, 1, 2, 3]).expect("one");
    cookies.extend((0..count).map(|_| format!("{cookie}={}", consent(rng, history))));
    for _ in 0..rng.usize(..4) {
        cookies.push((*rng.choice(OTHERS).expect("one")).to_string());
    }
    let declared = history.edition(history.latest()).policy.services().iter().flat_map(|service| service.cookies());
    cookies.extend(declared.filter(|_| rng.u8(..3) == 0).map(|rule| format!("{}=1", rule.name().replace('*', "x"))));
    rng.shuffle(&mut cookies);
    cookies.join(if rng.bool() { "; " } else { ";" })
}
