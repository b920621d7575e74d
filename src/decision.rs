//! The one rule: what is allowed for this visitor now, and whether to ask.
//!
#![doc = include_str!("decision/rule.md")]

mod case;
mod explain;
mod google;
#[cfg(feature = "http")]
mod granted;
mod json;
#[cfg(any(feature = "json", all(feature = "wasm", target_arch = "wasm32")))]
pub(crate) mod letters;
mod prompt;
mod resolve;
mod rule;
mod status;

use alloc::string::String;

pub(crate) use case::{Case, Outcome, Switches};
pub use explain::Explanation;
#[cfg(feature = "http")]
pub use granted::{Granted, Marketing, Preferences, Purpose, Statistics};
pub use prompt::{Notice, Prompt};
pub(crate) use resolve::{Resolved, resolve};
pub(crate) use rule::{can_override, is_from_future, signal_denies};
pub use status::{PromptCause, Reason, Status};

use crate::{
    consent::{Consent, DecodeError, SealState},
    policy::{Policy, Regime},
    signals::Signals,
    timestamp::Timestamp,
};

/// What is stored of a visitor.
#[derive(Clone, Copy, Debug)]
pub enum Stored<'a> {
    /// Nothing.
    Absent,
    /// Something that cannot be read.
    Unreadable(DecodeError),
    /// A consent.
    Consent(Consent<'a>),
}

impl<'a> Stored<'a> {
    /// Reads the text of a consent cookie, if there is one.
    pub fn from_text(text: Option<&'a str>) -> Self {
        match text.map(Consent::decode) {
            None => Self::Absent,
            Some(Err(error)) => Self::Unreadable(error),
            Some(Ok(consent)) => Self::Consent(consent),
        }
    }

    /// The consent, if it can be read.
    pub fn consent(&self) -> Option<&Consent<'a>> {
        match self {
            Self::Consent(consent) => Some(consent),
            _ => None,
        }
    }
}

/// A list with a place for each item. Natively 64 of them and the necessary one lie on the stack; in a browser an allocation costs less
/// than the code that would avoid it.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) type PerItem<T> = tinyvec::TinyVec<[T; 65]>;
#[cfg(target_arch = "wasm32")]
pub(crate) type PerItem<T> = alloc::vec::Vec<T>;

/// What is to be stored of a signal's denial.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Persist {
    #[default]
    Nothing,
    Denial,
    /// The denial, which beats a stored grant that would count.
    Conflict,
}

/// The verdict on one item. 16 bytes, so that 64 of them stay cheap to move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) status: Status,
    pub(crate) reason: Reason,
    /// Whether the visitor is to be asked about it now.
    pub(crate) ask: bool,
    /// Whether the denial is to be stored, because it came with a signal that may be gone tomorrow.
    pub(crate) persist: Persist,
    /// The version and time of the stored answer; version 0 where there is none.
    pub(crate) version: u32,
    pub(crate) at: Timestamp,
}

impl Verdict {
    /// The version the visitor answered under, or else the one that was `seen` last.
    fn answered(&self, seen: u32) -> u32 {
        if self.version == 0 { seen } else { self.version }
    }
}

/// What is allowed for one visitor at one moment, and whether to ask. Made by [`Policy::decide`] only.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    policy: Policy,
    outcome: Outcome,
}

impl Policy {
    /// Decides: what is allowed, why, and whether to ask. The same for everyone who calls it with the same facts;
    /// there is no clock and no randomness in it, and nothing is allocated for up to 64 ids.
    pub fn decide(
        &self,
        stored: Stored<'_>,
        seal: SealState,
        signals: &Signals,
        now: impl Into<Timestamp>,
    ) -> Decision {
        self.decision(self.0.terms.decide(&stored, seal, signals, now.into()))
    }

    pub(crate) fn decision(&self, outcome: Outcome) -> Decision {
        Decision { policy: self.clone(), outcome }
    }
}

impl Decision {
    /// The policy it was made under.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The signals it was made from.
    pub fn signals(&self) -> &Signals {
        &self.outcome.signals
    }

    /// The time it was made for.
    pub fn now(&self) -> Timestamp {
        self.outcome.now
    }

    /// The regime that holds.
    pub fn regime(&self) -> &Regime {
        self.case().regime()
    }

    /// Whether nothing is stored of the visitor.
    #[cfg(feature = "http")]
    pub(crate) fn is_of_new_visitor(&self) -> bool {
        self.outcome.cause == PromptCause::FirstVisit
    }

    /// Whether both are the same but for their moment and place.
    #[cfg(feature = "http")]
    pub(crate) fn looks_like(&self, other: &Self) -> bool {
        alloc::sync::Arc::ptr_eq(&self.policy.0, &other.policy.0) && self.outcome.looks_like(&other.outcome)
    }

    pub(crate) fn case(&self) -> Case<'_> {
        Case { terms: &self.policy.0.terms, outcome: &self.outcome }
    }

    /// The status of a category or service; `None` for an id the policy does not have.
    pub fn status(&self, id: &str) -> Option<Status> {
        self.verdict_on(id).map(|verdict| verdict.status)
    }

    /// Whether a category or service may do what it declares. An unknown id may not.
    pub fn allows(&self, id: &str) -> bool {
        self.status(id).is_some_and(Status::is_allowed)
    }

    /// Why the status of a category or service is what it is; `None` for an id the policy does not have.
    pub fn reason(&self, id: &str) -> Option<Reason> {
        self.verdict_on(id).map(|verdict| verdict.reason)
    }

    fn verdict_on(&self, id: &str) -> Option<Verdict> {
        let case = self.case();
        Some(case.verdict(case.terms.place(id)?))
    }

    /// What to ask the visitor, if anything.
    pub fn prompt(&self) -> Option<Prompt<'_>> {
        self.case().asks().then_some(Prompt { decision: self })
    }

    /// What to show the visitor conspicuously without asking, if anything.
    pub fn notice(&self) -> Option<Notice<'_>> {
        self.case().notice().is_some().then_some(Notice { decision: self })
    }

    /// What the visitor's GPC signal denies now and the visitor may allow all the same, by an answer with method
    /// [`GpcOverride`](crate::consent::Method::GpcOverride) (11 CCR 7025(c)(3)). Nothing where the regime allows no
    /// override.
    pub fn overridable(&self) -> impl Iterator<Item = &str> {
        self.case().overridable().map(|(_, item)| &*item.id)
    }

    /// Whether a signal denied something that should be stored, so that its later absence grants nothing.
    pub fn must_persist(&self) -> bool {
        self.case().must_persist()
    }

    /// The consent to store for a signal that denied something: the stored one and those denials.
    pub fn persist(&self, stored: Stored<'_>, seal: SealState) -> Option<String> {
        self.case().persist(&stored, seal)
    }
}
