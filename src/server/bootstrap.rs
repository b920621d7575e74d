//! The first script of a page, for what has to be known before anything else of it runs.

use alloc::{format, string::String};
use std::sync::LazyLock;

use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};

use super::{share, site::Site, visitor::ConsentHtml};

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
}

/// For a page that all visitors get alike.
pub(super) fn for_all(site: &Site, ui: &ConsentHtml) -> String {
    let policy = ui.decision().policy();
    let mut ids = String::new();
    for item in share::optional(policy) {
        ids += if ids.is_empty() { "" } else { " " };
        ids += &item.id;
    }
    let cookies = format!(" data-cookie=\"{}\" data-outcome=\"{}\"", site.cookie_name(), site.outcome_name());
    script(&format!("{cookies} data-ids=\"{ids}\" data-stamp=\"{}\"", site.stamp(policy)))
}

fn script(attributes: &str) -> String {
    format!("<script{attributes}>{SCRIPT}</script>")
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
