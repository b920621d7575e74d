//! Reading a finished page as a browser would: what it loads although its visitor has not agreed to that.

use alloc::{
    borrow::Cow,
    string::{String, ToString},
    vec::Vec,
};
use core::{cell::RefCell, mem};

use http::{HeaderMap, Uri};
use lol_html::{
    ElementContentHandlers, HandlerResult, LocalHandlerTypes, RewriteStrSettings,
    errors::RewritingError,
    html_content::{Element, TextChunk},
};

use super::{
    gate::Refusal,
    hosts::{Hosts, attribute_text},
    links,
    loads::{SELECTORS, document, find_address, is_inert, mark},
};
use crate::decision::{Decision, Status};

/// An address that a page loads. It belongs to something that is refused, or to nothing that is declared.
pub(crate) struct PageLoad {
    /// Empty for a script that is in the page itself.
    pub(crate) address: String,
    pub(crate) refusal: Option<Refusal>,
}

/// What a page would load, by its `Link` headers and by its HTML. An error if there is markup in it that browsers read in
/// more than one way.
pub(crate) fn page_loads(
    decision: &Decision,
    page: &Uri,
    headers: &HeaderMap,
    html: &str,
) -> Result<Vec<PageLoad>, RewritingError> {
    let allows = |id: &str| decision.allows(id);
    let mut reader = Reader::new(Hosts::of_page(decision.policy(), page, &HeaderMap::new()), &allows);
    for address in links::loading(headers) {
        reader.judge(address);
    }
    let refusal = |id: String| Refusal {
        status: decision.status(&id).unwrap_or(Status::Undecided),
        reason: decision.reason(&id).unwrap_or_default(),
        service: id,
    };
    let found = reader.read(html)?;
    Ok(found.into_iter().map(|(address, id)| PageLoad { address, refusal: id.map(refusal) }).collect())
}

/// The ids that are refused of what a document within a page would load.
pub(super) fn refused_in(
    html: &str,
    hosts: Hosts,
    allows: &dyn Fn(&str) -> bool,
) -> Result<Vec<String>, RewritingError> {
    let found = Reader::new(hosts, allows).read(html)?;
    Ok(found.into_iter().filter_map(|(_, id)| id).collect())
}

struct Reader<'d> {
    allows: &'d dyn Fn(&str) -> bool,
    hosts: Hosts,
    /// The host of the page.
    own: Option<String>,
    /// Addresses, each with the id that is refused; without one if nothing is declared.
    found: Vec<(String, Option<String>)>,
}

fn read(reader: &RefCell<Reader<'_>>, html: &str) -> Result<(), RewritingError> {
    let Some(selectors) = &*SELECTORS else { return Ok(()) };
    let mut inside = String::new();
    let noscript = move |chunk: &mut TextChunk<'_>| -> HandlerResult {
        inside.push_str(chunk.as_str());
        // A browser without scripts reads it as markup.
        if chunk.last_in_text_node() {
            read(reader, &mem::take(&mut inside))?;
        }
        Ok(())
    };
    let base = |base: &mut Element<'_, '_>| {
        let href = base.get_attribute("href").map(attribute_text).unwrap_or_default();
        reader.borrow_mut().hosts.rebase(&href);
        Ok(())
    };
    let loading = |element: &mut Element<'_, '_>| -> HandlerResult {
        let document = reader.borrow_mut().look_at(element);
        if let Some(document) = document {
            let hosts = reader.borrow().hosts.clone();
            read(reader, &document)?;
            // What its base is, is its own matter.
            reader.borrow_mut().hosts = hosts;
        }
        Ok(())
    };
    let handlers = ElementContentHandlers::<LocalHandlerTypes>::default;
    let settings = RewriteStrSettings::new()
        .with_strict(true)
        .append_element_content_handler((Cow::Borrowed(&selectors.base), handlers().element(base)))
        .append_element_content_handler((Cow::Borrowed(&selectors.loading), handlers().element(loading)))
        .append_element_content_handler((Cow::Borrowed(&selectors.noscript), handlers().text(noscript)));
    lol_html::rewrite_str(html, settings).map(drop)
}

impl<'d> Reader<'d> {
    fn new(hosts: Hosts, allows: &'d dyn Fn(&str) -> bool) -> Self {
        Self { allows, own: hosts.of(""), hosts, found: Vec::new() }
    }

    fn read(self, html: &str) -> Result<Vec<(String, Option<String>)>, RewritingError> {
        let reader = RefCell::new(self);
        read(&reader, html)?;
        Ok(reader.into_inner().found)
    }

    /// Gives back a document that the element holds, if there is nothing else against it.
    fn look_at(&mut self, element: &Element<'_, '_>) -> Option<String> {
        let is_script = element.tag_name() == "script";
        if is_script && is_inert(&element.get_attribute("type").unwrap_or_default()) {
            return None;
        }
        let Some(id) = mark(element).filter(|id| !(self.allows)(id)) else {
            let _: Option<()> = find_address(element, false, |address| {
                self.judge(address);
                None
            });
            return document(element, false);
        };
        let address = find_address(element, false, |address| (!address.is_empty()).then(|| address.to_string()));
        let inline = (is_script && !element.has_attribute("src")).then(String::new);
        self.found.extend(address.or(inline).map(|address| (address, Some(id))));
        None
    }

    /// By its host.
    fn judge(&mut self, address: &str) {
        let Some(host) = self.hosts.of(address) else { return };
        let id = match self.hosts.service(address) {
            Some(service) if (self.allows)(service.id()) => return,
            Some(service) => Some(service.id().to_string()),
            None if self.own.as_ref() == Some(&host) => return,
            None => None,
        };
        self.found.push((address.trim_ascii().to_string(), id));
    }
}
