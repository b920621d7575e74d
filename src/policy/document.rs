//! A parsed file, whatever its format: values with the place where they stand.

use alloc::{format, string::String, vec::Vec};
use core::ops::Range;

use time::Date;

use super::fault::{Position, quoted};

/// A value, and the bytes it stands in.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    /// For a table of its own, its head.
    pub(super) span: Range<usize>,
    /// Where the field's name stands, for the value of a field.
    pub(super) key: Option<Range<usize>>,
}

#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    Integer(i64),
    Bool(bool),
    #[cfg_attr(not(feature = "toml"), expect(dead_code, reason = "JSON has no dates of its own"))]
    Date(Date),
    List(Vec<Node>),
    Table(Vec<(String, Node)>),
    /// A value no field of a policy can have, as it would be shown.
    Other(String),
}

impl Node {
    /// What the value is, for a fault.
    pub(super) fn describe(&self) -> String {
        match &self.value {
            Value::Text(text) => quoted(text),
            Value::Integer(number) => format!("{number}"),
            Value::Bool(value) => format!("{value}"),
            Value::Date(date) => format!("{date}"),
            Value::List(_) => "a list".into(),
            Value::Table(_) => "a table".into(),
            Value::Other(shown) => shown.clone(),
        }
    }

    /// Where the field is named, or else where the value stands.
    pub(super) fn name_span(&self) -> Range<usize> {
        self.key.clone().unwrap_or_else(|| self.span.clone())
    }
}

/// Sorts what is said of `source` by its place, and fills in line and column of each.
pub(super) fn locate<T>(
    source: &str,
    said: &mut [T],
    span: fn(&T) -> Option<Range<usize>>,
    position: fn(&mut T) -> &mut Option<Position>,
) {
    said.sort_by_key(|one| span(one).map(|span| (span.start, span.end)));
    let mut walk = Walk::new(source);
    for one in said {
        *position(one) = span(one).map(|span| walk.position(span.start));
    }
}

/// Lines and columns of places that are asked for in rising order, so that a file is gone through once, even one that is a
/// single line.
pub(super) struct Walk<'a> {
    rest: &'a str,
    at: usize,
    position: Position,
}

impl<'a> Walk<'a> {
    pub(super) fn new(source: &'a str) -> Self {
        Self { rest: source, at: 0, position: Position { line: 1, column: 1 } }
    }

    pub(super) fn position(&mut self, place: usize) -> Position {
        let mut chars = self.rest.chars();
        while self.at < place
            && let Some(passed) = chars.next()
        {
            self.at += passed.len_utf8();
            let Position { line, column } = self.position;
            self.position = match passed {
                '\n' => Position { line: line + 1, column: 1 },
                _ => Position { line, column: column + 1 },
            };
        }
        self.rest = chars.as_str();
        self.position
    }
}
