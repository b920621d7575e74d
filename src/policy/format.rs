//! The policy file's format: every table with its fields. The reader takes the names it knows from here, and the JSON
//! Schema is made of it.
#![cfg_attr(not(feature = "json"), expect(dead_code, reason = "only the schema looks into forms"))]

use super::{Basis, ChangeKind, GoogleSignal, GpcRule, RegimeKind, Use};

/// A table and its fields.
pub(super) struct Table {
    /// What editors call it.
    pub(super) name: &'static str,
    pub(super) about: &'static str,
    pub(super) fields: &'static [Field],
}

impl Table {
    pub(super) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }
}

/// A field of a table.
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) form: Form,
    pub(super) must: bool,
    /// What it is, for who edits a policy.
    pub(super) about: &'static str,
}

/// What a field can hold.
pub(super) enum Form {
    /// A text of a certain kind.
    Text(Kind),
    /// A text in the default language, or a table of texts by language.
    Localized,
    /// One of some words, which are separated by spaces.
    Word(&'static str),
    /// A whole number from 1.
    Number,
    /// True or false.
    Flag,
    List(&'static Form),
    Table(&'static Table),
    /// Texts for visitors, by kind of data.
    DataNames,
    /// Texts for visitors, by one of the library's words.
    Words,
}

/// What a text is.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Any,
    Id,
    /// An id, but not that of what is built in.
    OwnId,
    Locale,
    Url,
    Region,
    Duration,
    Date,
    CookieName,
    CookiePath,
    Host,
    Digest,
}

const fn must(name: &'static str, form: Form, about: &'static str) -> Field {
    Field { name, form, must: true, about }
}

const fn may(name: &'static str, form: Form, about: &'static str) -> Field {
    Field { name, form, must: false, about }
}

pub(super) static POLICY: Table = Table {
    name: "policy",
    about: "What a site declares: categories, services, cookies, texts, regimes and the history of changes.",
    fields: &[
        must("id", Form::Text(Kind::Id), "The policy's id, which ties a visitor's answers to it. It never changes."),
        may(
            "default_locale",
            Form::Text(Kind::Locale),
            "The language of texts that are not in a table by language, and of what is in no wanted language. `en` unless said.",
        ),
        may("contact", Form::Table(&CONTACT), "Whom visitors can ask."),
        may("category", Form::List(&Form::Table(&CATEGORY)), "The purposes a visitor can decide on."),
        may("service", Form::List(&Form::Table(&SERVICE)), "What sets cookies, loads content or keeps data."),
        may("change", Form::List(&Form::Table(&CHANGE)), "The history, oldest change first."),
        may(
            "regime",
            Form::List(&Form::Table(&REGIME)),
            "The rule of each region. The presets `eu` and `us-ca` unless said.",
        ),
        may(
            "retired",
            Form::List(&Form::Text(Kind::OwnId)),
            "Ids that once were categories or services and are never used again.",
        ),
        may("data", Form::DataNames, "What visitors read for each kind of data that services name."),
        may("words", Form::Words, "The site's own wording for the library's words."),
        may("$schema", Form::Text(Kind::Any), "Where editors find this schema. Means nothing otherwise."),
    ],
};

pub(super) static CONTACT: Table = Table {
    name: "contact",
    about: "Whom visitors can ask.",
    fields: &[
        must("name", Form::Text(Kind::Any), "The name of the site's operator."),
        may(
            "url",
            Form::Text(Kind::Url),
            "A page with a contact form: an `https:`, `http:` or `mailto:` address, or a path on the site.",
        ),
        may("email", Form::Text(Kind::Any), "An address for e-mail."),
    ],
};

const FORMERLY: &str =
    "Ids it once had, or was split or merged from; and the key of that id, where it is no longer its own.";
const KEY: &str = "A short name for the consent cookie. It stays through a change of the id.";

pub(super) static CATEGORY: Table = Table {
    name: "category",
    about: "A purpose a visitor can decide on. `necessary` is there anyway; declaring it gives it words.",
    fields: &[
        must("id", Form::Text(Kind::Id), "The id."),
        may("key", Form::Text(Kind::Id), KEY),
        may("name", Form::Localized, "The name shown to visitors."),
        may("purpose", Form::Localized, "What it is for, in words for visitors."),
        may("uses", Form::List(&Form::Word(Use::WORDS)), "What opt-out laws know by name."),
        may("basis", Form::Word(Basis::WORDS), "The legal basis (Art. 6(1) GDPR). `consent` unless said."),
        may(
            "signals",
            Form::List(&Form::Word(GoogleSignal::WORDS)),
            "The signals of Google Consent Mode it stands for, in the place of the usual ones.",
        ),
        may("formerly", Form::List(&Form::Text(Kind::OwnId)), FORMERLY),
    ],
};

pub(super) static SERVICE: Table = Table {
    name: "service",
    about: "Something in a category that sets cookies, loads content or keeps data.",
    fields: &[
        must("id", Form::Text(Kind::Id), "The id."),
        may("key", Form::Text(Kind::Id), KEY),
        must("category", Form::Text(Kind::Any), "The id of its category."),
        may("choice", Form::Word("own category"), "`own` gives it a switch of its own; else it follows its category."),
        may(
            "reload",
            Form::Flag,
            "Whether a page in which it ran is loaded anew when it is withdrawn: what runs cannot be told to stop.",
        ),
        may("name", Form::Localized, "The name shown to visitors."),
        may("purpose", Form::Localized, "What it is for, in words for visitors."),
        may("cookies", Form::List(&Form::Table(&COOKIE)), "The cookies it sets."),
        may("hosts", Form::List(&Form::Text(Kind::Host)), "The hosts it loads content from."),
        may(
            "data",
            Form::List(&Form::Text(Kind::Id)),
            "The kinds of data it collects; `data` at the top has the words for them.",
        ),
        may("recipients", Form::List(&Form::Text(Kind::Any)), "Who receives the data."),
        may("processors", Form::List(&Form::Text(Kind::Any)), "Who works on the data for the site, as its processor."),
        may("countries", Form::List(&Form::Text(Kind::Any)), "The third countries that the data is sent to."),
        may("retention", Form::Text(Kind::Duration), "How long the data is kept."),
        may(
            "uses",
            Form::List(&Form::Word(Use::WORDS)),
            "What opt-out laws know by name, besides its category's uses.",
        ),
        may("basis", Form::Word(Basis::WORDS), "The legal basis (Art. 6(1) GDPR); its category's unless said."),
        may(
            "signals",
            Form::List(&Form::Word(GoogleSignal::WORDS)),
            "The signals of Google Consent Mode that need its status, besides its category's.",
        ),
        may("formerly", Form::List(&Form::Text(Kind::OwnId)), FORMERLY),
        may("justification", Form::Localized, "Why it is necessary; a service in the necessary category needs it."),
    ],
};

pub(super) static COOKIE: Table = Table {
    name: "cookie",
    about: "A cookie that a service sets.",
    fields: &[
        must("name", Form::Text(Kind::CookieName), "The name; a `*` at the end stands for any ending."),
        may("max_age", Form::Text(Kind::Duration), "How long it is kept; a session cookie where it is not said."),
        may("path", Form::Text(Kind::CookiePath), "The path it is set with; `/` where it is not said."),
        may("purpose", Form::Localized, "What this cookie is for, in words for visitors."),
    ],
};

pub(super) static CHANGE: Table = Table {
    name: "change",
    about: "An entry of the policy's history.",
    fields: &[
        must("version", Form::Number, "The version it makes; one more than the one before."),
        may("effective", Form::Text(Kind::Date), "The date shown to visitors. Nothing is decided on it."),
        must(
            "kind",
            Form::Word(ChangeKind::WORDS),
            "What it means for visitors: `ask` asks them again about what it touches, `notify` tells them, `editorial` does neither.",
        ),
        may("touches", Form::List(&Form::Text(Kind::Any)), "The ids of categories and services it touches."),
        may("summary", Form::Localized, "What changed, in words for visitors."),
        may("material", Form::Text(Kind::Digest), "The digest of everything a grant depends on, once it is published."),
    ],
};

pub(super) static REGIME: Table = Table {
    name: "regime",
    about: "The rule of one or more regions. What a preset leaves unsaid stands as it is there.",
    fields: &[
        must("id", Form::Text(Kind::Id), "The id, or that of a preset."),
        may(
            "kind",
            Form::Word(RegimeKind::WORDS),
            "What is allowed while a visitor has not answered: with `opt-in` nothing optional, with `opt-out` and `inform` everything.",
        ),
        may("regions", Form::List(&Form::Text(Kind::Region)), "ISO 3166 codes of the regions it holds in."),
        may("grant_max_age", Form::Text(Kind::Duration), "How long a grant counts. At most 400 days."),
        may(
            "refusal_quiet",
            Form::Text(Kind::Duration),
            "How long a refusal is left in peace before the visitor may be asked again. At most 400 days.",
        ),
        may("gpc", Form::Word(GpcRule::WORDS), "What a GPC signal does."),
    ],
};
