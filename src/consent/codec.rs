//! Reading a consent from its cookie text.

use super::{Choice, MAX_COOKIE_BYTES, Method};
use crate::{
    policy::{PolicyVersion, RegimeKind, is_id},
    text::number,
    timestamp::Timestamp,
};

/// The format number this library writes.
pub(super) const FORMAT: &str = "1";

/// Why a text is no consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// It is of a format newer than this library knows.
    #[error("consent is of a newer format, expected format 1")]
    NewerFormat,
    /// It is longer than a cookie can be.
    #[error("consent is longer than 4096 bytes")]
    TooLong,
    /// It does not follow the grammar.
    #[error("consent does not follow the grammar of format 1")]
    Malformed,
}

/// A consent: what a visitor answered. Borrows from the cookie text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Consent<'a> {
    /// Everything before the tail.
    text: &'a str,
    policy: &'a str,
    stamp: Stamp,
    entries: &'a str,
    visitor: Option<&'a str>,
    seal: Option<Seal<'a>>,
    tail: Option<Tail<'a>>,
}

/// Denials that a page appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Tail<'a> {
    version: u32,
    at: Timestamp,
    denied: &'a str,
}

/// The seal of a consent, unverified.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal<'a> {
    /// The text it covers.
    pub text: &'a str,
    /// The id of the key.
    pub key: &'a str,
    /// The message authentication code in base64url.
    pub mac: &'a str,
}

/// Under which version, when and how an answer was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp {
    pub(crate) version: u32,
    pub(crate) at: Timestamp,
    pub(crate) regime: RegimeKind,
    pub(crate) method: Method,
}

/// The answer about one id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry<'a> {
    /// The id, or its short key.
    pub name: &'a str,
    /// The answer.
    pub choice: Choice,
    pub(crate) stamp: Stamp,
}

impl Entry<'_> {
    /// The policy version that was shown.
    pub fn version(&self) -> PolicyVersion {
        PolicyVersion(self.stamp.version)
    }

    /// When the answer was given.
    pub fn at(&self) -> Timestamp {
        self.stamp.at
    }

    /// The kind of regime it was given under.
    pub fn regime(&self) -> RegimeKind {
        self.stamp.regime
    }

    /// How it was given.
    pub fn method(&self) -> Method {
        self.stamp.method
    }
}

pub(super) const fn regime_letter(kind: RegimeKind) -> char {
    match kind {
        RegimeKind::OptIn => 'i',
        RegimeKind::OptOut => 'o',
        RegimeKind::Inform => 'n',
    }
}

pub(super) const fn method_letter(method: Method) -> char {
    match method {
        Method::Banner => 'b',
        Method::Choices => 'c',
        Method::Script => 'a',
        Method::Gpc => 'g',
        Method::GpcOverride => 'x',
        Method::Withdrawal => 'w',
        Method::Notice => 'n',
    }
}

fn context(text: &str) -> Option<(RegimeKind, Method)> {
    let [regime, method] = text.as_bytes() else { return None };
    let regime = RegimeKind::ALL.iter().copied().find(|kind| regime_letter(*kind) == char::from(*regime))?;
    let method = Method::ALL.iter().copied().find(|known| method_letter(*known) == char::from(*method))?;
    Some((regime, method))
}

fn stamp(shown: &str, at: &str, letters: &str) -> Option<Stamp> {
    let (regime, method) = context(letters)?;
    Some(Stamp { version: version(shown)?, at: time(at)?, regime, method })
}

fn version(text: &str) -> Option<u32> {
    number(text, u64::from(u32::MAX)).filter(|version| *version > 0).map(|version| version as u32)
}

fn time(text: &str) -> Option<Timestamp> {
    number(text, (1 << 53) - 1).map(Timestamp::from_millis)
}

fn is_base64url(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

/// One entry, without the slash before it.
fn entry(text: &str, outer: Stamp) -> Option<Entry<'_>> {
    let (choice, rest) = match text.strip_prefix('+') {
        Some(rest) => (Choice::Granted, rest),
        None => (Choice::Denied, text.strip_prefix('-')?),
    };
    let (name, stamp) = match cut_around(rest, b':') {
        Some((name, rest)) => {
            let (version, rest) = cut_around(rest, b':')?;
            let (at, letters) = cut_around(rest, b':')?;
            (name, stamp(version, at, letters)?)
        }
        None => (rest, outer),
    };
    is_id(name).then_some(Entry { name, choice, stamp })
}

/// The entries of a text that starts with a slash, or is empty; then those of another. One small type instead of
/// iterator adapters: every place that goes through entries shares its code.
#[derive(Clone, Debug)]
pub(crate) struct Entries<'a> {
    text: &'a str,
    stamp: Stamp,
    next: (&'a str, Stamp),
}

impl<'a> Entries<'a> {
    fn new(text: &'a str, stamp: Stamp) -> Self {
        Self { text, stamp, next: ("", stamp) }
    }

    /// The next entry; `Some(None)` where the text does not follow the grammar.
    #[inline(never)]
    fn parse(&mut self) -> Option<Option<Entry<'a>>> {
        if self.text.is_empty() {
            (self.text, self.stamp) = core::mem::replace(&mut self.next, ("", self.stamp));
        }
        if self.text.is_empty() {
            return None;
        }
        let Some(rest) = self.text.strip_prefix('/') else {
            self.text = "";
            return Some(None);
        };
        let (text, rest) = cut(rest, b'/');
        self.text = rest;
        Some(entry(text, self.stamp))
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        self.parse()?
    }
}

/// `text` up to the first `byte`, and from it on.
fn cut(text: &str, byte: u8) -> (&str, &str) {
    let end = text.bytes().position(|known| known == byte).unwrap_or(text.len());
    text.split_at_checked(end).unwrap_or((text, ""))
}

/// Like [`cut`], with the byte itself left out; `None` where it is not there.
fn cut_around(text: &str, byte: u8) -> Option<(&str, &str)> {
    let (before, rest) = cut(text, byte);
    Some((before, rest.get(1..)?))
}

impl<'a> Consent<'a> {
    /// Reads a cookie text. Any text gives an answer; nothing is allocated, at most 4,096 bytes are looked at.
    ///
    /// # Errors
    /// Why the text is no consent.
    pub fn decode(text: &'a str) -> Result<Self, DecodeError> {
        if text.len() > MAX_COOKIE_BYTES {
            return Err(DecodeError::TooLong);
        }
        Self::parse(text).ok_or_else(|| {
            let format = number(cut(text, b'.').0, u64::from(u32::MAX));
            if format.is_some_and(|format| format > 1) { DecodeError::NewerFormat } else { DecodeError::Malformed }
        })
    }

    fn parse(text: &'a str) -> Option<Self> {
        let (text, tail) = match cut_around(text, b'!') {
            Some((text, tail)) => {
                let (stamp, denied) = cut(tail, b'/');
                let (shown, at) = cut_around(stamp, b'.')?;
                (text, Some(Tail { version: version(shown)?, at: time(at)?, denied }))
            }
            None => (text, None),
        };
        let (format, rest) = cut_around(text, b'.')?;
        let (policy, rest) = cut_around(rest, b'.')?;
        let (shown, rest) = cut_around(rest, b'.')?;
        let (at, rest) = cut_around(rest, b'.')?;
        if format != FORMAT || !is_id(policy) {
            return None;
        }
        let (body, seal) = match cut_around(rest, b'.') {
            Some((body, seal)) => {
                let (key, mac) = cut_around(seal, b'.')?;
                if !is_id(key) || mac.len() != 43 || !is_base64url(mac) {
                    return None;
                }
                let covered = text.get(..text.len() - seal.len() - 1)?;
                (body, Some(Seal { text: covered, key, mac }))
            }
            None => (rest, None),
        };
        let (body, visitor) = match cut_around(body, b'~') {
            Some((body, visitor)) => {
                if !(16..=32).contains(&visitor.len()) || !is_base64url(visitor) {
                    return None;
                }
                (body, Some(visitor))
            }
            None => (body, None),
        };
        let (context, entries) = cut(body, b'/');
        let stamp = stamp(shown, at, context)?;
        let consent = Self { text, policy, stamp, entries, visitor, seal, tail };
        consent.is_well_formed().then_some(consent)
    }

    fn is_well_formed(&self) -> bool {
        let mut body = Entries::new(self.entries, self.stamp);
        while let Some(entry) = body.parse() {
            if entry.is_none() {
                return false;
            }
        }
        let Some(Tail { denied, .. }) = self.tail else { return true };
        let mut tail = Entries::new(denied, self.stamp);
        while let Some(entry) = tail.parse() {
            if entry.is_none_or(|entry| entry.choice == Choice::Granted) {
                return false;
            }
        }
        // A tail has one time for all, and is not empty.
        !denied.is_empty() && !denied.contains(':')
    }

    /// The id of the policy it was given under.
    pub fn policy(&self) -> &'a str {
        self.policy
    }

    /// The policy version that was last shown.
    pub fn version(&self) -> PolicyVersion {
        PolicyVersion(self.tail.map_or(0, |tail| tail.version).max(self.stamp.version))
    }

    /// When the last act was.
    pub fn at(&self) -> Timestamp {
        self.stamp.at
    }

    /// How the last act was done.
    pub fn method(&self) -> Method {
        self.stamp.method
    }

    /// The time of the newest answer in it.
    pub(crate) fn latest(&self) -> Timestamp {
        self.latest_confirmed().max(self.tail.map_or(self.stamp.at, |tail| tail.at))
    }

    /// The time of the newest answer before the tail, which anyone can append.
    pub(crate) fn latest_confirmed(&self) -> Timestamp {
        self.body_entries().map(|entry| entry.stamp.at).fold(self.stamp.at, Timestamp::max)
    }

    /// The random id of the visitor's consent, if it has one.
    pub fn visitor(&self) -> Option<&'a str> {
        self.visitor
    }

    /// The seal, unverified.
    pub fn seal(&self) -> Option<Seal<'a>> {
        self.seal
    }

    /// The text with its seal and without the tail.
    pub(crate) fn confirmed_text(&self) -> &'a str {
        self.text
    }

    /// The answers before the tail.
    pub(crate) fn body_entries(&self) -> Entries<'a> {
        Entries::new(self.entries, self.stamp)
    }

    /// The denials a page added that the server has not confirmed yet.
    pub(crate) fn tail_entries(&self) -> Entries<'a> {
        let Tail { version, at, denied } = self.tail.unwrap_or(Tail { version: 0, at: self.stamp.at, denied: "" });
        Entries::new(denied, Stamp { version, at, method: Method::Withdrawal, ..self.stamp })
    }

    /// Whether a page added denials that the server has not confirmed yet.
    pub fn has_tail(&self) -> bool {
        self.tail.is_some()
    }

    /// Every answer, the unconfirmed denials last. An id may come more than once.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        let tail = self.tail_entries();
        Entries { next: (tail.text, tail.stamp), ..self.body_entries() }
    }
}
