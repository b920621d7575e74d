//! What a decision allocates: nothing, for up to 64 ids.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test stops at the first fault")]

use consentry::{
    Act, Answer, Category, Method, Policy, SealState, Signals, Stored, Timestamp,
    consent::seal::{KeyRing, Sealer},
    policy::PolicyVersion,
};

const NOW: Timestamp = Timestamp::from_millis(1_764_000_000_000);

/// A policy with so many optional categories, with keys so short that a consent about all of them fits its cookie.
fn policy(categories: usize) -> Policy {
    let category = |place: usize| Category::new(format!("category-{place}")).key(format!("c{place}"));
    (0..categories).fold(Policy::builder("shop"), |policy, place| policy.category(category(place))).build().unwrap()
}

fn accepted(policy: &Policy) -> String {
    let decision = policy.decide(Stored::Absent, SealState::NotRequired, &Signals::default(), NOW);
    let (method, version) = (Method::Banner, PolicyVersion::FIRST);
    let answer = Answer { act: Act::Accept, method, version, asked: &[], granted: &[] };
    decision.answer(&answer, Stored::Absent, SealState::NotRequired).unwrap()
}

fn allocations(policy: &Policy, cookies: &str, sealer: &Sealer) -> u64 {
    let allowed = policy.categories().last().unwrap().id();
    let count = allocation_counter::measure(|| {
        let visit = policy.visit([cookies], "privacy", &Signals::default(), NOW, |consent| sealer.verify(consent));
        assert_eq!(visit.decision.allows(allowed), cookies.contains(".k1."));
    });
    count.count_total
}

#[test]
fn from_header_to_decision_nothing_is_allocated_up_to_64_ids() {
    let sealer = Sealer::new(KeyRing::new("k1", &[7; 32]).unwrap(), "privacy", "shop");
    for categories in [1, 4, 63, 64] {
        let policy = policy(categories);
        let good = format!("a=b; privacy={}; c=d", sealer.seal(&accepted(&policy)));
        let unsealed = format!("privacy={}", accepted(&policy));
        for cookies in [good.as_str(), &unsealed, "", "privacy=1.shop.", "privacy=%", &"privacy=x;".repeat(1000)] {
            assert_eq!(allocations(&policy, cookies, &sealer), 0, "{categories} categories, {cookies:.60}");
        }
    }
}

#[test]
fn more_ids_work_too() {
    let sealer = Sealer::new(KeyRing::new("k1", &[7; 32]).unwrap(), "privacy", "shop");
    let policy = policy(70);
    let cookies = format!("privacy={}", sealer.seal(&accepted(&policy)));
    assert!(allocations(&policy, &cookies, &sealer) > 0, "this test can tell");
}
