//! The JSON Schema and the reader agree: what one takes the other takes, field by field.

use std::{fs, path::Path};

use consentry::{
    Policy,
    policy::{FaultCode, schema},
};
use jsonschema::Validator;
use serde_json::{Map, Value as Json, json};

/// A policy with every field there is.
fn full() -> Json {
    json!({
        "$schema": "https://unpkg.com/consentry/policy.schema.json",
        "id": "shop",
        "default_locale": "en",
        "contact": { "name": "Shop", "url": "/contact", "email": "shop@shop.example" },
        "category": [{
            "id": "statistics", "key": "s", "name": "Statistics", "purpose": { "en": "Count visits." },
            "uses": ["share"], "basis": "consent", "signals": ["analytics_storage"], "formerly": ["counting"]
        }],
        "service": [{
            "id": "counter", "key": "c", "category": "statistics", "choice": "own", "reload": true, "name": "Counter",
            "purpose": "Count visits.",
            "cookies": [{ "name": "_c_*", "max_age": "30d", "path": "/", "purpose": "Count visits." }],
            "hosts": ["*.counter.example"], "data": ["pages"], "recipients": ["Counter Ltd"], "retention": "30d", "processors": ["Host Ltd"],
            "countries": ["United States"],
            "uses": ["sale"], "basis": "legitimate-interest", "signals": ["ad_storage"], "formerly": ["meter"],
            "justification": "None."
        }],
        "change": [{
            "version": 2, "effective": "2026-12-01", "kind": "ask", "touches": ["statistics"], "summary": "More.",
            "material": "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
        }],
        "regime": [{
            "id": "home", "kind": "opt-in", "regions": ["FR", "US-CA"], "grant_max_age": "182d",
            "refusal_quiet": "182d", "gpc": "honour"
        }],
        "retired": ["old"],
        "data": { "pages": "pages you visit" },
        "words": { "title": { "en": "Your choices" } }
    })
}

fn validator() -> Result<(Json, Validator), String> {
    let schema: Json = serde_json::from_str(&schema()).map_err(|error| error.to_string())?;
    let validator = jsonschema::draft7::new(&schema).map_err(|error| error.to_string())?;
    Ok((schema, validator))
}

/// Whether the reader takes the form of a policy: what fields say together is no matter of a schema.
fn reader_takes(policy: &Json) -> bool {
    let source = policy.to_string();
    let checked = Policy::check_json(&source);
    checked.faults().iter().all(|fault| match fault.code() {
        FaultCode::UnknownField | FaultCode::WrongType | FaultCode::BadValue | FaultCode::Syntax => false,
        // Some fields must be there only beside others.
        FaultCode::Missing => ["justification", "touches", "summary"].iter().any(|field| fault.path().ends_with(field)),
        FaultCode::Retired => !fault.found().contains("necessary"),
        _ => true,
    })
}

#[test]
fn the_copy_in_the_package_is_current() {
    // The crate is published without the npm package.
    if !Path::new("pkg").exists() {
        return;
    }
    let copy = fs::read_to_string("pkg/policy.schema.json").unwrap_or_default();
    assert!(copy == schema(), "write it anew: cargo run --features cli -- schema > pkg/policy.schema.json");
}

#[test]
fn the_full_policy_has_every_field_of_the_schema() {
    let (schema, validator) = validator().unwrap();
    let full = full();
    assert!(validator.is_valid(&full), "{:?}", validator.iter_errors(&full).map(|e| e.to_string()).collect::<Vec<_>>());
    assert!(reader_takes(&full));
    let tables = [
        ("", &full),
        ("contact", &full["contact"]),
        ("category", &full["category"][0]),
        ("service", &full["service"][0]),
        ("cookie", &full["service"][0]["cookies"][0]),
        ("change", &full["change"][0]),
        ("regime", &full["regime"][0]),
    ];
    for (name, table) in tables {
        let definition = if name.is_empty() { &schema } else { &schema["definitions"][name] };
        let names = |object: &Json| -> Vec<String> {
            object.as_object().map(|o| o.keys().cloned().collect()).unwrap_or_default()
        };
        assert_eq!(names(&definition["properties"]), names(table), "{name}");
        for (field, form) in definition["properties"].as_object().unwrap() {
            assert!(form["description"].is_string(), "{name}.{field}");
        }
    }
}

/// Every policy of the repository is taken.
#[test]
fn real_policies_are_of_the_schema() {
    let (_, validator) = validator().unwrap();
    let vectors: Json = serde_json::from_str(&fs::read_to_string("tests/vectors/policies.json").unwrap()).unwrap();
    let mut count = 0;
    let mut check = |name: &str, policy: &Json| {
        let errors: Vec<String> =
            validator.iter_errors(policy).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        count += 1;
    };
    for (name, case) in vectors["policies"].as_object().unwrap() {
        check(name, &case["authoring"]);
    }
    for path in
        ["examples/sothinkmedia/policy-1.toml", "examples/sothinkmedia/policy-2.toml", "tests/conformance/policy.toml"]
    {
        let table: toml::Table = fs::read_to_string(path).unwrap().parse().unwrap();
        check(path, &plain(toml::Value::Table(table)));
    }
    assert!(count > 10, "{count}");
}

/// As editors see TOML: dates are texts.
fn plain(value: toml::Value) -> Json {
    match value {
        toml::Value::Datetime(date) => date.to_string().into(),
        toml::Value::Array(items) => items.into_iter().map(plain).collect(),
        toml::Value::Table(fields) => {
            Json::Object(fields.into_iter().map(|(name, value)| (name, plain(value))).collect())
        }
        other => serde_json::to_value(other).unwrap_or_default(),
    }
}

/// Puts one value after another in the place of each value of the full policy, and looks who takes it.
#[test]
fn schema_and_reader_take_the_same() {
    let (_, validator) = validator().unwrap();
    let digest = format!("sha256-{}", "A".repeat(43));
    let long = "x".repeat(33);
    let texts = [
        "",
        "a",
        "statistics",
        "necessary",
        "A",
        "1a",
        "a b",
        "é",
        "a.b",
        "a_b-1",
        &long,
        "en",
        "en-GB",
        "en_GB",
        "toolonglanguage",
        "30d",
        "01d",
        "0d",
        "30",
        "1y",
        "365 d",
        "99999999999s",
        "FR",
        "fr",
        "FRA",
        "US-CA",
        "us-ca",
        "US-",
        "US-CALI",
        "https://a.example/b?c=d",
        "http://a",
        "mailto:a@b",
        "//a",
        "/a\\b",
        "/a;b",
        "/a b",
        "/",
        "javascript:x",
        "a.example",
        "*.a.example",
        "a..b",
        "*",
        "_ga*",
        "a*b",
        "**",
        "__Host-x",
        "a=b",
        "2026-12-01",
        "2026-13-01",
        "2026-1-1",
        "1.5.2026",
        &digest,
        "sha256-A",
        "own",
        "category",
        "consent",
        "contract",
        "share",
        "targeted-ads",
        "ask",
        "notify",
        "opt-out",
        "honour",
        "ignore",
        "ad_storage",
        "title",
        "eu",
    ];
    let mut values: Vec<Json> = texts.iter().map(|text| Json::from(*text)).collect();
    values.extend([
        json!(null),
        json!(true),
        json!(0),
        json!(1),
        json!(-1),
        json!(2.5),
        json!(4_294_967_296_u64),
        json!([]),
        json!({}),
        json!([1]),
        json!([""]),
        json!(["a"]),
        json!([[]]),
        json!([{}]),
        json!({ "en": "a" }),
        json!({ "en": 1 }),
        json!({ "en": {} }),
        json!({ "id": "a" }),
        json!([{ "id": "a" }]),
        json!([{ "id": "fr" }]),
        json!([{ "name": "a" }]),
        json!({ "name": "a" }),
    ]);
    let full = full();
    let mut places = Vec::new();
    walk(&full, "", &mut places);
    let mut count = [0, 0];
    for place in &places {
        let mut changed: Vec<Json> = Vec::new();
        for value in &values {
            let mut policy = full.clone();
            *policy.pointer_mut(place).unwrap() = value.clone();
            changed.push(policy);
        }
        // Without it, and with a name that is none.
        let (table, field) = place.rsplit_once('/').unwrap_or_default();
        let mut policy = full.clone();
        if let Some(Json::Object(fields)) = policy.pointer_mut(table) {
            let taken = fields.remove(field);
            changed.push(policy.clone());
            if let (Some(Json::Object(fields)), Some(taken)) = (policy.pointer_mut(table), taken) {
                fields.insert(format!("{field}_"), taken);
                changed.push(policy);
            }
        }
        for policy in changed {
            let (by_schema, by_reader) = (validator.is_valid(&policy), reader_takes(&policy));
            // Bounds of durations are rules of a regime, and a schema has no words for durations.
            let is_bound = place.ends_with("grant_max_age") || place.ends_with("refusal_quiet");
            let agree = by_schema == by_reader || (is_bound && by_schema);
            let shown = policy.pointer(place).unwrap_or(&Json::Null);
            assert!(agree, "{place}: {shown}: the schema says {by_schema}, the reader {by_reader}");
            count[usize::from(by_schema)] += 1;
        }
    }
    assert!(places.len() > 60 && count[0] > 3000 && count[1] > 500, "{} {count:?}", places.len());
}

/// The place of every value, as JSON Pointers (RFC 6901).
fn walk(value: &Json, at: &str, places: &mut Vec<String>) {
    let below: Map<String, Json> = match value {
        Json::Object(fields) => fields.clone(),
        Json::Array(items) => items.iter().enumerate().map(|(place, item)| (place.to_string(), item.clone())).collect(),
        _ => return,
    };
    for (name, value) in &below {
        let place = format!("{at}/{name}");
        places.push(place.clone());
        walk(value, &place, places);
    }
}
