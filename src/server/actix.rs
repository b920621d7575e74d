//! Consent for actix-web: [`ConsentLayer`] as a middleware, and extractors for handlers.
//!
//! ```
//! use actix_web::{App, Responder, web};
//! use consentry::{
//!     Category, Policy, decision::Statistics,
//!     server::{ConsentHtml, ConsentLayer, NotGranted, Visitor},
//! };
//!
//! async fn home(ui: ConsentHtml) -> impl Responder {
//!     web::Html::new(format!("<!doctype html>{}<body>{}Hello", ui.head(), ui.banner()))
//! }
//!
//! async fn record(visitor: Visitor) -> Result<impl Responder, NotGranted> {
//!     let _proof = visitor.granted::<Statistics>()?;
//!     Ok("recorded")
//! }
//!
//! let policy = Policy::builder("my-site").category(Category::new("statistics")).build()?;
//! let consent = ConsentLayer::new(policy).development();
//! // In the closure that `HttpServer::new` takes: the clones for its workers share the policy and the counts.
//! let app = App::new().route("/", web::get().to(home)).route("/record", web::post().to(record)).wrap(consent.clone());
//! # Ok::<(), consentry::policy::Faults>(())
//! ```
//!
//! # Where it belongs
//!
//! Wrap the [`App`](actix_web::App): what is wrapped around a [`Scope`](actix_web::Scope) sees only the requests under the
//! scope's path, so that nobody would answer the library's own pages, and nobody gate the cookies of the rest.
//!
//! actix runs the middleware that is wrapped **last** first, which is the other way round than reading order suggests, and
//! the same as with axum's `Router::layer`. What sets cookies or writes pages is wrapped before consent, and stays inside
//! of it; what compresses is wrapped after it: `.wrap(sessions).wrap(consent).wrap(Compress::default())`. A page that
//! comes in compressed passes as it is.
//!
//! A middleware inside that answers with an error instead of a response gets that error's response treated like any other.
//!
//! # What a handler says of its response
//!
//! [`Shared`] belongs into the response's extensions, a [`Nonce`] into the response's, or into the request's by a middleware
//! that is wrapped after consent:
//!
//! ```
//! use actix_web::{HttpResponse, http::header::ContentType};
//! use consentry::server::{Nonce, Shared};
//!
//! async fn about() -> HttpResponse {
//!     let mut response = HttpResponse::Ok();
//!     response.content_type(ContentType::html()).extensions_mut().insert(Shared::ForAll);
//!     response.body("<!doctype html><title>About</title>")
//! }
//! ```
//!
//! What the gate did is there as [`Gated`], for the middleware outside.
//!
//! # What actix remembers
//!
//! `HttpRequest::cookies` keeps what it read the first time. Where a middleware outside of consent calls it, handlers that
//! call it see also the cookies that [`Site::strip_requests`] took out of the request; in the headers they are gone. And as
//! a request is one for all middleware, those outside that look at its headers afterwards see them as handlers do.

mod body;
mod border;
mod extract;

use alloc::{boxed::Box, string::String, sync::Arc};
use core::{
    fmt,
    future::{Future, Ready, ready},
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::{
    Error, HttpMessage, HttpResponse,
    body::MessageBody,
    dev::{Service, ServiceRequest, ServiceResponse, Transform},
    web::Payload,
};
use http::Response;
use pin_project_lite::pin_project;

pub use body::ResponseBody;
pub use extract::MissingMiddleware;

#[cfg(doc)]
use super::{Gated, Nonce, Shared};
use super::{endpoints::RequestBody, exchange::Exchange, layer::ConsentLayer, site::Site};

/// For [`App::wrap`](actix_web::App::wrap). Which middleware belongs inside of it, and which outside, is under
/// [`server::actix`](self#where-it-belongs).
impl<S, B> Transform<S, ServiceRequest> for ConsentLayer
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<ResponseBody<B>>;
    type Error = Error;
    type Transform = ConsentService<S>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, Self::InitError>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(ConsentService { inner, site: Arc::new(self.site.clone()) }))
    }
}

/// The service that [`ConsentLayer`] makes.
#[derive(Clone, Debug)]
pub struct ConsentService<S> {
    inner: S,
    site: Arc<Site>,
}

impl<S, B> Service<ServiceRequest> for ConsentService<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    B: MessageBody,
{
    type Response = ServiceResponse<ResponseBody<B>>;
    type Error = Error;
    type Future = ResponseFuture<S::Future>;

    fn poll_ready(&self, context: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&self, mut request: ServiceRequest) -> Self::Future {
        if self.site.handles(request.path()) {
            let site = Arc::clone(&self.site);
            return ResponseFuture::Own { answer: Box::pin(answer(site, request)) };
        }
        let exchange = begin(&self.site, &mut request);
        ResponseFuture::Inner { response: self.inner.call(request), exchange: Some(exchange) }
    }
}

/// Answers a request for one of the library's own paths. Only a `POST` has its body read.
async fn answer(site: Arc<Site>, mut request: ServiceRequest) -> (ServiceRequest, Response<String>) {
    let asked = border::request(&request);
    let handle = |body| site.handle(asked.method(), asked.uri(), asked.headers(), body);
    if asked.method() != http::Method::POST {
        return (request, handle(RequestBody::Whole(&[])));
    }
    let body = match request.extract::<Payload>().await {
        Ok(payload) => payload.to_bytes_limited(Site::MAX_BODY_BYTES).await,
        Err(fault) => Ok(Err(fault)),
    };
    let response = match body {
        Ok(Ok(body)) => handle(RequestBody::Whole(&body)),
        Ok(Err(_)) => handle(RequestBody::Broken),
        Err(_) => handle(RequestBody::TooLarge),
    };
    (request, response)
}

fn begin(site: &Arc<Site>, request: &mut ServiceRequest) -> Exchange {
    let mut asked = border::request(request);
    let exchange = site.begin(&mut asked);
    border::write_headers(asked.headers(), request.headers_mut());
    request.extensions_mut().insert(exchange.visitor().clone());
    exchange
}

fn end<B: MessageBody>(exchange: Exchange, mut response: HttpResponse<B>) -> HttpResponse<ResponseBody<B>> {
    let mut answered = border::response(&response);
    let filter = exchange.end(&mut answered);
    border::write_response(answered, &mut response);
    response.map_body(|head, body| {
        if !filter.is_idle() {
            // The length that was told beforehand no longer holds.
            head.no_chunking(false);
        }
        ResponseBody::of(body, filter)
    })
}

pin_project! {
    /// The future of [`ConsentService`].
    #[project = FutureProjection]
    pub enum ResponseFuture<F> {
        /// The library answers.
        #[doc(hidden)]
        Own { answer: Pin<Box<dyn Future<Output = (ServiceRequest, Response<String>)>>> },
        /// The inner service answers.
        #[doc(hidden)]
        Inner { #[pin] response: F, exchange: Option<Exchange> },
    }
}

impl<F> fmt::Debug for ResponseFuture<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}

impl<F, B> Future for ResponseFuture<F>
where
    F: Future<Output = Result<ServiceResponse<B>, Error>>,
    B: MessageBody,
{
    type Output = Result<ServiceResponse<ResponseBody<B>>, Error>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            FutureProjection::Own { answer } => {
                let (request, response) = ready!(answer.as_mut().poll(context));
                let response = border::own(&request, response);
                Poll::Ready(Ok(request.into_response(response)))
            }
            FutureProjection::Inner { response, exchange } => {
                let response = ready!(response.poll(context));
                let Some(exchange) = exchange.take() else { return Poll::Pending };
                Poll::Ready(match response {
                    Ok(response) => {
                        let (request, response) = response.into_parts();
                        Ok(ServiceResponse::new(request, end(exchange, response)))
                    }
                    // Its response is made outside of all middleware.
                    Err(mut error) => {
                        error
                            .add_response_mapper(move |response| end(exchange.clone(), response).map_into_boxed_body());
                        Err(error)
                    }
                })
            }
        }
    }
}
