//! Extractors for actix's handlers: [`Visitor`], [`Decision`] and [`ConsentHtml`]; and what they answer with:
//! [`ProvenCookie`].

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
    decision::Decision,
    server::{
        proven::{NotCovered, NotGranted, ProvenCookie},
        visitor::{ConsentHtml, Visitor},
    },
};

/// An extractor ran without a `ConsentLayer` around the handler. Answers 500 and names the missing line; logged once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("consent is not known here: add `.wrap(ConsentLayer::new(policy))` to the `App`")]
pub struct MissingMiddleware;

impl ResponseError for MissingMiddleware {}

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

/// For `HttpResponse::append_header`.
impl TryIntoHeaderPair for ProvenCookie {
    type Error = InvalidHeaderValue;

    fn try_into_pair(self) -> Result<(HeaderName, HeaderValue), Self::Error> {
        Ok((SET_COOKIE, HeaderValue::from_bytes(self.header().as_bytes())?))
    }
}

impl ResponseError for NotGranted {
    fn status_code(&self) -> StatusCode {
        StatusCode::FORBIDDEN
    }

    fn error_response(&self) -> HttpResponse {
        HttpResponse::new(self.status_code())
    }
}

/// What is the application's fault answers an empty 500 and is logged.
impl ResponseError for NotCovered {
    fn status_code(&self) -> StatusCode {
        match self {
            Self::NotGranted(refused) => refused.status_code(),
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    fn error_response(&self) -> HttpResponse {
        if !matches!(self, Self::NotGranted(_)) {
            tracing::error!("{self}");
        }
        HttpResponse::new(self.status_code())
    }
}
