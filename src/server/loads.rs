//! What the elements of a page load by themselves.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::str::FromStr;
use std::sync::LazyLock;

use lol_html::{
    HandlerTypes, Selector,
    html_content::{Attribute, Element},
};

use super::hosts::attribute_text;

/// The elements that load something by themselves.
const LOADING: &str = "script iframe frame img link video audio source track embed object input image use";

/// The attributes that they load from.
pub(super) const ADDRESSES: [&str; 8] =
    ["src", "srcset", "href", "xlink:href", "data", "poster", "srcdoc", "imagesrcset"];

/// What the name of such an attribute begins with while its element waits.
pub(super) const WAITING: &str = "data-";

/// The relations of a `link` that make a browser load or connect (HTML Standard, "Link types").
const LOADING_RELATIONS: [&str; 11] = [
    "stylesheet",
    "preload",
    "prefetch",
    "preconnect",
    "dns-prefetch",
    "modulepreload",
    "prerender",
    "icon",
    "apple-touch-icon",
    "mask-icon",
    "manifest",
];

/// Parsed once. None of them fails to parse: a test rewrites with all of them.
pub(super) struct Selectors {
    pub(super) html: Selector,
    pub(super) head: Selector,
    pub(super) body: Selector,
    pub(super) base: Selector,
    pub(super) noscript: Selector,
    pub(super) marked: Selector,
    pub(super) loading: Selector,
}

pub(super) static SELECTORS: LazyLock<Option<Selectors>> = LazyLock::new(|| {
    let list = |end: &str| {
        let names: Vec<String> = LOADING.split(' ').map(|name| name.to_string() + end).collect();
        Selector::from_str(&names.join(",")).ok()
    };
    let one = |name: &str| Selector::from_str(name).ok();
    Some(Selectors {
        html: one("html")?,
        head: one("head")?,
        body: one("body")?,
        base: one("base[href]")?,
        noscript: one("noscript")?,
        marked: list("[data-consent]")?,
        loading: list("")?,
    })
});

/// Whether a link with these relations makes a browser load or connect.
pub(super) fn is_loading(relations: &str) -> bool {
    let loading = |word: &str| LOADING_RELATIONS.iter().any(|relation| relation.eq_ignore_ascii_case(word));
    relations.split_ascii_whitespace().any(loading)
}

/// Whether an attribute's name may be one of this length, in bytes: that is known without a copy of the name.
fn may_have(attribute: &Attribute<'_>, length: usize) -> bool {
    attribute.name_source_location().is_none_or(|location| location.bytes().len() == length)
}

/// The value of an attribute as a browser reads it.
fn value<H: HandlerTypes>(element: &Element<'_, '_, H>, name: &str) -> Option<String> {
    let is_named = |attribute: &&Attribute<'_>| may_have(attribute, name.len()) && attribute.name() == name;
    element.attributes().iter().find(is_named).map(|found| attribute_text(found.value()))
}

/// The id that an element is marked with.
pub(super) fn mark<H: HandlerTypes>(element: &Element<'_, '_, H>) -> Option<String> {
    value(element, "data-consent").map(|id| id.trim().to_string())
}

/// The document that a frame shows instead of what is at its address; one that waits too.
pub(super) fn document<H: HandlerTypes>(element: &Element<'_, '_, H>, waiting: bool) -> Option<String> {
    let inert = || waiting.then(|| value(element, "data-srcdoc")).flatten();
    value(element, "srcdoc").or_else(inert).filter(|_| element.tag_name() == "iframe")
}

/// Looks through the addresses that an element loads from, as a browser reads them, until something is found; `waiting`
/// ones too, which it would load from once it is live.
pub(super) fn find_address<H: HandlerTypes, T>(
    element: &Element<'_, '_, H>,
    waiting: bool,
    mut find: impl FnMut(&str) -> Option<T>,
) -> Option<T> {
    let mut addresses = element.attributes().iter().filter(|attribute| holds_address(attribute, waiting)).peekable();
    addresses.peek()?;
    if element.tag_name() == "link" && !is_loading(&value(element, "rel").unwrap_or_default()) {
        return None;
    }
    addresses.find_map(|attribute| {
        let address = attribute_text(attribute.value());
        if attribute.name().ends_with("srcset") {
            address.split([',', ' ', '\t', '\n', '\r', '\u{c}']).find_map(&mut find)
        } else {
            find(&address)
        }
    })
}

/// `waiting`: also what it would load from once it is live.
fn holds_address(attribute: &Attribute<'_>, waiting: bool) -> bool {
    let mut lengths = ADDRESSES.iter().map(|name| name.len());
    if !lengths.any(|length| may_have(attribute, length) || may_have(attribute, WAITING.len() + length)) {
        return false;
    }
    let name = attribute.name();
    ADDRESSES.contains(&name.strip_prefix(WAITING).filter(|_| waiting).unwrap_or(&name))
}

/// Whether a script's type is the one that no browser runs.
pub(super) fn is_inert(kind: &str) -> bool {
    attribute_text(kind.to_string()).trim_ascii().eq_ignore_ascii_case("text/plain")
}
