//! The JSON Schema of the policy file, made of the tables that the reader reads by.

use alloc::{format, string::String, vec::Vec};

use serde_json::{Map, Value as Json, json};

use super::{
    Jurisdiction,
    format::{self, Field, Form, Kind, Table},
};
use crate::{banner::Word, text::words};

/// The JSON Schema (draft 7, which editors for TOML read too) of a policy file, as JSON.
///
/// It knows the form of a policy: fields, types, and the grammar of each text. What fields say together, such as a category
/// that a service names, only [`Policy::from_toml`](super::Policy::from_toml) and
/// [`Policy::from_json`](super::Policy::from_json) check.
pub fn schema() -> String {
    let mut definitions = Map::new();
    for table in
        [&format::CONTACT, &format::CATEGORY, &format::SERVICE, &format::COOKIE, &format::CHANGE, &format::REGIME]
    {
        definitions.insert(table.name.into(), object(table));
    }
    definitions.insert("localized".into(), localized());
    let mut root = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": "consentry policy",
    });
    if let (Json::Object(root), Json::Object(policy)) = (&mut root, object(&format::POLICY)) {
        root.extend(policy);
        root.insert("definitions".into(), definitions.into());
    }
    let mut text = serde_json::to_string_pretty(&root).unwrap_or_default();
    text.push('\n');
    text
}

fn object(table: &Table) -> Json {
    let property = |field: &Field| {
        let mut form = form(&field.form);
        // What stands beside a reference is not read in draft 7.
        if form.get("$ref").is_some() {
            form = json!({ "allOf": [form] });
        }
        if let Json::Object(form) = &mut form {
            form.insert("description".into(), field.about.into());
        }
        (field.name.into(), form)
    };
    let properties: Map<String, Json> = table.fields.iter().map(property).collect();
    let must: Vec<_> = table.fields.iter().filter(|field| field.must).map(|field| field.name).collect();
    let mut object = json!({
        "description": table.about,
        "type": "object",
        "properties": properties,
        "required": must,
        "additionalProperties": false,
    });
    if table.name == format::REGIME.name {
        let presets: Vec<String> = Jurisdiction::all().map(|preset| preset.id().into()).collect();
        let is_preset = json!({ "properties": { "id": { "enum": presets } } });
        let either = json!([{ "required": ["kind"] }, is_preset]);
        object.as_object_mut().and_then(|object| object.insert("anyOf".into(), either));
    }
    object
}

fn form(form: &Form) -> Json {
    match form {
        Form::Text(kind) => text(*kind),
        Form::Localized => json!({ "$ref": "#/definitions/localized" }),
        Form::Word(known) => json!({ "enum": words(known).collect::<Vec<_>>() }),
        Form::Number => json!({ "type": "integer", "minimum": 1, "maximum": u32::MAX }),
        Form::Flag => json!({ "type": "boolean" }),
        Form::List(item) => json!({ "type": "array", "items": self::form(item) }),
        Form::Table(table) => json!({ "$ref": format!("#/definitions/{}", table.name) }),
        Form::DataNames => json!({
            "type": "object",
            "propertyNames": text(Kind::Id),
            "additionalProperties": { "$ref": "#/definitions/localized" },
        }),
        Form::Words => {
            let word = |word: &Word| (word.word().into(), json!({ "$ref": "#/definitions/localized" }));
            let known: Map<String, Json> = Word::ALL.iter().map(word).collect();
            json!({ "type": "object", "properties": known, "additionalProperties": false })
        }
    }
}

fn localized() -> Json {
    json!({
        "description": "A text in the default language, or a table of texts by language.",
        "anyOf": [{ "type": "string" }, { "type": "object", "additionalProperties": { "type": "string" } }],
    })
}

fn text(kind: Kind) -> Json {
    let pattern = match kind {
        Kind::Any => return json!({ "type": "string" }),
        Kind::OwnId => return json!({ "type": "string", "pattern": ID, "not": { "const": super::NECESSARY } }),
        Kind::Id => ID,
        Kind::Locale => "^[A-Za-z0-9]{1,8}(-[A-Za-z0-9]{1,8})*$",
        // Only what can never run a script when a visitor follows it.
        Kind::Url => r"^(https?://|mailto:|/(?!/))[!-\[\]-~]*$",
        Kind::Region => "^[A-Za-z]{2}(-[A-Za-z0-9]{1,3})?$",
        Kind::Duration => "^(0|[1-9][0-9]{0,9})[smhd]$",
        Kind::Date => "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
        Kind::CookieName => r"^(\*|[!#$%&'+.^_`|~0-9A-Za-z-]{1,127}\*?|[!#$%&'+.^_`|~0-9A-Za-z-]{128})$",
        Kind::CookiePath => "^/[!-:<-~]{0,1023}$",
        Kind::Host => r"^(\*\.)?[a-z0-9-]+(\.[a-z0-9-]+)*$",
        Kind::Digest => "^sha256-[A-Za-z0-9_-]{43}$",
    };
    json!({ "type": "string", "pattern": pattern })
}

const ID: &str = "^[a-z][a-z0-9_-]{0,31}$";
