//! Building a policy in code. The file formats end here too.

use alloc::{
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};

use super::{
    Contact, Declared, Policy,
    category::Category,
    change::{Change, ChangeKind},
    fault::Faults,
    id::NECESSARY,
    index::Index,
    localized::Localized,
    regime::Regime,
    service::Service,
    validate,
};
use crate::banner::{Word, Words};

/// Collects the parts of a policy; [`build`](Self::build) checks them all.
#[derive(Clone, Debug)]
pub struct PolicyBuilder {
    pub(crate) id: String,
    pub(crate) default_locale: String,
    pub(crate) contact: Contact,
    pub(crate) categories: Vec<Category>,
    pub(crate) services: Vec<Service>,
    pub(crate) changes: Vec<Change>,
    pub(crate) retired: Vec<String>,
    pub(crate) regimes: Vec<Regime>,
    pub(crate) data_names: Vec<(String, Localized)>,
    pub(crate) words: Words,
}

impl PolicyBuilder {
    pub(crate) fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            default_locale: "en".to_string(),
            contact: Contact::default(),
            categories: Vec::new(),
            services: Vec::new(),
            changes: Vec::new(),
            retired: Vec::new(),
            regimes: Vec::new(),
            data_names: Vec::new(),
            words: Words::default(),
        }
    }

    /// The language of texts that are there in no wanted language; `en` unless said.
    #[must_use]
    pub fn default_locale(mut self, locale: impl Into<String>) -> Self {
        self.default_locale = locale.into();
        self
    }

    /// Whom visitors can ask.
    #[must_use]
    pub fn contact(mut self, contact: Contact) -> Self {
        self.contact = contact;
        self
    }

    /// Adds a category. `necessary` is there anyway; declaring it gives it words.
    #[must_use]
    pub fn category(mut self, category: Category) -> Self {
        self.categories.push(category);
        self
    }

    /// Adds a service.
    #[must_use]
    pub fn service(mut self, service: Service) -> Self {
        self.services.push(service);
        self
    }

    /// Adds the next change.
    #[must_use]
    pub fn change(mut self, change: Change) -> Self {
        self.changes.push(change);
        self
    }

    /// An id that once was a category or service and is never used again.
    #[must_use]
    pub fn retired(mut self, id: impl Into<String>) -> Self {
        self.retired.push(id.into());
        self
    }

    /// Adds a regime. Without any, the presets `eu` and `us-ca` hold.
    #[must_use]
    pub fn regime(mut self, regime: Regime) -> Self {
        self.regimes.push(regime);
        self
    }

    /// The words for a kind of data in `locale`.
    #[must_use]
    pub fn data_name(mut self, kind: &str, locale: &str, text: impl Into<String>) -> Self {
        match self.data_names.iter_mut().find(|(known, _)| known == kind) {
            Some((_, name)) => name.set(locale, text),
            None => {
                let mut name = Localized::default();
                name.set(locale, text);
                self.data_names.push((kind.to_string(), name));
            }
        }
        self
    }

    /// The site's own wording for one of the library's words, in `locale`.
    #[must_use]
    pub fn word(mut self, word: Word, locale: &str, text: impl Into<String>) -> Self {
        self.words.set(word, locale, text);
        self
    }

    /// Checks everything and makes the policy.
    ///
    /// # Errors
    /// All faults at once, each with its path.
    pub fn build(self) -> Result<Policy, Faults> {
        let faults = validate::faults(&self);
        if faults.is_empty() { Ok(self.assemble()) } else { Err(Faults::new(faults)) }
    }

    /// Makes the policy without checking it.
    pub(crate) fn assemble(mut self) -> Policy {
        self.put_necessary_first();
        self.fill_regimes();
        let version = self.changes.last().map_or(1, |newest| newest.version);
        let changes = &self.changes;
        let since = |id: &str| {
            let touching =
                |change: &&Change| change.kind == ChangeKind::Ask && change.touches.iter().any(|touched| touched == id);
            changes.iter().rev().find(touching).map_or(1, |change| change.version)
        };
        let index = Index::new(&self.categories, &self.services, &self.regimes, since);
        self.declare(version, index)
    }

    pub(crate) fn put_necessary_first(&mut self) {
        match self.categories.iter().position(|category| category.id == NECESSARY) {
            Some(place) => self.categories.get_mut(..=place).into_iter().for_each(|head| head.rotate_right(1)),
            None => self.categories.insert(0, Category::new(NECESSARY)),
        }
    }

    pub(crate) fn fill_regimes(&mut self) {
        if self.regimes.is_empty() {
            self.regimes.extend(["eu", "us-ca"].into_iter().filter_map(Regime::preset));
        }
    }

    pub(crate) fn declare(self, version: u32, index: Index) -> Policy {
        Policy(Arc::new(Declared {
            id: self.id,
            version,
            default_locale: self.default_locale,
            contact: self.contact,
            categories: self.categories,
            services: self.services,
            changes: self.changes,
            retired: self.retired,
            regimes: self.regimes,
            data_names: self.data_names,
            words: self.words,
            index,
        }))
    }
}
