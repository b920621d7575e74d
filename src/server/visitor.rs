//! What the server knows of one visitor during one request.

use alloc::{
    boxed::Box,
    format,
    string::{String, ToString},
    sync::Arc,
    vec::Vec,
};
use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::OnceLock;

use cookie::{Cookie, SameSite};
use http::{HeaderMap, HeaderValue, Uri};

#[cfg(feature = "html")]
use super::hosts::Hosts;
use super::{assets, bootstrap, facts::Facts, nonce::Nonce, share, site::Site};
use crate::{
    banner::View,
    consent::{Consent, SealState},
    decision::{Decision, Stored},
    policy::Service,
    signals::Signals,
    visit::Visit,
};

/// What the server knows of one visitor during one request. In the request's extensions behind a `ConsentLayer`.
#[derive(Clone, Debug)]
pub struct Visitor(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    site: Arc<Site>,
    facts: Facts,
    /// Made when somebody asks: most responses depend on nothing of it. It is large, and so apart.
    decided: OnceLock<Box<Decided>>,
    nonce: OnceLock<Nonce>,
    used: AtomicBool,
    /// Whether its response is on its way, so that nothing can be set any more.
    over: AtomicBool,
    /// Whether the application put the style sheet and the script into its page, and the banner.
    wrote_head: AtomicBool,
    wrote_banner: AtomicBool,
}

#[derive(Debug)]
struct Decided {
    decision: Decision,
    /// What stores what has to be stored, and deletes the cookies the request brought although they were refused.
    set_cookies: Vec<HeaderValue>,
}

impl Site {
    /// Keeps of a request what a decision is made from. It is made when somebody asks, in one pass over the cookies.
    pub fn visitor(self: &Arc<Self>, uri: &Uri, headers: &HeaderMap) -> Visitor {
        Visitor(Arc::new(Inner {
            site: Arc::clone(self),
            facts: self.facts(uri, headers),
            decided: OnceLock::new(),
            nonce: OnceLock::new(),
            used: AtomicBool::new(false),
            over: AtomicBool::new(false),
            wrote_head: AtomicBool::new(false),
            wrote_banner: AtomicBool::new(false),
        }))
    }

    /// What is decided on the cookies of one header line.
    pub(crate) fn decide(&self, cookies: &str, signals: &Signals) -> Decision {
        let verify = |consent: &Consent<'_>| self.verify(consent);
        self.policy().visit([cookies], self.cookie_name(), signals, self.now(), verify).decision
    }

    pub(super) fn verify(&self, consent: &Consent<'_>) -> SealState {
        self.sealer().map_or(SealState::NotRequired, |sealer| sealer.verify(consent))
    }

    /// The cookies to send without the visitor having done anything: a signal's denial to keep, or a consent to bring up
    /// to date (an old key, denials a page added, or denials a script wrote on a site that seals); and what it comes to,
    /// where pages are shared.
    pub(super) fn upkeep(&self, visit: &Visit<'_>, facts: &Facts) -> impl Iterator<Item = HeaderValue> + use<> {
        let denial = if visit.decision.must_persist() { visit.persist() } else { None };
        let text = denial.or_else(|| {
            let consent = visit.stored.consent()?;
            let old_key = self.sealer().is_some_and(|sealer| sealer.is_old(consent));
            let outdated = match visit.seal {
                SealState::Verified | SealState::NotRequired => old_key || consent.has_tail(),
                SealState::Missing => true,
                SealState::Invalid => false,
            };
            outdated.then(|| visit.decision.refresh(visit.stored, visit.seal))?
        });
        let text = text.map(|text| self.sealed(&text));
        let consent = text.as_deref().and_then(|text| self.set_cookie(text, &visit.decision));
        consent.into_iter().chain(self.outcome_upkeep(visit, text.as_deref(), facts))
    }

    /// The header that stores a consent text, which is sealed where the site seals.
    pub(super) fn set_cookie(&self, text: &str, decision: &Decision) -> Option<HeaderValue> {
        let seconds = Consent::decode(text).ok()?.seconds_left(decision);
        self.consent_cookie(text.to_string(), seconds)
    }

    pub(crate) fn sealed(&self, text: &str) -> String {
        self.sealer().map_or_else(|| text.to_string(), |sealer| sealer.seal(text))
    }

    /// The header that sets, or with no seconds left deletes, the consent cookie.
    pub(super) fn consent_cookie(&self, value: String, seconds: u64) -> Option<HeaderValue> {
        self.own_cookie(self.cookie_name(), value, seconds, self.cookie_domain())
    }

    pub(super) fn own_cookie(
        &self,
        name: &'static str,
        value: String,
        seconds: u64,
        domain: Option<&str>,
    ) -> Option<HeaderValue> {
        let mut cookie = Cookie::build((name, value))
            .path("/")
            .same_site(SameSite::Lax)
            .secure(self.is_secure())
            .max_age(time::Duration::seconds(i64::try_from(seconds).unwrap_or(0)))
            .build();
        if let Some(domain) = domain {
            cookie.set_domain(domain.to_string());
        }
        HeaderValue::from_str(&cookie.to_string()).ok()
    }

    /// What the state of a stored text would be for a visitor who just got it from this server.
    pub(super) fn decide_on(&self, text: Option<&str>, before: &Decision) -> Decision {
        let seal = if self.sealer().is_some() { SealState::Verified } else { SealState::NotRequired };
        before.policy().decide(Stored::from_text(text), seal, before.signals(), before.now())
    }
}

impl Visitor {
    /// The decision. A response that uses it is marked as the visitor's own.
    pub fn decision(&self) -> &Decision {
        self.0.used.store(true, Ordering::Relaxed);
        self.silent_decision()
    }

    /// What to put into a page. A response that uses it is marked as the visitor's own.
    pub fn html(&self) -> ConsentHtml {
        self.0.used.store(true, Ordering::Relaxed);
        self.silent_html(false)
    }

    pub(super) fn site(&self) -> &Site {
        &self.0.site
    }

    /// Ends what is lent to the application.
    pub(super) fn end(&self) {
        self.0.over.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_over(&self) -> bool {
        self.0.over.load(Ordering::Relaxed)
    }

    /// Marks the response as the visitor's own.
    pub(super) fn mark_used(&self) {
        self.0.used.store(true, Ordering::Relaxed);
    }

    /// Whether the application looked at what was decided.
    pub(super) fn is_used(&self) -> bool {
        self.0.used.load(Ordering::Relaxed)
    }

    /// The decision, for what the library does by itself with every request.
    pub(super) fn silent_decision(&self) -> &Decision {
        &self.decided().decision
    }

    fn decided(&self) -> &Decided {
        let Inner { site, facts, decided, .. } = &*self.0;
        decided.get_or_init(|| {
            let visit = site.visit(facts);
            let mut set_cookies: Vec<HeaderValue> = site.upkeep(&visit, facts).collect();
            set_cookies.extend(site.deletions_for_denied(&visit.decision, facts));
            Box::new(Decided { decision: visit.decision, set_cookies })
        })
    }

    /// The same for what it puts into pages.
    pub(super) fn silent_html(&self, for_all: bool) -> ConsentHtml {
        ConsentHtml { visitor: self.clone(), for_all }
    }

    pub(super) fn locale(&self) -> &str {
        self.0.facts.locale()
    }

    #[cfg(feature = "html")]
    pub(super) fn hosts(&self) -> Hosts {
        Hosts::at(self.silent_decision().policy(), self.0.facts.host(), self.0.facts.path())
    }

    pub(super) fn is_secure(&self) -> bool {
        self.0.site.is_secure()
    }

    pub(super) fn set_cookies(&self) -> &[HeaderValue] {
        &self.decided().set_cookies
    }

    /// Tells the nonce of the page. The first that is told holds.
    pub(super) fn set_nonce(&self, nonce: &Nonce) {
        self.0.nonce.get_or_init(|| nonce.clone());
    }

    /// Whether there is a banner or notice for this visitor that the application did not put into its page.
    pub(super) fn lacks_banner(&self) -> bool {
        self.is_shown_something() && !self.0.wrote_banner.load(Ordering::Relaxed)
    }

    /// Whether the application did not put the style sheet and the script into its page.
    pub(super) fn lacks_head(&self) -> bool {
        !self.0.wrote_head.load(Ordering::Relaxed)
    }

    pub(super) fn is_shown_something(&self) -> bool {
        let decision = self.silent_decision();
        decision.prompt().is_some() || decision.notice().is_some()
    }

    pub(super) fn is_allowed_everything(&self) -> bool {
        self.silent_decision().case().verdicts().iter().all(|verdict| verdict.status.is_allowed())
    }
}

/// What to put into a page: the banner, its style and script, and placeholders.
#[derive(Clone, Debug)]
pub struct ConsentHtml {
    visitor: Visitor,
    /// Whether it goes into a page that all visitors get alike.
    for_all: bool,
}

impl ConsentHtml {
    fn inner(&self) -> &Inner {
        &self.visitor.0
    }

    fn view(&self) -> View<'_> {
        let Inner { site, facts, .. } = self.inner();
        View { locale: self.locale(), mount: site.mount_path(), back: facts.path() }
    }

    /// The decision.
    pub fn decision(&self) -> &Decision {
        self.visitor.silent_decision()
    }

    /// The language for this visitor.
    pub fn locale(&self) -> &str {
        if self.for_all { self.decision().policy().default_locale() } else { self.visitor.locale() }
    }

    /// Where the choices page is.
    pub fn choices_path(&self) -> &str {
        self.inner().site.mount_path()
    }

    /// For the page's head, before every other script: the style sheet and the deferred script that answers without a
    /// reload, for a visitor with something to answer or not everything allowed; and what
    /// [`consent_mode`](Site::consent_mode) tells Google's tags, in an inline script.
    pub fn head(&self) -> String {
        self.inner().wrote_head.store(true, Ordering::Relaxed);
        let first = bootstrap::for_visitor(self, self.inner().site.markup);
        if self.visitor.is_allowed_everything() && !self.visitor.is_shown_something() {
            return first;
        }
        first + &self.assets()
    }

    pub(super) fn assets(&self) -> String {
        let site = &self.inner().site;
        let (mount, layout) = (site.mount_path(), site.markup.layout);
        let (told, nonce) = (self.told(), self.nonce());
        if told.is_empty() && nonce.is_empty() {
            return site.banners.assets(mount, layout);
        }
        assets::tags(mount, layout, &told, &nonce)
    }

    /// What the page's script is told: the services whose withdrawal reloads the page, and what is granted in it. Of a page
    /// for all its first script says that.
    fn told(&self) -> String {
        let decision = self.decision();
        let reloading: Vec<&str> = decision
            .policy()
            .services()
            .iter()
            .filter(|service| service.reloads_on_withdrawal())
            .map(Service::id)
            .collect();
        let granted = if self.for_all { String::new() } else { share::granted(decision) };
        let mut told = String::new();
        for (name, ids) in [("reload", reloading.join(" ")), ("granted", granted)] {
            if !ids.is_empty() {
                for piece in [" data-", name, "=\"", &ids, "\""] {
                    told.push_str(piece);
                }
            }
        }
        told
    }

    /// The attribute that names the nonce. A page for all has none: it would be the same for all.
    pub(super) fn nonce(&self) -> String {
        let nonce = self.inner().nonce.get().filter(|_| !self.for_all);
        nonce.map(|nonce| format!(" nonce=\"{}\"", nonce.as_str())).unwrap_or_default()
    }

    /// The banner, or the notice, or nothing. Put it early in the body: it is read first then.
    pub fn banner(&self) -> String {
        self.inner().wrote_banner.store(true, Ordering::Relaxed);
        self.inner().site.banners.write(self.decision(), self.view(), None)
    }

    /// What stands in the place of content that waits for `id`, with a button that allows it; nothing if it is allowed.
    pub fn placeholder(&self, id: &str) -> String {
        if self.decision().allows(id) { String::new() } else { self.stand_in(id) }
    }

    /// The same for an id that is held back, whatever this visitor was decided on.
    pub(super) fn stand_in(&self, id: &str) -> String {
        self.inner().site.banners.write(self.decision(), self.view(), Some(id))
    }
}
