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
    loads::{SELECTORS, find_address, is_inert, mark},
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
    let hosts = Hosts::of_page(page, &HeaderMap::new());
    let mut reader = Reader { decision, own: hosts.of(""), hosts, found: Vec::new() };
    for address in links::loading(headers) {
        reader.judge(address);
    }
    let reader = RefCell::new(reader);
    read(&reader, html)?;
    Ok(reader.into_inner().found)
}

struct Reader<'d> {
    decision: &'d Decision,
    hosts: Hosts,
    /// The host of the page.
    own: Option<String>,
    found: Vec<PageLoad>,
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
    let loading = |element: &mut Element<'_, '_>| {
        reader.borrow_mut().look_at(element);
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

impl Reader<'_> {
    fn look_at(&mut self, element: &Element<'_, '_>) {
        let is_script = element.tag_name() == "script";
        if is_script && is_inert(&element.get_attribute("type").unwrap_or_default()) {
            return;
        }
        match mark(element).filter(|id| !self.decision.allows(id)) {
            None => {
                let _: Option<()> = find_address(element, false, |address| {
                    self.judge(address);
                    None
                });
            }
            Some(id) => {
                let address =
                    find_address(element, false, |address| (!address.is_empty()).then(|| address.to_string()));
                let inline = (is_script && !element.has_attribute("src")).then(String::new);
                let refusal = Some(self.refusal(&id));
                self.found.extend(address.or(inline).map(|address| PageLoad { address, refusal }));
            }
        }
    }

    /// By its host.
    fn judge(&mut self, address: &str) {
        let Some(host) = self.hosts.of(address) else { return };
        let refusal = match self.hosts.service(self.decision.policy(), address) {
            Some(service) if self.decision.allows(service.id()) => return,
            Some(service) => Some(self.refusal(service.id())),
            None if self.own.as_ref() == Some(&host) => return,
            None => None,
        };
        self.found.push(PageLoad { address: address.trim_ascii().to_string(), refusal });
    }

    fn refusal(&self, id: &str) -> Refusal {
        Refusal {
            service: id.to_string(),
            status: self.decision.status(id).unwrap_or(Status::Undecided),
            reason: self.decision.reason(id).unwrap_or_default(),
        }
    }
}
