//! Which cookies belong to whom: finding the consent among a request's cookies, and what its decision says of the rest.

use core::cmp::Reverse;

use crate::{
    consent::{Choice, Consent, DecodeError, SealState},
    decision::{Decision, Status, Stored, is_from_future},
    policy::{Policy, Service},
    timestamp::Timestamp,
};

/// The name of the consent cookie on https: with this prefix no subdomain can set it (RFC 6265bis section 4.1.3.2).
pub const SECURE_NAME: &str = "__Host-privacy";

/// The name of the consent cookie on plain http, for development.
pub const DEVELOPMENT_NAME: &str = "privacy";

/// The most of a request's cookie header lines that is looked at, in bytes; beyond, nothing stored is believed.
pub const MAX_HEADER_BYTES: usize = 64 * 1024;

/// The cookies of a `Cookie` header or of `document.cookie`, as pairs of name and value. Names and values are taken as
/// they stand; a piece without `=` is passed over.
pub fn pairs(header: &str) -> impl Iterator<Item = (&str, &str)> {
    header.split(';').filter_map(|piece| {
        let (name, value) = piece.split_once('=')?;
        Some((name.trim_ascii(), value.trim_ascii()))
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
    let mut best: Option<Candidate<'a>> = None;
    for text in values {
        let stored = Stored::from_text(Some(text));
        let seal = stored.consent().map_or(SealState::Missing, &verify);
        let candidate = Candidate { text, stored, seal };
        // A request has one consent cookie but for mishaps and attacks: nothing is ranked for it.
        best = match best {
            Some(held) if held.rank(policy, now) >= candidate.rank(policy, now) => Some(held),
            _ => Some(candidate),
        };
    }
    // Nothing stored needs no seal.
    best.map_or((Stored::Absent, SealState::NotRequired), |best| (best.stored, best.seal))
}

struct Candidate<'a> {
    text: &'a str,
    stored: Stored<'a>,
    seal: SealState,
}

/// The higher speaks. Compared field by field, from the first.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Rank<'a> {
    ours: bool,
    /// A newer format is left untouched, so it speaks before what is merely broken.
    newer_format: bool,
    sealed: bool,
    believable: bool,
    confirmed: Timestamp,
    /// Of two copies, the one to which a page added denials.
    latest: Timestamp,
    grants: Reverse<usize>,
    text: &'a str,
}

impl<'a> Candidate<'a> {
    fn rank(&self, policy: &Policy, now: Timestamp) -> Rank<'a> {
        let consent = self.stored.consent().filter(|consent| consent.policy() == policy.id());
        let confirmed = consent.map(|consent| consent.latest_confirmed()).unwrap_or_default();
        let granted = |consent: &Consent<'_>| consent.entries().filter(|e| e.choice == Choice::Granted).count();
        Rank {
            ours: consent.is_some(),
            newer_format: matches!(self.stored, Stored::Unreadable(DecodeError::NewerFormat)),
            sealed: consent.is_some() && self.seal.is_trusted(),
            believable: !is_from_future(confirmed, now),
            confirmed,
            latest: consent.map(|consent| consent.latest()).unwrap_or_default(),
            grants: Reverse(consent.map_or(0, granted)),
            text: self.text,
        }
    }
}

impl Policy {
    /// The service that declares a cookie called `name`: an exact name before a prefix, a longer prefix before a
    /// shorter one.
    pub fn service_of_cookie(&self, name: &str) -> Option<&Service> {
        self.place_of_cookie(name).and_then(|place| self.0.services.get(place))
    }

    fn place_of_cookie(&self, name: &str) -> Option<usize> {
        let rules = self.0.services.iter().enumerate().flat_map(|(place, service)| {
            service.cookies.iter().filter(|rule| rule.matches(name)).map(move |rule| (place, rule))
        });
        rules.max_by_key(|(_, rule)| (!rule.name().ends_with('*'), rule.name().len())).map(|(place, _)| place)
    }
}

impl Decision {
    /// Whether a cookie called `name` may be set: the status of the service that declares it; `None` if none does.
    pub fn cookie_status(&self, name: &str) -> Option<Status> {
        let place = self.policy().place_of_cookie(name)?;
        Some(self.of_service(place).status)
    }

    /// The names among `names` that a service declares which is not allowed: cookies to delete.
    pub fn cookies_to_clear<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> impl Iterator<Item = &'a str> {
        names.into_iter().filter(|name| self.cookie_status(name).is_some_and(|status| !status.is_allowed()))
    }
}
