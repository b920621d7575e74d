//! The banner and the choices panel: one tree, written as HTML by a server and as elements in a browser.

#[cfg(not(target_arch = "wasm32"))]
mod html;
mod words;

use alloc::string::String;

#[cfg(not(target_arch = "wasm32"))]
pub use html::{Html, escape};
pub use words::{Word, Words};

use crate::{
    decision::{Decision, Notice, PromptCause, Status},
    policy::{Owner, Policy, Slot},
    text::{push_joined, push_number},
};

/// The style sheet of the banner, the choices page and placeholders. Colours, radius, font and space are custom
/// properties.
#[cfg(not(target_arch = "wasm32"))]
pub const CSS: &str = include_str!("banner/banner.css");

/// Something the tree can be written to.
pub trait Markup {
    /// Starts an element.
    fn open(&mut self, tag: &'static str);
    /// Adds an attribute to the element just started.
    fn attribute(&mut self, name: &'static str, value: &str);
    /// Adds text.
    fn text(&mut self, text: &str);
    /// Ends the innermost element.
    fn close(&mut self);
}

/// Where a tree is shown.
#[derive(Clone, Copy, Debug)]
pub struct View<'a> {
    /// The language.
    pub locale: &'a str,
    /// Where answers are posted to and the choices page is; empty on a page without a server.
    pub mount: &'a str,
    /// The path of the page, to return to after an answer.
    pub back: &'a str,
}

/// Writes the banner if there is something to ask, else the notice if there is something to tell, else nothing.
pub fn banner(decision: &Decision, view: View<'_>, out: &mut impl Markup) {
    let mut tree = Tree { decision, policy: decision.policy(), view, out };
    if decision.prompt().is_some() {
        tree.prompt();
    } else if let Some(notice) = decision.notice() {
        tree.notice(notice);
    }
}

/// Writes the panel with every choice there is.
pub fn choices(decision: &Decision, view: View<'_>, out: &mut impl Markup) {
    Tree { decision, policy: decision.policy(), view, out }.choices();
}

/// Writes what stands in the place of content that waits for `id`: what is missing, why, and a button that allows it.
/// Nothing for an id that is allowed or not known.
#[cfg(not(target_arch = "wasm32"))]
pub fn placeholder(decision: &Decision, id: &str, view: View<'_>, out: &mut impl Markup) {
    Tree { decision, policy: decision.policy(), view, out }.placeholder(id);
}

/// A page can hold a banner and a panel, so their titles have ids of their own.
const BAR_TITLE: &str = "cy-title";
const PANEL_TITLE: &str = "cy-panel-title";

struct Tree<'a, M> {
    decision: &'a Decision,
    policy: &'a Policy,
    view: View<'a>,
    out: &'a mut M,
}

impl<'a, M: Markup> Tree<'a, M> {
    fn word(&self, word: Word) -> &'a str {
        self.policy.0.words.get(word, self.view.locale, self.policy.default_locale())
    }

    fn localized<'t>(&self, text: &'t crate::policy::Localized) -> Option<&'t str> {
        text.get(self.view.locale, self.policy.default_locale())
    }

    fn prompt(&mut self) {
        let policy = self.policy;
        let Some(prompt) = self.decision.prompt() else { return };
        let all = prompt.ids().count() == policy.0.index.slots.len();
        let intro = match prompt.cause() {
            PromptCause::FirstVisit | PromptCause::Unanswered => Word::Intro,
            PromptCause::PolicyChanged => Word::Changed,
            _ => Word::Renew,
        };
        self.open_section("prompt", "dialog");
        self.open_form();
        let mut asked = String::new();
        push_joined(&mut asked, prompt.ids(), ' ', String::push_str);
        self.hidden_answer_fields(&asked);
        self.title(BAR_TITLE);
        self.element("p", "cy-text", self.word(intro));
        if prompt.changes().next().is_some() {
            self.open("ul", "cy-changes");
            for change in prompt.changes() {
                self.element("li", "", self.localized(&change.summary).unwrap_or_default());
            }
            self.out.close();
        }
        // What the buttons are about is seen without opening anything.
        let mut names = String::new();
        push_joined(&mut names, prompt.slots(), ',', |names, (place, _)| {
            if !names.is_empty() {
                names.push(' ');
            }
            names.push_str(policy.0.index.slots.get(place).map_or("", |slot| self.slot_name(slot)));
        });
        self.element("p", "cy-asked", &names);
        let (accept, reject) = if all { (Word::Accept, Word::Reject) } else { (Word::AcceptThese, Word::RejectThese) };
        self.open("div", "cy-actions");
        self.button("accept", accept);
        self.button("reject", reject);
        self.open("details", "cy-more");
        self.element("summary", "cy-button", self.word(Word::Settings));
        self.open("div", "cy-choices");
        for (place, _) in prompt.slots() {
            // Nothing is ticked beforehand, whatever was granted earlier (Planet49, C-673/17).
            self.choice(place, false);
        }
        self.out.close();
        self.button("save", Word::Save);
        self.out.close();
        self.out.close();
        self.links();
        self.status();
        self.close_section();
    }

    fn notice(&mut self, notice: Notice<'_>) {
        let changes = notice.changes().next().is_some();
        if !changes && !notice.gpc_honoured() && (!notice.opt_out() || self.view.mount.is_empty()) {
            return;
        }
        self.open_section("notice", "region");
        self.open_form();
        self.hidden_answer_fields("");
        self.title(BAR_TITLE);
        if notice.gpc_honoured() {
            self.element("p", "cy-text", self.word(Word::GpcHonoured));
        }
        if changes {
            self.open("ul", "cy-changes");
            for change in notice.changes() {
                self.element("li", "", self.localized(&change.summary).unwrap_or_default());
            }
            self.out.close();
            self.open("div", "cy-actions");
            self.button("acknowledge", Word::Understood);
            self.out.close();
        }
        if notice.opt_out() {
            self.open("p", "cy-links");
            self.link(self.view.mount, self.word(Word::OptOut));
            self.out.close();
        }
        self.status();
        self.close_section();
    }

    fn choices(&mut self) {
        let policy = self.policy;
        self.open_section("choices", "group");
        self.open_form();
        let mut asked = String::new();
        let slots = || policy.0.index.slots.iter().enumerate();
        push_joined(&mut asked, slots(), ' ', |asked, (_, slot)| asked.push_str(&slot.id));
        self.hidden_answer_fields(&asked);
        self.hidden("method", "choices");
        self.title(PANEL_TITLE);
        self.open("div", "cy-choices");
        self.necessary();
        for (place, slot) in slots() {
            if slot.parent.is_none() {
                self.choice(place, self.is_granted(place));
                for (part, _) in slots().filter(|(_, part)| part.parent == Some(place)) {
                    self.choice(part, self.is_granted(part));
                }
            }
        }
        self.out.close();
        self.open("div", "cy-actions");
        self.button("accept", Word::Accept);
        self.button("reject", Word::Reject);
        self.button("save", Word::Save);
        self.out.close();
        self.status();
        self.close_section();
    }

    #[cfg(not(target_arch = "wasm32"))]
    fn placeholder(&mut self, id: &str) {
        let (policy, decision) = (self.policy, self.decision);
        let Some(place) = policy.0.slot_of(id).filter(|_| !decision.allows(id)) else { return };
        let Some(slot) = policy.0.index.slots.get(place) else { return };
        let asked = slot.id.as_str();
        let service = policy.service(id);
        let name = service.and_then(|service| self.localized(&service.name)).unwrap_or_else(|| self.slot_name(slot));
        let purpose = service.and_then(|service| self.localized(&service.purpose)).or_else(|| self.slot_purpose(slot));
        self.open("div", "cy-placeholder");
        self.out.attribute("data-cy", "placeholder");
        self.out.attribute("data-cy-for", id);
        self.open_form();
        self.hidden_answer_fields(asked);
        self.hidden("on", asked);
        self.open("p", "cy-text");
        self.out.text(self.word(Word::Waiting));
        self.out.text(" ");
        self.element("strong", "", name);
        self.out.close();
        if let Some(purpose) = purpose {
            self.element("p", "cy-purpose", purpose);
        }
        self.open("div", "cy-actions");
        self.button("save", Word::Allow);
        self.out.close();
        self.status();
        self.out.close();
        self.out.close();
    }

    fn open(&mut self, tag: &'static str, class: &str) {
        self.out.open(tag);
        if !class.is_empty() {
            self.out.attribute("class", class);
        }
    }

    fn element(&mut self, tag: &'static str, class: &str, text: &str) {
        self.open(tag, class);
        self.out.text(text);
        self.out.close();
    }

    fn open_section(&mut self, kind: &str, role: &str) {
        self.open("section", if kind == "choices" { "cy-panel" } else { "cy-bar" });
        self.out.attribute("data-cy", kind);
        self.out.attribute("role", role);
        self.out.attribute("aria-labelledby", if kind == "choices" { PANEL_TITLE } else { BAR_TITLE });
        self.out.attribute("lang", self.view.locale);
    }

    fn close_section(&mut self) {
        self.out.close();
        self.out.close();
    }

    fn open_form(&mut self) {
        self.open("form", "");
        self.out.attribute("method", "post");
        if !self.view.mount.is_empty() {
            self.out.attribute("action", self.view.mount);
        }
        // The first submit button that is not disabled is what Enter presses (HTML, "implicit submission"). This one
        // does nothing, because there is no dialog to close: so no key grants by accident.
        self.open("button", "");
        self.out.attribute("formmethod", "dialog");
        self.out.attribute("hidden", "");
        self.out.close();
    }

    fn hidden(&mut self, name: &str, value: &str) {
        self.out.open("input");
        self.out.attribute("type", "hidden");
        self.out.attribute("name", name);
        self.out.attribute("value", value);
        self.out.close();
    }

    /// What ties an answer to what was shown: policy, version and the ids asked about.
    fn hidden_answer_fields(&mut self, asked: &str) {
        let mut version = String::new();
        push_number(&mut version, self.policy.version().get().into());
        self.hidden("policy", self.policy.id());
        self.hidden("version", &version);
        self.hidden("asked", asked);
        self.hidden("return", self.view.back);
    }

    fn title(&mut self, id: &str) {
        self.open("h2", "cy-title");
        self.out.attribute("id", id);
        self.out.text(self.word(Word::Title));
        self.out.close();
    }

    fn button(&mut self, act: &str, word: Word) {
        self.open("button", "cy-button");
        self.out.attribute("name", "act");
        self.out.attribute("value", act);
        self.out.text(self.word(word));
        self.out.close();
    }

    fn link(&mut self, href: &str, text: &str) {
        self.out.open("a");
        self.out.attribute("href", href);
        self.out.text(text);
        self.out.close();
    }

    fn links(&mut self) {
        let contact = self.policy.contact();
        if self.view.mount.is_empty() && contact.url.is_none() {
            return;
        }
        self.open("p", "cy-links");
        if !self.view.mount.is_empty() {
            self.link(self.view.mount, self.word(Word::AllChoices));
        }
        if let Some(url) = &contact.url {
            self.out.text(" ");
            self.link(url, self.word(Word::Contact));
        }
        self.out.close();
    }

    /// Where a script says what became of the answer; assistive technology reads it out (WCAG 2.2, 4.1.3).
    fn status(&mut self) {
        self.open("p", "cy-status");
        self.out.attribute("role", "status");
        self.out.attribute("data-saved", self.word(Word::Saved));
        self.out.attribute("data-failed", self.word(Word::Failed));
        self.out.close();
    }

    fn is_granted(&self, slot: usize) -> bool {
        self.decision.verdict(slot).status == Status::Granted
    }

    fn slot_name(&self, slot: &'a Slot) -> &'a str {
        let declared = &self.policy.0;
        let name = match slot.owner {
            Owner::Category(place) => declared.categories.get(place).map(|category| &category.name),
            Owner::Service(place) => declared.services.get(place).map(|service| &service.name),
        };
        name.and_then(|name| self.localized(name)).unwrap_or(&slot.id)
    }

    fn slot_purpose(&self, slot: &Slot) -> Option<&'a str> {
        let declared = &self.policy.0;
        match slot.owner {
            Owner::Category(place) => declared.categories.get(place).and_then(|c| self.localized(&c.purpose)),
            Owner::Service(place) => declared.services.get(place).and_then(|s| self.localized(&s.purpose)),
        }
    }

    /// One switch with its words.
    fn choice(&mut self, place: usize, ticked: bool) {
        let policy = self.policy;
        let Some(slot) = policy.0.index.slots.get(place) else { return };
        self.open("label", if slot.parent.is_some() { "cy-choice cy-part" } else { "cy-choice" });
        self.out.open("input");
        self.out.attribute("type", "checkbox");
        self.out.attribute("name", "on");
        self.out.attribute("value", &slot.id);
        if ticked {
            self.out.attribute("checked", "");
        }
        self.out.close();
        self.open("span", "");
        self.element("strong", "", self.slot_name(slot));
        if let Some(purpose) = self.slot_purpose(slot) {
            self.element("span", "cy-purpose", purpose);
        }
        self.out.close();
        self.out.close();
    }

    fn necessary(&mut self) {
        let Some(category) = self.policy.categories().first() else { return };
        let name = self.localized(&category.name).unwrap_or(self.word(Word::Necessary));
        let purpose = self.localized(&category.purpose).unwrap_or(self.word(Word::NecessaryPurpose));
        self.open("div", "cy-choice");
        self.element("span", "cy-always", self.word(Word::AlwaysOn));
        self.open("span", "");
        self.element("strong", "", name);
        self.element("span", "cy-purpose", purpose);
        self.out.close();
        self.out.close();
    }
}
