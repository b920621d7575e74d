//! What is lent to a handler ends with its request, whatever was kept of it and however the request ended. What cannot even be
//! written is in `tests/proofs`.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "a test stops at the first fault")]

#[path = "support/shop.rs"]
mod shop;

use actix_web::{
    App, HttpResponse,
    error::ErrorUnauthorized,
    http::StatusCode,
    test::{TestRequest, call_service, init_service},
    web,
};
use axum::{Extension, Router, body::Body, http::Request, routing::get};
use consentry::{
    decision::Statistics,
    server::{Cookie, NotCovered, NotGranted, ProvenCookie, Visitor},
};
use shop::{GRANTED, layer};
use tokio::sync::mpsc;
use tower::ServiceExt;

type Keeper = mpsc::UnboundedSender<Visitor>;

const OVER: NotGranted = NotGranted::Over("statistics");

fn request(path: &str) -> Request<Body> {
    Request::get(path).header(GRANTED.0, GRANTED.1).body(Body::empty()).unwrap()
}

fn count(visitor: &Visitor) -> Result<ProvenCookie, NotCovered> {
    visitor.set_cookie(visitor.granted::<Statistics>()?, Cookie::new("_visits", "1"))
}

/// Does what a handler should, and keeps what it got.
async fn keep(
    visitor: Visitor,
    Extension(keeper): Extension<Keeper>,
) -> Result<(ProvenCookie, &'static str), NotCovered> {
    let cookie = count(&visitor)?;
    keeper.send(visitor).unwrap();
    Ok((cookie, "counted"))
}

async fn keep_waiting(visitor: Visitor, Extension(keeper): Extension<Keeper>) {
    keeper.send(visitor).unwrap();
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn nothing_is_lent_after_an_answer() {
    let (keeper, mut kept) = mpsc::unbounded_channel::<Visitor>();
    let routes = Router::new().route("/", get(keep)).layer(Extension(keeper)).layer(layer("_visits"));
    let response = routes.oneshot(request("/")).await.unwrap();
    assert_eq!(response.headers()["set-cookie"], "_visits=1; SameSite=Lax; Path=/");
    let visitor = kept.recv().await.unwrap();
    assert_eq!(visitor.granted::<Statistics>().err(), Some(OVER));
    assert_eq!(count(&visitor), Err(NotCovered::NotGranted(OVER)));
    assert_eq!(OVER.to_string(), "the request is over, and with it what was granted of `statistics`");
    assert!(visitor.decision().allows("statistics"), "what was decided is no secret");
}

#[tokio::test]
async fn nothing_is_lent_once_nobody_waits() {
    let (keeper, mut kept) = mpsc::unbounded_channel::<Visitor>();
    let routes = Router::new().route("/", get(keep_waiting)).layer(Extension(keeper)).layer(layer("_visits"));
    let mut waiting = Box::pin(routes.oneshot(request("/")));
    let visitor = tokio::select! {
        _ = &mut waiting => panic!("it never answers"),
        visitor = kept.recv() => visitor.unwrap(),
    };
    let proof = visitor.granted::<Statistics>().unwrap();
    drop(waiting);
    assert_eq!(visitor.set_cookie(proof, Cookie::new("_visits", "1")), Err(NotCovered::NotGranted(OVER)));
    assert_eq!(visitor.granted::<Statistics>().err(), Some(OVER));
}

#[tokio::test]
async fn a_proof_of_one_visitor_is_none_of_another() {
    let (keeper, mut kept) = mpsc::unbounded_channel::<Visitor>();
    let routes = Router::new().route("/", get(keep_waiting)).layer(Extension(keeper)).layer(layer("_visits"));
    let without = Request::get("/").body(Body::empty()).unwrap();
    let mut one = Box::pin(routes.clone().oneshot(request("/")));
    let mut other = Box::pin(routes.oneshot(without));
    let mut visitors = Vec::new();
    while visitors.len() < 2 {
        tokio::select! {
            _ = &mut one => panic!("it never answers"),
            _ = &mut other => panic!("it never answers"),
            visitor = kept.recv() => visitors.push(visitor.unwrap()),
        }
    }
    visitors.sort_by_key(|visitor| visitor.granted::<Statistics>().is_err());
    let [agreed, silent] = visitors.try_into().unwrap();
    let proof = agreed.granted::<Statistics>().unwrap();
    let denied = NotCovered::NotGranted(NotGranted::Denied("statistics"));
    assert_eq!(silent.set_cookie(proof, Cookie::new("_visits", "1")), Err(denied));
    assert!(agreed.set_cookie(proof, Cookie::new("_visits", "1")).is_ok());
}

#[actix_web::test]
async fn the_same_in_actix_and_where_an_error_answers() {
    let (keeper, mut kept) = mpsc::unbounded_channel::<Visitor>();
    let kept_by = keeper.clone();
    let answers = move |visitor: Visitor| {
        let cookie = count(&visitor);
        kept_by.send(visitor).unwrap();
        async move { cookie.map(|cookie| HttpResponse::Ok().append_header(cookie).finish()) }
    };
    let fails = move |visitor: Visitor| {
        keeper.send(visitor).unwrap();
        async { Err::<HttpResponse, _>(ErrorUnauthorized("who are you?")) }
    };
    let routes = App::new().route("/", web::get().to(answers)).route("/fails", web::get().to(fails));
    let app = init_service(routes.wrap(layer("_visits"))).await;
    for (path, status) in [("/", StatusCode::OK), ("/fails", StatusCode::UNAUTHORIZED)] {
        let request = TestRequest::with_uri(path).insert_header(GRANTED).to_request();
        let response = call_service(&app, request).await;
        assert_eq!(response.status(), status);
        let visitor = kept.recv().await.unwrap();
        assert_eq!(visitor.granted::<Statistics>().err(), Some(OVER), "{path}");
    }
    // Who agreed to nothing gets an empty 403, from the error alone.
    let response = call_service(&app, TestRequest::with_uri("/").to_request()).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}
