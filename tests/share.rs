//! Responses that caches may share.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test stops at the first fault")]

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, Response, header},
    response::{Html, IntoResponse},
    routing::get,
};
use consentry::{
    Decision, Policy, Timestamp,
    consent::seal::KeyRing,
    server::{ConsentLayer, KEY_HEADER, Shared},
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
    id = "visits"
    category = "statistics"
    cookies = [{ name = "_ga" }]
"#;

const NOW: u64 = 1_800_000_000_000;
const PAGE: &str =
    "<!doctype html><html><head></head><body><script data-consent=statistics src=/a.js></script></body></html>";
const PUBLIC: &str = "public, max-age=600";

struct App {
    router: Router,
    layer: ConsentLayer,
    clock: Clock,
}

fn marked(mark: Shared, headers: &[(header::HeaderName, &str)]) -> Response<Body> {
    let mut response = ([(header::CACHE_CONTROL, PUBLIC)], Html(PAGE)).into_response();
    for (name, value) in headers {
        response.headers_mut().append(name, value.parse().unwrap());
    }
    response.extensions_mut().insert(mark);
    response
}

impl App {
    fn new(configure: impl Fn(ConsentLayer) -> ConsentLayer) -> Self {
        let clock = Clock::at(Timestamp::from_millis(NOW));
        let layer = ConsentLayer::new(Policy::from_toml(POLICY).unwrap()).clock(clock.reader());
        let layer = configure(layer.keys(KeyRing::new("k1", &[7; 32]).unwrap()).rewrite_html());
        let router = Router::new()
            .route("/all", get(async || marked(Shared::ForAll, &[])))
            .route("/all/cookie", get(async || marked(Shared::ForAll, &[(header::SET_COOKIE, "session=1")])))
            .route("/all/withheld", get(async || marked(Shared::ForAll, &[(header::SET_COOKIE, "_ga=1")])))
            .route("/all/looked", get(async |_: Decision| marked(Shared::ForAll, &[])))
            .route("/choice", get(async || marked(Shared::ByChoice, &[])))
            .route("/own", get(async || Html(PAGE)))
            .layer(layer.clone());
        Self { router, layer, clock }
    }

    fn sharing() -> Self {
        Self::new(ConsentLayer::share_pages)
    }

    async fn send(&self, request: Request<Body>) -> (HeaderMap, String) {
        let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        (parts.headers, String::from_utf8(to_bytes(body, 1 << 20).await.unwrap().to_vec()).unwrap())
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> (HeaderMap, String) {
        let mut request = Request::get(path).header("host", "shop.example").header("accept", "text/html");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }

    fn visitors(&self) -> [String; 4] {
        let new = || Consent::new(&self.layer);
        let cookies = [new(), new().grant_all(), new().deny_all(), new().grant("statistics").deny("marketing")];
        cookies.map(|consent| consent.cookie().unwrap())
    }
}

fn is_private(headers: &HeaderMap) -> bool {
    let vary = headers.get_all(header::VARY).iter().any(|line| line == "Cookie, Sec-GPC");
    headers[header::CACHE_CONTROL] == "private, max-age=600" && vary
}

fn set_cookies(headers: &HeaderMap) -> Vec<String> {
    headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap().into()).collect()
}

#[tokio::test]
async fn a_page_for_all_is_the_same_for_all_and_nothing_optional_is_live_in_it() {
    let app = App::sharing();
    let mut pages = Vec::new();
    for cookie in app.visitors() {
        for gpc in ["0", "1"] {
            for language in ["en", "fr"] {
                let headers = [("cookie", cookie.as_str()), ("sec-gpc", gpc), ("accept-language", language)];
                // A cookie that may be set keeps the response private; one that is withheld is not there.
                let withheld = cookie.is_empty() || !cookie.contains("+statistics");
                for path in ["/all", "/all/withheld"].into_iter().take(1 + usize::from(withheld)) {
                    let (headers, page) = app.get(path, &headers).await;
                    assert_eq!(headers[header::CACHE_CONTROL], PUBLIC);
                    assert!(!headers.contains_key(header::SET_COOKIE) && !headers.contains_key(header::VARY));
                    pages.push(page);
                }
            }
        }
    }
    assert!(pages.iter().all(|page| page == &pages[0]));
    let page = &pages[0];
    assert!(page.contains("<script data-consent=statistics src=/a.js type=\"text/plain\">"), "{page}");
    let script = "<head><script data-cookie=\"__Host-privacy\" data-outcome=\"__Host-privacy-outcome\" \
                  data-ids=\"statistics marketing visits\"";
    assert!(page.contains(script), "{page}");
    assert!(!page.contains("data-cy=\"prompt\""), "{page}");
}

#[tokio::test]
async fn what_is_not_safe_to_share_stays_private() {
    let app = App::sharing();
    for path in ["/all/cookie", "/all/looked"] {
        assert!(is_private(&app.get(path, &[]).await.0), "{path}");
    }
    // Only a site that shares pages leaves what such pages need.
    let app = App::new(|layer| layer);
    for path in ["/all", "/choice"] {
        assert!(is_private(&app.get(path, &[]).await.0), "{path}");
    }
}

#[tokio::test]
async fn a_page_by_choice_is_shared_with_a_cache_that_asked_for_the_key() {
    let app = App::sharing();
    let mut keys = Vec::new();
    for (place, cookie) in app.visitors().iter().enumerate() {
        // The outcome is there, so that there is nothing to set.
        let (headers, _) = app.get("/own", &[("cookie", cookie)]).await;
        let outcome = set_cookies(&headers).first().map(|line| line.split(';').next().unwrap().to_string());
        let cookie = format!("{cookie}; {}", outcome.unwrap_or_default());
        let (headers, body) = app.get("/privacy-choices/key", &[("cookie", &cookie)]).await;
        let key = headers[KEY_HEADER].to_str().unwrap().to_string();
        assert_eq!((body.as_str(), headers[header::CACHE_CONTROL].to_str().unwrap()), ("", "no-store"));
        assert!(!headers.contains_key(header::SET_COOKIE));

        let (headers, page) = app.get("/choice", &[("cookie", &cookie), ("consent-key", &key)]).await;
        if place == 0 {
            // Who has to be asked gets a page of their own.
            assert_eq!(key, "1.ask.en.0");
            assert!(is_private(&headers));
        } else {
            assert_eq!(headers[header::CACHE_CONTROL], PUBLIC);
            assert_eq!(headers[header::VARY], "Consent-Key");
            assert_eq!(headers[KEY_HEADER], key.as_str());
            assert_eq!(page.contains("text/plain"), key == "1.none.en.0", "{key}");
        }
        // Without the key, with another one, or with two, nobody shares it.
        for wrong in [&[][..], &[("consent-key", "1.none.en.9")], &[("consent-key", &key), ("consent-key", "x")]] {
            let (headers, _) = app.get("/choice", &[&[("cookie", cookie.as_str())], wrong].concat()).await;
            assert!(is_private(&headers), "{wrong:?}");
        }
        keys.push(key);
    }
    assert_eq!(keys, ["1.ask.en.0", "1.none.en.7", "1.none.en.0", "1.none.en.5"]);
}

#[tokio::test]
async fn the_outcome_lies_beside_the_consent_for_as_long_as_it_holds() {
    let app = App::sharing();
    let outcome = |headers: &HeaderMap| {
        let lines = set_cookies(headers);
        lines.into_iter().find(|line| line.starts_with("__Host-privacy-outcome="))
    };
    // Nobody who has not answered has one.
    assert_eq!(outcome(&app.get("/own", &[]).await.0), None);
    let cookie = Consent::new(&app.layer).grant("statistics").cookie().unwrap();
    let line = outcome(&app.get("/own", &[("cookie", &cookie)]).await.0).unwrap();
    assert!(line.ends_with("; SameSite=Lax; Secure; Path=/; Max-Age=2592000"), "{line}");
    let value = line.split(';').next().unwrap();
    assert_eq!(value.split('.').nth(4), Some("5"), "{value}");
    let both = format!("{cookie}; {value}");
    assert_eq!(outcome(&app.get("/own", &[("cookie", &both)]).await.0), None);
    // One that is for longer, twice, for another consent or for another signal is replaced.
    let fields: Vec<&str> = value.split('.').collect();
    let until: u64 = fields[2].parse().unwrap();
    let longer = value.replace(fields[2], &(until + 60).to_string());
    let other = value.replace(fields[5], "0");
    for wrong in [longer, other, format!("{value}; {value}"), "__Host-privacy-outcome=".into()] {
        assert_eq!(outcome(&app.get("/own", &[("cookie", &format!("{cookie}; {wrong}"))]).await.0), Some(line.clone()));
    }
    assert!(outcome(&app.get("/own", &[("cookie", &both), ("sec-gpc", "1")]).await.0).is_some());
    // It ends with the grant, however often it is left.
    app.clock.advance(core::time::Duration::from_secs(180 * 86_400));
    let line = outcome(&app.get("/own", &[("cookie", &both)]).await.0).unwrap();
    assert!(line.ends_with("Max-Age=172800"), "{line}");
    app.clock.advance(core::time::Duration::from_secs(3 * 86_400));
    let line = outcome(&app.get("/own", &[("cookie", &both)]).await.0).unwrap();
    assert_eq!(line.split('.').nth(4), Some("0"), "{line}");

    let post = async |body: &'static str, cookie: &str| {
        let request = Request::post("/privacy-choices")
            .header("host", "shop.example")
            .header("sec-fetch-site", "same-origin")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("cookie", cookie);
        app.send(request.body(Body::from(body)).unwrap()).await.0
    };
    let line = outcome(&post("policy=shop&version=1&act=accept&asked=statistics", "").await).unwrap();
    assert_eq!(line.split('.').nth(4), Some("5"), "{line}");
    let line = outcome(&post("policy=shop&version=1&act=forget", &both).await).unwrap();
    assert!(line.ends_with("Max-Age=0"), "{line}");
    // Who has no consent any more has no use for one.
    let line = outcome(&app.get("/own", &[("cookie", value)]).await.0).unwrap();
    assert!(line.ends_with("Max-Age=0"), "{line}");
}

#[tokio::test]
async fn consent_mode_is_told_before_anything_else_runs() {
    let app = App::new(|layer| layer.consent_mode());
    let cookie = Consent::new(&app.layer).grant("statistics").deny("marketing").cookie().unwrap();
    let (_, page) = app.get("/own", &[("cookie", &cookie)]).await;
    let script = "<head><script data-granted=\"statistics visits\" data-signals=\"ad_storage:marketing \
                  ad_user_data:marketing ad_personalization:marketing analytics_storage:statistics functionality_storage:- \
                  personalization_storage:- security_storage:necessary\">";
    assert!(page.contains(script), "{page}");
}
