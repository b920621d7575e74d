//! The library's own words.

mod languages;

use alloc::vec::Vec;

use self::languages::LANGUAGES;
pub use self::languages::{language, languages};
use crate::policy::{Localized, Policy, words};

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
    /// Closes what is open, and answers nothing.
    Close,
    /// Opens what is told of a category or service.
    Details,
    /// Heads the services of a category.
    Services,
    /// Heads names of cookies.
    Cookies,
    /// Stands before how long something is kept.
    Lifetime,
    /// How long a session cookie is kept.
    Session,
    /// The sign for days, after a number.
    Day,
    /// The sign for hours, after a number.
    Hour,
    /// The sign for minutes, after a number.
    Minute,
    /// Heads kinds of data.
    Data,
    /// Heads who receives data.
    Recipients,
    /// Stands before the date of the last choice.
    LastChoice,
    /// Heads what changed in the policy.
    ChangesTitle,
    /// The link to the change history.
    History,
    /// Allows one service in place, until the page is left.
    AllowOnce,
    /// Allows one service in place, from now on.
    AllowAlways,
    /// The link to the site's privacy policy.
    PrivacyPolicy,
    /// Withdraws every consent.
    WithdrawAll,
    /// Heads the countries that data is sent to.
    ThirdCountries,
    /// On the choices page: the link to where the visitor came from.
    BackToPage,
    /// On the choices page: said before there is an answer.
    Never,
    /// Stands before the number of a policy's version, within a line.
    PolicyVersion,
    /// On the choices page: opens what every service does.
    ServicesTitle,
    /// On the choices page: heads what is decided for this visitor.
    Known,
    /// On the choices page: stands before the names of the cookies the browser has.
    Present,
    /// Stands where names of cookies would be.
    NoCookies,
    /// On the choices page: the link to what is stored, as a file.
    Export,
    /// On the choices page: erases the answer.
    Forget,
    /// On the choices page: what erasing leads to where nothing is allowed by default.
    ForgetAsk,
    /// On the choices page: what erasing leads to where something is allowed by default.
    ForgetDefault,
    /// On the change history: said where it is empty.
    NoHistory,
}

words!(Word: Title = "title", Intro = "intro", Changed = "changed", Renew = "renew", Accept = "accept",
    Reject = "reject", AcceptThese = "acceptThese", RejectThese = "rejectThese", Settings = "settings", Save = "save",
    AllChoices = "allChoices", Necessary = "necessary", NecessaryPurpose = "necessaryPurpose", AlwaysOn = "alwaysOn",
    Saved = "saved", Failed = "failed", Understood = "understood", GpcHonoured = "gpcHonoured",
    GpcConflict = "gpcConflict", AllowAnyway = "allowAnyway", OptOut = "optOut", Waiting = "waiting", Allow = "allow",
    Contact = "contact", Close = "close", Details = "details", Services = "services", Cookies = "cookies",
    Lifetime = "lifetime", Session = "session", Day = "day", Hour = "hour", Minute = "minute", Data = "data",
    Recipients = "recipients", LastChoice = "lastChoice", ChangesTitle = "changesTitle", History = "history",
    AllowOnce = "allowOnce", AllowAlways = "allowAlways", PrivacyPolicy = "privacyPolicy",
    WithdrawAll = "withdrawAll", ThirdCountries = "thirdCountries", BackToPage = "backToPage", Never = "never",
    PolicyVersion = "policyVersion", ServicesTitle = "servicesTitle", Known = "known", Present = "present", NoCookies = "noCookies",
    Export = "export", Forget = "forget", ForgetAsk = "forgetAsk", ForgetDefault = "forgetDefault",
    NoHistory = "noHistory");

impl Word {
    /// The wording in one of the library's languages.
    fn translated(self, locale: &str) -> Option<&'static str> {
        let language = language(locale)?;
        let (_, lines) = LANGUAGES.iter().find(|(known, _)| *known == language)?;
        let line = lines.lines().nth(self as usize)?;
        line.split_once(' ').map(|(_, text)| text)
    }

    /// The English wording.
    pub(crate) fn english(self) -> &'static str {
        self.translated("en").unwrap_or_default()
    }
}

impl Policy {
    /// The wording of `word`: see [`Words::get`].
    pub(crate) fn word(&self, word: Word, locale: &str) -> &str {
        self.0.words.get(word, locale, self.default_locale())
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

    /// Each word that the site has a wording of its own for.
    pub(crate) fn own(&self) -> impl Iterator<Item = (Word, &Localized)> {
        self.0.iter().map(|(word, texts)| (*word, texts))
    }

    /// The site's own wording of `word`, if it has one.
    pub(crate) fn own_wording(&self, word: Word) -> Option<&Localized> {
        self.0.iter().find(|(known, _)| *known == word).map(|(_, texts)| texts)
    }

    /// The wording of `word` for `locale`: the site's in that language, the library's in that language, the site's in
    /// any, the library's in English.
    pub fn get<'a>(&'a self, word: Word, locale: &str, fallback: &str) -> &'a str {
        let own = self.own_wording(word);
        own.and_then(|texts| texts.lookup(locale))
            .or_else(|| word.translated(locale))
            .or_else(|| own.and_then(|texts| texts.get(locale, fallback)))
            .unwrap_or_else(|| word.english())
    }

    /// The language that the words for `locale` are in: that one if the library or the site has any, else English.
    pub(crate) fn language<'l>(&self, locale: &'l str) -> &'l str {
        let is_there = language(locale).is_some() || self.0.iter().any(|(_, texts)| texts.lookup(locale).is_some());
        if is_there { locale } else { "en" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_site_comes_before_the_library_and_a_language_before_english() {
        let mut words = Words::default();
        words.set(Word::Accept, "pt", "Sim");
        words.set(Word::Accept, "eo", "Jes");
        for (locale, wanted) in [("pt-BR", "Sim"), ("eo", "Jes"), ("nn", "Godta alle"), ("tlh", "Sim")] {
            assert_eq!(words.get(Word::Accept, locale, "pt"), wanted, "{locale}");
        }
        for (locale, wanted) in [("pt-BR", "Recusar tudo"), ("pt-PT", "Recusar tudo"), ("eo", "Refuse all")] {
            assert_eq!(words.get(Word::Reject, locale, "en"), wanted, "{locale}");
        }
        assert_eq!(["zh-TW", "eo", "tlh"].map(|locale| words.language(locale)), ["zh-TW", "eo", "en"]);
    }
}
