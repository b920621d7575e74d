//! HTML rewritten by what is granted.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test stops at the first fault")]

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    http::{Request, Response, header},
    response::IntoResponse,
};
use consentry::{
    Policy, Timestamp,
    server::{ConsentLayer, Mode, Nonce},
};
use http_body_util::{BodyExt, StreamBody};
use tower::ServiceExt;

const POLICY: &str = r#"
    id = "shop"

    [[category]]
    id = "statistics"

    [[category]]
    id = "marketing"

    [[service]]
    id = "visits"
    category = "statistics"
    hosts = ["count.example"]

    [[service]]
    id = "videos"
    category = "marketing"
    choice = "own"
    name = "Videos ü"
    hosts = ["*.video.example"]

    [[service]]
    id = "fonts"
    category = "necessary"
    justification = "The site is unreadable without."
    hosts = ["fonts.example"]
"#;

const NOW: u64 = 1_800_000_000_000;
const HTML: &str = "text/html; charset=utf-8";

fn consent(entries: &str) -> String {
    format!("privacy=1.shop.1.{}.ib{entries}", NOW - 1000)
}

struct App {
    layer: ConsentLayer,
}

impl App {
    fn new() -> Self {
        Self::with(ConsentLayer::rewrite_html)
    }

    fn with(configure: impl Fn(ConsentLayer) -> ConsentLayer) -> Self {
        let layer = ConsentLayer::new(Policy::from_toml(POLICY).unwrap()).development();
        Self { layer: configure(layer.clock(|| Timestamp::from_millis(NOW))) }
    }

    async fn answer(&self, response: Response<Body>, headers: &[(&str, &str)]) -> Response<Body> {
        let response = Arc::new(std::sync::Mutex::new(Some(response)));
        let handler = move || {
            let response = Arc::clone(&response);
            async move { response.lock().unwrap().take().unwrap() }
        };
        let router = Router::new().fallback(handler).layer(self.layer.clone());
        let mut request = Request::builder().uri("/page").header("host", "shop.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    /// What becomes of a part of a page, in whole and in pieces of any size.
    async fn part(&self, html: &str, stored: &str) -> String {
        let mut last = None;
        for size in [html.len().max(1), 1, 7, 64] {
            let pieces: Vec<Result<_, std::convert::Infallible>> =
                html.as_bytes().chunks(size).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
            let body = Body::from_stream(tokio_stream(pieces));
            let response = ([(header::CONTENT_TYPE, HTML)], body).into_response();
            let response = self.answer(response, &[("cookie", &consent(stored)), ("hx-request", "true")]).await;
            let body = to_bytes(response.into_body(), 1 << 24).await.unwrap();
            let body = String::from_utf8(body.to_vec()).unwrap();
            if let Some(last) = &last {
                assert_eq!(&body, last, "in pieces of {size}");
            }
            last = Some(body);
        }
        last.unwrap()
    }
}

fn tokio_stream<T>(items: Vec<T>) -> impl futures_core::Stream<Item = T> {
    futures_util::stream::iter(items)
}

const REFUSED: &str = "/-statistics/-marketing/-videos";
const GRANTED: &str = "/+statistics/+marketing/+videos";

#[tokio::test]
async fn what_is_marked_is_inert_until_it_is_granted_and_live_afterwards() {
    let app = App::new();
    for (live, inert) in [
        (
            "<script data-consent=\"statistics\" src=\"/a.js\" async></script>",
            "<script data-consent=\"statistics\" src=\"/a.js\" async type=\"text/plain\"></script>",
        ),
        (
            "<script type=\"module\" data-consent=\"visits\">x()</script>",
            "<script type=\"text/plain\" data-consent=\"visits\" data-type=\"module\">x()</script>",
        ),
        (
            "<img data-consent=\"marketing\" src='/p?a=\"1\"&amp;b' srcset=\"/q 2x\">",
            "<img data-consent=\"marketing\" data-src=\"/p?a=&quot;1&quot;&amp;b\" data-srcset=\"/q 2x\">",
        ),
        (
            "<link rel=preload data-consent=\"marketing\" href=\"//x.example/a\" as=script>",
            "<link rel=preload data-consent=\"marketing\" as=script data-href=\"//x.example/a\">",
        ),
        (
            "<svg><script data-consent=\"marketing\" href=\"/a.js\"></script></svg>",
            "<svg><script data-consent=\"marketing\" type=\"text/plain\" data-href=\"/a.js\"></script></svg>",
        ),
        (
            "<noscript><img data-consent=\"marketing\" src=\"/p\"></noscript>",
            "<noscript><img data-consent=\"marketing\" data-src=\"/p\"></noscript>",
        ),
        (
            "<iframe data-consent=\"videos\" src=\"/e\" width=\"0\"></iframe>",
            "<iframe data-consent=\"videos\" width=\"0\" data-src=\"/e\"></iframe>",
        ),
    ] {
        assert_eq!(app.part(live, REFUSED).await, inert);
        assert_eq!(app.part(live, GRANTED).await, live);
        // A page may be written in either form.
        assert_eq!(app.part(inert, REFUSED).await, inert);
        let made_live = app.part(inert, GRANTED).await;
        assert_eq!(app.part(&made_live, GRANTED).await, made_live);
        assert!(!made_live.contains("data-src") && !made_live.contains("text/plain"), "{made_live}");
    }
    // What nobody knows is granted by nobody.
    assert!(app.part("<script data-consent=nonsense></script>", GRANTED).await.contains("text/plain"));
    assert_eq!(
        app.part("<script data-consent='fonts' src=/a></script>", REFUSED).await,
        "<script data-consent='fonts' src=/a></script>"
    );
    for untouched in ["<script type=text/plain data-src=x></script>", "<p data-consent=marketing src=x>", "a <b"] {
        assert_eq!(app.part(untouched, REFUSED).await, untouched);
    }
    assert!(app.layer.gate_counts().inert > 0);
}

#[tokio::test]
async fn where_the_gate_observes_nothing_is_held_back_and_all_of_it_counted() {
    let app = App::with(|layer| layer.rewrite_hosts().mode(Mode::Observe));
    let part = "<script data-consent=statistics src=/a.js></script><img src=//count.example/p>";
    let links = "<https://count.example/a.js>; rel=preload";
    let response = ([(header::CONTENT_TYPE, HTML), (header::LINK, links)], part).into_response();
    let response = app.answer(response, &[("cookie", &consent(REFUSED)), ("hx-request", "true")]).await;
    assert_eq!(response.headers()[header::LINK], links);
    assert_eq!(to_bytes(response.into_body(), 1 << 20).await.unwrap(), part);
    assert_eq!(app.layer.gate_counts().inert, 3);
}

#[tokio::test]
async fn an_embed_leaves_a_place_that_says_what_is_missing() {
    let app = App::new();
    let embed = "<p><iframe src=\"/e\" data-consent=\"videos\"></iframe></p>";
    let held = app.part(embed, REFUSED).await;
    assert!(held.contains("data-cy-for=\"videos\"") && held.contains("Videos ü"), "{held}");
    assert!(held.ends_with("<iframe data-consent=\"videos\" data-src=\"/e\"></iframe></p>"), "{held}");
    assert_eq!(app.part(embed, GRANTED).await, embed);
    // In a page that may be in any charset its words are ASCII.
    let response = ([(header::CONTENT_TYPE, "text/html")], embed).into_response();
    let body = app.answer(response, &[("hx-request", "true")]).await.into_body().collect().await.unwrap().to_bytes();
    assert!(std::str::from_utf8(&body).unwrap().contains("Videos &#252;"));
}

#[tokio::test]
async fn hosts_that_a_service_declares_need_no_mark() {
    let app = App::with(ConsentLayer::rewrite_hosts);
    for (live, inert) in [
        (
            "<script src=\"https://count.example/a.js\"></script>",
            "<script src=\"https://count.example/a.js\" type=\"text/plain\" data-consent=\"visits\"></script>",
        ),
        (
            "<img srcset=\"/a 1x, HTTPS:\\\\Count.Example/p 2x\">",
            "<img data-consent=\"visits\" data-srcset=\"/a 1x, HTTPS:\\\\Count.Example/p 2x\">",
        ),
        (
            "<link rel=\"Preconnect\" href=//a.video.example>",
            "<link rel=\"Preconnect\" data-consent=\"videos\" data-href=\"//a.video.example\">",
        ),
        (
            "<img src=\"https&colon;&sol;/count&period;example/\">",
            "<img data-consent=\"visits\" data-src=\"https&colon;&sol;/count&period;example/\">",
        ),
        (
            "<base href=https://count.example/x><img src=p>",
            "<base href=https://count.example/x><img data-consent=\"visits\" data-src=\"p\">",
        ),
        (
            "<noscript><iframe src=//b.video.example></iframe></noscript>",
            "<noscript><iframe data-consent=\"videos\" data-src=\"//b.video.example\"></iframe></noscript>",
        ),
    ] {
        let held = app.part(live, REFUSED).await;
        let attributes = |text: &str| {
            let mut words: Vec<String> = text.split([' ', '>']).map(String::from).collect();
            words.sort();
            words
        };
        assert_eq!(attributes(&held), attributes(inert));
        assert_eq!(app.part(live, GRANTED).await, live);
    }
    // A category's grant is none of a service with a choice of its own, and what marks say is not all.
    let marked = "<script data-consent=statistics src=//a.video.example/x></script>";
    assert!(app.part(marked, "/+statistics/+marketing/-videos").await.contains("data-consent=\"videos\""));
    for untouched in [
        "<iframe srcdoc=\"<img src=/x>\"></iframe>",
        "<script src=https://fonts.example/f.js></script>",
        "<script src=/a.js></script>",
        "<a href=//count.example>x</a>",
        "<link rel=canonical href=//count.example>",
        "<img src=//count.example.org>",
    ] {
        assert_eq!(app.part(untouched, REFUSED).await, untouched);
    }
}

#[tokio::test]
async fn what_needs_several_grants_waits_for_all_of_them() {
    let app = App::with(ConsentLayer::rewrite_hosts);
    for (live, waits_for) in [
        ("<script data-consent=statistics src=//a.video.example/x></script>", "statistics videos"),
        ("<img srcset='//count.example/a 1x, //a.video.example/b 2x'>", "visits videos"),
        ("<script data-consent=statistics src=//count.example/x></script>", "visits"),
    ] {
        let held = app.part(live, REFUSED).await;
        // A script of that type keeps its address.
        let is_inert = held.contains("text/plain") || !held.contains(" src");
        assert!(held.contains(&format!("data-consent=\"{waits_for}\"")) && is_inert, "{held}");
        assert_eq!(app.part(live, GRANTED).await, live);
    }
}

#[tokio::test]
async fn a_document_within_a_page_is_looked_into() {
    let app = App::with(ConsentLayer::rewrite_hosts);
    for inner in [
        "<img src=//a.video.example>",
        "<img src=&amp;#47;/a.video.example>",
        "<p><script data-consent=videos>play()</script>",
        "<noscript><img src=//a.video.example></noscript>",
        "<base href=//a.video.example><img src=x>",
        "<iframe srcdoc='<img src=//a.video.example>'></iframe>",
    ] {
        let live = format!("<iframe srcdoc=\"{inner}\"></iframe>");
        let held = app.part(&live, REFUSED).await;
        assert!(held.contains("data-cy-for=\"videos\"") && held.contains(" data-consent=\"videos\""), "{held}");
        assert!(held.contains(&format!(" data-srcdoc=\"{inner}\"")) && !held.contains(" srcdoc=\""), "{held}");
        assert_eq!(app.part(&live, GRANTED).await, live);
    }
    // The base of the document is not the page's.
    let after = "<iframe srcdoc=\"<base href=//a.video.example>\"></iframe><img src=x>";
    assert_eq!(app.part(after, REFUSED).await, after);
}

#[tokio::test]
async fn link_headers_lead_nowhere_that_is_not_granted() {
    let app = App::with(ConsentLayer::rewrite_hosts);
    let links = "<https://count.example/a.js>; rel=preload; as=script, </style.css>; rel=preload";
    for (stored, wanted) in [(REFUSED, "</style.css>; rel=preload"), (GRANTED, links)] {
        let response = ([(header::LINK, links)], "x").into_response();
        let response = app.answer(response, &[("cookie", &consent(stored))]).await;
        assert_eq!(response.headers()[header::LINK], wanted);
        assert_eq!(response.headers()[header::CACHE_CONTROL], "private");
        assert_eq!(app.layer.gate_counts().inert, 1);
    }
}

const PAGE: &str = "<!doctype html><html lang=en><head><title>x</title></head><body class=x><script data-consent=statistics \
                    src=/a.js></script></body></html>";

#[tokio::test]
async fn a_page_says_what_is_granted_and_gets_the_banner() {
    let app = App::new();
    let page = async |stored: Option<&str>| {
        let response = ([(header::CONTENT_TYPE, HTML), (header::ETAG, "\"1\"")], PAGE).into_response();
        let cookie = stored.map(consent).unwrap_or_default();
        let response = app.answer(response, &[("accept", "text/html"), ("cookie", &cookie)]).await;
        assert!(!response.headers().contains_key(header::ETAG));
        assert_eq!(response.headers()[header::CACHE_CONTROL], "private");
        String::from_utf8(to_bytes(response.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
    };
    let first = page(None).await;
    assert!(first.contains("<html lang=en data-consent=\"\"><head><link rel=\"stylesheet\""), "{first}");
    assert!(first.contains("<body class=x><section class=\"cy-bar\" data-cy=\"prompt\""), "{first}");
    let refused = page(Some(REFUSED)).await;
    assert!(refused.contains("<head><link rel=\"stylesheet\"") && !refused.contains("data-cy"), "{refused}");
    let some = page(Some("/+statistics/-marketing/+videos")).await;
    assert!(some.contains("data-consent=\"statistics visits videos\"") && some.contains("src=/a.js"), "{some}");
    let all = page(Some(GRANTED)).await;
    let granted = "<html lang=en data-consent=\"statistics marketing visits videos\">";
    assert_eq!(all, PAGE.replace("<html lang=en>", granted));
}

#[tokio::test]
async fn elements_carry_the_nonce_of_the_page() {
    let app = App::new();
    let csp = "script-src 'nonce-abc123' 'strict-dynamic'; style-src 'nonce-abc123'";
    let own = ([(header::CONTENT_TYPE, HTML), (header::CONTENT_SECURITY_POLICY, csp)], PAGE).into_response();
    let mut told = ([(header::CONTENT_TYPE, HTML)], PAGE).into_response();
    told.extensions_mut().insert(Nonce::new("abc123").unwrap());
    for response in [own, told] {
        let response = app.answer(response, &[("accept", "text/html")]).await;
        let page = to_bytes(response.into_body(), 1 << 20).await.unwrap();
        let page = std::str::from_utf8(&page).unwrap();
        assert_eq!(page.matches(" nonce=\"abc123\">").count(), 2, "{page}");
    }
}

#[tokio::test]
async fn what_cannot_be_looked_into_passes_byte_for_byte_with_its_cookies_gated() {
    let app = App::new();
    let utf16: Vec<u8> = [0xff, 0xfe].into_iter().chain(PAGE.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let mut count = 0;
    for (content_type, encoding, body) in [
        (HTML, Some("br"), PAGE.as_bytes().to_vec()),
        ("text/html; charset=utf-16le", None, PAGE.as_bytes().to_vec()),
        ("text/html; charset=iso-2022-jp", None, PAGE.as_bytes().to_vec()),
        (HTML, None, utf16),
    ] {
        let mut response = ([(header::CONTENT_TYPE, content_type)], body.clone()).into_response();
        if let Some(encoding) = encoding {
            response.headers_mut().insert(header::CONTENT_ENCODING, encoding.parse().unwrap());
        }
        let response = app.answer(response, &[]).await;
        assert_eq!(to_bytes(response.into_body(), 1 << 20).await.unwrap(), body);
        count += 1;
        assert_eq!(app.layer.gate_counts().opaque, count);
    }
}

#[tokio::test]
async fn a_page_that_cannot_be_gated_is_cut_off() {
    let app = App::new();
    let long_tag = format!("<p>before</p><img data-consent=marketing alt=\"{}\" src=/p>after", "x".repeat(2 << 20));
    let long_noscript = format!("<noscript>{}<img src=/p></noscript>after", "x".repeat(100_000));
    // Browsers see a script here, or not, depending on what stands around it.
    let ambiguous = "<select><xmp><script data-consent=marketing src=/p></script>after".to_string();
    for (place, html) in [long_tag, long_noscript, ambiguous].into_iter().enumerate() {
        let pieces: Vec<Result<_, std::convert::Infallible>> =
            html.as_bytes().chunks(4096).map(|piece| Ok(Bytes::copy_from_slice(piece))).collect();
        let body = Body::from_stream(tokio_stream(pieces));
        let response = ([(header::CONTENT_TYPE, HTML)], body).into_response();
        let mut body = app.answer(response, &[]).await.into_body();
        let mut sent = Vec::new();
        let fault = loop {
            match body.frame().await.unwrap() {
                Ok(frame) => sent.extend_from_slice(&frame.into_data().unwrap()),
                Err(fault) => break fault,
            }
        };
        assert!(fault.to_string().contains("the page is cut off"), "{fault}");
        let sent = String::from_utf8(sent).unwrap();
        assert!(!sent.contains("src=/p") && !sent.contains("after"), "{place}");
        assert_eq!(app.layer.gate_counts().aborted, place as u64 + 1);
    }
}

/// Fifty megabytes in pieces that come one after the other are never held together.
#[tokio::test]
async fn a_long_stream_goes_through_as_it_comes() {
    let app = App::new();
    const PIECES: usize = 800;
    let piece = Bytes::from("text ".repeat(13_200) + "<img data-consent=marketing src=/p>\n");
    let came = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&came);
    let pieces = (0..PIECES).map(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        Ok::<_, std::convert::Infallible>(http_body::Frame::data(piece.clone()))
    });
    let body = Body::new(StreamBody::new(futures_util::stream::iter(pieces)));
    let response = ([(header::CONTENT_TYPE, HTML)], body).into_response();
    let mut body = app.answer(response, &[("cookie", &consent(REFUSED))]).await.into_body();
    let (mut length, mut frames) = (0, 0);
    while let Some(frame) = body.frame().await {
        let data = frame.unwrap().into_data().unwrap();
        assert!(!std::str::from_utf8(&data).unwrap().contains(" src=/p"));
        length += data.len();
        frames += 1;
        // No more has been asked for than was handed on.
        assert!(came.load(Ordering::Relaxed) <= frames + 1);
    }
    assert!(length > 50 << 20, "{length}");
    assert_eq!(came.load(Ordering::Relaxed), PIECES);
}

/// What is left to send at the end does not make a stream that ended be asked again, which may panic.
#[tokio::test]
async fn a_stream_is_read_to_its_end_and_no_further() {
    let app = App::new();
    let pieces = futures_util::stream::unfold(["<p>a ", "<b"].into_iter(), async |mut left| {
        let piece = left.next()?;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(piece)), left))
    });
    let response = ([(header::CONTENT_TYPE, HTML)], Body::from_stream(pieces)).into_response();
    let response = app.answer(response, &[("cookie", &consent(REFUSED)), ("hx-request", "true")]).await;
    assert_eq!(to_bytes(response.into_body(), 1 << 20).await.unwrap(), "<p>a <b");
}
