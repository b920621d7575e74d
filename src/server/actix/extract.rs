//! Extractors for actix's handlers: [`Decision`], [`Granted`], `Option<Granted<P>>`, [`ConsentHtml`] and [`Visitor`]; and
//! what they answer with: [`ProvenCookie`].

use core::future::{Ready, ready};
use std::sync::Once;

use actix_web::{
    FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError,
    dev::Payload,
    http::{
        StatusCode,
        header::{HeaderName, HeaderValue, InvalidHeaderValue, SET_COOKIE, TryIntoHeaderPair},
    },
};

use crate::{
    decision::{Decision, Granted, Purpose},
    server::{
        proven::{NotCovered, ProvenCookie},
        visitor::{ConsentHtml, Visitor},
    },
};

/// An extractor ran without a `ConsentLayer` around the handler. Answers 500 and names the missing line; logged once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("consent is not known here: add `.wrap(ConsentLayer::new(policy))` to the `App`")]
pub struct MissingMiddleware;

impl ResponseError for MissingMiddleware {}

/// Why a handler that needs a grant did not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotGranted {
    /// There is no middleware.
    #[error(transparent)]
    MissingMiddleware(#[from] MissingMiddleware),
    /// The visitor did not agree. Answers an empty 403.
    #[error("the visitor has not granted `{0}`")]
    Denied(&'static str),
}

impl ResponseError for NotGranted {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::MissingMiddleware(missing) => missing.status_code(),
            Self::Denied(_) => StatusCode::FORBIDDEN,
        }
    }

    fn error_response(&self) -> HttpResponse {
        match self {
            Self::MissingMiddleware(missing) => missing.error_response(),
            Self::Denied(_) => HttpResponse::new(self.status_code()),
        }
    }
}

fn visitor(request: &HttpRequest) -> Result<Visitor, MissingMiddleware> {
    // Here and not in the response: an optional extractor has none.
    static TOLD: Once = Once::new();
    let visitor = request.extensions().get::<Visitor>().cloned();
    visitor.ok_or_else(|| {
        TOLD.call_once(|| tracing::error!("{MissingMiddleware}"));
        MissingMiddleware
    })
}

impl FromRequest for Visitor {
    type Error = MissingMiddleware;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(visitor(request))
    }
}

impl FromRequest for Decision {
    type Error = MissingMiddleware;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(visitor(request).map(|visitor| visitor.decision().clone()))
    }
}

impl FromRequest for ConsentHtml {
    type Error = MissingMiddleware;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(visitor(request).map(|visitor| visitor.html()))
    }
}

/// As an `Option` it is `None` where nothing is granted; without the middleware too, which is logged once.
impl<P: Purpose + 'static> FromRequest for Granted<P> {
    type Error = NotGranted;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        let granted = visitor(request).map_err(NotGranted::from);
        ready(granted.and_then(|visitor| visitor.decision().granted().ok_or(NotGranted::Denied(P::ID))))
    }
}

/// For `HttpResponse::append_header`.
impl TryIntoHeaderPair for ProvenCookie {
    type Error = InvalidHeaderValue;

    fn try_into_pair(self) -> Result<(HeaderName, HeaderValue), Self::Error> {
        Ok((SET_COOKIE, HeaderValue::from_bytes(self.header().as_bytes())?))
    }
}

/// The application's fault: answers an empty 500 and is logged.
impl ResponseError for NotCovered {
    fn error_response(&self) -> HttpResponse {
        tracing::error!("{self}");
        HttpResponse::new(self.status_code())
    }
}
