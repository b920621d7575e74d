//! The consents that a simulation decides on.

use consentry::{Act, Answer, Method, Policy, SealState, Signals, Stored, Timestamp};
use fastrand::Rng;

use crate::{outcome::Problem, report, source::Source, stored};

/// The shares of made-up visitors, in per cent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shares {
    pub(super) accept: u8,
    pub(super) refuse: u8,
}

/// Reads a consent from each line of a file. Lines without one are told.
pub(super) fn read(name: &str) -> Result<Vec<String>, Problem> {
    let source = Source::read(name)?;
    let lines = source.text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let (mut consents, mut without) = (Vec::new(), 0_usize);
    for line in lines {
        match consent(line) {
            Some(consent) => consents.push(consent.to_owned()),
            None => without += 1,
        }
    }
    if without > 0 {
        let lines = if without == 1 { "line has" } else { "lines have" };
        report::warning(&format!("{without} {lines} cookies but no consent, and nobody is counted for them"))?;
    }
    Ok(consents)
}

/// The consent in a line: the line itself, or the value of the cookie of that name. What is there but cannot be read counts:
/// such a visitor would be asked.
fn consent(line: &str) -> Option<&str> {
    let line = match line.split_once(':') {
        Some((name, value)) if name.eq_ignore_ascii_case("cookie") => value.trim(),
        _ => line,
    };
    if !line.contains('=') {
        return Some(line);
    }
    stored::consent([line].into_iter()).map(|(_, text)| text)
}

/// Makes up visitors who answered at any time since when their answers count.
pub(super) fn synthetic(
    policy: &Policy,
    count: u32,
    shares: Shares,
    seed: u64,
    signals: &Signals,
    now: Timestamp,
) -> Vec<String> {
    let mut chance = Rng::with_seed(seed);
    (0..count).filter_map(|_| answer(policy, shares, signals, now, &mut chance)).collect()
}

/// The consent of one of them. Under an opt-out regime, where nothing is asked, the choices page is answered.
fn answer(policy: &Policy, shares: Shares, signals: &Signals, now: Timestamp, chance: &mut Rng) -> Option<String> {
    let longest = policy.regime(signals.region).grant_max_age_seconds().max(1).saturating_mul(1000);
    let at = Timestamp::from_millis(now.as_millis().saturating_sub(chance.u64(0..longest)));
    let decision = policy.decide(Stored::Absent, SealState::NotRequired, signals, at);
    let (method, asked): (_, Vec<&str>) = match decision.prompt() {
        Some(prompt) => (Method::Banner, prompt.ids().collect()),
        None => (Method::Choices, policy.switches().collect()),
    };
    let percent = chance.u8(0..100);
    let granted: Vec<&str> = if percent < shares.accept {
        asked.clone()
    } else if percent < shares.accept + shares.refuse {
        Vec::new()
    } else {
        asked.iter().copied().filter(|_| chance.bool()).collect()
    };
    let answer = Answer { act: Act::Save, method, version: policy.version(), asked: &asked, granted: &granted };
    decision.answer(&answer, Stored::Absent, SealState::NotRequired)
}
