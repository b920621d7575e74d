//! A policy's file as it is written: what is added leaves everything else as it stands, comments and all.

use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
};

use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Table, TableLike, Value, value};

/// The lists whose entries have ids.
const LISTS: [&str; 2] = ["category", "service"];

/// A `[[change]]` to be written.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) version: u32,
    pub(super) effective: toml_edit::Datetime,
    pub(super) kind: &'static str,
    pub(super) touches: Vec<String>,
    /// A text for each language, that of the policy's default first.
    pub(super) summary: Vec<(String, String)>,
    pub(super) default_locale: String,
    pub(super) material: String,
}

impl Entry {
    fn fields(&self) -> Vec<(&'static str, Value)> {
        let mut fields = vec![
            ("version", Value::from(i64::from(self.version))),
            ("effective", Value::from(self.effective)),
            ("kind", Value::from(self.kind)),
        ];
        if !self.touches.is_empty() {
            fields.push(("touches", self.touches.iter().collect::<Array>().into()));
        }
        fields.extend(summary(&self.summary, &self.default_locale).map(|summary| ("summary", summary)));
        fields.push(("material", Value::from(self.material.as_str())));
        fields
    }

    /// The entry by itself.
    pub(super) fn shown(&self) -> String {
        let mut document = DocumentMut::new();
        push(&mut document, self.fields());
        document.to_string().trim().to_owned()
    }
}

/// One text where it is in the default language only, else one a language.
fn summary(texts: &[(String, String)], default_locale: &str) -> Option<Value> {
    match texts {
        [] => None,
        [(locale, text)] if locale == default_locale => Some(Value::from(text.as_str())),
        texts => {
            let table: InlineTable = texts.iter().map(|(locale, text)| (locale.as_str(), text.as_str())).collect();
            Some(table.into())
        }
    }
}

fn push(document: &mut DocumentMut, fields: Vec<(&'static str, Value)>) {
    let changes = document.entry("change").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    match changes {
        Item::ArrayOfTables(tables) => {
            let mut table = Table::new();
            for (name, field) in fields {
                table.insert(name, value(field));
            }
            tables.push(table);
        }
        Item::Value(Value::Array(array)) => array.push(fields.into_iter().collect::<InlineTable>()),
        // Nothing else was read as a list of changes.
        _ => {}
    }
}

/// Adds the next change.
pub(super) fn add_change(document: &mut DocumentMut, entry: &Entry) {
    push(document, entry.fields());
}

/// Completes the last change, a draft, with what it does not say.
pub(super) fn complete_change(document: &mut DocumentMut, entry: &Entry) {
    let Some(last) = document.get_mut("change").and_then(|changes| entries(changes).pop()) else { return };
    for (name, field) in entry.fields() {
        if last.get(name).is_none() {
            last.insert(name, value(field));
        }
    }
}

/// The entries of a list, written as tables or in brackets.
fn entries(list: &mut Item) -> Vec<&mut dyn TableLike> {
    match list {
        Item::ArrayOfTables(tables) => tables.iter_mut().map(|table| table as &mut dyn TableLike).collect(),
        Item::Value(Value::Array(array)) => {
            array.iter_mut().filter_map(|entry| entry.as_inline_table_mut()).map(|table| table as _).collect()
        }
        _ => Vec::new(),
    }
}

fn add_all(list: &mut Item, names: &[String]) {
    if list.is_none() {
        *list = value(Array::new());
    }
    let Some(array) = list.as_array_mut() else { return };
    for name in names {
        if !array.iter().any(|known| known.as_str() == Some(name)) {
            array.push(name);
        }
    }
}

/// Writes the names that the category or service called `id` once had, and the key it has now, if any.
pub(super) fn set_names(document: &mut DocumentMut, id: &str, former: &[String], key: Option<&str>) {
    for list in LISTS {
        let Some(list) = document.get_mut(list) else { continue };
        for entry in entries(list).into_iter().filter(|entry| is_called(*entry, id)) {
            match key {
                None => drop(entry.remove("key")),
                Some(key) if entry.get("key").and_then(Item::as_str) == Some(key) => {}
                Some(key) => drop(entry.insert("key", value(key))),
            }
            let space = take_space(entry);
            add_all(entry.entry("formerly").or_insert(Item::None), former);
            if let Some((_, Item::Value(last))) = entry.iter_mut().last() {
                space.into_iter().for_each(|space| last.decor_mut().set_suffix(space));
            }
        }
    }
}

/// Takes the space behind the last field of a table in braces, which belongs before the brace.
fn take_space(entry: &mut dyn TableLike) -> Option<String> {
    let (_, last) = entry.iter_mut().last()?;
    let decor = last.as_value_mut()?.decor_mut();
    let space = decor.suffix()?.as_str().filter(|space| space.trim().is_empty())?.to_owned();
    decor.set_suffix("");
    Some(space)
}

fn is_called(entry: &dyn TableLike, id: &str) -> bool {
    entry.get("id").and_then(Item::as_str) == Some(id)
}

/// Lists names that are never used again.
pub(super) fn retire(document: &mut DocumentMut, names: &[String]) {
    add_all(document.entry("retired").or_insert(Item::None), names);
}

/// The text as it is written to a file whose lines ended as those of `before`.
pub(super) fn text(document: &DocumentMut, before: &str) -> String {
    let text = document.to_string();
    if before.contains("\r\n") { text.replace("\r\n", "\n").replace('\n', "\r\n") } else { text }
}

/// Puts `text` in the place of a file, as a whole or not at all.
pub(super) fn write(path: &Path, text: &str) -> io::Result<()> {
    // A link stays one.
    let path = fs::canonicalize(path)?;
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.new", std::process::id()));
    let beside: PathBuf = path.with_file_name(name);
    let written = replace(&path, &beside, text);
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

fn replace(path: &Path, beside: &Path, text: &str) -> io::Result<()> {
    let mut file = fs::File::create_new(beside)?;
    file.write_all(text.as_bytes())?;
    file.set_permissions(fs::metadata(path)?.permissions())?;
    file.sync_all()?;
    fs::rename(beside, path)
}
