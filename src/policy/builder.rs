//! Building a policy in code. The file formats end here too.

use alloc::{
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};

use super::{
    Contact, Declared, Policy,
    category::{Basis, Category},
    change::{Change, ChangeKind},
    fault::Faults,
    id::NECESSARY,
    localized::Localized,
    regime::Regime,
    service::Service,
    terms::{Item, Step, Terms},
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

impl Policy {
    /// A builder with all that the policy declares.
    pub(crate) fn to_builder(&self) -> PolicyBuilder {
        let declared = &*self.0;
        PolicyBuilder {
            id: self.id().to_string(),
            default_locale: declared.default_locale.clone(),
            contact: declared.contact.clone(),
            categories: declared.categories.clone(),
            services: declared.services.clone(),
            changes: declared.changes.clone(),
            retired: declared.retired.clone(),
            regimes: declared.terms.regimes.clone(),
            data_names: declared.data_names.clone(),
            words: declared.words.clone(),
        }
    }
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
        let terms = self.terms();
        let mut locales: Vec<String> = Vec::new();
        for locale in self.categories.iter().flat_map(|category| category.name.locales()) {
            if !locales.iter().any(|known| known.eq_ignore_ascii_case(locale)) {
                locales.push(locale.to_string());
            }
        }
        Policy(Arc::new(Declared {
            default_locale: self.default_locale,
            locales,
            contact: self.contact,
            categories: self.categories,
            services: self.services,
            changes: self.changes,
            retired: self.retired,
            data_names: self.data_names,
            words: self.words,
            terms,
        }))
    }

    /// What is decided on. The `necessary` category stands first.
    fn terms(&mut self) -> Terms {
        let version = self.changes.last().map_or(1, |newest| newest.version);
        let mut terms = Terms::new(self.id.clone().into(), version);
        terms.items.iter_mut().for_each(|necessary| necessary.since = self.since(NECESSARY, &[]));
        for (place, category) in self.categories.iter().enumerate().skip(1) {
            terms.add(Item {
                id: category.id.clone().into(),
                short: category.key.as_ref().unwrap_or(&category.id).clone().into(),
                formerly: category.formerly.join(" ").into(),
                category: place,
                switch: place,
                since: self.since(&category.id, &category.formerly),
                has_use: !category.uses.is_empty(),
                has_interest: category.basis == Basis::LegitimateInterest,
                ..Item::default()
            });
        }
        for service in &self.services {
            // A fault where there is no such category; the policy is not built then.
            let found = self.categories.iter().enumerate().find(|(_, category)| category.id == service.category);
            let Some((category, of)) = found else { continue };
            // What follows a category has its basis, and says nothing of it by itself.
            let basis =
                if service.own_choice { service.basis.unwrap_or(of.basis) } else { service.basis.unwrap_or_default() };
            let cookies: Vec<&str> = service.cookies.iter().map(|cookie| cookie.name()).collect();
            terms.add(Item {
                id: service.id.clone().into(),
                short: service.short().to_string().into(),
                formerly: service.formerly.join(" ").into(),
                cookies: cookies.join(" ").into(),
                category,
                switch: if service.own_choice { terms.items.len() } else { category },
                since: self.since(&service.id, &service.formerly),
                has_use: !service.uses.is_empty(),
                has_interest: basis == Basis::LegitimateInterest,
                ..Item::default()
            });
        }
        for change in &self.changes {
            let (version, kind) = (change.version, change.kind);
            terms.steps.push(Step { version, kind, touches: change.touches.join(" ").into() });
        }
        terms.regimes = self.regimes_in_force();
        terms.close_regimes();
        terms
    }

    /// The version of the last `ask` change that touches an id, under any name it had; 1 if none does.
    fn since(&self, id: &str, formerly: &[String]) -> u32 {
        let is_named = |touched: &String| touched == id || formerly.contains(touched);
        let asks = self.changes.iter().filter(|change| change.kind == ChangeKind::Ask);
        asks.filter(|change| change.touches.iter().any(is_named)).map(|change| change.version).max().unwrap_or(1)
    }

    /// The ids of categories, and of services too unless only categories are wanted.
    #[cfg(any(feature = "toml", feature = "json"))]
    pub(crate) fn ids(&self, only_categories: bool) -> impl Iterator<Item = &str> {
        let services = self.services.iter().filter(move |_| !only_categories);
        let categories = self.categories.iter().map(|category| category.id.as_str()).chain([NECESSARY]);
        categories.chain(services.map(|service| service.id.as_str()))
    }

    /// The regimes that hold: those declared, or the presets of a policy without any.
    pub(crate) fn regimes_in_force(&self) -> Vec<Regime> {
        if self.regimes.is_empty() { Regime::presets().collect() } else { self.regimes.clone() }
    }

    pub(crate) fn put_necessary_first(&mut self) {
        match self.categories.iter().position(|category| category.id == NECESSARY) {
            Some(place) => self.categories.get_mut(..=place).into_iter().for_each(|head| head.rotate_right(1)),
            None => self.categories.insert(0, Category::new(NECESSARY)),
        }
    }
}
