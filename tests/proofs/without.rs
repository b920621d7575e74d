//! A handler that has no proof cannot set a cookie that needs one.
use axum::http::StatusCode;
use consentry::{
    decision::Statistics,
    server::{Cookie, ProvenCookie, Visitor},
};

async fn has_none(visitor: Visitor) -> Result<ProvenCookie, StatusCode> {
    visitor.set_cookie(Cookie::new("_visits", "1")).map_err(|_| StatusCode::FORBIDDEN)
}

async fn has_perhaps(visitor: Visitor) -> Result<ProvenCookie, StatusCode> {
    let proof = visitor.granted::<Statistics>();
    visitor.set_cookie(proof, Cookie::new("_visits", "1")).map_err(|_| StatusCode::FORBIDDEN)
}

fn main() {}
