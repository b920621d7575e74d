//! What keeps other sites out: headers on every response, and forms that only our own pages can send.

use std::sync::LazyLock;

use axum::{
    extract::Request,
    http::{
        HeaderMap, HeaderValue, StatusCode,
        header::{CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};

/// Nothing from anywhere else, and nothing inline but the library's first script, by its hash. `'wasm-unsafe-eval'` is for
/// the inspector page alone; the banner runs without.
static CSP: LazyLock<Option<HeaderValue>> = LazyLock::new(|| {
    let bootstrap = consentry::server::Site::bootstrap_csp_hash();
    let policy = format!(
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval' {bootstrap}; style-src 'self'; img-src 'self'; \
         connect-src 'self'; frame-src 'self'; form-action 'self'; frame-ancestors 'self'; base-uri 'none'"
    );
    HeaderValue::from_str(&policy).ok()
});

pub(crate) async fn headers(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    // The library's own pages come with a stricter one.
    if let Some(policy) = &*CSP {
        headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy.clone());
    }
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    response
}

/// Refuses what another site's page sends in a visitor's name.
pub(crate) async fn same_origin(request: Request, next: Next) -> Response {
    if request.method().is_safe() || is_same_origin(request.headers()) {
        next.run(request).await
    } else {
        StatusCode::FORBIDDEN.into_response()
    }
}

fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value: &HeaderValue| value.to_str().ok());
    let origin = text(ORIGIN).and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
    match headers.get("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => origin.is_some() && origin == text(HOST),
    }
}

/// `path` if it leads to a page of this site, else the home page.
pub(crate) fn local_path(path: &str) -> &str {
    let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain && path.starts_with('/') && !path.starts_with("//") { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_returned_to() {
        assert_eq!(local_path("/privacy?region=FR#contact"), "/privacy?region=FR#contact");
        for hostile in ["", "privacy", "//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/é"] {
            assert_eq!(local_path(hostile), "/", "{hostile:?}");
        }
    }

    #[test]
    fn only_our_own_pages_send_forms() {
        let with = |pairs: &[(&'static str, &'static str)]| {
            let headers = pairs
                .iter()
                .map(|(name, value)| (axum::http::HeaderName::from_static(name), HeaderValue::from_static(value)));
            is_same_origin(&headers.collect())
        };
        assert!(with(&[("sec-fetch-site", "same-origin")]));
        assert!(with(&[("host", "127.0.0.1:8787"), ("origin", "http://127.0.0.1:8787")]));
        assert!(!with(&[("sec-fetch-site", "same-site"), ("host", "a"), ("origin", "http://a")]));
        assert!(!with(&[("host", "127.0.0.1:8787"), ("origin", "http://evil.example")]));
        assert!(!with(&[("host", "a"), ("origin", "null")]));
        assert!(!with(&[("host", "a")]));
    }
}
