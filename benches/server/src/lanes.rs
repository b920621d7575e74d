//! What is measured over sockets. Another lane is another entry of [`PAIRS`].

use anyhow::{Result, ensure};
use consentry::Act;

use crate::{
    app::{self, Variant},
    connection::Connection,
};

/// The same requests to the application with and without something around it.
pub(crate) struct Pair {
    pub(crate) name: &'static str,
    path: &'static str,
    visitor: Visitor,
    pub(crate) with: Variant,
    /// The least share of the bare application's requests per second, where one is required.
    pub(crate) required: Option<f64>,
    /// What is in a response only with the layer.
    marks: &'static [&'static str],
}

pub(crate) const PAIRS: [Pair; 5] = [
    Pair {
        name: "JSON",
        path: "/json",
        visitor: Visitor::Returning,
        with: Variant::Layer,
        required: Some(0.95),
        marks: &[],
    },
    Pair {
        name: "30 kB page, banner put in",
        path: "/rendered",
        visitor: Visitor::New,
        with: Variant::Banner,
        required: Some(0.90),
        marks: &["cy-bar", "cache-control: private", "vary: Cookie, Sec-GPC"],
    },
    // Nothing is done for such a page but sending it: all that is done to it shows most.
    Pair {
        name: "the same from memory",
        path: "/page",
        visitor: Visitor::New,
        with: Variant::Banner,
        required: None,
        marks: &["cy-bar", "cache-control: private", "vary: Cookie, Sec-GPC"],
    },
    // What is left of the rate when only as many bytes are sent.
    Pair {
        name: "the same, banner in memory",
        path: "/page",
        visitor: Visitor::New,
        with: Variant::Longer,
        required: None,
        marks: &["cy-bar"],
    },
    Pair {
        name: "30 kB page, rewritten",
        path: "/page",
        visitor: Visitor::New,
        with: Variant::Rewrite,
        required: None,
        marks: &["cy-bar", "type=\"text/plain\"", "data-src=\"https://offers.example"],
    },
];

#[derive(Clone, Copy, Debug)]
pub(crate) enum Visitor {
    /// Ten cookies, none of them a consent.
    New,
    /// Ten cookies, the eighth a sealed consent.
    Returning,
}

impl Visitor {
    pub(crate) fn cookies(self) -> Result<String> {
        let mut cookies: Vec<String> = (0..10).map(|n| format!("cookie_{n}=value-{n}-0123456789abcdef")).collect();
        if let Self::Returning = self
            && let Some(eighth) = cookies.get_mut(7)
        {
            *eighth = app::consent_cookie(Act::Accept, true)?;
        }
        Ok(cookies.join("; "))
    }
}

/// The headers that a browser sends for a path: data is fetched by a script, pages are opened.
pub(crate) fn headers(path: &str) -> &'static [(&'static str, &'static str)] {
    if path == "/json" { &FETCH } else { &NAVIGATION }
}

const FETCH: [(&str, &str); 10] = [
    ("host", "shop.example"),
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"),
    ("accept", "*/*"),
    ("accept-language", "en-GB,en;q=0.9,de;q=0.7"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("sec-fetch-dest", "empty"),
    ("sec-fetch-mode", "cors"),
    ("sec-fetch-site", "same-origin"),
    ("referer", "https://shop.example/"),
    ("priority", "u=1, i"),
];

const NAVIGATION: [(&str, &str); 10] = [
    ("host", "shop.example"),
    ("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Safari/537.36"),
    ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"),
    ("accept-language", "en-GB,en;q=0.9,de;q=0.7"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("sec-fetch-dest", "document"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-site", "none"),
    ("sec-fetch-user", "?1"),
    ("upgrade-insecure-requests", "1"),
];

/// A request as it goes over the wire.
pub(crate) fn request(path: &str, cookies: &str) -> Vec<u8> {
    let mut text = format!("GET {path} HTTP/1.1\r\n");
    for (name, value) in headers(path).iter().copied().chain([("cookie", cookies)]) {
        text += &format!("{name}: {value}\r\n");
    }
    (text + "\r\n").into_bytes()
}

impl Pair {
    pub(crate) fn request(&self) -> Result<Vec<u8>> {
        Ok(request(self.path, &self.visitor.cookies()?))
    }

    /// Whether both servers do what is to be measured.
    pub(crate) async fn verify(&self, bare: &mut Connection, with: &mut Connection) -> Result<()> {
        let request = self.request()?;
        for (connection, is_marked) in [(bare, false), (with, true)] {
            let text = connection.text(&request).await?;
            for mark in self.marks {
                ensure!(
                    text.contains(mark) == is_marked,
                    "{}: `{mark}` is missing, or there without the layer",
                    self.name
                );
            }
            let decision =
                connection.text(&self::request("/privacy-choices/decision", &self.visitor.cookies()?)).await?;
            let expected = match (is_marked && self.with.has_layer(), self.visitor) {
                (false, _) => "HTTP/1.1 404",
                (true, Visitor::New) => "\"undecided\"",
                (true, Visitor::Returning) => "\"granted\"",
            };
            ensure!(decision.contains(expected), "{}: no {expected} in {decision}", self.name);
        }
        Ok(())
    }
}
