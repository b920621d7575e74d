//! The click-stream: which pages a browser visits, in order. Nothing is written without proof of consent.

use std::{
    collections::{HashMap, VecDeque},
    net::{IpAddr, SocketAddr},
    sync::{Mutex, PoisonError},
};

use axum::{
    extract::{ConnectInfo, Request, State},
    http::{
        HeaderMap, HeaderName,
        header::{ACCEPT_LANGUAGE, REFERER, USER_AGENT},
    },
    middleware::Next,
    response::{IntoResponse, Response},
};
use consentry::{
    Granted, Timestamp,
    decision::Statistics,
    server::{Cookie, NotCovered, ProvenCookie, Visitor},
    signals::accepted_languages,
};

use crate::{cookies, site::Site, words::short};

pub(crate) const COOKIE: &str = "_cs";
pub(crate) const SERVICE: &str = "click-stream";

/// This is memory, not a data base: what is older or more goes.
const MAX_VIEWS: usize = 50;
const MAX_STREAMS: usize = 1_000;

/// One page view, with exactly the kinds of data the policy declares.
#[derive(Clone, Debug)]
pub(crate) struct View {
    pub(crate) at: Timestamp,
    pub(crate) page: String,
    pub(crate) came_from: String,
    pub(crate) browser: &'static str,
    pub(crate) language: String,
    pub(crate) network: String,
}

/// The name of one browser's stream: random, and 32 hexadecimal digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct StreamId(String);

impl StreamId {
    fn random() -> Option<Self> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).ok()?;
        Some(Self(bytes.iter().map(|byte| format!("{byte:02x}")).collect()))
    }

    /// The stream that a request's cookie names.
    pub(crate) fn of(headers: &HeaderMap) -> Option<Self> {
        let value = cookies::get(headers, COOKIE)?;
        let well_formed = value.len() == 32 && value.bytes().all(|byte| byte.is_ascii_hexdigit());
        well_formed.then(|| Self(value.to_owned()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[derive(Default)]
pub(crate) struct Recorder {
    streams: Mutex<HashMap<StreamId, VecDeque<View>>>,
}

impl Recorder {
    /// Adds `view` to `stream` and forgets what is older than `keep` seconds. The proof is what makes this callable.
    fn record(&self, _: &Granted<Statistics>, stream: StreamId, view: View, keep: u64) {
        let mut streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let oldest = view.at.as_millis().saturating_sub(keep.saturating_mul(1_000));
        streams.retain(|_, views| {
            views.retain(|view| view.at.as_millis() >= oldest);
            !views.is_empty()
        });
        if streams.len() >= MAX_STREAMS && !streams.contains_key(&stream) {
            let stalest = streams.iter().min_by_key(|(_, views)| views.back().map(|view| view.at));
            if let Some(stalest) = stalest.map(|(id, _)| id.clone()) {
                streams.remove(&stalest);
            }
        }
        let views = streams.entry(stream).or_default();
        views.push_back(view);
        if views.len() > MAX_VIEWS {
            views.pop_front();
        }
    }

    pub(crate) fn knows(&self, stream: &StreamId) -> bool {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner).contains_key(stream)
    }

    /// The views of one stream, newest first.
    pub(crate) fn views(&self, stream: &StreamId) -> Vec<View> {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        streams.get(stream).map(|views| views.iter().rev().cloned().collect()).unwrap_or_default()
    }

    /// How many views of all visitors are held, and when the last one was written.
    pub(crate) fn totals(&self) -> (usize, Option<Timestamp>) {
        let streams = self.streams.lock().unwrap_or_else(PoisonError::into_inner);
        let last = streams.values().filter_map(|views| views.back()).map(|view| view.at).max();
        (streams.values().map(VecDeque::len).sum(), last)
    }

    pub(crate) fn erase(&self, stream: &StreamId) {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner).remove(stream);
    }
}

/// The cookie that ties a browser's views together; only with proof of consent there is one.
fn stream_cookie(
    visitor: &Visitor,
    proof: &Granted<Statistics>,
    stream: &StreamId,
) -> Result<ProvenCookie, NotCovered> {
    visitor.set_cookie(proof, Cookie::build((COOKIE, stream.as_str())).http_only(true))
}

/// Records each view of a page where the visitor agreed to it.
pub(crate) async fn record_view(
    State(site): State<Site>,
    visitor: Visitor,
    mut request: Request,
    next: Next,
) -> Result<Response, NotCovered> {
    let decision = visitor.decision();
    let kept = decision.policy().service(SERVICE).and_then(|service| service.retention_seconds());
    let (Ok(proof), Some(kept), true) = (visitor.granted(), kept, is_view(&request)) else {
        return Ok(next.run(request).await);
    };
    let known = StreamId::of(request.headers()).filter(|stream| site.recorder().knows(stream));
    let Some(stream) = known.or_else(StreamId::random) else { return Ok(next.run(request).await) };
    let cookie = stream_cookie(&visitor, proof, &stream)?;
    site.recorder().record(proof, stream.clone(), view(&request, decision.now()), kept);
    request.extensions_mut().insert(stream);
    let response = next.run(request).await;
    Ok((cookie, response).into_response())
}

/// A script that fetches a page is no visit.
fn is_view(request: &Request) -> bool {
    let mode = request.headers().get("sec-fetch-mode");
    request.method() == axum::http::Method::GET && mode.is_none_or(|mode| mode == "navigate")
}

fn view(request: &Request, at: Timestamp) -> View {
    let text = |name: HeaderName| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let address = request.extensions().get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    View {
        at,
        page: short(request.uri().path(), 100),
        came_from: short(text(REFERER), 100),
        browser: browser(text(USER_AGENT)),
        language: accepted_languages(text(ACCEPT_LANGUAGE)).next().map(|tag| short(tag, 20)).unwrap_or_default(),
        network: address.map(network).unwrap_or_default(),
    }
}

/// The family and nothing more: a whole User-Agent would single visitors out.
fn browser(agent: &str) -> &'static str {
    let families = [("Firefox/", "Firefox"), ("Edg/", "Edge"), ("Chrome/", "Chromium"), ("Safari/", "Safari")];
    families.into_iter().find(|(mark, _)| agent.contains(mark)).map_or("other", |(_, family)| family)
}

/// The address without its last part: 256 neighbours at least share what is left.
fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_cut_and_agents_reduced_to_their_family() {
        assert_eq!(network(IpAddr::from([192, 0, 2, 77])), "192.0.2.0/24");
        assert_eq!(network(IpAddr::from([0x2001, 0xdb8, 7, 8, 9, 10, 11, 12])), "2001:db8:7::/48");
        assert_eq!(browser("Mozilla/5.0 Chrome/156.0 Safari/537.36 Edg/156.0"), "Edge");
        assert_eq!(browser(""), "other");
    }
}
