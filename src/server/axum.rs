//! Extractors for axum: [`Decision`], [`Granted`], `Option<Granted<P>>`, [`ConsentHtml`] and [`Visitor`]; and what a handler
//! tells of its response: [`Shared`] and [`Nonce`].

use core::convert::Infallible;

use axum_core::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    response::{IntoResponse, IntoResponseParts, Response, ResponseParts},
};
use http::{StatusCode, header, request::Parts};

use super::{
    nonce::Nonce,
    proven::{NotCovered, ProvenCookie},
    share::Shared,
    visitor::{ConsentHtml, Visitor},
};
use crate::decision::{Decision, Granted, Purpose};

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

/// Why a handler that needs a grant did not run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotGranted {
    /// There is no layer.
    #[error(transparent)]
    MissingLayer(#[from] MissingLayer),
    /// The visitor did not agree. Answers an empty 403.
    #[error("the visitor has not granted `{0}`")]
    Denied(&'static str),
}

impl IntoResponse for NotGranted {
    fn into_response(self) -> Response {
        match self {
            Self::MissingLayer(missing) => missing.into_response(),
            Self::Denied(_) => StatusCode::FORBIDDEN.into_response(),
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = MissingLayer;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        parts.extensions.get::<Self>().cloned().ok_or(MissingLayer)
    }
}

impl<S: Sync> FromRequestParts<S> for Decision {
    type Rejection = MissingLayer;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Visitor::from_request_parts(parts, state).await?.decision().clone())
    }
}

impl<S: Sync> FromRequestParts<S> for ConsentHtml {
    type Rejection = MissingLayer;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Ok(Visitor::from_request_parts(parts, state).await?.html())
    }
}

impl<S: Sync, P: Purpose + 'static> FromRequestParts<S> for Granted<P> {
    type Rejection = NotGranted;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let visitor = Visitor::from_request_parts(parts, state).await?;
        visitor.decision().granted().ok_or(NotGranted::Denied(P::ID))
    }
}

/// `None` where nothing is granted; without a layer too, which is logged once.
impl<S: Sync, P: Purpose + 'static> OptionalFromRequestParts<S> for Granted<P> {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Self::Rejection> {
        static TOLD: std::sync::Once = std::sync::Once::new();
        match Visitor::from_request_parts(parts, state).await {
            Ok(visitor) => Ok(visitor.decision().granted()),
            Err(missing) => {
                TOLD.call_once(|| tracing::error!("{missing}"));
                Ok(None)
            }
        }
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

/// The application's fault: answers an empty 500 and is logged.
impl IntoResponse for NotCovered {
    fn into_response(self) -> Response {
        tracing::error!("{self}");
        StatusCode::INTERNAL_SERVER_ERROR.into_response()
    }
}
