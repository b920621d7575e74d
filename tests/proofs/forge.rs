//! Nobody but a decision makes a proof, and nothing but a proof makes the cookie.
use std::marker::PhantomData;

use axum::http::HeaderValue;
use consentry::{Granted, decision::Statistics, server::ProvenCookie};

fn main() {
    let _ = Granted::<Statistics>(PhantomData);
    let _: Granted<Statistics> = Default::default();
    let _ = ProvenCookie(HeaderValue::from_static("_visits=1"));
}
