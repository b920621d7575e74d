//! Reading a consent from its cookie text.

use super::{Choice, MAX_COOKIE_BYTES, Method};
use crate::{
    policy::{PolicyVersion, RegimeKind, is_id},
    text::{cut, number, until},
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
    /// The newest version that was shown, in the tail or before it.
    shown: u32,
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
    /// Whether a page appended it, so that the server has not confirmed it yet.
    pub(crate) in_tail: bool,
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

/// The letters of the kinds of regime and of the methods, in the order of their `ALL`.
const REGIME_LETTERS: &[u8; RegimeKind::ALL.len()] = b"noi";
const METHOD_LETTERS: &[u8; Method::ALL.len()] = b"bcagxwn";

fn letter(letters: &[u8], place: usize) -> char {
    letters.get(place).map_or('?', |letter| char::from(*letter))
}

pub(super) fn regime_letter(kind: RegimeKind) -> char {
    letter(REGIME_LETTERS, kind as usize)
}

pub(super) fn method_letter(method: Method) -> char {
    letter(METHOD_LETTERS, method as usize)
}

fn context(text: &str) -> Option<(RegimeKind, Method)> {
    let [regime, method] = text.as_bytes() else { return None };
    let place = |letters: &[u8], letter: &u8| letters.iter().position(|known| known == letter);
    let regime = RegimeKind::ALL.get(place(REGIME_LETTERS, regime)?)?;
    let method = Method::ALL.get(place(METHOD_LETTERS, method)?)?;
    Some((*regime, *method))
}

/// Version and time, each with the byte that ends it.
fn moment(text: &mut &str, between: u8) -> Option<(u32, Timestamp)> {
    let version = version(until(text, between)?)?;
    Some((version, time(until(text, between)?)?))
}

fn version(text: &str) -> Option<u32> {
    number(text, u64::from(u32::MAX)).filter(|version| *version > 0).map(|version| version as u32)
}

fn time(text: &str) -> Option<Timestamp> {
    number(text, (1 << 53) - 1).map(Timestamp::from_millis)
}

fn id(text: &str) -> Option<&str> {
    is_id(text).then_some(text)
}

fn base64url(text: &str, least: usize, most: usize) -> Option<&str> {
    let is_letter = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (text.len() >= least && text.len() <= most && text.bytes().all(is_letter)).then_some(text)
}

/// One entry, without the slash before it.
fn entry(text: &str, outer: Stamp) -> Option<Entry<'_>> {
    let choice = match text.as_bytes().first()? {
        b'+' => Choice::Granted,
        b'-' => Choice::Denied,
        _ => return None,
    };
    let mut rest = text.get(1..)?;
    let mut entry = Entry { name: rest, choice, in_tail: false, stamp: outer };
    if let Some(name) = until(&mut rest, b':') {
        entry.name = name;
        (entry.stamp.version, entry.stamp.at) = moment(&mut rest, b':')?;
        (entry.stamp.regime, entry.stamp.method) = context(rest)?;
    }
    is_id(entry.name).then_some(entry)
}

/// The entries of a text that starts with a slash, or is empty; then those of a tail. One small type instead of iterator
/// adapters: every place that goes through entries shares its code.
#[derive(Clone, Debug)]
pub(crate) struct Entries<'a> {
    text: &'a str,
    stamp: Stamp,
    tail: Option<Tail<'a>>,
    in_tail: bool,
}

impl<'a> Entries<'a> {
    /// The next entry; `Some(None)` where the text does not follow the grammar.
    #[inline(never)]
    fn parse(&mut self) -> Option<Option<Entry<'a>>> {
        if self.text.is_empty() {
            let Tail { version, at, denied } = self.tail.take()?;
            self.text = denied;
            self.in_tail = true;
            self.stamp = Stamp { version, at, method: Method::Withdrawal, ..self.stamp };
        }
        // Both texts are empty or start with a slash.
        let (before, rest) = cut(self.text.get(1..)?, b'/');
        self.text = rest;
        let mut entry = entry(before, self.stamp);
        if let Some(entry) = &mut entry {
            entry.in_tail = self.in_tail;
        }
        Some(entry)
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    fn next(&mut self) -> Option<Entry<'a>> {
        self.parse()?
    }
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

    fn parse(mut text: &'a str) -> Option<Self> {
        let mut tail = None;
        if let Some(before) = until(&mut text, b'!') {
            let (mut at, denied) = cut(text, b'/');
            let version = version(until(&mut at, b'.')?)?;
            tail = Some(Tail { version, at: time(at)?, denied });
            text = before;
        }
        let mut rest = text;
        if until(&mut rest, b'.')? != FORMAT {
            return None;
        }
        let policy = id(until(&mut rest, b'.')?)?;
        let (version, at) = moment(&mut rest, b'.')?;
        let mut seal = None;
        if let Some(body) = until(&mut rest, b'.') {
            let covered = text.get(..text.len() - rest.len() - 1)?;
            let key = id(until(&mut rest, b'.')?)?;
            seal = Some(Seal { text: covered, key, mac: base64url(rest, 43, 43)? });
            rest = body;
        }
        let mut visitor = None;
        if let Some(body) = until(&mut rest, b'~') {
            visitor = Some(base64url(rest, 16, 32)?);
            rest = body;
        }
        let (letters, entries) = cut(rest, b'/');
        let (regime, method) = context(letters)?;
        let stamp = Stamp { version, at, regime, method };
        let shown = tail.map_or(0, |tail: Tail<'_>| tail.version).max(version);
        let consent = Self { text, policy, stamp, shown, entries, visitor, seal, tail };
        consent.is_well_formed().then_some(consent)
    }

    fn is_well_formed(&self) -> bool {
        let mut entries = self.all_entries();
        while let Some(entry) = entries.parse() {
            // A tail has one time for all and can only deny.
            if entry.is_none_or(|entry| entry.in_tail && entry.choice == Choice::Granted) {
                return false;
            }
        }
        self.tail.is_none_or(|tail| !tail.denied.is_empty() && !tail.denied.bytes().any(|byte| byte == b':'))
    }

    /// The id of the policy it was given under.
    pub fn policy(&self) -> &'a str {
        self.policy
    }

    /// The policy version that was last shown.
    pub fn version(&self) -> PolicyVersion {
        PolicyVersion(self.shown)
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
        self.latest_of(self.all_entries())
    }

    /// The time of the newest answer before the tail, which anyone can append.
    pub(crate) fn latest_confirmed(&self) -> Timestamp {
        self.latest_of(Entries { tail: None, ..self.all_entries() })
    }

    fn latest_of(&self, entries: Entries<'a>) -> Timestamp {
        entries.map(|entry| entry.stamp.at).fold(self.stamp.at, Timestamp::max)
    }

    /// The random id of the visitor's consent, if it has one.
    pub fn visitor(&self) -> Option<&'a str> {
        self.visitor
    }

    /// The seal, unverified.
    pub fn seal(&self) -> Option<Seal<'a>> {
        self.seal
    }

    pub(super) fn stamp(&self) -> Stamp {
        self.stamp
    }

    /// The text with its seal and without the tail.
    pub(crate) fn confirmed_text(&self) -> &'a str {
        self.text
    }

    /// The version a page showed that appended denials.
    pub(crate) fn tail_version(&self) -> u32 {
        self.tail.map_or(0, |tail| tail.version)
    }

    /// Whether a page added denials that the server has not confirmed yet.
    pub fn has_tail(&self) -> bool {
        self.tail.is_some()
    }

    /// Every answer, the unconfirmed denials last. An id may come more than once.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        self.all_entries()
    }

    #[inline(never)]
    pub(crate) fn all_entries(&self) -> Entries<'a> {
        Entries { text: self.entries, stamp: self.stamp, tail: self.tail, in_tail: false }
    }
}
