//! The nonce of a page's content security policy, for the script and style elements that the library puts into it.

use alloc::sync::Arc;

use http::{HeaderMap, header};

/// The nonce that a page's `Content-Security-Policy` allows script and style elements by.
///
/// Put it into a request's extensions in a layer outside of consent's, or into a response's. Where it is in neither, a
/// nonce in the response's own `Content-Security-Policy` is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nonce(Arc<str>);

impl Nonce {
    /// Reads a nonce; `None` if it is none (Content Security Policy Level 3, section 2.3.1: `base64-value`).
    pub fn new(text: &str) -> Option<Self> {
        let digits = text.trim_end_matches('=');
        let padding = text.len() - digits.len();
        let digit = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'-' | b'_');
        (!digits.is_empty() && padding <= 2 && digits.bytes().all(digit)).then(|| Self(text.into()))
    }

    /// The nonce as it stands in an attribute.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first nonce that a response allows scripts by.
    pub(super) fn of_policy(headers: &HeaderMap) -> Option<Self> {
        let policies = headers.get_all(header::CONTENT_SECURITY_POLICY).iter().filter_map(|line| line.to_str().ok());
        let mut directives = policies.flat_map(|line| line.split([';', ',']));
        directives.find_map(|directive| {
            let mut words = directive.split_ascii_whitespace();
            let name = words.next()?;
            let is_script =
                ["script-src", "script-src-elem", "default-src"].iter().any(|d| d.eq_ignore_ascii_case(name));
            words.filter(|_| is_script).find_map(|word| {
                let quoted = word.strip_prefix('\'')?.strip_suffix('\'')?;
                let (prefix, nonce) = quoted.split_at_checked("nonce-".len())?;
                if prefix.eq_ignore_ascii_case("nonce-") { Self::new(nonce) } else { None }
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonces_are_base64() {
        for good in ["a", "aGVsbG8=", "a-_+/==", "0"] {
            assert_eq!(Nonce::new(good).unwrap().as_str(), good);
        }
        for bad in ["", "=", "a=b", "a===", "a\"b", "a b", "é", "a'><script>"] {
            assert_eq!(Nonce::new(bad), None, "{bad}");
        }
    }

    #[test]
    fn the_one_for_scripts_is_taken() {
        let of = |lines: &[&'static str]| {
            let lines = lines.iter().map(|line| (header::CONTENT_SECURITY_POLICY, line.parse().unwrap()));
            Nonce::of_policy(&HeaderMap::from_iter(lines)).map(|nonce| alloc::string::String::from(nonce.as_str()))
        };
        assert_eq!(of(&["default-src 'self'; Script-Src 'self' 'nonce-abc'"]).as_deref(), Some("abc"));
        assert_eq!(of(&["img-src x", "default-src 'NONCE-d=='"]).as_deref(), Some("d=="));
        assert_eq!(of(&["img-src x, script-src-elem 'nonce-e'"]).as_deref(), Some("e"));
        assert_eq!(of(&["style-src 'nonce-s'; script-src nonce-x 'nonce-' 'self'"]), None);
        assert_eq!(of(&[]), None);
    }
}
