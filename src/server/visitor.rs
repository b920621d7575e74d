//! What the server knows of one visitor during one request.

use alloc::{
    format,
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};
use core::sync::atomic::{AtomicBool, Ordering};

use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue, Response, Uri, header};

use super::{assets, site::Site};
use crate::{
    banner::{self, Html, View},
    consent::{Consent, SealState},
    decision::{Decision, Stored},
    policy::Policy,
    signals::accepted_languages,
    visit::Visit,
};

/// What the server knows of one visitor during one request. In the request's extensions behind a `ConsentLayer`.
#[derive(Clone, Debug)]
pub struct Visitor(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    decision: Decision,
    locale: String,
    mount: String,
    back: String,
    set_cookie: Option<HeaderValue>,
    /// What deletes the cookies the request brought although they were refused.
    deletions: Vec<HeaderValue>,
    used: AtomicBool,
    /// Whether the application put the banner into its page.
    wrote_banner: AtomicBool,
}

impl Site {
    /// Reads a request: one pass over its cookie header gives the decision.
    pub fn visitor(&self, uri: &Uri, headers: &HeaderMap) -> Visitor {
        let policy = self.policy();
        let visit = self.visit(&policy, headers);
        let set_cookie = self.upkeep(&visit);
        let deletions = self.deletions_for_denied(&visit.decision, uri, headers);
        let back = uri.path_and_query().map_or("/", |path| path.as_str()).to_string();
        let locale = locale(&policy, headers).to_string();
        Visitor(Arc::new(Inner {
            decision: visit.decision,
            locale,
            mount: self.mount_path().to_string(),
            back,
            set_cookie,
            deletions,
            used: AtomicBool::new(false),
            wrote_banner: AtomicBool::new(false),
        }))
    }

    pub(super) fn visit<'a>(&self, policy: &Policy, headers: &'a HeaderMap) -> Visit<'a> {
        policy.visit(cookie_pieces(headers), self.cookie_name(), &self.signals(headers), self.now(), |consent| {
            self.verify(consent)
        })
    }

    fn verify(&self, consent: &Consent<'_>) -> SealState {
        self.sealer().map_or(SealState::NotRequired, |sealer| sealer.verify(consent))
    }

    /// The cookie to send without the visitor having done anything: a signal's denial to keep, or a consent to bring up
    /// to date (an old key, denials a page added, or denials a script wrote on a site that seals).
    pub(super) fn upkeep(&self, visit: &Visit<'_>) -> Option<HeaderValue> {
        let text = visit.persist().or_else(|| {
            let consent = visit.stored.consent()?;
            let old_key = self.sealer().is_some_and(|sealer| sealer.is_old(consent));
            let outdated = match visit.seal {
                SealState::Verified | SealState::NotRequired => old_key || consent.has_tail(),
                SealState::Missing => true,
                SealState::Invalid => false,
            };
            outdated.then(|| visit.decision.refresh(visit.stored, visit.seal))?
        })?;
        self.set_cookie(&text, &visit.decision)
    }

    /// The header that stores a consent text.
    pub(super) fn set_cookie(&self, text: &str, decision: &Decision) -> Option<HeaderValue> {
        let seconds = Consent::decode(text).ok()?.seconds_left(decision);
        let sealed = self.sealed(text);
        self.consent_cookie(sealed, seconds)
    }

    pub(super) fn sealed(&self, text: &str) -> String {
        self.sealer().map_or_else(|| text.to_string(), |sealer| sealer.seal(text))
    }

    /// The header that sets, or with no seconds left deletes, the consent cookie.
    pub(super) fn consent_cookie(&self, value: String, seconds: u64) -> Option<HeaderValue> {
        let mut cookie = Cookie::build((self.cookie_name(), value))
            .path("/")
            .same_site(SameSite::Lax)
            .secure(self.is_secure())
            .max_age(time::Duration::seconds(i64::try_from(seconds).unwrap_or(0)))
            .build();
        if let Some(domain) = self.cookie_domain() {
            cookie.set_domain(domain.to_string());
        }
        HeaderValue::from_str(&cookie.to_string()).ok()
    }

    /// What the state of a stored text would be for a visitor who just got it from this server.
    pub(super) fn decide_on(&self, text: Option<&str>, before: &Decision) -> Decision {
        let seal = if self.sealer().is_some() { SealState::Verified } else { SealState::NotRequired };
        before.policy().decide(Stored::from_text(text), seal, before.signals(), before.now())
    }

    /// Makes a response fit what its request was decided on: withholds the cookies that may not be set, stores what has
    /// to be stored, and keeps shared caches from giving one visitor's page to another.
    pub fn finish<B>(&self, visitor: &Visitor, response: &mut Response<B>) {
        let depends = self.gate(visitor.silent_decision(), response);
        let headers = response.headers_mut();
        let own = visitor.0.set_cookie.iter().chain(&visitor.0.deletions);
        let sets = own.map(|cookie| headers.append(header::SET_COOKIE, cookie.clone())).count() > 0;
        if depends || sets || visitor.0.used.load(Ordering::Relaxed) {
            keep_private(headers);
        }
    }
}

/// A request's cookies, one by one. What is not text is none of ours, and no reason not to read the others beside it.
pub(super) fn cookie_pieces(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let pieces = headers.get_all(header::COOKIE).iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    pieces.filter_map(|piece| core::str::from_utf8(piece).ok())
}

/// `Cache-Control: private`, whatever else it says, and `Vary` on what a decision is made from.
fn keep_private(headers: &mut HeaderMap) {
    let lines = headers.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let current = lines.collect::<Vec<_>>().join(",");
    let directives = || current.split(',').map(str::trim).filter(|directive| !directive.is_empty());
    let is = |directive: &str, name: &str| directive.split('=').next().is_some_and(|d| d.eq_ignore_ascii_case(name));
    // `private="…"` is about single fields only.
    if !directives().any(|directive| is(directive, "no-store") || directive.eq_ignore_ascii_case("private")) {
        let kept = directives().filter(|d| !is(d, "public") && !is(d, "s-maxage"));
        let mut value = String::from("private");
        for directive in kept {
            value.push_str(", ");
            value.push_str(directive);
        }
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(header::CACHE_CONTROL, value);
        }
    }
    // They would speak before it to caches in between.
    for name in ["cdn-cache-control", "surrogate-control"] {
        headers.remove(name);
    }
    headers.append(header::VARY, HeaderValue::from_static("Cookie, Sec-GPC"));
}

pub(super) fn locale<'a>(policy: &'a Policy, headers: &HeaderMap) -> &'a str {
    let languages = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    policy.locale(accepted_languages(languages))
}

impl Visitor {
    /// The decision. A response that uses it is marked as the visitor's own.
    pub fn decision(&self) -> &Decision {
        self.0.used.store(true, Ordering::Relaxed);
        &self.0.decision
    }

    /// Marks the response as the visitor's own.
    #[cfg(feature = "tower")]
    pub(super) fn mark_used(&self) {
        self.0.used.store(true, Ordering::Relaxed);
    }

    /// The decision, for what the library does by itself with every request.
    pub(super) fn silent_decision(&self) -> &Decision {
        &self.0.decision
    }

    /// Whether there is a banner or notice for this visitor that the application did not put into its page.
    #[cfg(feature = "tower")]
    pub(super) fn lacks_banner(&self) -> bool {
        let decision = &self.0.decision;
        let shown = decision.prompt().is_some() || decision.notice().is_some();
        shown && !self.0.wrote_banner.load(Ordering::Relaxed)
    }

    /// What to put into a page. A response that uses it is marked as the visitor's own.
    pub fn html(&self) -> ConsentHtml {
        self.0.used.store(true, Ordering::Relaxed);
        ConsentHtml(self.clone())
    }
}

/// What to put into a page: the banner, its style and script, and placeholders.
#[derive(Clone, Debug)]
pub struct ConsentHtml(Visitor);

impl ConsentHtml {
    fn view(&self) -> View<'_> {
        let inner = &self.0.0;
        View { locale: &inner.locale, mount: &inner.mount, back: &inner.back }
    }

    /// The decision.
    pub fn decision(&self) -> &Decision {
        &self.0.0.decision
    }

    /// The language for this visitor.
    pub fn locale(&self) -> &str {
        &self.0.0.locale
    }

    /// Where the choices page is.
    pub fn choices_path(&self) -> &str {
        &self.0.0.mount
    }

    /// For the page's head: the style sheet and the deferred script that answers without a reload. Empty for a visitor
    /// with nothing to answer and everything allowed.
    pub fn head(&self) -> String {
        let decision = self.decision();
        let everything = decision.case().verdicts().iter().all(|verdict| verdict.status.is_allowed());
        if everything && decision.prompt().is_none() && decision.notice().is_none() {
            return String::new();
        }
        let mount = banner::escape(&self.0.0.mount);
        format!(
            "<link rel=\"stylesheet\" href=\"{mount}/assets/{}\"><script defer src=\"{mount}/assets/{}\"></script>",
            assets::style().name,
            assets::script().name
        )
    }

    /// The banner, or the notice, or nothing. Put it early in the body: it is read first then.
    pub fn banner(&self) -> String {
        self.0.0.wrote_banner.store(true, Ordering::Relaxed);
        self.write(banner::banner)
    }

    /// What stands in the place of content that waits for `id`, with a button that allows it; nothing if it is allowed.
    pub fn placeholder(&self, id: &str) -> String {
        self.write(|decision, view, html| banner::placeholder(decision, id, view, html))
    }

    fn write(&self, write: impl FnOnce(&Decision, View<'_>, &mut Html)) -> String {
        let mut html = Html::default();
        write(self.decision(), self.view(), &mut html);
        html.into_string()
    }
}
