//! The languages that the library's own words are there in.

use crate::policy::language as tags;

/// The wordings, a line for each word in the order of [`Word::ALL`](super::Word::ALL): its name and the text. The npm
/// package is built from the same files.
pub(super) const LANGUAGES: &[(&str, &str)] = &[
    ("ar", include_str!("ar.txt")),
    ("bg", include_str!("bg.txt")),
    ("ca", include_str!("ca.txt")),
    ("cs", include_str!("cs.txt")),
    ("da", include_str!("da.txt")),
    ("de", include_str!("de.txt")),
    ("el", include_str!("el.txt")),
    ("en", include_str!("en.txt")),
    ("es", include_str!("es.txt")),
    ("et", include_str!("et.txt")),
    ("fa", include_str!("fa.txt")),
    ("fi", include_str!("fi.txt")),
    ("fr", include_str!("fr.txt")),
    ("ga", include_str!("ga.txt")),
    ("he", include_str!("he.txt")),
    ("hi", include_str!("hi.txt")),
    ("hr", include_str!("hr.txt")),
    ("hu", include_str!("hu.txt")),
    ("id", include_str!("id.txt")),
    ("it", include_str!("it.txt")),
    ("ja", include_str!("ja.txt")),
    ("ko", include_str!("ko.txt")),
    ("lt", include_str!("lt.txt")),
    ("lv", include_str!("lv.txt")),
    ("mt", include_str!("mt.txt")),
    ("nb", include_str!("nb.txt")),
    ("nl", include_str!("nl.txt")),
    ("pl", include_str!("pl.txt")),
    ("pt", include_str!("pt.txt")),
    ("pt-BR", include_str!("pt-BR.txt")),
    ("ro", include_str!("ro.txt")),
    ("ru", include_str!("ru.txt")),
    ("sk", include_str!("sk.txt")),
    ("sl", include_str!("sl.txt")),
    ("sr", include_str!("sr.txt")),
    ("sv", include_str!("sv.txt")),
    ("th", include_str!("th.txt")),
    ("tr", include_str!("tr.txt")),
    ("uk", include_str!("uk.txt")),
    ("vi", include_str!("vi.txt")),
    ("zh-Hans", include_str!("zh-Hans.txt")),
    ("zh-Hant", include_str!("zh-Hant.txt")),
];

/// The languages that the library's own words are there in: the 24 official ones of the European Union, and 18 more. A
/// site's own texts are in the languages of its policy; these are for the words around them.
///
/// Arabic (`ar`), Brazilian Portuguese (`pt-BR`), Bulgarian (`bg`), Catalan (`ca`), Croatian (`hr`), Czech (`cs`),
/// Danish (`da`), Dutch (`nl`), English (`en`), Estonian (`et`), Finnish (`fi`), French (`fr`), German (`de`), Greek
/// (`el`), Hebrew (`he`), Hindi (`hi`), Hungarian (`hu`), Indonesian (`id`), Irish (`ga`), Italian (`it`), Japanese
/// (`ja`), Korean (`ko`), Latvian (`lv`), Lithuanian (`lt`), Maltese (`mt`), Norwegian Bokmål (`nb`), Persian (`fa`),
/// Polish (`pl`), Portuguese (`pt`), Romanian (`ro`), Russian (`ru`), Serbian in Cyrillic (`sr`), simplified Chinese
/// (`zh-Hans`), Slovak (`sk`), Slovenian (`sl`), Spanish (`es`), Swedish (`sv`), Thai (`th`), traditional Chinese (`zh-
/// Hant`), Turkish (`tr`), Ukrainian (`uk`), Vietnamese (`vi`).
///
/// No native speakers have reviewed them yet. [`Words::set`](super::Words::set), and `[words]` in a policy's file, put a
/// site's own wording in the place of any.
pub fn languages() -> impl ExactSizeIterator<Item = &'static str> {
    LANGUAGES.iter().map(|(tag, _)| *tag)
}

/// Which of [`languages`] is for readers of `tag`, by lookup (RFC 4647 section 3.4) with other names of a language:
/// `pt-BR` has words of its own, `pt-AO` those of `pt`, `no` and `nn` those of `nb`, `zh-TW` those of `zh-Hant`. `None`
/// where there is none; English is shown then.
pub fn language(tag: &str) -> Option<&'static str> {
    tags::lookup(tag, |tag| languages().find(|known| known.eq_ignore_ascii_case(tag)))
}

#[cfg(all(test, feature = "std"))]
mod tests {
    extern crate std;

    use alloc::{string::String, vec::Vec};
    use std::fs;

    use super::{super::Word, LANGUAGES, languages};

    /// What is the same word as in English.
    const SAME: &[(&str, &str)] = &[
        ("ca", "day hour minute"),
        ("cs", "day hour minute"),
        ("da", "cookies day minute data policyVersion export"),
        ("de", "details cookies"),
        ("el", "cookies"),
        ("es", "cookies day hour minute"),
        ("et", "minute"),
        ("fi", "minute"),
        ("fr", "contact services cookies hour minute policyVersion"),
        ("hr", "day hour minute"),
        ("id", "data"),
        ("it", "hour minute"),
        ("lv", "minute"),
        ("mt", "cookies data"),
        ("nb", "day minute"),
        ("nl", "contact details cookies day minute"),
        ("pl", "day minute"),
        ("pt", "cookies day hour minute"),
        ("pt-BR", "cookies day hour minute"),
        ("ro", "contact hour minute"),
        ("sk", "day hour minute"),
        ("sl", "day hour minute"),
        ("sv", "cookies day minute policyVersion"),
    ];

    /// Languages in other scripts than Latin, with what may be in Latin letters all the same.
    const OTHER_SCRIPTS: &[(&str, &str)] = &[
        ("ar", ""),
        ("bg", ""),
        ("el", "cookies"),
        ("fa", ""),
        ("he", ""),
        ("hi", ""),
        ("ja", "cookies"),
        ("ko", ""),
        ("ru", ""),
        ("sr", ""),
        ("th", ""),
        ("uk", ""),
        ("zh-Hans", "cookies"),
        ("zh-Hant", "cookies"),
    ];

    fn listed(list: &[(&str, &str)], language: &str, word: &str) -> Option<bool> {
        let (_, words) = list.iter().find(|(known, _)| *known == language)?;
        Some(words.split(' ').any(|known| known == word))
    }

    fn lines(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
        text.lines().map(|line| line.split_once(' ').unwrap_or((line, "")))
    }

    #[test]
    fn every_file_is_a_language_and_they_are_sorted() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/banner/words");
        let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        let mut files: Vec<String> = names.filter_map(|name| name.strip_suffix(".txt").map(String::from)).collect();
        files.sort();
        assert_eq!(languages().collect::<Vec<_>>(), files);
        assert_eq!(files.len(), 42);
    }

    #[test]
    fn every_language_has_every_word() {
        let words: Vec<&str> = Word::ALL.iter().map(|word| word.word()).collect();
        for (language, text) in LANGUAGES {
            assert_eq!(lines(text).map(|(name, _)| name).collect::<Vec<_>>(), words, "{language}");
            assert!(text.ends_with('\n') && !text.contains('\r'), "{language}");
        }
    }

    #[test]
    fn every_text_is_one_in_its_language() {
        for (language, text) in LANGUAGES {
            for (name, text) in lines(text) {
                let place = std::format!("{language}: {name}: {text:?}");
                assert!(!text.is_empty() && text.trim() == text && !text.contains("  "), "{place}");
                assert!(text.chars().count() <= 140 && !text.contains(['<', '>', '{', '}', '"']), "{place}");
                let english = Word::from_word(name).unwrap().english();
                let may_be_same = *language == "en" || listed(SAME, language, name) == Some(true);
                assert_eq!(text == english, may_be_same, "{place}");
                if let Some(may_be_ascii) = listed(OTHER_SCRIPTS, language, name) {
                    assert_eq!(text.is_ascii(), may_be_ascii, "{place}");
                }
            }
        }
    }

    #[test]
    fn what_something_follows_ends_in_a_colon_and_nothing_else_does() {
        let before_something = [Word::GpcConflict, Word::Waiting, Word::LastChoice, Word::Present];
        for language in languages() {
            for word in Word::ALL {
                let text = word.translated(language).unwrap();
                // Hungarian writes a version's number before the word, but for this sign between them.
                let wanted = before_something.contains(word) || (language, *word) == ("hu", Word::PolicyVersion);
                assert_eq!(text.ends_with([':', '：']), wanted, "{language}: {text}");
            }
        }
    }

    #[test]
    fn buttons_beside_each_other_say_different_things() {
        use Word::*;
        let rows: [&[Word]; 4] = [
            &[Accept, Reject, Settings, Save, AllChoices],
            &[AcceptThese, RejectThese, Settings, Save],
            &[Understood, AllowAnyway],
            &[AllowOnce, AllowAlways],
        ];
        for language in languages() {
            for row in rows {
                let mut texts: Vec<_> = row.iter().map(|word| word.translated(language)).collect();
                texts.sort();
                texts.dedup();
                assert_eq!(texts.len(), row.len(), "{language}: {texts:?}");
            }
        }
    }

    #[test]
    fn refusing_is_said_as_plainly_as_accepting() {
        for language in languages() {
            let length = |word: Word| word.translated(language).unwrap().chars().count();
            for (accept, reject) in [(Word::Accept, Word::Reject), (Word::AcceptThese, Word::RejectThese)] {
                // A verb each: neither is a sentence where the other is a word.
                let (accept, reject) = (length(accept), length(reject));
                assert!(accept.abs_diff(reject) <= 6, "{language}: {accept} and {reject} letters");
            }
        }
    }
}
