//! The tree as elements of a page.

use alloc::vec::Vec;

use web_sys::{Document, Element};

use crate::banner::Markup;

/// Writes a tree into an element. No HTML is parsed, so no text can become markup.
pub(super) struct Elements {
    document: Document,
    open: Vec<Element>,
}

impl Elements {
    pub(super) fn new(parent: &Element) -> Option<Self> {
        Some(Self { document: parent.owner_document()?, open: Vec::from([parent.clone()]) })
    }
}

impl Markup for Elements {
    fn open(&mut self, tag: &'static str) {
        let (Ok(element), Some(parent)) = (self.document.create_element(tag), self.open.last()) else { return };
        // Neither fails for an element without children in its own document.
        let _ = parent.append_child(&element);
        self.open.push(element);
    }

    fn attribute(&mut self, name: &'static str, value: &str) {
        if let Some(element) = self.open.last() {
            let _ = element.set_attribute(name, value);
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(element) = self.open.last() {
            let _ = element.append_child(&self.document.create_text_node(text));
        }
    }

    fn close(&mut self) {
        self.open.pop();
    }
}
