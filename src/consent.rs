//! What a visitor answered, and the text it is stored as.
//!
//! A consent *is* its cookie text: [`Consent::decode`] checks the text and borrows from it, an [`Answer`] makes a new
//! text. Grammar (ABNF, RFC 5234; all characters are cookie-octets of RFC 6265 section 4.1.1):
//!
//! ```text
//! cookie-value = consent [ "." key-id "." mac ] [ tail ]
//! consent      = "1." policy "." version "." time "." context *entry [ "~" visitor ]
//! entry        = "/" mark id [ ":" version ":" time ":" context ]
//! mark         = "+" / "-"                      ; granted / denied
//! context      = regime method
//! regime       = "i" / "o" / "n"                ; opt-in / opt-out / inform
//! method       = "b" / "c" / "a" / "g" / "x" / "w" / "n"
//!                ; banner / choices page / script / GPC signal / GPC override / withdrawal / notice
//! policy       = id
//! id           = %x61-7A *31( %x61-7A / DIGIT / "_" / "-" )
//! version      = number                         ; 1 to 2^32 - 1
//! time         = number                         ; milliseconds since 1970, at most 2^53 - 1
//! number       = "0" / ( %x31-39 *DIGIT )
//! visitor      = 16*32( ALPHA / DIGIT / "_" / "-" )
//! key-id       = id
//! mac          = 43( ALPHA / DIGIT / "_" / "-" )  ; HMAC-SHA256, base64url
//! tail         = "!" version "." time 1*( "/-" id ) ; of a page that cannot reach its server: it can only deny
//! ```
//!
//! An entry without version, time and context has those of the consent. `id` is an id or its short key.

mod act;
mod codec;
mod draft;
mod merge;
#[cfg(feature = "seal")]
pub mod seal;
mod size;

pub use act::{Act, Answer};
pub use codec::{Consent, DecodeError, Entry};
pub(crate) use size::largest_text;

use crate::policy::words;

/// The longest cookie, name and value together, in bytes (RFC 6265bis section 5.6).
pub const MAX_COOKIE_BYTES: usize = 4096;

/// The longest name of a consent cookie, in bytes.
pub const MAX_COOKIE_NAME_BYTES: usize = 32;

/// The longest life of a cookie: 400 days, in seconds (RFC 6265bis section 5.5).
pub const MAX_COOKIE_AGE_SECONDS: u64 = 400 * 86_400;

/// How far a time may lie in the future before it is not believed: 24 hours, in milliseconds.
pub const CLOCK_SKEW_MILLIS: u64 = 24 * 3_600_000;

/// What a visitor answered about one id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Choice {
    /// Yes.
    Granted,
    /// No.
    Denied,
}

/// How an answer was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Method {
    /// On the banner.
    Banner,
    /// On the choices page or panel.
    Choices,
    /// By a call of the application.
    Script,
    /// By a Global Privacy Control signal.
    Gpc,
    /// By an explicit answer that overrides a Global Privacy Control signal, after the conflict was shown.
    GpcOverride,
    /// By withdrawing.
    Withdrawal,
    /// By putting away a notice; no choice was made.
    Notice,
}

words!(Method: Banner = "banner", Choices = "choices", Script = "script", Gpc = "gpc", GpcOverride = "gpc-override",
    Withdrawal = "withdrawal", Notice = "notice");

/// What is known of the seal of a stored consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum SealState {
    /// The site does not seal.
    NotRequired,
    /// The seal is good. A page, which has no key, says so of every seal that is present.
    Verified,
    /// The site seals, and there is no seal.
    Missing,
    /// The seal does not fit the text, or its key is not known.
    Invalid,
}

impl SealState {
    /// Whether the grants of a consent in this state count.
    pub const fn is_trusted(self) -> bool {
        matches!(self, Self::NotRequired | Self::Verified)
    }

    /// What a page, which has no key, takes the seal for.
    pub fn seen_by_page(site_seals: bool, consent: Option<&Consent<'_>>) -> Self {
        match (site_seals, consent) {
            (false, _) => Self::NotRequired,
            (true, Some(consent)) if consent.is_sealed() => Self::Verified,
            (true, _) => Self::Missing,
        }
    }
}
