//! Stored consents as visitors may bring them.

use consentry::{Act, Answer, Method, Region, SealState, Signals, Stored, Timestamp, policy::PolicyVersion};
use fastrand::Rng;

use crate::{
    evolution::{History, REGIONS},
    texts::{self, NOW},
};

/// A consent that came about by answers: to the first prompt, and perhaps to more.
pub fn lived(rng: &mut Rng, history: &History) -> Option<String> {
    let version = if rng.u8(..3) == 0 { rng.u32(1..=history.latest()) } else { history.latest() };
    let policy = &history.edition(version).policy;
    let mut now = NOW - rng.u64(20..200) * 86_400_000;
    let mut text: Option<String> = None;
    for _ in 0..rng.usize(1..=3) {
        let region = rng.choice(REGIONS).and_then(Region::parse);
        let stored = Stored::from_text(text.as_deref());
        let signals = Signals { gpc: rng.u8(..9) == 0, region };
        let decision = policy.decide(stored, SealState::NotRequired, &signals, Timestamp::from_millis(now));
        let ids = history.edition(version).switches();
        let granted: Vec<&str> = ids.iter().filter(|_| rng.u8(..3) > 0).map(String::as_str).collect();
        let asked: Vec<&str> = ids.iter().map(String::as_str).collect();
        let answer = Answer {
            act: rng.choice([Act::Accept, Act::Save, Act::Save, Act::Withdraw])?,
            method: Method::Choices,
            version: PolicyVersion::new(version)?,
            asked: &asked,
            granted: &granted,
        };
        text = decision.answer(&answer, stored, SealState::NotRequired).or(text);
        now += rng.u64(..10 * 86_400_000);
    }
    text
}

/// A consent text: lived, by hand, damaged, sealed, or none at all.
pub fn consent(rng: &mut Rng, history: &History) -> String {
    let lived = if rng.bool() { lived(rng, history) } else { None };
    let mut text = lived.unwrap_or_else(|| texts::handmade(rng, history));
    if rng.u8(..3) == 0 {
        let mac: String = std::iter::repeat_with(|| rng.alphanumeric()).take(43).collect();
        text = format!("{text}.k1.{mac}");
    }
    match rng.u8(..10) {
        0..3 => texts::corrupt(rng, &text),
        3 => {
            let length = rng.usize(..200);
            std::iter::repeat_with(|| rng.char(..)).take(length).collect()
        }
        4 => text.repeat(rng.usize(1..40)),
        _ => text,
    }
}
