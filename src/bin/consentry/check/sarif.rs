//! Findings as SARIF 2.1.0 (OASIS, Static Analysis Results Interchange Format).

use consentry::policy::{Advice, FaultCode, Severity};
use serde_json::{Value as Json, json};

use super::Report;
use crate::finding::Finding;

pub(super) fn text(reports: &[Report]) -> String {
    let faults =
        FaultCode::ALL.iter().map(|code| json!({ "id": code.word(), "defaultConfiguration": { "level": "error" } }));
    let advice = Advice::rules().map(|rule| {
        let level = if rule.severity == Severity::Note { "note" } else { "warning" };
        json!({ "id": rule.code, "shortDescription": { "text": rule.about }, "help": { "text": rule.help }, "defaultConfiguration": { "level": level } })
    });
    let rules: Vec<Json> = faults.chain(advice).collect();
    let results: Vec<Json> = reports
        .iter()
        .flat_map(|report| report.findings.iter().map(|finding| result(&report.source.name, finding)))
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "consentry",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules,
            } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    serde_json::to_string_pretty(&log).unwrap_or_default()
}

fn result(name: &str, finding: &Finding) -> Json {
    let mut location = json!({ "physicalLocation": { "artifactLocation": { "uri": uri(name) } } });
    if !finding.path.is_empty() {
        insert(&mut location, "logicalLocations", json!([{ "fullyQualifiedName": finding.path }]));
    }
    if let Some(place) = &finding.place {
        let mut region = json!({ "startLine": place.start.line, "startColumn": place.start.column });
        if place.width > 0 {
            insert(&mut region, "endColumn", json!(place.start.column + place.width));
        }
        location
            .get_mut("physicalLocation")
            .into_iter()
            .for_each(|physical| insert(physical, "region", region.clone()));
    }
    json!({
        "ruleId": finding.code,
        "level": finding.level.word(),
        "message": { "text": finding.full_message() },
        "locations": [location],
    })
}

fn insert(object: &mut Json, name: &str, value: Json) {
    if let Json::Object(fields) = object {
        fields.insert(name.into(), value);
    }
}

/// A path as a reference (RFC 3986): what it may not hold is percent-encoded.
fn uri(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    name.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
