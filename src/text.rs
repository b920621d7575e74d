//! Writing and reading small texts without `core::fmt`, which costs the WASM module 4.5 kB compressed.

use alloc::string::String;

/// Appends `number` in decimal.
pub(crate) fn push_number(out: &mut String, number: u64) {
    if number >= 10 {
        push_number(out, number / 10);
    }
    out.push(char::from(b'0' + (number % 10) as u8));
}

/// Reads a canonical decimal number: digits only, no leading zero, at most `max`.
pub(crate) fn number(text: &str, max: u64) -> Option<u64> {
    if text.is_empty() || (text.len() > 1 && text.starts_with('0')) {
        return None;
    }
    let mut value: u64 = 0;
    for byte in text.bytes() {
        if !byte.is_ascii_digit() {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?;
    }
    (value <= max).then_some(value)
}

/// Appends a JSON string literal (RFC 8259 section 7), fit for an HTML script element too: `<` is escaped.
pub(crate) fn push_json(out: &mut String, text: &str) {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    out.push('"');
    for character in text.chars() {
        match character {
            '"' | '\\' => {
                out.push('\\');
                out.push(character);
            }
            '\0'..='\x1f' | '<' | '\u{2028}' | '\u{2029}' => {
                out.push_str("\\u");
                for shift in [12, 8, 4, 0] {
                    let nibble = (character as usize >> shift) & 15;
                    out.push(char::from(HEX.get(nibble).copied().unwrap_or(b'0')));
                }
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// Appends `items` with `between` between them, each written by `write`.
pub(crate) fn push_joined<T>(
    out: &mut String,
    items: impl IntoIterator<Item = T>,
    between: char,
    mut write: impl FnMut(&mut String, T),
) {
    for (position, item) in items.into_iter().enumerate() {
        if position > 0 {
            out.push(between);
        }
        write(out, item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_canonical_and_bounded() {
        assert_eq!(number("0", 9), Some(0));
        assert_eq!(number("18446744073709551615", u64::MAX), Some(u64::MAX));
        for bad in ["", "00", "01", "+1", "-1", " 1", "1 ", "1e3", "18446744073709551616", "٣"] {
            assert_eq!(number(bad, u64::MAX), None, "{bad:?}");
        }
        assert_eq!(number("10", 9), None);
    }

    #[test]
    fn json_strings_are_safe_in_a_script_element() {
        let mut out = String::new();
        push_json(&mut out, "a\"\\\n</script>\u{2028}é");
        assert_eq!(out, "\"a\\\"\\\\\\u000a\\u003c/script>\\u2028é\"");
    }
}
