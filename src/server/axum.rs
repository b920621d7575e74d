//! Extractors for axum: [`Visitor`], [`Decision`] and [`ConsentHtml`]; and what a handler tells of its response: [`Shared`],
//! [`Nonce`] and [`ProvenCookie`].

use core::convert::Infallible;

use axum_core::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, IntoResponseParts, Response, ResponseParts},
};
use http::{StatusCode, header, request::Parts};

use super::{
    nonce::Nonce,
    proven::{NotCovered, NotGranted, ProvenCookie},
    share::Shared,
    visitor::{ConsentHtml, Visitor},
};
use crate::decision::Decision;

/// An extractor ran without a `ConsentLayer` around the handler. Answers 500 and names the missing line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("consent is not known here: add `.layer(ConsentLayer::new(policy))` to the router, after the routes")]
pub struct MissingLayer;

impl IntoResponse for MissingLayer {
    fn into_response(self) -> Response {
        tracing::error!("{self}");
        (StatusCode::INTERNAL_SERVER_ERROR, alloc::format!("{self}")).into_response()
    }
}

fn visitor(parts: &Parts) -> Result<Visitor, MissingLayer> {
    parts.extensions.get::<Visitor>().cloned().ok_or(MissingLayer)
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = MissingLayer;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        visitor(parts)
    }
}

/// `None` without a layer, which is logged once.
impl<S: Sync> OptionalFromRequestParts<S> for Visitor {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Self::Rejection> {
        static TOLD: std::sync::Once = std::sync::Once::new();
        let visitor = visitor(parts);
        if let Err(missing) = visitor {
            TOLD.call_once(|| tracing::error!("{missing}"));
        }
        Ok(visitor.ok())
    }
}

impl<S: Sync> FromRequestParts<S> for Decision {
    type Rejection = MissingLayer;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(visitor(parts)?.decision().clone())
    }
}

impl<S: Sync> FromRequestParts<S> for ConsentHtml {
    type Rejection = MissingLayer;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Ok(visitor(parts)?.html())
    }
}

/// Marks a response: a handler returns `(Shared::ForAll, Html(page))`.
impl IntoResponseParts for Shared {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}

/// Tells the nonce of a page: a handler returns `(nonce, Html(page))`.
impl IntoResponseParts for Nonce {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        parts.extensions_mut().insert(self);
        Ok(parts)
    }
}

impl IntoResponseParts for ProvenCookie {
    type Error = Infallible;

    fn into_response_parts(self, mut parts: ResponseParts) -> Result<ResponseParts, Self::Error> {
        parts.headers_mut().append(header::SET_COOKIE, self.header().clone());
        Ok(parts)
    }
}

impl IntoResponse for NotGranted {
    fn into_response(self) -> Response {
        StatusCode::FORBIDDEN.into_response()
    }
}

/// What is the application's fault answers an empty 500 and is logged.
impl IntoResponse for NotCovered {
    fn into_response(self) -> Response {
        if let Self::NotGranted(refused) = self {
            return refused.into_response();
        }
        tracing::error!("{self}");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}
