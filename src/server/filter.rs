//! What becomes of the body of a response on its way out, piece by piece.

use alloc::boxed::Box;

use bytes::Bytes;

use super::insert::Insertion;
#[cfg(feature = "html")]
use super::{document, gate::Counters, rewrite::Rewriter};

/// How long a body may be, in bytes, for its end to be waited for: a longer one is better sent while it is worked on.
const MAX_AT_ONCE: u64 = 256 * 1024;

/// What becomes of a body: give it every piece and send what it gives back and [`more`](Self::more), then what
/// [`end`](Self::end) gives. Where [`takes_at_once`](Self::takes_at_once) says so, [`whole`](Self::whole) is better.
///
/// Neither the length of the body nor how it is cut into pieces is kept.
#[derive(Debug, Default)]
pub struct BodyFilter(Work);

#[derive(Debug, Default)]
enum Work {
    /// Nothing, or nothing more.
    #[default]
    Pass,
    Insert(Box<Insertion>),
    #[cfg(feature = "html")]
    Rewrite {
        rewriter: Box<Rewriter>,
        counters: alloc::sync::Arc<Counters>,
        start: Option<bytes::BytesMut>,
    },
    /// It was cut off.
    #[cfg(feature = "html")]
    Cut,
}

/// A body that is there as a whole, in one piece or two.
#[derive(Debug, Default)]
pub struct Whole([Bytes; 2]);

impl Whole {
    /// How long it is, in bytes, with what was taken out.
    pub fn len(&self) -> usize {
        self.0.iter().map(Bytes::len).sum()
    }

    /// Whether nothing is left.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The next piece, which is not empty.
    pub fn next_piece(&mut self) -> Option<Bytes> {
        self.0.iter_mut().find(|piece| !piece.is_empty()).map(core::mem::take)
    }
}

impl From<Bytes> for Whole {
    fn from(body: Bytes) -> Self {
        Self([body, Bytes::new()])
    }
}

impl From<Whole> for Bytes {
    fn from(Whole([first, rest]): Whole) -> Self {
        match (first.is_empty(), rest.is_empty()) {
            (_, true) => first,
            (true, false) => rest,
            (false, false) => [first, rest].concat().into(),
        }
    }
}

/// A page that could not be sent to its end. What was sent of it is no whole page, and must not look like one: break off
/// the connection.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Aborted(alloc::string::String);

impl BodyFilter {
    pub(super) fn insert(insertion: Insertion) -> Self {
        Self(Work::Insert(insertion.into()))
    }

    #[cfg(feature = "html")]
    pub(super) fn rewrite(rewriter: Rewriter, counters: alloc::sync::Arc<Counters>) -> Self {
        Self(Work::Rewrite { rewriter: rewriter.into(), counters, start: Some(bytes::BytesMut::new()) })
    }

    /// Whether what comes from here on passes as it is.
    pub fn is_idle(&self) -> bool {
        match &self.0 {
            Work::Pass => true,
            Work::Insert(insertion) => insertion.is_idle(),
            #[cfg(feature = "html")]
            Work::Rewrite { .. } | Work::Cut => false,
        }
    }

    /// Whether a body of this length, in bytes, is better given to [`whole`](Self::whole), if it is there already: its
    /// response can then tell its length.
    pub fn takes_at_once(&self, length: u64) -> bool {
        !self.is_idle() && (1..=MAX_AT_ONCE).contains(&length)
    }

    /// What goes out for a body that is there as a whole.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub fn whole(mut self, body: Bytes) -> Result<Whole, Aborted> {
        let start = self.take(body)?;
        Ok(Whole([start, self.end()?]))
    }

    /// What goes out for a piece that came; it may be nothing yet.
    ///
    /// # Errors
    /// If the page cannot be rewritten safely. Nothing more of it goes out.
    pub fn take(&mut self, piece: Bytes) -> Result<Bytes, Aborted> {
        match &mut self.0 {
            Work::Pass => Ok(piece),
            Work::Insert(insertion) => Ok(insertion.take(piece)),
            #[cfg(feature = "html")]
            Work::Rewrite { .. } => self.rewritten(piece),
            #[cfg(feature = "html")]
            Work::Cut => Ok(Bytes::new()),
        }
    }

    /// What goes out for that piece besides, uncopied. Ask for it after each [`take`](Self::take); what is not asked for goes
    /// out with what is next.
    pub fn more(&mut self) -> Bytes {
        match &mut self.0 {
            Work::Insert(insertion) => insertion.more(),
            _ => Bytes::new(),
        }
    }

    /// What goes out after the last piece.
    ///
    /// # Errors
    /// As [`take`](Self::take).
    pub fn end(&mut self) -> Result<Bytes, Aborted> {
        match core::mem::take(&mut self.0) {
            Work::Pass => Ok(Bytes::new()),
            Work::Insert(mut insertion) => Ok(insertion.end()),
            #[cfg(feature = "html")]
            Work::Rewrite { mut rewriter, counters, start } => {
                let mut last = bytes::BytesMut::new();
                // A page of one byte.
                if let Some(start) = start {
                    last.extend_from_slice(&rewriter.take(start.freeze()).map_err(|fault| abort(&counters, &fault))?);
                }
                last.extend_from_slice(&rewriter.end().map_err(|fault| abort(&counters, &fault))?);
                Ok(last.freeze())
            }
            #[cfg(feature = "html")]
            Work::Cut => Ok(Bytes::new()),
        }
    }

    #[cfg(feature = "html")]
    fn rewritten(&mut self, piece: Bytes) -> Result<Bytes, Aborted> {
        let Work::Rewrite { rewriter, counters, start } = &mut self.0 else { return Ok(piece) };
        // The first two bytes say whether it is UTF-16, which cannot be looked into.
        let piece = match start.take() {
            None => piece,
            // Most come in pieces that are long enough, and need no copy.
            Some(first) if first.is_empty() && piece.len() >= 2 && !document::is_utf16(&piece) => piece,
            Some(mut first) => {
                first.extend_from_slice(&piece);
                if first.len() < 2 {
                    *start = Some(first);
                    return Ok(Bytes::new());
                }
                if document::is_utf16(&first) {
                    counters.count_opaque(document::FOREIGN_CHARSET);
                    self.0 = Work::Pass;
                    return Ok(first.freeze());
                }
                first.freeze()
            }
        };
        let rewritten = rewriter.take(piece).map_err(|fault| abort(counters, &fault));
        if rewritten.is_err() {
            self.0 = Work::Cut;
        }
        rewritten
    }
}

#[cfg(feature = "html")]
fn abort(counters: &Counters, fault: &super::rewrite::Fault) -> Aborted {
    counters.count_aborted(fault);
    Aborted(alloc::string::ToString::to_string(fault))
}
