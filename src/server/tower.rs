//! [`ConsentLayer`] for tower's services.

use alloc::{boxed::Box, string::String, sync::Arc};
use core::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body::{Body, Frame, SizeHint};
use http_body_util::{BodyExt, Full, Limited};
use pin_project_lite::pin_project;
use tower_layer::Layer;
use tower_service::Service;

use super::{endpoints::RequestBody, exchange::Exchange, filter::BodyFilter, layer::ConsentLayer, site::Site};

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
        let exchange = self.site.begin(&mut request);
        ResponseFuture::Inner { response: self.inner.call(request), exchange: Some(exchange) }
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
{
    type Output = Result<Response<ResponseBody<B>>, E>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project() {
            FutureProjection::Own { answer } => {
                let response = ready!(answer.as_mut().poll(context));
                Poll::Ready(Ok(response.map(|text| ResponseBody::Own { body: Full::from(text) })))
            }
            FutureProjection::Inner { response, exchange } => {
                let mut response = ready!(response.poll(context))?;
                let filter = exchange.take().map(|exchange| exchange.end(&mut response)).unwrap_or_default();
                Poll::Ready(Ok(response.map(|body| ResponseBody::Inner { body, filter, trailers: None, over: false })))
            }
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
        /// The inner service's, and what becomes of it.
        #[doc(hidden)]
        Inner { #[pin] body: B, filter: BodyFilter, trailers: Option<HeaderMap>, over: bool },
    }
}

/// What may go wrong with a body: the inner one's faults, and [`Aborted`](super::Aborted).
type BoxError = Box<dyn core::error::Error + Send + Sync>;

impl<B: Body<Data = Bytes>> Body for ResponseBody<B>
where
    B::Error: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Self::Data>, Self::Error>>> {
        match self.project() {
            BodyProjection::Own { body } => {
                Pin::new(body).poll_frame(context).map_err(|never: Infallible| match never {})
            }
            BodyProjection::Inner { over: true, .. } => Poll::Ready(None),
            BodyProjection::Inner { mut body, filter, trailers, over } => loop {
                if let Some(trailers) = trailers.take() {
                    return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
                }
                let more = filter.more();
                if !more.is_empty() {
                    return Poll::Ready(Some(Ok(Frame::data(more))));
                }
                let out = match ready!(body.as_mut().poll_frame(context)) {
                    Some(Err(fault)) => return Poll::Ready(Some(Err(fault.into()))),
                    None => {
                        // A stream that ended must not be asked again.
                        *over = true;
                        let last = filter.end()?;
                        return Poll::Ready((!last.is_empty()).then(|| Ok(Frame::data(last))));
                    }
                    Some(Ok(frame)) => match frame.into_data() {
                        Ok(piece) => filter.take(piece)?,
                        // The last piece goes before the trailers.
                        Err(frame) => {
                            *trailers = frame.into_trailers().ok();
                            filter.end()?
                        }
                    },
                };
                if !out.is_empty() {
                    return Poll::Ready(Some(Ok(Frame::data(out))));
                }
            },
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Own { body } => body.is_end_stream(),
            Self::Inner { over: true, .. } => true,
            Self::Inner { body, filter, trailers, .. } => {
                filter.is_idle() && trailers.is_none() && body.is_end_stream()
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Own { body } => body.size_hint(),
            Self::Inner { body, filter, .. } if filter.is_idle() => body.size_hint(),
            Self::Inner { .. } => SizeHint::default(),
        }
    }
}
