//! A page that is the same for all visitors, as a cache wants it: nothing in it knows who asks.

use axum::{
    http::header::CACHE_CONTROL,
    response::{Html, IntoResponse},
};
use consentry::server::Shared;

pub(crate) async fn show() -> impl IntoResponse {
    (Shared::ForAll, [(CACHE_CONTROL, "public, max-age=300")], Html(include_str!("../../assets/help.html")))
}
