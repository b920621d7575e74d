//! Categories: the purposes a visitor can decide on.

use alloc::{string::String, vec::Vec};

use super::{google::GoogleSignal, localized::Localized};

/// What law needs to know a category or service is used for (opt-out laws speak of these uses by name).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Use {
    /// Sale of personal data (Cal. Civ. Code 1798.140(ad)).
    Sale,
    /// Sharing for cross-context behavioural advertising (Cal. Civ. Code 1798.140(ah)).
    Share,
    /// Targeted advertising (Colorado Privacy Act, 6-1-1303(25)).
    TargetedAds,
}

/// The legal basis (Art. 6(1) GDPR).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Basis {
    /// Consent, Art. 6(1)(a).
    #[default]
    Consent,
    /// Performance of a contract, Art. 6(1)(b): only for services in the necessary category.
    Contract,
    /// Legitimate interest, Art. 6(1)(f): open to objection, which a GPC signal makes.
    LegitimateInterest,
}

macro_rules! words {
    ($type:ident: $($variant:ident = $word:literal),+ $(,)?) => {
        impl $type {
            /// Every value, in the order of declaration.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// One text: a table of texts costs the WASM module more than the code that counts words.
            pub(crate) const WORDS: &str = concat!($($word, " "),+);

            /// The word used in policy files and on the wire.
            pub fn word(self) -> &'static str {
                crate::text::nth(Self::WORDS, self as usize)
            }

            /// The value that `word` names.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.get(crate::text::place_of(word, Self::WORDS)?).copied()
            }
        }
    };
}
pub(crate) use words;

words!(Use: Sale = "sale", Share = "share", TargetedAds = "targeted-ads");
words!(Basis: Consent = "consent", Contract = "contract", LegitimateInterest = "legitimate-interest");

/// A purpose a visitor can decide on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Category {
    pub(crate) id: String,
    pub(crate) key: Option<String>,
    pub(crate) name: Localized,
    pub(crate) purpose: Localized,
    pub(crate) uses: Vec<Use>,
    pub(crate) basis: Basis,
    /// What it stands for by its id unless it is stated.
    pub(crate) signals: Option<Vec<GoogleSignal>>,
    pub(crate) formerly: Vec<String>,
}

impl Category {
    /// A category with this id: `[a-z][a-z0-9_-]*`, at most 32 bytes.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// A short name for the consent cookie, of the same grammar as an id. It stays through a change of the id, which
    /// carries every answer over; what is split or merged has none.
    #[must_use]
    pub fn key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(key.into());
        self
    }

    /// The name shown to visitors in `locale`.
    #[must_use]
    pub fn name(mut self, locale: &str, text: impl Into<String>) -> Self {
        self.name.set(locale, text);
        self
    }

    /// What it is for, in words, in `locale`.
    #[must_use]
    pub fn purpose(mut self, locale: &str, text: impl Into<String>) -> Self {
        self.purpose.set(locale, text);
        self
    }

    /// Adds a use that opt-out laws know by name.
    #[must_use]
    pub fn used_for(mut self, usage: Use) -> Self {
        self.uses.push(usage);
        self
    }

    /// The legal basis; consent unless said.
    #[must_use]
    pub fn basis(mut self, basis: Basis) -> Self {
        self.basis = basis;
        self
    }

    /// Adds a signal of Google Consent Mode that the category stands for; what it stands for by its id no longer holds
    /// then.
    #[must_use]
    pub fn signal(mut self, signal: GoogleSignal) -> Self {
        self.signals.get_or_insert_default().push(signal);
        self
    }

    /// States that the category stands for no signal of Google Consent Mode, whatever its id.
    #[must_use]
    pub fn no_signals(mut self) -> Self {
        self.signals = Some(Vec::new());
        self
    }

    /// An id this category once had, or was split or merged from; and the key of that id, where it is no longer its own.
    #[must_use]
    pub fn formerly(mut self, id: impl Into<String>) -> Self {
        self.formerly.push(id.into());
        self
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// The short name answers about it are kept under, where it is not the id.
    pub fn short_name(&self) -> Option<&str> {
        self.key.as_deref()
    }

    /// Ids it once had, or was split or merged from, and their keys.
    pub fn former_ids(&self) -> &[String] {
        &self.formerly
    }

    /// The name in each language.
    pub fn names(&self) -> &Localized {
        &self.name
    }

    /// The purpose in each language.
    pub fn purposes(&self) -> &Localized {
        &self.purpose
    }

    /// What opt-out laws call it used for.
    pub fn uses(&self) -> &[Use] {
        &self.uses
    }

    /// The legal basis.
    pub fn legal_basis(&self) -> Basis {
        self.basis
    }

    /// The signals of Google Consent Mode it stands for: those it states, or else those of its id.
    pub fn google_signals(&self) -> &[GoogleSignal] {
        self.signals.as_deref().unwrap_or_else(|| GoogleSignal::defaults(&self.id))
    }

    /// The signals of Google Consent Mode, where it states them.
    pub fn stated_signals(&self) -> Option<&[GoogleSignal]> {
        self.signals.as_deref()
    }
}
