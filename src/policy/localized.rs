//! Texts in several languages.

use alloc::{borrow::ToOwned, string::String, vec::Vec};

use super::language;

/// A text in one or more languages. Keys are language tags (RFC 5646) such as `en` or `pt-BR`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Localized(pub(crate) Vec<(String, String)>);

impl Localized {
    /// Adds the text for `locale`, or replaces it.
    pub fn set(&mut self, locale: &str, text: impl Into<String>) {
        let text = text.into();
        match self.0.iter_mut().find(|(known, _)| known == locale) {
            Some((_, old)) => *old = text,
            None => self.0.push((locale.to_owned(), text)),
        }
    }

    /// Whether there is no text at all.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The languages present.
    pub fn locales(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(locale, _)| locale.as_str())
    }

    /// The text for `locale`, by lookup (RFC 4647 section 3.4): the tag itself, then shorter by a subtag at a time, other
    /// names of a language along with it (`nb` and `no`; `zh-TW` is `zh-Hant`); then the same for `fallback`; then the
    /// first text there is.
    pub fn get(&self, locale: &str, fallback: &str) -> Option<&str> {
        self.lookup(locale).or_else(|| self.lookup(fallback)).or_else(|| self.0.first().map(|(_, text)| text.as_str()))
    }

    /// The text for `locale` or a shorter form of it, and no other.
    pub(crate) fn lookup(&self, locale: &str) -> Option<&str> {
        language::lookup(locale, |tag| self.0.iter().find(|(known, _)| known.eq_ignore_ascii_case(tag)))
            .map(|(_, text)| text.as_str())
    }
}

impl<L: Into<String>, T: Into<String>> FromIterator<(L, T)> for Localized {
    fn from_iter<I: IntoIterator<Item = (L, T)>>(texts: I) -> Self {
        let mut all = Self::default();
        for (locale, text) in texts {
            all.set(&locale.into(), text);
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lookup_shortens_the_tag_then_falls_back() {
        let text: Localized = [("en", "Colour"), ("pt-BR", "Cor")].into_iter().collect();
        assert_eq!(text.get("en-GB", "pt-BR"), Some("Colour"));
        assert_eq!(text.get("PT-br", "en"), Some("Cor"));
        assert_eq!(text.get("pt", "en"), Some("Colour"));
        assert_eq!(text.get("fr", "de"), Some("Colour"));
        assert_eq!(Localized::default().get("en", "en"), None);
    }
}
