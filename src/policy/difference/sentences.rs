//! What changed, in sentences for visitors, in every language of the library.

use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
    vec::Vec,
};

use super::{Difference, Edit, Part, reason::Reason};
use crate::{
    banner::{Word, language},
    policy::{ChangeKind, NECESSARY, Policy},
    text::nth,
};

/// A sentence. Where it says so, `{name}` is the category or service, `{new}` what is there now and `{old}` what was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sentence {
    NewCategory,
    NewService,
    Replaces,
    Moved,
    Necessary,
    Data,
    Recipient,
    Host,
    Retention,
    Unlimited,
    FirstRetention,
    Cookie,
    LongerCookie,
    Basis,
    Use,
    OwnChoice,
    NoChoice,
    Operator,
    Contact,
    Rules,
    Changed,
}

/// The names of the sentences, in the order of their declaration.
const NAMES: &str = "newCategory newService replaces moved necessary data recipient host retention unlimited firstRetention \
                     cookie longerCookie basis use ownChoice noChoice operator contact rules changed";

/// A line for each sentence, in the order of [`NAMES`]: its name and the text. Holes stand where no grammar
/// bends them: first, or after a colon.
const LANGUAGES: &[(&str, &str)] = &[
    ("ar", include_str!("words/ar.txt")),
    ("bg", include_str!("words/bg.txt")),
    ("ca", include_str!("words/ca.txt")),
    ("cs", include_str!("words/cs.txt")),
    ("da", include_str!("words/da.txt")),
    ("de", include_str!("words/de.txt")),
    ("el", include_str!("words/el.txt")),
    ("en", include_str!("words/en.txt")),
    ("es", include_str!("words/es.txt")),
    ("et", include_str!("words/et.txt")),
    ("fa", include_str!("words/fa.txt")),
    ("fi", include_str!("words/fi.txt")),
    ("fr", include_str!("words/fr.txt")),
    ("ga", include_str!("words/ga.txt")),
    ("he", include_str!("words/he.txt")),
    ("hi", include_str!("words/hi.txt")),
    ("hr", include_str!("words/hr.txt")),
    ("hu", include_str!("words/hu.txt")),
    ("id", include_str!("words/id.txt")),
    ("it", include_str!("words/it.txt")),
    ("ja", include_str!("words/ja.txt")),
    ("ko", include_str!("words/ko.txt")),
    ("lt", include_str!("words/lt.txt")),
    ("lv", include_str!("words/lv.txt")),
    ("mt", include_str!("words/mt.txt")),
    ("nb", include_str!("words/nb.txt")),
    ("nl", include_str!("words/nl.txt")),
    ("pl", include_str!("words/pl.txt")),
    ("pt", include_str!("words/pt.txt")),
    ("pt-BR", include_str!("words/pt-BR.txt")),
    ("ro", include_str!("words/ro.txt")),
    ("ru", include_str!("words/ru.txt")),
    ("sk", include_str!("words/sk.txt")),
    ("sl", include_str!("words/sl.txt")),
    ("sr", include_str!("words/sr.txt")),
    ("sv", include_str!("words/sv.txt")),
    ("th", include_str!("words/th.txt")),
    ("tr", include_str!("words/tr.txt")),
    ("uk", include_str!("words/uk.txt")),
    ("vi", include_str!("words/vi.txt")),
    ("zh-Hans", include_str!("words/zh-Hans.txt")),
    ("zh-Hant", include_str!("words/zh-Hant.txt")),
];

impl Sentence {
    fn text(self, locale: &str) -> &'static str {
        let of = |language: &str| {
            let (_, lines) = LANGUAGES.iter().find(|(known, _)| *known == language)?;
            lines.lines().find_map(|line| line.strip_prefix(nth(NAMES, self as usize))?.strip_prefix(' '))
        };
        language(locale).and_then(of).or_else(|| of("en")).unwrap_or_default()
    }

    /// What says an edit; `None` for what visitors are not told.
    fn of(edit: &Edit) -> Option<Self> {
        if edit.kind() == ChangeKind::Editorial {
            return None;
        }
        Some(match edit.reason() {
            Reason::NewCategory => Self::NewCategory,
            Reason::NewService => Self::NewService,
            Reason::Split | Reason::Merged | Reason::UnfollowedRename => Self::Replaces,
            Reason::Moved | Reason::LeftNecessary => Self::Moved,
            Reason::JoinedNecessary => Self::Necessary,
            Reason::NewData => Self::Data,
            Reason::NewRecipient | Reason::NewProcessor | Reason::NewCountry => Self::Recipient,
            Reason::NewHost => Self::Host,
            Reason::LongerRetention if edit.after().is_none() => Self::Unlimited,
            Reason::LongerRetention => Self::Retention,
            Reason::FirstRetention => Self::FirstRetention,
            Reason::LongerCookie if edit.before().is_some() => Self::LongerCookie,
            Reason::LongerCookie | Reason::NewCookie => Self::Cookie,
            Reason::LegalBasis => Self::Basis,
            Reason::NewUse => Self::Use,
            Reason::GainedChoice => Self::OwnChoice,
            Reason::LostChoice => Self::NoChoice,
            Reason::Controller => Self::Operator,
            Reason::Contact => Self::Contact,
            Reason::LaxerRegime => Self::Rules,
            _ => Self::Changed,
        })
    }
}

/// The languages a policy has the names of its categories in, its default first.
pub(super) fn locales(policy: &Policy) -> Vec<&str> {
    let mut locales = Vec::from([policy.default_locale()]);
    for locale in policy.categories().iter().flat_map(|category| category.names().locales()) {
        if !locales.contains(&locale) {
            locales.push(locale);
        }
    }
    locales
}

impl Difference {
    /// The languages that a summary is wanted in: those the new policy has the names of its categories in, its default
    /// language first.
    pub fn locales(&self) -> Vec<&str> {
        locales(&self.new)
    }

    /// What visitors are asked about or told of, in sentences; empty where it is neither. A draft for
    /// [`Change::summary`](crate::Change::summary): a site that says it in its own words says it better.
    pub fn summary(&self, locale: &str) -> String {
        let mut sentences: Vec<(Sentence, String, &str, Vec<String>)> = Vec::new();
        for edit in &self.edits {
            let Some(sentence) = Sentence::of(edit) else { continue };
            let value = self.value(sentence, edit, locale);
            let name = self.name(edit, locale);
            // Several things of one kind are said at once.
            let is_list = matches!(sentence, Sentence::Data | Sentence::Recipient | Sentence::Host | Sentence::Cookie);
            let known = sentences.iter_mut().find(|(other, of, id, _)| {
                (*other, of, *id) == (sentence, &name, edit.id()) && (is_list || sentence.is_bare())
            });
            match known {
                Some((.., values)) if is_list => values.extend(value),
                Some(_) => {}
                None => sentences.push((sentence, name, edit.id(), value.into_iter().collect())),
            }
        }
        let said = sentences.into_iter().map(|(sentence, name, _, values)| {
            // What keeps its name is not said to replace itself.
            let sentence =
                if sentence == Sentence::Replaces && values.contains(&name) { Sentence::Changed } else { sentence };
            let text = sentence.text(locale);
            let [old, new] = match sentence {
                Sentence::Retention | Sentence::LongerCookie | Sentence::Replaces => {
                    let mut values = values.into_iter();
                    [values.next().unwrap_or_default(), values.next().unwrap_or_default()]
                }
                _ => [String::new(), values.join(", ")],
            };
            filled(text, &[("{name}", &name), ("{old}", &old), ("{new}", &new)])
        });
        said.collect::<Vec<_>>().join(" ")
    }

    /// What the new policy calls what an edit is about.
    fn name(&self, edit: &Edit, locale: &str) -> String {
        match (edit.part(), edit.reason()) {
            // The longest word of a cookie's sentence is its own name.
            (_, Reason::LongerCookie) if edit.before().is_some() => cookie(edit.after()).0.to_owned(),
            (Part::Category | Part::Service, _) => name(&self.new, edit.id(), locale),
            _ => self.new.contact().name.clone(),
        }
    }

    /// What the holes `{old}` and `{new}` are filled with.
    fn value(&self, sentence: Sentence, edit: &Edit, locale: &str) -> Vec<String> {
        let duration = |text: &str| match text.split_at_checked(text.len().saturating_sub(1)) {
            Some((number, unit)) => {
                let unit = match unit {
                    "d" => 86_400,
                    "h" => 3600,
                    "m" => 60,
                    _ => 1,
                };
                number
                    .parse::<u64>()
                    .map_or_else(|_| text.to_owned(), |number| self.new.duration(number * unit, locale))
            }
            None => text.to_owned(),
        };
        let kept = |text: &str| match text {
            "session" => self.new.word(Word::Session, locale).to_owned(),
            _ => duration(text),
        };
        let (before, after) = (edit.before().unwrap_or_default(), edit.after().unwrap_or_default());
        match sentence {
            Sentence::Data => Vec::from([self.new.data_name(after, locale).to_owned()]),
            Sentence::Moved => Vec::from([name(&self.new, after, locale)]),
            Sentence::Retention => Vec::from([duration(before), duration(after)]),
            Sentence::FirstRetention => Vec::from([duration(after)]),
            Sentence::LongerCookie => Vec::from([kept(cookie(edit.before()).1), kept(cookie(edit.after()).1)]),
            Sentence::Cookie => {
                let (name, age) = cookie(edit.after());
                Vec::from([format!("{name} ({})", kept(age))])
            }
            Sentence::Replaces => {
                let old: Vec<String> = before.split(", ").map(|id| name(&self.old, id, locale)).collect();
                Vec::from([old.join(", ")])
            }
            Sentence::Recipient | Sentence::Host | Sentence::Operator => Vec::from([after.to_string()]),
            _ => Vec::new(),
        }
    }
}

impl Sentence {
    /// Whether it says the same of every edit it says.
    fn is_bare(self) -> bool {
        matches!(self, Self::Changed | Self::Contact | Self::Rules | Self::Use | Self::Basis)
    }
}

/// The name and the lifetime of what an edit of a cookie shows: `_v (90d)`.
fn cookie(shown: Option<&str>) -> (&str, &str) {
    shown.and_then(|shown| shown.strip_suffix(')')?.rsplit_once(" (")).unwrap_or_default()
}

fn name(policy: &Policy, id: &str, locale: &str) -> String {
    let names = policy.category(id).map(|category| category.names());
    let names = names.or_else(|| policy.service(id).map(|service| service.names()));
    let named = names.and_then(|names| names.get(locale, policy.default_locale()));
    match named {
        None if id == NECESSARY => policy.word(Word::Necessary, locale).to_owned(),
        named => named.unwrap_or(id).to_owned(),
    }
}

/// The text with each hole filled once, so that nothing in a value is taken for a hole.
fn filled(text: &str, holes: &[(&str, &str)]) -> String {
    let mut rest = text;
    let mut out = String::new();
    while let Some(start) = rest.find('{') {
        let (before, from) = rest.split_at_checked(start).unwrap_or((rest, ""));
        out.push_str(before);
        match holes.iter().find_map(|(hole, value)| Some((value, from.strip_prefix(hole)?))) {
            Some((value, after)) => {
                out.push_str(value);
                rest = after;
            }
            None => {
                out.push_str(from);
                rest = "";
            }
        }
    }
    // A value such as `Ads Inc.` has the full stop already.
    out.push_str(if out.ends_with('.') && rest == "." { "" } else { rest });
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Category, CookieRule, Service, banner::languages};

    #[test]
    fn every_language_has_every_sentence_with_the_same_holes() {
        assert_eq!(
            LANGUAGES.iter().map(|(language, _)| *language).collect::<Vec<_>>(),
            languages().collect::<Vec<_>>()
        );
        let holes = |text: &'static str| ["{name}", "{old}", "{new}"].map(|hole| text.matches(hole).count());
        for (language, text) in LANGUAGES {
            let lines: Vec<_> = text.lines().map(|line| line.split_once(' ').unwrap_or((line, ""))).collect();
            let names: Vec<_> = lines.iter().map(|(name, _)| *name).collect();
            assert_eq!(names, NAMES.split(' ').collect::<Vec<_>>(), "{language}");
            let english = LANGUAGES.iter().find(|(language, _)| *language == "en").unwrap().1.lines();
            for ((_, said), english) in lines.into_iter().zip(english) {
                let (_, english) = english.split_once(' ').unwrap();
                assert_eq!(holes(said), holes(english), "{language}: {said}");
                assert_eq!(said.matches('{').count(), holes(said).iter().sum::<usize>(), "{language}: {said}");
                assert!(said.trim() == said && !said.contains("  ") && !said.contains(['<', '>', '"']), "{said}");
                assert!(*language == "en" || said != english, "{language}: {said}");
                let ends = said.ends_with(['.', '。', '।', '}']) || *language == "th";
                assert!(ends, "{language}: {said}");
            }
        }
    }

    fn policy(service: Service) -> Policy {
        let category = Category::new("statistics").name("en", "Statistics").name("de", "Statistik");
        let marketing = Category::new("marketing").name("en", "Marketing").name("de", "Werbung");
        Policy::builder("site").category(category).category(marketing).service(service).build().unwrap()
    }

    fn visits(category: &str) -> Service {
        Service::new("visits", category).name("en", "Visits").name("de", "Besuche")
    }

    const DAY: u64 = 86_400;

    fn days(days: u64) -> core::time::Duration {
        core::time::Duration::from_secs(days * DAY)
    }

    #[test]
    fn what_changed_is_said_in_words() {
        let cookie = |age| CookieRule::new("_v").max_age(days(age));
        let old = policy(visits("statistics").retention(days(182)).cookie(cookie(90)));
        let new = visits("statistics").retention(days(395)).cookie(cookie(395)).data("page").data("time");
        let difference = Difference::between(&old, &policy(new.recipient("{new} Ltd").host("cdn.example")));
        assert_eq!(
            difference.summary("en"),
            "Visits now also collects: page, time. Visits now also sends data to: {new} Ltd. Visits now also loads \
             content from: cdn.example. Visits now keeps data for 395 d instead of 182 d. _v is now kept for 395 d \
             instead of 90 d."
        );
        let moved = Difference::between(&old, &policy(visits("marketing").retention(days(182)).cookie(cookie(90))));
        assert_eq!(moved.summary("de-AT"), "Besuche gehört jetzt zu: Werbung.");
        assert_eq!(Difference::between(&old, &old).summary("en"), "");
    }
}
