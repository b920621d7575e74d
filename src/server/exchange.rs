//! A request and its response, for any HTTP stack: what has to happen before the application answers, and after.

use alloc::{string::String, sync::Arc};

use bytes::Bytes;
use http::{Request, Response, header};

use super::{
    bootstrap,
    caching::keep_private,
    document::{self, Asked, Kind, Purpose},
    filter::BodyFilter,
    insert::{Insertion, in_ascii},
    markup::Markup,
    nonce::Nonce,
    share::{self, Shared},
    site::Site,
    visitor::{ConsentHtml, Visitor},
};

/// What is known of a request until its response is there. With the first of its clones that goes ends what was lent to the
/// application.
#[derive(Clone, Debug)]
pub struct Exchange {
    visitor: Visitor,
    asked: Asked,
    /// Whether the response may bring the visitor's cookies up to date.
    is_navigation: bool,
    /// Whether the request comes from a cache that shares pages by choice.
    knows_key: bool,
}

/// Who may get a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Audience {
    /// What the application said, as far as nothing in it depends on the visitor.
    Unmarked,
    All,
    SameChoice,
}

impl Site {
    /// Begins with a request: puts its [`Visitor`] into its extensions, and takes off it what its application must not see
    /// or not act on. Give the application's response to [`Exchange::end`].
    ///
    /// Requests that the library [answers itself](Self::handles) are not to get here.
    pub fn begin<B>(self: &Arc<Self>, request: &mut Request<B>) -> Exchange {
        let visitor = self.visitor(request.uri(), request.headers());
        if let Some(nonce) = request.extensions().get::<Nonce>() {
            visitor.set_nonce(nonce);
        }
        let Purpose { asked, is_navigation } = Purpose::of(request.method(), request.headers());
        let exchange = Exchange {
            asked,
            is_navigation,
            knows_key: self.markup.shared && share::knows_key(&visitor, request.headers()),
            visitor: visitor.clone(),
        };
        let headers = request.headers_mut();
        self.prepare(&visitor, headers);
        let changes_page = || {
            let Markup { consent_mode, shared, banner, .. } = self.markup;
            self.markup.rewrites() || consent_mode || shared || (banner && visitor.lacks_banner())
        };
        if asked == Asked::Page && changes_page() {
            document::ask_for_plain(headers);
            document::ask_for_whole(headers);
        } else if asked == Asked::Perhaps && self.markup.rewrites() {
            document::ask_for_plain(headers);
        }
        request.extensions_mut().insert(visitor);
        exchange
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        self.visitor.end();
    }
}

impl Exchange {
    fn site(&self) -> &Site {
        self.visitor.site()
    }

    /// The visitor.
    pub fn visitor(&self) -> &Visitor {
        &self.visitor
    }

    /// Makes a response fit what its request was decided on: withholds the cookies that may not be set, stores and deletes
    /// what has to be, keeps shared caches from giving one visitor's page to another. Says what is to become of the body.
    pub fn end<B>(self, response: &mut Response<B>) -> BodyFilter {
        let sets_cookies = response.headers().contains_key(header::SET_COOKIE);
        let set_by_choice = sets_cookies && self.site().gate(self.visitor.silent_decision(), response);
        let audience = self.audience(response);
        let (filter, is_own) = self.filter(response, audience);
        let headers = response.headers_mut();
        #[cfg(feature = "html")]
        let cuts_links = self.hold_back_links(headers, audience);
        #[cfg(not(feature = "html"))]
        let cuts_links = false;
        match audience {
            Audience::All => {}
            Audience::SameChoice => share::vary_on_key(headers, &self.visitor),
            Audience::Unmarked => {
                // Not with what a page asks for: it may overtake an answer that was given meanwhile. Nor is anything decided
                // for it, if nobody else asks.
                let own = if self.is_navigation { self.visitor.set_cookies() } else { &[] };
                for cookie in own {
                    headers.append(header::SET_COOKIE, cookie.clone());
                }
                if set_by_choice || is_own || cuts_links || !own.is_empty() || self.visitor.is_used() {
                    keep_private(headers);
                }
            }
        }
        filter
    }

    /// Who may get a response: what the application said of it, if that is safe.
    fn audience<B>(&self, response: &Response<B>) -> Audience {
        let Some(mark) = response.extensions().get::<Shared>() else { return Audience::Unmarked };
        let fault = if !self.site().markup.shared {
            "the site does not share pages: add `.share_pages()` to its configuration"
        } else if response.headers().contains_key(header::SET_COOKIE) {
            "it sets a cookie"
        } else if self.looks_into(*mark) && matches!(Kind::of(response), Kind::Opaque(_)) {
            "it cannot be looked into, so that what is optional in it cannot be held back"
        } else if *mark == Shared::ForAll && self.visitor.is_used() {
            "what made it looked at one visitor's decision"
        } else if *mark == Shared::ForAll {
            return Audience::All;
        } else if self.knows_key && !self.visitor.is_shown_something() && self.visitor.set_cookies().is_empty() {
            return Audience::SameChoice;
        } else {
            return Audience::Unmarked;
        };
        tracing::warn!("a response marked {mark:?} stays private: {fault}");
        // It might have been meant to be public.
        self.visitor.mark_used();
        Audience::Unmarked
    }

    /// Whether pages with such a mark are changed on their way.
    fn looks_into(&self, mark: Shared) -> bool {
        mark == Shared::ForAll || self.site().markup.changes_html()
    }

    /// What becomes of the body; `true` if that depends on the visitor.
    fn filter<B>(&self, response: &mut Response<B>, audience: Audience) -> (BodyFilter, bool) {
        let markup = self.site().markup;
        let for_all = audience == Audience::All;
        if !markup.changes_html() && !for_all {
            return (BodyFilter::default(), false);
        }
        // What caches share is for pages, whatever the request said that filled the cache.
        let is_page = self.asked == Asked::Page || audience != Audience::Unmarked;
        let encoding = match Kind::of(response) {
            Kind::Html(encoding) => encoding,
            Kind::Opaque(why) => {
                if markup.rewrites() || (is_page && self.inserts_banner()) {
                    self.site().counters().count_opaque(why);
                }
                return (BodyFilter::default(), false);
            }
            Kind::Other => return (BodyFilter::default(), false),
        };
        let nonce = response.extensions().get::<Nonce>().cloned();
        if let Some(nonce) = nonce.or_else(|| Nonce::of_policy(response.headers())) {
            self.visitor.set_nonce(&nonce);
        }
        let ui = self.visitor.silent_html(for_all);
        let (mut head, mut body) =
            if is_page { (self.head(&ui, for_all), self.body(&ui, for_all)) } else { Default::default() };
        // A page in UTF-8 may hold any word as it is.
        if encoding != Some(encoding_rs::UTF_8) {
            (head, body) = (in_ascii(&head), in_ascii(&body));
        }
        // With the banner or without, and with or without what is held back, the page is this visitor's.
        let is_own = !for_all;
        #[cfg(feature = "html")]
        if markup.rewrite {
            document::forget_bytes(response.headers_mut());
            return (self.rewriter(ui, head, body, encoding, for_all), is_own);
        }
        if head.is_empty() && body.is_empty() {
            return (BodyFilter::default(), is_own);
        }
        document::forget_bytes(response.headers_mut());
        (BodyFilter::insert(Insertion::new(Bytes::from(head), Bytes::from(body))), is_own)
    }

    /// What goes into a page's head.
    fn head(&self, ui: &ConsentHtml, for_all: bool) -> String {
        let markup = self.site().markup;
        if for_all {
            return bootstrap::for_all(self.site(), ui) + &ui.assets();
        }
        if !self.visitor.lacks_head() {
            return String::new();
        }
        let needs = self.inserts_banner() || (markup.rewrites() && !self.visitor.is_allowed_everything());
        bootstrap::for_visitor(ui, markup) + &if needs { ui.assets() } else { String::new() }
    }

    /// What goes into its body.
    fn body(&self, ui: &ConsentHtml, for_all: bool) -> String {
        if !for_all && self.inserts_banner() { ui.banner() } else { String::new() }
    }

    fn inserts_banner(&self) -> bool {
        self.site().markup.banner && self.visitor.lacks_banner()
    }

    #[cfg(feature = "html")]
    fn rewriter(
        &self,
        ui: ConsentHtml,
        head: String,
        body: String,
        encoding: Option<&'static encoding_rs::Encoding>,
        for_all: bool,
    ) -> BodyFilter {
        use super::rewrite::{Page, Rewriter, Rule, Texts};
        let decision = self.visitor.silent_decision();
        let counters = self.site().counters();
        let granted = (!for_all).then(|| share::granted(decision));
        let rule = Rule {
            decision: (!for_all).then(|| decision.clone()),
            policy: decision.policy().clone(),
            page: self.hosts().map(Page::new).map(std::sync::Mutex::new),
            ui,
            is_utf8: encoding == Some(encoding_rs::UTF_8),
            counters: Arc::clone(counters),
            observes: self.site().observes(),
        };
        BodyFilter::rewrite(Rewriter::new(Texts { head, body, granted }, rule, encoding), Arc::clone(counters))
    }

    /// Tells whose the addresses of this page are, where the site wants to know.
    #[cfg(feature = "html")]
    fn hosts(&self) -> Option<super::hosts::Hosts> {
        self.site().markup.hosts.then(|| self.visitor.hosts())
    }

    /// Takes the links that lead to what is not granted out of a response's `Link` headers: a browser connects to them, or
    /// loads them, before it has seen the page (RFC 8288; HTML Standard, "Processing `Link` headers"). `true` if what is
    /// left depends on the visitor.
    #[cfg(feature = "html")]
    fn hold_back_links(&self, headers: &mut http::HeaderMap, audience: Audience) -> bool {
        if !headers.contains_key(header::LINK) {
            return false;
        }
        let Some(hosts) = self.hosts() else { return false };
        let decision = self.visitor.silent_decision();
        let mut depends = false;
        super::links::retain(headers, |address| {
            let Some(service) = hosts.service(address) else { return true };
            let is_necessary = service.category() == crate::policy::NECESSARY;
            depends |= !is_necessary;
            let keeps = is_necessary || (audience != Audience::All && decision.allows(service.id()));
            if !keeps {
                self.site().counters().count_inert();
            }
            keeps || self.site().observes()
        });
        depends && audience != Audience::All
    }
}
