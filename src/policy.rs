//! What a site declares: categories, services, cookies, texts, regimes and the history of changes.

mod advice;
mod builder;
mod category;
mod change;
#[cfg(any(feature = "toml", feature = "json"))]
mod checked;
#[cfg(feature = "json")]
mod compiled;
pub mod difference;
mod digest;
#[cfg(any(feature = "toml", feature = "json"))]
mod document;
mod fault;
#[cfg(any(feature = "toml", feature = "json"))]
mod format;
mod google;
mod id;
#[cfg(feature = "json")]
mod json;
mod jurisdiction;
pub(crate) mod language;
mod localized;
#[cfg(any(feature = "toml", feature = "json"))]
mod reader;
mod regime;
#[cfg(feature = "json")]
mod schema;
mod service;
mod terms;
#[cfg(feature = "toml")]
mod toml;
mod validate;

use alloc::{string::String, sync::Arc, vec::Vec};

pub use advice::{Advice, AdviceRule, KnownCookie, Severity, Warning};
pub use builder::PolicyBuilder;
pub(crate) use category::words;
pub use category::{Basis, Category, Use};
pub use change::{Change, ChangeKind, PolicyVersion};
#[cfg(any(feature = "toml", feature = "json"))]
pub use checked::Checked;
#[cfg(feature = "json")]
pub use compiled::Serving;
pub use difference::Difference;
pub use fault::{Fault, FaultCode, Faults, Position};
pub use google::GoogleSignal;
#[cfg(feature = "cli")]
pub(crate) use id::is_cookie_pattern;
pub use id::{MAX_ID_BYTES, NECESSARY, is_id};
pub use jurisdiction::{Demand, Jurisdiction, LawRule, Source, SourceBasis};
pub use localized::Localized;
pub use regime::{GpcRule, Regime, RegimeKind};
#[cfg(feature = "json")]
pub use schema::schema;
pub use service::{CookieRule, Service};
#[cfg(feature = "wasm")]
pub(crate) use terms::Text;
pub(crate) use terms::{Item, NECESSARY_PLACE, Sense, Step, Terms};

use crate::{banner::Words, signals::Region};

/// Whom visitors can ask.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contact {
    /// The name of the site's operator.
    pub name: String,
    /// A page with a contact form: an `https:`, `http:` or `mailto:` address, or a path on the site.
    pub url: Option<String>,
    /// An address for e-mail.
    pub email: Option<String>,
}

/// What a site declares. Cheap to clone: clones share one policy.
#[derive(Clone, PartialEq, Eq)]
pub struct Policy(pub(crate) Arc<Declared>);

/// The content of a policy, after it was checked.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Declared {
    pub(crate) default_locale: String,
    /// The languages that categories have names in, each once.
    pub(crate) locales: Vec<String>,
    pub(crate) contact: Contact,
    /// The necessary category first.
    pub(crate) categories: Vec<Category>,
    pub(crate) services: Vec<Service>,
    pub(crate) changes: Vec<Change>,
    pub(crate) retired: Vec<String>,
    pub(crate) data_names: Vec<(String, Localized)>,
    pub(crate) words: Words,
    /// What is decided on: an item for each category and service, in this order, and a step for each change.
    pub(crate) terms: Terms,
}

impl core::fmt::Debug for Policy {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Policy").field("id", &self.id()).field("version", &self.version()).finish_non_exhaustive()
    }
}

impl Policy {
    /// Starts a policy with this id.
    pub fn builder(id: impl Into<String>) -> PolicyBuilder {
        PolicyBuilder::new(id)
    }

    /// The id, which ties a consent to its policy.
    pub fn id(&self) -> &str {
        &self.0.terms.id
    }

    /// The version: that of the newest change, 1 where there is none.
    pub fn version(&self) -> PolicyVersion {
        PolicyVersion(self.0.terms.version)
    }

    /// Whether the newest change carries no digest yet. A draft works, but its content can still change unnoticed.
    pub fn is_draft(&self) -> bool {
        self.0.changes.last().is_none_or(|newest| newest.material.is_none())
    }

    /// The digest of everything a grant depends on: ids, each service's category, data kinds, recipients,
    /// processors, countries, retention, cookies, hosts, uses, legal bases, stated signals and former ids. Prose is outside.
    pub fn material(&self) -> String {
        digest::material(&self.0.categories, &self.0.services)
    }

    /// The language of texts that are there in no wanted language.
    pub fn default_locale(&self) -> &str {
        &self.0.default_locale
    }

    /// The first of the wanted `languages` that the policy has the names of its categories in, or the default. The site's
    /// texts decide which languages a page has; tags are looked up as those of [`Localized::get`] are.
    pub fn locale<'w>(&self, languages: impl IntoIterator<Item = &'w str>) -> &str {
        let Declared { locales, default_locale, .. } = &*self.0;
        // Nothing to choose from.
        if locales.iter().all(|locale| locale == default_locale) {
            return default_locale;
        }
        let known = |tag: &str| locales.iter().find(|known| known.eq_ignore_ascii_case(tag));
        languages.into_iter().find_map(|wanted| language::lookup(wanted, known)).unwrap_or(default_locale)
    }

    /// Whom visitors can ask.
    pub fn contact(&self) -> &Contact {
        &self.0.contact
    }

    /// Every category, `necessary` first.
    pub fn categories(&self) -> &[Category] {
        &self.0.categories
    }

    /// Every service.
    pub fn services(&self) -> &[Service] {
        &self.0.services
    }

    /// The regimes.
    pub fn regimes(&self) -> &[Regime] {
        &self.0.terms.regimes
    }

    /// The history, oldest change first.
    pub fn changes(&self) -> &[Change] {
        &self.0.changes
    }

    /// Ids that once were categories or services.
    pub fn retired(&self) -> &[String] {
        &self.0.retired
    }

    /// The category called `id`.
    pub fn category(&self, id: &str) -> Option<&Category> {
        self.0.categories.iter().find(|category| category.id == id)
    }

    /// The service called `id`.
    pub fn service(&self, id: &str) -> Option<&Service> {
        self.0.services.iter().find(|service| service.id == id)
    }

    /// The id of each category, then of each service.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.terms.items.iter().map(|item| &*item.id)
    }

    /// The ids of what a visitor can switch: each category but `necessary`, then each service with a choice of its own.
    pub fn switches(&self) -> impl Iterator<Item = &str> {
        self.0.terms.switches().map(|(_, item)| &*item.id)
    }

    /// What visitors read for a kind of data; the id where the policy has no words for it.
    pub fn data_name<'a>(&'a self, kind: &'a str, locale: &str) -> &'a str {
        let known = self.0.data_names.iter().find(|(id, _)| id == kind);
        known.and_then(|(_, name)| name.get(locale, &self.0.default_locale)).unwrap_or(kind)
    }

    /// The version of the last `ask` change that touches `id`: a grant must be at least as new. A service's is never
    /// below its category's. `None` for an id the policy does not have.
    pub fn since(&self, id: &str) -> Option<PolicyVersion> {
        let terms = &self.0.terms;
        terms.item(terms.place(id)?).map(|item| PolicyVersion(item.since))
    }

    /// The regime of `region`. Where the region is unknown or in no regime, the strictest one.
    pub fn regime(&self, region: Option<Region>) -> &Regime {
        let terms = &self.0.terms;
        terms.regime(terms.regime_of(region.as_ref()))
    }
}
