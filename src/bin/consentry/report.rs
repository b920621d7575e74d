//! What people read: findings beside the lines they are in.

use std::{
    io::{self, Write as _},
    ops::Range,
};

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};
use consentry::policy::{FaultCode, Faults};

use crate::{
    finding::{self, Finding},
    outcome::Problem,
    source::Source,
};

/// A line on standard output.
pub(crate) fn say(line: &str) -> io::Result<()> {
    writeln!(anstream::stdout(), "{line}")
}

/// Each fault with its line, and how many there are.
pub(crate) fn faults(source: &Source, faults: &Faults) -> io::Result<()> {
    let all: Vec<Finding> = faults.iter().map(Finding::from).collect();
    findings(source, &all)?;
    say(&format!("{}: {}", source.name, counts(&all)))
}

/// Each finding with its line.
pub(crate) fn findings(source: &Source, findings: &[Finding]) -> io::Result<()> {
    let mut out = anstream::stdout().lock();
    for finding in findings {
        writeln!(out, "{}\n", shown(source, finding))?;
    }
    Ok(())
}

/// How many there are, in words: `1 cookie`, `2 cookies`.
pub(crate) fn count(number: usize, what: &str) -> String {
    format!("{number} {what}{}", if number == 1 { "" } else { "s" })
}

/// How many findings there are of each level: `1 error, 2 warnings`.
pub(crate) fn counts(findings: &[Finding]) -> String {
    let of = |level| findings.iter().filter(|finding| finding.level == level).count();
    let levels = finding::Level::ALL.map(|level| (of(level), level.word()));
    let told = levels.iter().filter(|(number, _)| *number > 0).map(|(number, word)| count(*number, word));
    told.collect::<Vec<_>>().join(", ")
}

/// What is worth knowing and stops nothing, on standard error.
pub(crate) fn warning(text: &str) -> io::Result<()> {
    let text = Renderer::styled().render(&[Group::with_title(Level::WARNING.primary_title(text))]);
    writeln!(anstream::stderr(), "{text}")
}

/// Why a command could not be done, on standard error.
pub(crate) fn problem(problem: &Problem) {
    refusal(&problem.to_string());
}

/// What has to be mended first, on standard error. There is nobody left to tell when that fails.
pub(crate) fn refusal(text: &str) {
    let text = Renderer::styled().render(&[Group::with_title(Level::ERROR.primary_title(text))]);
    let _ = writeln!(anstream::stderr(), "{text}");
}

/// What stands beside the line it is about; what is longer goes below.
const LONGEST_LABEL: usize = 72;

/// What stands below beside a help.
const LONGEST_NOTE: usize = 240;

fn shown(source: &Source, finding: &Finding) -> String {
    let level = match finding.level {
        finding::Level::Error => Level::ERROR,
        finding::Level::Warning => Level::WARNING,
        finding::Level::Note => Level::NOTE,
    };
    // That a file should be TOML or JSON is clear from its name.
    let expected = finding.expected.as_ref().filter(|_| finding.code != FaultCode::Syntax.word());
    let expected = expected.map(|expected| format!("expected {expected}"));
    let (label, below) = match expected {
        Some(expected)
            if finding.place.as_ref().is_some_and(|place| place.span.is_some())
                && expected.chars().count() <= LONGEST_LABEL =>
        {
            (Some(expected), None)
        }
        expected => (None, expected),
    };
    let mut group = Group::with_title(level.primary_title(finding.title()).id(finding.code));
    let span = finding.place.as_ref().and_then(|place| Some((place, place.span.clone()?)));
    if let Some((place, span)) = span {
        let excerpt = Excerpt::of(&source.text, place.start.line, span, place.of.clone());
        let mut snippet = Snippet::source(excerpt.text).line_start(excerpt.line);
        if excerpt.is_whole {
            snippet = snippet.path(&source.name);
        } else {
            // The excerpt's columns are not those of the file.
            group = group.element(Origin::path(&source.name).line(place.start.line).char_column(place.start.column));
        }
        snippet = snippet.annotation(AnnotationKind::Primary.span(excerpt.span).label(label));
        if let Some(of) = excerpt.of {
            snippet = snippet.annotation(AnnotationKind::Visible.span(of));
        }
        group = group.element(snippet);
        if let Some((line, first)) = place.first.clone() {
            let excerpt = Excerpt::of(&source.text, line, first, None);
            let marked = AnnotationKind::Context.span(excerpt.span).label("here first");
            group = group.element(Snippet::source(excerpt.text).line_start(line).path(&source.name).annotation(marked));
        }
    } else if finding.place.is_some() {
        group = group.element(Origin::path(&source.name));
    }
    // Of sixty words the nearest is enough.
    if let Some(below) = below.filter(|below| finding.help.is_none() || below.len() <= LONGEST_NOTE) {
        group = group.element(Level::NOTE.message(below));
    }
    if let Some(source) = finding.source {
        group = group.element(Level::NOTE.message(source));
    }
    if let Some(help) = &finding.help {
        group = group.element(Level::HELP.message(help));
    }
    Renderer::styled().render(&[group])
}

/// The lines that a finding is about, or what of a long one is near.
struct Excerpt<'s> {
    text: &'s str,
    line: usize,
    /// The place's bytes within the text, of its first line only.
    span: Range<usize>,
    of: Option<Range<usize>>,
    /// Whether it starts where its line does.
    is_whole: bool,
}

impl<'s> Excerpt<'s> {
    /// How much of a line is shown on each side, in bytes.
    const NEAR: usize = 400;

    fn of(source: &'s str, line: usize, span: Range<usize>, of: Option<Range<usize>>) -> Self {
        let start = span.start.min(source.len());
        let line_start = source.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1);
        let line_end = |from: usize| {
            source.get(from..).and_then(|rest| rest.find(['\n', '\r'])).map_or(source.len(), |length| from + length)
        };
        let end = span.end.min(line_end(start)).max(start);
        // The id is shown where it comes soon after the head.
        let of = of.filter(|of| of.start >= end && of.end - line_start <= Self::NEAR);
        let from = boundary(source, line_start.max(start.saturating_sub(Self::NEAR)));
        let last = of.as_ref().map_or(end, |of| of.end);
        let to = boundary(source, line_end(last).min(last.min(start + Self::NEAR) + Self::NEAR));
        let within = |range: Range<usize>| range.start.clamp(from, to) - from..range.end.clamp(from, to) - from;
        let text = source.get(from..to).unwrap_or_default();
        Self { text, line, span: within(start..end), of: of.map(within), is_whole: from == line_start }
    }
}

/// The place, or the next one before it where a character begins.
fn boundary(text: &str, mut place: usize) -> usize {
    while !text.is_char_boundary(place) {
        place -= 1;
    }
    place
}
