//! Findings as one JSON object.

use serde_json::{Value as Json, json};

use super::{Report, Stated};
use crate::finding::{Finding, Level};

/// `{"policies": [{"file", "policy": {"id", "version", "draft", "material"}, "findings": […]}], "errors", "warnings", "notes"}`;
/// a finding has `level`, `code`, `path`, `message` and, where there are some, `line`, `column`, `endColumn` (from 1, in
/// characters, of the first line), `start`, `end` (in bytes), `help` and `source`. `policy` is null where it has faults.
pub(super) fn text(reports: &[Report]) -> String {
    let policies: Vec<Json> = reports.iter().map(report).collect();
    let count = |level| reports.iter().flat_map(|it| &it.findings).filter(|finding| finding.level == level).count();
    let whole = json!({
        "policies": policies,
        "errors": count(Level::Error),
        "warnings": count(Level::Warning),
        "notes": count(Level::Note),
    });
    serde_json::to_string_pretty(&whole).unwrap_or_default()
}

fn report(report: &Report) -> Json {
    let findings: Vec<Json> = report.findings.iter().map(finding).collect();
    json!({ "file": report.source.name, "policy": report.policy.as_ref().map(stated), "findings": findings })
}

fn stated(policy: &Stated) -> Json {
    json!({ "id": policy.id, "version": policy.version, "draft": policy.is_draft, "material": policy.material })
}

fn finding(finding: &Finding) -> Json {
    let mut object = json!({
        "level": finding.level.word(),
        "code": finding.code,
        "path": finding.path,
        "message": finding.message(),
    });
    let place = finding.place.as_ref();
    let span = place.and_then(|place| place.span.as_ref());
    let more = [
        ("line", place.map(|place| place.start.line.into())),
        ("column", place.map(|place| place.start.column.into())),
        ("endColumn", span.and(place).map(|place| (place.start.column + place.width).into())),
        ("start", span.map(|span| span.start.into())),
        ("end", span.map(|span| span.end.into())),
        ("help", finding.help.as_deref().map(Json::from)),
        ("source", finding.source.map(Json::from)),
    ];
    if let Json::Object(fields) = &mut object {
        fields.extend(more.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))));
    }
    object
}
