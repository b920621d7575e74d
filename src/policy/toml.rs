//! Policies in TOML, with line and column in every fault.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use time::{Date, Month};
use toml::{
    Spanned,
    de::{DeTable, DeValue},
};

use super::{
    Checked, Policy,
    document::{Node, Value},
    fault::{Fault, FaultCode, Faults},
    reader,
};

impl Policy {
    /// Reads a policy from TOML.
    ///
    /// # Errors
    /// All faults at once, each with its path, line and column.
    pub fn from_toml(source: &str) -> Result<Self, Faults> {
        Self::check_toml(source).into_policy()
    }

    /// Reads a policy from TOML that was edited and not published yet: see [`Checked::into_unpublished`].
    ///
    /// # Errors
    /// Every other fault.
    pub fn unpublished_from_toml(source: &str) -> Result<Self, Faults> {
        Self::check_toml(source).into_unpublished()
    }

    /// Reads a policy from TOML for a tool: with the place of everything in it, also where it has faults.
    pub fn check_toml(source: &str) -> Checked<'_> {
        let (table, errors) = DeTable::parse_recoverable(source);
        if errors.is_empty() {
            return reader::read(source, Node { value: fields(table.into_inner()), span: 0..0, key: None });
        }
        let fault = |error: &toml::de::Error| {
            let mut fault = Fault::new(FaultCode::Syntax, "", error.message(), "TOML 1.0");
            fault.span = error.span();
            fault
        };
        Checked::unreadable(source, errors.iter().map(fault).collect())
    }
}

fn node(spanned: Spanned<DeValue<'_>>) -> Node {
    let span = spanned.span();
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
        DeValue::Array(items) => Value::List(items.into_iter().map(node).collect()),
        DeValue::Table(table) => fields(table),
    };
    Node { value, span, key: None }
}

fn fields(table: DeTable<'_>) -> Value {
    let fields = table.into_iter().map(|(name, value)| {
        let key = name.span();
        let name: String = name.into_inner().into_owned();
        (name, Node { key: Some(key), ..node(value) })
    });
    Value::Table(fields.collect::<Vec<_>>())
}

fn date(date: toml::value::Date) -> Option<Date> {
    Date::from_calendar_date(i32::from(date.year), Month::try_from(date.month).ok()?, date.day).ok()
}
