//! Keeping one visitor's response from another.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use http::{HeaderMap, HeaderName, HeaderValue, header};

/// What a browser goes by when it does not ask again, and caches that keep a page for their visitors do not need.
const FOR_BROWSERS: [&str; 4] = ["max-age", "immutable", "stale-while-revalidate", "stale-if-error"];

/// `Cache-Control: private`, whatever else it says, and `Vary` on what a decision is made from.
pub(super) fn keep_private(headers: &mut HeaderMap) {
    let current = directives(headers);
    if current.is_empty() {
        // What most pages get, without a copy.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private"));
    }
    // `private="…"` is about single fields only.
    else if !current.iter().any(|directive| is(directive, "no-store") || directive.eq_ignore_ascii_case("private")) {
        let kept = current.into_iter().filter(|directive| !is(directive, "public") && !is(directive, "s-maxage"));
        say(headers, ["private".to_string()].into_iter().chain(kept));
    }
    let speaks_first = |name: &HeaderName| {
        let name = name.as_str();
        // Targeted fields (RFC 9213), and what came before them.
        name.ends_with("cdn-cache-control") || ["surrogate-control", "edge-control", "x-accel-expires"].contains(&name)
    };
    // They would speak before it to caches in between.
    for name in headers.keys().filter(|name| speaks_first(name)).cloned().collect::<Vec<_>>() {
        headers.remove(name);
    }
    headers.append(header::VARY, HeaderValue::from_static("Cookie, Sec-GPC"));
}

/// Leaves a response's lifetime to shared caches. A browser has no key to tell by that its visitor's choice changed.
pub(super) fn keep_out_of_browsers(headers: &mut HeaderMap) {
    let current = directives(headers);
    let lifetime = current.iter().find(|directive| is(directive, "max-age")).and_then(|age| age.split('=').nth(1));
    let stated = current.iter().any(|directive| is(directive, "s-maxage"));
    let shared = lifetime.filter(|_| !stated).map(|seconds| String::from("s-maxage=") + seconds.trim());
    let kept = current.iter().filter(|directive| !FOR_BROWSERS.iter().any(|name| is(directive, name))).cloned();
    let all: Vec<String> = kept.chain(shared).chain(["max-age=0".to_string()]).collect();
    say(headers, all.into_iter());
}

fn directives(headers: &HeaderMap) -> Vec<String> {
    let lines = headers.get_all(header::CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let all = lines.flat_map(|line| line.split(',')).map(str::trim).filter(|directive| !directive.is_empty());
    all.map(ToString::to_string).collect()
}

fn is(directive: &str, name: &str) -> bool {
    directive.split('=').next().is_some_and(|found| found.trim().eq_ignore_ascii_case(name))
}

fn say(headers: &mut HeaderMap, directives: impl Iterator<Item = String>) {
    if let Ok(value) = HeaderValue::from_str(&directives.collect::<Vec<_>>().join(", ")) {
        headers.insert(header::CACHE_CONTROL, value);
    }
}
