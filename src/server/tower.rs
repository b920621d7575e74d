//! [`ConsentLayer`] for tower's services.

mod body;

use alloc::{boxed::Box, string::String, sync::Arc};
use core::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::{BodyExt, Limited};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

pub use body::ResponseBody;

use super::{endpoints::RequestBody, exchange::Exchange, layer::ConsentLayer, site::Site};

type BoxError = Box<dyn core::error::Error + Send + Sync>;

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
    RequestB::Error: Into<BoxError>,
    ResponseB: Body<Data = Bytes>,
    ResponseB::Error: Into<BoxError>,
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
        let exchange = self.site.begin(&mut request);
        ResponseFuture::Inner { response: self.inner.call(request), exchange: Some(exchange) }
    }
}

/// Answers a request for one of the library's own paths. Only a `POST` has its body read.
async fn answer<B>(site: Arc<Site>, request: Request<B>) -> Response<String>
where
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
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
        Inner { #[pin] response: F, exchange: Option<Exchange> },
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
    B: Body<Data = Bytes>,
    B::Error: Into<BoxError>,
{
    type Output = Result<Response<ResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            FutureProjection::Own { answer } => {
                let response = ready!(answer.as_mut().poll(context));
                Poll::Ready(Ok(response.map(ResponseBody::own)))
            }
            FutureProjection::Inner { response, exchange } => {
                let mut response = ready!(response.poll(context))?;
                let filter = exchange.take().map(|exchange| exchange.end(&mut response)).unwrap_or_default();
                Poll::Ready(Ok(response.map(|body| ResponseBody::of(body, filter, context))))
            }
        }
    }
}
