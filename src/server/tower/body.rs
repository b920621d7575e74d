//! The body of a response.

use alloc::boxed::Box;
use core::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

use super::BoxError;
use crate::server::filter::{Aborted, BodyFilter, Whole};

pin_project! {
    /// The body of a response: the inner service's, or one of the library's own pages.
    #[derive(Debug)]
    #[project = BodyProjection]
    pub enum ResponseBody<B> {
        /// The inner service's, as it is.
        #[doc(hidden)]
        Inner { #[pin] body: B },
        /// All of it: one of the library's own pages, or the inner service's, changed.
        #[doc(hidden)]
        Whole { body: Whole },
        /// The inner service's, which could not be changed safely.
        #[doc(hidden)]
        Aborted { fault: Option<Aborted> },
        /// The inner service's, changed as it comes.
        #[doc(hidden)]
        Changing { body: Pin<Box<Changing<B>>> },
    }
}

impl<B> ResponseBody<B> {
    pub(super) fn own(page: impl Into<Bytes>) -> Self {
        Self::Whole { body: page.into().into() }
    }
}

impl<B: Body<Data = Bytes>> ResponseBody<B>
where
    B::Error: Into<BoxError>,
{
    /// What becomes of the inner service's body. Where all of it is there already, its length is known.
    pub(super) fn of(body: B, filter: BodyFilter, context: &mut Context<'_>) -> Self {
        if filter.is_idle() {
            return Self::Inner { body };
        }
        let length = body.size_hint().exact().filter(|length| filter.takes_at_once(*length));
        let mut changing = Box::pin(Changing { body, filter, early: None, trailers: None, over: false });
        let Some(length) = length else { return Self::Changing { body: changing } };
        let this = changing.as_mut().project();
        if let Poll::Ready(frame) = this.body.poll_frame(context) {
            *this.early = Some(frame.map(|frame| frame.map_err(Into::into)));
        }
        changing.as_mut().whole(length).unwrap_or(Self::Changing { body: changing })
    }
}

pin_project! {
    /// A body that is changed as it comes.
    #[derive(Debug)]
    pub struct Changing<B> {
        #[pin]
        body: B,
        filter: BodyFilter,
        // What came of the body before its head was sent.
        early: Option<Option<Result<Frame<Bytes>, BoxError>>>,
        trailers: Option<HeaderMap>,
        over: bool,
    }
}

impl<B: Body<Data = Bytes>> Changing<B>
where
    B::Error: Into<BoxError>,
{
    /// All of it, changed, if what came early is all.
    fn whole(self: Pin<&mut Self>, length: u64) -> Option<ResponseBody<B>> {
        let this = self.project();
        let Some(Some(Ok(frame))) = this.early else { return None };
        let body = frame.data_ref().filter(|data| u64::try_from(data.len()) == Ok(length))?;
        if !this.body.is_end_stream() {
            return None;
        }
        let body = body.clone();
        Some(match core::mem::take(this.filter).whole(body) {
            Ok(body) => ResponseBody::Whole { body },
            Err(fault) => ResponseBody::Aborted { fault: Some(fault) },
        })
    }

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let mut this = self.project();
        if *this.over {
            return Poll::Ready(None);
        }
        loop {
            if let Some(trailers) = this.trailers.take() {
                return Poll::Ready(Some(Ok(Frame::trailers(trailers))));
            }
            let more = this.filter.more();
            if !more.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(more))));
            }
            let frame = match this.early.take() {
                Some(frame) => frame,
                None => ready!(this.body.as_mut().poll_frame(context)).map(|frame| frame.map_err(Into::into)),
            };
            let out = match frame {
                Some(Err(fault)) => return Poll::Ready(Some(Err(fault))),
                None => {
                    // A stream that ended must not be asked again.
                    *this.over = true;
                    let last = this.filter.end()?;
                    return Poll::Ready((!last.is_empty()).then(|| Ok(Frame::data(last))));
                }
                Some(Ok(frame)) => match frame.into_data() {
                    Ok(piece) => this.filter.take(piece)?,
                    // The last piece goes before the trailers.
                    Err(frame) => {
                        *this.trailers = frame.into_trailers().ok();
                        this.filter.end()?
                    }
                },
            };
            if !out.is_empty() {
                return Poll::Ready(Some(Ok(Frame::data(out))));
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        let Self { body, filter, early, trailers, over } = self;
        *over || (filter.is_idle() && early.is_none() && trailers.is_none() && body.is_end_stream())
    }

    fn size_hint(&self) -> SizeHint {
        let is_as_it_comes = self.filter.is_idle() && self.early.is_none();
        if is_as_it_comes { self.body.size_hint() } else { SizeHint::default() }
    }
}

/// What may go wrong: the inner body's faults, and [`Aborted`].
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
            BodyProjection::Inner { body } => body.poll_frame(context).map_err(Into::into),
            BodyProjection::Whole { body } => Poll::Ready(body.next_piece().map(|piece| Ok(Frame::data(piece)))),
            BodyProjection::Aborted { fault } => Poll::Ready(fault.take().map(|fault| Err(fault.into()))),
            BodyProjection::Changing { body } => body.as_mut().poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Inner { body } => body.is_end_stream(),
            Self::Whole { body } => body.is_empty(),
            Self::Aborted { fault } => fault.is_none(),
            Self::Changing { body } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Inner { body } => body.size_hint(),
            Self::Whole { body } => SizeHint::with_exact(u64::try_from(body.len()).unwrap_or(u64::MAX)),
            // Not zero: nobody must take it for an empty page.
            Self::Aborted { .. } => SizeHint::default(),
            Self::Changing { body } => body.size_hint(),
        }
    }
}
