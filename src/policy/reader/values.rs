//! Values: reads what has the right type, notes a fault where it has not.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use core::ops::Range;

use time::{Date, Month};

use super::Reader;
use crate::policy::{
    document::{Node, Value},
    fault::{Fault, FaultCode, quoted},
    format::Table,
    localized::Localized,
};

/// The fields of a table, taken one by one; what is left at the end is unknown.
pub(super) struct Fields {
    path: String,
    pub(super) span: Range<usize>,
    table: &'static Table,
    fields: Vec<(String, Node)>,
}

impl Fields {
    pub(super) fn path(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_string() } else { format!("{}.{name}", self.path) }
    }

    pub(super) fn has(&self, name: &str) -> bool {
        debug_assert!(self.table.has(name), "the format has no {name:?}");
        self.fields.iter().any(|(known, _)| known == name)
    }

    pub(super) fn take(&mut self, name: &str) -> Option<Node> {
        debug_assert!(self.table.has(name), "the format has no {name:?}");
        let place = self.fields.iter().position(|(known, _)| known == name)?;
        Some(self.fields.remove(place).1)
    }
}

impl Reader {
    pub(super) fn fault(&mut self, code: FaultCode, path: &str, span: Range<usize>, found: &str, expected: &str) {
        let mut fault = Fault::new(code, path, found, expected);
        fault.span = Some(span);
        self.faults.push(fault);
    }

    /// Gives the last fault what is written nearly as it should be.
    pub(super) fn help(&mut self, word: &str, known: impl IntoIterator<Item = impl AsRef<str>>) {
        if let Some(fault) = self.faults.last_mut() {
            fault.help = did_you_mean(word, known);
        }
    }

    pub(super) fn wrong(&mut self, node: &Node, path: &str, expected: &str) {
        self.fault(FaultCode::WrongType, path, node.span.clone(), &node.describe(), expected);
    }

    /// True or false; false where it is not said.
    pub(super) fn flag(&mut self, fields: &mut Fields, name: &str) -> bool {
        let Some(node) = fields.take(name) else { return false };
        let path = fields.path(name);
        self.note(&path, &node);
        if let Value::Bool(holds) = node.value {
            return holds;
        }
        self.wrong(&node, &path, "true or false");
        false
    }

    pub(super) fn note(&mut self, path: &str, node: &Node) {
        self.spans.insert(path.to_string(), node.span.clone());
    }

    pub(super) fn fields(&mut self, node: Node, path: &str, table: &'static Table) -> Option<Fields> {
        self.note(path, &node);
        match node.value {
            Value::Table(fields) => Some(Fields { path: path.to_string(), span: node.span, table, fields }),
            _ => {
                self.wrong(&node, path, "a table");
                None
            }
        }
    }

    /// A table whose names are the site's own.
    pub(super) fn map(&mut self, fields: &mut Fields, name: &str) -> Vec<(String, Node)> {
        let Some(node) = fields.take(name) else { return Vec::new() };
        let path = fields.path(name);
        self.note(&path, &node);
        match node.value {
            Value::Table(fields) => fields,
            _ => {
                self.wrong(&node, &path, "a table");
                Vec::new()
            }
        }
    }

    pub(super) fn finish(&mut self, fields: Fields) {
        let known = || fields.table.fields.iter().map(|field| field.name);
        for (name, node) in &fields.fields {
            let expected =
                format!("one of {}", known().filter(|name| !name.starts_with('$')).collect::<Vec<_>>().join(", "));
            let found = format!("the field {}", quoted(name));
            self.fault(FaultCode::UnknownField, &fields.path(name), node.name_span(), &found, &expected);
            self.help(name, known());
        }
    }

    pub(super) fn text(&mut self, fields: &mut Fields, name: &str) -> Option<String> {
        let node = fields.take(name)?;
        self.text_of(node, &fields.path(name))
    }

    pub(super) fn text_of(&mut self, node: Node, path: &str) -> Option<String> {
        self.note(path, &node);
        match node.value {
            Value::Text(text) => Some(text),
            _ => {
                self.wrong(&node, path, "a text");
                None
            }
        }
    }

    pub(super) fn required(&mut self, fields: &mut Fields, name: &str, expected: &str) -> String {
        if !fields.has(name) {
            self.fault(FaultCode::Missing, &fields.path(name), fields.span.clone(), "nothing", expected);
        }
        self.text(fields, name).unwrap_or_default()
    }

    /// One of a set of words.
    pub(super) fn word<T: Copy>(
        &mut self,
        fields: &mut Fields,
        name: &str,
        all: &[T],
        word: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        let text = self.text(fields, name)?;
        let path = fields.path(name);
        self.one_of(&text, &path, all, word)
    }

    pub(super) fn one_of<T: Copy>(
        &mut self,
        text: &str,
        path: &str,
        all: &[T],
        word: impl Fn(T) -> &'static str,
    ) -> Option<T> {
        let found = all.iter().copied().find(|value| word(*value) == text);
        if found.is_none() {
            let words: Vec<String> = all.iter().map(|value| format!("{:?}", word(*value))).collect();
            let expected = format!("one of {}", words.join(", "));
            let span = self.spans.get(path).cloned().unwrap_or_default();
            self.fault(FaultCode::BadValue, path, span, &quoted(text), &expected);
            self.help(text, all.iter().map(|value| word(*value)));
        }
        found
    }

    /// A list. `read` gives a stand-in for an item it cannot read, so that later indices stay right.
    pub(super) fn list<T>(
        &mut self,
        fields: &mut Fields,
        name: &str,
        mut read: impl FnMut(&mut Self, Node, &str) -> Option<T>,
    ) -> Vec<T> {
        let Some(node) = fields.take(name) else { return Vec::new() };
        let path = fields.path(name);
        self.note(&path, &node);
        match node.value {
            Value::List(items) => items
                .into_iter()
                .enumerate()
                .filter_map(|(place, item)| read(self, item, &format!("{path}[{place}]")))
                .collect(),
            _ => {
                self.wrong(&node, &path, "a list");
                Vec::new()
            }
        }
    }

    pub(super) fn texts(&mut self, fields: &mut Fields, name: &str) -> Vec<String> {
        self.list(fields, name, |reader, node, path| Some(reader.text_of(node, path).unwrap_or_default()))
    }

    pub(super) fn words<T: Copy>(
        &mut self,
        fields: &mut Fields,
        name: &str,
        all: &[T],
        word: fn(T) -> &'static str,
    ) -> Vec<T> {
        self.list(fields, name, |reader, node, path| {
            let text = reader.text_of(node, path)?;
            reader.one_of(&text, path, all, word)
        })
    }

    /// A text in the default language, or a table of texts by language.
    pub(super) fn localized(&mut self, fields: &mut Fields, name: &str, default_locale: &str) -> Localized {
        let Some(node) = fields.take(name) else { return Localized::default() };
        let path = fields.path(name);
        self.localized_of(node, &path, default_locale)
    }

    pub(super) fn localized_of(&mut self, node: Node, path: &str, default_locale: &str) -> Localized {
        self.note(path, &node);
        match node.value {
            Value::Text(text) => [(default_locale, text)].into_iter().collect(),
            Value::Table(texts) => {
                let read = |(locale, node): (String, Node)| {
                    let text = self.text_of(node, &format!("{path}.{locale}"))?;
                    Some((locale, text))
                };
                texts.into_iter().filter_map(read).collect()
            }
            _ => {
                self.wrong(&node, path, "a text, or a table of texts by language");
                Localized::default()
            }
        }
    }

    /// A duration such as `30m`, `12h`, `365d`, in seconds.
    pub(super) fn duration(&mut self, fields: &mut Fields, name: &str) -> Option<u64> {
        let node = fields.take(name)?;
        let path = fields.path(name);
        self.note(&path, &node);
        let seconds = match &node.value {
            Value::Text(text) => duration(text),
            _ => None,
        };
        if seconds.is_none() {
            let expected = "a duration such as \"30m\", \"12h\" or \"365d\"";
            self.fault(FaultCode::BadValue, &path, node.span.clone(), &node.describe(), expected);
        }
        seconds
    }

    pub(super) fn date(&mut self, fields: &mut Fields, name: &str) -> Option<Date> {
        let node = fields.take(name)?;
        let path = fields.path(name);
        self.note(&path, &node);
        let date = match &node.value {
            Value::Date(date) => Some(*date),
            Value::Text(text) => iso_date(text),
            _ => None,
        };
        if date.is_none() {
            self.fault(FaultCode::BadValue, &path, node.span.clone(), &node.describe(), "a date such as 2026-12-01");
        }
        date
    }
}

/// The known word that is nearest to `word`, where one is near: a third of its letters may differ.
pub(super) fn did_you_mean(word: &str, known: impl IntoIterator<Item = impl AsRef<str>>) -> Option<String> {
    // Nothing that is known is longer, and the comparison takes the product of both lengths.
    const LONGEST: usize = 64;
    if word.len() > LONGEST {
        return None;
    }
    let distance = |known: &str| strsim::osa_distance(&word.to_lowercase(), &known.to_lowercase());
    let near = known.into_iter().map(|known| (distance(known.as_ref()), known));
    let near = near.filter(|(distance, known)| *distance * 3 <= known.as_ref().chars().count().max(3));
    near.min_by_key(|(distance, _)| *distance).map(|(_, known)| format!("did you mean `{}`?", known.as_ref()))
}

fn duration(text: &str) -> Option<u64> {
    let units = [('s', 1), ('m', 60), ('h', 3600), ('d', 86_400)];
    let (number, unit) = units.into_iter().find_map(|(unit, seconds)| Some((text.strip_suffix(unit)?, seconds)))?;
    crate::text::number(number, u64::from(u32::MAX))?.checked_mul(unit)
}

fn iso_date(text: &str) -> Option<Date> {
    let mut parts = text.splitn(3, '-');
    let mut part = |length: usize| {
        let text = parts.next()?;
        let digits = text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u16>().ok()).flatten()
    };
    let (year, month, day) = (part(4)?, part(2)?, part(2)?);
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?).ok()
}
