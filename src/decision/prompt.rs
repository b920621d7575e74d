//! What to ask and what to tell.

use super::{Decision, PromptCause, case::Tidings};
use crate::policy::{Change, ChangeKind, PolicyVersion};

/// What to ask a visitor, and why.
#[derive(Clone, Copy, Debug)]
pub struct Prompt<'a> {
    pub(super) decision: &'a Decision,
}

impl<'a> Prompt<'a> {
    /// Why the visitor is asked.
    pub fn cause(&self) -> PromptCause {
        self.decision.outcome.cause
    }

    /// The ids asked about: categories, and services with a choice of their own.
    pub fn ids(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.decision.case().asked().map(|(_, item)| &*item.id)
    }

    /// The changes since the visitor chose that touch what is asked. None on a first visit.
    pub fn changes(&self) -> impl Iterator<Item = &'a Change> + use<'a> {
        self.decision.changes(ChangeKind::Ask)
    }
}

/// What to show a visitor conspicuously without asking.
#[derive(Clone, Copy, Debug)]
pub struct Notice<'a> {
    pub(super) decision: &'a Decision,
}

impl<'a> Notice<'a> {
    fn tidings(&self) -> Tidings {
        self.decision.case().notice().unwrap_or_default()
    }

    /// Whether a GPC signal sent with this request denied something that would go without asking otherwise: California
    /// wants it displayed (11 CCR 7025(c)(6)). Never in an opt-in regime.
    pub fn gpc_honoured(&self) -> bool {
        self.tidings().gpc_honoured
    }

    /// What the visitor had granted and the signal denies, where an explicit override is possible: the visitor may be told
    /// of the conflict and asked (11 CCR 7025(c)(3)). The denial is stored, so it is told once; what can be overridden
    /// later on is [`Decision::overridable`].
    pub fn conflict(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.decision.case().in_conflict().map(|(_, item)| &*item.id)
    }

    /// Whether something is allowed by default, so that a way to object must be offered.
    pub fn opt_out(&self) -> bool {
        self.tidings().opt_out
    }

    /// The changes to be told of since the visitor last saw the policy.
    pub fn changes(&self) -> impl Iterator<Item = &'a Change> + use<'a> {
        self.decision.changes(ChangeKind::Notify)
    }

    /// The version to acknowledge.
    pub fn version(&self) -> PolicyVersion {
        self.decision.policy.version()
    }
}

impl Decision {
    fn changes(&self, kind: ChangeKind) -> impl Iterator<Item = &Change> {
        self.case().changes(kind).filter_map(|(place, _)| self.policy.changes().get(place))
    }
}
