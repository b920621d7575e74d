//! Sites that share pages, what they leave in a visitor's cookies, and what may happen to it until a page reads it.

use std::sync::Arc;

use consentry::{
    Consent, Policy, Region, Timestamp,
    consent::seal::{KeyRing, Sealer},
    cookies::MAX_HEADER_BYTES,
    server::{RequestBody, Shared, Site, Visitor},
};
use fastrand::Rng;
use http::{HeaderMap, HeaderValue, Method, Request, Response, Uri, header};
use serde_json::json;

use crate::{evolution::REGIONS, texts};

/// The consent cookie of a site that does not seal.
pub const COOKIE: &str = "privacy";
const OUTCOME: &str = "-outcome";
const SCRIPT: &str = include_str!("../../src/server/assets/bootstrap.js");

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

/// Where and when somebody looks at a page.
#[derive(Clone, Debug)]
pub struct Place {
    pub now: u64,
    pub gpc: bool,
    pub region: Option<Region>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keys {
    /// On http, for development.
    None,
    /// None on https.
    Missing,
    /// For one host.
    Own,
    /// For one host, after all keys before were given up.
    New,
    /// For all subdomains of a domain.
    Shared,
}

#[derive(Clone, Debug)]
pub struct Host {
    pub policy: Policy,
    pub keys: Keys,
}

impl Host {
    fn ring(&self) -> KeyRing {
        let (id, key) = if self.keys == Keys::New { ("k2", [8; 32]) } else { ("k1", [7; 32]) };
        KeyRing::new(id, &key).expect("a good key")
    }

    pub fn site(&self, place: &Place) -> Arc<Site> {
        let (now, region) = (Timestamp::from_millis(place.now), place.region);
        let site = Site::new(self.policy.clone()).share_pages().clock(move || now).region(move |_| region);
        Arc::new(match self.keys {
            Keys::None => site.development(),
            Keys::Missing => site,
            Keys::Own | Keys::New => site.keys(self.ring()),
            Keys::Shared => site.domain("shop.example", self.ring()).expect("a domain"),
        })
    }

    pub fn visitor(&self, jar: &Jar, place: &Place) -> Visitor {
        let headers = jar.headers(place).expect("cookies that can be sent");
        self.site(place).visitor(&Uri::from_static("/"), &headers)
    }

    /// The optional categories and services that are allowed.
    pub fn allowed(&self, jar: &Jar, place: &Place) -> Vec<String> {
        let visitor = self.visitor(jar, place);
        let ids = self.policy.categories().iter().map(|category| category.id());
        let ids = ids.chain(self.policy.services().iter().map(|service| service.id()));
        ids.filter(|id| visitor.decision().status(id) == Some(consentry::Status::Granted)).map(String::from).collect()
    }

    /// The same, wherever the visitor may be.
    pub fn allowed_everywhere(&self, jar: &Jar, place: &Place) -> Vec<String> {
        let mut ids = self.allowed(jar, place);
        for region in self.policy.regimes().iter().flat_map(|regime| regime.holds_in().map(Some)).chain([None]) {
            let there = self.allowed(jar, &Place { region, ..*place });
            ids.retain(|id| there.contains(id));
        }
        ids
    }

    /// The cookies after a page has asked the server; `None` if no request could carry them.
    pub fn leaves(&self, mut jar: Jar, place: &Place) -> Option<Jar> {
        let uri = Uri::from_static("/privacy-choices/decision");
        let headers = jar.headers(place)?;
        let response = self.site(place).handle(&Method::GET, &uri, &headers, RequestBody::Whole(b""));
        jar.take(response.headers());
        Some(jar)
    }

    /// The cookies after an answer.
    pub fn answered(&self, mut jar: Jar, place: &Place, asked: &[String], on: &[&str]) -> Jar {
        let mut headers = jar.headers(place).expect("cookies that can be sent");
        headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        let (policy, version) = (self.policy.id(), self.policy.version().get());
        let answer = json!({
            "policy": policy, "version": version, "act": "save", "method": "banner", "asked": asked, "on": on,
        });
        let (uri, body) = (Uri::from_static("/privacy-choices"), answer.to_string());
        let response = self.site(place).handle(&Method::POST, &uri, &headers, RequestBody::Whole(body.as_bytes()));
        assert_eq!(response.status(), 200, "{answer}");
        jar.take(response.headers());
        jar
    }

    /// The attributes of the first script of a page that all get alike.
    pub fn attributes(&self) -> String {
        let place = Place { now: texts::NOW, gpc: false, region: None };
        let mut request = Request::new(());
        request.headers_mut().insert(header::ACCEPT, HeaderValue::from_static("text/html"));
        let exchange = self.site(&place).begin(&mut request);
        let mut response = Response::new(());
        response.extensions_mut().insert(Shared::ForAll);
        response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        let mut filter = exchange.end(&mut response);
        let page = "<!doctype html><html><head><title>Page</title></head><body></body></html>";
        let mut html = filter.take(page.into()).expect("a page").to_vec();
        html.extend(filter.end().expect("a page"));
        let html = String::from_utf8(html).expect("text");
        let (_, script) = html.split_once("<script").expect("a script");
        let (attributes, rest) = script.split_once('>').expect("an element");
        assert!(rest.starts_with(SCRIPT.trim_end()), "the first script is another: {html}");
        assert!(!response.headers().contains_key(header::SET_COOKIE));
        attributes.trim().into()
    }
}

/// The cookies of a browser, as `document.cookie` gives them.
#[derive(Clone, Debug, Default)]
pub struct Jar(Vec<String>);

impl Jar {
    pub fn parse(header: &str) -> Self {
        Self(header.split(';').map(str::trim).filter(|piece| !piece.is_empty()).map(String::from).collect())
    }

    pub fn text(&self) -> String {
        self.0.join("; ")
    }

    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter_map(move |piece| piece.strip_prefix(name)?.strip_prefix('='))
    }

    fn headers(&self, place: &Place) -> Option<HeaderMap> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("shop.example"));
        headers.insert(header::COOKIE, HeaderValue::from_bytes(self.text().as_bytes()).ok()?);
        if place.gpc {
            headers.insert("sec-gpc", HeaderValue::from_static("1"));
        }
        Some(headers)
    }

    fn take(&mut self, headers: &HeaderMap) {
        for line in headers.get_all(header::SET_COOKIE) {
            self.set(line.to_str().expect("text"));
        }
    }

    /// Takes a `Set-Cookie` line.
    fn set(&mut self, line: &str) {
        let (pair, attributes) = line.split_once(';').expect("a line with attributes");
        let (name, _) = pair.split_once('=').expect("a pair");
        // Nothing vouches for an outcome, so no other host may be able to set it.
        assert!(!name.ends_with(OUTCOME) || !attributes.contains("Domain"), "{line}");
        // A browser replaces the cookie with the same attributes; others of the name were set by somebody else.
        let place = self.0.iter().position(|piece| piece.split('=').next() == Some(name));
        let is_deleted = attributes.contains("Max-Age=0");
        match place {
            Some(place) if is_deleted => drop(self.0.remove(place)),
            Some(place) => self.0[place] = pair.into(),
            None if is_deleted => {}
            None => self.0.push(pair.into()),
        }
    }

    /// Puts a value in the place of those that a cookie has.
    fn with(&self, name: &str, values: &[&str]) -> Self {
        let mut pieces = self.0.clone();
        pieces.retain(|piece| piece.split('=').next() != Some(name));
        pieces.extend(values.iter().map(|value| format!("{name}={value}")));
        Self(pieces)
    }

    /// The same with the host's seal under its consents; `None` if the host does not seal, or nothing lacks one.
    pub fn sealed(&self, host: &Host) -> Option<Self> {
        let any = Place { now: 0, gpc: false, region: None };
        let name = host.site(&any).cookie_name();
        let sealer = Sealer::new(host.ring(), name, host.policy.id());
        let mut did = false;
        let pieces = self.0.iter().map(|piece| {
            let text = piece.split_once('=').filter(|(known, _)| *known == COOKIE || *known == name);
            let Some((_, text)) = text.filter(|_| !matches!(host.keys, Keys::None | Keys::Missing)) else {
                return piece.clone();
            };
            if !Consent::decode(text).is_ok_and(|consent| consent.seal().is_none()) {
                return format!("{name}={text}");
            }
            did = true;
            let (confirmed, tail) = text.split_at(text.find('!').unwrap_or(text.len()));
            format!("{name}={}{tail}", sealer.seal(confirmed))
        });
        let jar = Self(pieces.collect());
        did.then_some(jar)
    }
}

/// What a page finds of a visit, changed in one thing.
pub struct Varied {
    pub what: String,
    pub host: Host,
    pub jar: Jar,
    pub place: Place,
    /// Whether an outcome that is there must not be believed.
    pub is_disbelieved: bool,
}

pub fn variations(rng: &mut Rng, host: &Host, others: &[Policy], jar: &Jar, place: &Place) -> Vec<Varied> {
    let mut all = Vec::new();
    let mut vary = |what: &str, is_disbelieved: bool, host: &Host, jar: Jar, place: Place| {
        all.push(Varied { what: what.into(), host: host.clone(), jar, place, is_disbelieved });
    };
    let name = host.site(place).cookie_name();
    let outcome_name = host.outcome_name(jar);
    let consent: String = jar.values(name).next().unwrap_or_default().into();
    let outcome: String = jar.values(&outcome_name).next().unwrap_or_default().into();

    for (what, now, is_disbelieved) in times(host, &consent, &outcome, place.now) {
        vary(&what, is_disbelieved, host, jar.clone(), Place { now, ..*place });
    }
    vary(
        "the other signal",
        !place.gpc && outcome_lacks_signal(&outcome),
        host,
        jar.clone(),
        Place { gpc: !place.gpc, ..*place },
    );
    for region in REGIONS.iter().map(|region| Region::parse(region)).chain([None]) {
        vary(&format!("in {region:?}"), false, host, jar.clone(), Place { region, ..*place });
        let later = Place { region, gpc: !place.gpc, now: place.now + 20 * DAY };
        vary(&format!("later in {region:?} with the other signal"), false, host, jar.clone(), later);
    }
    for policy in others {
        let other = Host { policy: policy.clone(), ..*host };
        vary(&format!("in version {}", policy.version().get()), true, &other, jar.clone(), place.clone());
    }

    if let Keys::Missing | Keys::Own = host.keys {
        let keys = if host.keys == Keys::Own { Keys::New } else { Keys::Own };
        let policy = host.policy.clone();
        vary("after a change of keys", true, &Host { policy, keys }, jar.clone(), place.clone());
    }

    if !consent.is_empty() {
        let (confirmed, _) = consent.split_at(consent.find('!').unwrap_or(consent.len()));
        let id = host.policy.categories().last().expect("necessary").id();
        let tail = format!("{confirmed}!{}.{}/-{id}", host.policy.version().get(), place.now);
        let swapped = consent.replacen("/+", "/-", 1);
        let texts = [
            ("a page's denial", tail),
            ("another answer", swapped),
            ("damage", texts::corrupt(rng, &consent).replace(';', "")),
        ];
        for (what, text) in texts {
            let is_other = text.trim() != consent;
            vary(what, is_other, host, jar.with(name, &[text.trim()]), place.clone());
            vary(
                &format!("two consents, after {what}"),
                true,
                host,
                jar.with(name, &[text.trim(), &consent]),
                place.clone(),
            );
            vary(
                &format!("two consents, before {what}"),
                true,
                host,
                jar.with(name, &[&consent, text.trim()]),
                place.clone(),
            );
        }
    }
    // Seldom: it makes a long line.
    if rng.u8(..20) == 0 {
        let many = jar.with("big", &[&"x".repeat(MAX_HEADER_BYTES)]);
        vary("among too many cookies", true, host, many, place.clone());
    }
    vary("no consent any more", true, host, jar.with(name, &[]), place.clone());

    vary("no outcome", true, host, jar.with(&outcome_name, &[]), place.clone());
    vary("two outcomes", true, host, jar.with(&outcome_name, &[&outcome, &outcome]), place.clone());
    let length = rng.usize(..40);
    let garbage: String = std::iter::repeat_with(|| rng.alphanumeric()).take(length).collect();
    vary("a garbage outcome", true, host, jar.with(&outcome_name, &[&garbage]), place.clone());
    vary(
        "a garbage outcome in parts",
        true,
        host,
        jar.with(&outcome_name, &[&format!("{garbage}.0.9e99.3.{garbage}.ffff")]),
        place.clone(),
    );
    if !outcome.is_empty() {
        for _ in 0..3 {
            let cut = &outcome[..rng.usize(..outcome.len())];
            vary(&format!("an outcome cut to {cut}"), true, host, jar.with(&outcome_name, &[cut]), place.clone());
        }
        let parts: Vec<&str> = outcome.split('.').collect();
        let mut fewer = parts.clone();
        fewer.remove(rng.usize(..fewer.len()));
        vary("an outcome that lacks a part", true, host, jar.with(&outcome_name, &[&fewer.join(".")]), place.clone());
        let mut turned = parts.clone();
        turned.rotate_left(rng.usize(1..parts.len()));
        vary("an outcome in another order", false, host, jar.with(&outcome_name, &[&turned.join(".")]), place.clone());
    }
    all.retain(|varied| varied.jar.headers(&varied.place).is_some());
    all
}

impl Host {
    /// The name of the outcome's cookie, as far as it can be told without one.
    fn outcome_name(&self, jar: &Jar) -> String {
        let found =
            jar.0.iter().find_map(|piece| Some(piece.split_once('=')?.0).filter(|name| name.ends_with(OUTCOME)));
        found.map_or_else(|| format!("{COOKIE}{OUTCOME}"), String::from)
    }
}

/// Whether an outcome was decided on without a signal.
fn outcome_lacks_signal(outcome: &str) -> bool {
    let flags = outcome.split('.').nth(3).and_then(|flags| flags.parse::<u8>().ok());
    flags.is_none_or(|flags| flags & 1 == 0)
}

/// Times around what may matter, each with whether an outcome is too old or too new then.
fn times(host: &Host, consent: &str, outcome: &str, now: u64) -> Vec<(String, u64, bool)> {
    let part = |place| outcome.split('.').nth(place).and_then(|seconds: &str| seconds.parse::<u64>().ok());
    let at = part(1).map_or(now, |at| at * 1000);
    let mut times = vec![
        ("an hour later".to_string(), now + HOUR, false),
        ("25 hours before it".to_string(), at.saturating_sub(25 * HOUR), at >= 25 * HOUR),
        ("23 hours earlier".to_string(), now.saturating_sub(23 * HOUR), false),
        ("an hour earlier".to_string(), now.saturating_sub(HOUR), false),
        ("a day later".to_string(), now + DAY, false),
    ];
    times.extend([31, 200, 500].map(|days| (format!("{days} days later"), now + days * DAY, true)));
    let mut around = |what: &str, at: u64| {
        times.extend(
            [at.saturating_sub(1000), at.saturating_sub(1), at, at + 1, at + 1000]
                .map(|time| (format!("at {time}, around {what}"), time, false)),
        );
    };
    if let Some(until) = part(2) {
        around("the outcome's end", until * 1000);
    }
    let Ok(consent) = Consent::decode(consent) else { return times };
    let mut moments: Vec<u64> = consent.entries().map(|entry| entry.at().as_millis()).collect();
    moments.push(consent.at().as_millis());
    moments.sort_unstable();
    moments.dedup();
    for at in moments {
        if at > now {
            around("what is believed later", at.saturating_sub(DAY));
        }
        for life in host.policy.regimes().iter().map(|regime| regime.grant_max_age_seconds() * 1000) {
            if at.saturating_add(life) > now {
                around("the end of a grant", at.saturating_add(life));
            }
        }
    }
    times
}
