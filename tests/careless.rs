//! A careless application behind the layer, over raw sockets, in axum and in actix-web: what it sets and what its page
//! would load is what was granted, no more and no less.
#![allow(clippy::unwrap_used, missing_docs, reason = "a test stops at the first fault")]

#[path = "../examples/careless/app.rs"]
mod app;
#[path = "../examples/careless/on_actix.rs"]
mod on_actix;
#[path = "../examples/careless/on_axum.rs"]
mod on_axum;
#[path = "support/raw.rs"]
mod raw;

use std::{net::TcpListener, thread};

use app::{COOKIES, LINKS, PAGE, Setting};
use axum::http::{HeaderMap, Uri, header};
use consentry::{
    Method, Timestamp,
    server::{ConsentLayer, DEBUG_HEADER},
    test::{Clock, Consent, Leaks},
};
use raw::{Answer, header_urls, page_urls};

const NOW: u64 = 1_800_000_000_000;
const DAY: u64 = 86_400_000;

struct Site {
    layer: ConsentLayer,
    /// Of axum and of actix-web.
    addresses: [String; 2],
}

impl Site {
    fn start(setting: Setting) -> Self {
        let layer = app::layer(setting).unwrap().clock(Clock::at(Timestamp::from_millis(NOW)).reader());
        let addresses = [on_axum::serve, on_actix::serve].map(|serve| {
            let listener = TcpListener::bind("127.0.0.1:0").unwrap();
            let address = listener.local_addr().unwrap().to_string();
            let layer = layer.clone();
            thread::spawn(move || serve(listener, layer).unwrap());
            address
        });
        Self { layer, addresses }
    }

    /// The answer of both, which is the same.
    fn get(&self, headers: &[(&str, &str)]) -> Answer {
        let [axum, actix] = self.addresses.each_ref().map(|address| raw::get(address, headers));
        assert_eq!(axum.lines("set-cookie"), actix.lines("set-cookie"));
        assert_eq!(axum.lines("link"), actix.lines("link"));
        assert_eq!(axum.lines("cache-control"), actix.lines("cache-control"));
        assert_eq!(axum.body, actix.body);
        axum
    }
}

/// What a grant brings with it.
struct Granted {
    cookies: &'static [&'static str],
    in_page: &'static [&'static str],
    in_headers: &'static [&'static str],
}

const ALWAYS: Granted = Granted {
    cookies: &["session", "csrf"],
    in_page: &["http://fonts.example/shop.css"],
    in_headers: &["http://fonts.example/shop.css"],
};
const VISITS: Granted = Granted {
    cookies: &["_ga"],
    in_page: &["http://stats.example/tag.js?id=1", "http://stats.example/noscript.gif"],
    in_headers: &[],
};
const ADVERTS: Granted = Granted {
    cookies: &["_fbp"],
    in_page: &[
        "http://ads.example/events.js",
        "http://ads.example/events.js",
        "http://ads.example/late.js",
        "http://pixel.ads.example/p.gif?page=1",
    ],
    in_headers: &["http://ads.example/events.js"],
};
const VIDEO: Granted = Granted {
    cookies: &[],
    in_page: &["http://video.example/", "http://video.example/player.js", "http://video.example/embed/tea"],
    in_headers: &["http://video.example/"],
};

/// Somebody's state, and what goes with it.
struct State {
    name: &'static str,
    consent: fn(Consent) -> Consent,
    headers: &'static [(&'static str, &'static str)],
    granted: &'static [Granted],
}

const CALIFORNIA: &[(&str, &str)] = &[("x-region", "US-CA")];
const WITH_GPC: &[(&str, &str)] = &[("x-region", "US-CA"), ("sec-gpc", "1")];

const fn state(name: &'static str, consent: fn(Consent) -> Consent, granted: &'static [Granted]) -> State {
    State { name, consent, headers: &[], granted }
}

const STATES: [State; 16] = [
    state("first visit", |visitor| visitor, &[]),
    state("all granted", Consent::grant_all, &[VISITS, ADVERTS, VIDEO]),
    state("all refused", Consent::deny_all, &[]),
    state("statistics", |visitor| visitor.grant("statistics"), &[VISITS]),
    state("marketing", |visitor| visitor.grant("marketing"), &[ADVERTS]),
    state("video", |visitor| visitor.grant("video"), &[VIDEO]),
    state("all but statistics", |visitor| visitor.grant_all().deny("statistics"), &[ADVERTS, VIDEO]),
    state("all but video", |visitor| visitor.grant_all().deny("video"), &[VISITS, ADVERTS]),
    state("all but adverts", |visitor| visitor.grant_all().deny("adverts"), &[VISITS, VIDEO]),
    state("withdrawn", |visitor| visitor.deny_all().method(Method::Withdrawal), &[]),
    state("expired", |visitor| visitor.grant_all().at(Timestamp::from_millis(NOW - 400 * DAY)), &[]),
    state("from the future", |visitor| visitor.grant_all().at(Timestamp::from_millis(NOW + 7 * DAY)), &[]),
    state("policy changed", |visitor| visitor.grant_all().version(1), &[ADVERTS, VIDEO]),
    State { headers: CALIFORNIA, ..state("US-CA", |visitor| visitor.in_region("US-CA"), &[VISITS, ADVERTS, VIDEO]) },
    State { headers: WITH_GPC, ..state("US-CA, GPC", |visitor| visitor.in_region("US-CA").with_gpc(), &[VISITS]) },
    State {
        headers: WITH_GPC,
        ..state("US-CA, GPC, granted", |visitor| visitor.in_region("US-CA").with_gpc().grant_all(), &[VISITS])
    },
];

fn sorted<T: Ord>(all: impl IntoIterator<Item = T>) -> Vec<T> {
    let mut all: Vec<T> = all.into_iter().collect();
    all.sort();
    all
}

fn wanted(granted: &[Granted], of: fn(&Granted) -> &'static [&'static str]) -> Vec<String> {
    sorted([ALWAYS].iter().chain(granted).flat_map(of).map(|text| text.to_string()))
}

/// What is in the list and the application's own, by name; the library's cookie is not.
fn names(lines: &[String]) -> Vec<String> {
    let names = lines.iter().map(|line| line.split('=').next().unwrap().to_string());
    sorted(names.filter(|name| name != "privacy"))
}

#[test]
fn nothing_leaves_beyond_what_was_granted_and_nothing_less() {
    let site = Site::start(Setting::Withhold);
    for State { name, consent, headers, granted } in &STATES {
        let visitor = consent(Consent::new(&site.layer));
        let cookie = visitor.cookie().unwrap();
        let answer = site.get(&[headers, &[("cookie", cookie.as_str())][..]].concat());
        let set = answer.lines("set-cookie");
        let in_page = sorted(page_urls(&answer.body));
        let in_headers = sorted(header_urls(&answer.lines("link")));
        println!("{name}\n  {}\n  {}\n  {}", names(&set).join(" "), in_page.join(" "), in_headers.join(" "));
        assert_eq!(names(&set), wanted(granted, |part| part.cookies), "{name}");
        assert_eq!(in_page, wanted(granted, |part| part.in_page), "{name}");
        assert_eq!(in_headers, wanted(granted, |part| part.in_headers), "{name}");
        // What is let through is let through as it is, in its order.
        let kept: Vec<&String> = set.iter().filter(|line| !line.starts_with("privacy=")).collect();
        assert_eq!(
            kept,
            COOKIES.iter().filter(|line| set.iter().any(|set| set == *line)).collect::<Vec<_>>(),
            "{name}"
        );
        assert_eq!(kept.len(), set.len(), "{name}");
        assert_eq!(answer.lines("cache-control"), ["private"], "{name}");
        leaks(&site, &visitor, &answer.headers, &answer.body).assert_none();
    }
}

#[test]
fn a_signal_is_heeded_at_once_and_kept() {
    let site = Site::start(Setting::Withhold);
    let answer = site.get(WITH_GPC);
    let set = answer.lines("set-cookie");
    assert_eq!(names(&set), wanted(&[VISITS], |part| part.cookies));
    assert_eq!(sorted(page_urls(&answer.body)), wanted(&[VISITS], |part| part.in_page));
    let stored = Consent::new(&site.layer).in_region("US-CA").with_gpc().cookie().unwrap();
    assert!(set.iter().any(|line| line.starts_with(&stored)), "{set:?}");
}

fn leaks(site: &Site, visitor: &Consent, headers: &HeaderMap, html: &str) -> Leaks {
    let page = Uri::from_static("http://careless.example/");
    Leaks::of_page(&site.layer, &visitor.decision().unwrap(), &page, headers, html)
}

#[test]
fn what_is_no_consent_grants_nothing() {
    let site = Site::start(Setting::Withhold);
    let good = Consent::new(&site.layer).grant_all().cookie().unwrap();
    for cookie in [
        "privacy=",
        "privacy=yes",
        "privacy=2.careless-shop.2.1.ib/+statistics",
        &good.replace(".ib", ""),
        &good.replace("shop", "x"),
        &good.replace("privacy=", "Privacy="),
        &good.replace("privacy=", "__Host-privacy="),
    ] {
        let answer = site.get(&[("cookie", cookie)]);
        assert_eq!(names(&answer.lines("set-cookie")), wanted(&[], |part| part.cookies), "{cookie}");
        assert_eq!(page_urls(&answer.body), ALWAYS.in_page, "{cookie}");
        assert_eq!(header_urls(&answer.lines("link")), ALWAYS.in_headers, "{cookie}");
    }
}

#[test]
fn what_a_browser_holds_of_the_refused_is_deleted() {
    let site = Site::start(Setting::Withhold);
    let held = "_ga=1; session=7f3a; _fbp=2; csrf=c5rf; video_player=3; ab_test=b";
    for (consent, deleted) in [
        (Consent::deny_all as fn(Consent) -> Consent, &["_fbp", "_ga", "video_player"][..]),
        (|visitor| visitor.deny_all().grant("statistics"), &["_fbp", "video_player"]),
        (Consent::grant_all, &[]),
        (|visitor| visitor, &[]),
    ] {
        let cookie = format!("{held}; {}", consent(Consent::new(&site.layer)).cookie().unwrap());
        let lines = site.get(&[("cookie", &cookie)]).lines("set-cookie");
        let gone = lines.into_iter().filter(|line| line.contains("Max-Age=0;") || line.ends_with("Max-Age=0"));
        let mut gone = names(&gone.collect::<Vec<_>>());
        // Once for the host, once for the domain.
        assert_eq!(gone.len(), 2 * deleted.len());
        gone.dedup();
        assert_eq!(gone, deleted);
    }
}

#[test]
fn by_default_what_is_not_declared_passes_and_is_reported() {
    let site = Site::start(Setting::Default);
    let answer = site.get(&[]);
    assert_eq!(names(&answer.lines("set-cookie")), ["ab_test", "csrf", "session"]);
    assert_eq!(page_urls(&answer.body), ALWAYS.in_page);
    let report = [
        "withheld _ga: visits is undecided (no-answer)",
        "withheld _fbp: adverts is undecided (no-answer)",
        "reported ab_test: no service declares it",
    ];
    assert_eq!(answer.lines(DEBUG_HEADER.as_str()), report);
    // Both servers answered: each held back nine elements and two links.
    let counts = site.layer.gate_counts();
    assert_eq!((counts.withheld, counts.reported, counts.inert), (2 * 2, 2, 2 * 11));
    assert_eq!((counts.cleared, counts.opaque, counts.aborted), (0, 0, 0));
    let first = Consent::new(&site.layer);
    let told = leaks(&site, &first, &answer.headers, &answer.body);
    assert_eq!(told.to_string(), "1 leak:\n  ab_test: no service declares it");

    let all = Consent::new(&site.layer).grant_all().cookie().unwrap();
    let answer = site.get(&[("cookie", &all)]);
    assert_eq!(answer.lines("set-cookie"), COOKIES);
    assert_eq!(answer.lines(DEBUG_HEADER.as_str()), report[2..]);
    assert_eq!(answer.lines("link"), [LINKS]);
}

#[test]
fn where_the_gate_observes_every_cookie_passes_and_is_reported() {
    let site = Site::start(Setting::Observe);
    let answer = site.get(&[]);
    assert_eq!(answer.lines("set-cookie"), COOKIES);
    let report = [
        "reported _ga: visits is undecided (no-answer)",
        "reported _fbp: adverts is undecided (no-answer)",
        "reported ab_test: no service declares it",
    ];
    assert_eq!(answer.lines(DEBUG_HEADER.as_str()), report);
}

/// So careless that it shows: the same without the layer.
#[test]
fn without_the_layer_all_of_it_leaks() {
    let site = Site::start(Setting::Withhold);
    let mut headers: HeaderMap = COOKIES.iter().map(|line| (header::SET_COOKIE, line.parse().unwrap())).collect();
    headers.insert(header::LINK, LINKS.parse().unwrap());
    for (visitor, cookies, addresses) in [
        (Consent::new(&site.layer), 2, 11),
        (Consent::new(&site.layer).grant("statistics"), 1, 9),
        (Consent::new(&site.layer).grant_all(), 0, 0),
    ] {
        let leaks = leaks(&site, &visitor, &headers, PAGE);
        assert_eq!((leaks.cookies().len(), leaks.addresses().len()), (cookies, addresses), "{leaks}");
        assert_eq!(leaks.undeclared(), ["ab_test"]);
        assert_eq!(leaks.undeclared_addresses(), [""; 0]);
    }
    // The scan that the other tests trust sees the same in it.
    let all = [VISITS, ADVERTS, VIDEO];
    assert_eq!(sorted(page_urls(PAGE)), wanted(&all, |part| part.in_page));
    assert_eq!(sorted(header_urls(&[LINKS.to_string()])), wanted(&all, |part| part.in_headers));
}
