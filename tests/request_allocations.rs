//! What a request allocates on its way through the layer, counted.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test stops at the first fault")]

use std::{convert::Infallible, future::ready, sync::Arc};

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderValue, Request, Response, header},
};
use consentry::{
    Act, Answer, Category, Method, Policy, SealState, Signals, Stored, Timestamp,
    consent::seal::{KeyRing, Sealer},
    cookies::SECURE_NAME,
    server::{ConsentLayer, Site, Visitor},
};
use futures_util::FutureExt as _;
use tower::{Layer as _, Service as _, service_fn};

const NOW: Timestamp = Timestamp::from_millis(1_764_000_000_000);
const PAGE: &str = "<!doctype html><html><head><title>a</title></head><body><h1>a</h1></body></html>";

/// The visitor behind one pointer.
const VISITOR: u64 = 1;
/// What was decided, where somebody asks; it is made without any.
const DECIDED: u64 = 1;
/// The visitor among a request's extensions: their map, its table, and a box.
const EXTENSION: u64 = 3;

fn policy() -> Policy {
    let categories = ["preferences", "statistics", "marketing"].map(Category::new);
    categories.into_iter().fold(Policy::builder("shop"), |policy, category| policy.category(category)).build().unwrap()
}

fn ring() -> KeyRing {
    KeyRing::new("k1", &[7; 32]).unwrap()
}

fn site() -> Site {
    Site::new(policy()).keys(ring()).clock(|| NOW)
}

/// A sealed consent cookie of a visitor who accepted or rejected everything.
fn consent(act: Act) -> String {
    let policy = policy();
    let decision = policy.decide(Stored::Absent, SealState::NotRequired, &Signals::default(), NOW);
    let answer = Answer { act, method: Method::Banner, version: policy.version(), asked: &[], granted: &[] };
    let text = decision.answer(&answer, Stored::Absent, SealState::NotRequired).unwrap();
    format!("{SECURE_NAME}={}", Sealer::new(ring(), SECURE_NAME, "shop").seal(&text))
}

/// As a server makes them: header values that share the bytes they were read from.
fn request(consent: &str) -> Request<Body> {
    let cookies: Vec<String> = (0..9).map(|n| format!("cookie_{n}=value-{n}")).collect();
    let cookies = format!("{}; {consent}", cookies.join("; "));
    let mut request = Request::get("/a?b=c").body(Body::empty()).unwrap();
    for (name, value) in [
        (header::HOST, "shop.example"),
        (header::ACCEPT, "text/html,*/*;q=0.8"),
        (header::ACCEPT_LANGUAGE, "fr, en;q=0.8"),
        (header::COOKIE, cookies.as_str()),
    ] {
        let value = HeaderValue::from_maybe_shared(Bytes::from(value.to_owned())).unwrap();
        request.headers_mut().insert(name, value.clone());
    }
    // What is shared from then on.
    drop(request.uri().clone());
    request
}

fn count(work: impl FnOnce()) -> u64 {
    allocation_counter::measure(work).count_total
}

fn json() -> Response<Body> {
    let mut response = Response::new(Body::from("{}"));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

fn page() -> Response<Body> {
    let mut response = Response::new(Body::from(PAGE));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    response
}

/// What the layer adds to a service that answers at once, up to the last piece of its body. The second request is
/// counted, because some things are made once.
fn added_by_layer(site: Site, consent: &str, dest: &'static str, answer: fn() -> Response<Body>) -> u64 {
    let mut bare = service_fn(move |_: Request<Body>| ready(Ok::<_, Infallible>(answer())));
    let mut layered = ConsentLayer::from(site).layer(bare);
    let requests = [(); 4].map(|()| {
        let mut request = request(consent);
        request.headers_mut().insert("sec-fetch-dest", HeaderValue::from_static(dest));
        request
    });
    let [first, second, third, fourth] = requests;
    let mut through_layer = |request| {
        let mut body = layered.call(request).now_or_never().unwrap().unwrap().into_body();
        while http_body_util::BodyExt::frame(&mut body).now_or_never().unwrap().is_some() {}
    };
    let mut through_bare = |request| {
        let mut body = bare.call(request).now_or_never().unwrap().unwrap().into_body();
        while http_body_util::BodyExt::frame(&mut body).now_or_never().unwrap().is_some() {}
    };
    through_layer(first);
    through_bare(second);
    count(|| through_layer(third)) - count(|| through_bare(fourth))
}

#[test]
fn a_visitor_is_one_allocation() {
    let site = Arc::new(site());
    for consent in [consent(Act::Accept), consent(Act::Reject), String::from("cookie_9=value-9")] {
        let request = request(&consent);
        let visitor = || site.visitor(request.uri(), request.headers());
        assert_eq!(count(|| drop(visitor())), VISITOR, "{consent}");
        assert_eq!(count(|| assert!(!visitor().decision().allows("x"))), VISITOR + DECIDED, "{consent}");
    }
}

#[test]
fn the_extension_is_counted_apart() {
    let visitor = Arc::new(site()).visitor(&"/".parse().unwrap(), &HeaderMap::new());
    let mut request = request("");
    assert_eq!(count(|| drop(request.extensions_mut().insert::<Visitor>(visitor))), EXTENSION);
}

#[test]
fn a_json_response_costs_the_visitor_and_the_extension() {
    for consent in [consent(Act::Accept), consent(Act::Reject), String::from("cookie_9=value-9")] {
        assert_eq!(added_by_layer(site(), &consent, "empty", json), VISITOR + EXTENSION, "{consent}");
        // Where a visitor navigates, the consent may have to be brought up to date.
        assert_eq!(added_by_layer(site(), &consent, "document", json), VISITOR + EXTENSION + DECIDED, "{consent}");
        // Whether it is a page has to be looked at.
        let added = added_by_layer(site().insert_banner(), &consent, "empty", json);
        assert!(added <= VISITOR + EXTENSION + 1, "{added} for {consent}");
    }
}

#[test]
fn a_page_costs_a_few_more() {
    let new = String::from("cookie_9=value-9");
    // The type in lower case and the headers that keep it private; and the head's links, the banner, the page with both.
    for (consent, most) in [(consent(Act::Accept), 3), (new, 11)] {
        let added = added_by_layer(site().insert_banner(), &consent, "document", page);
        assert!(added <= VISITOR + EXTENSION + DECIDED + most, "{added} for {consent}");
    }
}
