//! HTTP/1.1 by hand, and the addresses in a page found without the library's own lists of what loads.

use std::{
    cell::{Cell, RefCell},
    io::{Read, Write},
    net::TcpStream,
    time::Duration,
};

use axum::http::{HeaderMap, HeaderName};
use lol_html::{RewriteStrSettings, element, html_content::TextChunk, text};
use url::Url;

pub(crate) struct Answer {
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn lines(&self, name: &str) -> Vec<String> {
        self.headers.get_all(name).iter().map(|line| line.to_str().unwrap().to_string()).collect()
    }
}

/// Asks for the page as a browser does.
pub(crate) fn get(address: &str, headers: &[(&str, &str)]) -> Answer {
    let mut socket = TcpStream::connect(address).unwrap();
    socket.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    let mut request =
        "GET / HTTP/1.1\r\nHost: careless.example\r\nAccept: text/html\r\nConnection: close\r\n".to_string();
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        request += &format!("{name}: {value}\r\n");
    }
    socket.write_all((request + "\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    let (status, head) = head.split_once("\r\n").unwrap();
    assert_eq!(status, "HTTP/1.1 200 OK");
    let pairs = head.split("\r\n").map(|line| line.split_once(':').unwrap());
    let headers: HeaderMap =
        pairs.map(|(name, value)| (name.parse::<HeaderName>().unwrap(), value.trim().parse().unwrap())).collect();
    let is_chunked = headers.get("transfer-encoding").is_some_and(|encoding| encoding == "chunked");
    Answer { body: if is_chunked { joined(body) } else { body.to_string() }, headers }
}

/// The chunks of a body (RFC 9112 section 7.1).
fn joined(mut chunks: &str) -> String {
    let mut body = String::new();
    loop {
        let (size, rest) = chunks.split_once("\r\n").unwrap();
        let size = usize::from_str_radix(size, 16).unwrap();
        let (chunk, rest) = rest.split_at(size);
        body += chunk;
        chunks = rest.strip_prefix("\r\n").unwrap();
        if size == 0 {
            return body;
        }
    }
}

/// Every address of a third party in any attribute, and in scripts that run, but for those that are known not to load:
/// links to follow, and what begins with `data-`.
pub(crate) fn page_urls(html: &str) -> Vec<String> {
    let urls = RefCell::new(Vec::new());
    let runs = Cell::new(false);
    let inside = RefCell::new(String::new());
    let whole = |chunk: &TextChunk<'_>| {
        inside.borrow_mut().push_str(chunk.as_str());
        chunk.last_in_text_node().then(|| inside.take())
    };
    let any = element!("*", |element| {
        let is_script = element.tag_name() == "script";
        runs.set(is_script && element.get_attribute("type").as_deref() != Some("text/plain"));
        let is_followed = element.tag_name() == "a" || element.get_attribute("rel").as_deref() == Some("canonical");
        if !is_followed && (!is_script || runs.get()) {
            let live = element.attributes().iter().filter(|attribute| !attribute.name().starts_with("data-"));
            urls.borrow_mut().extend(live.filter_map(|attribute| third_party(&attribute.value())));
        }
        Ok(())
    });
    let script = text!("script", |chunk| {
        if let Some(script) = whole(chunk).filter(|_| runs.get()) {
            urls.borrow_mut().extend(script.split('"').filter_map(third_party));
        }
        Ok(())
    });
    let noscript = text!("noscript", |chunk| {
        if let Some(html) = whole(chunk) {
            urls.borrow_mut().extend(page_urls(&html));
        }
        Ok(())
    });
    let settings = [any, script, noscript]
        .into_iter()
        .fold(RewriteStrSettings::new(), |settings, handler| settings.append_element_content_handler(handler));
    lol_html::rewrite_str(html, settings).unwrap();
    urls.into_inner()
}

/// Every address of a third party in `Link` headers.
pub(crate) fn header_urls(lines: &[String]) -> Vec<String> {
    lines.iter().flat_map(|line| line.split(['<', '>'])).filter_map(third_party).collect()
}

fn third_party(text: &str) -> Option<String> {
    let text = htmlize::unescape_attribute(text);
    let url = Url::parse("http://careless.example/").unwrap().join(&text).ok()?;
    let host = url.host_str()?;
    (host != "careless.example" && host.ends_with(".example")).then(|| url.to_string())
}
