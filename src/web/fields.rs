//! The fields of a text.

use crate::text::{number, until};

/// As many fields as anything here has.
pub(super) const FIELDS: usize = 10;

/// The fields of a text, separated by U+001F, and the rest. One that is not there is empty.
pub(super) fn fields(mut text: &str) -> ([&str; FIELDS], &str) {
    let mut fields = [""; FIELDS];
    for field in &mut fields {
        *field = until(&mut text, b'\x1f').unwrap_or_else(|| core::mem::take(&mut text));
    }
    (fields, text)
}

/// A whole number of 32 bits, or else `default`.
pub(super) fn whole(text: &str, default: u32) -> u32 {
    number(text, u32::MAX.into()).map_or(default, |number| number as u32)
}
