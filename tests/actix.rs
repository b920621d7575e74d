//! What is actix's own: its extractors, its order of middleware, its errors, the lengths of its bodies.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test stops at the first fault")]

#[path = "support/shop.rs"]
mod shop;

use std::{
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use actix_web::{
    App, Error, HttpMessage, HttpResponse, HttpServer,
    body::{BodySize, MessageBody, to_bytes},
    dev::{Service, ServiceRequest, ServiceResponse},
    error::ErrorUnauthorized,
    http::{StatusCode, header},
    middleware::{Compress, Next, from_fn},
    test::{TestRequest, call_service, init_service},
    web,
};
use consentry::{
    Decision,
    decision::Statistics,
    server::{ConsentHtml, ConsentLayer, Gated, Visitor},
};
use shop::{GRANTED, layer};

const PAGE: &str = "<!doctype html><html><head></head><body>Hello</body></html>";
const HTML: &str = "text/html; charset=utf-8";

fn routes(config: &mut web::ServiceConfig) {
    let granted = async |visitor: Visitor| visitor.granted::<Statistics>().map(|_| "recorded");
    let maybe = async |visitor: Option<Visitor>| match visitor.map(|visitor| visitor.granted::<Statistics>().is_ok()) {
        Some(true) => "recorded",
        Some(false) | None => "nothing",
    };
    config
        .route("/visitor", web::get().to(async |visitor: Visitor| visitor.decision().policy().id().to_string()))
        .route("/decision", web::get().to(async |decision: Decision| decision.allows("statistics").to_string()))
        .route("/ui", web::get().to(async |ui: ConsentHtml| ui.banner()))
        .route("/record", web::get().to(granted))
        .route("/maybe", web::get().to(maybe))
        .route("/page", web::get().to(async || HttpResponse::Ok().content_type(HTML).body(PAGE)))
        .route(
            "/told",
            web::get().to(async || {
                let page = futures_util::stream::iter([Ok::<_, Error>(web::Bytes::from(PAGE))]);
                HttpResponse::Ok().content_type(HTML).no_chunking(PAGE.len() as u64).streaming(page)
            }),
        )
        .route("/set", web::get().to(async || HttpResponse::Ok().insert_header(("set-cookie", "_ga=1")).finish()));
}

async fn text(response: ServiceResponse<impl MessageBody>) -> (StatusCode, String) {
    let status = response.status();
    let body = to_bytes(response.into_body()).await.ok().unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[actix_web::test]
async fn extractors_know_the_visitor() {
    let app = init_service(App::new().configure(routes).wrap(layer("_ga"))).await;
    for (path, before, after) in [
        ("/visitor", (200, "shop"), (200, "shop")),
        ("/decision", (200, "false"), (200, "true")),
        ("/record", (403, ""), (200, "recorded")),
        ("/maybe", (200, "nothing"), (200, "recorded")),
    ] {
        for (request, (status, body)) in
            [(TestRequest::with_uri(path), before), (TestRequest::with_uri(path).insert_header(GRANTED), after)]
        {
            let response = call_service(&app, request.to_request()).await;
            assert_eq!(response.headers().get(header::CACHE_CONTROL).unwrap(), "private", "{path}");
            assert_eq!(text(response).await, (StatusCode::from_u16(status).unwrap(), body.to_string()), "{path}");
        }
    }
    let ui = call_service(&app, TestRequest::with_uri("/ui").to_request()).await;
    assert!(text(ui).await.1.contains("data-cy=\"prompt\""));
}

#[actix_web::test]
async fn without_the_middleware_the_missing_line_is_named() {
    let app = init_service(App::new().configure(routes)).await;
    let missing = "consent is not known here: add `.wrap(ConsentLayer::new(policy))` to the `App`";
    for path in ["/visitor", "/decision", "/ui", "/record"] {
        let answer = text(call_service(&app, TestRequest::with_uri(path).to_request()).await).await;
        assert_eq!(answer, (StatusCode::INTERNAL_SERVER_ERROR, missing.to_string()), "{path}");
    }
    let maybe = call_service(&app, TestRequest::with_uri("/maybe").insert_header(GRANTED).to_request()).await;
    assert_eq!(text(maybe).await.1, "nothing");
}

/// Its response is made outside of all middleware, and still gets what every other gets.
#[actix_web::test]
async fn an_error_of_a_middleware_inside_is_gated() {
    let sign_in = async |_: ServiceRequest, _: Next<actix_web::body::BoxBody>| {
        let mut error = ErrorUnauthorized(PAGE);
        error.add_response_mapper(|mut response| {
            let headers = response.headers_mut();
            headers.insert(header::SET_COOKIE, "_ga=1".parse().unwrap());
            headers.insert(header::CONTENT_TYPE, HTML.parse().unwrap());
            response
        });
        Err::<ServiceResponse, Error>(error)
    };
    let app = init_service(App::new().wrap(from_fn(sign_in)).wrap(layer("_ga").insert_banner())).await;
    let request = TestRequest::default().insert_header(("accept", "text/html")).to_request();
    let error = app.call(request).await.map(|_| ()).unwrap_err();
    assert_eq!(error.to_string(), PAGE);
    let response = error.error_response();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert!(!response.headers().contains_key(header::SET_COOKIE));
    assert_eq!(response.headers().get(header::CACHE_CONTROL).unwrap(), "private");
    assert_eq!(response.extensions().get::<Gated>().unwrap().iter().next().unwrap().name(), "_ga");
    let body = to_bytes(response.into_body()).await.unwrap();
    assert!(std::str::from_utf8(&body).unwrap().contains("data-cy=\"prompt\""));
}

#[actix_web::test]
async fn what_the_gate_did_is_known_outside() {
    let app = init_service(App::new().configure(routes).wrap(layer("_ga"))).await;
    let response = call_service(&app, TestRequest::with_uri("/set").to_request()).await;
    let gated = response.response().extensions().get::<Gated>().unwrap().clone();
    assert_eq!(gated.iter().next().unwrap().service(), Some("visits"));
    assert!(response.request().extensions().get::<Visitor>().is_some());
}

/// What is wrapped after consent compresses what consent has written.
#[actix_web::test]
async fn compression_belongs_outside() {
    let request = || {
        let request = TestRequest::with_uri("/page").insert_header(("accept", "text/html"));
        request.insert_header(("accept-encoding", "gzip")).to_request()
    };
    let outside = layer("_ga").insert_banner();
    let app = init_service(App::new().configure(routes).wrap(outside.clone()).wrap(Compress::default())).await;
    let response = call_service(&app, request()).await;
    assert_eq!(response.headers().get(header::CONTENT_ENCODING).unwrap(), "gzip");
    assert_eq!(response.headers().get(header::CACHE_CONTROL).unwrap(), "private");
    assert_eq!(outside.gate_counts().opaque, 0);
}

#[actix_web::test]
async fn a_body_that_is_written_into_has_its_own_length() {
    let consent = layer("_ga").insert_banner();
    let app = init_service(App::new().configure(routes).wrap(consent)).await;
    let request = |path| TestRequest::with_uri(path).insert_header(("accept", "text/html"));
    let response = call_service(&app, request("/page").to_request()).await;
    let length = response.response().body().size();
    let (_, page) = text(response).await;
    assert!(page.contains("cy-bar"));
    assert_eq!(length, BodySize::Sized(page.len() as u64));
    // With one that was told beforehand actix would cut it off there, or keep the browser waiting.
    let response = call_service(&app, request("/told").to_request()).await;
    assert!(!response.headers().contains_key(header::CONTENT_LENGTH));
    assert!(response.response().head().chunked());
    // For one who answered everything passes as it is.
    let response = call_service(&app, request("/page").insert_header(GRANTED).to_request()).await;
    assert_eq!(response.response().body().size(), BodySize::Sized(PAGE.len() as u64));
    assert_eq!(text(response).await.1, PAGE);
}

#[actix_web::test]
async fn head_of_an_own_page_tells_no_length() {
    let app = init_service(App::new().wrap(layer("_ga"))).await;
    let request = TestRequest::with_uri("/privacy-choices").method(actix_web::http::Method::HEAD).to_request();
    assert_eq!(call_service(&app, request).await.response().body().size(), BodySize::None);
}

/// All bytes that a server sends for a request until it closes the connection.
async fn sent(consent: ConsentLayer, page: &'static str) -> String {
    let server = HttpServer::new(move || {
        let page = move || async move { HttpResponse::Ok().content_type(HTML).body(page) };
        App::new().default_service(web::to(page)).wrap(consent.clone())
    });
    let server = server.workers(1).keep_alive(Duration::from_secs(1)).bind(("127.0.0.1", 0)).unwrap();
    let address = server.addrs()[0];
    let server = server.run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let sent = web::block(move || {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nhost: shop.example\r\n\r\n").unwrap();
        let mut sent = Vec::new();
        stream.read_to_end(&mut sent).unwrap();
        String::from_utf8(sent).unwrap()
    });
    let sent = sent.await.unwrap();
    handle.stop(false).await;
    sent
}

#[actix_web::test]
async fn a_page_that_is_cut_off_does_not_look_whole() {
    let end = "0\r\n\r\n";
    let has_length = |sent: &str| sent.to_ascii_lowercase().contains("content-length");
    let cut =
        sent(layer("_ga").rewrite_html(), "<p>before</p><select><xmp><script data-consent=x src=/p></script>").await;
    // What is known to fail so early is not even begun.
    assert!(!cut.ends_with(end) && !cut.contains("src=/p") && !has_length(&cut), "{cut}");
    let whole = sent(layer("_ga").rewrite_html(), "<p>before</p>").await;
    assert!(whole.ends_with("<p>before</p>") && has_length(&whole), "{whole}");
}
