//! HAR files: what browsers save of the requests of a page (HTTP Archive 1.2).

use alloc::{
    borrow::ToOwned,
    collections::BTreeSet,
    string::{String, ToString},
    vec::Vec,
};

use http::Uri;
use serde::Deserialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Lifetime, Seen, SeenCookie, Unreadable, headers::http_date, host_name, registrable};
use crate::{Timestamp, cookies};

#[derive(Deserialize)]
struct Har {
    log: Log,
}

#[derive(Deserialize)]
struct Log {
    entries: Vec<Entry>,
}

#[derive(Deserialize)]
struct Entry {
    #[serde(default, rename = "startedDateTime")]
    started: String,
    request: Request,
    response: Response,
}

#[derive(Deserialize)]
struct Request {
    url: String,
    #[serde(default)]
    headers: Vec<Header>,
    #[serde(default)]
    cookies: Vec<Named>,
}

#[derive(Deserialize)]
struct Response {
    #[serde(default)]
    headers: Vec<Header>,
    #[serde(default)]
    cookies: Vec<Named>,
}

#[derive(Deserialize)]
struct Header {
    name: String,
    value: String,
}

#[derive(Deserialize)]
struct Named {
    name: String,
}

impl Seen {
    /// Reads a HAR file. Cookies that only requests bring were set by scripts, or before: their lifetime is unknown. Browsers
    /// leave all cookies out of what they call a sanitized export.
    ///
    /// # Errors
    /// Where it is no JSON, or not of HAR's form.
    pub fn from_har(text: &str, recorded: Timestamp) -> Result<Self, Unreadable> {
        let har: Har = serde_json::from_str(text).map_err(|error| {
            let said = error.to_string();
            let (found, _) = said.split_once(" at line ").unwrap_or((&said, ""));
            let mut fault =
                Unreadable::new(error.line(), found, "a HAR file: log.entries, each with request and response");
            fault.column = Some(error.column());
            fault
        })?;
        let mut seen = Self::default();
        let mut hosts = BTreeSet::new();
        for entry in &har.log.entries {
            let host = host_of(&entry.request.url);
            if let Some(host) = &host {
                let site = seen.site.get_or_insert_with(|| registrable(host).to_owned());
                if registrable(host) != site && hosts.insert(host.clone()) {
                    seen.hosts.push(host.clone());
                }
            }
            entry.cookies(&mut seen, host.as_deref(), recorded);
        }
        Ok(seen)
    }
}

impl Entry {
    fn cookies(&self, seen: &mut Seen, host: Option<&str>, recorded: Timestamp) {
        let date = named(&self.response.headers, "date").next().and_then(http_date);
        let started = OffsetDateTime::parse(&self.started, &Rfc3339).ok().map(Timestamp::from);
        let at = date.or(started).unwrap_or(recorded);
        // Some programs join the lines of one name.
        let mut set = named(&self.response.headers, "set-cookie").flat_map(str::lines).peekable();
        if set.peek().is_none() {
            for cookie in &self.response.cookies {
                seen.add(unknown(&cookie.name, host));
            }
        }
        for line in set {
            seen.set(line.as_bytes(), host, at);
        }
        let brought = named(&self.request.headers, "cookie").flat_map(cookies::pairs).map(|(name, _)| name);
        for name in brought.chain(self.request.cookies.iter().map(|cookie| cookie.name.as_str())) {
            // What a response set for the whole domain comes back to each of its hosts.
            if !name.is_empty() && !seen.comes_back(name, host) {
                seen.add(unknown(name, host.map(registrable)));
            }
        }
    }
}

fn unknown(name: &str, host: Option<&str>) -> SeenCookie {
    SeenCookie { name: name.to_owned(), host: host.map(ToString::to_string), path: None, lifetime: Lifetime::Unknown }
}

fn named<'a>(headers: &'a [Header], name: &'a str) -> impl Iterator<Item = &'a str> {
    headers.iter().filter(move |header| header.name.eq_ignore_ascii_case(name)).map(|header| header.value.as_str())
}

/// The host of an address on the web; none of `data:` and the like.
fn host_of(url: &str) -> Option<String> {
    let uri: Uri = url.split('#').next()?.parse().ok()?;
    matches!(uri.scheme_str(), Some("http" | "https" | "ws" | "wss")).then(|| host_name(uri.host()?)).flatten()
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    const RECORDED: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn entry(url: &str, request: &str, response: &str) -> String {
        format!(
            r#"{{"startedDateTime":"2026-11-24T10:00:00.000Z","request":{{"url":"{url}","headers":[{request}]}},
               "response":{{"headers":[{response}]}}}}"#
        )
    }

    fn har(entries: &[String]) -> Result<Seen, Unreadable> {
        Seen::from_har(&format!(r#"{{"log":{{"version":"1.2","entries":[{}]}}}}"#, entries.join(",")), RECORDED)
    }

    #[test]
    fn cookies_and_hosts_of_others() {
        let entries = [
            entry(
                "https://www.shop.example/",
                "",
                r#"{"name":"Set-Cookie","value":"a=1; Expires=Tue, 24 Nov 2026 11:00:00 GMT\nb=2; Domain=shop.example"}"#,
            ),
            entry("https://static.shop.example/x.js", r#"{"name":"cookie","value":"a=1; b=2; _ga=3"}"#, ""),
            entry(
                "https://ad.doubleclick.net/p?x#y",
                "",
                r#"{"name":"date","value":"Tue, 24 Nov 2026 10:30:00 GMT"},
                   {"name":"set-cookie","value":"IDE=1; Expires=Tue, 24 Nov 2026 11:00:00 GMT; Domain=.doubleclick.net"}"#,
            ),
            entry("data:image/png;base64,AA", "", ""),
            entry("https://ad.doubleclick.net/q", "", ""),
        ];
        let seen = har(&entries).unwrap();
        assert_eq!(seen.site(), Some("shop.example"));
        assert_eq!(seen.hosts(), ["ad.doubleclick.net"]);
        let told: Vec<_> = seen.cookies().iter().map(|c| (c.name(), c.host().unwrap(), c.lifetime())).collect();
        assert_eq!(
            told,
            [
                ("a", "www.shop.example", Lifetime::Seconds(3600)),
                ("b", "shop.example", Lifetime::Session),
                // Of another host, so it is another cookie.
                ("a", "shop.example", Lifetime::Unknown),
                ("_ga", "shop.example", Lifetime::Unknown),
                ("IDE", "doubleclick.net", Lifetime::Seconds(1800)),
            ]
        );
    }

    #[test]
    fn what_is_no_har_has_a_place() {
        let said = |text: &str| Seen::from_har(text, RECORDED).unwrap_err().to_string();
        assert_eq!(
            said("{\n  \"log\": {}\n}"),
            "line 2, column 11: found missing field `entries`, expected a HAR file: log.entries, each with request and \
             response"
        );
        assert!(said("{").starts_with("line 1, column 1: found EOF while parsing an object"));
        assert!(said(r#"{"log":{"entries":[{"request":{"url":1}}]}}"#).contains("invalid type"));
    }

    #[test]
    fn nesting_is_no_way_in() {
        let deep = format!("{{\"log\":{}", "[".repeat(100_000));
        assert!(Seen::from_har(&deep, RECORDED).is_err());
    }
}
