//! What of a request is decided on, and what its answer is written by. Kept without a copy, because most responses depend
//! on nothing of it.

use alloc::vec::Vec;
use std::sync::LazyLock;

use http::{HeaderMap, HeaderValue, Uri, header, uri::PathAndQuery};
use memchr::memmem;

use super::{origin::host, site::Site};
use crate::{
    cookies::{DEVELOPMENT_NAME, MAX_HEADER_BYTES},
    policy::Policy,
    signals::{Signals, accepted_languages},
    visit::Visit,
};

/// What the name of every consent cookie has in it. A finder takes longer to make than to use.
static CONSENT: LazyLock<memmem::Finder<'_>> = LazyLock::new(|| memmem::Finder::new(DEVELOPMENT_NAME));

#[derive(Debug)]
pub(super) struct Facts {
    pub(super) policy: Policy,
    signals: Signals,
    /// The first line of its cookies, and the others, which only HTTP/2 has.
    cookies: (Option<HeaderValue>, Vec<HeaderValue>),
    host: Option<HeaderValue>,
    languages: Option<HeaderValue>,
    target: Option<PathAndQuery>,
}

impl Site {
    pub(super) fn facts(&self, uri: &Uri, headers: &HeaderMap) -> Facts {
        let mut cookies = headers.get_all(header::COOKIE).iter().cloned();
        Facts {
            policy: self.policy(),
            signals: self.signals(headers),
            cookies: (cookies.next(), cookies.collect()),
            host: host(uri, headers),
            languages: headers.get(header::ACCEPT_LANGUAGE).cloned(),
            target: uri.path_and_query().cloned(),
        }
    }

    /// Decides.
    pub(super) fn visit<'a>(&self, facts: &'a Facts) -> Visit<'a> {
        let (Facts { policy, signals, .. }, name) = (facts, self.cookie_name());
        let names_ours = |line: &str| CONSENT.find(line.as_bytes()).is_some();
        // Most requests of new visitors bring cookies, but none of ours. They are read only to be counted, if they are many.
        let is_read = facts.cookie_bytes() > MAX_HEADER_BYTES || facts.cookie_lines().any(names_ours);
        let lines = facts.cookie_lines().filter(|_| is_read);
        policy.visit(lines, name, signals, self.now(), |consent| self.verify(consent))
    }
}

impl Facts {
    /// How long all its cookies are.
    fn cookie_bytes(&self) -> usize {
        self.cookies.0.iter().chain(&self.cookies.1).map(HeaderValue::len).sum()
    }

    /// The request's cookies, a line at a time; one that is not text in pieces, of which those that are none are left out:
    /// they are none of ours, and no reason not to read the others beside them.
    pub(super) fn cookie_lines(&self) -> impl Iterator<Item = &str> {
        self.cookies.0.iter().chain(&self.cookies.1).flat_map(|line| {
            let whole = core::str::from_utf8(line.as_bytes()).ok();
            let broken = if whole.is_some() { &[] } else { line.as_bytes() };
            let pieces = broken.split(|byte| *byte == b';').filter_map(|piece| core::str::from_utf8(piece).ok());
            whole.into_iter().chain(pieces)
        })
    }

    /// The host that the request was sent to, with its port.
    pub(super) fn host(&self) -> Option<&str> {
        self.host.as_ref()?.to_str().ok()
    }

    /// The language that the policy has for the visitor.
    pub(super) fn locale(&self) -> &str {
        let languages = self.languages.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default();
        self.policy.locale(accepted_languages(languages))
    }

    /// The path that was asked for, with its query.
    pub(super) fn path(&self) -> &str {
        self.target.as_ref().map_or("/", PathAndQuery::as_str)
    }
}
