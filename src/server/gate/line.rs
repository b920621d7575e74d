//! What a `Set-Cookie` line sets, as browsers read it, and what that needs.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use cookie::Cookie;
use http::{HeaderMap, HeaderValue, header};

use crate::{
    decision::{Decision, Reason, Status},
    server::site::Site,
};

/// What a `Set-Cookie` sets.
pub(super) enum Found {
    /// A cookie that nobody needs to agree to, or none at all.
    Free,
    Granted,
    Refused(Refusal),
    Undeclared,
}

/// Whose cookie it is, and why it may not be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Refusal {
    pub(crate) service: String,
    pub(crate) status: Status,
    pub(crate) reason: Reason,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is {} ({})", self.service, self.status.word(), self.reason.word())
    }
}

impl Site {
    /// The cookies that a response sets although they may not be, and those that nothing declares, whatever the gate is
    /// set to do with them.
    pub(crate) fn leaks(&self, decision: &Decision, headers: &HeaderMap) -> Vec<(String, Option<Refusal>)> {
        let lines = headers.get_all(header::SET_COOKIE).iter();
        let found = lines.filter_map(|line| match self.read_cookie(decision, line) {
            Found::Free | Found::Granted => None,
            Found::Refused(refusal) => Some((shown_name(line), Some(refusal))),
            Found::Undeclared => Some((shown_name(line), None)),
        });
        found.collect()
    }

    pub(super) fn read_cookie(&self, decision: &Decision, line: &HeaderValue) -> Found {
        let name = core::str::from_utf8(name_of(line.as_bytes())).ok().filter(|name| !name.is_empty());
        // The consent cookie is the library's own, and what deletes takes back.
        if name.is_some_and(|name| self.is_own_cookie(name)) || self.deletes(line) {
            return Found::Free;
        }
        let service = name.and_then(|name| decision.policy().service_of_cookie(name));
        match service.and_then(|service| Some((service, decision.status(service.id())?))) {
            Some((_, Status::Required)) => Found::Free,
            Some((_, Status::Granted)) => Found::Granted,
            Some((service, status)) => {
                let reason = decision.reason(service.id()).unwrap_or_default();
                Found::Refused(Refusal { service: service.id().to_string(), status, reason })
            }
            None => Found::Undeclared,
        }
    }

    /// Whether a `Set-Cookie` deletes, as browsers read it: by the last `Max-Age` that is a number, else by `Expires`
    /// (RFC 6265 section 5.2.2 and section 5.3, step 3).
    fn deletes(&self, line: &HeaderValue) -> bool {
        let Ok(line) = core::str::from_utf8(line.as_bytes()) else { return false };
        let ages = line.split(';').skip(1).filter_map(|attribute| {
            let (name, value) = attribute.split_once('=')?;
            let value = value.trim_ascii();
            let digits = value.strip_prefix('-').unwrap_or(value);
            let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
            let deletes = digits.len() < value.len() || digits.bytes().all(|byte| byte == b'0');
            // Nor a value that is longer (RFC 6265bis section 5.6).
            let is_age = name.trim_ascii().eq_ignore_ascii_case("max-age") && value.len() <= 1024;
            (is_age && is_number).then_some(deletes)
        });
        ages.last().unwrap_or_else(|| {
            let expires = Cookie::parse(line).ok().and_then(|cookie| cookie.expires_datetime());
            // No browser takes a year before 1601 (RFC 6265 section 5.1.1, step 5).
            expires.is_some_and(|expires| expires.year() >= 1601 && expires <= self.now().to_datetime())
        })
    }
}

/// The name that a cookie comes back under (RFC 6265bis sections 5.6 and 5.7.3). One without a name comes back as its
/// value alone, so that `=a=b` is as good as `a=b`; what has no `=` then has no name for anyone.
pub(crate) fn name_of(line: &[u8]) -> &[u8] {
    let pair = line.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii();
    let pair = pair.strip_prefix(b"=").unwrap_or(pair);
    let equals = pair.iter().position(|byte| *byte == b'=');
    equals.and_then(|at| pair.get(..at)).unwrap_or_default().trim_ascii()
}

/// The name for people; what is no text in it is replaced.
pub(super) fn shown_name(line: &HeaderValue) -> String {
    String::from_utf8_lossy(name_of(line.as_bytes())).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_as_browsers_read_them() {
        let name = |line: &'static str| name_of(line.as_bytes());
        assert_eq!(name("_ga=1; Path=/"), b"_ga");
        assert_eq!(name("  _ga \t= x=y"), b"_ga");
        assert_eq!(name("_ga; x=1"), b"");
        assert_eq!(name("=1"), b"");
        assert_eq!(name(" = _ga=1"), b"_ga");
        assert_eq!(name(""), b"");
    }
}
