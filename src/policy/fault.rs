//! What is wrong with a policy, all of it at once.

use alloc::{format, string::String, vec::Vec};
use core::{fmt, ops::Range};

use super::category::words;

/// What kind of thing is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FaultCode {
    /// The file is not TOML or JSON.
    Syntax,
    /// A field the format does not know.
    UnknownField,
    /// A field that must be there is not.
    Missing,
    /// A value of the wrong type.
    WrongType,
    /// A value of the right type outside what is allowed.
    BadValue,
    /// A name that is taken already.
    Duplicate,
    /// A name that refers to nothing.
    UnknownId,
    /// A name that was used for something else before.
    Retired,
    /// Two settings that exclude each other.
    Conflict,
    /// A version that does not follow the one before.
    Version,
    /// The content differs from what the newest change was published with.
    Material,
    /// The consent cookie could grow beyond 4,096 bytes.
    TooLarge,
}

words!(FaultCode: Syntax = "syntax", UnknownField = "unknown-field", Missing = "missing", WrongType = "wrong-type",
    BadValue = "bad-value", Duplicate = "duplicate", UnknownId = "unknown-id", Retired = "retired",
    Conflict = "conflict", Version = "version", Material = "material", TooLarge = "too-large");

/// A place in a file: line and column, both from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
}

/// One thing wrong with a policy: where, what was found, what was expected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    pub(crate) code: FaultCode,
    pub(crate) path: String,
    pub(crate) position: Option<Position>,
    pub(crate) span: Option<Range<usize>>,
    pub(crate) found: String,
    pub(crate) expected: String,
    pub(crate) help: Option<String>,
    pub(crate) first: Option<String>,
}

impl Fault {
    pub(crate) fn new(
        code: FaultCode,
        path: impl Into<String>,
        found: impl Into<String>,
        expected: impl Into<String>,
    ) -> Self {
        let (path, found, expected) = (path.into(), found.into(), expected.into());
        Self { code, path, position: None, span: None, found, expected, help: None, first: None }
    }

    /// What kind of thing is wrong.
    pub fn code(&self) -> FaultCode {
        self.code
    }

    /// Where, as a path into the policy such as `service[2].cookies[0].name`; indices count from 0.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Where in the file, if the policy came from one.
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// The bytes of the file it is about, if the policy came from one: a value, a field's name, a table's head.
    pub fn span(&self) -> Option<Range<usize>> {
        self.span.clone()
    }

    /// What was found.
    pub fn found(&self) -> &str {
        &self.found
    }

    /// What was expected.
    pub fn expected(&self) -> &str {
        &self.expected
    }

    /// What may mend it, such as a name that is written nearly alike.
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The path of what was there first, where two names collide.
    pub fn first(&self) -> Option<&str> {
        self.first.as_deref()
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        place(f, self.position, &self.path)?;
        write!(f, "found {}, expected {}", self.found, self.expected)
    }
}

/// A text as a fault shows it: in quotes, and no longer than a line.
pub(super) fn quoted(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{:?}… ({} bytes)", text.get(..end).unwrap_or_default(), text.len()),
        None => format!("{text:?}"),
    }
}

/// Writes where something is.
pub(super) fn place(f: &mut fmt::Formatter<'_>, position: Option<Position>, path: &str) -> fmt::Result {
    if let Some(Position { line, column }) = position {
        write!(f, "{line}:{column}: ")?;
    }
    if path.is_empty() { Ok(()) } else { write!(f, "{path}: ") }
}

/// Everything wrong with a policy, in the order of the file.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// The faults of a file are sorted where they are located.
    pub(crate) fn new(faults: Vec<Fault>) -> Self {
        Self(faults)
    }

    /// Each fault.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Fault> {
        self.0.iter()
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.0.len() == 1 { "" } else { "s" };
        write!(f, "policy has {} fault{plural}", self.0.len())?;
        for fault in &self.0 {
            write!(f, "\n  {fault}")?;
        }
        Ok(())
    }
}

/// The same as `Display`: `Result::unwrap` in a `main` should show the list, not a struct.
impl fmt::Debug for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
