//! The rule itself: when a grant counts, what a denial and a signal do, when to ask.

use super::{Outcome, Persist, PromptCause, Reason, Status, Stored, Verdict};
use crate::{
    consent::{CLOCK_SKEW_MILLIS, Choice, DecodeError, Entry, Method, SealState},
    policy::{GpcRule, Item, Regime, RegimeKind, Terms},
    timestamp::Timestamp,
};

/// Why nothing in a stored consent can be relied upon to allow anything.
pub(super) fn unusable(terms: &Terms, stored: &Stored<'_>, seal: SealState, now: Timestamp) -> Option<Reason> {
    let consent = match stored {
        Stored::Absent => return None,
        Stored::Unreadable(DecodeError::NewerFormat) => return Some(Reason::NewerFormat),
        Stored::Unreadable(_) => return Some(Reason::Unreadable),
        Stored::Consent(consent) => consent,
    };
    if consent.policy() != &*terms.id {
        Some(Reason::ForeignPolicy)
    } else if consent.version().get() > terms.version {
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
    let age = now.as_millis().saturating_sub(at.as_millis());
    age > 0 && (age - 1) / 1000 >= seconds
}

/// Whether a GPC signal denies a switch: by law what has a listed use, and where consent is asked first, what goes
/// without (Global Privacy Control, "Legal effects").
pub(crate) fn signal_denies(regime: &Regime, switch: &Item) -> bool {
    let covers = &switch.covers;
    regime.gpc != GpcRule::Ignore
        && if regime.kind == RegimeKind::OptIn { covers.legitimate_interest } else { covers.listed_use }
}

/// Whether a visitor may override a signal explicitly.
pub(crate) fn can_override(regime: &Regime) -> bool {
    regime.gpc == GpcRule::HonourUnlessOverridden
}

/// What one decision is made from, and what was decided so far.
pub(super) struct Judge<'a> {
    pub(super) terms: &'a Terms,
    pub(super) seal: SealState,
    pub(super) regime: &'a Regime,
    pub(super) remembers_gpc: bool,
    pub(super) outcome: Outcome,
}

impl Judge<'_> {
    /// The verdict on a switch, from the stored answer that speaks for it.
    pub(super) fn of_switch(&self, switch: &Item, entry: Option<&Entry<'_>>) -> Verdict {
        let Self { regime, outcome, .. } = self;
        let opt_in = regime.kind == RegimeKind::OptIn;
        let mut verdict = Verdict::default();
        let mut fault = outcome.unusable;
        let mut overrides = false;
        if let Some(entry) = entry {
            (verdict.version, verdict.at) = (entry.stamp.version, entry.stamp.at);
            if entry.choice == Choice::Denied {
                verdict.deny(entry);
                verdict.ask = self.asks_refused_again(entry, switch.covers.since);
                return verdict;
            }
            if fault.is_none() {
                fault = self.fault_of_grant(entry, switch.since);
            }
            overrides = fault.is_none() && entry.stamp.method == Method::GpcOverride;
        }
        // A signal honoured once also speaks for what the visitor never answered.
        let signal = outcome.signals.gpc || (self.remembers_gpc && entry.is_none() && !opt_in);
        if signal && signal_denies(regime, switch) && !(overrides && can_override(regime)) {
            verdict.status = Status::Denied;
            verdict.reason = Reason::Gpc;
            // Where nothing is allowed by default nothing needs to be remembered: in opt-in regimes, and under a
            // consent that cannot be used. Storing the denial would make such a consent usable.
            if !opt_in && outcome.unusable.is_none() {
                let counts = entry.is_some() && fault.is_none();
                verdict.persist = if counts { Persist::Conflict } else { Persist::Denial };
            }
        } else if let Some(fault) = fault {
            verdict.reason = fault;
            verdict.ask = !matches!(fault, Reason::NewerPolicy | Reason::NewerFormat);
        } else if entry.is_some() {
            verdict.status = Status::Granted;
            verdict.reason = if overrides { Reason::GpcOverride } else { Reason::Chosen };
            // A service that follows this switch may have changed although the switch itself has not.
            verdict.ask = verdict.version < switch.covers.since;
        } else if opt_in {
            verdict.ask = true;
        } else {
            verdict.status = Status::Granted;
            verdict.reason = Reason::RegimeDefault;
        }
        verdict
    }

    /// The verdict on a service that follows its category, from its own refusal, if it was refused when it had a choice
    /// of its own.
    pub(super) fn of_follower(&self, item: &Item, refused: Option<&Entry<'_>>) -> Verdict {
        let mut verdict = self.outcome.verdicts.get(item.switch).copied().unwrap_or_default();
        // What a visitor is asked, and what is stored, is the switch's.
        verdict.ask = false;
        verdict.persist = Persist::Nothing;
        match refused {
            Some(refused) if verdict.status != Status::Denied => {
                verdict = Verdict::default();
                verdict.deny(refused);
            }
            None if verdict.status == Status::Granted && verdict.version != 0 && verdict.version < item.since => {
                verdict.status = Status::Undecided;
                verdict.reason = Reason::PolicyChanged;
            }
            _ => {}
        }
        verdict
    }

    /// Why a stored grant does not count that can be relied upon otherwise; `None` if it does.
    fn fault_of_grant(&self, entry: &Entry<'_>, since: u32) -> Option<Reason> {
        let (stamp, now) = (&entry.stamp, self.outcome.now);
        if stamp.version > self.terms.version {
            Some(Reason::NewerPolicy)
        } else if is_from_future(stamp.at, now) {
            Some(Reason::FromFuture)
        } else if stamp.version < since {
            Some(Reason::PolicyChanged)
        } else if is_older(stamp.at, now, self.regime.grant_max_age) {
            Some(Reason::Expired)
        } else if stamp.regime < self.regime.kind {
            Some(Reason::StricterRegime)
        } else {
            None
        }
    }

    /// A refusal always counts; being old or under an older version only allows to ask again. Where the default is
    /// yes there is nothing to gain by asking, so nobody is.
    fn asks_refused_again(&self, entry: &Entry<'_>, since: u32) -> bool {
        self.regime.kind == RegimeKind::OptIn
            && self.seal.is_trusted()
            && self.outcome.unusable != Some(Reason::NewerPolicy)
            && (entry.stamp.version < since || is_older(entry.stamp.at, self.outcome.now, self.regime.refusal_quiet))
    }

    /// Why a visitor is asked about a switch.
    pub(super) fn cause(&self, verdict: &Verdict, switch: &Item) -> PromptCause {
        match self.outcome.unusable {
            Some(Reason::Unreadable) => PromptCause::Unreadable,
            Some(Reason::ForeignPolicy) => PromptCause::ForeignPolicy,
            Some(Reason::Unsealed | Reason::BadSeal) => PromptCause::Unsealed,
            Some(Reason::FromFuture) => PromptCause::FromFuture,
            _ if verdict.answered(self.outcome.seen) < switch.covers.since => PromptCause::PolicyChanged,
            _ if verdict.reason == Reason::StricterRegime => PromptCause::StricterRegime,
            _ if verdict.version == 0 => PromptCause::Unanswered,
            _ if verdict.reason == Reason::FromFuture => PromptCause::FromFuture,
            _ => PromptCause::Expired,
        }
    }
}

impl Verdict {
    fn deny(&mut self, refused: &Entry<'_>) {
        self.status = Status::Denied;
        self.reason = if refused.stamp.method == Method::Gpc { Reason::Gpc } else { Reason::Refused };
    }
}
