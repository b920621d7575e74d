//! HTML text.

use alloc::{string::String, vec::Vec};

/// Writes HTML; every text and attribute value is escaped.
#[derive(Clone, Debug, Default)]
pub struct Html {
    out: String,
    open: Vec<&'static str>,
    in_tag: bool,
}

impl Html {
    /// The HTML written so far.
    pub fn into_string(mut self) -> String {
        self.end_tag();
        self.out
    }

    fn end_tag(&mut self) {
        if core::mem::take(&mut self.in_tag) {
            self.out.push('>');
        }
    }

    /// Starts an element.
    pub fn open(&mut self, tag: &'static str) {
        self.end_tag();
        self.out.push('<');
        self.out.push_str(tag);
        self.open.push(tag);
        self.in_tag = true;
    }

    /// Adds an attribute to the element just started.
    pub fn attribute(&mut self, name: &'static str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        if !value.is_empty() {
            self.out.push_str("=\"");
            push_escaped(&mut self.out, value);
            self.out.push('"');
        }
    }

    /// Adds text.
    pub fn text(&mut self, text: &str) {
        self.end_tag();
        push_escaped(&mut self.out, text);
    }

    /// Ends the innermost element.
    pub fn close(&mut self) {
        self.end_tag();
        let Some(tag) = self.open.pop() else { return };
        // HTML Living Standard section 13.1.2: a void element has no end tag.
        if !matches!(tag, "input" | "link" | "meta" | "br" | "img") {
            self.out.push_str("</");
            self.out.push_str(tag);
            self.out.push('>');
        }
    }
}

/// `text` fit for HTML text and for quoted attribute values.
pub fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_escaped(&mut out, text);
    out
}

fn push_escaped(out: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(character),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_written_can_end_its_place() {
        let mut html = Html::default();
        html.open("p");
        html.attribute("title", "\"><script>");
        html.text("</p><script>'&");
        html.open("input");
        html.attribute("disabled", "");
        html.close();
        html.close();
        assert_eq!(
            html.into_string(),
            "<p title=\"&quot;&gt;&lt;script&gt;\">&lt;/p&gt;&lt;script&gt;&#39;&amp;<input disabled></p>"
        );
    }
}
