//! The proxy: passes requests and responses on as they are, and says what cookies were in them.

use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri, Version,
    header::{self, CONNECTION, COOKIE, HOST, SET_COOKIE, UPGRADE},
    uri::PathAndQuery,
};
use http_body_util::{Either, Full};
use hyper::{body::Incoming, client, server, service::service_fn};
use hyper_util::rt::TokioIo;
use tokio::{io, net::TcpStream, sync::mpsc::UnboundedSender};

use consentry::server::DEBUG_HEADER;

/// What is told of a request and its response.
#[derive(Debug)]
pub(super) struct Exchange {
    /// Such as `GET /shop`, without the query.
    pub(super) place: String,
    /// The request's `Cookie` lines.
    pub(super) brought: Vec<HeaderValue>,
    /// The response's `Set-Cookie` lines.
    pub(super) set: Vec<HeaderValue>,
    /// The lines of the layer's debug header.
    pub(super) told: Vec<HeaderValue>,
}

type Body = Either<Incoming, Full<Bytes>>;

/// The site behind the proxy.
#[derive(Clone, Debug)]
pub(super) struct Site {
    /// Host and port as they were given.
    pub(super) authority: String,
    address: String,
    sender: UnboundedSender<Exchange>,
}

impl Site {
    pub(super) fn new(to: &Uri, sender: UnboundedSender<Exchange>) -> Self {
        let host = to.host().unwrap_or_default();
        let authority = to.authority().map(ToString::to_string).unwrap_or_default();
        Self { authority, address: format!("{host}:{}", to.port_u16().unwrap_or(80)), sender }
    }

    /// Serves a connection until it ends. How it ends is between the two that speak.
    pub(super) async fn serve(self, stream: TcpStream) {
        let service = service_fn(|request| {
            let site = self.clone();
            async move { Ok::<_, std::convert::Infallible>(site.answer(request).await) }
        });
        let connection = server::conn::http1::Builder::new()
            .preserve_header_case(true)
            .auto_date_header(false)
            .serve_connection(TokioIo::new(stream), service)
            .with_upgrades();
        let _ = connection.await;
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        if request.method() == Method::CONNECT {
            return said(
                StatusCode::NOT_IMPLEMENTED,
                "consentry watch stands in front of one site; it opens no tunnels",
            );
        }
        let place = format!("{} {}", request.method(), request.uri().path());
        let brought = request.headers().get_all(COOKIE).iter().cloned().collect();
        match self.pass(request).await {
            Ok(response) => {
                let lines = |name: HeaderName| response.headers().get_all(name).iter().cloned().collect();
                let (set, told) = (lines(SET_COOKIE), lines(DEBUG_HEADER));
                // The watch is over where nobody receives it.
                let _ = self.sender.send(Exchange { place, brought, set, told });
                response
            }
            Err(error) => {
                let text = format!("consentry watch cannot reach http://{}: {error}", self.authority);
                said(StatusCode::BAD_GATEWAY, &text)
            }
        }
    }

    async fn pass(&self, mut request: Request<Incoming>) -> Result<Response<Body>, Box<dyn std::error::Error>> {
        let stream = TcpStream::connect(&self.address).await?;
        let (mut sender, connection) =
            client::conn::http1::Builder::new().preserve_header_case(true).handshake(TokioIo::new(stream)).await?;
        tokio::spawn(async move {
            let _ = connection.with_upgrades().await;
        });
        let visitor = hyper::upgrade::on(&mut request);
        let upgrades = request.headers().contains_key(UPGRADE);
        hop_on(request.headers_mut(), upgrades);
        if !request.headers().contains_key(HOST) {
            request.headers_mut().insert(HOST, HeaderValue::from_str(&self.authority)?);
        }
        // What a browser asks a server for, also where it takes this for a proxy of all sites.
        *request.uri_mut() = request.uri().path_and_query().cloned().unwrap_or(PathAndQuery::from_static("/")).into();
        *request.version_mut() = Version::HTTP_11;
        let mut response = sender.send_request(request).await?;
        let switches = response.status() == StatusCode::SWITCHING_PROTOCOLS;
        if switches {
            let site = hyper::upgrade::on(&mut response);
            tokio::spawn(async move {
                let (Ok(visitor), Ok(site)) = (visitor.await, site.await) else { return };
                let _ = io::copy_bidirectional(&mut TokioIo::new(visitor), &mut TokioIo::new(site)).await;
            });
        }
        hop_on(response.headers_mut(), switches);
        *response.version_mut() = Version::HTTP_11;
        Ok(response.map(Either::Left))
    }
}

/// Takes out what belongs to one connection (RFC 9110 section 7.6.1). An upgrade is about both. The order of the rest stays.
fn hop_on(headers: &mut HeaderMap, upgrades: bool) {
    const HOP: [HeaderName; 3] = [header::TE, header::TRAILER, header::TRANSFER_ENCODING];
    let named: Vec<String> = headers
        .get_all(CONNECTION)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','))
        .map(|name| name.trim().to_ascii_lowercase())
        .collect();
    let stays = |name: &HeaderName| {
        if *name == CONNECTION || *name == UPGRADE {
            return upgrades;
        }
        !HOP.contains(name) && *name != "keep-alive" && !named.iter().any(|named| named == name.as_str())
    };
    if headers.keys().all(stays) {
        return;
    }
    // HeaderMap::remove would put the last header in the place of the one that goes.
    *headers =
        headers.iter().filter(|(name, _)| stays(name)).map(|(name, value)| (name.clone(), value.clone())).collect();
}

fn said(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Either::Right(Full::from(format!("{text}\n"))));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
