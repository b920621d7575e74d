//! The server's face, through a real axum router: what it writes, what it refuses, what it never does.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, missing_docs, reason = "a test stops at the first fault")]

use std::time::Duration;

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, Response, StatusCode, header},
    response::Html,
    routing::get,
};
use consentry::{
    Decision, Policy, Region, Timestamp,
    consent::seal::KeyRing,
    decision::Statistics,
    server::{ConsentHtml, ConsentLayer, Visitor},
    test::{Clock, Consent},
};
use tower::ServiceExt;

const POLICY: &str = r#"
    id = "shop"
    contact = { name = "Shop <Ltd>", url = "/contact" }

    [[category]]
    id = "preferences"
    name = { en = "Preferences", fr = "Préférences" }

    [[category]]
    id = "statistics"
    name = { en = "Statistics", fr = "Statistiques" }

    [[category]]
    id = "marketing"
    uses = ["share"]

    [[service]]
    id = "visits"
    category = "statistics"
    cookies = [{ name = "_v" }, { name = "_w*", path = "/shop" }]

    [[service]]
    id = "videos"
    category = "marketing"
    choice = "own"
"#;

const CHANGE: &str = r#"
    [[change]]
    version = 2
    kind = "ask"
    touches = ["statistics"]
    summary = "Visits are kept for 13 months."
"#;

const NOW: u64 = 1_800_000_000_000;

fn policy(version: u32) -> Policy {
    let source = if version == 1 { POLICY.to_string() } else { format!("{POLICY}{CHANGE}") };
    Policy::from_toml(&source).unwrap()
}

struct App {
    router: Router,
    layer: ConsentLayer,
    clock: Clock,
}

impl App {
    fn new() -> Self {
        Self::with(|layer| layer.keys(KeyRing::new("k1", &[7; 32]).unwrap()))
    }

    fn with(configure: impl Fn(ConsentLayer) -> ConsentLayer) -> Self {
        let clock = Clock::at(Timestamp::from_millis(NOW));
        let layer = ConsentLayer::new(policy(1))
            .clock(clock.reader())
            .region(|headers: &HeaderMap| Region::parse(headers.get("x-region")?.to_str().ok()?));
        let layer = configure(layer);
        let router = Router::new()
            .route("/", get(async |ui: ConsentHtml| Html(format!("{}{}", ui.head(), ui.banner()))))
            .route("/plain", get(async || "plain"))
            .route("/decision", get(async |decision: Decision| decision.allows("statistics").to_string()))
            .route("/record", get(async |visitor: Visitor| visitor.granted::<Statistics>().map(|_| "recorded")))
            .route(
                "/maybe",
                get(async |visitor: Visitor| visitor.granted::<Statistics>().map_or("nothing", |_| "recorded")),
            )
            .layer(layer.clone());
        Self { router, layer, clock }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        Answer::read(response).await
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(request("GET", path, headers, "")).await
    }

    /// Posts a form as the site's own page does.
    async fn post(&self, cookie: &str, form: &str) -> Answer {
        let headers = [
            ("cookie", cookie),
            ("sec-fetch-site", "same-origin"),
            ("content-type", "application/x-www-form-urlencoded"),
        ];
        self.send(request("POST", "/privacy-choices", &headers, form)).await
    }

    /// The cookie of a visitor who agreed to everything.
    fn agreed(&self) -> String {
        Consent::new(&self.layer).grant_all().cookie().unwrap()
    }

    async fn allows(&self, cookie: &str) -> bool {
        self.get("/decision", &[("cookie", cookie)]).await.text == "true"
    }
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path).header("host", "shop.example");
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_string())).unwrap()
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    async fn read(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = axum::body::to_bytes(body, 1 << 20).await.unwrap();
        Self { status: parts.status, headers: parts.headers, text: String::from_utf8(body.to_vec()).unwrap() }
    }

    fn set_cookies(&self) -> Vec<&str> {
        self.headers.get_all(header::SET_COOKIE).iter().map(|line| line.to_str().unwrap()).collect()
    }

    /// The consent cookie as a browser would send it back.
    fn consent(&self) -> String {
        let line = self
            .set_cookies()
            .into_iter()
            .find(|line| line.split_once('=').is_some_and(|(name, _)| name.ends_with("-privacy")))
            .unwrap();
        line.split(';').next().unwrap().to_string()
    }

    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

const ACCEPT: &str = "policy=shop&version=1&act=accept&asked=preferences+statistics+marketing+videos&return=/x?y";

#[tokio::test]
async fn a_first_visit_gets_a_banner_and_nothing_else() {
    let app = App::new();
    let page = app.get("/", &[]).await;
    assert!(page.text.contains("data-cy=\"prompt\"") && page.text.contains("value=\"reject\""));
    assert!(page.set_cookies().is_empty());
    assert_eq!(page.header(header::CACHE_CONTROL), "private");
    assert_eq!(page.header(header::VARY), "Cookie, Sec-GPC");
}

#[tokio::test]
async fn a_response_that_did_not_ask_stays_cacheable() {
    let plain = App::new().get("/plain", &[]).await;
    assert_eq!((plain.header(header::CACHE_CONTROL), plain.header(header::VARY)), ("", ""));
}

#[tokio::test]
async fn the_site_says_that_it_honours_gpc() {
    let app = App::new();
    let support = app.get("/.well-known/gpc.json", &[]).await;
    assert_eq!((support.text.as_str(), support.header(header::CONTENT_TYPE)), (r#"{"gpc":true}"#, "application/json"));
    assert_eq!(support.header(header::VARY), "");
    let dated = format!("{POLICY}{CHANGE}effective = 2026-12-01\n");
    app.layer.publisher().publish(Policy::from_toml(&dated).unwrap()).unwrap();
    let support = app.get("/.well-known/gpc.json", &[("sec-gpc", "1")]).await;
    assert_eq!(support.text, r#"{"gpc":true,"lastUpdate":"2026-12-01"}"#);
    let posted = app.send(request("POST", "/.well-known/gpc.json", &[], "")).await;
    assert_eq!(posted.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(app.get("/.well-known/gpc.json/x", &[]).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn accept_then_withdraw() {
    let app = App::new();
    let accepted = app.post("", ACCEPT).await;
    assert_eq!((accepted.status, accepted.header(header::LOCATION)), (StatusCode::SEE_OTHER, "/x?y"));
    let cookie = accepted.consent();
    let attributes = "; SameSite=Lax; Secure; Path=/; Max-Age=15724800";
    assert!(accepted.set_cookies()[0].ends_with(attributes), "{:?}", accepted.set_cookies());
    assert_eq!(app.get("/record", &[("cookie", &cookie)]).await.text, "recorded");
    assert_eq!(app.get("/", &[("cookie", &cookie)]).await.text, "");

    let form = "policy=shop&version=1&act=withdraw";
    let withdrawn = app.post(&format!("{cookie}; _v=1; _wx=2; session=3"), form).await;
    let cleared: Vec<_> = withdrawn.set_cookies().into_iter().skip(1).collect();
    let gone = |name: &str, path: &str| {
        let line = format!("{name}=; SameSite=Lax; Secure; Path={path}; Max-Age=0");
        let domain = format!("{line}; Domain=shop.example");
        [line.clone(), format!("{line}; Partitioned"), domain.clone(), format!("{domain}; Partitioned")]
    };
    assert_eq!(cleared, [gone("_v", "/"), gone("_wx", "/shop"), gone("_wx", "/")].concat());
    let cookie = withdrawn.consent();
    assert_eq!(app.get("/record", &[("cookie", &cookie)]).await.status, StatusCode::FORBIDDEN);
    assert_eq!(app.get("/maybe", &[("cookie", &cookie)]).await.text, "nothing");
}

#[tokio::test]
async fn a_grant_ends_with_its_age_and_is_asked_again() {
    let app = App::new();
    let cookie = app.agreed();
    app.clock.advance(Duration::from_secs(182 * 86_400));
    assert!(app.allows(&cookie).await);
    app.clock.advance(Duration::from_millis(1));
    assert!(!app.allows(&cookie).await);
    assert!(app.get("/", &[("cookie", &cookie)]).await.text.contains("data-cy=\"prompt\""));
}

#[tokio::test]
async fn a_script_gets_the_decision() {
    let app = App::new();
    let body = r#"{"policy":"shop","version":1,"act":"save","asked":["statistics"],"on":["statistics"]}"#;
    let headers = [("sec-fetch-site", "same-origin"), ("content-type", "application/json")];
    let saved = app.send(request("POST", "/privacy-choices", &headers, body)).await;
    assert_eq!((saved.status, saved.header(header::CACHE_CONTROL)), (StatusCode::OK, "no-store"));
    let decision: serde_json::Value = serde_json::from_str(&saved.text).unwrap();
    assert_eq!(decision["ids"]["visits"]["status"], "granted");
    let again = app.get("/privacy-choices/decision", &[("cookie", &saved.consent())]).await;
    assert_eq!(again.text, saved.text);
}

#[tokio::test]
async fn publishing_asks_again_about_what_changed_and_nothing_else() {
    let app = App::new();
    let cookie = app.agreed();
    app.layer.publisher().publish(policy(2)).unwrap();
    let page = app.get("/", &[("cookie", &cookie)]).await.text;
    assert!(page.contains("Visits are kept for 13 months.") && page.contains("name=\"asked\" value=\"statistics\""));
    assert!(!app.allows(&cookie).await);

    // A page opened before the publication and answered after it showed version 1.
    let old = app.post(&cookie, "policy=shop&version=1&act=accept&asked=statistics").await.consent();
    assert!(!app.allows(&old).await);
    let new = app.post(&cookie, "policy=shop&version=2&act=accept&asked=statistics").await.consent();
    assert!(app.allows(&new).await);
    assert!(new.contains("+preferences:1:"), "the other answers are kept as they were: {new}");

    assert_eq!(
        app.layer.publisher().publish(policy(1)).unwrap_err().to_string(),
        "policy `shop` version 1 cannot follow policy `shop` version 2: expected the same id and a version that is \
         not lower"
    );
}

#[tokio::test]
async fn grants_need_the_sites_own_origin_denials_only_no_other() {
    let app = App::new();
    let form = ("content-type", "application/x-www-form-urlencoded");
    let (accept, reject) = (ACCEPT, "policy=shop&version=1&act=reject&asked=statistics");
    let forget = "policy=shop&version=1&act=forget";
    for (headers, body, expected) in [
        (&[form][..], accept, 403),
        (&[form], forget, 403),
        (&[form], reject, 303),
        (&[form, ("origin", "https://shop.example")], accept, 303),
        (&[form, ("origin", "https://evil.example")], accept, 403),
        (&[form, ("origin", "https://evil.example")], reject, 403),
        (&[form, ("sec-fetch-site", "cross-site")], reject, 403),
        (&[form, ("sec-fetch-site", "same-site")], accept, 403),
        (&[form, ("sec-fetch-site", "same-origin")], "policy=other&version=1&act=reject", 400),
        (&[form, ("sec-fetch-site", "same-origin")], "policy=shop&version=2&act=accept&asked=statistics", 400),
        (&[("content-type", "text/plain"), ("sec-fetch-site", "same-origin")], accept, 400),
        (&[("sec-fetch-site", "same-origin")], accept, 400),
    ] {
        let answer = app.send(request("POST", "/privacy-choices", headers, body)).await;
        assert_eq!(answer.status.as_u16(), expected, "{headers:?} {body}");
        if expected != 303 {
            assert!(answer.text.is_empty() && answer.set_cookies().is_empty(), "{headers:?} {body}");
        }
    }
}

#[tokio::test]
async fn a_body_over_8_kib_is_refused() {
    let app = App::new();
    let body = format!("{ACCEPT}&x={}", "x".repeat(8192));
    let answer = app.post("", &body).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::PAYLOAD_TOO_LARGE, ""));
}

#[tokio::test]
async fn no_return_leads_away() {
    let app = App::new();
    for path in
        ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "/%0d%0a", "%09//x"]
    {
        let form = format!("policy=shop&version=1&act=reject&asked=statistics&return={path}");
        let location = app.post("", &form).await.header(header::LOCATION).to_string();
        assert_eq!(location, "/", "{path}");
    }
}

#[tokio::test]
async fn hostile_cookies_grant_nothing_and_break_nothing() {
    let app = App::new();
    let good = app.agreed();
    assert!(app.allows(&good).await);
    let value = good.strip_prefix("__Host-privacy=").unwrap();
    let unsealed = value.split(".k1.").next().unwrap();
    let bomb = format!("{good}; x={}", "y".repeat(64 * 1024));
    let flipped = good.replacen("+statistics", "+statisticz", 1);
    for cookie in [
        bomb.as_str(),
        &format!("__Host-privacy={unsealed}"),
        &format!("__host-privacy={value}"),
        &format!("privacy={value}"),
        &flipped,
        "__Host-privacy=",
        "__Host-privacy",
        "=; ;;; =x; __Host-privacy==",
        "__Host-privacy=%00%ff",
        "__Host-privacy=2.shop.1.1.ib/+statistics",
    ] {
        let answer = app.get("/decision", &[("cookie", cookie)]).await;
        assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "false"), "{:.80}", cookie);
    }
    // A planted cookie beside the sealed one changes nothing.
    let planted = unsealed.replace("+statistics", "-statistics");
    assert!(app.allows(&format!("__Host-privacy={planted}; {good}")).await);
    assert!(app.allows(&format!("{good}; __Host-privacy={planted}")).await);
    // Bytes that are no text, beside a good cookie.
    let request = Request::builder().uri("/decision").header("cookie", &b"a=\xff\xfe"[..]).header("cookie", &good);
    assert_eq!(app.send(request.body(Body::empty()).unwrap()).await.text, "true");
}

#[tokio::test]
async fn gpc_is_an_opt_out_that_is_kept() {
    let app = App::new();
    let california = ("x-region", "US-CA");
    let decision = app.get("/privacy-choices/decision", &[california, ("sec-gpc", "1")]).await;
    let json: serde_json::Value = serde_json::from_str(&decision.text).unwrap();
    assert_eq!(json["ids"]["marketing"]["reason"], "gpc");
    assert_eq!(json["ids"]["statistics"]["reason"], "regime-default");
    let cookie = decision.consent();
    let later = app.get("/privacy-choices/decision", &[california, ("cookie", &cookie)]).await;
    let json: serde_json::Value = serde_json::from_str(&later.text).unwrap();
    assert_eq!(json["ids"]["marketing"]["status"], "denied");
    assert_eq!(json["ids"]["statistics"]["status"], "granted");
    assert!(later.set_cookies().is_empty());
}

const CALIFORNIA: (&str, &str) = ("x-region", "US-CA");
const GPC: (&str, &str) = ("sec-gpc", "1");
const SAME: (&str, &str) = ("sec-fetch-site", "same-origin");
const OVERRIDE: &str =
    "policy=shop&version=1&act=save&method=gpc-override&asked=marketing+videos&on=marketing&on=videos";

/// The cookie of a visitor who granted everything in California.
async fn granted_in_california(app: &App) -> String {
    let everything = "policy=shop&version=1&act=accept&asked=preferences+statistics+marketing+videos";
    let headers = [CALIFORNIA, SAME, ("content-type", "application/x-www-form-urlencoded")];
    app.send(request("POST", "/privacy-choices", &headers, everything)).await.consent()
}

async fn overrides(app: &App, headers: &[(&str, &str)], form: &str) -> Answer {
    let headers = [headers, &[("content-type", "application/x-www-form-urlencoded")]].concat();
    app.send(request("POST", "/privacy-choices", &headers, form)).await
}

async fn decision(app: &App, headers: &[(&str, &str)]) -> serde_json::Value {
    serde_json::from_str(&app.get("/privacy-choices/decision", headers).await.text).unwrap()
}

#[tokio::test]
async fn a_conflict_with_gpc_is_told_and_can_be_overridden() {
    let app = App::new();
    let granted = granted_in_california(&app).await;
    let page = app.get("/", &[CALIFORNIA, GPC, ("cookie", &granted)]).await;
    let offer = "name=\"method\" value=\"gpc-override\"><input type=\"hidden\" name=\"on\" value=\"marketing\">\
                 <input type=\"hidden\" name=\"on\" value=\"videos\">";
    assert!(page.text.contains(offer), "{}", page.text);
    assert!(page.text.contains("name=\"asked\" value=\"marketing videos\""), "{}", page.text);
    // To leave it as it is stands first, and takes one click too.
    let buttons: Vec<_> =
        page.text.split("name=\"act\" value=\"").skip(1).map(|b| b.split('"').next().unwrap()).collect();
    assert_eq!(buttons, ["acknowledge", "save"]);
    assert!(!page.text.contains("checked"), "{}", page.text);

    // The denial is stored now: the notice is about nothing but the signal, and the choices page still offers it.
    let denied = page.consent();
    let page = app.get("/", &[CALIFORNIA, GPC, ("cookie", &denied)]).await;
    assert!(page.text.contains("We honour it.") && !page.text.contains("gpc-override"), "{}", page.text);
    let choices = app.get("/privacy-choices", &[CALIFORNIA, GPC, ("cookie", &denied)]).await;
    assert!(choices.text.contains(offer), "{}", choices.text);
    for headers in [&[CALIFORNIA, ("cookie", &denied)][..], &[GPC, ("cookie", &denied)]] {
        let choices = app.get("/privacy-choices", headers).await;
        assert!(!choices.text.contains("gpc-override"), "{}", choices.text);
    }

    let answer = overrides(&app, &[CALIFORNIA, GPC, SAME, ("cookie", &denied)], OVERRIDE).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    let cookie = answer.consent();
    let later = decision(&app, &[CALIFORNIA, GPC, ("cookie", &cookie)]).await;
    let overridden = serde_json::json!({ "status": "granted", "reason": "gpc-override" });
    assert_eq!((&later["ids"]["marketing"], &later["ids"]["videos"]), (&overridden, &overridden));
    assert_eq!((&later["notice"], &later["overridable"]), (&serde_json::Value::Null, &serde_json::json!([])));
    assert!(app.get("/", &[CALIFORNIA, GPC, ("cookie", &cookie)]).await.set_cookies().is_empty());
    // A refusal takes it back.
    let withdrawn =
        overrides(&app, &[CALIFORNIA, GPC, ("cookie", &cookie)], "policy=shop&version=1&act=withdraw").await;
    let later = decision(&app, &[CALIFORNIA, GPC, ("cookie", &withdrawn.consent())]).await;
    assert_eq!(later["ids"]["marketing"]["reason"], "refused");
}

#[tokio::test]
async fn an_override_is_taken_from_no_other_request() {
    let app = App::new();
    let cookie = ("cookie", &*granted_in_california(&app).await);
    let about = |ids: &str, on: &str| format!("policy=shop&version=1&act=save&method=gpc-override&asked={ids}&on={on}");
    for (headers, form, expected) in [
        (&[CALIFORNIA, GPC, SAME, cookie][..], OVERRIDE.to_string(), 303),
        // Without the signal, and in an opt-in region.
        (&[CALIFORNIA, SAME, cookie], OVERRIDE.to_string(), 400),
        (&[CALIFORNIA, ("sec-gpc", "true"), SAME, cookie], OVERRIDE.to_string(), 400),
        (&[GPC, SAME, cookie], OVERRIDE.to_string(), 400),
        (&[("x-region", "FR"), GPC, SAME, cookie], OVERRIDE.to_string(), 400),
        // From elsewhere, or from nowhere known.
        (&[CALIFORNIA, GPC, ("sec-fetch-site", "cross-site"), cookie], OVERRIDE.to_string(), 403),
        (&[CALIFORNIA, GPC, ("origin", "https://evil.example"), cookie], OVERRIDE.to_string(), 403),
        (&[CALIFORNIA, GPC, cookie], OVERRIDE.to_string(), 403),
        // About what the signal does not deny, about nothing, and saying no.
        (&[CALIFORNIA, GPC, SAME, cookie], about("statistics", "statistics"), 400),
        (&[CALIFORNIA, GPC, SAME, cookie], about("marketing+statistics", "marketing"), 400),
        (&[CALIFORNIA, GPC, SAME, cookie], about("marketing+nobody", "marketing"), 400),
        (&[CALIFORNIA, GPC, SAME, cookie], about("", "marketing"), 400),
        (&[CALIFORNIA, GPC, SAME, cookie], about("marketing", ""), 400),
        (&[CALIFORNIA, GPC, cookie], about("marketing", ""), 400),
        (&[CALIFORNIA, GPC, SAME, cookie], "policy=shop&version=1&act=accept&method=gpc-override".into(), 400),
    ] {
        let answer = overrides(&app, headers, &form).await;
        assert_eq!(answer.status.as_u16(), expected, "{headers:?} {form}");
        if expected != 303 {
            assert!(answer.text.is_empty() && answer.set_cookies().is_empty(), "{headers:?} {form}");
        }
    }
}

#[tokio::test]
async fn an_old_key_is_replaced_a_lost_one_asks_again() {
    let key = |byte: u8| [byte; 32];
    let cookie = App::new().agreed();
    let rotated = App::with(|layer| layer.keys(KeyRing::new("k2", &key(8)).unwrap().verifies("k1", &key(7)).unwrap()));
    let page = rotated.get("/plain", &[("cookie", &cookie)]).await;
    assert!(page.consent().contains(".k2."));
    assert_eq!(page.header(header::CACHE_CONTROL), "private");
    assert!(rotated.allows(&cookie).await);
    let lost = App::with(|layer| layer.keys(KeyRing::new("k2", &key(8)).unwrap()));
    assert!(!lost.allows(&cookie).await);
    assert!(lost.get("/plain", &[("cookie", &cookie)]).await.set_cookies().is_empty());
}

#[tokio::test]
async fn a_page_that_could_not_reach_the_server_keeps_its_denial() {
    let app = App::new();
    let cookie = app.agreed();
    let with_tail = format!("{cookie}!1.{}/-statistics", NOW + 1);
    let page = app.get("/decision", &[("cookie", &with_tail)]).await;
    assert_eq!(page.text, "false");
    let merged = page.consent();
    assert!(merged.contains("/-statistics") && !merged.contains('!'), "{merged}");
    assert!(!app.allows(&merged).await);
}

#[tokio::test]
async fn the_librarys_pages() {
    let app = App::new();
    let cookie = app.agreed();
    let page = app.get("/privacy-choices", &[("cookie", &cookie), ("accept-language", "fr-FR, en;q=0.5")]).await;
    assert!(page.text.contains("lang=\"fr\"") && page.text.contains("Préférences"));
    assert!(page.text.contains("Shop &lt;Ltd&gt;"));
    assert_eq!(page.header(header::CACHE_CONTROL), "no-store");
    for name in page.text.split("/privacy-choices/assets/").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        let asset = app.get(&format!("/privacy-choices/assets/{name}"), &[]).await;
        assert_eq!(asset.header(header::CACHE_CONTROL), "public, max-age=31536000, immutable");
    }
    let export = app.get("/privacy-choices/export", &[("cookie", &cookie)]).await;
    let json: serde_json::Value = serde_json::from_str(&export.text).unwrap();
    assert_eq!(json["consent"]["answers"][0]["id"], "preferences");
    let policy = app.get("/privacy-choices/policy.json", &[]).await;
    let json: serde_json::Value = serde_json::from_str(&policy.text).unwrap();
    assert_eq!((&json["sealed"], &json["mount"]), (&true.into(), &"/privacy-choices".into()));
    for (path, method, status) in [
        ("/privacy-choices/nothing", "GET", 404),
        ("/privacy-choices/assets/banner.css", "GET", 404),
        ("/privacy-choices/decision", "POST", 405),
        ("/privacy-choices", "DELETE", 405),
        ("/privacy-choices/", "GET", 200),
        ("/privacy-choices", "HEAD", 200),
        ("/privacy-choicesx", "GET", 404),
    ] {
        assert_eq!(app.send(request(method, path, &[], "")).await.status.as_u16(), status, "{method} {path}");
    }
}

#[tokio::test]
async fn forgetting_deletes_the_consent() {
    let app = App::new();
    let cookie = app.agreed();
    let forgotten = app.post(&format!("{cookie}; _v=1"), "policy=shop&version=1&act=forget").await;
    assert!(forgotten.set_cookies()[0].starts_with("__Host-privacy=;"));
    assert!(forgotten.set_cookies()[0].contains("Max-Age=0"));
    assert!(forgotten.set_cookies()[1].starts_with("_v=;"));
}

#[tokio::test]
async fn an_extractor_without_the_layer_names_the_missing_line() {
    let router: Router = Router::new()
        .route("/", get(async |_: Decision| ""))
        .route("/maybe", get(async |visitor: Option<Visitor>| visitor.is_some().to_string()));
    let answer = Answer::read(router.clone().oneshot(request("GET", "/", &[], "")).await.unwrap()).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(answer.text.contains(".layer(ConsentLayer::new(policy))"));
    let answer = Answer::read(router.oneshot(request("GET", "/maybe", &[], "")).await.unwrap()).await;
    assert_eq!((answer.status, answer.text.as_str()), (StatusCode::OK, "false"));
}

#[tokio::test]
async fn subdomains_share_one_sealed_cookie() {
    let ring = || KeyRing::new("k1", &[7; 32]).unwrap();
    let app = App::with(|layer| layer.domain("shop.example", ring()).unwrap());
    let accepted = app.post("", ACCEPT).await;
    let line = &accepted.set_cookies()[0];
    assert!(line.starts_with("__Secure-privacy=1.shop."), "{line}");
    assert!(line.contains("; Secure") && line.contains("; Domain=shop.example"), "{line}");
    let cookie = accepted.consent();
    assert!(app.allows(&cookie).await);

    // A sibling plants a newer one, before or after ours: the sealed one speaks. Alone the planted one grants nothing.
    let planted = format!("__Secure-privacy=1.shop.1.{}.ib/+statistics/+marketing", NOW + 1000);
    let refused = app.post(&cookie, "policy=shop&version=1&act=withdraw").await.consent();
    for cookies in [format!("{refused}; {planted}"), format!("{planted}; {refused}"), planted.clone()] {
        assert!(!app.allows(&cookies).await, "{cookies}");
    }
    for cookies in [format!("{cookie}; {planted}"), format!("{planted}; {cookie}")] {
        assert!(app.allows(&cookies).await, "{cookies}");
    }
    // A seal made for the cookie of one host is none for the shared one.
    let own = App::new().agreed();
    assert!(!app.allows(&own.replace("__Host-", "__Secure-")).await);

    let forgotten = app.post(&cookie, "policy=shop&version=1&act=forget").await;
    assert_eq!(
        forgotten.set_cookies(),
        ["__Secure-privacy=; SameSite=Lax; Secure; Path=/; Domain=shop.example; Max-Age=0"]
    );
    let compiled = app.get("/privacy-choices/policy.json", &[]).await.text;
    assert!(compiled.contains(r#""domain":"shop.example""#) && compiled.contains(r#""sealed":true"#), "{compiled}");

    for bad in
        ["", "co.uk", "localhost", "127.0.0.1", "Shop.example", ".shop.example", "shop.example:80", "a b.example"]
    {
        let error = ConsentLayer::new(policy(1)).domain(bad, ring()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("found domain {bad:?}, expected a host name")), "{error}");
    }
}
