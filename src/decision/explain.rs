//! A decision in words.

use core::fmt;

use super::{Decision, Reason, Status};
use crate::timestamp::Timestamp;

/// Why the status of one id is what it is, in words: see [`Decision::explain`].
#[derive(Clone, Copy, Debug)]
pub struct Explanation<'a> {
    decision: &'a Decision,
    id: &'a str,
    status: Status,
    reason: Reason,
    /// The version and time of the stored answer; version 0 where there is none.
    answer: (u32, Timestamp),
}

impl Decision {
    /// Why the status of a category or service is what it is, in one English sentence; `None` for an id the policy
    /// does not have.
    pub fn explain<'a>(&'a self, id: &'a str) -> Option<Explanation<'a>> {
        let verdict = self.verdict_on(id)?;
        let (status, reason) = (verdict.status, verdict.reason);
        Some(Explanation { decision: self, id, status, reason, answer: (verdict.version, verdict.at) })
    }
}

impl Explanation<'_> {
    /// The status explained.
    pub fn status(&self) -> Status {
        self.status
    }

    /// The reason for it.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    fn date(&self) -> impl fmt::Display {
        self.answer.1.to_datetime().date()
    }
}

impl fmt::Display for Explanation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (version, _) = self.answer;
        let policy = &self.decision.policy;
        let regime = self.decision.regime();
        let days = |seconds: u64| seconds / 86_400;
        write!(f, "{} is {}: ", self.id, self.status.word())?;
        match self.reason {
            Reason::Necessary => write!(f, "the site does not work without it"),
            Reason::Chosen => write!(f, "the visitor agreed on {} under version {version}", self.date()),
            Reason::GpcOverride => {
                write!(f, "the visitor agreed on {} and overrode the GPC signal", self.date())
            }
            Reason::RegimeDefault => {
                write!(f, "nothing is stored and regime {} allows it until the visitor objects", regime.id())
            }
            Reason::Refused if version == 0 => write!(f, "the visitor refused"),
            Reason::Refused => write!(f, "the visitor refused on {} under version {version}", self.date()),
            Reason::Gpc if self.decision.outcome.signals.gpc => {
                write!(f, "the browser sends a GPC signal, which regime {} honours", regime.id())
            }
            Reason::Gpc if version == 0 => write!(f, "a GPC signal was honoured before"),
            Reason::Gpc => write!(f, "a GPC signal was honoured on {}", self.date()),
            Reason::NoAnswer => {
                write!(f, "the visitor has not answered and regime {} allows nothing before", regime.id())
            }
            Reason::PolicyChanged => {
                let since = policy.since(self.id).map_or(0, |since| since.get());
                write!(f, "the visitor agreed under version {version}, but it changed in version {since}")
            }
            Reason::Expired => {
                let limit = days(regime.grant_max_age);
                write!(f, "the visitor agreed on {}, which counts for {limit} days", self.date())
            }
            Reason::StricterRegime => {
                write!(f, "the visitor agreed under a laxer regime than {}", regime.id())
            }
            Reason::Unsealed => write!(f, "the stored consent has no seal and this site demands one"),
            Reason::BadSeal => write!(f, "the seal of the stored consent does not fit"),
            Reason::FromFuture => write!(f, "the stored answer is dated more than 24 hours ahead"),
            Reason::NewerPolicy => {
                write!(f, "the stored consent was given under a newer version than {}", policy.version())
            }
            Reason::NewerFormat => write!(f, "the stored consent is of a newer format than this library reads"),
            Reason::Unreadable => write!(f, "the stored consent cannot be read"),
            Reason::ForeignPolicy => write!(f, "the stored consent belongs to another policy than {}", policy.id()),
        }
    }
}
