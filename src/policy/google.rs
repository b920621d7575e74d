//! Google Consent Mode: which of its signals a category or service stands for.

use super::{Policy, category::words, id::NECESSARY};

/// A signal of Google Consent Mode v2: what Google's tags ask before they act (Google tag platform, "Consent mode
/// reference").
///
/// A category that states none stands for the usual ones, by its id: `necessary` for
/// [`SecurityStorage`](Self::SecurityStorage), `preferences` for [`FunctionalityStorage`](Self::FunctionalityStorage)
/// and [`PersonalizationStorage`](Self::PersonalizationStorage), `statistics` for
/// [`AnalyticsStorage`](Self::AnalyticsStorage), `marketing` for the three of advertising; any other for none. A service
/// stands for what it states.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum GoogleSignal {
    /// Storage for advertising, such as cookies.
    AdStorage,
    /// Sending user data to Google for advertising.
    AdUserData,
    /// Personalised advertising.
    AdPersonalization,
    /// Storage for analytics, such as the duration of visits.
    AnalyticsStorage,
    /// Storage for what the site does, such as its language.
    FunctionalityStorage,
    /// Storage for personalisation, such as recommendations.
    PersonalizationStorage,
    /// Storage for security: signing in, prevention of fraud.
    SecurityStorage,
}

words!(GoogleSignal: AdStorage = "ad_storage", AdUserData = "ad_user_data", AdPersonalization = "ad_personalization",
    AnalyticsStorage = "analytics_storage", FunctionalityStorage = "functionality_storage",
    PersonalizationStorage = "personalization_storage", SecurityStorage = "security_storage");

impl GoogleSignal {
    /// What a category stands for that states nothing. Not part of the digest, so this table never changes.
    pub(super) fn defaults(category: &str) -> &'static [Self] {
        match category {
            NECESSARY => &[Self::SecurityStorage],
            "preferences" => &[Self::FunctionalityStorage, Self::PersonalizationStorage],
            "statistics" => &[Self::AnalyticsStorage],
            "marketing" => &[Self::AdStorage, Self::AdUserData, Self::AdPersonalization],
            _ => &[],
        }
    }

    /// Whether what is necessary may stand for it, so that it is granted to everyone who says nothing.
    pub(super) fn can_be_necessary(self) -> bool {
        matches!(self, Self::SecurityStorage | Self::FunctionalityStorage)
    }
}

impl Policy {
    /// The ids that `signal` hangs on, categories first: it is granted where there are some and all of them are allowed.
    pub fn ids_behind(&self, signal: GoogleSignal) -> impl Iterator<Item = &str> {
        let categories = self.categories().iter().filter(move |category| category.google_signals().contains(&signal));
        let services = self.services().iter().filter(move |service| service.google_signals().contains(&signal));
        categories.map(|category| category.id()).chain(services.map(|service| service.id()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Category, Service};

    fn material(category: Category, service: Service) -> alloc::string::String {
        Policy::builder("shop").category(category).service(service).build().unwrap().material()
    }

    /// Published policies go on: a digest from before there were signals still fits.
    #[test]
    fn only_stated_signals_are_in_the_digest() {
        let category = || Category::new("marketing");
        let service = || Service::new("adverts", "marketing");
        let plain = material(category(), service());
        assert_eq!(plain, "sha256-ef0mjT6nHuq_AtNPU-pfkiZGl1TP_sHPm-toC9e-nHA");
        let stated = category().signal(GoogleSignal::AdUserData).signal(GoogleSignal::AdStorage);
        let reordered = category().signal(GoogleSignal::AdStorage).signal(GoogleSignal::AdUserData);
        assert_eq!(material(stated, service()), material(reordered.clone(), service()));
        let digests = [
            plain,
            material(reordered, service()),
            material(category().no_signals(), service()),
            material(category(), service().signal(GoogleSignal::AdStorage)),
            material(category().no_signals(), service().signal(GoogleSignal::AdStorage)),
            material(category().signal(GoogleSignal::AdStorage), service()),
        ];
        for (place, digest) in digests.iter().enumerate() {
            assert!(!digests.iter().take(place).any(|earlier| earlier == digest), "{place}");
        }
    }

    #[test]
    fn words_are_those_of_the_reference() {
        for signal in GoogleSignal::ALL {
            assert_eq!(GoogleSignal::from_word(signal.word()), Some(*signal));
        }
        assert_eq!(GoogleSignal::from_word("ad-storage"), None);
    }
}
