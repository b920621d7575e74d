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

#[cfg(feature = "http")]
impl Outcome {
    /// Whether both are the same but for their moment and place, of which only the regime matters.
    pub(super) fn looks_like(&self, other: &Self) -> bool {
        let Self { signals, now: _, regime, verdicts, unusable, cause, seen } = self;
        (signals.gpc, *regime, *unusable, *cause, *seen)
            == (other.signals.gpc, other.regime, other.unusable, other.cause, other.seen)
            && *verdicts == other.verdicts
    }
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
    pub(crate) fn asked(self) -> impl Iterator<Item = (usize, &'a Item)> {
        self.terms.switches().filter(move |(place, _)| self.verdict(*place).ask)
    }

    /// Whether what a signal denies may be allowed all the same.
    fn may_override(&self) -> bool {
        let outcome = self.outcome;
        outcome.signals.gpc && outcome.unusable.is_none() && can_override(self.regime())
    }

    /// Whether a switch was granted and is denied by a signal that may be overridden.
    pub(crate) fn is_in_conflict(&self, place: usize) -> bool {
        self.verdict(place).persist == Persist::Conflict && self.may_override()
    }

    /// Whether a signal denies a switch and the visitor may allow it all the same.
    pub(crate) fn is_overridable(&self, place: usize, item: &Item) -> bool {
        self.verdict(place).reason == Reason::Gpc && item.is_switch(place) && self.may_override()
    }

    /// What was granted and is denied by a signal that may be overridden.
    pub(crate) fn in_conflict(self) -> impl Iterator<Item = (usize, &'a Item)> {
        self.terms.switches().filter(move |(place, _)| self.is_in_conflict(*place))
    }

    /// What a signal denies and the visitor may allow all the same.
    pub(crate) fn overridable(self) -> impl Iterator<Item = (usize, &'a Item)> {
        self.terms.switches().filter(move |(place, item)| self.is_overridable(*place, item))
    }

    /// The changes of a kind that are shown to the visitor, each with its place in the history.
    pub(crate) fn changes(self, kind: ChangeKind) -> impl Iterator<Item = (usize, &'a Step)> {
        let steps = self.terms.steps.iter().enumerate();
        steps.filter(move |(_, step)| step.kind == kind && self.shows(step))
    }

    /// Whether the visitor is shown a change: one to be told of since they last saw the policy, or since they chose one that
    /// touches what is asked. Who has seen no version yet is told of none that it changed.
    pub(crate) fn shows(&self, step: &Step) -> bool {
        let seen = self.outcome.seen;
        if step.kind != ChangeKind::Ask || seen == 0 {
            return step.kind == ChangeKind::Notify && seen > 0 && step.version > seen;
        }
        self.terms.switches().any(|(place, item)| {
            let verdict = self.verdict(place);
            verdict.ask && step.version > verdict.answered(seen) && self.terms.touches(step, place, item)
        })
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
        (tidings.gpc_honoured || tidings.opt_out || self.changes(ChangeKind::Notify).next().is_some())
            .then_some(tidings)
    }

    /// Whether a signal denied something that should be stored.
    pub(crate) fn must_persist(&self) -> bool {
        self.verdicts().iter().any(|verdict| verdict.persist != Persist::Nothing)
    }
}

/// Everything a visitor can switch: optional categories, and services with a choice of their own. One small type instead
/// of iterator adapters, as every place that goes through them shares its code.
pub(crate) struct Switches<'a> {
    pub(crate) items: &'a [Item],
    pub(crate) next: usize,
}

impl<'a> Iterator for Switches<'a> {
    type Item = (usize, &'a Item);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let place = self.next;
            let item = self.items.get(place)?;
            self.next += 1;
            if item.is_switch(place) {
                return Some((place, item));
            }
        }
    }
}
