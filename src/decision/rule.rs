//! The rule itself: when a grant counts, what a denial and a signal do, when to ask.

use super::{PromptCause, Reason, Status, Stored, Verdict};
use crate::{
    consent::{CLOCK_SKEW_MILLIS, Choice, DecodeError, Entry, Method, SealState},
    policy::{GpcRule, Policy, Regime, RegimeKind, Slot},
    signals::Signals,
    timestamp::Timestamp,
};

/// Why nothing in a stored consent can be relied upon to allow anything.
fn unusable(policy: &Policy, stored: Stored<'_>, seal: SealState, now: Timestamp) -> Option<Reason> {
    let consent = match stored {
        Stored::Absent => return None,
        Stored::Unreadable(DecodeError::NewerFormat) => return Some(Reason::NewerFormat),
        Stored::Unreadable(_) => return Some(Reason::Unreadable),
        Stored::Consent(consent) => consent,
    };
    if consent.policy() != policy.id() {
        Some(Reason::ForeignPolicy)
    } else if consent.version() > policy.version() {
        // Before the seal: during a rollout its key may be as new as its policy, and it must not be asked away.
        Some(Reason::NewerPolicy)
    } else if seal == SealState::Missing {
        Some(Reason::Unsealed)
    } else if !seal.is_trusted() {
        Some(Reason::BadSeal)
    } else if is_from_future(consent.at(), now) {
        Some(Reason::FromFuture)
    } else {
        None
    }
}

pub(crate) fn is_from_future(at: Timestamp, now: Timestamp) -> bool {
    at.as_millis() > now.as_millis().saturating_add(CLOCK_SKEW_MILLIS)
}

fn is_older(at: Timestamp, now: Timestamp, seconds: u64) -> bool {
    now.as_millis().saturating_sub(at.as_millis()) > seconds.saturating_mul(1000)
}

/// Whether a GPC signal denies `slot`: by law what has a listed use, and where consent is asked first, what goes
/// without (Global Privacy Control, "Legal effects").
pub(crate) fn signal_denies(regime: &Regime, slot: &Slot) -> bool {
    regime.gpc != GpcRule::Ignore
        && if regime.kind == RegimeKind::OptIn { slot.legitimate_interest } else { slot.listed_use }
}

/// Whether a visitor may override a signal explicitly.
pub(crate) fn can_override(regime: &Regime) -> bool {
    regime.gpc == GpcRule::HonourUnlessOverridden
}

/// What one decision is made from.
pub(super) struct Facts<'a> {
    policy: &'a Policy,
    stored: Stored<'a>,
    seal: SealState,
    signals: &'a Signals,
    now: Timestamp,
    regime: &'a Regime,
    remembers_gpc: bool,
    pub(super) unusable: Option<Reason>,
}

impl<'a> Facts<'a> {
    pub(super) fn new(
        policy: &'a Policy,
        stored: Stored<'a>,
        seal: SealState,
        signals: &'a Signals,
        now: Timestamp,
        remembers_gpc: bool,
    ) -> Self {
        let regime = policy.regime(signals.region);
        let unusable = unusable(policy, stored, seal, now);
        Self { policy, stored, seal, signals, now, regime, remembers_gpc, unusable }
    }

    /// The verdict on a slot, from the stored answer that speaks for it.
    pub(super) fn verdict(&self, place: usize, entry: Option<&Entry<'_>>) -> Verdict {
        let Some(slot) = self.policy.0.index.slots.get(place) else { return Verdict::default() };
        let (version, at) = entry.map_or((0, Timestamp::default()), |entry| (entry.stamp.version, entry.stamp.at));
        let verdict = |status, reason| Verdict { status, reason, version, at, ..Verdict::default() };

        if let Some(entry) = entry.filter(|entry| entry.choice == Choice::Denied) {
            let reason = if entry.stamp.method == Method::Gpc { Reason::Gpc } else { Reason::Refused };
            let ask = self.asks_refused_again(entry, slot.ask_since);
            return Verdict { ask, ..verdict(Status::Denied, reason) };
        }
        let grant = entry.map(|entry| (entry, self.fault_of_grant(entry, slot.since)));
        let overridden = can_override(self.regime)
            && grant.is_some_and(|(entry, fault)| fault.is_none() && entry.stamp.method == Method::GpcOverride);
        // A signal honoured once also speaks for what the visitor never answered.
        let remembered = self.remembers_gpc && entry.is_none() && self.regime.kind != RegimeKind::OptIn;
        if (self.signals.gpc || remembered) && signal_denies(self.regime, slot) && !overridden {
            // Where nothing is allowed by default nothing needs to be remembered: in opt-in regimes, and under a
            // consent that cannot be used. Storing the denial would make such a consent usable.
            let persist = self.regime.kind != RegimeKind::OptIn && self.unusable.is_none();
            return Verdict { persist, ..verdict(Status::Denied, Reason::Gpc) };
        }
        match (grant, self.unusable) {
            (Some((entry, None)), _) => {
                let reason =
                    if entry.stamp.method == Method::GpcOverride { Reason::GpcOverride } else { Reason::Chosen };
                // A service that follows this switch may have changed although the switch itself has not.
                Verdict { ask: entry.stamp.version < slot.ask_since, ..verdict(Status::Granted, reason) }
            }
            (Some((_, Some(fault))), _) | (None, Some(fault)) => {
                let ask = !matches!(fault, Reason::NewerPolicy | Reason::NewerFormat);
                Verdict { ask, ..verdict(Status::Undecided, fault) }
            }
            (None, None) if self.regime.kind == RegimeKind::OptIn => {
                Verdict { ask: true, ..verdict(Status::Undecided, Reason::NoAnswer) }
            }
            (None, None) => verdict(Status::Granted, Reason::RegimeDefault),
        }
    }

    /// Why a stored grant does not count; `None` if it does.
    fn fault_of_grant(&self, entry: &Entry<'_>, since: u32) -> Option<Reason> {
        let stamp = entry.stamp;
        if self.unusable.is_some() {
            self.unusable
        } else if stamp.version > self.policy.version().get() {
            Some(Reason::NewerPolicy)
        } else if is_from_future(stamp.at, self.now) {
            Some(Reason::FromFuture)
        } else if stamp.version < since {
            Some(Reason::PolicyChanged)
        } else if is_older(stamp.at, self.now, self.regime.grant_max_age) {
            Some(Reason::Expired)
        } else if stamp.regime < self.regime.kind {
            Some(Reason::StricterRegime)
        } else {
            None
        }
    }

    /// A refusal always counts; being old or under an older version only allows to ask again. Where the default is
    /// yes there is nothing to gain by asking, so nobody is.
    fn asks_refused_again(&self, entry: &Entry<'_>, ask_since: u32) -> bool {
        self.regime.kind == RegimeKind::OptIn
            && self.seal.is_trusted()
            && !matches!(self.unusable, Some(Reason::NewerPolicy))
            && (entry.stamp.version < ask_since || is_older(entry.stamp.at, self.now, self.regime.refusal_quiet))
    }

    /// Why a prompt is shown, if one is.
    pub(super) fn cause(&self, verdicts: &[Verdict]) -> PromptCause {
        match (self.stored, self.unusable) {
            (Stored::Absent, _) => PromptCause::FirstVisit,
            (_, Some(Reason::Unreadable)) => PromptCause::Unreadable,
            (_, Some(Reason::ForeignPolicy)) => PromptCause::ForeignPolicy,
            (_, Some(Reason::Unsealed | Reason::BadSeal)) => PromptCause::Unsealed,
            (_, Some(Reason::FromFuture)) => PromptCause::FromFuture,
            _ => {
                let slots = &self.policy.0.index.slots;
                let asked = || verdicts.iter().zip(slots).filter(|(verdict, _)| verdict.ask);
                let seen = self.stored.consent().map_or(0, |consent| consent.version().get());
                if asked().any(|(verdict, slot)| verdict.answered(seen) < slot.ask_since) {
                    PromptCause::PolicyChanged
                } else if asked().any(|(verdict, _)| verdict.reason == Reason::StricterRegime) {
                    PromptCause::StricterRegime
                } else if asked().any(|(verdict, _)| verdict.version == 0) {
                    PromptCause::Unanswered
                } else if asked().any(|(verdict, _)| verdict.reason == Reason::FromFuture) {
                    PromptCause::FromFuture
                } else {
                    PromptCause::Expired
                }
            }
        }
    }
}
