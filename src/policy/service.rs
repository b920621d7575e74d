//! Services: what sets cookies or loads content, and the cookies they set.

use alloc::{string::String, vec::Vec};

use super::{
    category::{Basis, Use},
    google::GoogleSignal,
    localized::Localized,
};

/// A cookie that a service sets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CookieRule {
    pub(crate) name: String,
    pub(crate) max_age: Option<u64>,
    pub(crate) path: Option<String>,
    pub(crate) purpose: Localized,
}

impl CookieRule {
    /// A cookie of this name; a `*` at the end stands for any ending.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    /// How long it is kept; a session cookie where it is not said.
    #[must_use]
    pub fn max_age(mut self, max_age: core::time::Duration) -> Self {
        self.max_age = Some(max_age.as_secs());
        self
    }

    /// The path it is set with; `/` where it is not said.
    #[must_use]
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.path = Some(path.into());
        self
    }

    /// What this cookie is for, in `locale`.
    #[must_use]
    pub fn purpose(mut self, locale: &str, text: impl Into<String>) -> Self {
        self.purpose.set(locale, text);
        self
    }

    /// The name, with a `*` at its end where it stands for any ending.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The lifetime in seconds; `None` for a session cookie.
    pub fn max_age_seconds(&self) -> Option<u64> {
        self.max_age
    }

    /// What this cookie is for.
    pub fn purposes(&self) -> &Localized {
        &self.purpose
    }

    /// Whether a cookie called `name` falls under this rule. Names are compared as bytes.
    pub fn matches(&self, name: &str) -> bool {
        crate::cookies::cookie_matches(&self.name, name)
    }
}

/// Something in a category that sets cookies, loads content or keeps data.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Service {
    pub(crate) id: String,
    pub(crate) key: Option<String>,
    pub(crate) category: String,
    pub(crate) own_choice: bool,
    pub(crate) reload: bool,
    pub(crate) name: Localized,
    pub(crate) purpose: Localized,
    pub(crate) cookies: Vec<CookieRule>,
    pub(crate) hosts: Vec<String>,
    pub(crate) data: Vec<String>,
    pub(crate) recipients: Vec<String>,
    pub(crate) processors: Vec<String>,
    pub(crate) countries: Vec<String>,
    pub(crate) retention: Option<u64>,
    pub(crate) uses: Vec<Use>,
    pub(crate) basis: Option<Basis>,
    pub(crate) signals: Vec<GoogleSignal>,
    pub(crate) formerly: Vec<String>,
    pub(crate) justification: Localized,
}

impl Service {
    /// A service with this id in `category`, whose answer it follows.
    pub fn new(id: impl Into<String>, category: impl Into<String>) -> Self {
        Self { id: id.into(), category: category.into(), ..Self::default() }
    }

    /// Gives the service a switch of its own.
    #[must_use]
    pub fn own_choice(mut self) -> Self {
        self.own_choice = true;
        self
    }

    /// Reloads a page in which the service was allowed once it no longer is, for a script that runs on and cannot be told to
    /// stop. The reload comes when the new answer is stored. It is no part of what a grant depends on, so the `material`
    /// digest leaves it out.
    #[must_use]
    pub fn reload_on_withdrawal(mut self) -> Self {
        self.reload = true;
        self
    }

    /// A short name for the consent cookie, of the same grammar as an id. It stays through a change of the id, which
    /// carries every answer over; what is split or merged has none.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// The name shown to visitors in `locale`.
    #[must_use]
    pub fn name(mut self, locale: &str, text: impl Into<String>) -> Self {
        self.name.set(locale, text);
        self
    }

    /// What it is for, in words, in `locale`.
    #[must_use]
    pub fn purpose(mut self, locale: &str, text: impl Into<String>) -> Self {
        self.purpose.set(locale, text);
        self
    }

    /// A cookie it sets.
    #[must_use]
    pub fn cookie(mut self, rule: CookieRule) -> Self {
        self.cookies.push(rule);
        self
    }

    /// A host it loads content from.
    #[must_use]
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.hosts.push(host.into());
        self
    }

    /// A kind of data it collects, as an id.
    #[must_use]
    pub fn data(mut self, kind: impl Into<String>) -> Self {
        self.data.push(kind.into());
        self
    }

    /// Who receives the data.
    #[must_use]
    pub fn recipient(mut self, name: impl Into<String>) -> Self {
        self.recipients.push(name.into());
        self
    }

    /// Who works on the data for the site and under its instructions (Art. 28 GDPR). Shown among the recipients.
    #[must_use]
    pub fn processor(mut self, name: impl Into<String>) -> Self {
        self.processors.push(name.into());
        self
    }

    /// A third country that the data is sent to (Art. 13(1)(f) GDPR), as visitors read it.
    #[must_use]
    pub fn country(mut self, name: impl Into<String>) -> Self {
        self.countries.push(name.into());
        self
    }

    /// How long the data is kept.
    #[must_use]
    pub fn retention(mut self, retention: core::time::Duration) -> Self {
        self.retention = Some(retention.as_secs());
        self
    }

    /// Adds a use that opt-out laws know by name; the category's hold as well.
    #[must_use]
    pub fn used_for(mut self, usage: Use) -> Self {
        self.uses.push(usage);
        self
    }

    /// The legal basis; its category's unless said.
    #[must_use]
    pub fn basis(mut self, basis: Basis) -> Self {
        self.basis = Some(basis);
        self
    }

    /// Adds a signal of Google Consent Mode that needs this service's status, besides those of categories.
    #[must_use]
    pub fn signal(mut self, signal: GoogleSignal) -> Self {
        self.signals.push(signal);
        self
    }

    /// An id this service once had, or was split or merged from; and the key of that id, where it is no longer its own.
    #[must_use]
    pub fn formerly(mut self, id: impl Into<String>) -> Self {
        self.formerly.push(id.into());
        self
    }

    /// Why a service in the necessary category is necessary, in `locale`.
    #[must_use]
    pub fn justification(mut self, locale: &str, text: impl Into<String>) -> Self {
        self.justification.set(locale, text);
        self
    }

    /// The name written into the cookie.
    pub(crate) fn short(&self) -> &str {
        self.key.as_deref().unwrap_or(&self.id)
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The id of its category.
    pub fn category(&self) -> &str {
        &self.category
    }

    /// Whether it has a switch of its own.
    pub fn has_own_choice(&self) -> bool {
        self.own_choice
    }

    /// Whether a page in which it was allowed is reloaded once it no longer is.
    pub fn reloads_on_withdrawal(&self) -> bool {
        self.reload
    }

    /// The cookies it sets.
    pub fn cookies(&self) -> &[CookieRule] {
        &self.cookies
    }

    /// The hosts it loads content from.
    pub fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// The kinds of data it collects, as ids; [`Policy::data_name`](super::Policy::data_name) has the words.
    pub fn data_kinds(&self) -> &[String] {
        &self.data
    }

    /// Who receives the data.
    pub fn recipients(&self) -> &[String] {
        &self.recipients
    }

    /// Who works on the data for the site and under its instructions.
    pub fn processors(&self) -> &[String] {
        &self.processors
    }

    /// The third countries that the data is sent to.
    pub fn countries(&self) -> &[String] {
        &self.countries
    }

    /// How long the data is kept, in seconds.
    pub fn retention_seconds(&self) -> Option<u64> {
        self.retention
    }

    /// What opt-out laws call it used for, besides its category's uses.
    pub fn uses(&self) -> &[Use] {
        &self.uses
    }

    /// The legal basis, where it is not the category's.
    pub fn stated_basis(&self) -> Option<Basis> {
        self.basis
    }

    /// The signals of Google Consent Mode that need its status, besides its category's.
    pub fn google_signals(&self) -> &[GoogleSignal] {
        &self.signals
    }

    /// The short name answers about it are kept under, where it is not the id.
    pub fn short_name(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Ids it once had, or was split or merged from, and their keys.
    pub fn former_ids(&self) -> &[String] {
        &self.formerly
    }

    /// The name in each language.
    pub fn names(&self) -> &Localized {
        &self.name
    }

    /// The purpose in each language.
    pub fn purposes(&self) -> &Localized {
        &self.purpose
    }

    /// Why it is necessary, in each language; empty outside the necessary category.
    pub fn justifications(&self) -> &Localized {
        &self.justification
    }
}
