//! Responses that caches may share.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test stops at the first fault")]

use std::collections::HashMap;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, Response, header},
    response::{Html, IntoResponse},
    routing::get,
};
use consentry::{
    Decision, Policy, Timestamp,
    consent::seal::KeyRing,
    server::{ConsentLayer, KEY_HEADER, RequestBody, Shared},
    signals::Region,
    test::{Clock, Consent},
};
use tower::ServiceExt;

const POLICY: &str = r#"
    id = "shop"

    [[category]]
    id = "statistics"

    [[category]]
    id = "marketing"
    name = { en = "Marketing", fr = "Publicité" }
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
const STALE: &str = "s-maxage=60, stale-while-revalidate=30";
const TARGETED: [(&str, &str); 4] = [
    ("cdn-cache-control", "max-age=600"),
    ("cloudflare-cdn-cache-control", "max-age=600"),
    ("surrogate-control", "max-age=600"),
    ("x-accel-expires", "600"),
];

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
            .route("/all/encoded", get(async || marked(Shared::ForAll, &[(header::CONTENT_ENCODING, "br")])))
            .route("/choice", get(async || marked(Shared::ByChoice, &[])))
            .route("/choice/encoded", get(async || marked(Shared::ByChoice, &[(header::CONTENT_ENCODING, "br")])))
            .route("/choice/stale", get(async || marked(Shared::ByChoice, &[(header::CACHE_CONTROL, STALE)])))
            .route("/own", get(async || Html(PAGE)))
            .route("/own/targeted", get(async || (TARGETED, Html(PAGE))))
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
    for path in ["/all/cookie", "/all/looked", "/all/encoded"] {
        assert!(is_private(&app.get(path, &[]).await.0), "{path}");
    }
    // No field speaks before it to one kind of cache.
    let (headers, _) = app.get("/own/targeted", &[]).await;
    assert_eq!(headers[header::CACHE_CONTROL], "private");
    assert!(TARGETED.iter().all(|(name, _)| !headers.contains_key(*name)));
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
        let state = key.rsplit_once('.').unwrap().0.to_string();
        assert_eq!((body.as_str(), headers[header::CACHE_CONTROL].to_str().unwrap()), ("", "no-store"));
        assert!(!headers.contains_key(header::SET_COOKIE));

        let (headers, page) = app.get("/choice", &[("cookie", &cookie), ("consent-key", &key)]).await;
        if place == 0 {
            // Who has to be asked gets a page of their own.
            assert_eq!(state, "1.ask.en.0");
            assert!(is_private(&headers));
        } else {
            // A browser does not know the key, so it keeps nothing.
            assert_eq!(headers[header::CACHE_CONTROL], "public, s-maxage=600, max-age=0");
            assert_eq!(headers[header::VARY], "Consent-Key");
            assert_eq!(headers[KEY_HEADER], key.as_str());
            assert_eq!(page.contains("text/plain"), state == "1.none.en.0", "{key}");
            let known = [("cookie", cookie.as_str()), ("consent-key", &key)];
            let (headers, _) = app.get("/choice/stale", &known).await;
            let lines: Vec<_> = headers.get_all(header::CACHE_CONTROL).iter().collect();
            assert_eq!(lines, ["public, s-maxage=60, max-age=0"]);
            assert!(is_private(&app.get("/choice/encoded", &known).await.0));
        }
        // Without the key, with another one, or with two, nobody shares it.
        for wrong in [&[][..], &[("consent-key", "1.none.en.9")], &[("consent-key", &key), ("consent-key", "x")]] {
            let (headers, _) = app.get("/choice", &[&[("cookie", cookie.as_str())], wrong].concat()).await;
            assert!(is_private(&headers), "{wrong:?}");
        }
        keys.push(state);
    }
    assert_eq!(keys, ["1.ask.en.0", "1.none.en.7", "1.none.en.0", "1.none.en.5"]);
}

#[tokio::test]
async fn what_a_cache_shares_is_the_same_whatever_request_filled_it() {
    let app = App::sharing();
    let cookie = Consent::new(&app.layer).deny("marketing").grant("statistics").cookie().unwrap();
    let (headers, _) = app.get("/own", &[("cookie", &cookie)]).await;
    let cookie = format!("{cookie}; {}", set_cookies(&headers)[0].split(';').next().unwrap());
    let (headers, _) = app.get("/privacy-choices/key", &[("cookie", &cookie)]).await;
    let known = [("cookie", cookie.as_str()), ("consent-key", headers[KEY_HEADER].to_str().unwrap())];
    for path in ["/all", "/choice"] {
        let (_, page) = app.get(path, &known).await;
        assert!(page.contains("/assets/"), "{page}");
        for odd in [("sec-fetch-dest", "image"), ("sec-fetch-dest", "iframe"), ("hx-request", "true")] {
            let (headers, odd_page) = app.get(path, &[&known[..], &[odd]].concat()).await;
            assert!(!is_private(&headers));
            assert_eq!(odd_page, page, "{odd:?}");
        }
    }
}

#[tokio::test]
async fn one_key_is_one_page() {
    let layer = ConsentLayer::new(Policy::from_toml(POLICY).unwrap());
    let layer = layer.region(|headers| Region::parse(headers.get("region")?.to_str().ok()?));
    let layer = layer.share_pages().rewrite_html().consent_mode();
    let page = concat!(
        "<!doctype html><html><head></head><body><script data-consent=visits src=/a.js></script>",
        "<iframe data-consent=marketing src=/b></iframe>"
    );
    let handler = async move || {
        let mut response = Html(page).into_response();
        response.extensions_mut().insert(Shared::ByChoice);
        response
    };
    let router = Router::new().route("/choice", get(handler)).layer(layer.clone());
    let get = async |path: &str, headers: &[(&str, &str)]| {
        let request = headers.iter().fold(Request::get(path), |request, (name, value)| request.header(*name, *value));
        let request = request.header("accept", "text/html").body(Body::empty()).unwrap();
        let (parts, body) = router.clone().oneshot(request).await.unwrap().into_parts();
        (parts.headers, to_bytes(body, 1 << 20).await.unwrap())
    };
    let mut pages = HashMap::new();
    let mut shared = 0;
    for region in ["FR", "US-CA", "BR"] {
        for gpc in ["0", "1"] {
            for language in ["en", "fr"] {
                let new = || Consent::new(&layer).in_region(region);
                let some = new().grant("statistics").deny("marketing");
                for consent in [new(), new().grant_all(), new().deny_all(), some, new().deny("marketing")] {
                    let cookie = if gpc == "1" { consent.with_gpc() } else { consent }.cookie().unwrap();
                    let visitor = [("region", region), ("sec-gpc", gpc), ("accept-language", language)];
                    let request = [&visitor[..], &[("cookie", &cookie)]].concat();
                    let (headers, _) = get("/choice", &request).await;
                    let left =
                        set_cookies(&headers).iter().map(|line| line.split(';').next().unwrap().to_string()).collect();
                    let cookies = [vec![cookie.clone()], left].concat().join("; ");
                    let key = get("/privacy-choices/key", &request).await.0.remove(KEY_HEADER).unwrap();
                    let key = key.to_str().unwrap().to_string();
                    let request = [&visitor[..], &[("cookie", &cookies), ("consent-key", &key)]].concat();
                    let (headers, page) = get("/choice", &request).await;
                    if headers.get(header::VARY).is_some_and(|vary| vary == "Consent-Key") {
                        shared += 1;
                        assert_eq!(*pages.entry(key.clone()).or_insert_with(|| page.clone()), page, "{request:?}");
                    }
                }
            }
        }
    }
    assert!(shared > 2 * pages.len() && pages.len() == 6, "{shared} pages, {} keys", pages.len());
}

#[test]
fn a_key_from_before_a_policy_was_put_in_order_means_nothing_after_it() {
    let key = |policy: &str| {
        let layer = ConsentLayer::new(Policy::from_toml(policy).unwrap()).share_pages();
        let site = layer.site();
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, Consent::new(&layer).grant("a").deny("b").cookie().unwrap().parse().unwrap());
        let uri = "/privacy-choices/key".parse().unwrap();
        site.handle(&Method::GET, &uri, &headers, RequestBody::Whole(&[])).headers()[KEY_HEADER].clone()
    };
    let policy = |first: &str, second: &str, host: &str| {
        format!(
            "id = \"shop\"\n[[category]]\nid = \"{first}\"\n[[category]]\nid = \"{second}\"\n\
             [[service]]\nid = \"c\"\ncategory = \"a\"\nhosts = [\"{host}\"]\n"
        )
    };
    let old = key(&policy("a", "b", "a.example"));
    assert_eq!(old, key(&policy("a", "b", "a.example")));
    assert_ne!(old, key(&policy("b", "a", "a.example")));
    assert_ne!(old, key(&policy("a", "b", "b.example")));
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
