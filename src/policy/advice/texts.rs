//! What visitors read: in which languages, and how the answers are worded.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use super::{Warnings, subject::Subject};
use crate::{
    banner::Word,
    policy::{ChangeKind, Localized, NECESSARY},
};

impl Warnings {
    pub(super) fn texts(&mut self, policy: &Subject<'_>) {
        let default = policy.default_locale;
        for (place, category) in policy.optional() {
            for (field, text) in [("name", &category.name), ("purpose", &category.purpose)] {
                if text.is_empty() {
                    let message = format!("the category `{}` has no {field}", category.id);
                    self.add("missing-text", format!("category[{place}]"), message);
                }
            }
        }
        let names = || policy.categories.iter().map(|category| &category.name);
        // The site's languages are those its categories have names in.
        let mut languages: Vec<&str> = Vec::new();
        for language in [default].into_iter().chain(names().flat_map(Localized::locales)) {
            if !languages.iter().any(|known| known.eq_ignore_ascii_case(language)) {
                languages.push(language);
            }
        }
        let mut unused: Vec<&str> = Vec::new();
        for (path, text) in texts(policy) {
            if text.lookup(default).is_none() {
                let message = format!("there is no text in {default:?}, the default language");
                self.add("missing-text", path.as_str(), message);
            }
            let missing: Vec<String> = languages
                .iter()
                .filter(|language| **language != default && text.lookup(language).is_none())
                .map(|language| format!("{language:?}"))
                .collect();
            if !missing.is_empty() {
                let message = format!("there is no text in {}, a language of the site", missing.join(", "));
                let message = if missing.len() > 1 { message.replace("a language", "languages") } else { message };
                self.add("missing-language", path.as_str(), message);
            }
            for locale in text.locales().filter(|locale| !is_shown(locale, &languages)) {
                if !unused.contains(&locale) && names().next().is_some() {
                    unused.push(locale);
                    let message = format!("nobody is shown texts in {locale:?}: no category has a name in it");
                    self.add("unused-language", format!("{path}.{locale}"), message);
                }
            }
        }
    }

    /// Whether both answers are worded alike.
    pub(super) fn choices(&mut self, policy: &Subject<'_>) {
        let buttons = [Word::Accept, Word::Reject, Word::AcceptThese, Word::RejectThese, Word::Settings, Word::Save];
        for (word, texts) in policy.words.own().filter(|(word, _)| buttons.contains(word)) {
            for (locale, text) in &texts.0 {
                if text.chars().all(is_unseen) {
                    let message = format!("the button `{}` says nothing in {locale:?}", word.word());
                    self.add("choice-wording", format!("words.{}.{locale}", word.word()), message);
                }
            }
        }
        for (accept, reject) in [(Word::Accept, Word::Reject), (Word::AcceptThese, Word::RejectThese)] {
            let own = |word| policy.words.own().find(move |(known, _)| *known == word).map(|(_, texts)| texts);
            let Some(texts) = own(reject).or_else(|| own(accept)) else { continue };
            for locale in texts.locales() {
                let text = |word| policy.words.get(word, locale, policy.default_locale).trim().to_lowercase();
                if text(accept) == text(reject) && !text(accept).chars().all(is_unseen) {
                    let message = format!("accepting and refusing are called the same in {locale:?}");
                    let word = if own(reject).is_some() { reject } else { accept };
                    self.add("choice-wording", format!("words.{}.{locale}", word.word()), message);
                }
            }
        }
    }
}

/// Every text that visitors read and that is there in some language, with its path.
fn texts<'p>(policy: &Subject<'p>) -> Vec<(String, &'p Localized)> {
    let mut all = Vec::new();
    for (place, category) in policy.categories.iter().enumerate() {
        all.push((format!("category[{place}].name"), &category.name));
        all.push((format!("category[{place}].purpose"), &category.purpose));
    }
    for (place, service) in policy.services.iter().enumerate() {
        all.push((format!("service[{place}].name"), &service.name));
        all.push((format!("service[{place}].purpose"), &service.purpose));
        if service.category == NECESSARY {
            all.push((format!("service[{place}].justification"), &service.justification));
        }
        for (cookie_place, cookie) in service.cookies.iter().enumerate() {
            all.push((format!("service[{place}].cookies[{cookie_place}].purpose"), &cookie.purpose));
        }
    }
    for (kind, name) in policy.data_names {
        all.push((format!("data.{kind}"), name));
    }
    for (place, change) in policy.changes.iter().enumerate() {
        if change.kind != ChangeKind::Editorial {
            all.push((format!("change[{place}].summary"), &change.summary));
        }
    }
    all.retain(|(_, text)| !text.is_empty());
    all
}

/// Whether a text in `locale` is shown in one of the site's languages.
fn is_shown(locale: &str, languages: &[&str]) -> bool {
    let alone: Localized = [(locale.to_string(), "")].into_iter().collect();
    languages.iter().any(|language| alone.lookup(language).is_some())
}

/// White space, and what takes no room.
fn is_unseen(char: char) -> bool {
    let takes_no_room = matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    char.is_whitespace() || char.is_control() || takes_no_room
}
