//! How what is done with a policy grows with its size: `cargo xtask bench policy`. With `--check` it fails where something
//! grows as the square of the size does, or where a decision takes longer for cookies or changes.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark stops at the first fault"
)]

use std::{
    fmt::Write as _,
    hint::black_box,
    process::ExitCode,
    time::{Duration, Instant},
};

use consentry::{
    Act, Answer, Method, Policy, SealState, Signals, Stored, Timestamp,
    policy::{Advice, Difference},
};

/// The largest policy that is promised to work well.
const MOST: Size = Size { services: 1000, cookies: 5000, changes: 200 };
/// So many services have a choice of their own: a consent of all of them fits into a cookie.
const OWN_CHOICES: usize = 60;
/// Eight times the size may take so many times as long, at most: more than eight, because what does not fit into a
/// processor's caches is further away, and half of what a square would be.
const MOST_GROWTH: f64 = 32.0;
/// A decision may take so many times as long with all cookies and changes as with none: noise.
const MOST_DECIDING: f64 = 1.25;
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

#[derive(Clone, Copy)]
struct Size {
    services: usize,
    cookies: usize,
    changes: usize,
}

impl Size {
    fn part(self, of: usize) -> Self {
        Self { services: self.services / of, cookies: self.cookies / of, changes: self.changes / of }
    }

    /// A policy file of this size; `retention` is that of every tenth service, in days.
    fn toml(self, retention: usize) -> String {
        let Self { services, cookies, changes } = self;
        let mut text = String::from("id = \"large\"\ncontact = { name = \"Large\", url = \"/contact\" }\n");
        for id in ["preferences", "statistics", "marketing"] {
            let _ =
                writeln!(text, "[[category]]\nid = \"{id}\"\nname = \"The {id}\"\npurpose = \"What {id} are for.\"");
        }
        for service in 0..services {
            let category = ["preferences", "statistics", "marketing"][service % 3];
            let own = if service < OWN_CHOICES { "choice = \"own\"\n" } else { "" };
            let days = if service % 10 == 0 { retention } else { 90 };
            let _ = write!(
                text,
                "[[service]]\nid = \"s{service}\"\ncategory = \"{category}\"\n{own}name = \"Service {service}\"\n\
                 purpose = \"What service {service} is for.\"\ndata = [\"d{}\"]\nrecipients = [\"R{}\"]\n\
                 retention = \"{days}d\"\nhosts = [\"s{service}.example\"]\ncookies = [",
                service % 20,
                service % 50
            );
            for cookie in (0..cookies).skip(service).step_by(services.max(1)) {
                let _ = write!(text, "{{ name = \"c{cookie}\", max_age = \"90d\", purpose = \"Counts.\" }}, ");
            }
            text.push_str("]\n");
        }
        for version in 1..=changes {
            let kind = ["ask", "notify", "editorial"][version % 3];
            let touches =
                if services > 0 { format!("touches = [\"s{}\"]\n", version % services) } else { String::new() };
            let touches = if kind == "editorial" { "" } else { &touches };
            let _ = write!(
                text,
                "[[change]]\nversion = {version}\nkind = \"{kind}\"\n{touches}summary = \"Change {version}.\"\n"
            );
        }
        text
    }

    fn policy(self, retention: usize) -> Policy {
        Policy::from_toml(&self.toml(retention)).expect("the policy is sound")
    }
}

/// The median of some runs.
fn time<T>(mut run: impl FnMut() -> T) -> Duration {
    let mut times: Vec<Duration> = (0..15)
        .map(|_| {
            let start = Instant::now();
            black_box(run());
            start.elapsed()
        })
        .collect();
    times.sort();
    times.get(times.len() / 2).copied().expect("there were runs")
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

/// Prints the table of what grows; `false` if something grows as a square does.
fn growth() -> bool {
    println!(
        "{:>8} {:>8} {:>8} {:>9}   {:>9} {:>9} {:>10} {:>9}   ms",
        "services", "cookies", "changes", "KiB", "load", "check", "difference", "compile"
    );
    let mut all: Vec<[f64; 4]> = Vec::new();
    for size in [8, 4, 2, 1].map(|of| MOST.part(of)) {
        let (old, new) = (size.toml(90), size.toml(180));
        let read = |text: &str| Policy::from_toml(text).expect("the policy is sound");
        let (old_policy, new_policy) = (read(&old), read(&new));
        let advice = Advice::new();
        let times = [
            time(|| read(&old)),
            time(|| advice.of(&read(&old))),
            time(|| Difference::between(&old_policy, &new_policy)),
            time(|| old_policy.compile("en", None)),
        ];
        let times = times.map(milliseconds);
        let [load, check, difference, compile] = times;
        println!(
            "{:>8} {:>8} {:>8} {:>9.0}   {load:>9.2} {check:>9.2} {difference:>10.2} {compile:>9.2}",
            size.services,
            size.cookies,
            size.changes,
            old.len() as f64 / 1024.0
        );
        all.push(times);
    }
    let (Some(least), Some(most)) = (all.first(), all.last()) else { return false };
    let growth: Vec<f64> = least.iter().zip(most).map(|(least, most)| most / least).collect();
    let shown: Vec<String> = growth.iter().map(|times| format!("{times:.1}")).collect();
    println!("eight times the size takes {} times as long, {MOST_GROWTH} at most", shown.join(", "));
    growth.iter().all(|times| *times <= MOST_GROWTH)
}

/// Prints what a decision takes with few cookies and changes and with many; `false` if it grows.
fn deciding() -> bool {
    println!("\n{:>8} {:>8} {:>8}   {:>9} µs", "services", "cookies", "changes", "decide");
    let sizes = [(0, 2), (MOST.cookies, 2), (0, MOST.changes), (MOST.cookies, MOST.changes)];
    let cases: Vec<(Size, Policy)> = sizes
        .into_iter()
        .map(|(cookies, changes)| {
            let size = Size { services: MOST.services, cookies, changes };
            (size, size.policy(90))
        })
        .collect();
    let consents: Vec<String> = cases.iter().map(|(_, policy)| consent(policy)).collect();
    // In turn, so that what else the machine does meets all alike.
    let mut times: Vec<Vec<Duration>> = vec![Vec::new(); cases.len()];
    for _ in 0..40 {
        for (((_, policy), consent), times) in cases.iter().zip(&consents).zip(&mut times) {
            let start = Instant::now();
            for _ in 0..20 {
                black_box(decide(policy, consent));
            }
            times.push(start.elapsed() / 20);
        }
    }
    let mut least = Vec::new();
    for ((size, _), times) in cases.iter().zip(&times) {
        let fastest = times.iter().min().copied().expect("there were rounds").as_secs_f64() * 1e6;
        println!("{:>8} {:>8} {:>8}   {fastest:>9.1}", size.services, size.cookies, size.changes);
        least.push(fastest);
    }
    let first = least.first().copied().expect("there are cases");
    let worst = least.iter().copied().fold(first, f64::max);
    if worst > first * MOST_DECIDING {
        println!("  a decision took {:.2} times as long; {MOST_DECIDING} at most", worst / first);
    }
    worst <= first * MOST_DECIDING
}

/// The consent of a visitor who accepted everything there is to choose.
fn consent(policy: &Policy) -> String {
    let nobody = policy.decide(Stored::Absent, SealState::NotRequired, &Signals::default(), NOW);
    let answer =
        Answer { act: Act::Accept, method: Method::Banner, version: policy.version(), asked: &[], granted: &[] };
    nobody.answer(&answer, Stored::Absent, SealState::NotRequired).expect("something is asked")
}

fn decide(policy: &Policy, consent: &str) -> bool {
    let stored = Stored::from_text(Some(consent));
    policy.decide(stored, SealState::NotRequired, &Signals::default(), NOW).allows("s1")
}

fn main() -> ExitCode {
    let checks = std::env::args().any(|argument| argument == "--check");
    let holds = [growth(), deciding()].into_iter().all(|holds| holds);
    if holds || !checks { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
