//! A decision as JSON. The package's script makes an object of the same bytes from what the engine says.

use alloc::string::String;

use super::Decision;
use crate::{
    policy::Change,
    text::{push, push_number},
};

impl Decision {
    /// The decision as JSON (RFC 8259), with everything it was made from but the consent itself. Fit for an HTML script
    /// element: ids and words have no character that JSON or HTML would escape.
    pub fn to_json(&self) -> String {
        let case = self.case();
        let (terms, outcome, regime) = (case.terms, case.outcome, case.regime());
        let mut text = String::new();
        let out = &mut text;
        say(out, "{\"policy\":\"", &terms.id);
        push(out, "\",\"version\":");
        push_number(out, terms.version.into());
        say(out, ",\"regime\":\"", &regime.id);
        say(out, "\",\"kind\":\"", regime.kind.word());
        flag(out, "\",\"gpc\":", outcome.signals.gpc);
        push(out, ",\"region\":");
        match &outcome.signals.region {
            Some(region) => {
                say(out, "\"", region.as_str());
                push(out, "\"");
            }
            None => push(out, "null"),
        }
        push(out, ",\"now\":");
        push_number(out, outcome.now.as_millis());
        push(out, ",\"ids\":{");
        let mut between = "\"";
        for (item, verdict) in terms.items.iter().zip(case.verdicts()) {
            say(out, between, &item.id);
            say(out, "\":{\"status\":\"", verdict.status.word());
            say(out, "\",\"reason\":\"", verdict.reason.word());
            between = "\"},\"";
        }
        push(out, "\"}},\"prompt\":");
        if let Some(prompt) = self.prompt() {
            say(out, "{\"cause\":\"", prompt.cause().word());
            push_ids(out, "\",\"ids\":[", prompt.ids());
            push_changes(out, prompt.changes());
        } else {
            push(out, "null");
        }
        push(out, ",\"notice\":");
        if let Some(notice) = self.notice() {
            flag(out, "{\"gpc\":", notice.gpc_honoured());
            flag(out, ",\"optOut\":", notice.opt_out());
            push_ids(out, ",\"conflict\":[", notice.conflict());
            push_changes(out, notice.changes());
        } else {
            push(out, "null");
        }
        push_ids(out, ",\"overridable\":[", self.overridable());
        flag(out, ",\"persist\":", self.must_persist());
        push(out, "}");
        text
    }
}

fn push_ids<'a>(out: &mut String, before: &str, ids: impl Iterator<Item = &'a str>) {
    push(out, before);
    let mut between = "\"";
    for id in ids {
        say(out, between, id);
        push(out, "\"");
        between = ",\"";
    }
    push(out, "]");
}

/// The versions of changes, and the end of the object they are in.
fn push_changes<'a>(out: &mut String, changes: impl Iterator<Item = &'a Change>) {
    push(out, ",\"changes\":[");
    let mut between = "";
    for change in changes {
        push(out, between);
        push_number(out, change.version().get().into());
        between = ",";
    }
    push(out, "]}");
}

fn say(out: &mut String, before: &str, text: &str) {
    push(out, before);
    push(out, text);
}

fn flag(out: &mut String, before: &str, holds: bool) {
    say(out, before, if holds { "true" } else { "false" });
}
