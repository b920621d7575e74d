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
    Understood = "understood", GpcHonoured = "gpcHonoured", OptOut = "optOut", Waiting = "waiting", Allow = "allow",
    Contact = "contact");

impl Word {
    /// The English wording.
    pub(crate) const fn english(self) -> &'static str {
        match self {
            Self::Title => "Your privacy choices",
            Self::Intro => "May we do the following? You can say no; the site works either way.",
            Self::Changed => "Something changed since you chose. We ask only about that.",
            Self::Renew => "Your earlier answer no longer counts here. Please choose again.",
            Self::Accept => "Accept all",
            Self::Reject => "Refuse all",
            Self::AcceptThese => "Accept",
            Self::RejectThese => "Refuse",
            Self::Settings => "Settings",
            Self::Save => "Save choices",
            Self::AllChoices => "All choices",
            Self::Necessary => "Necessary",
            Self::NecessaryPurpose => "The site does not work without.",
            Self::AlwaysOn => "Always on",
            Self::Saved => "Your choice is saved.",
            Self::Failed => "Your choice could not be saved. Please try again.",
            Self::Understood => "Understood",
            Self::GpcHonoured => "Your browser asks us not to sell or share your data. We honour it.",
            Self::OptOut => "Do not sell or share my personal information",
            Self::Waiting => "This waits for your consent:",
            Self::Allow => "Allow",
            Self::Contact => "Contact",
        }
    }

    /// The wording in one of the library's other languages. They are compiled into natively built policies, so that a
    /// page carries the one it shows and the WASM module carries none.
    #[cfg(not(target_arch = "wasm32"))]
    fn translated(self, locale: &str) -> Option<&'static str> {
        let place = Self::ALL.iter().position(|word| *word == self)?;
        let primary = locale.split('-').next().unwrap_or(locale);
        let table = match primary {
            "de" => GERMAN,
            "fr" => FRENCH,
            _ => return None,
        };
        table.get(place).copied()
    }

    #[cfg(target_arch = "wasm32")]
    fn translated(self, _: &str) -> Option<&'static str> {
        None
    }
}

/// In the order of [`Word::ALL`].
#[cfg(not(target_arch = "wasm32"))]
const GERMAN: &[&str; Word::ALL.len()] = &[
    "Ihre Datenschutz-Auswahl",
    "Dürfen wir Folgendes tun? Sie können nein sagen; die Website funktioniert so oder so.",
    "Seit Ihrer Auswahl hat sich etwas geändert. Wir fragen nur danach.",
    "Ihre frühere Antwort gilt hier nicht mehr. Bitte wählen Sie neu.",
    "Alle annehmen",
    "Alle ablehnen",
    "Annehmen",
    "Ablehnen",
    "Einstellungen",
    "Auswahl speichern",
    "Alle Einstellungen",
    "Notwendig",
    "Ohne dies funktioniert die Website nicht.",
    "Immer aktiv",
    "Ihre Auswahl ist gespeichert.",
    "Ihre Auswahl konnte nicht gespeichert werden. Bitte versuchen Sie es erneut.",
    "Verstanden",
    "Ihr Browser bittet uns, Ihre Daten nicht zu verkaufen oder zu teilen. Wir halten uns daran.",
    "Meine personenbezogenen Daten nicht verkaufen oder teilen",
    "Dies wartet auf Ihre Einwilligung:",
    "Erlauben",
    "Kontakt",
];

/// In the order of [`Word::ALL`].
#[cfg(not(target_arch = "wasm32"))]
const FRENCH: &[&str; Word::ALL.len()] = &[
    "Vos choix de confidentialité",
    "Pouvons-nous faire ce qui suit ? Vous pouvez refuser ; le site fonctionne dans les deux cas.",
    "Quelque chose a changé depuis votre choix. Nous ne demandons que cela.",
    "Votre réponse précédente ne vaut plus ici. Veuillez choisir à nouveau.",
    "Tout accepter",
    "Tout refuser",
    "Accepter",
    "Refuser",
    "Paramètres",
    "Enregistrer mes choix",
    "Tous les choix",
    "Nécessaire",
    "Le site ne fonctionne pas sans.",
    "Toujours actif",
    "Votre choix est enregistré.",
    "Votre choix n’a pas pu être enregistré. Veuillez réessayer.",
    "Compris",
    "Votre navigateur nous demande de ne pas vendre ni partager vos données. Nous le respectons.",
    "Ne pas vendre ni partager mes informations personnelles",
    "Ceci attend votre consentement :",
    "Autoriser",
    "Contact",
];

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
