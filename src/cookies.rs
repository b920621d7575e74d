//! Which cookies belong to whom: finding the consent among a request's cookies, and what its decision says of the rest.

#[cfg(target_arch = "wasm32")]
use crate::text::Pieces;
use crate::{
    consent::{Choice, Consent, DecodeError, SealState},
    decision::{Case, Decision, Status, Stored, is_from_future},
    policy::{Policy, Service, Terms},
    text::{until, words},
    timestamp::Timestamp,
};

/// The name of the consent cookie on https: with this prefix no subdomain can set it (RFC 6265bis section 4.1.3.2).
pub const SECURE_NAME: &str = "__Host-privacy";

/// The name of the consent cookie on https where several subdomains share it: each of them can set it (RFC 6265bis
/// section 4.1.3.1), so it is always sealed.
pub const DOMAIN_NAME: &str = "__Secure-privacy";

/// The name of the consent cookie on plain http, for development.
pub const DEVELOPMENT_NAME: &str = "privacy";

/// The most of a request's cookie header lines that is looked at, in bytes; beyond, nothing stored is believed.
pub const MAX_HEADER_BYTES: usize = 64 * 1024;

/// The cookies of a `Cookie` header or of `document.cookie`, as pairs of name and value. Names and values are taken as
/// they stand; a piece without `=` is passed over.
pub fn pairs(header: &str) -> impl Iterator<Item = (&str, &str)> {
    // In a browser this type's code is there already; natively the standard library looks at several bytes at a time.
    #[cfg(target_arch = "wasm32")]
    let pieces = Pieces { rest: header, between: b';' };
    #[cfg(not(target_arch = "wasm32"))]
    let pieces = header.split(';');
    pieces.filter_map(|mut piece| {
        let name = until(&mut piece, b'=')?;
        Some((name.trim_ascii(), piece.trim_ascii()))
    })
}

/// The consent among cookies, and its seal. Of several cookies of the name, the newest sealed one speaks; where none is
/// sealed, or seals are not required, the newest; of equally new ones the one that grants least. The order in which
/// they come means nothing.
pub fn stored<'a>(
    policy: &Policy,
    values: impl IntoIterator<Item = &'a str>,
    now: Timestamp,
    verify: impl Fn(&Consent<'a>) -> SealState,
) -> (Stored<'a>, SealState) {
    let mut chooser = Chooser { terms: &policy.0.terms, now, verify, best: None };
    for text in values {
        chooser.consider(text);
    }
    chooser.chosen()
}

/// Chooses the consent that speaks.
pub(crate) struct Chooser<'t, 'a, V> {
    pub(crate) terms: &'t Terms,
    pub(crate) now: Timestamp,
    pub(crate) verify: V,
    pub(crate) best: Option<&'a str>,
}

impl<'a, V: Fn(&Consent<'a>) -> SealState> Chooser<'_, 'a, V> {
    pub(crate) fn consider(&mut self, text: &'a str) {
        // A request has one consent cookie but for mishaps and attacks: nothing is ranked for it.
        if self.best.is_none_or(|best| (self.rank(text), text) > (self.rank(best), best)) {
            self.best = Some(text);
        }
    }

    /// Nothing stored needs no seal.
    pub(crate) fn chosen(&self) -> (Stored<'a>, SealState) {
        let stored = Stored::from_text(self.best);
        let seal = match &stored {
            Stored::Absent => SealState::NotRequired,
            Stored::Unreadable(_) => SealState::Missing,
            Stored::Consent(consent) => (self.verify)(consent),
        };
        (stored, seal)
    }

    /// The higher speaks: by these facts, one after the other, then by the text itself.
    fn rank(&self, text: &'a str) -> [u64; 3] {
        let stored = Stored::from_text(Some(text));
        let Some(consent) = stored.consent().filter(|consent| consent.policy() == &*self.terms.id) else {
            // A newer format is left untouched, so it speaks before what is merely broken.
            return [u64::from(matches!(stored, Stored::Unreadable(DecodeError::NewerFormat))), 0, 0];
        };
        let confirmed = consent.latest_confirmed();
        let sealed = u64::from((self.verify)(consent).is_trusted());
        let believable = u64::from(!is_from_future(confirmed, self.now));
        let mut grants = 0;
        for entry in consent.all_entries() {
            grants += u64::from(entry.choice == Choice::Granted);
        }
        // A time has 53 bits. Of two copies, the one speaks to which a page added denials.
        let first = 1 << 63 | sealed << 62 | believable << 61 | confirmed.as_millis();
        [first, consent.latest().as_millis(), u64::MAX - grants]
    }
}

impl Terms {
    /// The place of the item that declares a cookie called `name`: an exact name before a prefix, a longer prefix before
    /// a shorter one.
    pub(crate) fn place_of_cookie(&self, name: &str) -> Option<usize> {
        let mut found = None;
        let mut best = 0;
        for (place, item) in self.items.iter().enumerate() {
            for pattern in words(&item.cookies) {
                // No pattern is as long as that.
                let rank = if pattern.as_bytes().ends_with(b"*") { pattern.len() } else { usize::MAX };
                if rank > best && cookie_matches(pattern, name) {
                    (found, best) = (Some(place), rank);
                }
            }
        }
        found
    }
}

/// Whether a cookie falls under a pattern, a name with perhaps a `*` at its end. Names are compared as bytes.
pub(crate) fn cookie_matches(pattern: &str, name: &str) -> bool {
    match pattern.as_bytes() {
        [start @ .., b'*'] => name.as_bytes().starts_with(start),
        _ => name == pattern,
    }
}

impl Policy {
    /// The service that declares a cookie called `name`: an exact name before a prefix, a longer prefix before a
    /// shorter one.
    pub fn service_of_cookie(&self, name: &str) -> Option<&Service> {
        let place = self.0.terms.place_of_cookie(name)?;
        self.services().get(place.checked_sub(self.categories().len())?)
    }
}

impl Case<'_> {
    /// Whether a cookie called `name` may be set: the status of the service that declares it; `None` if none does.
    pub(crate) fn cookie_status(self, name: &str) -> Option<Status> {
        Some(self.verdict(self.terms.place_of_cookie(name)?).status)
    }

    /// Whether a service declares a cookie called `name` and is not allowed: then it is to be deleted.
    pub(crate) fn clears(self, name: &str) -> bool {
        self.cookie_status(name).is_some_and(|status| !status.is_allowed())
    }
}

impl Decision {
    /// Whether a cookie called `name` may be set: the status of the service that declares it; `None` if none does.
    pub fn cookie_status(&self, name: &str) -> Option<Status> {
        self.case().cookie_status(name)
    }

    /// The names among `names` that a service declares which is not allowed: cookies to delete.
    pub fn cookies_to_clear<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
        names.into_iter().filter(|name| self.case().clears(name))
    }
}
