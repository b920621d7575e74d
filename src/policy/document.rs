//! A parsed file, whatever its format: values with the place where they stand.

use alloc::{format, string::String, vec::Vec};

use time::Date;

use super::fault::Position;

/// A value and its place, where the format tells.
#[derive(Debug)]
pub(super) struct Node {
    pub(super) value: Value,
    pub(super) position: Option<Position>,
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
            Value::Text(text) => format!("{text:?}"),
            Value::Integer(number) => format!("{number}"),
            Value::Bool(value) => format!("{value}"),
            Value::Date(date) => format!("{date}"),
            Value::List(_) => "a list".into(),
            Value::Table(_) => "a table".into(),
            Value::Other(shown) => shown.clone(),
        }
    }
}
