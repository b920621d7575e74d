//! What is said about a policy: faults and advice alike.

use std::ops::Range;

use consentry::policy::{Advice, Checked, Fault, FaultCode, Position, Severity, Warning};

/// How much a finding weighs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Error,
    Warning,
    Note,
}

impl Level {
    /// Every level, the heaviest first.
    pub(crate) const ALL: [Self; 3] = [Self::Error, Self::Warning, Self::Note];

    /// What it is called in every format but GitHub's.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}

/// Something said about a policy.
#[derive(Debug)]
pub(crate) struct Finding {
    pub(crate) level: Level,
    pub(crate) code: &'static str,
    /// Where, in the policy.
    pub(crate) path: String,
    /// What was found.
    pub(crate) found: String,
    /// What was expected; advice says it in one.
    pub(crate) expected: Option<String>,
    pub(crate) help: Option<String>,
    /// The rule of law it goes by.
    pub(crate) source: Option<&'static str>,
    pub(crate) place: Option<Place>,
}

/// Where something is in the file.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) start: Position,
    /// Its bytes; none where it is about the whole file, such as something that is nowhere in it.
    pub(crate) span: Option<Range<usize>>,
    /// How many characters of its first line it takes.
    pub(crate) width: usize,
    /// The bytes of the id of what it is about, where they tell a reader more than the place does.
    pub(crate) of: Option<Range<usize>>,
    /// The line and bytes of what was there first.
    pub(crate) first: Option<(usize, Range<usize>)>,
}

impl Place {
    /// Where nothing is known but where it starts and its bytes.
    fn at(start: Option<Position>, span: Option<Range<usize>>) -> Option<Self> {
        Some(Self { start: start?, span: Some(span?), width: 0, of: None, first: None })
    }
}

impl Finding {
    /// All of a file, in its order.
    pub(crate) fn all(text: &str, checked: &Checked<'_>, advice: &Advice<'_>) -> Vec<Self> {
        // A table's head says less than the id or version below it.
        let id = |path: &str, span: &Range<usize>| {
            let table = path.get(..path.find(']')? + 1)?;
            let head = checked.span(table).filter(|head| head == span)?;
            let named = ["id", "version"].map(|field| checked.span(&format!("{table}.{field}")));
            named.into_iter().flatten().find(|named| *named != head)
        };
        let whole = checked.span("");
        let place = |path: &str, first: Option<&str>, position: Option<Position>, span: Option<Range<usize>>| {
            let span = span?;
            let (of, start) = (id(path, &span), position?);
            let span = Some(span).filter(|span| whole.as_ref() != Some(span));
            let first_line = span.clone().and_then(|span| text.get(span)?.lines().next());
            let width = first_line.map_or(0, |line| line.chars().count());
            let first = first.and_then(|first| checked.position(first).map(|at| at.line).zip(checked.span(first)));
            Some(Place { start, span, width, of, first })
        };
        let faults = checked.faults().iter().map(|fault| {
            let place = place(fault.path(), fault.first(), fault.position(), fault.span());
            Self { place, ..Self::from(fault) }
        });
        let mut all: Vec<Self> = faults.collect();
        all.extend(checked.warnings(advice).iter().map(|warning| {
            let place = place(warning.path(), None, warning.position(), warning.span());
            Self { place, ..Self::from(warning) }
        }));
        all.sort_by_key(|finding| {
            let span = finding.place.as_ref().and_then(|place| place.span.as_ref());
            (span.map_or((0, 0), |span| (span.start, span.end)), finding.level)
        });
        all
    }

    /// What is said, in a sentence, without its place in the file.
    pub(crate) fn message(&self) -> String {
        match &self.expected {
            Some(expected) => format!("{}; expected {expected}", self.title()),
            None => self.title(),
        }
    }

    /// The same with the rule it goes by and the help, a line each, for formats that show one text.
    pub(crate) fn full_message(&self) -> String {
        let mut text = self.message();
        for more in [self.source, self.help.as_deref()].into_iter().flatten() {
            text.push('\n');
            text.push_str(more);
        }
        text
    }

    /// What was found, and where in the policy.
    pub(crate) fn title(&self) -> String {
        const LONGEST: usize = 120;
        let path = match self.path.char_indices().nth(LONGEST) {
            Some((end, _)) => format!("{}…", self.path.get(..end).unwrap_or_default()),
            None => self.path.clone(),
        };
        if path.is_empty() {
            self.found.clone()
        } else if self.code == FaultCode::Missing.word() {
            format!("{path} is missing")
        } else {
            format!("{path}: {}", self.found)
        }
    }
}

impl From<&Fault> for Finding {
    fn from(fault: &Fault) -> Self {
        let is_syntax = fault.code() == FaultCode::Syntax;
        Self {
            level: Level::Error,
            code: fault.code().word(),
            path: fault.path().into(),
            // What a parser says is a sentence of its own.
            found: if is_syntax { fault.found().into() } else { format!("found {}", fault.found()) },
            expected: Some(fault.expected().into()),
            help: fault.help().map(Into::into),
            source: None,
            place: Place::at(fault.position(), fault.span()),
        }
    }
}

impl From<&Warning> for Finding {
    fn from(warning: &Warning) -> Self {
        Self {
            level: if warning.severity() == Severity::Note { Level::Note } else { Level::Warning },
            code: warning.code(),
            path: warning.path().into(),
            found: warning.message().into(),
            expected: None,
            help: Some(warning.help().into()),
            source: Some(warning.source()),
            place: Place::at(warning.position(), warning.span()),
        }
    }
}
