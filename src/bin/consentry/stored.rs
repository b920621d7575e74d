//! The consent among a visitor's cookies.

use consentry::cookies::{DEVELOPMENT_NAME, DOMAIN_NAME, SECURE_NAME, pairs};

/// Name and text of the consent: the first of the names it may have that a cookie in `lines` has.
pub(crate) fn consent<'a>(lines: impl Iterator<Item = &'a str> + Clone) -> Option<(&'static str, &'a str)> {
    let named = |name| lines.clone().flat_map(pairs).find(|(known, _)| *known == name).map(|(_, text)| (name, text));
    [SECURE_NAME, DOMAIN_NAME, DEVELOPMENT_NAME].into_iter().find_map(named)
}
