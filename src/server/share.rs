//! Responses that caches may share, and what makes that safe.
//!
//! A response that depends on its visitor is `private`, unless the application marks it with [`Shared`]. A page for all
//! is neutral: nothing optional in it is live, and its first script reads the *outcome*, which the server leaves in a
//! second cookie. A page by choice is shared among visitors with the same *key*; a cache asks for the key at
//! `{mount}/key`, because only the server can tell it from a consent.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use http::{HeaderMap, HeaderName, HeaderValue, header};

use super::{caching, facts::Facts, site::Site, visitor::Visitor};
use crate::{
    consent::{CLOCK_SKEW_MILLIS, Choice, Consent},
    cookies,
    decision::{Decision, Status, Stored, is_from_future},
    policy::{Item, NECESSARY_PLACE, Policy, Regime},
    signals::Signals,
    timestamp::Timestamp,
    visit::Visit,
};

/// The header that carries what a page depends on: `version.shown.locale.granted.meaning`, where `granted` has a bit for
/// each category and service, and `meaning` ties them to their ids and hosts. In answers of `{mount}/key`; in requests from
/// a cache that asked for it; and in the responses that such a cache may share.
pub const KEY_HEADER: HeaderName = HeaderName::from_static("consent-key");

/// How an application lets caches share a response: put it into the response's extensions. Needs
/// [`Site::share_pages`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shared {
    /// The same bytes for all visitors. Nothing optional is live in it until a script in the page has seen what the visitor
    /// granted. What made it must not have looked at a decision.
    ForAll,
    /// The same bytes for all visitors with the same key: where nothing has to be asked or told, the granted categories
    /// and services and the language. Private unless the request comes from a cache that knows the key; then browsers do
    /// not keep it, as they do not know the key. Tested configurations for nginx and Varnish are in `examples/caching`.
    ByChoice,
}

/// How long an outcome is believed at most, in seconds: afterwards a page asks the server again.
const MAX_OUTCOME_SECONDS: u64 = 30 * 86_400;

/// What all visitors' pages say of the policy: which categories and services there are, in which order.
pub(super) fn optional(policy: &Policy) -> impl Iterator<Item = &Item> {
    let terms = &policy.0.terms;
    terms.items.iter().filter(|item| item.switch != NECESSARY_PLACE)
}

/// Their ids, separated by spaces.
pub(super) fn ids(policy: &Policy) -> String {
    spaced(optional(policy))
}

/// The ids that are granted, separated by spaces.
pub(super) fn granted(decision: &Decision) -> String {
    spaced(optional(decision.policy()).filter(|item| decision.status(&item.id) == Some(Status::Granted)))
}

fn spaced<'p>(items: impl Iterator<Item = &'p Item>) -> String {
    items.map(|item| &*item.id).collect::<Vec<_>>().join(" ")
}

/// A bit for each optional category and service, as hexadecimal digits, four a digit, the first one's in the lowest.
fn bits(policy: &Policy, is_set: impl Fn(&Item) -> bool) -> String {
    let mut digits = String::new();
    let mut digit = 0_u8;
    let mut width = 0;
    let mut put = |digit: u8| digits.push(char::from_digit(digit.into(), 16).unwrap_or('0'));
    for item in optional(policy) {
        digit |= u8::from(is_set(item)) << width;
        width += 1;
        if width == 4 {
            put(core::mem::take(&mut digit));
            width = 0;
        }
    }
    if width > 0 {
        put(digit);
    }
    digits
}

/// FNV-1a, 32 bits, of ASCII: short in the page's script. It tells texts apart; nothing is safe because of it.
fn checksum(text: &str) -> u32 {
    text.bytes().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// The key of what a page depends on.
pub(super) fn key(decision: &Decision, locale: &str) -> String {
    let shown = if decision.prompt().is_some() {
        "ask"
    } else if decision.notice().is_some() {
        "tell"
    } else {
        "none"
    };
    let bits = bits(decision.policy(), |item| decision.status(&item.id) == Some(Status::Granted));
    format!("{}.{shown}.{locale}.{bits}.{}", decision.policy().version(), meaning(decision.policy()))
}

/// What the bits are about, and which hosts are whose. The order of a policy, and in a draft more, can change without its
/// version; a cache may outlive that.
fn meaning(policy: &Policy) -> String {
    let mut text = ids(policy);
    text.push(' ');
    for service in policy.services() {
        for host in service.hosts() {
            text.push_str(service.id());
            text.push('@');
            text.push_str(host);
            text.push(' ');
        }
    }
    format!("{:x}", checksum(&text))
}

/// Says what a response depends on.
pub(super) fn put_key(headers: &mut HeaderMap, key: &str) {
    if let Ok(key) = HeaderValue::from_str(key) {
        headers.insert(KEY_HEADER, key);
    }
}

/// Says that a response is shared by choice.
pub(super) fn vary_on_key(headers: &mut HeaderMap, visitor: &Visitor) {
    headers.append(header::VARY, HeaderValue::from_static("Consent-Key"));
    put_key(headers, &key(visitor.silent_decision(), visitor.locale()));
    caching::keep_out_of_browsers(headers);
}

/// Whether a request comes from a cache that knows what its visitor's page depends on.
pub(super) fn knows_key(visitor: &Visitor, headers: &HeaderMap) -> bool {
    let mut keys = headers.get_all(KEY_HEADER).iter();
    let (Some(given), None) = (keys.next(), keys.next()) else { return false };
    given.as_bytes() == key(visitor.silent_decision(), visitor.locale()).as_bytes()
}

impl Site {
    /// The name of the cookie with the outcome. A page cannot tell who wrote it, so it is the host's own, which no subdomain
    /// can set, even where they share the consent.
    pub(super) fn outcome_name(&self) -> &'static str {
        if self.is_secure() { "__Host-privacy-outcome" } else { "privacy-outcome" }
    }

    /// Whether a cookie is the library's own.
    pub(super) fn is_own_cookie(&self, name: &str) -> bool {
        name == self.cookie_name() || (self.markup.shared && name == self.outcome_name())
    }

    /// Ties an outcome to its format, to the very list of ids that its bits are about, to the version, to the regimes and to
    /// the keys that vouch for a consent.
    pub(super) fn stamp(&self, policy: &Policy) -> String {
        let (id, version, regimes, sealer) = (policy.id(), policy.version(), policy.regimes(), self.sealer());
        format!("{:x}", checksum(&format!("1 {id} {version} {regimes:?} {sealer:?} {}", ids(policy))))
    }

    /// The header that leaves the outcome of a visit beside the consent, unless the request brought it; `rewritten` is the
    /// consent text that the response stores.
    pub(super) fn outcome_upkeep(
        &self,
        visit: &Visit<'_>,
        rewritten: Option<&str>,
        facts: &Facts,
    ) -> Option<HeaderValue> {
        if !self.markup.shared {
            return None;
        }
        let stored = visit.stored.consent().filter(|consent| !consent.has_tail()).map(Consent::confirmed_text);
        let wanted = self.outcome(rewritten.or(stored), &visit.decision);
        let name = self.outcome_name();
        let mut brought = facts.cookie_lines().flat_map(cookies::pairs).filter(|(known, _)| *known == name);
        let (first, second) = (brought.next(), brought.next());
        let is_there = match (&wanted, first) {
            (None, first) => first.is_none(),
            (Some(wanted), Some((_, value))) => second.is_none() && wanted.is_as_good(value),
            (Some(_), None) => false,
        };
        if is_there { None } else { self.outcome_cookie(wanted) }
    }

    /// The header that leaves the outcome of a new consent text beside it; without a text, the one that deletes it.
    pub(super) fn outcome_of(&self, text: Option<&str>, decision: &Decision) -> Option<HeaderValue> {
        if self.markup.shared { self.outcome_cookie(self.outcome(text, decision)) } else { None }
    }

    fn outcome(&self, text: Option<&str>, decision: &Decision) -> Option<Outcome> {
        let text = text?;
        let stored = Stored::from_text(Some(text));
        let seal = self.verify(stored.consent()?);
        let policy = decision.policy();
        let (now, gpc) = (decision.now(), decision.signals().gpc);
        // One region of each regime, and none, which stands for the strictest.
        let regions = policy.regimes().iter().map(|regime| regime.holds_in().next()).chain([None]);
        let everywhere: Vec<Decision> =
            regions.map(|region| policy.decide(stored, seal, &Signals { gpc, region }, now)).collect();
        let holds = |item: &Item| everywhere.iter().all(|decision| decision.status(&item.id) == Some(Status::Granted));
        let shown = decision.prompt().is_some() || decision.notice().is_some();
        let (flags, bits) = (u8::from(gpc) | u8::from(shown) << 1, bits(policy, holds));
        let (at, until) = span(stored.consent()?, policy, now);
        Some(Outcome {
            head: self.stamp(policy),
            now: now.as_millis() / 1000,
            at,
            until,
            // The checksum comes last: of an outcome that was cut off nothing is believed. In the script it is a signed number.
            rest: format!("{flags}.{bits}.{}", checksum(text).cast_signed()),
        })
    }

    fn outcome_cookie(&self, outcome: Option<Outcome>) -> Option<HeaderValue> {
        let life = outcome.as_ref().map_or(0, |outcome| outcome.until.saturating_sub(outcome.now));
        let value = outcome.map(|outcome| outcome.to_string()).unwrap_or_default();
        self.own_cookie(self.outcome_name(), value, life, None)
    }
}

/// What a stored consent comes to in every regime of the policy, so that it holds wherever its visitor goes on; and
/// whether there is something to ask or tell.
struct Outcome {
    head: String,
    /// When it was decided, in seconds since 1970; and its [`span`].
    now: u64,
    at: u64,
    until: u64,
    /// Flags (1: with a GPC signal, 2: something to show), what is granted, and the checksum of the consent's text.
    rest: String,
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { head, at, until, rest, .. } = self;
        write!(f, "{head}.{at}.{until}.{rest}")
    }
}

impl Outcome {
    /// Whether a text says the same, and for no longer.
    fn is_as_good(&self, text: &str) -> bool {
        let times = text.strip_prefix(&*self.head).and_then(|rest| rest.strip_suffix(&*self.rest));
        let mut times = times.into_iter().flat_map(|times| times.split('.')).map(|part| part.parse::<u64>().ok());
        let (_, at, until) = (times.next(), times.next().flatten(), times.next().flatten());
        // The seconds of both are rounded.
        matches!((at, until), (Some(at), Some(until)) if at <= self.at && self.now < until && until <= self.until + 1)
    }
}

/// From when to when an outcome holds, in seconds since 1970: a page whose clock is more than the allowed skew before the
/// first, or at the second, does not believe it. In between no grant expires, even in the regime where grants count for
/// the shortest; none that is believed is from the future, and none becomes believable that is not yet, as it may take
/// the place of an older answer.
fn span(consent: &Consent<'_>, policy: &Policy, now: Timestamp) -> (u64, u64) {
    let life = policy.regimes().iter().map(Regime::grant_max_age_seconds).min().unwrap_or(0);
    let seconds = now.as_millis() / 1000;
    let (mut from, mut until) = (seconds, seconds + MAX_OUTCOME_SECONDS);
    let answers = consent.entries().map(|entry| (entry.at(), entry.choice == Choice::Granted));
    for (at, is_grant) in answers.chain([(consent.at(), false)]) {
        let at_millis = at.as_millis();
        if is_from_future(at, now) {
            until = until.min((at_millis - CLOCK_SKEW_MILLIS) / 1000);
            continue;
        }
        from = from.max(at_millis.div_ceil(1000));
        let age = now.as_millis().saturating_sub(at_millis);
        // What has expired does not expire again.
        if is_grant && age <= life.saturating_mul(1000) {
            until = until.min(seconds.saturating_add(life).saturating_sub(age.div_ceil(1000)));
        }
    }
    (from, until)
}
