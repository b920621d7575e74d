//! The application behind the caches.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::{Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    middleware::{Next, from_fn_with_state},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use consentry::{
    Policy,
    consent::seal::KeyRing,
    server::{ConsentLayer, KEY_HEADER, Shared},
    signals::Region,
};
use tokio::net::TcpListener;

const POLICY: &str = r#"
    id = "shop"

    [[category]]
    id = "statistics"

    [[category]]
    id = "marketing"
    name = { en = "Marketing", fr = "Publicité" }
    uses = ["share"]
"#;

const NEWER: &str = r#"
    [[change]]
    version = 2
    kind = "ask"
    touches = ["statistics"]
    summary = { en = "More is counted." }
"#;

pub(crate) const STATISTICS: &str = "<script data-consent=statistics src=/statistics.js>";
pub(crate) const MARKETING: &str = "<iframe data-consent=marketing src=/marketing>";
const PUBLIC: &str = "public, max-age=600";

/// What the endpoint that tells keys does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyEndpoint {
    Answers,
    Fails,
    Hangs,
}

pub(crate) struct App {
    pub(crate) address: SocketAddr,
    pub(crate) layer: ConsentLayer,
    /// How often each path was asked for, with which key.
    hits: Mutex<HashMap<(String, String), usize>>,
    key_endpoint: Mutex<KeyEndpoint>,
    cookies: AtomicUsize,
}

impl App {
    pub(crate) async fn start() -> Arc<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let layer = ConsentLayer::new(Policy::from_toml(POLICY).unwrap())
            .keys(KeyRing::new("k1", &[7; 32]).unwrap())
            .region(|headers| Region::parse(headers.get("x-region")?.to_str().ok()?))
            .rewrite_html()
            .share_pages();
        let app = Arc::new(Self {
            address: listener.local_addr().unwrap(),
            layer: layer.clone(),
            hits: Mutex::default(),
            key_endpoint: Mutex::new(KeyEndpoint::Answers),
            cookies: AtomicUsize::new(0),
        });
        let router = Router::new()
            .route("/{kind}/{number}", get(page))
            .route("/own/{number}", get(own))
            .route("/cut/{number}", get(cut))
            .layer(layer)
            .layer(from_fn_with_state(app.clone(), key_endpoint))
            .with_state(app.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        app
    }

    /// What the library says of the one visitor that a request comes from.
    pub(crate) fn allows(&self, headers: &HeaderMap, id: &str) -> bool {
        let uri = "/".parse().unwrap();
        Arc::new(self.layer.site().clone()).visitor(&uri, headers).decision().allows(id)
    }

    pub(crate) fn publish_newer(&self) {
        let policy = Policy::from_toml(&format!("{POLICY}{NEWER}")).unwrap();
        self.layer.publisher().publish(policy).unwrap();
    }

    pub(crate) fn set_key_endpoint(&self, does: KeyEndpoint) {
        *self.key_endpoint.lock().unwrap() = does;
    }

    /// What arrived since the last time this was asked, by path and key.
    pub(crate) fn take_hits(&self) -> HashMap<(String, String), usize> {
        std::mem::take(&mut self.hits.lock().unwrap())
    }

    fn count(&self, path: &str, headers: &HeaderMap) {
        let key = headers.get(KEY_HEADER).map(|key| key.to_str().unwrap().to_string()).unwrap_or_default();
        *self.hits.lock().unwrap().entry((path.to_string(), key)).or_default() += 1;
    }

    /// Responses that are one visitor's, and say so more or less well.
    fn own(&self, number: usize, who: &str) -> Response {
        let cookie = format!("session={who}-{}; Path=/", self.cookies.fetch_add(1, Ordering::Relaxed));
        let page = page_html(&format!("who={who}"));
        match number % 6 {
            0 => ([(header::CACHE_CONTROL, PUBLIC)], Html(page)).into_response(),
            1 => ([("x-accel-expires", "600"), ("surrogate-control", "max-age=600")], Html(page)).into_response(),
            2 => ([(header::SET_COOKIE, cookie)], marked(Shared::ByChoice, page)).into_response(),
            3 => ([(header::SET_COOKIE, cookie)], marked(Shared::ForAll, page)).into_response(),
            4 => {
                ([(header::CACHE_CONTROL, PUBLIC), (header::SET_COOKIE, &cookie)], format!("who={who}")).into_response()
            }
            // No page, and nothing says for how long it holds.
            _ => format!("who={who}").into_response(),
        }
    }
}

async fn page(
    State(app): State<Arc<App>>,
    Path((kind, number)): Path<(String, usize)>,
    headers: HeaderMap,
) -> Response {
    app.count(&format!("/{kind}/{number}"), &headers);
    let mark = if kind == "choice" { Shared::ByChoice } else { Shared::ForAll };
    marked(mark, page_html(&format!("{kind} {number}")))
}

async fn own(State(app): State<Arc<App>>, Path(number): Path<usize>, headers: HeaderMap) -> Response {
    app.count(&format!("/own/{number}"), &headers);
    app.own(number, who(&headers))
}

async fn cut(State(app): State<Arc<App>>, Path(number): Path<usize>, headers: HeaderMap) -> Response {
    app.count(&format!("/cut/{number}"), &headers);
    // Whether browsers see a script here depends on what stands around it, so that the page ends before it.
    marked(Shared::ByChoice, page_html("cut") + "<select><xmp><script data-consent=marketing src=/p></script>")
}

async fn key_endpoint(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let does = *app.key_endpoint.lock().unwrap();
    if request.uri().path() != "/privacy-choices/key" || does == KeyEndpoint::Answers {
        return next.run(request).await;
    }
    if does == KeyEndpoint::Hangs {
        tokio::time::sleep(Duration::from_secs(60)).await;
    }
    StatusCode::INTERNAL_SERVER_ERROR.into_response()
}

fn page_html(text: &str) -> String {
    format!(
        "<!doctype html><html><head></head><body><p>{text}</p>{STATISTICS}</script>{MARKETING}</iframe></body></html>"
    )
}

fn marked(mark: Shared, page: String) -> Response {
    let mut response = ([(header::CACHE_CONTROL, PUBLIC)], Html(page)).into_response();
    response.extensions_mut().insert(mark);
    response
}

/// The application's own cookie.
fn who(headers: &HeaderMap) -> &str {
    let cookies = headers.get(header::COOKIE).and_then(|line| line.to_str().ok()).unwrap_or_default();
    cookies.split("; ").find_map(|cookie| cookie.strip_prefix("who=")).unwrap_or("nobody")
}
