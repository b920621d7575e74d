//! Somebody with a browser: cookies that are kept, headers that are sent with every request.

use std::{collections::BTreeMap, net::SocketAddr};

use axum::{
    body::{Body, to_bytes},
    http::{HeaderMap, HeaderName, Method, Request, StatusCode, header},
};
use consentry::test::Consent;
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};

use crate::app::App;

/// A response, with all of its body.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

#[derive(Clone)]
pub(crate) struct Visitor {
    pub(crate) name: &'static str,
    cookies: BTreeMap<String, String>,
    headers: HeaderMap,
    front: SocketAddr,
    client: Client<HttpConnector, Body>,
    pub(crate) requests: usize,
}

impl Visitor {
    pub(crate) fn new(name: &'static str, front: SocketAddr) -> Self {
        let client = Client::builder(TokioExecutor::new()).build_http();
        let cookies = BTreeMap::from([("who".to_string(), name.to_string())]);
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, "text/html".parse().unwrap());
        Self { name, cookies, headers, front, client, requests: 0 }
    }

    pub(crate) fn consenting(mut self, consent: &Consent) -> Self {
        self.keep(&consent.cookie().unwrap());
        self
    }

    pub(crate) fn sending(mut self, name: &'static str, value: &str) -> Self {
        self.headers.append(HeaderName::from_static(name), value.parse().unwrap());
        self
    }

    /// What this visitor's requests say, without what has to be overwritten.
    pub(crate) fn request_headers(&self) -> HeaderMap {
        let mut headers = self.headers.clone();
        headers.remove("consent-key");
        headers.insert(header::COOKIE, self.cookie_line().parse().unwrap());
        headers
    }

    pub(crate) fn allows(&self, app: &App, id: &str) -> bool {
        app.allows(&self.request_headers(), id)
    }

    pub(crate) fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.send(Method::GET, path, "").await.unwrap()
    }

    /// Answers as a form of the site does.
    pub(crate) async fn post(&mut self, body: &str) -> Reply {
        self.send(Method::POST, "/privacy-choices", body).await.unwrap()
    }

    /// `None` if the response broke off.
    pub(crate) async fn send(&mut self, method: Method, path: &str, body: &str) -> Option<Reply> {
        self.requests += 1;
        let mut request = Request::builder().method(method).uri(format!("http://{}{path}", self.front));
        *request.headers_mut().unwrap() = self.headers.clone();
        let request = request
            .header(header::COOKIE, self.cookie_line())
            .header("sec-fetch-site", "same-origin")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(body.to_string()));
        let (parts, body) = self.client.request(request.unwrap()).await.unwrap().into_parts();
        let body = to_bytes(Body::new(body), 8 << 20).await.ok()?;
        for line in parts.headers.get_all(header::SET_COOKIE) {
            self.keep(line.to_str().unwrap());
        }
        Some(Reply { status: parts.status, headers: parts.headers, body: String::from_utf8(body.to_vec()).unwrap() })
    }

    fn keep(&mut self, line: &str) {
        let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
        let Some((name, value)) = pair.split_once('=') else { return };
        if attributes.contains("Max-Age=0") {
            self.cookies.remove(name);
        } else {
            self.cookies.insert(name.to_string(), value.to_string());
        }
    }

    fn cookie_line(&self) -> String {
        self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
    }
}
