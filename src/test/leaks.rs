//! What a response does that its visitor has not agreed to.

use alloc::{string::String, vec::Vec};
use core::fmt;

use http::HeaderMap;
#[cfg(feature = "html")]
use http::Uri;

#[cfg(feature = "html")]
use super::page_leaks::{LeakedAddress, PageLeaks};
use crate::{
    decision::{Decision, Reason, Status},
    server::{Refusal, Site},
};

/// What a response does that its visitor has not agreed to. Behind a `ConsentLayer` that enforces, the cookies of declared
/// services are withheld already: what is left comes from outside of it, or is declared nowhere.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "leaks say nothing until they are looked at"]
pub struct Leaks {
    cookies: Vec<LeakedCookie>,
    undeclared: Vec<String>,
    #[cfg(feature = "html")]
    page: PageLeaks,
}

/// A cookie of a service that the visitor has not agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeakedCookie {
    name: String,
    refusal: Refusal,
}

impl Leaks {
    /// The cookies that a response's `headers` set although `decision` does not allow it, and those that no service
    /// declares. They are read as the site's gate reads them, whatever it is set to: its own cookie, and what deletes,
    /// are no leaks.
    pub fn of_headers(site: &impl AsRef<Site>, decision: &Decision, headers: &HeaderMap) -> Self {
        let mut leaks = Self::default();
        for (name, refusal) in site.as_ref().leaks(decision, headers) {
            match refusal {
                Some(refusal) => leaks.cookies.push(LeakedCookie { name, refusal }),
                None => leaks.undeclared.push(name),
            }
        }
        leaks
    }

    /// The same, and what a page loads although `decision` does not allow it: by its `html` and by the `Link` lines of its
    /// `headers`, from hosts that services declare, and whatever is marked with `data-consent`. What is in a `noscript`
    /// counts as loaded. `page` is the page's address, such as `https://shop.example/`, which its own host and its relative
    /// addresses are told by.
    ///
    /// It is read as [`Site::rewrite_hosts`] reads pages, whatever the site is set to: what inline scripts and style
    /// sheets load is not seen.
    #[cfg(feature = "html")]
    pub fn of_page(site: &impl AsRef<Site>, decision: &Decision, page: &Uri, headers: &HeaderMap, html: &str) -> Self {
        Self { page: PageLeaks::read(decision, page, headers, html), ..Self::of_headers(site, decision, headers) }
    }

    /// The same without the cookies and addresses that no service declares, for an application that does not declare all
    /// it sets and loads.
    pub fn without_undeclared(mut self) -> Self {
        self.undeclared.clear();
        #[cfg(feature = "html")]
        self.page.undeclared.clear();
        self
    }

    /// The cookies of services that the visitor has not agreed to, in the order of the response.
    pub fn cookies(&self) -> &[LeakedCookie] {
        &self.cookies
    }

    /// The names of cookies that no service declares, in the order of the response; what is no text in them is replaced.
    pub fn undeclared(&self) -> &[String] {
        &self.undeclared
    }

    /// The addresses that a page loads for services that the visitor has not agreed to: those in `Link` headers, then
    /// those of its elements in their order.
    #[cfg(feature = "html")]
    pub fn addresses(&self) -> &[LeakedAddress] {
        &self.page.addresses
    }

    /// The addresses that a page loads from hosts that are not its own and that no service declares.
    #[cfg(feature = "html")]
    pub fn undeclared_addresses(&self) -> &[String] {
        &self.page.undeclared
    }

    /// Whether nothing leaks, and nothing is undeclared.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn len(&self) -> usize {
        let len = self.cookies.len() + self.undeclared.len();
        #[cfg(feature = "html")]
        let len = len + self.page.len();
        len
    }

    /// For tests: nothing happens where nothing leaks.
    ///
    /// # Panics
    /// If something leaks, with all of it in words.
    #[track_caller]
    #[expect(clippy::panic, reason = "a test fails by a panic")]
    pub fn assert_none(&self) {
        if !self.is_empty() {
            panic!("{self}");
        }
    }
}

/// A line that counts, then one for each leak.
impl fmt::Display for Leaks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.len() {
            0 => write!(f, "nothing leaks")?,
            1 => write!(f, "1 leak:")?,
            more => write!(f, "{more} leaks:")?,
        }
        for cookie in &self.cookies {
            write!(f, "\n  {cookie}")?;
        }
        for name in &self.undeclared {
            write!(f, "\n  {name}: no service declares it")?;
        }
        #[cfg(feature = "html")]
        write!(f, "{}", self.page)?;
        Ok(())
    }
}

impl LeakedCookie {
    /// The cookie's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The id of the service that declares it.
    pub fn service(&self) -> &str {
        &self.refusal.service
    }

    /// The status of the service.
    pub fn status(&self) -> Status {
        self.refusal.status
    }

    /// Why it may not be set.
    pub fn reason(&self) -> Reason {
        self.refusal.reason
    }
}

/// Such as `_ga: log-analysis is undecided (no-answer)`.
impl fmt::Display for LeakedCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.refusal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Category, CookieRule, Policy, Service, Timestamp,
        server::{Mode, Undeclared},
        test::{Clock, Consent},
    };
    use alloc::string::ToString;
    use http::{HeaderValue, header::SET_COOKIE};

    fn site() -> Site {
        let policy = Policy::builder("shop")
            .category(Category::new("statistics"))
            .service(Service::new("visits", "statistics").cookie(CookieRule::new("_ga*")))
            .service(
                Service::new("sign-in", "necessary").justification("en", "You ask.").cookie(CookieRule::new("session")),
            );
        Site::new(policy.build().unwrap()).clock(Clock::at(Timestamp::from_millis(1_764_000_000_000)).reader())
    }

    fn headers(lines: &[&'static str]) -> HeaderMap {
        lines.iter().map(|line| (SET_COOKIE, HeaderValue::from_static(line))).collect()
    }

    #[test]
    fn leaks_are_told_whatever_the_gate_is_set_to() {
        let careless =
            headers(&["_ga_1=1; Path=/", "session=1", "x=1", "_ga=; Max-Age=0", "__Host-privacy=?", "=_ga=2"]);
        for site in [site(), site().mode(Mode::Observe), site().undeclared(Undeclared::Pass)] {
            let decision = Consent::new(&site).decision().unwrap();
            let leaks = Leaks::of_headers(&site, &decision, &careless);
            let wanted = "3 leaks:\n  _ga_1: visits is undecided (no-answer)\n  \
                          _ga: visits is undecided (no-answer)\n  x: no service declares it";
            assert_eq!(leaks.to_string(), wanted);
            assert_eq!((leaks.cookies().len(), leaks.undeclared()), (2, &["x".to_string()][..]));
            let first = &leaks.cookies()[0];
            assert_eq!((first.name(), first.service()), ("_ga_1", "visits"));
            assert_eq!((first.status(), first.reason()), (Status::Undecided, Reason::NoAnswer));
            let agreed = Consent::new(&site).grant_all().decision().unwrap();
            let leaks = Leaks::of_headers(&site, &agreed, &careless);
            assert_eq!(leaks.to_string(), "1 leak:\n  x: no service declares it");
            let leaks = leaks.without_undeclared();
            assert_eq!((leaks.is_empty(), leaks.to_string().as_str()), (true, "nothing leaks"));
            leaks.assert_none();
        }
    }

    #[test]
    #[should_panic(expected = "1 leak:\n  _ga: visits is denied (refused)")]
    fn a_leak_fails_a_test_in_words() {
        let site = site();
        let refused = Consent::new(&site).deny("statistics").decision().unwrap();
        Leaks::of_headers(&site, &refused, &headers(&["_ga=1"])).assert_none();
    }
}
