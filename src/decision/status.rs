//! The words of a decision.

use crate::policy::words;

/// Whether something may happen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Status {
    /// It needs no consent.
    Required,
    /// The visitor agreed, or the regime allows it until the visitor objects.
    Granted,
    /// The visitor, or a signal the visitor sends, said no.
    Denied,
    /// Nobody said anything that counts. Never allows.
    #[default]
    Undecided,
}

words!(Status: Required = "required", Granted = "granted", Denied = "denied", Undecided = "undecided");

impl Status {
    /// Whether it may happen.
    pub const fn is_allowed(self) -> bool {
        matches!(self, Self::Required | Self::Granted)
    }
}

/// Why a status is what it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum Reason {
    /// Required: the site does not work without.
    Necessary,
    /// Granted: the visitor agreed.
    Chosen,
    /// Granted: the visitor agreed and overrode a GPC signal.
    GpcOverride,
    /// Granted: the regime allows it until the visitor objects. Never written into a consent.
    RegimeDefault,
    /// Denied: the visitor refused.
    Refused,
    /// Denied: a GPC signal, sent now or before.
    Gpc,
    /// Undecided: the visitor has not answered.
    #[default]
    NoAnswer,
    /// Undecided: the policy changed after the visitor agreed.
    PolicyChanged,
    /// Undecided: the visitor agreed too long ago.
    Expired,
    /// Undecided: the visitor agreed under a regime less strict than today's.
    StricterRegime,
    /// Undecided: the consent lacks the seal this site demands.
    Unsealed,
    /// Undecided: the seal of the consent does not fit.
    BadSeal,
    /// Undecided: the consent is dated more than 24 hours ahead.
    FromFuture,
    /// Undecided: the consent was given under a version of the policy that is not known here.
    NewerPolicy,
    /// Undecided: the consent is of a format that is not known here.
    NewerFormat,
    /// Undecided: the consent cannot be read.
    Unreadable,
    /// Undecided: the consent belongs to another policy.
    ForeignPolicy,
}

words!(Reason: Necessary = "necessary", Chosen = "chosen", GpcOverride = "gpc-override",
    RegimeDefault = "regime-default", Refused = "refused", Gpc = "gpc", NoAnswer = "no-answer",
    PolicyChanged = "policy-changed", Expired = "expired", StricterRegime = "stricter-regime", Unsealed = "unsealed",
    BadSeal = "bad-seal", FromFuture = "from-future", NewerPolicy = "newer-policy", NewerFormat = "newer-format",
    Unreadable = "unreadable", ForeignPolicy = "foreign-policy");

impl Reason {
    /// The part of [the rule](super) that the reason comes from, by its heading.
    pub fn rule(self) -> &'static str {
        match self {
            Self::Necessary => "What is necessary",
            Self::Chosen | Self::PolicyChanged | Self::Expired | Self::StricterRegime | Self::FromFuture => "Grants",
            Self::Unsealed | Self::BadSeal => "Grants",
            Self::Refused => "Denials",
            Self::RegimeDefault | Self::NoAnswer => "Silence",
            Self::Gpc | Self::GpcOverride => "Signals",
            Self::NewerPolicy => "Newer than here",
            Self::NewerFormat | Self::Unreadable | Self::ForeignPolicy => "What is stored",
        }
    }
}

/// Why a prompt is shown. Of several causes the first in this order is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
#[non_exhaustive]
pub enum PromptCause {
    /// The visitor never answered.
    #[default]
    FirstVisit,
    /// The consent cannot be read.
    Unreadable,
    /// The consent belongs to another policy.
    ForeignPolicy,
    /// The consent lacks a good seal.
    Unsealed,
    /// The policy changed since.
    PolicyChanged,
    /// A stricter regime holds now.
    StricterRegime,
    /// The visitor answered, but not about everything.
    Unanswered,
    /// The consent is dated ahead.
    FromFuture,
    /// An answer is too old.
    Expired,
}

words!(PromptCause: FirstVisit = "first-visit", Unreadable = "unreadable", ForeignPolicy = "foreign-policy",
    Unsealed = "unsealed", PolicyChanged = "policy-changed", StricterRegime = "stricter-regime",
    Unanswered = "unanswered", FromFuture = "from-future", Expired = "expired");

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_comes_from_a_part_of_the_rule() {
        for reason in Reason::ALL {
            let heading = alloc::format!("**{}.**", reason.rule());
            assert!(include_str!("rule.md").lines().any(|line| line == heading), "{reason:?}");
        }
    }
}
