//! The gate on cookies: what a visitor has not agreed to does not leave, whoever wrote it; and where a site wants it,
//! does not come in either.
//!
//! It looks at every `Set-Cookie` of every response. A cookie that a service declares needs that service's status; one
//! that none declares falls under [`Undeclared`]. What is let through goes byte for byte and in its order. A cookie that
//! deletes is always let through: it takes something back.

mod line;

use alloc::{
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};
use core::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

use http::{HeaderMap, HeaderName, HeaderValue, Response, header};

use line::{Found, shown_name};
pub(crate) use line::{Refusal, name_of};

use super::{facts::Facts, site::Site, visitor::Visitor};
use crate::decision::{Decision, Reason, Status};

/// The header that says what the gate did, where [`Site::debug_header`] switches it on.
pub const DEBUG_HEADER: HeaderName = HeaderName::from_static("consent-gate");

/// What the gate does with a cookie that its visitor has not agreed to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// Withholds it.
    #[default]
    Enforce,
    /// Lets it through and reports it: to see what enforcing would do to a running site. In pages nothing is held back
    /// either, and what would be is counted.
    Observe,
}

/// What the gate does with a cookie that no service of the policy declares, or that has no readable name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Undeclared {
    /// Lets it through.
    Pass,
    /// Lets it through and reports it.
    #[default]
    Report,
    /// Withholds it, if the gate enforces.
    Withhold,
}

/// What the gate found in one response: in the response's extensions where there is something to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gated(Vec<GatedCookie>);

/// A cookie that the gate withheld or reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GatedCookie {
    name: String,
    withheld: bool,
    refusal: Option<Refusal>,
}

/// How much the gate did since the site was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GateCounts {
    /// Cookies withheld.
    pub withheld: u64,
    /// Cookies let through that would have been withheld, or that nothing declares.
    pub reported: u64,
    /// Cookies that requests brought although their visitor refused them, and that the responses deleted.
    pub cleared: u64,
    /// Elements of pages and links of `Link` headers held back, or that would be where the gate only observes.
    pub inert: u64,
    /// Pages that passed as they were, because their bytes cannot be looked into.
    pub opaque: u64,
    /// Pages cut off, because what followed could not be held back safely.
    pub aborted: u64,
}

impl Gated {
    /// Each cookie, in the order of the response.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &GatedCookie> {
        self.0.iter()
    }
}

impl GatedCookie {
    /// The cookie's name; what is no text in it is replaced.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it was withheld, and not only reported.
    pub fn is_withheld(&self) -> bool {
        self.withheld
    }

    /// The id of the service that declares it; `None` if none does.
    pub fn service(&self) -> Option<&str> {
        self.refusal.as_ref().map(|refusal| refusal.service.as_str())
    }

    /// Why it may not be set; `None` if no service declares it.
    pub fn reason(&self) -> Option<Reason> {
        self.refusal.as_ref().map(|refusal| refusal.reason)
    }
}

impl GatedCookie {
    /// What a cookie that no service declares commonly is; `None` too where that is not known.
    #[cfg(feature = "knowledge")]
    pub fn commonly(&self) -> Option<crate::knowledge::Known<'static>> {
        if self.refusal.is_none() { crate::knowledge::lookup(&self.name) } else { None }
    }
}

/// Such as `withheld _ga: log-analysis is undecided (no-answer)`, or, with the feature `knowledge`,
/// `reported _fbp: no service declares it; commonly marketing: Meta Pixel`.
impl fmt::Display for GatedCookie {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}: ", if self.withheld { "withheld" } else { "reported" }, self.name)?;
        match &self.refusal {
            Some(refusal) => write!(f, "{refusal}"),
            None => write!(f, "no service declares it"),
        }?;
        #[cfg(feature = "knowledge")]
        if let Some(known) = self.commonly() {
            write!(f, "; commonly {known}")?;
        }
        Ok(())
    }
}

/// How a site's gate is set.
#[derive(Clone, Debug, Default)]
pub(super) struct Gate {
    mode: Mode,
    undeclared: Undeclared,
    debug_header: bool,
    strips_requests: bool,
    counters: Arc<Counters>,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    withheld: AtomicU64,
    reported: AtomicU64,
    cleared: AtomicU64,
    inert: AtomicU64,
    opaque: AtomicU64,
    aborted: AtomicU64,
}

impl Counters {
    #[cfg(feature = "html")]
    pub(super) fn count_inert(&self) {
        self.inert.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn count_opaque(&self, why: &str) {
        self.opaque.fetch_add(1, Ordering::Relaxed);
        tracing::warn!("a page passes as it is: {why}");
    }

    #[cfg(feature = "html")]
    pub(super) fn count_aborted(&self, why: &dyn fmt::Display) {
        self.aborted.fetch_add(1, Ordering::Relaxed);
        tracing::error!("{why}");
    }
}

impl Site {
    /// What the gate does with a cookie that its visitor has not agreed to; it enforces unless said.
    #[must_use]
    pub fn mode(mut self, mode: Mode) -> Self {
        self.gate.mode = mode;
        self
    }

    /// What the gate does with a cookie that no service declares; it reports unless said.
    #[must_use]
    pub fn undeclared(mut self, rule: Undeclared) -> Self {
        self.gate.undeclared = rule;
        self
    }

    /// Adds a line of [`DEBUG_HEADER`] to a response for each cookie withheld or reported. For development: it tells
    /// everyone what the application tried to set.
    #[must_use]
    pub fn debug_header(mut self) -> Self {
        self.gate.debug_header = true;
        self
    }

    /// Takes refused cookies out of requests too, so that no handler reads what a browser still holds of them. Cookies
    /// that no service declares stay, and so does all where the gate only observes.
    #[must_use]
    pub fn strip_requests(mut self) -> Self {
        self.gate.strips_requests = true;
        self
    }

    /// How much the gate did since the site was made, in all its clones.
    pub fn gate_counts(&self) -> GateCounts {
        let Counters { withheld, reported, cleared, inert, opaque, aborted } = &*self.gate.counters;
        GateCounts {
            withheld: withheld.load(Ordering::Relaxed),
            reported: reported.load(Ordering::Relaxed),
            cleared: cleared.load(Ordering::Relaxed),
            inert: inert.load(Ordering::Relaxed),
            opaque: opaque.load(Ordering::Relaxed),
            aborted: aborted.load(Ordering::Relaxed),
        }
    }

    /// The lines that delete what a request still brings of what its visitor refused: left from before the refusal, or
    /// set again since. None where the gate only observes.
    pub(super) fn deletions_for_denied(&self, decision: &Decision, facts: &Facts) -> Vec<HeaderValue> {
        if self.gate.mode == Mode::Observe {
            return Vec::new();
        }
        self.deletions(decision, facts, |status| status == Status::Denied)
    }

    #[cfg(feature = "html")]
    pub(super) fn observes(&self) -> bool {
        self.gate.mode == Mode::Observe
    }

    pub(super) fn counters(&self) -> &Arc<Counters> {
        &self.gate.counters
    }

    /// A refused cookie that keeps coming back is set by something the gate does not see, such as a script.
    pub(super) fn count_cleared(&self, name: &str) {
        self.gate.counters.cleared.fetch_add(1, Ordering::Relaxed);
        tracing::info!(cookie = name, "deleting a cookie that its visitor refused");
    }

    /// Takes out of a response the cookies that may not be set, and says what it did. `true` if the response depends on
    /// what its visitor agreed to.
    pub(super) fn gate<B>(&self, decision: &Decision, response: &mut Response<B>) -> bool {
        let cookies = response.headers().get_all(header::SET_COOKIE);
        let mut depends = false;
        let mut gated = Vec::new();
        // Nothing is copied for the many responses that set none.
        let mut kept = Vec::new();
        for line in cookies {
            let verdict = self.judge(decision, line);
            depends |= verdict.depends;
            if verdict.gated.as_ref().is_none_or(|gated| !gated.withheld) {
                kept.push(line.clone());
            }
            gated.extend(verdict.gated);
        }
        if gated.is_empty() {
            return depends;
        }
        if gated.iter().any(|gated| gated.withheld) {
            replace_cookies(response.headers_mut(), kept);
        }
        for cookie in &gated {
            self.tell(cookie, response.headers_mut());
        }
        response.extensions_mut().insert(Gated(gated));
        depends
    }

    /// Takes the refused cookies out of a request's headers, if the site wants that. A line without any stays as it is,
    /// byte for byte.
    pub(super) fn prepare(&self, visitor: &Visitor, headers: &mut HeaderMap) {
        if !self.gate.strips_requests || self.gate.mode == Mode::Observe {
            return;
        }
        let decision = visitor.silent_decision();
        let refused = |piece: &&[u8]| {
            let name = core::str::from_utf8(name_of(piece)).ok();
            let name = name.filter(|name| !self.is_own_cookie(name));
            name.is_some_and(|name| decision.cookie_status(name).is_some_and(|status| !status.is_allowed()))
        };
        let pieces = |line: &HeaderValue| line.as_bytes().split(|byte| *byte == b';').any(|piece| refused(&piece));
        if !headers.get_all(header::COOKIE).iter().any(pieces) {
            return;
        }
        let lines: Vec<HeaderValue> = headers.get_all(header::COOKIE).iter().cloned().collect();
        headers.remove(header::COOKIE);
        for line in lines {
            let kept = line.as_bytes().split(|byte| *byte == b';').filter(|piece| !refused(piece));
            let kept: Vec<&[u8]> = kept.map(<[u8]>::trim_ascii).filter(|piece| !piece.is_empty()).collect();
            let line = if pieces(&line) { HeaderValue::from_bytes(&kept.join(&b"; "[..])).ok() } else { Some(line) };
            if let Some(line) = line.filter(|line| !line.is_empty()) {
                headers.append(header::COOKIE, line);
            }
        }
    }

    fn judge(&self, decision: &Decision, line: &HeaderValue) -> Judged {
        let enforces = self.gate.mode == Mode::Enforce;
        let gated = |withheld, refusal| Some(GatedCookie { name: shown_name(line), withheld, refusal });
        match self.read_cookie(decision, line) {
            Found::Free => Judged { depends: false, gated: None },
            Found::Granted => Judged { depends: true, gated: None },
            Found::Refused(refusal) => Judged { depends: true, gated: gated(enforces, Some(refusal)) },
            Found::Undeclared => {
                let gated = match self.gate.undeclared {
                    Undeclared::Pass => None,
                    Undeclared::Report => gated(false, None),
                    Undeclared::Withhold => gated(enforces, None),
                };
                Judged { depends: false, gated }
            }
        }
    }

    fn tell(&self, cookie: &GatedCookie, headers: &mut HeaderMap) {
        let Counters { withheld, reported, .. } = &*self.gate.counters;
        let counter = if cookie.withheld { withheld } else { reported };
        counter.fetch_add(1, Ordering::Relaxed);
        let service = cookie.service().unwrap_or_default();
        let reason = cookie.reason().map(Reason::word).unwrap_or_default();
        let (name, withheld) = (cookie.name(), cookie.withheld);
        if cookie.refusal.is_some() {
            tracing::info!(cookie = name, service, reason, withheld, "{cookie}");
        } else {
            tracing::warn!(cookie = name, withheld, "{cookie}");
        }
        if self.gate.debug_header
            && let Ok(value) = HeaderValue::from_str(&cookie.to_string())
        {
            headers.append(DEBUG_HEADER, value);
        }
    }
}

struct Judged {
    /// Whether it is let through or not because of what the visitor said.
    depends: bool,
    gated: Option<GatedCookie>,
}

fn replace_cookies(headers: &mut HeaderMap, kept: Vec<HeaderValue>) {
    headers.remove(header::SET_COOKIE);
    for line in kept {
        headers.append(header::SET_COOKIE, line);
    }
}
