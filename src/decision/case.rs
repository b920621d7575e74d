//! What was decided, together with the terms it was decided on.

use super::{
    PerItem, Persist, PromptCause, Reason, Status, Stored, Verdict, resolve,
    rule::{Judge, can_override, unusable},
};
use crate::{
    consent::SealState,
    policy::{ChangeKind, Item, NECESSARY_PLACE, Regime, RegimeKind, Step, Terms},
    signals::Signals,
    timestamp::Timestamp,
};

/// What was decided.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Outcome {
    pub(crate) signals: Signals,
    pub(crate) now: Timestamp,
    /// The place of the regime that holds.
    regime: usize,
    pub(super) verdicts: PerItem<Verdict>,
    /// Why nothing that is stored can be relied upon to allow anything.
    pub(crate) unusable: Option<Reason>,
    pub(crate) cause: PromptCause,
    /// The version that was last shown to the visitor; 0 where there is no consent of this policy.
    pub(super) seen: u32,
}

/// What was decided, with the terms.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case<'a> {
    pub(crate) terms: &'a Terms,
    pub(crate) outcome: &'a Outcome,
}

/// What a notice is about, besides changes.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tidings {
    pub(crate) gpc_honoured: bool,
    pub(crate) opt_out: bool,
}

impl Terms {
    pub(crate) fn decide(&self, stored: &Stored<'_>, seal: SealState, signals: &Signals, now: Timestamp) -> Outcome {
        let ours = stored.consent().filter(|consent| consent.policy() == &*self.id);
        let resolved = resolve(self, ours, seal.is_trusted(), now);
        let regime = self.regime_of(signals.region.as_ref());
        let outcome = Outcome {
            signals: *signals,
            now,
            regime,
            verdicts: PerItem::new(),
            unusable: unusable(self, stored, seal, now),
            // Of several causes the first is told; this is the last.
            cause: PromptCause::Expired,
            seen: ours.map_or(0, |consent| consent.version().get()),
        };
        let regime = self.regime(regime);
        let mut judge = Judge { terms: self, seal, regime, remembers_gpc: resolved.remembers_gpc, outcome };
        for (place, item) in self.items.iter().enumerate() {
            let answer = resolved.answer(place);
            let verdict = if item.is_switch(place) {
                judge.of_switch(item, answer)
            } else if item.switch == NECESSARY_PLACE {
                Verdict { status: Status::Required, reason: Reason::Necessary, ..Verdict::default() }
            } else {
                judge.of_follower(item, answer)
            };
            if verdict.ask {
                judge.outcome.cause = judge.outcome.cause.min(judge.cause(&verdict, item));
            }
            judge.outcome.verdicts.push(verdict);
        }
        if let Stored::Absent = stored {
            judge.outcome.cause = PromptCause::FirstVisit;
        }
        judge.outcome
    }
}

impl<'a> Case<'a> {
    pub(crate) fn regime(&self) -> &'a Regime {
        self.terms.regime(self.outcome.regime)
    }

    pub(crate) fn verdict(&self, place: usize) -> Verdict {
        self.outcome.verdicts.get(place).copied().unwrap_or_default()
    }

    pub(crate) fn verdicts(&self) -> &'a [Verdict] {
        &self.outcome.verdicts
    }

    /// Whether the visitor is to be asked anything.
    pub(crate) fn asks(&self) -> bool {
        self.verdicts().iter().any(|verdict| verdict.ask)
    }

    /// What the visitor is to be asked about.
    pub(crate) fn asked(self) -> Switches<'a> {
        self.those(Only::Asked)
    }

    /// What was granted and is denied by a signal that may be overridden.
    pub(crate) fn in_conflict(self) -> Switches<'a> {
        self.those(Only::InConflict)
    }

    /// What a signal denies and the visitor may allow all the same.
    pub(crate) fn overridable(self) -> Switches<'a> {
        self.those(Only::DeniedByGpc)
    }

    pub(super) fn those(self, only: Only) -> Switches<'a> {
        let outcome = self.outcome;
        let overridable = outcome.signals.gpc && outcome.unusable.is_none() && can_override(self.regime());
        let verdicts = if overridable || only == Only::Asked { self.verdicts() } else { &[] };
        Switches { only: Some((only, verdicts)), ..self.terms.switches() }
    }

    /// The changes since the visitor chose that touch what is asked. None on a first visit.
    pub(crate) const fn asked_changes(self) -> Changes<'a> {
        Changes { case: self, kind: ChangeKind::Ask, next: 0 }
    }

    /// The changes to be told of since the visitor last saw the policy.
    pub(crate) const fn told_changes(self) -> Changes<'a> {
        Changes { case: self, kind: ChangeKind::Notify, next: 0 }
    }

    fn shows(&self, step: &Step) -> bool {
        let seen = self.outcome.seen;
        if step.kind == ChangeKind::Notify {
            return step.version > seen;
        }
        for (place, item) in self.asked() {
            if step.version > self.verdict(place).answered(seen) && self.terms.touches(step, place, item) {
                return true;
            }
        }
        false
    }

    /// What to tell the visitor, if anything.
    pub(crate) fn notice(self) -> Option<Tidings> {
        let mut tidings = Tidings::default();
        // Where consent is asked first a signal changes little, and is no reason for a bar on each page.
        let displays_gpc = self.outcome.signals.gpc && self.regime().kind != RegimeKind::OptIn;
        for (place, _) in self.terms.switches() {
            let reason = self.verdict(place).reason;
            tidings.gpc_honoured |= displays_gpc && reason == Reason::Gpc;
            tidings.opt_out |= reason == Reason::RegimeDefault;
        }
        (tidings.gpc_honoured || tidings.opt_out || self.told_changes().next().is_some()).then_some(tidings)
    }

    /// Whether a signal denied something that should be stored.
    pub(crate) fn must_persist(&self) -> bool {
        self.verdicts().iter().any(|verdict| verdict.persist != Persist::Nothing)
    }
}

/// Which switches are wanted, by their verdict.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Only {
    Asked,
    InConflict,
    DeniedByGpc,
}

/// Everything a visitor can switch: optional categories, and services with a choice of their own; or some of it. One
/// small type instead of iterator adapters, as every place that goes through them shares its code.
pub(crate) struct Switches<'a> {
    pub(crate) items: &'a [Item],
    pub(crate) only: Option<(Only, &'a [Verdict])>,
    pub(crate) next: usize,
}

impl<'a> Iterator for Switches<'a> {
    type Item = (usize, &'a Item);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let place = self.next;
            let item = self.items.get(place)?;
            self.next += 1;
            let wanted = match self.only {
                None => true,
                Some((only, verdicts)) => verdicts.get(place).is_some_and(|verdict| match only {
                    Only::Asked => verdict.ask,
                    Only::InConflict => verdict.persist == Persist::Conflict,
                    Only::DeniedByGpc => verdict.reason == Reason::Gpc,
                }),
            };
            if item.is_switch(place) && wanted {
                return Some((place, item));
            }
        }
    }
}

/// The changes to be shown to a visitor, each with its place in the history.
pub(crate) struct Changes<'a> {
    case: Case<'a>,
    kind: ChangeKind,
    next: usize,
}

impl<'a> Iterator for Changes<'a> {
    type Item = (usize, &'a Step);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let place = self.next;
            let step = self.case.terms.steps.get(place)?;
            self.next += 1;
            // Who has seen no version yet is told of none that it changed.
            if step.kind == self.kind && self.case.outcome.seen > 0 && self.case.shows(step) {
                return Some((place, step));
            }
        }
    }
}
