//! Proofs of consent, and the cookies that take one to set.

use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
};

use cookie::{Cookie, SameSite};
use http::HeaderValue;

use super::visitor::Visitor;
use crate::{
    decision::{Granted, Purpose},
    policy::Policy,
};

/// A `Set-Cookie` that was made with a proof: see [`Visitor::set_cookie`]. In axum it is a part of a response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProvenCookie(HeaderValue);

/// Why there is no proof. As an answer it is an empty 403.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotGranted {
    /// The visitor did not agree.
    #[error("the visitor has not granted `{0}`")]
    Denied(&'static str),
    /// Its response was sent, or nobody waits for it any more.
    #[error("the request is over, and with it what was granted of `{0}`")]
    Over(&'static str),
}

/// Why a cookie was not set by proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotCovered {
    /// There is no proof, or it is another visitor's.
    #[error(transparent)]
    NotGranted(#[from] NotGranted),
    /// The cookie belongs to something else, or to nothing.
    #[error("found cookie {name:?} of {owner}, expected one that `{purpose}` covers")]
    Foreign {
        /// The name of the cookie.
        name: String,
        /// What declares it, in words.
        owner: String,
        /// What the proof is of.
        purpose: &'static str,
    },
    /// It would live longer than visitors were told.
    #[error("found cookie {name:?} kept for {found} s, expected at most the {declared} s that the policy declares")]
    TooLong {
        /// The name of the cookie.
        name: String,
        /// Its `Max-Age`, in seconds.
        found: i64,
        /// What the policy declares, in seconds; 0 for a session cookie.
        declared: u64,
    },
    /// It is no cookie.
    #[error("found {0:?}, expected the text of a cookie (RFC 6265)")]
    Malformed(String),
}

impl ProvenCookie {
    /// The value of the `Set-Cookie` header.
    pub fn header(&self) -> &HeaderValue {
        &self.0
    }
}

impl Visitor {
    /// Proof that the visitor agreed to `P`. It is lent while the request is answered: what is kept of a visitor for longer
    /// proves nothing any more.
    ///
    /// # Errors
    /// If `P` is not allowed, or the request is over.
    pub fn granted<P: Purpose>(&self) -> Result<&Granted<P>, NotGranted> {
        if self.is_over() {
            return Err(NotGranted::Over(P::ID));
        }
        self.decision().granted().ok_or(NotGranted::Denied(P::ID))
    }

    /// A cookie that a visitor agreed to: the proof must cover the service that declares it, as its own or as its category's.
    /// What the cookie leaves open is the policy's and the site's: its lifetime and path as declared, `SameSite=Lax`,
    /// `Secure` on https.
    ///
    /// ```
    /// use consentry::{decision::Statistics, server::{Cookie, NotCovered, ProvenCookie, Visitor}};
    ///
    /// async fn count(visitor: Visitor) -> Result<ProvenCookie, NotCovered> {
    ///     let proof = visitor.granted::<Statistics>()?;
    ///     visitor.set_cookie(proof, Cookie::build(("_visits", "1")).http_only(true))
    /// }
    /// ```
    ///
    /// # Errors
    /// If the proof is another visitor's, or the request is over; if the cookie is another service's or nobody's, or would live
    /// longer than the policy declares.
    pub fn set_cookie<'c, P: Purpose>(
        &self,
        _proof: &Granted<P>,
        cookie: impl Into<Cookie<'c>>,
    ) -> Result<ProvenCookie, NotCovered> {
        // The proof may be another visitor's.
        self.granted::<P>()?;
        let decision = self.decision();
        let mut cookie = cookie.into().into_owned();
        let rule = covered(decision.policy(), cookie.name(), P::ID)?;
        let (declared, path) = (rule.max_age_seconds(), rule.path.as_deref().unwrap_or("/"));
        let found = cookie.max_age().map(|age| age.whole_seconds());
        if let Some(found) = found.filter(|found| u64::try_from(*found).is_ok_and(|age| age > declared.unwrap_or(0))) {
            let name = cookie.name().to_string();
            return Err(NotCovered::TooLong { name, found, declared: declared.unwrap_or(0) });
        }
        if found.is_none() {
            let declared = declared.and_then(|seconds| i64::try_from(seconds).ok());
            cookie.set_max_age(declared.map(time::Duration::seconds));
        }
        if cookie.path().is_none() {
            cookie.set_path(path.to_owned());
        }
        if cookie.same_site().is_none() {
            cookie.set_same_site(SameSite::Lax);
        }
        if self.is_secure() {
            cookie.set_secure(true);
        }
        let text = cookie.to_string();
        HeaderValue::from_str(&text).map(ProvenCookie).map_err(|_| NotCovered::Malformed(text))
    }
}

/// The rule of the policy that a cookie falls under, if a grant of `purpose` covers it.
fn covered<'p>(
    policy: &'p Policy,
    name: &str,
    purpose: &'static str,
) -> Result<&'p crate::policy::CookieRule, NotCovered> {
    let service = policy.service_of_cookie(name);
    let is_covered = |service: &&crate::policy::Service| {
        service.id() == purpose || (service.category() == purpose && !service.has_own_choice())
    };
    let rules = service.filter(is_covered).into_iter().flat_map(|service| service.cookies());
    // The rule that made the service the cookie's: an exact name before a prefix, a longer one before a shorter.
    let rule =
        rules.filter(|rule| rule.matches(name)).max_by_key(|rule| (!rule.name().ends_with('*'), rule.name().len()));
    rule.ok_or_else(|| NotCovered::Foreign {
        name: name.to_string(),
        owner: service.map_or_else(|| "no service".to_string(), |service| alloc::format!("`{}`", service.id())),
        purpose,
    })
}
