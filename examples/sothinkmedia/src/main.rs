//! An example site, modelled clause by clause on the privacy policy of a software maker of 2015.
//!
//! What is interesting here: the policy is four files, `policy-1.toml` and what it becomes, each made of the one before
//! with `consentry publish`: version 2 asks visitors again, 3 tells them, 4 does neither; the one line of wiring is
//! [`ConsentLayer`] below; and whatever needs consent takes a proof of it as an argument (`recorder`, `appearance`,
//! `offers`, `videos`), so that code which forgot to ask would not compile.

mod accounts;
mod appearance;
mod assets;
mod cookies;
mod guard;
mod layout;
mod offers;
mod pages;
mod recorder;
mod region;
mod site;
mod videos;
mod words;

use std::{error::Error, net::SocketAddr};

use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware::{from_fn, from_fn_with_state},
    routing::{get, post},
};
use consentry::{
    Policy,
    consent::seal::KeyRing,
    policy::Faults,
    server::{ConsentLayer, Undeclared},
};
use tower_http::services::ServeDir;

use site::Site;

const VERSION_1: &str = include_str!("../policy-1.toml");
const COMING: [&str; 3] =
    [include_str!("../policy-2.toml"), include_str!("../policy-3.toml"), include_str!("../policy-4.toml")];

/// No form of this site needs more.
const MAX_BODY_BYTES: usize = 8 * 1024;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    // A real site reads its key from its secrets. With a new key at each start the answers of the last run no longer
    // count, which suits a demonstration: each starts with a first visit.
    let mut key = [0; 32];
    getrandom::fill(&mut key)?;
    let consent = consent(KeyRing::new("k1", &key)?)?;
    let site = Site::new(consent.publisher(), coming()?);

    let port = std::env::var("PORT").ok().map_or(Ok(8787), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    let app = router(site, consent).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, app).with_graceful_shutdown(ctrl_c()).await?;
    Ok(())
}

fn coming() -> Result<Vec<Policy>, Faults> {
    COMING.into_iter().map(Policy::from_toml).collect()
}

fn consent(keys: KeyRing) -> Result<ConsentLayer, Faults> {
    Ok(ConsentLayer::new(Policy::from_toml(VERSION_1)?)
        .development() // Plain http on this machine only; leave it out behind https.
        .keys(keys)
        .region(region::of)
        .rewrite_html()
        .undeclared(Undeclared::Withhold)
        .consent_mode()
        .share_pages())
}

fn router(site: Site, consent: ConsentLayer) -> Router {
    let visited = Router::new()
        .route("/", get(pages::home::show))
        .route("/account", get(pages::account::show).post(pages::account::answer))
        .route("/activity", get(pages::activity::show))
        .route("/appearance", get(pages::appearance::show))
        .route("/cookies", get(pages::cookies::show))
        .route("/inspector", get(pages::inspector::show))
        .route("/privacy", get(pages::privacy::show))
        .route_layer(from_fn_with_state(site.clone(), recorder::record_view));
    let forms = Router::new()
        .route("/activity/erase", post(pages::activity::erase))
        .route("/appearance/choose", post(appearance::choose))
        .route("/admin/publish", post(site::publish));
    visited
        .merge(forms)
        .route("/embed/tour", get(videos::embed))
        .route("/help", get(pages::help::show))
        .route("/assets/{name}", get(assets::serve))
        .fallback(pages::not_found)
        .with_state(site)
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn(guard::same_origin))
        .layer(consent)
        // The package of this repository, for the inspector page; there once `cargo xtask pkg` has built it.
        .nest_service("/pkg", ServeDir::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../pkg/dist")))
        .layer(from_fn(region::choose))
        .layer(from_fn(guard::headers))
}

async fn ctrl_c() {
    // If the signal cannot be listened to, the process ends as it would without.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}

#[cfg(test)]
mod tests {
    use axum::{
        body::{Body, to_bytes},
        http::{Request, Uri},
    };
    use consentry::{
        policy::{ChangeKind, Difference},
        test::{Consent, Leaks},
    };
    use tower::ServiceExt;

    use super::*;

    /// Whatever a visitor answered, and whatever cookies are there from before, no page sets or loads anything beyond it.
    #[tokio::test]
    async fn nothing_leaks_from_any_page() {
        let consent = consent(KeyRing::new("k1", &[7; 32]).unwrap()).unwrap();
        let site = Site::new(consent.publisher(), coming().unwrap());
        let app = router(site, consent.clone());
        let new = || Consent::new(&consent);
        let visitors = [
            new(),
            new().grant_all(),
            new().deny_all(),
            new().deny_all().grant("statistics"),
            new().grant_all().deny("videos"),
            new().in_region("US-CA").with_gpc(),
        ];
        for visitor in visitors {
            let decision = visitor.decision().unwrap();
            for path in ["/", "/account", "/activity", "/appearance", "/cookies", "/embed/tour", "/help", "/nowhere"] {
                let cookies = format!("{}; offer=editor; video_tour=seen; theme=dark", visitor.cookie().unwrap());
                let mut request = Request::get(path)
                    .header("host", "127.0.0.1:8787")
                    .header("accept", "text/html")
                    .header("cookie", cookies);
                if decision.signals().gpc {
                    request = request.header("sec-gpc", "1");
                }
                if let Some(region) = decision.signals().region {
                    request = request.header("x-demo-region", region.as_str());
                }
                let response = app.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
                let (head, body) = response.into_parts();
                let html = to_bytes(body, 1 << 20).await.unwrap();
                let address = Uri::from_static("http://127.0.0.1:8787/");
                let html = std::str::from_utf8(&html).unwrap();
                Leaks::of_page(&consent, &decision, &address, &head.headers, html).assert_none();
            }
        }
    }

    #[test]
    fn every_version_is_published_and_declares_what_it_changes() {
        let mut versions = vec![Policy::from_toml(VERSION_1).unwrap()];
        versions.extend(coming().unwrap());
        for (place, version) in versions.iter().enumerate() {
            assert!(!version.is_draft(), "material = {:?}", version.material());
            assert_eq!(version.version().get() as usize, place + 1);
        }
        let demands = versions.windows(2).map(|pair| {
            let difference = Difference::between(&pair[0], &pair[1]);
            assert!(difference.is_declared(), "{:?}", difference.edits());
            difference.demands()
        });
        assert_eq!(demands.collect::<Vec<_>>(), [ChangeKind::Ask, ChangeKind::Notify, ChangeKind::Editorial]);
        let asked = |id: &&str| versions[3].since(id) > versions[0].since(id);
        let categories = versions[3].categories().iter().map(|category| category.id());
        assert_eq!(categories.filter(asked).collect::<Vec<_>>(), ["statistics"]);
    }
}
