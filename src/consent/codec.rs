//! Reading a consent from its cookie text.

use super::{Choice, MAX_COOKIE_BYTES, Method};
use crate::{
    policy::{PolicyVersion, RegimeKind, is_id},
    text::{cut, is_name, number, until},
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
    /// The newest version that was shown, in the tail or before it.
    shown: u32,
    /// All answers, with the stamp of the last act and the tail.
    entries: Entries<'a>,
    /// Empty where there is none.
    visitor: &'a str,
    /// The id of the key, a dot and the code; empty where there is none.
    seal: &'a str,
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

/// All entries of a consent, then those of its tail. One small type instead of iterator adapters: every place that goes
/// through entries shares its code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entries<'a> {
    /// Those to come, without the slash before the first.
    text: Option<&'a str>,
    stamp: Stamp,
    tail: Option<Tail<'a>>,
    in_tail: bool,
    /// Whether it ended where the text does not follow the grammar.
    is_malformed: bool,
}

impl<'a> Entries<'a> {
    /// One entry, without the slash before it.
    fn entry(&self, text: &'a str) -> Option<Entry<'a>> {
        let choice = match text.as_bytes().first()? {
            // A tail can only deny.
            b'+' if !self.in_tail => Choice::Granted,
            b'-' => Choice::Denied,
            _ => return None,
        };
        let (name, more) = cut(text.get(1..)?, b':');
        let mut stamp = self.stamp;
        if let Some(mut more) = more {
            (stamp.version, stamp.at) = moment(&mut more, b':')?;
            (stamp.regime, stamp.method) = context(more)?;
        }
        // A tail has one time for all.
        let fits = is_id(name) && (more.is_none() || !self.in_tail);
        fits.then_some(Entry { name, choice, in_tail: self.in_tail, stamp })
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Entry<'a>;

    #[inline(never)]
    fn next(&mut self) -> Option<Entry<'a>> {
        let text = match self.text {
            Some(text) => text,
            None => {
                let Tail { version, at, denied } = self.tail.take()?;
                self.in_tail = true;
                self.stamp = Stamp { version, at, method: Method::Withdrawal, ..self.stamp };
                denied
            }
        };
        let (text, rest) = cut(text, b'/');
        self.text = rest;
        let entry = self.entry(text);
        self.is_malformed = entry.is_none();
        entry
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
            let format = number(cut(text, b'.').0, u32::MAX.into());
            if format.is_some_and(|format| format > 1) { DecodeError::NewerFormat } else { DecodeError::Malformed }
        })
    }

    fn parse(mut text: &'a str) -> Option<Self> {
        let mut tail = None;
        if let Some(before) = until(&mut text, b'!') {
            let version = version(until(&mut text, b'.')?)?;
            let at = time(until(&mut text, b'/')?)?;
            tail = Some(Tail { version, at, denied: text });
            text = before;
        }
        let mut rest = text;
        if until(&mut rest, b'.')? != FORMAT {
            return None;
        }
        let policy = until(&mut rest, b'.')?;
        if !is_id(policy) {
            return None;
        }
        let (version, at) = moment(&mut rest, b'.')?;
        let (mut seal, mut visitor) = ("", "");
        if let Some(body) = until(&mut rest, b'.') {
            seal = rest;
            let key = until(&mut rest, b'.')?;
            if !is_id(key) || !is_name(rest, true, 43, 43) {
                return None;
            }
            rest = body;
        }
        if let Some(body) = until(&mut rest, b'~') {
            visitor = rest;
            if !is_name(visitor, true, 16, 32) {
                return None;
            }
            rest = body;
        }
        let (letters, answers) = cut(rest, b'/');
        let (regime, method) = context(letters)?;
        let stamp = Stamp { version, at, regime, method };
        let shown = tail.map_or(0, |tail: Tail<'_>| tail.version).max(version);
        let entries = Entries { text: answers, stamp, tail, in_tail: false, is_malformed: false };
        let mut all = entries;
        while all.next().is_some() {}
        (!all.is_malformed).then_some(Self { text, policy, shown, entries, visitor, seal })
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
        self.entries.stamp.at
    }

    /// How the last act was done.
    pub fn method(&self) -> Method {
        self.entries.stamp.method
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
        entries.map(|entry| entry.stamp.at).fold(self.at(), Timestamp::max)
    }

    /// The random id of the visitor's consent, if it has one.
    pub fn visitor(&self) -> Option<&'a str> {
        Some(self.visitor).filter(|visitor| !visitor.is_empty())
    }

    /// The seal, unverified.
    pub fn seal(&self) -> Option<Seal<'a>> {
        let (key, mac) = cut(self.seal, b'.');
        let text = self.text.get(..self.text.len().checked_sub(self.seal.len() + 1)?)?;
        Some(Seal { text, key, mac: mac? })
    }

    /// Whether it has a seal, good or bad.
    pub(crate) fn is_sealed(&self) -> bool {
        !self.seal.is_empty()
    }

    pub(super) fn stamp(&self) -> Stamp {
        self.entries.stamp
    }

    /// The text with its seal and without the tail.
    pub(crate) fn confirmed_text(&self) -> &'a str {
        self.text
    }

    /// The version a page showed that appended denials.
    pub(crate) fn tail_version(&self) -> u32 {
        self.entries.tail.map_or(0, |tail| tail.version)
    }

    /// Whether a page added denials that the server has not confirmed yet.
    pub fn has_tail(&self) -> bool {
        self.entries.tail.is_some()
    }

    /// Every answer, the unconfirmed denials last. An id may come more than once.
    pub fn entries(&self) -> impl Iterator<Item = Entry<'a>> + use<'a> {
        self.all_entries()
    }

    pub(crate) fn all_entries(&self) -> Entries<'a> {
        self.entries
    }
}
