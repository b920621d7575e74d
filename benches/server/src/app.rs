//! The application that is measured, and the layers that are put around it.

use anyhow::{Context as _, Result};
use axum::{
    Json, Router,
    body::Bytes,
    http::header,
    response::{IntoResponse, Response},
    routing::get,
};
use consentry::{
    Act, Answer, Method, Policy, SealState, Signals, Stored, Timestamp,
    consent::seal::{KeyRing, Sealer},
    cookies::SECURE_NAME,
    server::{ConsentLayer, Site},
};
use serde_json::json;

/// The example site's policy.
const POLICY: &str = include_str!("../../../examples/sothinkmedia/policy-2.toml");
const PAGE_BYTES: usize = 30_000;

/// What is around the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Variant {
    /// Nothing.
    Bare,
    /// The layer, sealing.
    Layer,
    /// The layer, and the banner put into pages.
    Banner,
    /// The layer, and pages rewritten by what is marked in them.
    Rewrite,
    /// The same, and by the hosts that services declare.
    Hosts,
}

impl Variant {
    pub(crate) const ALL: [Self; 5] = [Self::Bare, Self::Layer, Self::Banner, Self::Rewrite, Self::Hosts];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Layer => "layer",
            Self::Banner => "banner",
            Self::Rewrite => "rewrite",
            Self::Hosts => "hosts",
        }
    }

    pub(crate) fn router(self) -> Result<Router> {
        let page = Bytes::from(page());
        let router = Router::new()
            .route("/json", get(async || Json(json!({ "id": 7, "name": "Lamp", "price": 1299, "in_stock": true }))))
            .route("/page", get(move || core::future::ready(html(&page))));
        let router = match self {
            Self::Bare => router,
            _ => router.layer(ConsentLayer::from(self.site()?)),
        };
        // Until a router has its state, axum puts layers on handlers anew for each call.
        Ok(router.with_state(()))
    }

    /// What is around it, for what goes without an application.
    pub(crate) fn site(self) -> Result<Site> {
        let site = Site::new(policy()?).keys(ring()?);
        Ok(match self {
            Self::Bare | Self::Layer => site,
            Self::Banner => site.insert_banner(),
            Self::Rewrite => site.rewrite_html(),
            Self::Hosts => site.rewrite_hosts(),
        })
    }
}

/// A page that is there already: what costs the application least, so that the layer's share shows most.
fn html(page: &Bytes) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page.clone()).into_response()
}

pub(crate) fn policy() -> Result<Policy> {
    Policy::from_toml(POLICY).context("the example site's policy has faults")
}

fn ring() -> Result<KeyRing> {
    KeyRing::new("k1", &[7; 32]).context("the key does not fit")
}

/// The consent cookie, sealed or not, of a visitor who did `act` just now.
pub(crate) fn consent_cookie(act: Act, is_sealed: bool) -> Result<String> {
    let policy = policy()?;
    let decision = policy.decide(Stored::Absent, SealState::NotRequired, &Signals::default(), Timestamp::now());
    let (method, version) = (Method::Banner, policy.version());
    let answer = Answer { act, method, version, asked: &[], granted: &[] };
    let text = decision.answer(&answer, Stored::Absent, SealState::NotRequired).context("nothing was asked")?;
    let sealer = Sealer::new(ring()?, SECURE_NAME, policy.id());
    Ok(format!("{SECURE_NAME}={}", if is_sealed { sealer.seal(&text) } else { text }))
}

/// An article with what pages have: links, pictures, scripts, a video.
pub(crate) fn page() -> String {
    let mut page = String::from(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Lamps for every room</title>\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <link rel=\"stylesheet\" href=\"/assets/site.css\">\n<script src=\"/assets/site.js\" defer></script>\n\
         <script>window.shop = { currency: 'EUR', page: 'article' };</script>\n</head>\n<body class=\"article\">\n\
         <nav><a href=\"/\">Home</a><a href=\"/lamps\">Lamps</a><a href=\"/help\">Help</a></nav>\n<main>\n\
         <iframe data-consent=\"videos\" src=\"https://videos.example/embed/x\" title=\"A lamp\"></iframe>\n",
    );
    let end = "</main>\n<script data-consent=\"click-stream\" src=\"https://statistics.example/count.js\" async></script>\n\
               <img data-consent=\"offers\" src=\"https://offers.example/pixel.gif\" alt=\"\" width=\"1\" height=\"1\">\n</body>\n</html>\n";
    let mut number = 1;
    while page.len() + end.len() < PAGE_BYTES {
        page += &format!(
            "<section id=\"lamp-{number}\" class=\"product\">\n<h2><a href=\"/lamps/{number}\">Lamp {number}</a></h2>\n\
             <img src=\"/pictures/{number}.jpg\" alt=\"Lamp {number}\" width=\"320\" height=\"240\" loading=\"lazy\">\n\
             <p>A lamp of brass &amp; glass, made in <em>small numbers</em>, with a cable of two metres. It takes \
             ordinary bulbs, and every part of it can be had anew after years.</p>\n\
             <ul><li>Height: {number} cm</li><li>Weight: {number}00 g</li></ul>\n</section>\n"
        );
        number += 1;
    }
    page + end
}
