//! From header bytes to a decision, sealed, ten cookies in the header; beside it the two parts anyone would pay: a bare
//! HMAC-SHA256 of the same text, and the `cookie` crate's parse of the same header.
#![allow(clippy::expect_used, missing_docs, reason = "a benchmark stops at the first fault")]

use consentry::{
    Act, Answer, Category, Consent, Method, Policy, Service, Signals, Stored, Timestamp,
    consent::{
        SealState,
        seal::{KeyRing, Sealer},
    },
    cookies::SECURE_NAME,
    policy::PolicyVersion,
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

const KEY: [u8; 32] = [7; 32];
const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

struct Setup {
    policy: Policy,
    sealer: Sealer,
    /// The consent with its seal, and the text the seal covers.
    sealed: String,
    text: String,
    /// Ten cookies, ours the eighth.
    header: String,
}

fn setup() -> Setup {
    let policy = Policy::builder("shop")
        .category(Category::new("preferences"))
        .category(Category::new("statistics"))
        .category(Category::new("marketing"))
        .service(Service::new("videos", "marketing").own_choice())
        .build()
        .expect("the policy is sound");
    let sealer = Sealer::new(KeyRing::new("k1", &KEY).expect("the key is long enough"), SECURE_NAME, "shop");
    let decision = policy.decide(Stored::Absent, SealState::NotRequired, &Signals::default(), NOW);
    let answer =
        Answer { act: Act::Accept, method: Method::Banner, version: PolicyVersion::FIRST, asked: &[], granted: &[] };
    let text = decision.answer(&answer, Stored::Absent, SealState::NotRequired).expect("all four are asked");
    let sealed = sealer.seal(&text);
    let mut cookies: Vec<String> = (0..9).map(|n| format!("cookie_{n}=value-{n}-0123456789abcdef")).collect();
    cookies.insert(7, format!("{SECURE_NAME}={sealed}"));
    Setup { policy, sealer, sealed, text, header: cookies.join("; ") }
}

fn main() {
    divan::main();
}

#[divan::bench]
fn header_to_decision_sealed(bencher: divan::Bencher<'_, '_>) {
    let Setup { policy, sealer, header, .. } = setup();
    bencher.bench(|| {
        let header = divan::black_box(header.as_str());
        let visit = policy.visit([header], SECURE_NAME, &Signals::default(), NOW, |consent| sealer.verify(consent));
        assert!(visit.decision.allows("videos"));
        visit.decision
    });
}

#[divan::bench]
fn header_to_decision_unsealed(bencher: divan::Bencher<'_, '_>) {
    let Setup { policy, header, .. } = setup();
    bencher.bench(|| {
        let header = divan::black_box(header.as_str());
        policy.visit([header], SECURE_NAME, &Signals::default(), NOW, |_| SealState::NotRequired).decision
    });
}

#[divan::bench]
fn decode_alone(bencher: divan::Bencher<'_, '_>) {
    let Setup { sealed, .. } = setup();
    bencher.bench(|| Consent::decode(divan::black_box(&sealed)).is_ok());
}

#[divan::bench]
fn bare_hmac_of_the_same_text(bencher: divan::Bencher<'_, '_>) {
    let Setup { text, .. } = setup();
    let key = Hmac::<Sha256>::new_from_slice(&KEY).expect("any length is a key");
    bencher.bench(|| {
        let mut mac = key.clone();
        mac.update(divan::black_box(text.as_bytes()));
        mac.finalize().into_bytes()
    });
}

#[divan::bench]
fn cookie_crate_parses_the_same_header(bencher: divan::Bencher<'_, '_>) {
    let Setup { header, .. } = setup();
    bencher.bench(|| cookie::Cookie::split_parse(divan::black_box(header.as_str())).flatten().count());
}
