//! Identifiers of categories, services, policies and regimes.

use crate::text::is_name;

/// The longest identifier, in bytes.
pub const MAX_ID_BYTES: usize = 32;

/// The longest cookie name in a rule, in bytes.
const MAX_COOKIE_NAME_BYTES: usize = 128;

/// The identifier of the built-in category that needs no consent.
pub const NECESSARY: &str = "necessary";

/// Whether `text` is an identifier: `[a-z][a-z0-9_-]*`, at most [`MAX_ID_BYTES`] bytes.
pub fn is_id(text: &str) -> bool {
    is_name(text, false, 1, MAX_ID_BYTES) && text.as_bytes().first().is_some_and(u8::is_ascii_lowercase)
}

/// Whether `text` can stand as a cookie name in a rule: an HTTP token (RFC 9110 section 5.6.2), `*` only at its end.
pub(crate) fn is_cookie_pattern(text: &str) -> bool {
    let name = text.strip_suffix('*').unwrap_or(text);
    text.len() <= MAX_COOKIE_NAME_BYTES
        && !text.is_empty()
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        for good in ["a", "log-analysis", "a_1", "abcdefghijklmnopqrstuvwxyz012345"] {
            assert!(is_id(good), "{good}");
        }
        for bad in ["", "A", "1a", "-a", "a b", "é", "a.b", "abcdefghijklmnopqrstuvwxyz0123456"] {
            assert!(!is_id(bad), "{bad}");
        }
    }

    #[test]
    fn cookie_patterns() {
        for good in ["_ga", "_ga_*", "__Host-x", "*"] {
            assert!(is_cookie_pattern(good), "{good}");
        }
        for bad in ["", "a*b", "a b", "a;b", "a=b", "**", "é"] {
            assert!(!is_cookie_pattern(bad), "{bad}");
        }
    }
}
