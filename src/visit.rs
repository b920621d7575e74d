//! One visit: from the cookies of a request or page to a decision, the same steps on every face.

use alloc::string::String;

use crate::{
    consent::{Answer, Consent, DecodeError, SealState},
    cookies::{self, Chooser, MAX_HEADER_BYTES},
    decision::{Decision, Outcome, Stored},
    policy::{Policy, Terms},
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

/// The same on the terms alone.
#[derive(Debug)]
pub(crate) struct Look<'a> {
    pub(crate) stored: Stored<'a>,
    pub(crate) seal: SealState,
    pub(crate) outcome: Outcome,
}

impl Terms {
    fn look<'a>(
        &self,
        cookies: impl IntoIterator<Item = &'a str>,
        name: &str,
        signals: &Signals,
        now: Timestamp,
        verify: impl Fn(&Consent<'a>) -> SealState,
    ) -> Look<'a> {
        let mut chooser = Chooser { terms: self, now, verify, best: None };
        let mut length = 0;
        for line in cookies {
            length += line.len();
            for (_, value) in cookies::pairs(line).filter(|(known, _)| *known == name) {
                chooser.consider(value);
            }
        }
        let (stored, seal) = if length > MAX_HEADER_BYTES {
            (Stored::Unreadable(DecodeError::TooLong), SealState::Missing)
        } else {
            chooser.chosen()
        };
        let outcome = self.decide(&stored, seal, signals, now);
        Look { stored, seal, outcome }
    }

    /// In a page, which has no key: where the site seals, a seal that is there is taken for good.
    pub(crate) fn look_in_page<'a>(
        &self,
        cookies: &'a str,
        name: &str,
        site_seals: bool,
        signals: &Signals,
        now: Timestamp,
    ) -> Look<'a> {
        self.look([cookies], name, signals, now, |consent| SealState::seen_by_page(site_seals, Some(consent)))
    }
}

impl Policy {
    /// Decides from cookie header lines, or the text of `document.cookie`. `name` is that of the consent cookie;
    /// `verify` says what its seal is worth. Beyond 64 KiB of cookies nothing stored is believed.
    pub fn visit<'a>(
        &self,
        cookies: impl IntoIterator<Item = &'a str>,
        name: &str,
        signals: &Signals,
        now: Timestamp,
        verify: impl Fn(&Consent<'a>) -> SealState,
    ) -> Visit<'a> {
        let Look { stored, seal, outcome } = self.0.terms.look(cookies, name, signals, now, verify);
        Visit { stored, seal, decision: self.decision(outcome) }
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
        let Look { stored, seal, outcome } = self.0.terms.look_in_page(cookies, name, site_seals, signals, now);
        Visit { stored, seal, decision: self.decision(outcome) }
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
