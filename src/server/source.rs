//! The piece of a page that is being read, so that a tag can be looked at as it is written.

use core::ops::Range;

use bytes::Bytes;

/// Holds the newest piece.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// How much of the page came before it, in bytes.
    start: usize,
    piece: Bytes,
}

impl Source {
    /// Goes on to the next piece.
    pub(super) fn take(&mut self, piece: Bytes) {
        self.start += self.piece.len();
        self.piece = piece;
    }

    /// What is written at a place of the page; `None` where a part of it came with an earlier piece.
    pub(super) fn get(&self, place: Range<usize>) -> Option<&[u8]> {
        self.piece.get(place.start.checked_sub(self.start)?..place.end.checked_sub(self.start)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_found_in_the_newest_piece_alone() {
        let mut source = Source::default();
        assert_eq!(source.get(0..1), None);
        source.take("<img>".into());
        assert_eq!(source.get(0..5), Some(&b"<img>"[..]));
        assert_eq!(source.get(3..6), None);
        source.take(" <p".into());
        source.take("><b>".into());
        assert_eq!((source.get(9..12), source.get(6..9)), (Some(&b"<b>"[..]), None));
        assert_eq!(source.get(12..13), None);
    }
}
