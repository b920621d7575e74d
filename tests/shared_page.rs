//! A site with a page that all its visitors get alike, for the browser tests.
#![allow(missing_docs, reason = "a test program")]

use std::error::Error;

use axum::{
    Extension, Router,
    http::{HeaderValue, header},
    response::{Html, IntoResponse},
    routing::get,
};
use consentry::{
    Category, Policy,
    server::{ConsentLayer, Shared, Site},
};

/// An image of one dot.
const DOT: &str = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"1\" height=\"1\"/>";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let policy = Policy::builder("shared-page")
        .category(Category::new("statistics").name("en", "Statistics"))
        .category(Category::new("videos").name("en", "Videos"))
        .build()?;
    let consent = ConsentLayer::new(policy).development().rewrite_html().share_pages();
    let script = |text: &'static str| move || async move { ([(header::CONTENT_TYPE, "text/javascript")], text) };
    let optional = Router::new()
        .route("/counter.js", get(script("window.ran = [...(window.ran ?? []), 'counter'];")))
        .route("/dot.svg", get(|| async { ([(header::CONTENT_TYPE, "image/svg+xml")], DOT) }))
        .route("/video", get(|| async { Html("<!doctype html><title>Video</title>") }));
    let app = Router::new()
        .route("/", get(|| async { page("<script data-consent=\"statistics\">window.ran = ['inline'];</script>") }))
        .route("/strict", get(strict))
        .route("/first.js", get(script("window.first = document.documentElement.dataset.consent;")))
        // Browsers ask for one by themselves.
        .route("/favicon.ico", get(|| async {}))
        .nest("/optional", optional)
        .layer(consent);
    let port = std::env::var("PORT").ok().map_or(Ok(8788), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}

/// The same bytes for everybody, and any cache may keep them.
fn page(more: &str) -> impl IntoResponse + use<> {
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Page</title>\
         <script src=\"/first.js\"></script>{more}\
         <script src=\"/optional/counter.js\" data-consent=\"statistics\"></script></head>\
         <body><main><h1>Hello</h1><img alt=\"\" src=\"/optional/dot.svg\" data-consent=\"statistics\">\
         <iframe title=\"Video\" src=\"/optional/video\" data-consent=\"videos\"></iframe>\
         <a href=\"/privacy-choices\">Your choices</a></main></body></html>"
    );
    (Extension(Shared::ForAll), [(header::CACHE_CONTROL, "public, no-cache")], Html(html))
}

/// With a policy that leaves a script no way to write markup, and no inline script but the library's.
async fn strict() -> impl IntoResponse {
    let policy = format!(
        "default-src 'self'; script-src 'self' {}; style-src 'self'; require-trusted-types-for 'script'",
        Site::bootstrap_csp_hash()
    );
    let policy = HeaderValue::from_str(&policy).unwrap_or(HeaderValue::from_static("default-src 'none'"));
    ([(header::CONTENT_SECURITY_POLICY, policy)], page(""))
}
