//! What holds for every history of a visitor: acts, policy changes, rollouts and rollbacks, clocks, keys, corruption.
//!
//! Each history has a seed that is printed when it fails; `CONSENTRY_SEED=<seed>` runs that one alone, and
//! `CONSENTRY_HISTORIES=<count>` that many.
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

#[path = "properties/differences.rs"]
mod differences;
#[path = "support/evolution.rs"]
mod evolution;
#[path = "properties/model.rs"]
mod model;
#[path = "properties/saying.rs"]
mod saying;
#[path = "properties/texts.rs"]
mod texts;
#[path = "properties/world.rs"]
mod world;

use std::panic::{AssertUnwindSafe, catch_unwind};

use fastrand::Rng;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number")))
}

/// Runs `one` with many seeds, and says which one failed.
fn many(what: &str, count: u64, one: impl Fn(&mut Rng)) {
    let only = number("CONSENTRY_SEED");
    let count = number("CONSENTRY_HISTORIES").unwrap_or(count);
    for seed in only.map_or(0..count, |seed| seed..seed + 1) {
        if let Err(panic) = catch_unwind(AssertUnwindSafe(|| one(&mut Rng::with_seed(seed)))) {
            eprintln!("{what}: failed with CONSENTRY_SEED={seed}");
            std::panic::resume_unwind(panic);
        }
    }
    println!("{what}: {count} histories");
}

/// Nothing optional is allowed in an opt-in regime without an act that granted it under a version at least its since, in
/// time and under an opt-in regime; no refusal is lost, in any regime; what a page decides is what its server decides.
#[test]
fn no_grant_without_an_act_and_no_refusal_lost() {
    many("sealed histories", 1800, |rng| world::World::new(rng, true).live(rng, 40));
    many("unsealed histories", 900, |rng| world::World::new(rng, false).live(rng, 40));
}

/// Whatever the cookie says, everything has an answer, and every text written can be read and fits its cookie.
#[test]
fn every_text_has_an_answer() {
    many("hostile texts", 2000, texts::hostile);
}

#[test]
fn what_is_written_is_read_back() {
    many("written texts", 2000, texts::round_trip);
}

#[test]
fn the_order_of_duplicates_means_nothing() {
    many("duplicates", 3000, texts::duplicates);
}

#[test]
fn a_full_cookie_loses_no_refusal() {
    many("full cookies", 300, texts::full);
}

#[test]
fn no_tampered_seal_is_good() {
    many("seals", 150, texts::tampered);
}

#[test]
fn a_policy_differs_in_nothing_from_itself() {
    many("policies", 500, differences::itself);
}

#[test]
fn no_class_falls_when_changes_are_combined() {
    many("pairs of changes", 800, differences::combined);
}

#[test]
fn a_whole_demands_no_more_than_its_steps() {
    many("paths of changes", 1200, differences::steps);
}

#[test]
fn no_path_of_versions_makes_a_grant_of_a_refusal_or_of_silence() {
    many("visitors of published policies", 1200, differences::visitors);
}
