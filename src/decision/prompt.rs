//! What to ask and what to tell.

use super::{Decision, PromptCause, Reason};
use crate::policy::{Change, ChangeKind, PolicyVersion};

/// What to ask a visitor, and why.
#[derive(Clone, Copy, Debug)]
pub struct Prompt<'a> {
    pub(super) decision: &'a Decision,
}

impl<'a> Prompt<'a> {
    /// Why the visitor is asked.
    pub fn cause(&self) -> PromptCause {
        self.decision.cause
    }

    /// The ids asked about: categories, and services with a choice of their own.
    pub fn ids(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.slots().map(|(_, id)| id)
    }

    pub(crate) fn slots(&self) -> impl Iterator<Item = (usize, &'a str)> + use<'a> {
        let decision = self.decision;
        let declared = &decision.policy.0;
        decision
            .verdicts
            .iter()
            .zip(&declared.index.slots)
            .enumerate()
            .filter(|(_, (verdict, _))| verdict.ask)
            .map(|(place, (_, slot))| (place, slot.id.as_str()))
    }

    /// The changes since the visitor chose that touch what is asked. None on a first visit.
    pub fn changes(&self) -> impl Iterator<Item = &'a Change> + use<'a> {
        let decision = self.decision;
        let asked = *self;
        decision.policy.0.changes.iter().filter(move |change| {
            change.kind == ChangeKind::Ask
                && decision.seen > 0
                && asked.slots().any(|(place, _)| {
                    change.version > decision.verdict(place).answered(decision.seen)
                        && decision.policy.0.index.touches_slot(change, place)
                })
        })
    }
}

/// What to show a visitor conspicuously without asking.
#[derive(Clone, Copy, Debug)]
pub struct Notice<'a> {
    pub(super) decision: &'a Decision,
}

impl<'a> Notice<'a> {
    /// Whether a GPC signal sent with this request denied something: California wants it displayed (11 CCR 7025(c)(6)).
    pub fn gpc_honoured(&self) -> bool {
        self.decision.signals.gpc && self.decision.verdicts.iter().any(|verdict| verdict.reason == Reason::Gpc)
    }

    /// Whether something is allowed by default, so that a way to object must be offered.
    pub fn opt_out(&self) -> bool {
        self.decision.verdicts.iter().any(|verdict| verdict.reason == Reason::RegimeDefault)
    }

    /// The changes to be told of since the visitor last saw the policy.
    pub fn changes(&self) -> impl Iterator<Item = &'a Change> + use<'a> {
        let seen = self.decision.seen;
        let changes = self.decision.policy.0.changes.iter();
        changes.filter(move |change| change.kind == ChangeKind::Notify && seen > 0 && change.version > seen)
    }

    /// The version to acknowledge.
    pub fn version(&self) -> PolicyVersion {
        self.decision.policy.version()
    }
}
