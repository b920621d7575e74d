//! The cookies of requests, and how one is deleted. Those that need consent are set with a proof of it.

use axum::http::{HeaderMap, HeaderValue, header::COOKIE};
use consentry::cookies::pairs;

/// Every cookie of a request, as pairs of name and value.
pub(crate) fn all(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    headers.get_all(COOKIE).into_iter().filter_map(|line| line.to_str().ok()).flat_map(pairs)
}

pub(crate) fn get<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    all(headers).find(|(known, _)| *known == name).map(|(_, value)| value)
}

pub(crate) fn delete(name: &str) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("{name}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax")).ok()
}
