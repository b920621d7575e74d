//! The test kit against a real router: what it makes is what the server writes, what it finds is what the gate withholds.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test stops at the first fault")]

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, Response, header},
    response::IntoResponse,
    routing::get,
};
use consentry::{
    Method, Policy, Region, Timestamp,
    consent::seal::KeyRing,
    server::{ConsentLayer, Gated, Mode, Undeclared},
    test::{Clock, Consent, Leaks},
};
use tower::ServiceExt;

const POLICY: &str = r#"
    id = "shop"

    [[category]]
    id = "statistics"

    [[category]]
    id = "marketing"
    uses = ["share"]

    [[service]]
    id = "visits"
    category = "statistics"
    cookies = [{ name = "_ga*" }]

    [[service]]
    id = "adverts"
    category = "marketing"
    choice = "own"
    cookies = [{ name = "_fbp" }]
"#;

async fn careless() -> Response<Body> {
    let mut response = "page".into_response();
    for line in ["_ga=1; Path=/", "_fbp=2", "ab_test=b", "_ga_X=; Max-Age=0"] {
        response.headers_mut().append(header::SET_COOKIE, line.parse().unwrap());
    }
    response
}

fn layer() -> ConsentLayer {
    ConsentLayer::new(Policy::from_toml(POLICY).unwrap())
        .keys(KeyRing::new("k1", &[7; 32]).unwrap())
        .clock(Clock::at(Timestamp::from_millis(1_800_000_000_000)).reader())
        .region(|headers: &HeaderMap| Region::parse(headers.get("x-region")?.to_str().ok()?))
}

async fn send(layer: &ConsentLayer, path: &str, headers: &[(&str, &str)], form: &str) -> Response<Body> {
    let router = Router::new().route("/", get(careless)).layer(layer.clone());
    let mut request = Request::builder().uri(path).method(if form.is_empty() { "GET" } else { "POST" });
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    router.oneshot(request.body(Body::from(form.to_string())).unwrap()).await.unwrap()
}

/// The consent cookie that a response sets, as a browser sends it back.
fn stored(response: &Response<Body>) -> String {
    let mut lines = response.headers().get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap());
    let line = lines.find(|line| line.starts_with("__Host-privacy=")).unwrap();
    line.split(';').next().unwrap().to_string()
}

#[tokio::test]
async fn a_made_consent_is_the_one_the_server_writes() {
    let layer = layer();
    let posted = async |form: &str| {
        let headers = [("sec-fetch-site", "same-origin"), ("content-type", "application/x-www-form-urlencoded")];
        stored(&send(&layer, "/privacy-choices", &headers, &format!("policy=shop&version=1&{form}")).await)
    };
    let made = |consent: Consent| consent.cookie().unwrap();
    let new = || Consent::new(&layer);
    assert_eq!(made(new().grant_all()), posted("act=accept&asked=statistics+marketing+adverts").await);
    assert_eq!(made(new().deny_all()), posted("act=reject").await);
    assert_eq!(made(new().deny("marketing")), posted("act=reject&asked=marketing").await);
    assert_eq!(made(new().deny_all().method(Method::Withdrawal)), posted("act=withdraw").await);
    let saved = new().deny("statistics").grant("adverts").method(Method::Choices);
    assert_eq!(made(saved), posted("act=save&asked=statistics+adverts&on=adverts&method=choices").await);
    let signal = new().in_region("US-CA").with_gpc();
    let response = send(&layer, "/", &[("x-region", "US-CA"), ("sec-gpc", "1")], "").await;
    assert_eq!(made(signal), stored(&response));
}

#[tokio::test]
async fn what_is_decided_and_what_leaks_is_what_the_server_decides_and_withholds() {
    let strict = layer().undeclared(Undeclared::Withhold);
    let observing = layer().mode(Mode::Observe);
    let states: [fn(Consent) -> Consent; 7] = [
        |visitor| visitor,
        Consent::deny_all,
        Consent::grant_all,
        |visitor| visitor.grant("statistics"),
        |visitor| visitor.grant_all().deny("adverts"),
        |visitor| visitor.in_region("US-CA"),
        |visitor| visitor.in_region("US-CA").deny("statistics"),
    ];
    for state in states {
        let visitor = state(Consent::new(&strict));
        let (cookie, decision) = (visitor.cookie().unwrap(), visitor.decision().unwrap());
        let region = decision.signals().region.map_or("", |_| "US-CA");
        let headers = [("cookie", cookie.as_str()), ("x-region", region)];
        let decided = send(&strict, "/privacy-choices/decision", &headers, "").await.into_body();
        assert_eq!(to_bytes(decided, 1 << 20).await.unwrap(), decision.to_json());

        Leaks::of_headers(&strict, &decision, send(&strict, "/", &headers, "").await.headers()).assert_none();
        let response = send(&observing, "/", &headers, "").await;
        let leaks = Leaks::of_headers(&observing, &decision, response.headers());
        let gated = response.extensions().get::<Gated>().unwrap();
        let withheld: Vec<&str> = gated.iter().filter_map(|cookie| cookie.service().map(|_| cookie.name())).collect();
        let leaked: Vec<&str> = leaks.cookies().iter().map(|cookie| cookie.name()).collect();
        assert_eq!((leaked, leaks.undeclared()), (withheld, &["ab_test".to_string()][..]), "{cookie}");
    }
}
