//! The banner in pages that do not put it in themselves.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test stops at the first fault")]

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
    vec::IntoIter,
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::Path,
    http::{HeaderMap, HeaderName, Request, Response, StatusCode, header},
    response::{Html, IntoResponse},
    routing::get,
};
use consentry::{
    Category, Policy, Service, Timestamp,
    banner::Layout,
    server::{ConsentHtml, ConsentLayer},
};
use http_body::Frame;
use tower::ServiceExt;

const PAGE: &str = "<!doctype html><html><head><title>é</title></head><body class=\"x\"><h1>Hello</h1></body></html>";
const NOW: Timestamp = Timestamp::from_millis(1_764_000_100_000);
const HTML: &str = "text/html; charset=utf-8";

/// A page in frames, without a length.
struct Pieces(IntoIter<Bytes>);

impl http_body::Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.next().map(|piece| Ok(Frame::data(piece))))
    }
}

fn page_with(status: StatusCode, content_type: &str, headers: &[(HeaderName, &str)]) -> Response<Body> {
    let mut response = (status, PAGE).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, content_type.parse().unwrap());
    for (name, value) in headers {
        response.headers_mut().insert(name, value.parse().unwrap());
    }
    response
}

fn long_page() -> String {
    PAGE.replace("Hello", &"Hello ".repeat(10_000))
}

/// The responses of the application, by path.
async fn respond(Path(kind): Path<String>, headers: HeaderMap) -> Response<Body> {
    let page = |content_type: &str, headers: &[(HeaderName, &str)]| page_with(StatusCode::OK, content_type, headers);
    match kind.as_str() {
        "page" => page(HTML, &[(header::ETAG, "\"1\""), (header::LAST_MODIFIED, "Wed, 21 Oct 2015 07:28:00 GMT")]),
        "long" => ([(header::CONTENT_TYPE, HTML)], long_page()).into_response(),
        "error" => page_with(StatusCode::NOT_FOUND, HTML, &[]),
        "no-charset" => page("text/html", &[]),
        "latin" => page("text/html; Charset=\"ISO-8859-1\"", &[]),
        "utf-16" => page("text/html; charset=utf-16le", &[]),
        "encoded" => page(HTML, &[(header::CONTENT_ENCODING, "br")]),
        "download" => page(HTML, &[(header::CONTENT_DISPOSITION, "attachment; filename=a.html")]),
        "part" => page_with(StatusCode::PARTIAL_CONTENT, HTML, &[]),
        "unchanged" => page_with(StatusCode::NOT_MODIFIED, HTML, &[]),
        "moved" => page_with(StatusCode::SEE_OTHER, HTML, &[(header::LOCATION, "/page")]),
        "json" => page("application/json", &[]),
        "xhtml" => page("application/xhtml+xml", &[]),
        "fragment" => ([(header::CONTENT_TYPE, HTML)], "<p>a fragment</p>").into_response(),
        "pieces" => {
            let pieces: Vec<Bytes> = PAGE.as_bytes().chunks(7).map(Bytes::copy_from_slice).collect();
            ([(header::CONTENT_TYPE, HTML)], Body::new(Pieces(pieces.into_iter()))).into_response()
        }
        // What reaches a handler of what would keep the banner out.
        _ => {
            let names = ["accept-encoding", "if-none-match", "if-modified-since", "range"];
            names
                .iter()
                .filter(|name| headers.contains_key(**name))
                .copied()
                .collect::<Vec<_>>()
                .join(" ")
                .into_response()
        }
    }
}

struct App {
    router: Router,
    layer: ConsentLayer,
}

impl App {
    fn new() -> Self {
        Self::with(|layer| layer)
    }

    fn with(configure: impl FnOnce(ConsentLayer) -> ConsentLayer) -> Self {
        let policy = Policy::builder("shop")
            .category(Category::new("statistics").name("en", "Statistics").name("fr", "Mesure d’audience"))
            .service(Service::new("visits", "statistics"))
            .build()
            .unwrap();
        let layer = configure(ConsentLayer::new(policy).development().insert_banner().clock(|| NOW));
        let own = async |ui: ConsentHtml| Html(format!("<head>{}</head><body>{}Hello", ui.head(), ui.banner()));
        let router = Router::new().route("/own", get(own)).route("/{kind}", get(respond)).layer(layer.clone());
        Self { router, layer }
    }

    async fn send(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> (Response<Body>, String) {
        let mut request = Request::builder().method(method).uri(path).header("host", "shop.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 1 << 20).await.unwrap();
        (Response::from_parts(parts, Body::empty()), String::from_utf8(body.to_vec()).unwrap())
    }

    async fn get(&self, path: &str) -> (Response<Body>, String) {
        self.send("GET", path, &[("accept", "text/html,*/*;q=0.8")]).await
    }
}

const START: &str = "<body class=\"x\">";

/// The page without what was put in: style and script in its head, the banner in its body.
fn without_banner(page: &str) -> String {
    let cut = |page: &str, after: &str, until: &str, begin: &str| {
        let at = page.find(after).unwrap() + after.len();
        let (before, rest) = page.split_at(at);
        let (inserted, after) = rest.split_at(rest.find(until).unwrap() + until.len());
        assert!(inserted.starts_with(begin), "{inserted}");
        format!("{before}{after}")
    };
    assert_eq!(page.matches("data-cy=\"prompt\"").count(), 1);
    let page = cut(page, "<head>", "</script>", "<link rel=\"stylesheet\"");
    cut(&page, START, "</section>", "<section class=\"cy-bar\"")
}

#[tokio::test]
async fn a_long_page_gets_it_too() {
    let (_, page) = App::new().get("/long").await;
    assert_eq!(without_banner(&page), long_page());
}

#[tokio::test]
async fn a_page_gets_the_banner_and_is_otherwise_as_it_was() {
    let app = App::new();
    for path in ["/page", "/error", "/pieces", "/no-charset", "/latin"] {
        let (response, page) = app.get(path).await;
        assert_eq!(without_banner(&page), PAGE, "{path}");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "private");
        for name in [header::ETAG, header::LAST_MODIFIED] {
            assert!(response.headers().get(&name).is_none(), "{path} {name}");
        }
        // What the application told of its own page no longer holds; what is there as a whole has its length told anew.
        let told = response.headers().get(header::CONTENT_LENGTH).map(|length| length.to_str().unwrap().to_owned());
        assert_eq!(told, (path != "/pieces").then(|| page.len().to_string()), "{path}");
    }
    // One that puts it in itself gets it once.
    assert_eq!(app.get("/own").await.1.matches("data-cy=\"prompt\"").count(), 1);
    assert_eq!(app.layer.gate_counts().opaque, 0);
}

#[tokio::test]
async fn in_another_charset_than_utf_8_its_words_are_ascii() {
    let app = App::new();
    let french = [("accept", "text/html"), ("accept-language", "fr")];
    assert!(app.send("GET", "/page", &french).await.1.contains("Mesure d’audience"));
    for path in ["/latin", "/no-charset"] {
        let page = app.send("GET", path, &french).await.1;
        assert!(page.contains("Mesure d&#8217;audience") && !page.contains('’'), "{path}");
    }
}

#[tokio::test]
async fn what_is_no_page_passes_byte_for_byte_and_what_cannot_be_looked_into_is_told() {
    let app = App::new();
    for path in ["/download", "/json", "/xhtml"] {
        let (response, body) = app.get(path).await;
        assert_eq!((body.as_str(), response.headers().get(header::CACHE_CONTROL)), (PAGE, None), "{path}");
    }
    for path in ["/unchanged", "/moved"] {
        assert!(!app.get(path).await.1.contains("data-cy"), "{path}");
    }
    assert_eq!(app.get("/fragment").await.1, "<p>a fragment</p>");
    assert_eq!(app.layer.gate_counts().opaque, 0);
    for (place, path) in ["/encoded", "/utf-16", "/part"].into_iter().enumerate() {
        let (response, body) = app.get(path).await;
        assert_eq!(body, PAGE, "{path}");
        assert!(response.headers().get(header::CACHE_CONTROL).is_none(), "{path}");
        assert_eq!(app.layer.gate_counts().opaque, place as u64 + 1);
    }
}

#[tokio::test]
async fn who_has_answered_or_asks_for_no_page_gets_what_the_application_sends() {
    let app = App::new();
    let answered = "privacy=1.shop.1.1764000000000.ib/-statistics";
    for headers in [
        &[("accept", "text/html"), ("cookie", answered)][..],
        &[("accept", "application/json")],
        &[],
        &[("accept", "text/html"), ("hx-request", "true")],
        &[("accept", "text/html"), ("turbo-frame", "a")],
        &[("accept", "text/html"), ("sec-fetch-dest", "iframe")],
    ] {
        let (response, page) = app.send("GET", "/page", headers).await;
        assert_eq!(page, PAGE, "{headers:?}");
        assert_eq!(response.headers()[header::ETAG], "\"1\"", "{headers:?}");
        // A page without the banner is as much its visitor's own as one with it.
        assert_eq!(response.headers()[header::CACHE_CONTROL], "private", "{headers:?}");
    }
}

/// What would make the answer depend on an earlier one, or hide it, does not reach the application.
#[tokio::test]
async fn a_page_with_a_banner_is_asked_for_whole_and_in_plain() {
    let app = App::new();
    let conditions = [
        ("accept-encoding", "gzip, br"),
        ("if-none-match", "\"1\""),
        ("if-modified-since", "Wed, 21 Oct 2015 07:28:00 GMT"),
        ("range", "bytes=0-99"),
    ];
    let all = "accept-encoding if-none-match if-modified-since range";
    let page = [&conditions[..], &[("accept", "text/html"), ("sec-fetch-dest", "document")]].concat();
    assert_eq!(app.send("GET", "/seen", &page).await.1, "");
    let image = [&conditions[..], &[("accept", "image/*")]].concat();
    assert_eq!(app.send("GET", "/seen", &image).await.1, all);
}

#[tokio::test]
async fn each_layout_brings_its_files() {
    for (layout, files) in [
        (Layout::Bar, &["banner.css", "page.js"][..]),
        (Layout::Box, &["banner.css", "box.css", "page.js"]),
        (Layout::Center, &["banner.css", "center.css", "page.js", "center.js"]),
    ] {
        let app = App::with(|layer| layer.layout(layout));
        let (_, page) = app.get("/page").await;
        let mut found = Vec::new();
        for address in page.split('"').filter(|text| text.starts_with("/privacy-choices/assets/")) {
            let (response, _) = app.get(address).await;
            assert_eq!(response.status(), StatusCode::OK, "{address}");
            let name: Vec<&str> = address.rsplit('/').next().unwrap().split('.').collect();
            found.push(format!("{}.{}", name[0], name[2]));
        }
        assert_eq!(found, files);
    }
}

#[tokio::test]
async fn head_says_what_get_would() {
    let app = App::new();
    let (response, body) = app.send("HEAD", "/page", &[("accept", "text/html")]).await;
    assert_eq!(body, "");
    assert_eq!(response.headers()[header::CONTENT_LENGTH], app.get("/page").await.1.len().to_string());
    assert!(response.headers().get(header::ETAG).is_none());
    assert_eq!(response.headers()[header::CACHE_CONTROL], "private");
}

#[tokio::test]
async fn consent_mode_alone_puts_in_nothing_but_its_script() {
    let policy = Policy::builder("shop").category(Category::new("statistics")).build().unwrap();
    let layer = ConsentLayer::new(policy).development().consent_mode().clock(|| NOW);
    let app = App { router: Router::new().route("/{kind}", get(respond)).layer(layer.clone()), layer };
    for (cookie, granted) in [("", ""), ("privacy=1.shop.1.1764000000000.ib/+statistics", "statistics")] {
        let page = app.send("GET", "/page", &[("accept", "text/html"), ("cookie", cookie)]).await.1;
        let script = format!("<head><script data-granted=\"{granted}\" data-signals=\"ad_storage:-");
        assert!(page.contains(&script) && !page.contains("data-cy") && !page.contains("<link"), "{page}");
    }
    assert_eq!(app.send("GET", "/page", &[]).await.1, PAGE);
}

/// A page of a visitor names what is granted in it, one that all get alike does not.
#[tokio::test]
async fn the_script_is_told_what_is_granted_and_for_what_to_reload() {
    let policy = Policy::builder("shop")
        .category(Category::new("marketing"))
        .category(Category::new("statistics"))
        .service(Service::new("ads", "marketing").reload_on_withdrawal())
        .service(Service::new("heatmaps", "statistics").reload_on_withdrawal())
        .service(Service::new("videos", "marketing"))
        .build()
        .unwrap();
    let layer = ConsentLayer::new(policy).development().insert_banner().clock(|| NOW);
    let own = async |ui: ConsentHtml| Html(ui.head());
    let app = App { router: Router::new().route("/own", get(own)).layer(layer.clone()), layer };
    let granted = ("cookie", "privacy=1.shop.1.1764000000000.ib/+marketing/-statistics");
    let (_, page) = app.send("GET", "/own", &[("accept", "text/html"), granted]).await;
    assert!(page.contains(" data-reload=\"ads heatmaps\" data-granted=\"marketing ads videos\"></script>"), "{page}");
    let (_, page) = app.get("/own").await;
    assert!(page.contains(" data-reload=\"ads heatmaps\"></script>"), "{page}");
    let (_, page) = App::new().get("/own").await;
    assert!(!page.contains("data-reload"), "{page}");
}
