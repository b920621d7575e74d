//! The banner and the choices panel: one tree in `banner/tree.txt`, written as HTML by a server and as elements by the
//! npm package's script.

mod facts;
mod html;
mod tree;
mod words;

use alloc::{
    borrow::Cow,
    string::{String, ToString},
    vec::Vec,
};

pub use html::{Html, escape};
use tree::{Value, Values};
pub use words::{Word, Words, language, languages};

use crate::{
    decision::{Decision, PromptCause, Status},
    policy::{Change, Item, Localized, NECESSARY, Policy, Service, language::direction},
};

/// The style sheet of the banner, the choices page and placeholders. Colours, radius, font and space are custom
/// properties.
pub const CSS: &str = include_str!("banner/banner.css");

/// Where the banner lies on a page. Its markup is the same in each, and so are its buttons.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Layout {
    /// Along the lower edge.
    #[default]
    Bar,
    /// A card in a corner.
    Box,
    /// In the middle, modal, and along the lower edge where no script runs. The page cannot be used until the banner is
    /// answered or closed with Esc, which decides nothing.
    Center,
}

impl Layout {
    /// The style sheet that stands after [`CSS`].
    pub const fn css(self) -> Option<&'static str> {
        match self {
            Self::Bar => None,
            Self::Box => Some(include_str!("banner/layouts/box.css")),
            Self::Center => Some(include_str!("banner/layouts/center.css")),
        }
    }
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
pub fn banner(decision: &Decision, view: View<'_>, out: &mut Html) {
    let scene = Scene { decision, policy: decision.policy(), view };
    if !scene.prompt(out) {
        scene.notice(out);
    }
}

/// Writes the panel with every choice there is.
pub fn choices(decision: &Decision, view: View<'_>, out: &mut Html) {
    Scene { decision, policy: decision.policy(), view }.choices(out);
}

/// Writes what stands in the place of content that waits for `id`: what is missing, why, and a button that allows it.
/// Nothing for an id that is allowed or not known.
pub fn placeholder(decision: &Decision, id: &str, view: View<'_>, out: &mut Html) {
    if !decision.allows(id) {
        stand_in(decision, id, view, out);
    }
}

/// The same, whether it is allowed or not.
pub(crate) fn stand_in(decision: &Decision, id: &str, view: View<'_>, out: &mut Html) {
    Scene { decision, policy: decision.policy(), view }.placeholder(id, out);
}

/// What is shown, to whom and where. Each method gives the tree what its holes are filled with; `pkg/src/scene.ts` does
/// the same in a browser.
#[derive(Clone, Copy)]
struct Scene<'a> {
    decision: &'a Decision,
    policy: &'a Policy,
    view: View<'a>,
}

impl<'a> Scene<'a> {
    fn prompt(self, out: &mut Html) -> bool {
        let Some(prompt) = self.decision.prompt() else { return false };
        let asked: Vec<(usize, &Item)> = self.decision.case().asked().collect();
        let mut values = self.values();
        let cause = prompt.cause();
        values.flag("isFirst", matches!(cause, PromptCause::FirstVisit | PromptCause::Unanswered));
        values.flag("isChanged", cause == PromptCause::PolicyChanged);
        values.flag("isAll", asked.len() == self.decision.case().terms.switches().count());
        self.changes(&mut values, prompt.changes());
        self.about(&mut values, &asked);
        let contact = self.policy.contact().url.as_deref().unwrap_or_default();
        values.text_if_any("contactUrl", contact);
        values.flag("hasLinks", !contact.is_empty() || !self.view.mount.is_empty());
        self.write("prompt", values, out);
        true
    }

    fn notice(self, out: &mut Html) {
        let Some(notice) = self.decision.notice() else { return };
        let mut values = self.values();
        let has_changes = self.changes(&mut values, notice.changes());
        let conflict: Vec<(usize, &Item)> = self.decision.case().in_conflict().collect();
        self.about(&mut values, &conflict);
        self.overrides(&mut values, &conflict);
        values.flag("hasActions", has_changes || !conflict.is_empty());
        // Without a server there is no page to object on; the site's own link opens the panel.
        let opt_out = notice.opt_out() && !self.view.mount.is_empty();
        values.flag("isGpc", notice.gpc_honoured());
        values.flag("isOptOut", opt_out);
        if has_changes || notice.gpc_honoured() || opt_out {
            self.write("notice", values, out);
        }
    }

    fn choices(self, out: &mut Html) {
        let terms = self.decision.case().terms;
        let mut values = self.values();
        values.text("asked", ids(&terms.switches().collect::<Vec<_>>()));
        let necessary = self.policy.category(NECESSARY);
        for (hole, text) in [
            ("necessary", necessary.map(|category| category.names())),
            ("necessaryPurpose", necessary.map(|category| category.purposes())),
        ] {
            values.text_if_any(hole, text.and_then(|text| self.localized(text)).unwrap_or_default());
        }
        let ticked = |(place, item): (usize, &'a Item)| {
            let granted = self.decision.case().verdict(place).status == Status::Granted;
            self.switch(place, item, granted)
        };
        // A service with a choice of its own stands under its category.
        let categories = terms.switches().filter(|(place, item)| item.category == *place);
        let with_parts = categories.flat_map(|(category, _)| {
            let mut all: Vec<_> = terms.switches().filter(|(_, item)| item.category == category).collect();
            all.sort_by_key(|(place, _)| *place != category);
            all
        });
        values.list("switches", with_parts.map(ticked).collect());
        let services: Vec<Values<'a>> = self.policy.services().iter().map(|service| self.service(service)).collect();
        values.flag("hasServices", !services.is_empty());
        values.list("services", services);
        let overridable: Vec<(usize, &Item)> = self.decision.case().overridable().collect();
        self.overrides(&mut values, &overridable);
        self.write("choices", values, out);
    }

    fn placeholder(self, id: &'a str, out: &mut Html) {
        let terms = self.decision.case().terms;
        let Some(item) = terms.place(id).and_then(|place| terms.item(place)) else { return };
        let Some(switch) = terms.item(item.switch) else { return };
        let mut values = self.values();
        values.text("asked", &*switch.id);
        values.text("for", id);
        let name = self.own_name(id).unwrap_or_else(|| self.name(&switch.id));
        values.text("name", name);
        values.text_if_any("purpose", self.purpose(id).or_else(|| self.purpose(&switch.id)).unwrap_or_default());
        self.write("placeholder", values, out);
    }

    /// What a form is about: its ids, their names and switches.
    fn about(self, values: &mut Values<'a>, switches: &[(usize, &'a Item)]) {
        values.text("asked", ids(switches));
        let names: Vec<&str> = switches.iter().map(|(_, item)| self.name(&item.id)).collect();
        values.text("names", names.join(", "));
        // Nothing is ticked beforehand, whatever was granted earlier (Planet49, C-673/17).
        values.list("switches", switches.iter().map(|(place, item)| self.switch(*place, item, false)).collect());
    }

    /// Offers to override a signal for what there is to override: once, or not at all.
    fn overrides(self, values: &mut Values<'a>, switches: &[(usize, &'a Item)]) {
        let mut form = Values::default();
        self.about(&mut form, switches);
        values.list("overrides", if switches.is_empty() { Vec::new() } else { Vec::from([form]) });
    }

    /// What every tree is filled with.
    fn values(self) -> Values<'a> {
        let mut values = Values::default();
        let language = self.policy.0.words.language(self.view.locale);
        values.text("locale", language);
        values.text("dir", direction(language));
        values.text("space", " ");
        values.text("policy", self.policy.id());
        values.text("version", self.policy.version().to_string());
        values.text("back", self.view.back);
        values.text_if_any("mount", self.view.mount);
        values
    }

    fn changes(self, values: &mut Values<'a>, changes: impl Iterator<Item = &'a Change>) -> bool {
        let list: Vec<Values<'a>> = changes
            .map(|change| {
                let mut item = Values::default();
                item.text("summary", self.localized(change.summaries()).unwrap_or_default());
                item
            })
            .collect();
        let any = !list.is_empty();
        values.flag("hasChanges", any);
        values.list("changes", list);
        any
    }

    fn switch(self, place: usize, item: &'a Item, ticked: bool) -> Values<'a> {
        let mut values = Values::default();
        values.text("id", &*item.id);
        values.text("class", if item.category == place { "cy-choice" } else { "cy-choice cy-part" });
        values.text("name", self.name(&item.id));
        values.text_if_any("purpose", self.purpose(&item.id).unwrap_or_default());
        values.flag("ticked", ticked);
        values
    }

    /// What is to be known of a service.
    fn service(self, service: &'a Service) -> Values<'a> {
        let fact = |fact| {
            let mut values = Values::default();
            values.text("fact", fact);
            values
        };
        let mut values = Values::default();
        values.text("name", self.name(service.id()));
        values.text_if_any("purpose", self.purpose(service.id()).unwrap_or_default());
        values.list("facts", self.policy.facts(service, self.view.locale).into_iter().map(fact).collect());
        values
    }

    fn localized(self, text: &'a Localized) -> Option<&'a str> {
        text.get(self.view.locale, self.policy.default_locale())
    }

    fn own_name(self, id: &str) -> Option<&'a str> {
        let category = self.policy.category(id).map(|category| category.names());
        self.localized(category.or_else(|| self.policy.service(id).map(|service| service.names()))?)
    }

    fn name(self, id: &'a str) -> &'a str {
        self.own_name(id).unwrap_or(id)
    }

    fn purpose(self, id: &str) -> Option<&'a str> {
        let category = self.policy.category(id).map(|category| category.purposes());
        self.localized(category.or_else(|| self.policy.service(id).map(|service| service.purposes()))?)
    }

    /// The words of the banner fill the holes that nothing else fills.
    fn write(self, part: &str, values: Values<'a>, out: &mut Html) {
        let word = |name: &str| {
            let word = Word::from_word(name)?;
            Some(Value::Text(Cow::Borrowed(self.policy.word(word, self.view.locale))))
        };
        tree::write(part, &values, &word, out);
    }
}

fn ids(switches: &[(usize, &Item)]) -> String {
    let ids: Vec<&str> = switches.iter().map(|(_, item)| &*item.id).collect();
    ids.join(" ")
}
