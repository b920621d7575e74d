//! Keeping one visitor's response from another.

use alloc::{string::String, vec::Vec};

use http::{HeaderMap, HeaderValue, header};

/// `Cache-Control: private`, whatever else it says, and `Vary` on what a decision is made from.
pub(super) fn keep_private(headers: &mut HeaderMap) {
    let lines = headers.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let current = lines.collect::<Vec<_>>().join(",");
    let directives = || current.split(',').map(str::trim).filter(|directive| !directive.is_empty());
    let is = |directive: &str, name: &str| directive.split('=').next().is_some_and(|d| d.eq_ignore_ascii_case(name));
    // `private="…"` is about single fields only.
    if !directives().any(|directive| is(directive, "no-store") || directive.eq_ignore_ascii_case("private")) {
        let kept = directives().filter(|d| !is(d, "public") && !is(d, "s-maxage"));
        let mut value = String::from("private");
        for directive in kept {
            value.push_str(", ");
            value.push_str(directive);
        }
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(header::CACHE_CONTROL, value);
        }
    }
    // They would speak before it to caches in between.
    for name in ["cdn-cache-control", "surrogate-control"] {
        headers.remove(name);
    }
    headers.append(header::VARY, HeaderValue::from_static("Cookie, Sec-GPC"));
}
