//! What there is to know of a service besides its purpose, a line each: its cookies and how long each is kept, which data it
//! takes, who gets them, in which countries, and for how long.

use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
    vec::Vec,
};

use super::Word;
use crate::policy::{CookieRule, Policy, Service};

impl Policy {
    /// How long something is, in the largest unit it has, rounded down.
    pub(crate) fn duration(&self, seconds: u64, locale: &str) -> String {
        let (number, unit) = match seconds {
            86_400.. => (seconds / 86_400, Word::Day),
            3600.. => (seconds / 3600, Word::Hour),
            _ => (seconds / 60, Word::Minute),
        };
        format!("{number} {}", self.word(unit, locale))
    }

    /// The facts of a service in one language.
    pub(crate) fn facts(&self, service: &Service, locale: &str) -> Vec<String> {
        let cookie = |cookie: &CookieRule| format!("{} ({})", cookie.name(), self.lifetime(cookie, locale));
        self.facts_with(service, locale, service.cookies().iter().map(cookie).collect())
    }

    /// The same without its cookies, where they are told beside them.
    pub(super) fn facts_beside_cookies(&self, service: &Service, locale: &str) -> Vec<String> {
        self.facts_with(service, locale, Vec::new())
    }

    /// How long a cookie is kept.
    pub(super) fn lifetime(&self, cookie: &CookieRule, locale: &str) -> String {
        let session = || self.word(Word::Session, locale).to_owned();
        cookie.max_age_seconds().map_or_else(session, |seconds| self.duration(seconds, locale))
    }

    fn facts_with(&self, service: &Service, locale: &str, cookies: Vec<String>) -> Vec<String> {
        let word = |word: Word| self.word(word, locale);
        let duration = |seconds| self.duration(seconds, locale);
        let data = service.data_kinds().iter().map(|kind| self.data_name(kind, locale).to_owned());
        // Processors are recipients too (Art. 4(9) GDPR).
        let recipients = service.recipients().iter().chain(service.processors()).map(ToString::to_string);
        let countries = service.countries().iter().map(ToString::to_string);
        let facts: [(Word, Vec<String>); 5] = [
            (Word::Cookies, cookies),
            (Word::Data, data.collect()),
            (Word::Recipients, recipients.collect()),
            (Word::ThirdCountries, countries.collect()),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Category;

    #[test]
    fn processors_are_among_the_recipients_and_countries_have_a_line() {
        let service =
            Service::new("visits", "statistics").recipient("Metrics Ltd").processor("Hosting Ltd").country("Canada");
        let policy = Policy::builder("site").category(Category::new("statistics")).service(service.clone());
        let policy = policy.build().unwrap();
        assert_eq!(policy.facts(&service, "en"), ["Recipients: Metrics Ltd, Hosting Ltd", "Sent to: Canada"]);
        assert_eq!(policy.facts(&service, "de"), ["Empfänger: Metrics Ltd, Hosting Ltd", "Übermittelt nach: Canada"]);
    }
}
