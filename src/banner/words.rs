//! The library's own words.

use alloc::vec::Vec;

use crate::policy::{Localized, words};

/// A word or sentence of the library's own, which a site can put its own wording in the place of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Word {
    /// The title of the banner and of the choices page.
    Title,
    /// What the banner says on a first visit.
    Intro,
    /// What the banner says when the policy changed.
    Changed,
    /// What the banner says when an answer has to be renewed for another reason.
    Renew,
    /// The button that grants everything asked.
    Accept,
    /// The button that refuses everything asked.
    Reject,
    /// The button that grants what is asked, where that is not everything there is.
    AcceptThese,
    /// The button that refuses what is asked, where that is not everything there is.
    RejectThese,
    /// Opens the single choices.
    Settings,
    /// The button that saves the single choices.
    Save,
    /// The link to all choices.
    AllChoices,
    /// The name of the necessary category.
    Necessary,
    /// What the necessary category is for.
    NecessaryPurpose,
    /// Stands where a switch would be.
    AlwaysOn,
    /// Said when an answer was saved.
    Saved,
    /// Said when an answer could not be saved.
    Failed,
    /// Puts a notice away.
    Understood,
    /// Said when a GPC signal was honoured.
    GpcHonoured,
    /// Says what a GPC signal turns off although the visitor may have allowed it; the names follow.
    GpcConflict,
    /// The button that overrides a GPC signal.
    AllowAnyway,
    /// The link to object where something is allowed by default.
    OptOut,
    /// Says that content waits for consent; the name of the service follows.
    Waiting,
    /// Allows one service in place.
    Allow,
    /// The link to the operator.
    Contact,
}

words!(Word: Title = "title", Intro = "intro", Changed = "changed", Renew = "renew", Accept = "accept",
    Reject = "reject", AcceptThese = "acceptThese", RejectThese = "rejectThese", Settings = "settings", Save = "save", AllChoices = "allChoices", Necessary = "necessary",
    NecessaryPurpose = "necessaryPurpose", AlwaysOn = "alwaysOn", Saved = "saved", Failed = "failed",
    Understood = "understood", GpcHonoured = "gpcHonoured", GpcConflict = "gpcConflict", AllowAnyway = "allowAnyway", OptOut = "optOut", Waiting = "waiting", Allow = "allow",
    Contact = "contact");

/// The library's own wordings, a line for each word in the order of [`Word::ALL`]: its name and the text. The npm
/// package's script reads the same files.
const LANGUAGES: &[(&str, &str)] =
    &[("en", include_str!("words/en.txt")), ("de", include_str!("words/de.txt")), ("fr", include_str!("words/fr.txt"))];

impl Word {
    /// The English wording.
    pub(crate) fn english(self) -> &'static str {
        self.translated("en").unwrap_or_default()
    }

    /// The wording in one of the library's languages.
    fn translated(self, locale: &str) -> Option<&'static str> {
        let primary = locale.split('-').next().unwrap_or(locale);
        let (_, lines) = LANGUAGES.iter().find(|(language, _)| *language == primary)?;
        let line = lines.lines().nth(self as usize)?;
        line.split_once(' ').map(|(_, text)| text)
    }
}

/// A site's own wordings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words(Vec<(Word, Localized)>);

impl Words {
    /// Sets the wording of `word` in `locale`.
    pub fn set(&mut self, word: Word, locale: &str, text: impl Into<alloc::string::String>) {
        match self.0.iter_mut().find(|(known, _)| *known == word) {
            Some((_, texts)) => texts.set(locale, text),
            None => self.0.push((word, [(locale, text)].into_iter().collect())),
        }
    }

    #[cfg(any(feature = "toml", feature = "json"))]
    pub(crate) fn set_all(&mut self, word: Word, texts: Localized) {
        self.0.retain(|(known, _)| *known != word);
        self.0.push((word, texts));
    }

    /// The wording of `word` for `locale`: the site's in that language, the library's in that language, the site's in
    /// any, the library's in English.
    pub fn get<'a>(&'a self, word: Word, locale: &str, fallback: &str) -> &'a str {
        let own = self.0.iter().find(|(known, _)| *known == word).map(|(_, texts)| texts);
        own.and_then(|texts| texts.lookup(locale))
            .or_else(|| word.translated(locale))
            .or_else(|| own.and_then(|texts| texts.get(locale, fallback)))
            .unwrap_or(word.english())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_language_has_every_word() {
        for (language, lines) in LANGUAGES {
            let names: Vec<&str> = lines.lines().filter_map(|line| Some(line.split_once(' ')?.0)).collect();
            let words: Vec<&str> = Word::ALL.iter().map(|word| word.word()).collect();
            assert_eq!(names, words, "{language}");
        }
        assert_eq!(Word::Title.english(), "Your privacy choices");
        assert_eq!(Word::Contact.translated("fr-CA"), Some("Contact"));
    }
}
