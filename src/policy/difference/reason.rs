//! What can change in a policy, what each means for visitors, and where that is from.

use crate::policy::{ChangeKind, category::words};

/// What changed, each with a class and a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Reason {
    /// A category that was not there: a purpose nobody agreed to.
    NewCategory,
    /// A service that was not there.
    NewService,
    /// One of several that an id became. No grant goes along: it was given to the whole.
    Split,
    /// What several ids became. No grant goes along: it was given to a part.
    Merged,
    /// A new id that no grant follows to, as after a second rename.
    UnfollowedRename,
    /// A name under which answers are kept that belonged to something else, so that answers about that would count here.
    TakenName,
    /// A name under which answers are kept that is gone, and refusals with it.
    LostAnswers,
    /// The service went from one optional category to another.
    Moved,
    /// The service is no longer necessary.
    LeftNecessary,
    /// The service is necessary from now on, which the policy has to justify.
    JoinedNecessary,
    /// Another legal basis.
    LegalBasis,
    /// A use that opt-out laws know by name.
    NewUse,
    /// Such a use ended; a GPC signal may no longer deny what had it.
    EndedUse,
    /// A kind of data that was not collected.
    NewData,
    /// A kind of data that is no longer collected.
    EndedData,
    /// A recipient that did not get the data.
    NewRecipient,
    /// A recipient that no longer gets it.
    EndedRecipient,
    /// A processor that did not work on the data.
    NewProcessor,
    /// A processor that no longer does.
    EndedProcessor,
    /// A third country that data was not sent to.
    NewCountry,
    /// A third country that data is no longer sent to.
    EndedCountry,
    /// A host that content was not loaded from: it learns of the visit.
    NewHost,
    /// A host that content is no longer loaded from, or one that another entry covers.
    EndedHost,
    /// A host that another entry covered already.
    CoveredHost,
    /// A cookie that lives no longer than one the service had before.
    NewCookie,
    /// A cookie that lives longer than before, or than any the service had.
    LongerCookie,
    /// A cookie that lives shorter than before.
    ShorterCookie,
    /// A cookie that is no longer set.
    EndedCookie,
    /// A cookie that a name with `*` covered already.
    CoveredCookie,
    /// The path a cookie is set with.
    CookiePath,
    /// What a cookie is for, in words.
    CookiePurpose,
    /// Data is kept longer, or its time is no longer said.
    LongerRetention,
    /// Data is kept shorter.
    ShorterRetention,
    /// It is said for the first time how long data is kept.
    FirstRetention,
    /// A signal of Google Consent Mode is granted by less than before.
    WiderSignal,
    /// What a category or service states of Google Consent Mode's signals.
    Signals,
    /// The service has a choice of its own from now on.
    GainedChoice,
    /// The service follows its category from now on, and would be granted with it.
    LostChoice,
    /// Another operator, by its name.
    Controller,
    /// How visitors reach the operator.
    Contact,
    /// Another policy id: no answer is tied to it.
    PolicyId,
    /// A new id that every answer follows to. Also a part of a service that follows its category, as before.
    Renamed,
    /// The key that answers are kept under, or a former name; no answer is lost.
    Names,
    /// A category or service that is gone.
    Removed,
    /// An id that is never used again.
    Retired,
    /// An id that may be used again.
    Unretired,
    /// A name, in words.
    Name,
    /// What something is for, in words. Whether that is wider than before only people can tell.
    Purpose,
    /// Why something is necessary, in words.
    Justification,
    /// The words for a kind of data.
    DataName,
    /// The site's wording for one of the library's words.
    Word,
    /// The language of texts that are there in no wanted one.
    DefaultLocale,
    /// The order in which things are shown.
    Order,
    /// In some regions more is allowed without asking, for longer, or visitors are asked again earlier.
    LaxerRegime,
    /// In some regions less is allowed without asking, or for a shorter time.
    StricterRegime,
    /// What a regime is called, or one that holds nowhere.
    RegimeName,
    /// The history no longer says that visitors are to be asked about something, so that old grants would count again.
    WeakenedHistory,
    /// What the history says of a version, with the same effect.
    History,
}

words!(Reason: NewCategory = "new-category", NewService = "new-service", Split = "split", Merged = "merged",
    UnfollowedRename = "unfollowed-rename", TakenName = "taken-name", LostAnswers = "lost-answers", Moved = "moved",
    LeftNecessary = "left-necessary", JoinedNecessary = "joined-necessary", LegalBasis = "legal-basis",
    NewUse = "new-use", EndedUse = "ended-use", NewData = "new-data", EndedData = "ended-data",
    NewRecipient = "new-recipient", EndedRecipient = "ended-recipient", NewProcessor = "new-processor",
    EndedProcessor = "ended-processor", NewCountry = "new-country", EndedCountry = "ended-country",
    NewHost = "new-host", EndedHost = "ended-host", CoveredHost = "covered-host", NewCookie = "new-cookie",
    LongerCookie = "longer-cookie", ShorterCookie = "shorter-cookie", EndedCookie = "ended-cookie",
    CoveredCookie = "covered-cookie", CookiePath = "cookie-path", CookiePurpose = "cookie-purpose",
    LongerRetention = "longer-retention", ShorterRetention = "shorter-retention", FirstRetention = "first-retention",
    WiderSignal = "wider-signal", Signals = "signals", GainedChoice = "gained-choice", LostChoice = "lost-choice",
    Controller = "controller", Contact = "contact", PolicyId = "policy-id", Renamed = "renamed", Names = "names",
    Removed = "removed", Retired = "retired", Unretired = "unretired", Name = "name", Purpose = "purpose",
    Justification = "justification", DataName = "data-name", Word = "word", DefaultLocale = "default-locale",
    Order = "order", LaxerRegime = "laxer-regime", StricterRegime = "stricter-regime", RegimeName = "regime-name",
    WeakenedHistory = "weakened-history", History = "history");

/// The processing changed, so a consent given before does not cover it.
const CHANGED: &str = "EDPB Guidelines 05/2020, paragraph 110";
/// Another purpose.
const PURPOSE: &str = "EDPB Guidelines 05/2020, paragraph 110; ICO: a different purpose needs fresh consent";
/// Recipients and countries.
const RECIPIENTS: &str = "WP260 rev.01, paragraph 30; EDPB Guidelines 05/2020, paragraph 110";
/// What is told without asking.
const TOLD: &str = "WP260 rev.01, paragraph 29";
/// How long.
const KEPT: &str = "GDPR Art. 13(2)(a); EDPB Guidelines 05/2020, paragraph 110";
/// Storage on the visitor's device.
const STORED: &str = "Directive 2002/58/EC Art. 5(3)";
/// Wording.
const WORDING: &str = "WP260 rev.01, paragraph 29: style and grammar are not material";
/// Less than was agreed to.
const NARROWER: &str = "covered by what was agreed to";
/// Following from how answers are read.
const ANSWERS: &str = "Policy::decide: which answer speaks for which id";

impl Reason {
    /// The class, where visitors can be asked: nobody can be asked about what is necessary, so there
    /// [`Edit::kind`](super::Edit::kind) is `notify` at most.
    pub fn kind(self) -> ChangeKind {
        self.says().0
    }

    /// Where the class is from: a law, a guideline, or a rule of this library.
    pub fn source(self) -> &'static str {
        self.says().1
    }

    const fn says(self) -> (ChangeKind, &'static str) {
        use ChangeKind::{Ask, Editorial, Notify};
        match self {
            Self::NewCategory | Self::NewUse => (Ask, PURPOSE),
            Self::NewService | Self::NewRecipient | Self::NewCountry | Self::NewHost | Self::Controller => {
                (Ask, RECIPIENTS)
            }
            Self::Split | Self::Merged | Self::UnfollowedRename | Self::TakenName | Self::LostAnswers => (Ask, ANSWERS),
            Self::LostChoice | Self::PolicyId | Self::WeakenedHistory => (Ask, ANSWERS),
            Self::Moved | Self::LeftNecessary => (Ask, PURPOSE),
            Self::LegalBasis | Self::NewData | Self::WiderSignal => (Ask, CHANGED),
            Self::LongerRetention => (Ask, KEPT),
            Self::LongerCookie => (Ask, KEPT),
            Self::JoinedNecessary | Self::NewProcessor | Self::Contact | Self::GainedChoice => (Notify, TOLD),
            Self::EndedUse | Self::LaxerRegime | Self::FirstRetention => (Notify, TOLD),
            Self::NewCookie => (Notify, STORED),
            Self::EndedData | Self::EndedRecipient | Self::EndedProcessor | Self::EndedCountry => (Editorial, NARROWER),
            Self::EndedHost | Self::CoveredHost | Self::ShorterCookie | Self::EndedCookie => (Editorial, NARROWER),
            Self::CoveredCookie | Self::ShorterRetention | Self::Removed | Self::StricterRegime => {
                (Editorial, NARROWER)
            }
            Self::CookiePath | Self::Signals | Self::Renamed | Self::Names => (Editorial, ANSWERS),
            Self::Retired | Self::Unretired | Self::RegimeName | Self::History => (Editorial, ANSWERS),
            Self::CookiePurpose | Self::Name | Self::Purpose | Self::Justification => (Editorial, WORDING),
            Self::DataName | Self::Word | Self::DefaultLocale | Self::Order => (Editorial, WORDING),
        }
    }

    /// What a class cannot tell by itself, for whoever publishes the change.
    pub fn hint(self) -> Option<&'static str> {
        match self {
            Self::Purpose | Self::CookiePurpose => Some("publish it as `ask` if the purpose became wider"),
            Self::Removed => Some("list the id in `retired`, or in `formerly` of what it became"),
            Self::LostAnswers => Some("list the name in `formerly`, so that no refusal is lost"),
            Self::Unretired => Some("an id that returns must not mean anything else than it did"),
            _ => None,
        }
    }
}
