//! The recipes in `examples/caching`: nobody gets, through a real cache, what belongs to somebody else.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test stops at the first fault")]

#[path = "caches/app.rs"]
mod app;
#[path = "caches/front.rs"]
mod front;
#[path = "caches/visitor.rs"]
mod visitor;

use std::{
    collections::{HashMap, HashSet},
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Instant,
};

use app::{App, KeyEndpoint, MARKETING, STATISTICS};
use axum::http::{Method, StatusCode, header};
use consentry::test::Consent;
use front::Front;
use visitor::{Reply, Visitor};

/// How many of the URLs are pages by choice, pages for all, and visitors' own.
const KINDS: [(&str, usize); 3] = [("choice", 100), ("all", 60), ("own", 40)];

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_delivered_across_visitors_by_nginx() {
    let app = App::start().await;
    if let Some(front) = Front::nginx(app.address) {
        Run::new(app, front.address).everything("nginx", false).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_delivered_across_visitors_by_varnish() {
    let app = App::start().await;
    if let Some(front) = Front::varnish(app.address) {
        Run::new(app, front.address).everything("Varnish", true).await;
    }
}

struct Run {
    app: Arc<App>,
    front: SocketAddr,
    seen: Arc<Seen>,
}

/// What was delivered so far.
#[derive(Default)]
struct Seen {
    /// Pages for all, by path.
    for_all: Mutex<HashMap<String, String>>,
    /// The application's cookies. No two are the same.
    cookies: Mutex<HashSet<String>>,
}

/// Paths of all kinds, interleaved.
fn urls() -> Vec<String> {
    let mut urls: Vec<(usize, String)> = Vec::new();
    for (kind, count) in KINDS {
        urls.extend((0..count).map(|number| (number * 100 / count, format!("/{kind}/{number}"))));
    }
    urls.sort();
    urls.into_iter().map(|(_, url)| url).collect()
}

impl Run {
    fn new(app: Arc<App>, front: SocketAddr) -> Self {
        Self { app, front, seen: Arc::default() }
    }

    async fn visitors(&self) -> Vec<Visitor> {
        let new = |name| Visitor::new(name, self.front);
        let consent = || Consent::new(&self.app.layer);
        let mut granted = new("granted").consenting(&consent().grant_all());
        let granted_key = Visitor::new("granted", self.app.address)
            .consenting(&consent().grant_all())
            .get("/privacy-choices/key")
            .await
            .headers["consent-key"]
            .clone();
        granted.get("/own/0").await;
        let spoofed = granted_key.to_str().unwrap();
        let mut visitors = vec![
            granted,
            new("refused").consenting(&consent().deny_all()),
            new("first"),
            new("signal").sending("sec-gpc", "1").sending("x-region", "US-CA"),
            new("french").consenting(&consent().deny_all()).sending("accept-language", "fr"),
            new("spoofing").consenting(&consent().deny_all()).sending("consent-key", spoofed),
            new("spoofing-twice")
                .consenting(&consent().grant("statistics").deny("marketing"))
                .sending("consent-key", "x")
                .sending("consent-key", spoofed),
        ];
        // Whoever has no outcome yet gets it with the first page.
        for visitor in &mut visitors {
            visitor.get("/own/0").await;
        }
        let allowed =
            |id| visitors.iter().filter(move |visitor| visitor.allows(&self.app, id)).map(|visitor| visitor.name);
        assert_eq!(allowed("statistics").collect::<Vec<_>>(), ["granted", "signal", "spoofing-twice"]);
        assert_eq!(allowed("marketing").collect::<Vec<_>>(), ["granted"]);
        visitors
    }

    async fn everything(&self, name: &str, coalesces: bool) {
        let begin = Instant::now();
        let mut visitors = self.visitors().await;
        let urls = urls();
        self.app.take_hits();

        // Each page by choice comes from the application once a key, and each page for all once.
        for url in &urls {
            for visitor in &mut visitors {
                self.look(visitor, url).await;
            }
        }
        let first = self.hits("first round", &visitors);
        assert_eq!(first.shared, 100 * 4 + 60, "the keys are all, none, none in French, and some");

        // And no more.
        for url in urls.iter().rev() {
            for visitor in visitors.iter_mut().rev() {
                self.look(visitor, url).await;
            }
        }
        let second = self.hits("second round", &visitors);
        assert_eq!(second.shared, 0);
        self.all_at_once(&mut visitors, &urls).await;
        let third = self.hits("all at once", &visitors);
        assert_eq!(third.shared, 0);

        // Pages that nobody asked for before.
        let cold: Vec<String> =
            (100..120).flat_map(|number| ["choice", "all"].map(|kind| format!("/{kind}/{number}"))).collect();
        self.all_at_once(&mut visitors, &cold).await;
        let cold = self.hits("all at once, cold", &visitors);
        assert!(!coalesces || cold.shared == 20 * 4 + 20, "{}", cold.shared);

        self.other_requests(&mut visitors[0]).await;
        self.withdrawal(&mut visitors[0]).await;
        self.failing_keys(&mut visitors).await;
        self.newer_policy(&mut visitors, &urls).await;
        let requests: usize = visitors.iter().map(|visitor| visitor.requests).sum();
        println!(
            "\n{name}: {requests} requests in {:.1} s; the application was asked for shared pages {} times in the first \
             round, then {} and {}, and {} for pages that all asked for at once; for private ones {} times a round",
            begin.elapsed().as_secs_f64(),
            first.shared,
            second.shared,
            third.shared,
            cold.shared,
            second.private,
        );
    }

    /// Every visitor looks at every page, in an order of their own, at the same time.
    async fn all_at_once(&self, visitors: &mut [Visitor], urls: &[String]) {
        let looks = visitors.iter_mut().enumerate().map(|(place, visitor)| {
            let mut order = urls.to_vec();
            fastrand::Rng::with_seed(place as u64).shuffle(&mut order);
            // Two of them in the same order, so that they meet.
            if place < 2 {
                order.sort();
            }
            async move {
                for url in order {
                    self.look(visitor, &url).await;
                }
            }
        });
        futures_util::future::join_all(looks).await;
    }

    /// Asks for a page, which must be the visitor's.
    async fn look(&self, visitor: &mut Visitor, path: &str) -> Reply {
        let (statistics, marketing) = (visitor.allows(&self.app, "statistics"), visitor.allows(&self.app, "marketing"));
        let reply = visitor.get(path).await;
        let Reply { status, headers, body } = &reply;
        let of = format!("{path} for {}: {status} {headers:?}\n{body}", visitor.name);
        assert_eq!(*status, StatusCode::OK, "{of}");
        assert!(!headers.contains_key("consent-key"), "{of}");
        let cache_control = headers.get(header::CACHE_CONTROL).map(|value| value.to_str().unwrap()).unwrap_or_default();
        let is_page = headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html");
        if path.starts_with("/all") {
            let mut for_all = self.seen.for_all.lock().unwrap();
            assert_eq!(for_all.entry(path.to_string()).or_insert_with(|| body.clone()), body, "{of}");
            assert!(!body.contains(STATISTICS) && !body.contains(MARKETING), "{of}");
            assert!(!headers.contains_key(header::SET_COOKIE) && cache_control == "public, max-age=600", "{of}");
            return reply;
        }
        // A browser must not show it to a visitor whose choice is another by then.
        let vary = headers.get_all(header::VARY).iter().any(|line| line == "Cookie, Sec-GPC");
        assert!(
            !is_page || cache_control == "private, no-cache" || (vary && cache_control.contains("private")),
            "{of}"
        );
        assert_eq!(body.contains(STATISTICS), is_page && statistics, "{of}");
        assert_eq!(body.contains(MARKETING), is_page && marketing, "{of}");
        if is_page && !marketing {
            let language = if visitor.name == "french" { "Publicité" } else { "<strong>Marketing" };
            assert!(body.contains(language), "{of}");
        }
        if path.starts_with("/own") {
            assert!(body.contains(&format!("who={}", visitor.name)), "{of}");
        } else {
            let sessions =
                headers.get_all(header::SET_COOKIE).iter().any(|line| line.as_bytes().starts_with(b"session"));
            assert!(!sessions, "{of}");
        }
        for line in headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap()) {
            if let Some(value) = line.strip_prefix("session=") {
                assert!(value.starts_with(&format!("{}-", visitor.name)), "{of}");
                assert!(self.seen.cookies.lock().unwrap().insert(value.to_string()), "{of}");
            }
        }
        reply
    }

    /// What reached the application, which may be no more than it has to.
    fn hits(&self, when: &str, visitors: &[Visitor]) -> Hits {
        let (mut shared, mut private) = (0, 0);
        let hits = self.app.take_hits();
        for ((path, key), count) in &hits {
            let is_shown_something = key.contains(".ask.") || key.contains(".tell.");
            if path.starts_with("/own") || (path.starts_with("/choice") && is_shown_something) {
                private += count;
                // Every visitor looks once.
                assert!(*count <= visitors.len(), "{when}: {path} {key} {count} times");
            } else {
                shared += count;
            }
        }
        Hits { shared, private, all: hits }
    }

    async fn other_requests(&self, granted: &mut Visitor) {
        let reply = granted.send(Method::HEAD, "/choice/0", "").await.unwrap();
        assert_eq!((reply.status, reply.body.as_str()), (StatusCode::OK, ""));
        // A body on a request that has none is not taken for the next request.
        for _ in 0..3 {
            let reply = granted.send(Method::GET, "/choice/0", "GET /all/0 HTTP/1.1").await.unwrap();
            assert!(reply.body.contains(STATISTICS), "{}", reply.body);
        }
        // Of a page that broke off nothing is stored.
        for _ in 0..2 {
            let whole = granted.send(Method::GET, "/cut/0", "").await;
            assert!(whole.is_none_or(|reply| !reply.status.is_success()));
            assert!(self.app.take_hits().keys().any(|(path, _)| path == "/cut/0"));
        }
        // The library's own pages are never stored, but for its files.
        let page = granted.get("/privacy-choices").await;
        assert_eq!(page.headers[header::CACHE_CONTROL], "no-store");
        let asset = page.body.split('"').find(|text| text.starts_with("/privacy-choices/assets/")).unwrap();
        let reply = granted.get(asset).await;
        assert_eq!(reply.headers[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        let others = ["/privacy-choices/decision", "/privacy-choices/policy.json", "/.well-known/gpc.json"];
        for path in others {
            assert_eq!(granted.get(path).await.status, StatusCode::OK, "{path}");
        }
    }

    async fn withdrawal(&self, granted: &mut Visitor) {
        for (act, allowed) in [("withdraw", false), ("accept", true)] {
            let reply =
                granted.post(&format!("policy=shop&version=1&act={act}&asked=statistics+marketing&return=/")).await;
            assert_eq!(reply.status, StatusCode::SEE_OTHER);
            assert_eq!(granted.allows(&self.app, "statistics"), allowed);
            for number in 0..100 {
                let reply = self.look(granted, &format!("/choice/{number}")).await;
                assert_eq!(reply.body.contains(STATISTICS), allowed);
            }
            assert_eq!(self.app.take_hits().len(), 0, "pages of either choice are there already");
        }
    }

    /// Without keys nothing is shared that depends on a visitor, and nothing fails.
    async fn failing_keys(&self, visitors: &mut [Visitor]) {
        for (does, numbers) in [(KeyEndpoint::Fails, 0..20), (KeyEndpoint::Hangs, 0..1)] {
            self.app.set_key_endpoint(does);
            let mut count = 0;
            for number in numbers {
                let urls = ["choice", "all", "own"].map(|kind| format!("/{kind}/{number}"));
                self.all_at_once(visitors, &urls).await;
                count += visitors.len();
            }
            let hits = self.app.take_hits();
            let of =
                |kind: &str| hits.iter().filter(|((path, _), _)| path.starts_with(kind)).map(|(_, count)| count).sum();
            let (choice, all, own): (usize, usize, usize) = (of("/choice"), of("/all"), of("/own"));
            assert_eq!((choice, all, own), (count, 0, count));
            assert!(hits.keys().all(|(_, key)| key.is_empty()), "{hits:?}");
        }
        self.app.set_key_endpoint(KeyEndpoint::Answers);
    }

    /// Nobody has granted what a new version asks, whatever pages of the old one are there.
    async fn newer_policy(&self, visitors: &mut [Visitor], urls: &[String]) {
        self.app.publish_newer();
        let asked: Vec<&String> = urls.iter().filter(|url| !url.starts_with("/own")).collect();
        for visitor in visitors.iter_mut() {
            visitor.get("/own/0").await;
        }
        self.app.take_hits();
        for url in &asked {
            for visitor in visitors.iter_mut() {
                let reply = self.look(visitor, url).await;
                let is_granted = reply.body.contains(STATISTICS);
                assert!(!is_granted || visitor.name == "signal", "{url} for {}", visitor.name);
                let outcome = visitor.cookie("__Host-privacy-outcome").unwrap_or_default();
                let stamp = reply.body.split("data-stamp=\"").nth(1).and_then(|rest| rest.split('"').next());
                // What was stored of a page for all knows no outcome of the new version.
                assert!(stamp.is_none_or(|stamp| !outcome.starts_with(stamp)), "{url} for {}", visitor.name);
            }
        }
        let hits = self.hits("newer policy", visitors);
        assert!(
            hits.all.keys().all(|(path, key)| key.starts_with("2.") && !path.starts_with("/all")),
            "{:?}",
            hits.all
        );
        let granted = &mut visitors[0];
        granted.post("policy=shop&version=2&act=accept&asked=statistics&return=/").await;
        for number in 0..10 {
            let reply = self.look(granted, &format!("/choice/{number}")).await;
            assert!(reply.body.contains(STATISTICS));
        }
        let hits = self.app.take_hits();
        assert_eq!(hits.len(), 10, "{hits:?}");
    }
}

struct Hits {
    /// Of pages that are shared.
    shared: usize,
    private: usize,
    all: HashMap<(String, String), usize>,
}
