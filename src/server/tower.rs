//! The tower layer.

use alloc::{boxed::Box, string::String, sync::Arc};
use core::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, Request, Response, response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full, Limited};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::{
    endpoints::RequestBody,
    gate::{GateCounts, Mode, Undeclared},
    insert::{self, Finder, Unfit},
    site::{BadDomain, Publisher, Site},
    visitor::Visitor,
};
use crate::{consent::seal::KeyRing, policy::Policy, signals::Region, timestamp::Timestamp};

/// Puts consent in front of a service: each request carries its [`Visitor`], and with it its decision, in its
/// extensions; the library's own pages are answered under one path; the consent cookie is kept up to date.
///
/// ```
/// use consentry::{Category, Policy, server::ConsentLayer};
///
/// let policy = Policy::builder("my-site").category(Category::new("statistics")).build()?;
/// let layer = ConsentLayer::new(policy).development();
/// # Ok::<(), consentry::policy::Faults>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is put on a service"]
pub struct ConsentLayer {
    site: Site,
}

impl ConsentLayer {
    /// A layer for a site on https with this policy. See [`Site::new`] for what holds unless said.
    pub fn new(policy: Policy) -> Self {
        if policy.is_draft() {
            tracing::warn!(
                policy = policy.id(),
                version = policy.version().get(),
                material = policy.material(),
                "the policy is a draft: its newest change carries no digest, so its content can change unnoticed"
            );
        }
        Site::new(policy).into()
    }

    /// See [`Site::development`].
    pub fn development(self) -> Self {
        self.site.development().into()
    }

    /// See [`Site::keys`].
    pub fn keys(self, ring: KeyRing) -> Self {
        self.site.keys(ring).into()
    }

    /// See [`Site::domain`].
    ///
    /// # Errors
    /// If `domain` is no domain that a cookie can be set for.
    pub fn domain(self, domain: &str, ring: KeyRing) -> Result<Self, BadDomain> {
        Ok(self.site.domain(domain, ring)?.into())
    }

    /// See [`Site::name`].
    pub fn site_name(self, name: &str) -> Self {
        self.site.name(name).into()
    }

    /// See [`Site::mount`].
    pub fn mount(self, path: &str) -> Self {
        self.site.mount(path).into()
    }

    /// See [`Site::region`].
    pub fn region(self, region: impl Fn(&HeaderMap) -> Option<Region> + Send + Sync + 'static) -> Self {
        self.site.region(region).into()
    }

    /// See [`Site::region_header`].
    pub fn region_header(self, name: &str) -> Self {
        self.site.region_header(name).into()
    }

    /// See [`Site::region_headers`].
    pub fn region_headers(self, country: &str, subdivision: &str) -> Self {
        self.site.region_headers(country, subdivision).into()
    }

    /// See [`Site::clock`].
    pub fn clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.site.clock(clock).into()
    }

    /// See [`Site::mode`].
    pub fn mode(self, mode: Mode) -> Self {
        self.site.mode(mode).into()
    }

    /// See [`Site::undeclared`].
    pub fn undeclared(self, rule: Undeclared) -> Self {
        self.site.undeclared(rule).into()
    }

    /// See [`Site::debug_header`].
    pub fn debug_header(self) -> Self {
        self.site.debug_header().into()
    }

    /// See [`Site::insert_banner`].
    pub fn insert_banner(self) -> Self {
        self.site.insert_banner().into()
    }

    /// See [`Site::strip_requests`].
    pub fn strip_requests(self) -> Self {
        self.site.strip_requests().into()
    }

    /// See [`Site::gate_counts`].
    pub fn gate_counts(&self) -> GateCounts {
        self.site.gate_counts()
    }

    /// See [`Site::publisher`].
    pub fn publisher(&self) -> Publisher {
        self.site.publisher()
    }
}

impl From<Site> for ConsentLayer {
    fn from(site: Site) -> Self {
        Self { site }
    }
}

impl<S> Layer<S> for ConsentLayer {
    type Service = ConsentService<S>;

    fn layer(&self, inner: S) -> Self::Service {
        ConsentService { inner, site: Arc::new(self.site.clone()) }
    }
}

/// The service that [`ConsentLayer`] makes.
#[derive(Clone, Debug)]
pub struct ConsentService<S> {
    inner: S,
    site: Arc<Site>,
}

impl<S, RequestB, ResponseB> Service<Request<RequestB>> for ConsentService<S>
where
    S: Service<Request<RequestB>, Response = Response<ResponseB>>,
    RequestB: Body + Send + 'static,
    RequestB::Data: Send,
    RequestB::Error: Into<Box<dyn core::error::Error + Send + Sync>>,
{
    type Response = Response<ResponseBody<ResponseB>>;
    type Error = S::Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, mut request: Request<RequestB>) -> Self::Future {
        if self.site.handles(request.uri().path()) {
            let site = Arc::clone(&self.site);
            return ResponseFuture::Own { answer: Box::pin(answer(site, request)) };
        }
        let visitor = self.site.visitor(request.uri(), request.headers());
        self.site.prepare(&visitor, request.headers_mut());
        let page = self.site.inserts_banner() && insert::asks_for_page(request.method(), request.headers());
        if page && visitor.lacks_banner() {
            insert::prepare(request.headers_mut());
        }
        request.extensions_mut().insert(visitor.clone());
        ResponseFuture::Inner { response: self.inner.call(request), site: Arc::clone(&self.site), visitor, page }
    }
}

/// Answers a request for one of the library's own paths. Only a `POST` has its body read.
async fn answer<B>(site: Arc<Site>, request: Request<B>) -> Response<String>
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn core::error::Error + Send + Sync>>,
{
    let (parts, body) = request.into_parts();
    let handle = |body| site.handle(&parts.method, &parts.uri, &parts.headers, body);
    if parts.method != http::Method::POST {
        return handle(RequestBody::Whole(&[]));
    }
    match Limited::new(body, Site::MAX_BODY_BYTES).collect().await {
        Ok(body) => handle(RequestBody::Whole(&body.to_bytes())),
        Err(error) if error.is::<http_body_util::LengthLimitError>() => handle(RequestBody::TooLarge),
        Err(_) => handle(RequestBody::Broken),
    }
}

pin_project! {
    /// The future of [`ConsentService`].
    #[project = FutureProjection]
    pub enum ResponseFuture<F> {
        /// The library answers.
        #[doc(hidden)]
        Own { answer: Pin<Box<dyn Future<Output = Response<String>> + Send>> },
        /// The inner service answers.
        #[doc(hidden)]
        Inner { #[pin] response: F, site: Arc<Site>, visitor: Visitor, page: bool },
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

impl<F, B, E> Future for ResponseFuture<F>
where
    F: Future<Output = Result<Response<B>, E>>,
{
    type Output = Result<Response<ResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            FutureProjection::Own { answer } => {
                let response = ready!(answer.as_mut().poll(context));
                Poll::Ready(Ok(response.map(|text| ResponseBody::Own { body: Full::from(text) })))
            }
            FutureProjection::Inner { response, site, visitor, page } => {
                let (mut parts, body) = ready!(response.poll(context))?.into_parts();
                let banner = if *page { banner_for(site, visitor, &mut parts) } else { Bytes::new() };
                if site.inserts_banner() && !*page && insert::takes_banner(&parts).is_ok() {
                    // A part of a page, or a page for a program, is not to be kept for all as one without a banner.
                    visitor.mark_used();
                }
                let body = ResponseBody::Inner { body, finder: Finder::default(), banner };
                let mut response = Response::from_parts(parts, body);
                site.finish(visitor, &mut response);
                Poll::Ready(Ok(response))
            }
        }
    }
}

/// What to put into a page, and the page's headers made to fit; nothing where the response takes no banner.
fn banner_for(site: &Site, visitor: &Visitor, parts: &mut response::Parts) -> Bytes {
    match insert::takes_banner(parts) {
        Ok(is_utf8) => {
            // With the banner or without, the page is this visitor's.
            let ui = visitor.html();
            let banner = if visitor.lacks_banner() { ui.banner() } else { String::new() };
            if banner.is_empty() {
                return Bytes::new();
            }
            insert::adjust(&mut parts.headers);
            let html = ui.head() + &banner;
            Bytes::from(if is_utf8 { html } else { insert::in_ascii(&html) })
        }
        Err(Unfit::NoPage) => Bytes::new(),
        Err(Unfit::Opaque(why)) => {
            if visitor.lacks_banner() {
                site.count_opaque(why);
            }
            Bytes::new()
        }
    }
}

pin_project! {
    /// The body of a response: the inner service's, or one of the library's own pages.
    #[derive(Debug)]
    #[project = BodyProjection]
    pub enum ResponseBody<B> {
        /// One of the library's own pages.
        #[doc(hidden)]
        Own { body: Full<Bytes> },
        /// The inner service's, and the banner that goes into it.
        #[doc(hidden)]
        Inner { #[pin] body: B, finder: Finder, banner: Bytes },
    }
}

impl<B: Body<Data = Bytes>> Body for ResponseBody<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        match self.project() {
            BodyProjection::Own { body } => {
                Pin::new(body).poll_frame(context).map_err(|never: Infallible| match never {})
            }
            BodyProjection::Inner { body, finder, banner } => {
                let Some(frame) = ready!(body.poll_frame(context)?) else { return Poll::Ready(None) };
                Poll::Ready(Some(Ok(if banner.is_empty() { frame } else { insert_into(frame, finder, banner) })))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Own { body } => body.is_end_stream(),
            Self::Inner { body, .. } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Own { body } => body.size_hint(),
            Self::Inner { body, banner, .. } => {
                let mut hint = body.size_hint();
                if let Some(upper) = hint.upper().filter(|_| !banner.is_empty()) {
                    hint.set_upper(upper + banner.len() as u64);
                }
                hint
            }
        }
    }
}

/// Puts the banner into a frame if its place is in it.
fn insert_into(frame: Frame<Bytes>, finder: &mut Finder, banner: &mut Bytes) -> Frame<Bytes> {
    let data = match frame.into_data() {
        Ok(data) => data,
        Err(trailers) => return trailers,
    };
    let place = finder.find(&data).and_then(|place| data.split_at_checked(place));
    if let Some((before, after)) = place {
        let mut page = BytesMut::with_capacity(data.len() + banner.len());
        for part in [before, core::mem::take(banner).as_ref(), after] {
            page.extend_from_slice(part);
        }
        return Frame::data(page.freeze());
    }
    if finder.is_done() {
        banner.clear();
    }
    Frame::data(data)
}
