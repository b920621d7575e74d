//! Policies in JSON: the same schema as TOML, dates as text.

use alloc::{format, string::ToString, vec::Vec};

use serde_json::Value as Json;

use super::{
    Policy,
    document::{Node, Value},
    fault::{Fault, FaultCode, Faults, Position},
    reader::{self, Reading},
};

impl Policy {
    /// Reads a policy from JSON.
    ///
    /// # Errors
    /// All faults at once, each with its path; a file that is not JSON gives the place of the first error.
    pub fn from_json(source: &str) -> Result<Self, Faults> {
        from_json(source, Reading::Published)
    }

    /// Reads a policy from JSON that was edited and not published yet: see `unpublished_from_toml`.
    ///
    /// # Errors
    /// Every other fault.
    pub fn unpublished_from_json(source: &str) -> Result<Self, Faults> {
        from_json(source, Reading::Unpublished)
    }
}

fn from_json(source: &str, reading: Reading) -> Result<Policy, Faults> {
    match serde_json::from_str::<Json>(source) {
        Ok(json) => reader::read(node(json), reading),
        Err(error) => {
            let mut fault = Fault::new(FaultCode::Syntax, "", error.to_string(), "JSON (RFC 8259)");
            fault.position = Some(Position { line: error.line().max(1), column: error.column().max(1) });
            Err(Faults::new(Vec::from([fault])))
        }
    }
}

fn node(json: Json) -> Node {
    let value = match json {
        Json::String(text) => Value::Text(text),
        Json::Bool(value) => Value::Bool(value),
        Json::Number(number) => match number.as_i64() {
            Some(integer) => Value::Integer(integer),
            None => Value::Other(format!("{number}")),
        },
        Json::Array(items) => Value::List(items.into_iter().map(node).collect()),
        Json::Object(fields) => Value::Table(fields.into_iter().map(|(name, value)| (name, node(value))).collect()),
        Json::Null => Value::Other("null".into()),
    };
    Node { value, position: None }
}
