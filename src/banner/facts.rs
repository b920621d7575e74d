//! What there is to know of a service besides its purpose, a line each: its cookies and how long each is kept, which data it
//! takes, who gets them, and for how long.

use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
    vec::Vec,
};

use super::Word;
use crate::policy::{Policy, Service};

impl Policy {
    /// The facts of a service in one language.
    pub(crate) fn facts(&self, service: &Service, locale: &str) -> Vec<String> {
        let word = |word: Word| self.word(word, locale);
        let duration = |seconds: u64| {
            let (number, unit) = match seconds {
                86_400.. => (seconds / 86_400, Word::Day),
                3600.. => (seconds / 3600, Word::Hour),
                _ => (seconds / 60, Word::Minute),
            };
            format!("{number} {}", word(unit))
        };
        let cookies = service.cookies().iter().map(|cookie| {
            let kept = cookie.max_age_seconds().map_or_else(|| word(Word::Session).to_owned(), duration);
            format!("{} ({kept})", cookie.name())
        });
        let data = service.data_kinds().iter().map(|kind| self.data_name(kind, locale).to_owned());
        let recipients = service.recipients().iter().map(ToString::to_string);
        let facts: [(Word, Vec<String>); 4] = [
            (Word::Cookies, cookies.collect()),
            (Word::Data, data.collect()),
            (Word::Recipients, recipients.collect()),
            (Word::Lifetime, service.retention_seconds().map(duration).into_iter().collect()),
        ];
        let justification = service.justifications().get(locale, self.default_locale()).map(ToOwned::to_owned);
        let facts = facts.into_iter().filter(|(_, values)| !values.is_empty());
        justification
            .into_iter()
            .chain(facts.map(|(name, values)| format!("{}: {}", word(name), values.join(", "))))
            .collect()
    }
}
