//! What cookies and hosts commonly are: whose, and what for.
//!
//! A policy says what *this* site does with a cookie, and nothing here decides anything. It helps those who write a policy:
//! to draft one, to notice that `_ga` is under preferences, and to put a name to a cookie that nobody declared.
//!
//! The built-in base, `src/knowledge/base.txt`, is written from the vendors' documentation, and names for each entry the page
//! that it was read in; or, for about one in eight, the page that others quote, where it could not be opened itself. Names are
//! compared as bytes; an exact name goes before a prefix, a longer prefix before a shorter one.
//!
//! ```
//! use consentry::knowledge::{self, CommonCategory};
//!
//! let known = knowledge::lookup("_ga_X1Y2Z3").unwrap();
//! assert_eq!(known.category(), CommonCategory::Statistics);
//! assert_eq!(known.to_string(), "statistics: Google Analytics");
//! assert_eq!(knowledge::lookup("my-own"), None);
//! ```

mod base;
mod misfiled;
#[cfg(feature = "cli")]
mod open_cookie_database;

use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::fmt;
use std::sync::OnceLock;

pub use misfiled::{Misfiled, common_category, misfiled};
#[cfg(feature = "cli")]
pub use open_cookie_database::RowFault;

use crate::policy::words;

/// What a cookie or service is commonly for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CommonCategory {
    /// What a site does not work without (Directive 2002/58/EC, Art. 5(3)).
    Necessary,
    /// What remembers a visitor's settings, or brings help and content they look at.
    Preferences,
    /// What counts and measures.
    Statistics,
    /// What serves advertising.
    Marketing,
}

words!(CommonCategory: Necessary = "necessary", Preferences = "preferences", Statistics = "statistics",
    Marketing = "marketing");

/// A service that sets cookies or delivers content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownService {
    id: String,
    name: String,
    vendor: Option<String>,
    category: CommonCategory,
    purpose: String,
    justification: Option<String>,
    source: String,
}

impl KnownService {
    /// An id for it that a policy can use.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Who offers it; `None` where it is a part of the site itself.
    pub fn vendor(&self) -> Option<&str> {
        self.vendor.as_deref()
    }

    /// What it is commonly for. A cookie of it may be for something else.
    pub fn category(&self) -> CommonCategory {
        self.category
    }

    /// What it is for, in words for visitors, in English.
    pub fn purpose(&self) -> &str {
        &self.purpose
    }

    /// Why it is necessary, in English, where it is.
    pub fn justification(&self) -> Option<&str> {
        self.justification.as_deref()
    }

    /// The page to read about it, where one is known.
    pub fn source(&self) -> &str {
        &self.source
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    /// With at most one `*`.
    pattern: String,
    /// Where given, only this domain and its subdomains set it.
    domain: Option<String>,
    service: usize,
    category: CommonCategory,
    description: String,
    source: String,
}

impl Entry {
    fn is_of(&self, host: Option<&str>) -> bool {
        self.domain.as_deref().is_none_or(|domain| host.is_some_and(|host| is_within(host, domain)))
    }
}

/// What is known of a cookie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known<'a> {
    entry: &'a Entry,
    service: &'a KnownService,
}

impl<'a> Known<'a> {
    /// The name it is known by, with a `*` where anything may stand.
    pub fn pattern(self) -> &'a str {
        &self.entry.pattern
    }

    /// Whose it is.
    pub fn service(self) -> &'a KnownService {
        self.service
    }

    /// What it is commonly for.
    pub fn category(self) -> CommonCategory {
        self.entry.category
    }

    /// What it does, in words for visitors, in English.
    pub fn description(self) -> &'a str {
        &self.entry.description
    }

    /// The page that was read; empty where none is known.
    pub fn source(self) -> &'a str {
        &self.entry.source
    }
}

/// Such as `statistics: Google Analytics`.
impl fmt::Display for Known<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.category().word(), self.service.name)
    }
}

/// What is known of cookies and hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Knowledge {
    dated: String,
    services: Vec<KnownService>,
    entries: Vec<Entry>,
    /// By the whole name.
    exact: BTreeMap<String, Vec<usize>>,
    /// By what is before the `*`.
    prefixes: BTreeMap<String, Vec<usize>>,
    /// By domain.
    hosts: BTreeMap<String, usize>,
}

impl Knowledge {
    /// The base that comes with the library, read once.
    pub fn built_in() -> &'static Self {
        static BUILT_IN: OnceLock<Knowledge> = OnceLock::new();
        // A test holds the file against its grammar; without it nothing is known, which is never worse than to panic.
        BUILT_IN.get_or_init(|| base::read(base::BUILT_IN).unwrap_or_default())
    }

    /// The day its facts were looked at, as `2026-11-24`; empty where it is not known.
    pub fn dated(&self) -> &str {
        &self.dated
    }

    /// The services, in the order they were read.
    pub fn services(&self) -> &[KnownService] {
        &self.services
    }

    /// Every cookie that is known, in the order they were read.
    pub fn cookies(&self) -> impl Iterator<Item = Known<'_>> {
        self.entries.iter().filter_map(|entry| self.known(entry))
    }

    /// This, and what `more` knows besides. Where both know a cookie equally well, this speaks.
    #[must_use]
    pub fn and(mut self, more: Self) -> Self {
        let offset = self.services.len();
        self.services.extend(more.services);
        for entry in more.entries {
            self.add(Entry { service: entry.service.saturating_add(offset), ..entry });
        }
        for (host, service) in more.hosts {
            self.hosts.entry(host).or_insert(service.saturating_add(offset));
        }
        self
    }

    /// What a cookie called `name` is, whoever sets it.
    pub fn cookie(&self, name: &str) -> Option<Known<'_>> {
        self.cookie_of(name, None)
    }

    /// What a cookie called `name` is, where `host` sets it: some names mean something only at one.
    pub fn cookie_of(&self, name: &str, host: Option<&str>) -> Option<Known<'_>> {
        let exact = self.exact.get(name).into_iter().flatten().filter_map(|place| self.entries.get(*place));
        if let Some(entry) = most_particular(exact.filter(|entry| entry.is_of(host))) {
            return self.known(entry);
        }
        let starts = (0..=name.len()).rev().filter_map(|end| name.split_at_checked(end));
        let found = starts.filter_map(|(start, rest)| {
            let entries = self.prefixes.get(start)?.iter().filter_map(|place| self.entries.get(*place));
            most_particular(entries.filter(|entry| entry.is_of(host) && rest.ends_with(after_star(&entry.pattern))))
        });
        found.into_iter().next().and_then(|entry| self.known(entry))
    }

    /// The service that `host`, or a domain it is in, belongs to.
    pub fn host(&self, host: &str) -> Option<&KnownService> {
        let mut domain = host;
        loop {
            if let Some(service) = self.hosts.get(domain) {
                return self.services.get(*service);
            }
            domain = domain.split_once('.')?.1;
        }
    }

    /// The domains that `service` is known to load from, in order; each stands for its subdomains too.
    pub fn hosts_of(&self, service: &KnownService) -> impl Iterator<Item = &str> {
        let hosts = self.hosts.iter().filter(move |(_, place)| self.services.get(**place) == Some(service));
        hosts.map(|(host, _)| host.as_str())
    }

    fn known<'a>(&'a self, entry: &'a Entry) -> Option<Known<'a>> {
        Some(Known { entry, service: self.services.get(entry.service)? })
    }

    fn add(&mut self, entry: Entry) {
        let place = self.entries.len();
        match entry.pattern.split_once('*') {
            Some((start, _)) => self.prefixes.entry(start.into()).or_default().push(place),
            None => self.exact.entry(entry.pattern.clone()).or_default().push(place),
        }
        self.entries.push(entry);
    }
}

/// What the built-in base knows of a cookie called `name`, whoever sets it.
pub fn lookup(name: &str) -> Option<Known<'static>> {
    Knowledge::built_in().cookie(name)
}

/// Of a domain before of any, then with more after the `*`, then the first.
fn most_particular<'a>(entries: impl Iterator<Item = &'a Entry>) -> Option<&'a Entry> {
    let rank = |entry: &Entry| (entry.domain.is_some(), after_star(&entry.pattern).len());
    entries.reduce(|best, entry| if rank(entry) > rank(best) { entry } else { best })
}

fn after_star(pattern: &str) -> &str {
    pattern.split_once('*').map_or("", |(_, end)| end)
}

/// Whether `host` is `domain` or below it.
pub(crate) fn is_within(host: &str, domain: &str) -> bool {
    host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    fn said(name: &str) -> Option<String> {
        lookup(name).map(|known| known.to_string())
    }

    #[test]
    fn exact_before_prefix_and_longest_prefix_first() {
        assert_eq!(lookup("_ga").unwrap().pattern(), "_ga");
        assert_eq!(lookup("_ga_").unwrap().pattern(), "_ga_*");
        assert_eq!(lookup("_gat_UA-1-2").unwrap().pattern(), "_gat*");
        assert_eq!(lookup("wordpress_logged_in_ab").unwrap().pattern(), "wordpress_logged_in_*");
        assert_eq!(lookup("wordpress_ab").unwrap().pattern(), "wordpress_*");
        assert_eq!(said("AMP_MKTG_a2dbce0e18").as_deref(), Some("marketing: Amplitude"));
        assert_eq!(said("AMP_a2dbce0e18").as_deref(), Some("statistics: Amplitude"));
        assert_eq!(said("AMP_TOKEN").as_deref(), Some("statistics: Google Analytics"));
        assert_eq!(said("_GA"), None, "names are compared as bytes");
        assert_eq!(said(""), None);
        assert_eq!(said("\u{1f36a}"), None);
    }

    #[test]
    fn what_follows_the_star_counts() {
        assert_eq!(lookup("mp_0123_mixpanel").unwrap().pattern(), "mp_*_mixpanel");
        assert_eq!(said("mp_locale"), None);
        assert_eq!(said("mp_mixpanel"), None, "the star does not overlap what is around it");
        assert_eq!(said("kndctr_A_AdobeOrg_consent").as_deref(), Some("necessary: Adobe Analytics"));
    }

    #[test]
    fn some_names_mean_something_at_one_host_only() {
        let base = Knowledge::built_in();
        assert_eq!(base.cookie("IDE"), None);
        assert_eq!(base.cookie_of("IDE", Some("shop.example")), None);
        assert_eq!(base.cookie_of("IDE", Some("notdoubleclick.net")), None);
        assert_eq!(base.cookie_of("IDE", Some("ad.doubleclick.net")).unwrap().service().id(), "google-ads");
        assert_eq!(base.cookie_of("MUID", Some("bing.com")).unwrap().service().id(), "microsoft-advertising");
        assert_eq!(base.cookie_of("MUID", Some("c.clarity.ms")).unwrap().service().id(), "clarity");
        assert_eq!(base.cookie_of("_ga", Some("doubleclick.net")).unwrap().service().id(), "google-analytics");
    }

    #[test]
    fn hosts_with_their_subdomains() {
        let base = Knowledge::built_in();
        assert_eq!(base.host("region1.google-analytics.com").unwrap().id(), "google-analytics");
        assert_eq!(base.host("hotjar.com").unwrap().id(), "hotjar");
        assert_eq!(base.host("tt.omtrdc.net").unwrap().id(), "adobe-target");
        assert_eq!(base.host("metrics.omtrdc.net").unwrap().id(), "adobe-analytics");
        assert_eq!(base.host("nothotjar.com"), None);
        assert_eq!(base.host("com"), None);
        assert_eq!(base.host(""), None);
        let hotjar = base.host("hotjar.com").unwrap();
        assert_eq!(base.hosts_of(hotjar).collect::<Vec<_>>(), ["hotjar.com", "hotjar.io"]);
    }

    #[test]
    fn what_is_added_speaks_where_nothing_was_known_or_it_knows_better() {
        let more = "consentry-knowledge 1\ndated 2026-01-01\nservice mine | Mine | Me | marketing | Mine.\nhosts mine.example \
                    hotjar.com\nsource https://mine.example/\ncookie mine | Mine.\ncookie _ga | Mine.\ncookie _gat_mine | Mine.\n";
        let both = Knowledge::built_in().clone().and(base::read(more).unwrap());
        assert_eq!(both.cookie("mine").unwrap().to_string(), "marketing: Mine");
        assert_eq!(both.cookie("_ga").unwrap().to_string(), "statistics: Google Analytics");
        assert_eq!(both.cookie("_gat_mine").unwrap().to_string(), "marketing: Mine");
        assert_eq!(both.host("mine.example").unwrap().id(), "mine");
        assert_eq!(both.host("hotjar.com").unwrap().id(), "hotjar");
    }
}
