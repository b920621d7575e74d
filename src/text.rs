//! Reading and writing small texts without `core::fmt` and without patterns, each of which costs the WASM module
//! kilobytes.

use alloc::string::String;

/// `text` up to the first `byte`, and what follows it.
pub(crate) fn cut(text: &str, byte: u8) -> (&str, Option<&str>) {
    let place = text.bytes().position(|known| known == byte);
    match place.and_then(|place| text.split_at_checked(place)) {
        Some((before, after)) => (before, after.get(1..)),
        None => (text, None),
    }
}

/// Takes the text before the next `byte` off `rest`, and the byte with it; `None` where there is no such byte.
pub(crate) fn until<'a>(rest: &mut &'a str, byte: u8) -> Option<&'a str> {
    let (before, after) = cut(rest, byte);
    *rest = after?;
    Some(before)
}

/// The words of a list, separated by spaces.
pub(crate) const fn words(list: &str) -> Pieces<'_> {
    Pieces { rest: list, between: b' ' }
}

/// Whether a list separated by spaces has a word.
pub(crate) fn has_word(list: &str, word: &[u8]) -> bool {
    words(list).any(|known| known.as_bytes() == word)
}

/// The place of `word` in a list separated by spaces.
pub(crate) fn place_of(word: &str, list: &str) -> Option<usize> {
    words(list).position(|known| known == word)
}

/// The word at a place of a list separated by spaces.
pub(crate) fn nth(list: &'static str, place: usize) -> &'static str {
    words(list).nth(place).unwrap_or_default()
}

/// The pieces of a text between separators; empty ones are left out. One small type instead of `str::split`: every
/// place that goes through a list shares its code.
#[derive(Clone, Debug)]
pub(crate) struct Pieces<'a> {
    pub(crate) rest: &'a str,
    pub(crate) between: u8,
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        while !self.rest.is_empty() {
            let piece = until(&mut self.rest, self.between).unwrap_or_else(|| core::mem::take(&mut self.rest));
            if !piece.is_empty() {
                return Some(piece);
            }
        }
        None
    }
}

/// Whether `text` is made of letters, digits, `_` and `-` only, with capitals or without, and has so many bytes.
pub(crate) fn is_name(text: &str, capitals: bool, least: usize, most: usize) -> bool {
    let fits = |byte: u8| match byte {
        b'a'..=b'z' | b'0'..=b'9' | b'_' | b'-' => true,
        b'A'..=b'Z' => capitals,
        _ => false,
    };
    text.len() >= least && text.len() <= most && text.bytes().all(fits)
}

/// Appends `text`. A call of its own, because what it does is inlined at each place otherwise.
pub(crate) fn push(out: &mut String, text: &str) {
    out.push_str(text);
}

/// Appends `number` in decimal.
pub(crate) fn push_number(out: &mut String, number: u64) {
    if number >= 10 {
        push_number(out, number / 10);
    }
    push_letter(out, b'0' + (number % 10) as u8);
}

/// Appends an ASCII character.
pub(crate) fn push_letter(out: &mut String, letter: u8) {
    out.push(char::from(letter));
}

/// Reads a canonical decimal number: digits only, no leading zero, at most `max`, which is at most 2^53.
pub(crate) fn number(text: &str, max: u64) -> Option<u64> {
    if text.is_empty() || (text.len() > 1 && text.starts_with('0')) {
        return None;
    }
    let mut value: u64 = 0;
    for byte in text.bytes() {
        let digit = byte.wrapping_sub(b'0');
        // What is at most 2^53 does not overflow when it grows by a digit.
        value = value * 10 + u64::from(digit);
        if digit > 9 || value > max {
            return None;
        }
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn numbers_are_canonical_and_bounded() {
        const MAX: u64 = (1 << 53) - 1;
        assert_eq!(number("0", 9), Some(0));
        assert_eq!(number("9007199254740991", MAX), Some(MAX));
        for bad in ["", "00", "01", "+1", "-1", " 1", "1 ", "1e3", "9007199254740992", "18446744073709551616", "٣"] {
            assert_eq!(number(bad, MAX), None, "{bad:?}");
        }
        assert_eq!(number("10", 9), None);
    }

    #[test]
    fn lists_have_words() {
        assert_eq!(words(" a  b c ").collect::<Vec<_>>(), ["a", "b", "c"]);
        assert_eq!(words("").next(), None);
        assert!(has_word("ab a", b"a") && !has_word("ab ba", b"a") && !has_word("", b""));
    }
}
