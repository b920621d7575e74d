//! What a site was seen to set and load: read from a HAR file, a `cookies.txt`, or raw response headers.
//!
//! It is where a policy starts from ([`Draft`](crate::draft::Draft)), so nothing is judged here: a cookie has a name, whose
//! it is, and how long it is kept, where the recording tells. Lifetimes count from the response's own date.

mod compared;
mod cookies_txt;
mod har;
mod headers;
mod line;

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};
use core::fmt;

pub(crate) use compared::is_own;
pub use compared::{Compared, How, News, UndeclaredCookie, UnusedCookie};
pub use line::SetCookie;

use crate::Timestamp;

/// How long a cookie is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lifetime {
    /// Not seen: a script set it, or it was there before.
    Unknown,
    /// Until the browser is closed.
    Session,
    /// For so many seconds.
    Seconds(u64),
}

/// A cookie that was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenCookie {
    pub(crate) name: String,
    pub(crate) host: Option<String>,
    pub(crate) path: Option<String>,
    pub(crate) lifetime: Lifetime,
}

impl SeenCookie {
    /// The name; what is no text in it is replaced.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The domain it belongs to, or the host that set it, in lower case.
    pub fn host(&self) -> Option<&str> {
        self.host.as_deref()
    }

    /// The path it is limited to.
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// The longest it was seen to be kept.
    pub fn lifetime(&self) -> Lifetime {
        self.lifetime
    }
}

/// What a site was seen to set and load.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    site: Option<String>,
    cookies: Vec<SeenCookie>,
    /// The places in `cookies` of each name.
    places: BTreeMap<String, Vec<usize>>,
    hosts: Vec<String>,
}

/// Why a recording cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Unreadable {
    line: usize,
    column: Option<usize>,
    found: String,
    expected: &'static str,
}

impl Unreadable {
    fn new(line: usize, found: impl Into<String>, expected: &'static str) -> Self {
        Self { line, column: None, found: found.into(), expected }
    }

    /// The line, from 1.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The column in bytes, from 1, where the format tells.
    pub fn column(&self) -> Option<usize> {
        self.column
    }

    /// What was found.
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What was expected.
    pub fn expected(&self) -> &str {
        self.expected
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}", self.line)?;
        if let Some(column) = self.column {
            write!(f, ", column {column}")?;
        }
        write!(f, ": found {}, expected {}", self.found, self.expected)
    }
}

impl Seen {
    /// Reads a recording in whichever of the three forms it is. Where it does not say when something was set, `recorded`
    /// is taken for that.
    ///
    /// # Errors
    /// At the first place that is in none of them.
    pub fn read(text: &str, recorded: Timestamp) -> Result<Self, Unreadable> {
        let text = text.trim_start_matches('\u{feff}');
        let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        if text.trim_start().starts_with('{') {
            Self::from_har(text, recorded)
        } else if first.starts_with('#') || first.contains('\t') {
            Self::from_cookies_txt(text, recorded)
        } else {
            Self::from_headers(text, recorded)
        }
    }

    /// The site's domain, where the recording tells: what was asked for first, without subdomains.
    pub fn site(&self) -> Option<&str> {
        self.site.as_deref()
    }

    /// The cookies, in the order they were first seen; each name and host once.
    pub fn cookies(&self) -> &[SeenCookie] {
        &self.cookies
    }

    /// The hosts of others that content came from, in the order they were first seen.
    pub fn hosts(&self) -> &[String] {
        &self.hosts
    }

    /// Adds a cookie, or what is new about one: the longest lifetime stays.
    fn add(&mut self, cookie: SeenCookie) {
        let places = self.places.entry(cookie.name.clone()).or_default();
        let of_host =
            places.iter().find(|place| self.cookies.get(**place).is_some_and(|known| known.host == cookie.host));
        match of_host.and_then(|place| self.cookies.get_mut(*place)) {
            Some(known) => {
                known.path = known.path.take().filter(|path| cookie.path.as_ref() == Some(path));
                known.lifetime = known.lifetime.max(cookie.lifetime);
            }
            None => {
                places.push(self.cookies.len());
                self.cookies.push(cookie);
            }
        }
    }

    /// Whether a cookie called `name` was seen that comes back to `host`.
    fn comes_back(&self, name: &str, host: Option<&str>) -> bool {
        let mut known = self.places.get(name).into_iter().flatten().filter_map(|place| self.cookies.get(*place));
        known.any(|known| {
            let of = |domain: &str| host.is_some_and(|host| crate::knowledge::is_within(host, domain));
            known.host.as_deref().is_none_or(of)
        })
    }

    /// Adds what a `Set-Cookie` sets, unless it deletes.
    fn set(&mut self, line: &[u8], host: Option<&str>, at: Timestamp) {
        if let Some(cookie) = SetCookie::read(line, at).filter(|cookie| !cookie.deletes()) {
            self.add(cookie.seen_from(host));
        }
    }
}

/// The domain that somebody registers, of a host; the host itself where it has none, such as an address.
fn registrable(host: &str) -> &str {
    let is_address = host.starts_with('[') || host.split('.').next_back().is_none_or(|end| end.parse::<u8>().is_ok());
    if is_address { host } else { psl::domain_str(host).unwrap_or(host) }
}

/// A name of a host as policies have it: without the dot that a cookie's domain may begin with.
fn host_name(host: &str) -> Option<String> {
    let host = host.trim().trim_start_matches('.').trim_end_matches('.').to_ascii_lowercase();
    (!host.is_empty()).then_some(host)
}

/// For an error: what is in a line, cut where it is long.
fn shown(text: &str) -> String {
    const LONGEST: usize = 40;
    let mut start: String = text.chars().take(LONGEST).collect();
    if start.len() < text.len() {
        start.push_str("...");
    }
    format!("{start:?}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn registrable_domains() {
        assert_eq!(registrable("www.shop.co.uk"), "shop.co.uk");
        assert_eq!(registrable("127.0.0.1"), "127.0.0.1");
        assert_eq!(registrable("[::1]"), "[::1]");
        assert_eq!(registrable("localhost"), "localhost");
        assert_eq!(registrable("com"), "com");
    }

    #[test]
    fn the_form_is_told_by_its_beginning() {
        let at = Timestamp::from_millis(0);
        let line = |text: &str| Seen::read(text, at).unwrap_err().line();
        assert_eq!(Seen::read("", at), Ok(Seen::default()));
        assert_eq!(line("\n\n{"), 3);
        assert_eq!(line("a\tb\n"), 1);
        assert_eq!(line("\nwhat is this"), 2);
        assert_eq!(Seen::read("\u{feff}Set-Cookie: a=1", at).unwrap().cookies().len(), 1);
    }

    #[test]
    fn the_longest_lifetime_stays() {
        let text = "Set-Cookie: a=1\nSet-Cookie: a=2; Max-Age=60\nSet-Cookie: a=3; Max-Age=30; Path=/x\nSet-Cookie: a=; Max-Age=0\n";
        let seen = Seen::read(text, Timestamp::from_millis(0)).unwrap();
        assert_eq!(seen.cookies().len(), 1);
        assert_eq!(seen.cookies()[0].lifetime(), Lifetime::Seconds(60));
        assert_eq!(seen.cookies()[0].path(), None);
    }
}
