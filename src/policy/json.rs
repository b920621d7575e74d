//! Policies in JSON: the same schema as TOML, dates as text.

use alloc::{
    borrow::ToOwned,
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::{fmt, ops::Range};

use serde_json::{Value as Json, value::RawValue};

use super::{
    Checked, Policy,
    document::{Node, Value},
    fault::{Fault, FaultCode, Faults, Position},
    reader,
};

/// Nothing in a policy lies deeper; what does is described and not looked into.
const DEEPEST: usize = 8;

impl Policy {
    /// Reads a policy from JSON.
    ///
    /// # Errors
    /// All faults at once, each with its path, line and column; a file that is not JSON gives the place of the first error.
    pub fn from_json(source: &str) -> Result<Self, Faults> {
        Self::check_json(source).into_policy()
    }

    /// Reads a policy from JSON that was edited and not published yet: see [`Checked::into_unpublished`].
    ///
    /// # Errors
    /// Every other fault.
    pub fn unpublished_from_json(source: &str) -> Result<Self, Faults> {
        Self::check_json(source).into_unpublished()
    }

    /// Reads a policy from JSON for a tool: with the place of everything in it, also where it has faults.
    pub fn check_json(source: &str) -> Checked<'_> {
        let mut document = Document { source, faults: Vec::new() };
        match serde_json::from_str::<&RawValue>(source) {
            Ok(raw) => {
                let root = document.node(raw, 0);
                if document.faults.is_empty() { reader::read(source, root) } else { document.unreadable() }
            }
            Err(skipped) => {
                // What is only passed over is told of in fewer words.
                let error = serde_json::from_str::<Json>(source).err().unwrap_or(skipped);
                let found = if source.trim().is_empty() { "the file is empty".into() } else { message(&error) };
                let mut fault = Fault::new(FaultCode::Syntax, "", found, "JSON (RFC 8259)");
                let start = place(source, Position { line: error.line().max(1), column: error.column().max(1) });
                let end =
                    source.get(start..).and_then(|rest| rest.chars().next()).map_or(start, |c| start + c.len_utf8());
                fault.span = Some(start..end);
                document.faults.push(fault);
                document.unreadable()
            }
        }
    }
}

/// What went wrong, without the place, which the fault has.
fn message(error: &serde_json::Error) -> String {
    let shown = error.to_string();
    shown.rsplit_once(" at line ").map_or(shown.clone(), |(message, _)| message.to_owned())
}

/// The byte at a line and column; serde_json counts bytes of a line.
fn place(source: &str, Position { line, column }: Position) -> usize {
    let before: usize = source.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let mut place = (before + column - 1).min(source.len());
    while !source.is_char_boundary(place) {
        place -= 1;
    }
    place
}

struct Document<'s> {
    source: &'s str,
    faults: Vec<Fault>,
}

impl<'s> Document<'s> {
    fn unreadable(self) -> Checked<'s> {
        Checked::unreadable(self.source, self.faults)
    }

    /// A raw value is a piece of the source, so where it starts says where it stands.
    fn span(&self, raw: &RawValue) -> Range<usize> {
        let start = (raw.get().as_ptr() as usize).saturating_sub(self.source.as_ptr() as usize);
        start..start + raw.get().len()
    }

    fn node(&mut self, raw: &'s RawValue, depth: usize) -> Node {
        let text = raw.get();
        let value = match text.as_bytes().first() {
            Some(b'{') if depth < DEEPEST => self.table(raw, depth),
            Some(b'[') if depth < DEEPEST => {
                let items: Vec<&RawValue> = serde_json::from_str(text).unwrap_or_default();
                Value::List(items.into_iter().map(|item| self.node(item, depth + 1)).collect())
            }
            Some(b'{') => Value::Other("a table".into()),
            Some(b'[') => Value::Other("a list".into()),
            _ => match serde_json::from_str(text) {
                Ok(Json::String(text)) => Value::Text(text),
                Ok(Json::Bool(value)) => Value::Bool(value),
                Ok(Json::Number(number)) => match number.as_i64() {
                    Some(integer) => Value::Integer(integer),
                    None => Value::Other(format!("{number}")),
                },
                Ok(_) => Value::Other("null".into()),
                Err(error) => self.broken(raw, &error),
            },
        };
        Node { value, span: self.span(raw), key: None }
    }

    fn table(&mut self, raw: &'s RawValue, depth: usize) -> Value {
        let members: Members<'s> = match serde_json::from_str(raw.get()) {
            Ok(members) => members,
            Err(error) => return self.broken(raw, &error),
        };
        let mut fields: Vec<(String, Node)> = Vec::new();
        let mut names = BTreeSet::new();
        for (key, value) in members.0 {
            let name: String = match serde_json::from_str(key.get()) {
                Ok(name) => name,
                Err(error) => return self.broken(key, &error),
            };
            let span = self.span(key);
            // TOML has it as a fault; the last would win here unnoticed.
            if !names.insert(name.clone()) {
                let mut fault =
                    Fault::new(FaultCode::Syntax, "", format!("{name:?} twice"), "each name once in an object");
                fault.span = Some(span.clone());
                self.faults.push(fault);
            }
            let node = Node { key: Some(span), ..self.node(value, depth + 1) };
            fields.push((name, node));
        }
        Value::Table(fields)
    }

    /// What only shows when a text is unescaped, such as half of a surrogate pair.
    fn broken(&mut self, raw: &RawValue, error: &serde_json::Error) -> Value {
        let mut fault = Fault::new(FaultCode::Syntax, "", message(error), "JSON (RFC 8259)");
        fault.span = Some(self.span(raw));
        self.faults.push(fault);
        Value::Other(raw.get().to_owned())
    }
}

/// The members of an object in their order, with what they are called as it is written.
struct Members<'s>(Vec<(&'s RawValue, &'s RawValue)>);

impl<'de> serde::Deserialize<'de> for Members<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> serde::de::Visitor<'de> for Object {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        from.deserialize_map(Object)
    }
}
