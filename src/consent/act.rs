//! From an answer to a new consent text.

use alloc::string::String;

use super::{Choice, Consent, MAX_COOKIE_AGE_SECONDS, Method, SealState, draft::Draft};
use crate::{
    decision::{Case, Decision, Reason, Stored},
    policy::{PolicyVersion, RegimeKind, words},
};

/// What a visitor does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Act {
    /// Says yes to all that was asked.
    Accept,
    /// Says no to all that was asked.
    Reject,
    /// Says yes to what is ticked and no to the rest of what was asked.
    Save,
    /// Takes back what was granted: all of it where nothing is named.
    Withdraw,
    /// Puts away a notice. No choice is made.
    Acknowledge,
}

words!(Act: Accept = "accept", Reject = "reject", Save = "save", Withdraw = "withdraw", Acknowledge = "acknowledge");

/// An answer: what was done, about what, under which version.
#[derive(Clone, Copy, Debug)]
pub struct Answer<'a> {
    /// What was done.
    pub act: Act,
    /// How.
    pub method: Method,
    /// The policy version that was shown to the visitor, which may be older than the policy's.
    pub version: PolicyVersion,
    /// The ids the visitor was asked about. For accept and reject, none means those of the prompt.
    pub asked: &'a [&'a str],
    /// Of those, the ids that are ticked. Only a save looks at it.
    pub granted: &'a [&'a str],
}

impl Decision {
    /// The consent text that `answer` makes of what is stored, without seal; the stored consent stays as it is where
    /// the answer does not touch it. Grants that do not count because their seal is missing or bad are not carried
    /// over, so that sealing the new text never seals what was not sealed.
    ///
    /// Ids may be former ones, from a page opened before they changed: a denial then holds for all that came of them.
    /// A service that follows its category can be refused by itself, never granted.
    ///
    /// `stored` and `seal` are those the decision was made from. `None` if there is nothing to write: no id of this
    /// policy was named, or something newer than this policy was stored or shown and the answer denies nothing.
    pub fn answer(&self, answer: &Answer<'_>, stored: Stored<'_>, seal: SealState) -> Option<String> {
        self.case().answer(answer, &stored, seal, false)
    }

    /// What a page that cannot reach its server stores of an answer: its denials and nothing else. They are appended
    /// unsealed to a sealed consent, so that what it grants besides stays good; any other consent is written anew.
    ///
    /// `None` if the answer denies nothing.
    pub fn answer_in_page(&self, answer: &Answer<'_>, stored: Stored<'_>, seal: SealState) -> Option<String> {
        self.case().answer(answer, &stored, seal, true)
    }

    /// The stored consent written anew, as it was given: without grants that do not count, with the denials a page
    /// added. `None` if nothing of it may be rewritten, or nothing remains.
    pub fn refresh(&self, stored: Stored<'_>, seal: SealState) -> Option<String> {
        // What cannot be used allows nothing. Written anew it would be usable, and in a regime that allows by default
        // silent on all that is not denied in it.
        let harmless = match self.case().outcome.unusable {
            None => true,
            Some(Reason::Unsealed) => self.regime().kind() == RegimeKind::OptIn,
            Some(_) => false,
        };
        let consent = stored.consent().filter(|_| harmless)?;
        let mut draft = Draft::new(self.case(), &stored, seal, consent.version().get(), consent.method());
        draft.keep_as_given(consent);
        draft.write()
    }
}

impl Case<'_> {
    /// See [`Decision::answer`], and [`Decision::answer_in_page`] for `in_page`.
    pub(crate) fn answer(
        self,
        answer: &Answer<'_>,
        stored: &Stored<'_>,
        seal: SealState,
        in_page: bool,
    ) -> Option<String> {
        // The form of a notice may say how its other answers are given.
        let method = if answer.act == Act::Acknowledge { Method::Notice } else { answer.method };
        let mut draft = Draft::new(self, stored, seal, answer.version.get(), method);
        if in_page {
            draft.forbid_grants();
        }
        match answer.act {
            Act::Acknowledge => draft.acknowledge(),
            Act::Withdraw if answer.asked.is_empty() => draft.deny_all(),
            act => {
                // Accept and reject without ids answer the prompt.
                let prompt = answer.asked.is_empty() && act != Act::Save;
                for (place, item) in self.asked().filter(|_| prompt) {
                    draft.put(place, item, act == Act::Accept);
                }
                for id in answer.asked {
                    draft.put_named(
                        id,
                        answer.asked,
                        act == Act::Accept || (act == Act::Save && answer.granted.contains(id)),
                    );
                }
            }
        }
        if in_page { draft.append() } else { draft.write() }
    }

    /// The consent to store for a signal that denied something.
    pub(crate) fn persist(self, stored: &Stored<'_>, seal: SealState) -> Option<String> {
        // The visitor saw nothing: what was shown before stays what was shown last.
        let version = stored.consent().map_or(self.terms.version, |consent| consent.version().get());
        let mut draft = Draft::new(self, stored, seal, version, Method::Gpc);
        draft.remember_signal();
        draft.write()
    }

    /// How long a cookie with this consent is still worth keeping, in seconds: a refusal as long as a cookie can live, a
    /// mere grant as long as it counts.
    pub(crate) fn seconds_left(self, consent: &Consent<'_>) -> u64 {
        let denies = consent.all_entries().any(|entry| entry.choice == Choice::Denied);
        let regime = self.regime();
        let life =
            if denies || regime.kind != RegimeKind::OptIn { MAX_COOKIE_AGE_SECONDS } else { regime.grant_max_age };
        let age = self.outcome.now.as_millis().saturating_sub(consent.at().as_millis()) / 1000;
        life.saturating_sub(age)
    }
}

impl Consent<'_> {
    /// How long a cookie with this consent is still worth keeping, in seconds, under the regime of `decision`: a refusal
    /// as long as a cookie can live, a mere grant as long as it counts.
    pub fn seconds_left(&self, decision: &Decision) -> u64 {
        decision.case().seconds_left(self)
    }
}
