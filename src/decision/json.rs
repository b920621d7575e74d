//! A decision as JSON: the same bytes from the server and from the browser.

use alloc::string::String;

use super::{Decision, Reason, Status};
use crate::{
    policy::NECESSARY,
    text::{push_joined, push_json, push_number},
};

impl Decision {
    /// The decision as JSON (RFC 8259), with everything it was made from but the consent itself.
    pub fn to_json(&self) -> String {
        let mut out = String::from("{\"policy\":");
        let regime = self.regime();
        push_json(&mut out, self.policy.id());
        out.push_str(",\"version\":");
        push_number(&mut out, self.policy.version().get().into());
        out.push_str(",\"regime\":");
        push_json(&mut out, regime.id());
        push_word(&mut out, ",\"kind\":", regime.kind().word());
        push_flag(&mut out, ",\"gpc\":", self.signals.gpc);
        out.push_str(",\"region\":");
        match &self.signals.region {
            Some(region) => push_json(&mut out, region.as_str()),
            None => out.push_str("null"),
        }
        out.push_str(",\"now\":");
        push_number(&mut out, self.now.as_millis());
        out.push_str(",\"ids\":{");
        self.push_ids(&mut out);
        out.push_str("},\"prompt\":");
        self.push_prompt(&mut out);
        out.push_str(",\"notice\":");
        self.push_notice(&mut out);
        push_flag(&mut out, ",\"persist\":", self.must_persist());
        out.push('}');
        out
    }

    fn push_ids(&self, out: &mut String) {
        let declared = &self.policy.0;
        let categories =
            declared.categories.iter().enumerate().map(|(place, category)| (&category.id, self.of_category(place)));
        let services =
            declared.services.iter().enumerate().map(|(place, service)| (&service.id, self.of_service(place)));
        debug_assert!(declared.categories.first().is_some_and(|first| first.id == NECESSARY));
        push_joined(out, categories.chain(services), ',', |out, (id, verdict)| {
            push_json(out, id);
            push_status(out, verdict.status, verdict.reason);
        });
    }

    fn push_prompt(&self, out: &mut String) {
        let Some(prompt) = self.prompt() else { return out.push_str("null") };
        push_word(out, "{\"cause\":", prompt.cause().word());
        out.push_str(",\"ids\":[");
        push_joined(out, prompt.ids(), ',', push_json);
        push_versions(out, prompt.changes());
        out.push('}');
    }

    fn push_notice(&self, out: &mut String) {
        let Some(notice) = self.notice() else { return out.push_str("null") };
        push_flag(out, "{\"gpc\":", notice.gpc_honoured());
        push_flag(out, ",\"optOut\":", notice.opt_out());
        out.push_str(",\"changes\":[");
        push_joined(out, notice.changes(), ',', |out, change| push_number(out, change.version.into()));
        out.push_str("]}");
    }
}

fn push_versions<'a>(out: &mut String, changes: impl Iterator<Item = &'a crate::policy::Change>) {
    out.push_str("],\"changes\":[");
    push_joined(out, changes, ',', |out, change| push_number(out, change.version.into()));
    out.push(']');
}

fn push_status(out: &mut String, status: Status, reason: Reason) {
    push_word(out, ":{\"status\":", status.word());
    push_word(out, ",\"reason\":", reason.word());
    out.push('}');
}

fn push_word(out: &mut String, name: &str, word: &str) {
    out.push_str(name);
    push_json(out, word);
}

fn push_flag(out: &mut String, name: &str, value: bool) {
    out.push_str(name);
    out.push_str(if value { "true" } else { "false" });
}
