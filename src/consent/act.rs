//! From an answer to a new consent text.

use alloc::string::String;

use super::{Choice, Consent, MAX_COOKIE_AGE_SECONDS, Method, SealState, draft::Draft};
use crate::{
    decision::{Decision, Reason, Stored},
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
        self.draft(answer, stored, seal, false)?.write()
    }

    /// What a page that cannot reach its server stores of an answer: its denials and nothing else. They are appended
    /// unsealed to a sealed consent, so that what it grants besides stays good; any other consent is written anew.
    ///
    /// `None` if the answer denies nothing.
    pub fn answer_in_page(&self, answer: &Answer<'_>, stored: Stored<'_>, seal: SealState) -> Option<String> {
        self.draft(answer, stored, seal, true)?.append()
    }

    /// The stored consent written anew, as it was given: without grants that do not count, with the denials a page
    /// added. `None` if nothing of it may be rewritten, or nothing remains.
    pub fn refresh(&self, stored: Stored<'_>, seal: SealState) -> Option<String> {
        // What cannot be used allows nothing. Written anew it would be usable, and in a regime that allows by default
        // silent on all that is not denied in it.
        let harmless = match self.unusable() {
            None => true,
            Some(Reason::Unsealed) => self.regime().kind() == RegimeKind::OptIn,
            Some(_) => false,
        };
        let consent = stored.consent().filter(|_| harmless)?;
        let mut draft = Draft::new(self, stored, seal, consent.version(), consent.method());
        draft.keep_as_given(consent);
        draft.write()
    }

    fn draft<'a>(
        &'a self,
        answer: &Answer<'a>,
        stored: Stored<'a>,
        seal: SealState,
        only_denials: bool,
    ) -> Option<Draft<'a>> {
        let mut draft = Draft::new(self, stored, seal, answer.version, answer.method);
        if only_denials {
            draft.forbid_grants();
        }
        match answer.act {
            Act::Accept | Act::Reject if answer.asked.is_empty() => {
                for (place, _) in self.prompt()?.slots() {
                    draft.put(place, answer.act == Act::Accept);
                }
            }
            Act::Accept => draft.put_named(answer.asked, |_| true),
            Act::Reject => draft.put_named(answer.asked, |_| false),
            Act::Save => draft.put_named(answer.asked, |id| answer.granted.contains(&id)),
            Act::Withdraw if answer.asked.is_empty() => draft.deny_all(),
            Act::Withdraw => draft.put_named(answer.asked, |_| false),
            Act::Acknowledge if !only_denials => draft.acknowledge(),
            Act::Acknowledge => {}
        }
        Some(draft)
    }
}

/// The consent to store for a signal that denied something.
pub(crate) fn persisted(decision: &Decision, stored: Stored<'_>, seal: SealState) -> Option<String> {
    // The visitor saw nothing: what was shown before stays what was shown last.
    let version = stored.consent().map_or(decision.policy().version(), Consent::version);
    let mut draft = Draft::new(decision, stored, seal, version, Method::Gpc);
    for (place, verdict) in decision.verdicts().iter().enumerate() {
        if verdict.persist {
            draft.put(place, false);
        }
    }
    draft.write()
}

impl Consent<'_> {
    /// How long a cookie with this consent is still worth keeping, in seconds, under `policy`'s regime for a visitor:
    /// a refusal as long as a cookie can live, a mere grant as long as it counts.
    pub fn seconds_left(&self, decision: &Decision) -> u64 {
        let denies = self.entries().any(|entry| entry.choice == Choice::Denied);
        let regime = decision.regime();
        let life =
            if denies || regime.kind() != RegimeKind::OptIn { MAX_COOKIE_AGE_SECONDS } else { regime.grant_max_age };
        let age = decision.now().as_millis().saturating_sub(self.at().as_millis()) / 1000;
        life.saturating_sub(age)
    }
}
