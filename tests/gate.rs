//! The gate on outgoing cookies, around a deliberately careless application.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test stops at the first fault")]

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, Response, StatusCode, header},
    response::IntoResponse,
    routing::get,
};
use consentry::{
    Policy, Reason, Region, Timestamp,
    consent::seal::KeyRing,
    server::{ConsentLayer, DEBUG_HEADER, GateCounts, Gated, Mode, Undeclared},
    test::{Clock, Consent},
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
    id = "sign-in"
    category = "necessary"
    justification = "You asked to be signed in."
    cookies = [{ name = "session" }, { name = "csrf" }]

    [[service]]
    id = "visits"
    category = "statistics"
    cookies = [{ name = "_ga" }, { name = "_ga_*" }]

    [[service]]
    id = "adverts"
    category = "marketing"
    choice = "own"
    cookies = [{ name = "_fbp" }]
"#;

const NOW: u64 = 1_800_000_000_000;

/// What the application sets on every page, whatever its visitor said. The order matters to the test.
const CARELESS: [&str; 8] = [
    "session=s; Path=/; HttpOnly; SameSite=Lax",
    "_ga=GA1.2.3; Path=/; Max-Age=63072000",
    "csrf=c; path=/;secure ;  HttpOnly",
    "_fbp=fb.1.2; Path=/; Domain=shop.example; Partitioned; Secure",
    "_ga_ABC=1; Expires=Wed, 21 Oct 2099 07:28:00 GMT",
    "ab_test=b; Path=/",
    "no name at all",
    "_ga=; Path=/; Max-Age=0",
];

fn all(status: StatusCode) -> Response<Body> {
    let mut response = (status, "page").into_response();
    for line in CARELESS {
        response.headers_mut().append(header::SET_COOKIE, line.parse().unwrap());
    }
    response
}

/// The cookie lines that reach a handler.
async fn echo(headers: HeaderMap) -> String {
    let lines =
        headers.get_all(header::COOKIE).iter().map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned());
    lines.collect::<Vec<_>>().join("|")
}

struct App {
    router: Router,
    layer: ConsentLayer,
}

impl App {
    fn new(configure: impl Fn(ConsentLayer) -> ConsentLayer) -> Self {
        let layer = ConsentLayer::new(Policy::from_toml(POLICY).unwrap())
            .development()
            .clock(Clock::at(Timestamp::from_millis(NOW)).reader())
            .region(|headers: &HeaderMap| Region::parse(headers.get("x-region")?.to_str().ok()?));
        let layer = configure(layer);
        let router = Router::new()
            .route("/", get(async || all(StatusCode::OK)))
            .route("/error", get(async || all(StatusCode::INTERNAL_SERVER_ERROR)))
            .route("/unchanged", get(async || all(StatusCode::NOT_MODIFIED)))
            .route("/plain", get(async || "no cookies"))
            .route("/echo", get(echo))
            .layer(layer.clone());
        Self { router, layer }
    }

    fn visitor(&self) -> Consent {
        Consent::new(&self.layer)
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Response<Body> {
        let mut request = Request::builder().uri(path).header("host", "shop.example");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }
}

fn cookies(response: &Response<Body>) -> Vec<&str> {
    response.headers().get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect()
}

/// The careless lines at these places.
fn lines(places: &[usize]) -> Vec<&'static str> {
    places.iter().map(|place| CARELESS[*place]).collect()
}

fn consent(entries: &str) -> String {
    format!("privacy=1.shop.1.{}.ib{entries}", NOW - 1000)
}

#[tokio::test]
async fn only_what_was_granted_leaves_byte_for_byte_and_in_order() {
    let strict = App::new(|layer| layer.undeclared(Undeclared::Withhold));
    let default = App::new(|layer| layer);
    for (entries, region, allowed) in [
        ("", "FR", &[0, 2, 7][..]),
        ("/-statistics/-marketing/-adverts", "FR", &[0, 2, 7]),
        ("/+statistics/-marketing/-adverts", "FR", &[0, 1, 2, 4, 7]),
        ("/-statistics/-marketing/+adverts", "FR", &[0, 2, 3, 7]),
        ("/+statistics/+marketing/+adverts", "FR", &[0, 1, 2, 3, 4, 7]),
        // A category's grant is none of a service with a choice of its own.
        ("/+marketing", "FR", &[0, 2, 7]),
        // Allowed until the visitor objects.
        ("", "US-CA", &[0, 1, 2, 3, 4, 7]),
        ("/-statistics", "US-CA", &[0, 2, 3, 7]),
    ] {
        let stored = if entries.is_empty() { "a=b".into() } else { consent(entries) };
        let headers = [("cookie", stored.as_str()), ("x-region", region)];
        for path in ["/", "/error", "/unchanged"] {
            let response = strict.get(path, &headers).await;
            assert_eq!(cookies(&response), lines(allowed), "{entries} {region} {path}");
            // By default what is not declared is let through.
            let response = default.get(path, &headers).await;
            let mut with_undeclared = [allowed, &[5, 6]].concat();
            with_undeclared.sort_unstable();
            assert_eq!(cookies(&response), lines(&with_undeclared), "{entries} {region} {path}");
        }
    }
}

#[tokio::test]
async fn a_signal_withholds_what_a_grant_would_have_let_through() {
    let app = App::new(|layer| layer.undeclared(Undeclared::Withhold));
    let stored = app.visitor().grant_all().cookie().unwrap();
    let headers = [("cookie", stored.as_str()), ("x-region", "US-CA"), ("sec-gpc", "1")];
    let response = app.get("/", &headers).await;
    assert_eq!(cookies(&response)[..5], lines(&[0, 1, 2, 4, 7]));
    let gated = response.extensions().get::<Gated>().unwrap();
    assert_eq!(gated.iter().next().unwrap().reason(), Some(Reason::Gpc));
}

#[tokio::test]
async fn every_suppression_is_told_in_the_response_the_counters_and_if_wanted_a_header() {
    let app = App::new(ConsentLayer::debug_header);
    let response = app.get("/", &[]).await;
    let told: Vec<String> = response.extensions().get::<Gated>().unwrap().iter().map(ToString::to_string).collect();
    let wanted = [
        "withheld _ga: visits is undecided (no-answer)",
        "withheld _fbp: adverts is undecided (no-answer)",
        "withheld _ga_ABC: visits is undecided (no-answer)",
        "reported ab_test: no service declares it",
        "reported : no service declares it",
    ];
    assert_eq!(told, wanted);
    let header: Vec<&str> =
        response.headers().get_all(DEBUG_HEADER).iter().map(|line| line.to_str().unwrap()).collect();
    assert_eq!(header, wanted);
    assert_eq!(
        app.layer.gate_counts(),
        GateCounts { withheld: 3, reported: 2, cleared: 0, opaque: 0, ..GateCounts::default() }
    );

    // Nothing to tell: no extension, no header.
    let response = app.get("/plain", &[]).await;
    assert!(response.extensions().get::<Gated>().is_none() && response.headers().get(DEBUG_HEADER).is_none());
    assert_eq!(
        app.layer.gate_counts(),
        GateCounts { withheld: 3, reported: 2, cleared: 0, opaque: 0, ..GateCounts::default() }
    );
}

#[tokio::test]
async fn observing_changes_nothing_and_tells_everything() {
    let app = App::new(|layer| layer.mode(Mode::Observe).undeclared(Undeclared::Withhold));
    let response = app.get("/", &[]).await;
    assert_eq!(cookies(&response), CARELESS);
    assert!(response.extensions().get::<Gated>().unwrap().iter().all(|cookie| !cookie.is_withheld()));
    assert_eq!(
        app.layer.gate_counts(),
        GateCounts { withheld: 0, reported: 5, cleared: 0, opaque: 0, ..GateCounts::default() }
    );
    assert!(response.headers().get(DEBUG_HEADER).is_none());
}

#[tokio::test]
async fn passing_the_undeclared_says_nothing_of_them() {
    let app = App::new(|layer| layer.undeclared(Undeclared::Pass));
    let response = app.get("/", &[("cookie", &app.visitor().grant_all().cookie().unwrap())]).await;
    assert_eq!(cookies(&response), CARELESS);
    assert!(response.extensions().get::<Gated>().is_none());
}

/// The gate reads a line as browsers do, so that none slips by that they would take.
#[tokio::test]
async fn only_what_deletes_in_a_browser_passes_as_deleting() {
    let sets = [
        "_ga=1; Max-Age=-",
        "_ga=1; Max-Age=+0",
        "_ga=1; Max-Age=0x",
        "_ga=1; Max-Age=0; Max-Age=60",
        "_ga=1; Max-Age=60; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
        "_ga=1; Expires=Thu, 01 Jan 2099 00:00:00 GMT",
        "_ga=max-age=0",
        "=_ga=1",
        "  _ga  =1",
    ];
    let deletes = [
        "_ga=; max-age = 0",
        "_ga=x; Max-Age=-1; Secure",
        "_ga=; Max-Age=60; Max-Age=00",
        "_ga=; Max-Age=0; Expires=Thu, 01 Jan 2099 00:00:00 GMT",
        "_ga=; Expires=Thu, 01 Jan 1970 00:00:00 GMT",
    ];
    let layer = ConsentLayer::new(Policy::from_toml(POLICY).unwrap()).clock(|| Timestamp::from_millis(NOW));
    let handler = async move || {
        let mut response = "page".into_response();
        for line in sets.iter().chain(&deletes) {
            response.headers_mut().append(header::SET_COOKIE, line.parse().unwrap());
        }
        response
    };
    let router = Router::new().route("/", get(handler)).layer(layer);
    let response = router.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(cookies(&response), deletes);
}

/// Whoever reads the report learns what a cookie commonly is, where that is known.
#[cfg(feature = "knowledge")]
#[tokio::test]
async fn a_report_says_what_a_cookie_commonly_is() {
    let layer = ConsentLayer::new(Policy::from_toml(POLICY).unwrap()).debug_header();
    let handler = async || {
        let mut response = "page".into_response();
        for line in ["_gid=1", "_fbp=1", "own=1"] {
            response.headers_mut().append(header::SET_COOKIE, line.parse().unwrap());
        }
        response
    };
    let router = Router::new().route("/", get(handler)).layer(layer);
    let response = router.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
    let told: Vec<&str> = response.headers().get_all(DEBUG_HEADER).iter().map(|line| line.to_str().unwrap()).collect();
    let wanted = [
        "reported _gid: no service declares it; commonly statistics: Google Analytics",
        "withheld _fbp: adverts is undecided (no-answer)",
        "reported own: no service declares it",
    ];
    assert_eq!(told, wanted);
    let gated = response.extensions().get::<Gated>().unwrap();
    let commonly: Vec<bool> = gated.iter().map(|cookie| cookie.commonly().is_some()).collect();
    assert_eq!(commonly, [true, false, false]);
}

/// A response whose cookies depend on what its visitor said is not another visitor's.
#[tokio::test]
async fn what_depends_on_the_visitor_is_private() {
    let app = App::new(|layer| layer);
    let response = app.get("/", &[]).await;
    assert_eq!(response.headers()[header::CACHE_CONTROL], "private");
    let response = app.get("/plain", &[]).await;
    assert!(response.headers().get(header::CACHE_CONTROL).is_none());
}

const HOSTILE: &[&[u8]] = &[b"", b"=", b";", b"\xff\xfe=1", b"_g\xffa=1", b"_GA=1", b" _ga_x", b"__Host-_ga=1"];

#[tokio::test]
async fn hostile_lines_fall_under_the_rule_for_the_undeclared() {
    for (rule, kept) in [(Undeclared::Withhold, 0), (Undeclared::Report, HOSTILE.len())] {
        let layer = ConsentLayer::new(Policy::from_toml(POLICY).unwrap()).undeclared(rule).debug_header();
        let handler = async || {
            let mut response = "page".into_response();
            for line in HOSTILE {
                response.headers_mut().append(header::SET_COOKIE, header::HeaderValue::from_bytes(line).unwrap());
            }
            response
        };
        let router = Router::new().route("/", get(handler)).layer(layer);
        let response = router.oneshot(Request::get("/").body(Body::empty()).unwrap()).await.unwrap();
        assert_eq!(response.headers().get_all(header::SET_COOKIE).iter().count(), kept);
        assert_eq!(response.extensions().get::<Gated>().unwrap().iter().len(), HOSTILE.len());
    }
}

#[tokio::test]
async fn no_handler_reads_a_refused_cookie_where_the_site_wants_that() {
    let text = async |app: &App, lines: &[&str]| {
        let headers: Vec<(&str, &str)> = lines.iter().map(|line| ("cookie", *line)).collect();
        let body = app.get("/echo", &headers).await.into_body();
        String::from_utf8(axum::body::to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap()
    };
    let strict = App::new(ConsentLayer::strip_requests);
    let refused = strict.visitor().deny_all().grant("marketing").cookie().unwrap();
    for (lines, wanted) in [
        (vec![refused.as_str(), "session=s;  other=o"], format!("{refused}|session=s;  other=o")),
        (vec!["session=s; _ga=1; other=o;_ga_X=2;;csrf = c"], "session=s; other=o; csrf = c".into()),
        (vec!["_ga=1", "_fbp=2; _ga=3", "session=s"], "session=s".into()),
        (vec!["_ga; =_ga; _GA=1"], "_ga; =_ga; _GA=1".into()),
        (vec![], String::new()),
    ] {
        assert_eq!(text(&strict, &lines).await, wanted);
    }
    // What was granted stays, and so does everything unless the site asks for more.
    let granted = format!("{}; _ga=1; _fbp=2", consent("/+statistics/+adverts"));
    assert_eq!(text(&strict, &[&granted]).await, granted);
    for app in [App::new(|layer| layer), App::new(|layer| layer.strip_requests().mode(Mode::Observe))] {
        assert_eq!(text(&app, &["_ga=1;_fbp=2"]).await, "_ga=1;_fbp=2");
    }
}

fn deleted(response: &Response<Body>) -> Vec<&str> {
    let deletions = cookies(response).into_iter().filter(|line| line.contains("=; ") && line.contains("Max-Age=0"));
    let mut names: Vec<&str> = deletions.filter_map(|line| Some(line.split_once('=')?.0)).collect();
    names.dedup();
    names
}

/// A browser for cookies: what a response deletes is gone from the next request.
#[tokio::test]
async fn what_was_refused_is_deleted_wherever_it_was_set_until_all_of_it_is_gone() {
    let app = App::new(|layer| layer);
    let refused = app.visitor().deny_all().cookie().unwrap();
    let mut jar: Vec<String> = (0..60).map(|number| format!("_ga_{number}")).collect();
    jar.extend(["_fbp".into(), "session".into(), "other".into()]);
    let mut responses = 0;
    loop {
        let header = jar.iter().fold(refused.clone(), |header, name| format!("{header}; {name}=1"));
        let response = app.get("/plain", &[("cookie", header.as_str())]).await;
        let lines = cookies(&response);
        assert!(lines.len() <= 40 && lines.iter().map(|line| line.len()).sum::<usize>() <= 6 * 1024);
        let gone = deleted(&response);
        if gone.is_empty() {
            break;
        }
        assert_eq!(response.headers()[header::CACHE_CONTROL], "private");
        responses += 1;
        jar.retain(|name| !gone.contains(&name.as_str()));
    }
    assert_eq!(jar, ["session", "other"]);
    assert!((2..10).contains(&responses), "{responses} responses");
    assert!(app.layer.gate_counts().cleared >= 61);
}

/// What a page asks for may be answered later than what its visitor says meanwhile.
#[tokio::test]
async fn only_where_a_visitor_goes_are_cookies_brought_up_to_date() {
    let app = App::new(|layer| layer.keys(KeyRing::new("k1", &[7; 32]).unwrap()));
    // Denials without a seal get one, and what was refused goes.
    let stored = format!("{}; _ga=1", consent("/-statistics"));
    for (headers, updates) in [
        (&[][..], true),
        (&[("accept", "text/html,*/*;q=0.8")], true),
        (&[("sec-fetch-dest", "document"), ("accept", "*/*")], true),
        (&[("sec-fetch-dest", "iframe")], true),
        (&[("sec-fetch-dest", "empty"), ("accept", "text/html")], false),
        (&[("sec-fetch-dest", "image")], false),
        (&[("accept", "application/json")], false),
        (&[("accept", "*/*")], false),
    ] {
        let headers = [&[("cookie", stored.as_str())], headers].concat();
        let response = app.get("/plain", &headers).await;
        let names: Vec<&str> =
            cookies(&response).into_iter().filter_map(|line| Some(line.split_once('=')?.0)).collect();
        assert_eq!(names.contains(&"privacy") && names.contains(&"_ga"), updates, "{headers:?}");
        assert_eq!(names.is_empty(), !updates, "{headers:?}");
        assert_eq!(response.headers().contains_key(header::CACHE_CONTROL), updates, "{headers:?}");
        // The gate stands everywhere.
        assert!(!cookies(&app.get("/", &headers).await).contains(&CARELESS[1]), "{headers:?}");
    }
}

#[tokio::test]
async fn a_cookie_is_deleted_for_every_domain_and_path_it_can_have() {
    let https = ConsentLayer::new(Policy::from_toml(POLICY).unwrap()).clock(|| Timestamp::from_millis(NOW));
    let router = Router::new().route("/plain", get(async || "plain")).layer(https);
    let stored = format!("__Host-{}; _fbp=1; _ga=1", consent("/-adverts/+statistics"));
    let request = Request::get("/plain").header("host", "a.shop.co.uk:8443").header("cookie", stored);
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let line = "_fbp=; SameSite=Lax; Secure; Path=/; Max-Age=0";
    let mut wanted = Vec::new();
    for domain in ["", "; Domain=a.shop.co.uk", "; Domain=shop.co.uk"] {
        wanted.extend([format!("{line}{domain}"), format!("{line}{domain}; Partitioned")]);
    }
    assert_eq!(cookies(&response), wanted);
}

#[tokio::test]
async fn only_a_refusal_deletes() {
    let app = App::new(|layer| layer);
    let observing = App::new(|layer| layer.mode(Mode::Observe));
    let visitors = [app.visitor().grant("statistics"), app.visitor().deny("statistics").deny("adverts")];
    let [granted, refused] = visitors.map(|visitor| format!("{}; _ga=1; _fbp=1", visitor.cookie().unwrap()));
    // Nobody answered about `adverts` yet: what is there from before stays until somebody does.
    assert_eq!(deleted(&app.get("/plain", &[("cookie", &granted)]).await), [""; 0]);
    assert_eq!(deleted(&app.get("/plain", &[("cookie", "_ga=1; _fbp=1")]).await), [""; 0]);
    let response = app.get("/plain", &[("cookie", &refused)]).await;
    let mut names = deleted(&response);
    names.sort_unstable();
    assert_eq!(names, ["_fbp", "_ga"]);
    assert_eq!(deleted(&observing.get("/plain", &[("cookie", &refused)]).await), [""; 0]);
}

/// One cookie of another's making is no reason to forget a refusal.
#[tokio::test]
async fn bytes_that_are_no_text_beside_the_consent_lose_no_refusal() {
    let app = App::new(|layer| layer);
    let mut line = consent("/-statistics").into_bytes();
    line.extend(b"; city=M\xfcnchen; _ga=1");
    let request = Request::get("/").header("host", "shop.example").header("x-region", "US-CA");
    let request = request.header("cookie", header::HeaderValue::from_bytes(&line).unwrap());
    let response = app.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert!(!cookies(&response).iter().any(|line| line.starts_with("_ga=GA1")), "{:?}", cookies(&response));
    assert!(deleted(&response).contains(&"_ga"));
}

#[tokio::test]
async fn a_pattern_that_fits_everything_does_not_touch_the_consent() {
    let source =
        format!("{POLICY}\n[[service]]\nid = \"all\"\ncategory = \"marketing\"\ncookies = [{{ name = \"*\" }}]\n");
    let layer = ConsentLayer::new(Policy::from_toml(&source).unwrap()).development().strip_requests();
    let layer = layer.clock(|| Timestamp::from_millis(NOW));
    let refused = Consent::new(&layer).deny_all().cookie().unwrap();
    let router = Router::new().route("/echo", get(echo)).layer(layer);
    let request = Request::get("/echo").header("host", "shop.example").header("cookie", format!("{refused}; x=1"));
    let response = router.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(deleted(&response), ["x"]);
    let body = axum::body::to_bytes(response.into_body(), 1 << 20).await.unwrap();
    assert_eq!(body, refused.as_bytes());
}

#[tokio::test]
async fn a_host_of_any_length_costs_nothing() {
    let app = App::new(|layer| layer);
    let host = format!("{}com", "a.".repeat(30_000));
    let cookie = format!("{}; _ga=1", consent("/-statistics"));
    let response = app
        .router
        .clone()
        .oneshot(Request::get("/plain").header("host", &host).header("cookie", cookie).body(Body::empty()).unwrap());
    let response = response.await.unwrap();
    assert_eq!(cookies(&response), ["_ga=; SameSite=Lax; Path=/; Max-Age=0"]);
}
