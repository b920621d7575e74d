//! The body of a response.

use alloc::{boxed::Box, string::String};
use core::{
    error::Error,
    pin::Pin,
    task::{Context, Poll, ready},
};

use actix_web::body::{BodySize, MessageBody};
use bytes::Bytes;
use pin_project_lite::pin_project;

use crate::server::filter::{Aborted, BodyFilter, Whole};

pin_project! {
    /// The body of a response: the inner service's, or one of the library's own pages.
    #[derive(Debug)]
    #[project = BodyProjection]
    pub enum ResponseBody<B> {
        /// One of the library's own pages; `None` for a request that asked for no body.
        #[doc(hidden)]
        Own { body: Option<String> },
        /// The inner service's, which was there as a whole, changed.
        #[doc(hidden)]
        Whole { body: Whole },
        /// The inner service's, which could not be changed safely.
        #[doc(hidden)]
        Aborted { fault: Option<Aborted> },
        /// The inner service's, and what becomes of it as it comes.
        #[doc(hidden)]
        Inner { #[pin] body: B, filter: BodyFilter, over: bool },
    }
}

impl<B: MessageBody> ResponseBody<B> {
    /// What becomes of the inner service's body. Where all of it is there already, its length is known.
    pub(super) fn of(body: B, filter: BodyFilter) -> Self {
        let at_once = matches!(body.size(), BodySize::Sized(length) if filter.takes_at_once(length));
        let body = if at_once { body.try_into_bytes() } else { Err(body) };
        match body {
            Ok(body) => match filter.whole(body) {
                Ok(body) => Self::Whole { body },
                Err(fault) => Self::Aborted { fault: Some(fault) },
            },
            Err(body) => Self::Inner { body, filter, over: false },
        }
    }
}

/// A fault of the inner body, or [`Aborted`](crate::server::Aborted): actix then breaks off the connection.
impl<B: MessageBody> MessageBody for ResponseBody<B> {
    type Error = Box<dyn Error>;

    fn size(&self) -> BodySize {
        match self {
            // Not 0: an answer to HEAD tells the length of the page (RFC 9110 section 8.6), or none.
            Self::Own { body } => body.as_ref().map_or(BodySize::None, MessageBody::size),
            Self::Whole { body } => BodySize::Sized(u64::try_from(body.len()).unwrap_or(u64::MAX)),
            // Not 0: nobody must take it for an empty page.
            Self::Aborted { .. } => BodySize::Stream,
            Self::Inner { body, filter, .. } if filter.is_idle() => body.size(),
            Self::Inner { .. } => BodySize::Stream,
        }
    }

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Self::Error>>> {
        match self.project() {
            BodyProjection::Own { body } => {
                let body = body.take().filter(|body| !body.is_empty());
                Poll::Ready(body.map(|body| Ok(body.into())))
            }
            BodyProjection::Whole { body } => Poll::Ready(body.next_piece().map(Ok)),
            BodyProjection::Aborted { fault } => Poll::Ready(fault.take().map(|fault| Err(fault.into()))),
            BodyProjection::Inner { over: true, .. } => Poll::Ready(None),
            BodyProjection::Inner { mut body, filter, over } => loop {
                let more = filter.more();
                if !more.is_empty() {
                    return Poll::Ready(Some(Ok(more)));
                }
                let out = match ready!(body.as_mut().poll_next(context)) {
                    Some(Ok(piece)) => filter.take(piece)?,
                    Some(Err(fault)) => return Poll::Ready(Some(Err(fault.into()))),
                    None => {
                        // A stream that ended must not be asked again.
                        *over = true;
                        let last = filter.end()?;
                        return Poll::Ready((!last.is_empty()).then_some(Ok(last)));
                    }
                };
                if !out.is_empty() {
                    return Poll::Ready(Some(Ok(out)));
                }
            },
        }
    }

    fn try_into_bytes(self) -> Result<Bytes, Self> {
        match self {
            Self::Own { body } => Ok(body.unwrap_or_default().into()),
            Self::Whole { body } => Ok(body.into()),
            Self::Inner { body, filter, over } if filter.is_idle() => {
                body.try_into_bytes().map_err(|body| Self::Inner { body, filter, over })
            }
            Self::Aborted { .. } | Self::Inner { .. } => Err(self),
        }
    }
}
