//! The proof that every consent fits its cookie.

use super::codec::FORMAT;
use crate::policy::{MAX_ID_BYTES, Terms};

/// The longest time in a consent: 2^53 - 1 has 16 digits. The largest version, 2^32 - 1, has 10: a consent that is newer
/// than this policy is written too.
const TIME_DIGITS: usize = 16;
const VERSION_DIGITS: usize = 10;
const STAMP_BYTES: usize = 1 + VERSION_DIGITS + 1 + TIME_DIGITS + 1 + 2;
/// `~` and the longest id.
const VISITOR_BYTES: usize = 1 + 32;
/// `.`, a key id, `.`, and 32 bytes in base64url.
const SEAL_BYTES: usize = 1 + MAX_ID_BYTES + 1 + 43;

/// The size in bytes of the largest text a consent under these terms can have, a page's tail included.
pub(crate) fn largest_text(terms: &Terms) -> usize {
    let head = FORMAT.len() + 1 + terms.id.len() + STAMP_BYTES;
    names(terms).map(|name| 2 + name.len() + STAMP_BYTES).sum::<usize>() + head + space_after(terms)
}

/// The space to leave after the answers: for the visitor's id, the seal, and the tail a page may append.
pub(super) fn space_after(terms: &Terms) -> usize {
    VISITOR_BYTES
        + SEAL_BYTES
        + 1
        + VERSION_DIGITS
        + 1
        + TIME_DIGITS
        + names(terms).map(|name| 2 + name.len()).sum::<usize>()
}

fn names(terms: &Terms) -> impl Iterator<Item = &str> {
    terms.switches().map(|(_, item)| &*item.short)
}
