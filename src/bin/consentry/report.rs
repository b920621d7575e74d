//! What people read: faults beside the lines they are in.

use std::io::{self, Write as _};

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use consentry::policy::{Fault, Faults, Position};

use crate::{outcome::Problem, source::Source};

/// A line on standard output.
pub(crate) fn say(line: &str) -> io::Result<()> {
    writeln!(anstream::stdout(), "{line}")
}

/// Each fault with its line, and how many there are.
pub(crate) fn faults(source: &Source, faults: &Faults) -> io::Result<()> {
    let mut out = anstream::stdout();
    for fault in faults.iter() {
        writeln!(out, "{}\n", shown(source, fault))?;
    }
    let count = faults.iter().len();
    let plural = if count == 1 { "" } else { "s" };
    writeln!(out, "{}: {count} fault{plural}", source.name)
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

fn shown(source: &Source, fault: &Fault) -> String {
    let title = match fault.path() {
        "" => format!("found {}", fault.found()),
        path => format!("{path}: found {}", fault.found()),
    };
    let expected = format!("expected {}", fault.expected());
    let title = Level::ERROR.primary_title(title).id(fault.code().word());
    let group = match fault.position() {
        Some(position) => {
            let place = offset(&source.text, position);
            let marked = AnnotationKind::Primary.span(place..place).label(expected);
            title.element(Snippet::source(&source.text).path(&source.name).annotation(marked))
        }
        None => title.element(Level::NOTE.message(expected)),
    };
    Renderer::styled().render(&[group])
}

/// The place in bytes. Behind the end of the text where it has no such line.
fn offset(text: &str, position: Position) -> usize {
    let line_start: usize = text.split_inclusive('\n').take(position.line.saturating_sub(1)).map(str::len).sum();
    let line = text.get(line_start..).unwrap_or_default();
    line_start + line.char_indices().nth(position.column.saturating_sub(1)).map_or(0, |(place, _)| place)
}
