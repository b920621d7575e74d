//! A decision in the signals of Google Consent Mode.

use super::Decision;
use crate::policy::GoogleSignal;

impl Decision {
    /// Whether each signal of Google Consent Mode is granted, in the order of [`GoogleSignal::ALL`]: exactly if something
    /// stands for it and all that stands for it is allowed. See [`Policy::ids_behind`](crate::Policy::ids_behind).
    pub fn google_signals(&self) -> impl Iterator<Item = (GoogleSignal, bool)> {
        GoogleSignal::ALL.iter().map(|signal| {
            let mut ids = self.policy.ids_behind(*signal).peekable();
            (*signal, ids.peek().is_some() && ids.all(|id| self.allows(id)))
        })
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec::Vec};

    use crate::{
        Category, Policy, Region, SealState, Service, Signals, Stored, Timestamp,
        policy::GoogleSignal::{self, *},
    };

    const NOW: Timestamp = Timestamp::from_millis(1_764_000_100_000);

    fn granted(policy: &Policy, entries: &str, signals: &Signals) -> Vec<GoogleSignal> {
        let text = format!("1.shop.1.1764000000000.ib{entries}");
        let stored = Stored::from_text(Some(text.as_str()).filter(|_| !entries.is_empty()));
        let decision = policy.decide(stored, SealState::NotRequired, signals, NOW);
        assert!(decision.google_signals().map(|(signal, _)| signal).eq(GoogleSignal::ALL.iter().copied()));
        decision.google_signals().filter(|(_, granted)| *granted).map(|(signal, _)| signal).collect()
    }

    #[test]
    fn the_usual_categories_stand_for_the_usual_signals() {
        let categories = ["preferences", "statistics", "marketing", "social"].map(Category::new);
        let policy = categories.into_iter().fold(Policy::builder("shop"), |policy, category| policy.category(category));
        let policy = policy.build().unwrap();
        let (eu, none) = (Signals::default(), [SecurityStorage]);
        for (entries, wanted) in [
            ("", &[SecurityStorage][..]),
            ("/-preferences/-statistics/-marketing", &none),
            ("/+social", &none),
            ("/+preferences", &[FunctionalityStorage, PersonalizationStorage, SecurityStorage]),
            ("/+statistics", &[AnalyticsStorage, SecurityStorage]),
            ("/+marketing", &[AdStorage, AdUserData, AdPersonalization, SecurityStorage]),
            ("/+preferences/+statistics/+marketing", GoogleSignal::ALL),
        ] {
            assert_eq!(granted(&policy, entries, &eu), wanted, "{entries}");
        }
        let us = Signals { region: Region::parse("US-CA"), gpc: false };
        assert_eq!(granted(&policy, "", &us), GoogleSignal::ALL);
        let unreadable = policy.decide(Stored::from_text(Some("?")), SealState::Missing, &us, NOW);
        assert!(unreadable.google_signals().all(|(signal, granted)| granted == (signal == SecurityStorage)));
    }

    /// Every combination of answers about four ids, against what each signal is said to hang on.
    #[test]
    fn a_signal_is_granted_exactly_if_something_stands_for_it_and_all_of_that_is_allowed() {
        let policy = Policy::builder("shop")
            .category(Category::new("necessary").no_signals())
            .category(Category::new("statistics").signal(AnalyticsStorage).signal(PersonalizationStorage))
            .category(Category::new("marketing"))
            .category(Category::new("maps").signal(AnalyticsStorage))
            .service(Service::new("adverts", "marketing").own_choice().signal(AdStorage).signal(AdUserData))
            .service(Service::new("sign-in", "necessary").justification("en", "You ask.").signal(FunctionalityStorage))
            .build()
            .unwrap();
        let behind: [(GoogleSignal, &[&str]); 7] = [
            (AdStorage, &["marketing", "adverts"]),
            (AdUserData, &["marketing", "adverts"]),
            (AdPersonalization, &["marketing"]),
            (AnalyticsStorage, &["statistics", "maps"]),
            (FunctionalityStorage, &["sign-in"]),
            (PersonalizationStorage, &["statistics"]),
            (SecurityStorage, &[]),
        ];
        for (signal, ids) in behind {
            assert!(policy.ids_behind(signal).eq(ids.iter().copied()), "{signal:?}");
        }
        let switches = ["statistics", "marketing", "maps", "adverts"];
        for mut number in 0..3_u32.pow(4) {
            let mut entries = String::new();
            let mut allowed = Vec::from(["sign-in"]);
            for id in switches {
                match number % 3 {
                    0 => {}
                    1 => entries.push_str(&format!("/-{id}")),
                    _ => {
                        entries.push_str(&format!("/+{id}"));
                        allowed.push(id);
                    }
                }
                number /= 3;
            }
            let wanted = behind.iter().filter(|(_, ids)| !ids.is_empty() && ids.iter().all(|id| allowed.contains(id)));
            let wanted: Vec<_> = wanted.map(|(signal, _)| *signal).collect();
            assert_eq!(granted(&policy, &entries, &Signals::default()), wanted, "{entries}");
        }
    }
}
