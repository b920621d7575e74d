//! A policy held against what a site is seen to set.

use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec::Vec,
};

use super::SetCookie;
use crate::{
    Policy, Timestamp,
    cookies::{self, DEVELOPMENT_NAME, DOMAIN_NAME, SECURE_NAME},
    knowledge::{Knowledge, Known, Misfiled},
};

/// How a cookie came to be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// A response set it.
    Set,
    /// A request brought it: a script set it, or it was there before.
    Brought,
    /// The layer around the site said that it withheld it, or would.
    Told,
}

/// A cookie that no service declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UndeclaredCookie<'a> {
    name: String,
    how: How,
    place: String,
    commonly: Option<Known<'a>>,
}

impl<'a> UndeclaredCookie<'a> {
    /// Its name; what is no text in it is replaced.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it was first seen.
    pub fn how(&self) -> How {
        self.how
    }

    /// Where it was first seen, as whoever watched called the place.
    pub fn place(&self) -> &str {
        &self.place
    }

    /// What it commonly is, where that is known.
    pub fn commonly(&self) -> Option<Known<'a>> {
        self.commonly
    }
}

/// A cookie of a policy that was not seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnusedCookie<'a> {
    path: String,
    name: &'a str,
    service: &'a str,
}

impl<'a> UnusedCookie<'a> {
    /// Where its name stands in the policy, such as `service[2].cookies[0].name`; indices count from 0.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The name as the policy has it.
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The id of the service that declares it.
    pub fn service(&self) -> &'a str {
        self.service
    }
}

/// What was not known before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News<'a> {
    /// Nothing declares it.
    Undeclared(UndeclaredCookie<'a>),
    /// It is under another category than it commonly is in.
    Misfiled(Misfiled<'a>),
}

#[derive(Clone, Debug)]
struct Rule<'a> {
    unused: UnusedCookie<'a>,
    seen: bool,
    own: bool,
}

/// A policy held against what a site is seen to set. Each cookie is looked at once, by its name.
#[derive(Clone, Debug)]
pub struct Compared<'a> {
    policy: &'a Policy,
    knowledge: &'a Knowledge,
    rules: Vec<Rule<'a>>,
    names: BTreeSet<String>,
    undeclared: Vec<UndeclaredCookie<'a>>,
    misfiled: Vec<Misfiled<'a>>,
}

impl<'a> Compared<'a> {
    /// Nothing was seen yet.
    pub fn new(policy: &'a Policy, knowledge: &'a Knowledge) -> Self {
        let mut rules = Vec::new();
        for (place, service) in policy.services().iter().enumerate() {
            for (cookie_place, cookie) in service.cookies().iter().enumerate() {
                let path = format!("service[{place}].cookies[{cookie_place}].name");
                let unused = UnusedCookie { path, name: cookie.name(), service: service.id() };
                rules.push(Rule { unused, seen: false, own: is_own(cookie.name()) });
            }
        }
        Self { policy, knowledge, rules, names: BTreeSet::new(), undeclared: Vec::new(), misfiled: Vec::new() }
    }

    /// A response set something: the value of a `Set-Cookie`. What deletes sets nothing.
    pub fn set(&mut self, line: &[u8], place: &str) -> Option<News<'a>> {
        let cookie = SetCookie::read(line, Timestamp::now()).filter(|cookie| !cookie.deletes())?;
        self.see(cookie.name(), How::Set, place)
    }

    /// A request brought cookies: the value of a `Cookie` header.
    pub fn brought(&mut self, header: &str, place: &str) -> Vec<News<'a>> {
        cookies::pairs(header).filter_map(|(name, _)| self.see(name, How::Brought, place)).collect()
    }

    /// The layer said what it did with a cookie: a line of [`DEBUG_HEADER`](crate::server::DEBUG_HEADER).
    pub fn told(&mut self, line: &str, place: &str) -> Option<News<'a>> {
        let (done, rest) = line.split_once(' ')?;
        let (name, _) = rest.split_once(": ").filter(|_| matches!(done, "withheld" | "reported"))?;
        self.see(name, How::Told, place)
    }

    fn see(&mut self, name: &str, how: How, place: &str) -> Option<News<'a>> {
        if name.is_empty() || !self.names.insert(name.to_string()) {
            return None;
        }
        let commonly = self.knowledge.cookie(name);
        let Some(service) = self.policy.service_of_cookie(name) else {
            let cookie = UndeclaredCookie { name: name.into(), how, place: place.into(), commonly };
            let news = (!is_own(name)).then(|| cookie.clone())?;
            self.undeclared.push(cookie);
            return Some(News::Undeclared(news));
        };
        // The service's rule that the policy goes by: an exact name before a prefix, a longer one before a shorter.
        let rank = |rule: &&mut Rule<'_>| {
            let pattern = rule.unused.name;
            if pattern.ends_with('*') { pattern.len() } else { usize::MAX }
        };
        let matching = self
            .rules
            .iter_mut()
            .filter(|rule| rule.unused.service == service.id() && cookies::cookie_matches(rule.unused.name, name));
        let rule = matching.max_by_key(rank)?;
        rule.seen = true;
        let misfiled = Misfiled::of(self.policy, service, rule.unused.name, &rule.unused.path, commonly?)?;
        if self.misfiled.contains(&misfiled) {
            return None;
        }
        self.misfiled.push(misfiled.clone());
        Some(News::Misfiled(misfiled))
    }

    /// How many cookies were seen, by their names.
    pub fn count(&self) -> usize {
        self.names.len()
    }

    /// The cookies that nothing declares, in the order they were seen.
    pub fn undeclared(&self) -> &[UndeclaredCookie<'a>] {
        &self.undeclared
    }

    /// The cookies that are under another category than they commonly are in, in the order they were seen.
    pub fn misfiled(&self) -> &[Misfiled<'a>] {
        &self.misfiled
    }

    /// The cookies of the policy that were not seen, in its order, without the library's own.
    pub fn unused(&self) -> impl Iterator<Item = &UnusedCookie<'a>> {
        self.rules.iter().filter(|rule| !rule.seen && !rule.own).map(|rule| &rule.unused)
    }
}

/// Whether the library itself sets it: the consent, and what it comes to.
pub(crate) fn is_own(name: &str) -> bool {
    let name = name.strip_suffix("-outcome").unwrap_or(name);
    [SECURE_NAME, DOMAIN_NAME, DEVELOPMENT_NAME].contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Category, CookieRule, Service};

    fn policy() -> Policy {
        let visits = ["_cs", "_ga*"]
            .into_iter()
            .fold(Service::new("visits", "preferences"), |service, name| service.cookie(CookieRule::new(name)));
        let session = Service::new("session", "necessary").justification("en", "Yes.");
        Policy::builder("shop")
            .category(Category::new("preferences"))
            .service(session.cookie(CookieRule::new("session")).cookie(CookieRule::new("privacy")))
            .service(visits)
            .build()
            .unwrap()
    }

    #[test]
    fn each_cookie_once() {
        let policy = policy();
        let mut compared = Compared::new(&policy, Knowledge::built_in());
        assert_eq!(compared.set(b"session=1; Path=/", "GET /"), None);
        let Some(News::Misfiled(news)) = compared.set(b"_ga_X=1", "GET /") else { panic!("not told") };
        assert_eq!(news.to_string(), "`_ga*` is under preferences: commonly statistics (Google Analytics)");
        assert_eq!(news.path(), "service[1].cookies[1].name");
        assert_eq!(compared.set(b"_ga_X=1", "GET /"), None);
        // The same of another cookie; a third one of the rule is something else.
        assert_eq!(compared.set(b"_ga_Y=1", "GET /"), None);
        assert!(compared.set(b"_gac_1=1", "GET /").is_some());
        let Some(News::Undeclared(news)) = compared.set(b"_fbp=1", "GET /a") else { panic!("not told") };
        assert_eq!((news.name(), news.place(), news.how()), ("_fbp", "GET /a", How::Set));
        assert_eq!(news.commonly().unwrap().to_string(), "marketing: Meta Pixel");
        assert_eq!(compared.brought("_fbp=1; privacy-outcome=x; theme=1", "GET /b").len(), 1);
        assert_eq!(compared.set(b"gone=; Max-Age=0", "GET /"), None);
        assert_eq!(compared.unused().map(UnusedCookie::name).collect::<Vec<_>>(), ["_cs"]);
        assert_eq!(compared.undeclared().len(), 2);
        assert_eq!(compared.misfiled().len(), 2);
    }

    #[test]
    fn what_the_layer_says() {
        let policy = policy();
        let mut compared = Compared::new(&policy, Knowledge::built_in());
        assert_eq!(compared.told("withheld _cs: visits is undecided (no-answer)", "GET /"), None);
        assert_eq!(compared.unused().map(UnusedCookie::name).collect::<Vec<_>>(), ["session", "_ga*"]);
        let news =
            compared.told("reported _gid: no service declares it; commonly statistics: Google Analytics", "GET /");
        assert!(matches!(news, Some(News::Undeclared(_))));
        for line in ["", "reported", "reported : no service declares it", "opened a: b", "withheld a"] {
            assert_eq!(compared.told(line, "GET /"), None, "{line}");
        }
    }
}
