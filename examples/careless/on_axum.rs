//! The application on axum, with the layer around it.

use std::net::TcpListener;

use axum::{
    Router,
    http::{HeaderMap, HeaderValue, header},
    response::{Html, IntoResponse},
    routing::get,
};
use consentry::server::ConsentLayer;

use super::app;

async fn page() -> impl IntoResponse {
    let mut headers = HeaderMap::new();
    headers.insert(header::LINK, HeaderValue::from_static(app::LINKS));
    for cookie in app::COOKIES {
        headers.append(header::SET_COOKIE, HeaderValue::from_static(cookie));
    }
    (headers, Html(app::PAGE))
}

/// Serves until the process ends.
pub(crate) fn serve(listener: TcpListener, consent: ConsentLayer) -> std::io::Result<()> {
    tokio::runtime::Runtime::new()?.block_on(async {
        listener.set_nonblocking(true)?;
        let router = Router::new().route("/", get(page)).layer(consent);
        axum::serve(tokio::net::TcpListener::from_std(listener)?, router).await
    })
}
