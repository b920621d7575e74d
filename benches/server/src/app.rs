//! The application that is measured, and the layers that are put around it.

use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::{
    Json, Router,
    body::Bytes,
    http::{HeaderMap, StatusCode, Uri, header},
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

use crate::page::{Renderer, page};

/// The example site's policy.
const POLICY: &str = include_str!("../../../examples/sothinkmedia/policy-2.toml");

/// What is around the application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Variant {
    /// Nothing.
    Bare,
    /// Nothing, but pages are longer by what the layer puts in for a new visitor.
    Longer,
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
    pub(crate) const ALL: [Self; 6] = [Self::Bare, Self::Longer, Self::Layer, Self::Banner, Self::Rewrite, Self::Hosts];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Longer => "longer",
            Self::Layer => "layer",
            Self::Banner => "banner",
            Self::Rewrite => "rewrite",
            Self::Hosts => "hosts",
        }
    }

    pub(crate) fn has_layer(self) -> bool {
        !matches!(self, Self::Bare | Self::Longer)
    }

    pub(crate) fn router(self) -> Result<Router> {
        let mut page = page()?;
        if self == Self::Longer {
            let at = page.find("<main>").context("the page has no main part")?;
            page.insert_str(at, &put_in()?);
        }
        let (page, renderer) = (Bytes::from(page), Arc::new(Renderer::new()?));
        let router = Router::new()
            .route("/json", get(async || Json(json!({ "id": 7, "name": "Lamp", "price": 1299, "in_stock": true }))))
            .route("/page", get(move || core::future::ready(html(page.clone()))))
            .route("/rendered", get(move || core::future::ready(rendered(&renderer))));
        let router = if self.has_layer() { router.layer(ConsentLayer::from(self.site()?)) } else { router };
        // Until a router has its state, axum puts layers on handlers anew for each call.
        Ok(router.with_state(()))
    }

    /// What is around it, for what goes without an application.
    pub(crate) fn site(self) -> Result<Site> {
        let site = Site::new(policy()?).keys(ring()?);
        Ok(match self {
            Self::Bare | Self::Longer | Self::Layer => site,
            Self::Banner => site.insert_banner(),
            Self::Rewrite => site.rewrite_html(),
            Self::Hosts => site.rewrite_hosts(),
        })
    }
}

/// A page that is there already costs the application least, so that the layer's share shows most.
fn html(page: Bytes) -> Response {
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], page).into_response()
}

fn rendered(renderer: &Renderer) -> Response {
    match renderer.page() {
        Ok(page) => html(page.into()),
        Err(fault) => (StatusCode::INTERNAL_SERVER_ERROR, fault.to_string()).into_response(),
    }
}

/// What the layer puts into a new visitor's page.
fn put_in() -> Result<String> {
    let html = Arc::new(Variant::Banner.site()?).visitor(&Uri::from_static("/page"), &HeaderMap::new()).html();
    Ok(html.head() + &html.banner())
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
