//! The first script of a page, for what has to be known before anything else of it runs.

use alloc::{format, string::String, sync::Arc, vec::Vec};
use std::sync::LazyLock;

use base64ct::{Base64, Encoding};
use http::{HeaderMap, Uri};
use sha2::{Digest, Sha256};

use super::{markup::Markup, share, site::Site, visitor::ConsentHtml};
use crate::policy::{GoogleSignal, NECESSARY, Policy};

/// Built from `pkg/src/bootstrap.ts`.
const SCRIPT: &str = include_str!("assets/bootstrap.js").trim_ascii_end();

static CSP_HASH: LazyLock<String> =
    LazyLock::new(|| format!("'sha256-{}'", Base64::encode_string(&Sha256::digest(SCRIPT))));

impl Site {
    /// What allows the library's inline script in a `Content-Security-Policy`, such as `'sha256-…'`, for the `script-src` of
    /// pages that have no nonce. The same for every site and page of one version of the library: what differs is in the
    /// script's attributes.
    pub fn bootstrap_csp_hash() -> &'static str {
        &CSP_HASH
    }

    /// What a page that all visitors get alike has in its head, before every other script: for pages that are made beforehand
    /// and not by this server. It has no nonce; its hash is [`bootstrap_csp_hash`](Self::bootstrap_csp_hash).
    pub fn head_for_all(self: &Arc<Self>) -> String {
        let ui = self.visitor(&Uri::from_static("/"), &HeaderMap::new()).silent_html(true);
        for_all(self, &ui) + &ui.assets()
    }
}

/// For a page that all visitors get alike.
pub(super) fn for_all(site: &Site, ui: &ConsentHtml) -> String {
    let policy = ui.decision().policy();
    let ids = share::ids(policy);
    let cookies = format!(" data-cookie=\"{}\" data-outcome=\"{}\"", site.cookie_name(), site.outcome_name());
    let (stamp, signals) = (site.stamp(policy), signals(policy, site.markup));
    script(ui, &format!("{cookies} data-ids=\"{ids}\" data-stamp=\"{stamp}\"{signals}"))
}

/// For a page of one visitor; nothing where nothing in it has to know.
pub(super) fn for_visitor(ui: &ConsentHtml, markup: Markup) -> String {
    if !markup.consent_mode {
        return String::new();
    }
    let decision = ui.decision();
    script(ui, &format!(" data-granted=\"{}\"{}", share::granted(decision), signals(decision.policy(), markup)))
}

fn script(ui: &ConsentHtml, attributes: &str) -> String {
    format!("<script{attributes}{}>{SCRIPT}</script>", ui.nonce())
}

/// Each signal with the ids that it hangs on. What is necessary is always granted; `-` is no id, so never.
fn signals(policy: &Policy, markup: Markup) -> String {
    if !markup.consent_mode {
        return String::new();
    }
    let signals = GoogleSignal::ALL.iter().map(|signal| {
        let (mut ids, mut is_behind) = (String::new(), false);
        for id in policy.ids_behind(*signal) {
            is_behind = true;
            if share::optional(policy).any(|item| *item.id == *id) {
                ids += if ids.is_empty() { "" } else { "," };
                ids += id;
            }
        }
        let ids = match (ids.is_empty(), is_behind) {
            (false, _) => ids.as_str(),
            (true, true) => NECESSARY,
            (true, false) => "-",
        };
        format!("{}:{ids}", signal.word())
    });
    format!(" data-signals=\"{}\"", signals.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_stays_within_a_kilobyte_and_its_element() {
        assert!(SCRIPT.len() <= 1000, "{} bytes", SCRIPT.len());
        assert!(!SCRIPT.contains("</") && !SCRIPT.contains("<!--"));
        assert!(Site::bootstrap_csp_hash().starts_with("'sha256-") && Site::bootstrap_csp_hash().len() == 53);
    }
}
