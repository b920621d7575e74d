//! Where a state-changing request comes from, and where a visitor may be sent.

use http::{HeaderMap, HeaderValue, Uri, header};

/// What a request says of where it comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The site's own origin.
    SameOrigin,
    /// It does not say: an old browser, or no browser.
    Unknown,
    /// Another origin.
    CrossOrigin,
}

/// Judges by `Sec-Fetch-Site` (Fetch Metadata Request Headers), which no page can forge, else by `Origin` against the
/// request's host. Several lines, or lines that are no text, are another origin's.
pub(super) fn source(uri: &Uri, headers: &HeaderMap) -> Source {
    let site = single(headers, "sec-fetch-site");
    let origin = single(headers, header::ORIGIN.as_str());
    match (site, origin) {
        (Line::Bad, _) | (_, Line::Bad) => Source::CrossOrigin,
        (Line::Text("same-origin"), _) => Source::SameOrigin,
        (Line::Text(_), _) => Source::CrossOrigin,
        (Line::Absent, Line::Text(origin)) => {
            if is_host(origin, uri, headers) {
                Source::SameOrigin
            } else {
                Source::CrossOrigin
            }
        }
        (Line::Absent, Line::Absent) => Source::Unknown,
    }
}

/// The value of a header that is to be there once.
pub(super) enum Line<'a> {
    Absent,
    Text(&'a str),
    Bad,
}

pub(super) fn single<'a>(headers: &'a HeaderMap, name: &str) -> Line<'a> {
    let mut lines = headers.get_all(name).iter();
    match (lines.next(), lines.next()) {
        (None, _) => Line::Absent,
        (Some(line), None) => line.to_str().map_or(Line::Bad, Line::Text),
        _ => Line::Bad,
    }
}

/// Whether `origin` is the host the request was sent to. The scheme is left out: behind a proxy the server sees `http`
/// where the visitor has `https`.
fn is_host(origin: &str, uri: &Uri, headers: &HeaderMap) -> bool {
    let host = host(uri, headers);
    let host = host.as_ref().and_then(|host| host.to_str().ok());
    let sent = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
    matches!((sent, host), (Some(sent), Some(host)) if !sent.is_empty() && sent.eq_ignore_ascii_case(host))
}

/// The host a request was sent to, with its port.
pub(super) fn host(uri: &Uri, headers: &HeaderMap) -> Option<HeaderValue> {
    let mut lines = headers.get_all(header::HOST).iter();
    match (lines.next(), lines.next()) {
        (Some(line), None) => line.to_str().is_ok().then(|| line.clone()),
        // HTTP/2 has the host in the request target.
        (None, _) => HeaderValue::from_str(uri.authority()?.as_str()).ok(),
        _ => None,
    }
}

/// The longest path a visitor is sent back to, in bytes.
const MAX_PATH_BYTES: usize = 2048;

/// `path` if it can only lead to the site itself, else `/`: one slash at its start, then neither slash nor backslash,
/// and no byte that browsers drop or rewrite when they read a URL (URL Standard, "basic URL parser").
pub(super) fn local_path(path: &str) -> &str {
    let mut bytes = path.bytes();
    let starts = bytes.next() == Some(b'/') && !matches!(bytes.next(), Some(b'/' | b'\\'));
    let plain = path.len() <= MAX_PATH_BYTES && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if starts && plain { path } else { "/" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(lines: &[(&'static str, &str)]) -> Source {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, value.parse().unwrap());
        }
        source(&Uri::from_static("/privacy-choices"), &headers)
    }

    #[test]
    fn sources() {
        use Source::{CrossOrigin, SameOrigin, Unknown};
        let host = ("host", "example.com");
        for (lines, expected) in [
            (&[host][..], Unknown),
            (&[host, ("sec-fetch-site", "same-origin")], SameOrigin),
            (&[host, ("sec-fetch-site", "same-site")], CrossOrigin),
            (&[host, ("sec-fetch-site", "cross-site")], CrossOrigin),
            (&[host, ("sec-fetch-site", "none")], CrossOrigin),
            (&[host, ("sec-fetch-site", "same-origin"), ("sec-fetch-site", "cross-site")], CrossOrigin),
            (&[host, ("sec-fetch-site", "cross-site"), ("origin", "https://example.com")], CrossOrigin),
            (&[host, ("origin", "https://example.com")], SameOrigin),
            (&[host, ("origin", "http://EXAMPLE.com")], SameOrigin),
            (&[host, ("origin", "null")], CrossOrigin),
            (&[host, ("origin", "https://")], CrossOrigin),
            (&[host, ("origin", "https://example.com.evil.com")], CrossOrigin),
            (&[host, ("origin", "https://badexample.com")], CrossOrigin),
            (&[host, ("origin", "https://example.com:8080")], CrossOrigin),
            (&[host, ("origin", "example.com")], CrossOrigin),
            (&[("origin", "https://example.com")], CrossOrigin),
            (&[host, ("host", "evil.com"), ("origin", "https://evil.com")], CrossOrigin),
        ] {
            assert_eq!(judge(lines), expected, "{lines:?}");
        }
    }

    #[test]
    fn no_path_leads_away() {
        for good in ["/", "/a", "/a?b=c#d", "/a//b", "/%2F/evil", "/a:b@c"] {
            assert_eq!(local_path(good), good);
        }
        let long = alloc::format!("/{}", "a".repeat(MAX_PATH_BYTES));
        for bad in [
            "",
            "//evil",
            "/\\evil",
            "\\evil",
            "https://evil",
            "https:evil",
            "javascript:alert(1)",
            "/\t/evil",
            "/\n/evil",
            " /a",
            "/a b",
            "/é",
            "a",
            "?a",
            "#a",
            "/a\\b",
            "/\0",
            "/a\r\nSet-Cookie: x=y",
            long.as_str(),
        ] {
            assert_eq!(local_path(bad), "/", "{bad:?}");
        }
    }
}
