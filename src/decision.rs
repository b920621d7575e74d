//! The one rule: what is allowed for this visitor now, and whether to ask.
//!
#![doc = include_str!("decision/rule.md")]

mod explain;
mod granted;
mod json;
mod prompt;
mod resolve;
mod rule;
mod status;

use alloc::string::String;

pub use explain::Explanation;
pub use granted::{Granted, Marketing, Preferences, Purpose, Statistics};
pub use prompt::{Notice, Prompt};
pub(crate) use resolve::resolve;
pub(crate) use rule::{can_override, is_from_future, signal_denies};
pub use status::{PromptCause, Reason, Status};

use resolve::RefusedService;
use rule::Facts;

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

/// A list with a place for each slot. Natively up to 64 of them lie on the stack; in a browser an allocation costs less
/// than the code that would avoid it.
#[cfg(not(target_arch = "wasm32"))]
pub(crate) type PerSlot<T> = tinyvec::TinyVec<[T; 64]>;
#[cfg(target_arch = "wasm32")]
pub(crate) type PerSlot<T> = alloc::vec::Vec<T>;

/// The verdict on one slot. 24 bytes, so that 64 of them stay cheap to move.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) status: Status,
    pub(crate) reason: Reason,
    /// Whether the visitor is to be asked about it now.
    pub(crate) ask: bool,
    /// Whether the denial is to be stored, because it came with a signal that may be gone tomorrow.
    pub(crate) persist: bool,
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
    signals: Signals,
    now: Timestamp,
    verdicts: PerSlot<Verdict>,
    refused_services: PerSlot<RefusedService>,
    /// Why nothing that is stored can be relied upon to allow anything.
    unusable: Option<Reason>,
    cause: PromptCause,
    /// The version that was last shown to the visitor; 0 where there is no usable consent.
    seen: u32,
}

/// What is necessary is not asked about.
const NEEDS_NO_ANSWER: Verdict = Verdict {
    status: Status::Required,
    reason: Reason::Necessary,
    ask: false,
    persist: false,
    version: 0,
    at: Timestamp::from_millis(0),
};

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
        let now = now.into();
        let ours = stored.consent().filter(|consent| consent.policy() == self.id());
        let resolved = ours.map(|consent| resolve(self, consent, seal.is_trusted(), now));
        let remembers_gpc = resolved.as_ref().is_some_and(|resolved| resolved.remembers_gpc);
        let facts = Facts::new(self, stored, seal, signals, now, remembers_gpc);
        let mut decision = Decision {
            policy: self.clone(),
            signals: *signals,
            now,
            verdicts: PerSlot::new(),
            refused_services: PerSlot::new(),
            unusable: facts.unusable,
            cause: PromptCause::default(),
            seen: ours.map_or(0, |consent| consent.version().get()),
        };
        for place in 0..self.0.index.slots.len() {
            let entry = resolved.as_ref().and_then(|resolved| resolved.slot(place));
            decision.verdicts.push(facts.verdict(place, entry));
        }
        if let Some(resolved) = resolved {
            decision.refused_services = resolved.refused;
        }
        decision.cause = facts.cause(&decision.verdicts);
        decision
    }
}

impl Decision {
    /// The policy it was made under.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The signals it was made from.
    pub fn signals(&self) -> &Signals {
        &self.signals
    }

    /// The time it was made for.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The regime that holds.
    pub fn regime(&self) -> &Regime {
        self.policy.regime(self.signals.region)
    }

    pub(crate) fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    pub(crate) fn verdict(&self, slot: usize) -> Verdict {
        self.verdicts.get(slot).copied().unwrap_or_default()
    }

    /// Why nothing that is stored can be relied upon to allow anything.
    pub(crate) fn unusable(&self) -> Option<Reason> {
        self.unusable
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
        let declared = &self.policy.0;
        if let Some(place) = declared.categories.iter().position(|category| category.id == id) {
            return Some(self.of_category(place));
        }
        let place = declared.services.iter().position(|service| service.id == id)?;
        Some(self.of_service(place))
    }

    pub(crate) fn of_category(&self, place: usize) -> Verdict {
        let slot = self.policy.0.index.categories.get(place).copied().flatten();
        slot.map_or(NEEDS_NO_ANSWER, |slot| self.verdict(slot))
    }

    pub(crate) fn of_service(&self, place: usize) -> Verdict {
        let Some(service) = self.policy.0.index.services.get(place) else { return Verdict::default() };
        let Some(slot) = service.slot else { return NEEDS_NO_ANSWER };
        let verdict = self.verdict(slot);
        let refused = self.refused_services.iter().find(|refused| refused.place as usize == place);
        if let Some(refused) = refused.filter(|_| verdict.status != Status::Denied) {
            let reason = if refused.by_gpc { Reason::Gpc } else { Reason::Refused };
            Verdict { status: Status::Denied, reason, ..Verdict::default() }
        } else if verdict.status == Status::Granted && verdict.version != 0 && verdict.version < service.since {
            Verdict { status: Status::Undecided, reason: Reason::PolicyChanged, ..verdict }
        } else {
            verdict
        }
    }

    /// What to ask the visitor, if anything.
    pub fn prompt(&self) -> Option<Prompt<'_>> {
        self.verdicts.iter().any(|verdict| verdict.ask).then_some(Prompt { decision: self })
    }

    /// What to show the visitor conspicuously without asking, if anything.
    pub fn notice(&self) -> Option<Notice<'_>> {
        let notice = Notice { decision: self };
        (notice.gpc_honoured() || notice.opt_out() || notice.changes().next().is_some()).then_some(notice)
    }

    /// Whether a signal denied something that should be stored, so that its later absence grants nothing.
    pub fn must_persist(&self) -> bool {
        self.verdicts.iter().any(|verdict| verdict.persist)
    }

    /// The consent to store for a signal that denied something: the stored one and those denials.
    pub fn persist(&self, stored: Stored<'_>, seal: SealState) -> Option<String> {
        self.must_persist().then(|| crate::consent::persisted(self, stored, seal))?
    }
}
