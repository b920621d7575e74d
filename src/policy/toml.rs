//! Policies in TOML, with line and column in every fault.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::ops::Range;

use time::{Date, Month};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    Policy,
    document::{Node, Value},
    fault::{Fault, FaultCode, Faults, Position},
    reader::{self, Reading},
};

impl Policy {
    /// Reads a policy from TOML.
    ///
    /// # Errors
    /// All faults at once, each with its path, line and column.
    pub fn from_toml(source: &str) -> Result<Self, Faults> {
        from_toml(source, Reading::Published)
    }

    /// Reads a policy from TOML that was edited and not published yet, for tools that compare or publish it. It need not
    /// have the content its newest change was published with ([`FaultCode::Material`]), its history may touch ids
    /// that are gone without being former or retired ones, and a change may lack its summary or ids. No site should decide on such a policy: what it may do is not
    /// what its visitors were told.
    ///
    /// # Errors
    /// Every other fault.
    pub fn unpublished_from_toml(source: &str) -> Result<Self, Faults> {
        from_toml(source, Reading::Unpublished)
    }
}

fn from_toml(source: &str, reading: Reading) -> Result<Policy, Faults> {
    let lines = Lines::new(source);
    let (table, errors) = DeTable::parse_recoverable(source);
    if !errors.is_empty() {
        let fault = |error: &toml::de::Error| {
            let mut fault = Fault::new(FaultCode::Syntax, "", error.message(), "TOML 1.0");
            fault.position = error.span().map(|span| lines.position(span));
            fault
        };
        return Err(Faults::new(errors.iter().map(fault).collect()));
    }
    let position = Some(Position { line: 1, column: 1 });
    reader::read(Node { value: lines.table(table.into_inner()), position }, reading)
}

/// Where each line starts, to turn a byte offset into line and column.
struct Lines<'a> {
    source: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    fn new(source: &'a str) -> Self {
        let starts = core::iter::once(0).chain(source.match_indices('\n').map(|(place, _)| place + 1)).collect();
        Self { source, starts }
    }

    fn position(&self, span: Range<usize>) -> Position {
        let line = self.starts.partition_point(|start| *start <= span.start);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        let before = self.source.get(start..span.start).unwrap_or_default();
        Position { line, column: before.chars().count() + 1 }
    }

    fn node(&self, spanned: Spanned<DeValue<'_>>) -> Node {
        let position = Some(self.position(spanned.span()));
        let value = match spanned.into_inner() {
            DeValue::String(text) => Value::Text(text.into_owned()),
            DeValue::Boolean(value) => Value::Bool(value),
            DeValue::Integer(number) => match i64::from_str_radix(&number.as_str().replace('_', ""), number.radix()) {
                Ok(integer) => Value::Integer(integer),
                Err(_) => Value::Other(number.to_string()),
            },
            DeValue::Float(number) => Value::Other(number.to_string()),
            DeValue::Datetime(datetime) => match datetime.date.and_then(date).filter(|_| datetime.time.is_none()) {
                Some(date) => Value::Date(date),
                None => Value::Other(format!("{datetime}")),
            },
            DeValue::Array(items) => Value::List(items.into_iter().map(|item| self.node(item)).collect()),
            DeValue::Table(table) => self.table(table),
        };
        Node { value, position }
    }

    fn table(&self, table: DeTable<'_>) -> Value {
        let fields = table.into_iter().map(|(name, value)| {
            let name: String = name.into_inner().into_owned();
            (name, self.node(value))
        });
        Value::Table(fields.collect())
    }
}

fn date(date: toml::value::Date) -> Option<Date> {
    Date::from_calendar_date(i32::from(date.year), Month::try_from(date.month).ok()?, date.day).ok()
}
