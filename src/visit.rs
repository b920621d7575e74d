//! One visit: from the cookies of a request or page to a decision, the same steps on every face.

use alloc::string::String;

use crate::{
    consent::{Answer, Consent, SealState},
    cookies::{self, MAX_HEADER_BYTES},
    decision::{Decision, Stored},
    policy::Policy,
    signals::Signals,
    timestamp::Timestamp,
};

/// What is stored of a visitor and what was decided from it.
#[derive(Clone, Debug)]
pub struct Visit<'a> {
    /// The stored consent.
    pub stored: Stored<'a>,
    /// What is known of its seal.
    pub seal: SealState,
    /// The decision.
    pub decision: Decision,
}

impl Policy {
    /// Decides from cookie header lines, or the text of `document.cookie`. `name` is that of the consent cookie;
    /// `verify` says what its seal is worth. Beyond 64 KiB of cookies nothing stored is believed.
    pub fn visit<'a, I>(
        &self,
        cookies: I,
        name: &str,
        signals: &Signals,
        now: Timestamp,
        verify: impl Fn(&Consent<'a>) -> SealState,
    ) -> Visit<'a>
    where
        I: IntoIterator<Item = &'a str, IntoIter: Clone>,
    {
        let lines = cookies.into_iter();
        let length: usize = lines.clone().map(str::len).sum();
        let (stored, seal) = if length > MAX_HEADER_BYTES {
            (Stored::Unreadable(crate::consent::DecodeError::TooLong), SealState::Missing)
        } else {
            let ours = lines.flat_map(cookies::pairs).filter(|(known, _)| *known == name);
            cookies::stored(self, ours.map(|(_, value)| value), now, verify)
        };
        Visit { stored, seal, decision: self.decide(stored, seal, signals, now) }
    }

    /// The same in a page, which has no key: where the site seals, a seal that is there is taken for good.
    pub fn visit_in_page<'a>(
        &self,
        cookies: &'a str,
        name: &str,
        site_seals: bool,
        signals: &Signals,
        now: Timestamp,
    ) -> Visit<'a> {
        self.visit([cookies], name, signals, now, |consent| SealState::seen_by_page(site_seals, Some(consent)))
    }
}

impl Visit<'_> {
    /// The new consent text that an answer makes, without seal: see [`Decision::answer`].
    pub fn answer(&self, answer: &Answer<'_>) -> Option<String> {
        self.decision.answer(answer, self.stored, self.seal)
    }

    /// What a page that cannot reach its server stores of an answer: see [`Decision::answer_in_page`].
    pub fn answer_in_page(&self, answer: &Answer<'_>) -> Option<String> {
        self.decision.answer_in_page(answer, self.stored, self.seal)
    }

    /// The consent to store for a signal that denied something: see [`Decision::persist`].
    pub fn persist(&self) -> Option<String> {
        self.decision.persist(self.stored, self.seal)
    }
}
