//! A decision as JSON: the same bytes from the server and from the browser.

use alloc::string::String;

use super::{Case, Changes, Decision, case::Only};
use crate::text::{push, push_number};

impl Decision {
    /// The decision as JSON (RFC 8259), with everything it was made from but the consent itself. Fit for an HTML script
    /// element: ids and words have no character that JSON or HTML would escape.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.case().push_json(&mut out);
        out
    }
}

impl Case<'_> {
    pub(crate) fn push_json(self, out: &mut String) {
        let Self { terms, outcome } = self;
        let regime = self.regime();
        say(out, "{\"policy\":\"", &terms.id);
        push(out, "\",\"version\":");
        push_number(out, terms.version.into());
        say(out, ",\"regime\":\"", &regime.id);
        say(out, "\",\"kind\":\"", regime.kind.word());
        flag(out, "\",\"gpc\":", outcome.signals.gpc);
        push(out, ",\"region\":");
        match &outcome.signals.region {
            Some(region) => {
                push(out, "\"");
                for byte in region.code() {
                    out.push(char::from(*byte));
                }
                push(out, "\"");
            }
            None => push(out, "null"),
        }
        push(out, ",\"now\":");
        push_number(out, outcome.now.as_millis());
        push(out, ",\"ids\":{");
        let mut between = "\"";
        for (item, verdict) in terms.items.iter().zip(self.verdicts()) {
            say(out, between, &item.id);
            say(out, "\":{\"status\":\"", verdict.status.word());
            say(out, "\",\"reason\":\"", verdict.reason.word());
            between = "\"},\"";
        }
        push(out, "\"}},\"prompt\":");
        if self.asks() {
            say(out, "{\"cause\":\"", outcome.cause.word());
            self.push_ids(out, "\",\"ids\":[", Only::Asked);
            push_changes(out, self.asked_changes());
        } else {
            push(out, "null");
        }
        push(out, ",\"notice\":");
        if let Some(tidings) = self.notice() {
            flag(out, "{\"gpc\":", tidings.gpc_honoured);
            flag(out, ",\"optOut\":", tidings.opt_out);
            self.push_ids(out, ",\"conflict\":[", Only::InConflict);
            push_changes(out, self.told_changes());
        } else {
            push(out, "null");
        }
        self.push_ids(out, ",\"overridable\":[", Only::DeniedByGpc);
        flag(out, ",\"persist\":", self.must_persist());
        push(out, "}");
    }

    /// The ids of switches, and the end of their list.
    fn push_ids(self, out: &mut String, before: &str, only: Only) {
        push(out, before);
        let mut between = "\"";
        for (_, item) in self.those(only) {
            say(out, between, &item.id);
            push(out, "\"");
            between = ",\"";
        }
        push(out, "]");
    }
}

/// The versions of changes, and the end of the object they are in.
fn push_changes(out: &mut String, changes: Changes<'_>) {
    push(out, ",\"changes\":[");
    let mut between = "";
    for (_, step) in changes {
        push(out, between);
        push_number(out, step.version.into());
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
