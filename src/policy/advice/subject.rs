//! What is advised on: a policy, or one that cannot be built.

use alloc::{borrow::Cow, vec::Vec};

#[cfg(any(feature = "toml", feature = "json"))]
use crate::policy::PolicyBuilder;
use crate::{
    banner::Words,
    policy::{Category, Change, Contact, Localized, NECESSARY, Policy, Regime, Service},
};

pub(super) struct Subject<'p> {
    pub(super) default_locale: &'p str,
    pub(super) contact: &'p Contact,
    pub(super) categories: &'p [Category],
    pub(super) services: &'p [Service],
    pub(super) changes: &'p [Change],
    pub(super) regimes: Cow<'p, [Regime]>,
    pub(super) data_names: &'p [(alloc::string::String, Localized)],
    pub(super) words: &'p Words,
}

impl<'p> Subject<'p> {
    pub(super) fn of_policy(policy: &'p Policy) -> Self {
        let declared = &policy.0;
        Self {
            default_locale: &declared.default_locale,
            contact: &declared.contact,
            categories: &declared.categories,
            services: &declared.services,
            changes: &declared.changes,
            regimes: Cow::Borrowed(&declared.terms.regimes),
            data_names: &declared.data_names,
            words: &declared.words,
        }
    }

    #[cfg(any(feature = "toml", feature = "json"))]
    pub(super) fn of_builder(policy: &'p PolicyBuilder) -> Self {
        Self {
            default_locale: &policy.default_locale,
            contact: &policy.contact,
            categories: &policy.categories,
            services: &policy.services,
            changes: &policy.changes,
            regimes: Cow::Owned(policy.regimes_in_force()),
            data_names: &policy.data_names,
            words: &policy.words,
        }
    }

    /// The categories that visitors decide on, each with its place.
    pub(super) fn optional(&self) -> impl Iterator<Item = (usize, &'p Category)> {
        self.categories.iter().enumerate().filter(|(_, category)| category.id != NECESSARY)
    }

    pub(super) fn category(&self, id: &str) -> Option<&'p Category> {
        self.categories.iter().find(|category| category.id == id)
    }

    /// The services of a category.
    pub(super) fn services_of(&self, id: &str) -> Vec<&'p Service> {
        self.services.iter().filter(|service| service.category == id).collect()
    }
}
