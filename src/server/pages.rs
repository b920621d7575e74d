//! The choices page and the change history: plain HTML that works without scripts.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use http::Uri;

use super::{assets, origin::local_path};
use crate::{
    banner::{self, Html, View, Word},
    decision::Decision,
    policy::{Policy, RegimeKind, language::direction},
    visit::Visit,
};

/// Where a visitor came from, if the link to the choices page said so.
pub(super) fn back(uri: &Uri) -> String {
    let query = uri.query().unwrap_or_default();
    let back = form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "return");
    back.map_or_else(|| "/".to_string(), |(_, path)| local_path(&path).to_string())
}

/// The choices page. `cookies` are the names of the site's cookies that the request brought.
pub(super) fn choices(visit: &Visit<'_>, locale: &str, mount: &str, cookies: &[String], back: String) -> String {
    let mut page = Page::new(visit.decision.policy(), locale, mount);
    page.head(page.word(Word::Title));
    let view = View { locale, mount, back: mount };
    page.link(&back, page.word(Word::BackToPage));
    page.element("h1", page.word(Word::Title));
    banner::choices(&visit.decision, view, &mut page.html);
    page.withdraw(visit);
    page.link(&format!("{mount}/history"), page.word(Word::History));
    page.known(visit, cookies);
    page.foot()
}

/// The banner by itself.
pub(super) fn banner(decision: &Decision, locale: &str, mount: &str, back: &str) -> String {
    let mut page = Page::new(decision.policy(), locale, mount);
    page.open_html();
    page.html.open("body");
    banner::banner(decision, View { locale, mount, back }, &mut page.html);
    page.html.close();
    page.html.close();
    String::from("<!doctype html>") + &page.html.into_string()
}

/// The change history.
pub(super) fn history(policy: &Policy, locale: &str, mount: &str) -> String {
    let mut page = Page::new(policy, locale, mount);
    page.head(page.word(Word::ChangesTitle));
    page.link(mount, page.word(Word::Title));
    page.element("h1", page.word(Word::ChangesTitle));
    banner::history(policy, locale, &mut page.html);
    page.foot()
}

struct Page<'a> {
    policy: &'a Policy,
    locale: &'a str,
    mount: &'a str,
    html: Html,
}

impl<'a> Page<'a> {
    fn new(policy: &'a Policy, locale: &'a str, mount: &'a str) -> Self {
        Self { policy, locale, mount, html: Html::default() }
    }

    fn word(&self, word: Word) -> &'a str {
        self.policy.word(word, self.locale)
    }

    /// Starts the document in the language of its words.
    fn open_html(&mut self) {
        let language = self.policy.0.words.language(self.locale);
        self.html.open("html");
        self.html.attribute("lang", language);
        self.html.attribute("dir", direction(language));
    }

    fn element(&mut self, tag: &'static str, text: &str) {
        self.html.open(tag);
        self.html.text(text);
        self.html.close();
    }

    fn link(&mut self, href: &str, text: &str) {
        self.html.open("p");
        self.html.open("a");
        self.html.attribute("href", href);
        self.html.text(text);
        self.html.close();
        self.html.close();
    }

    fn meta(&mut self, attributes: &[(&'static str, &str)]) {
        self.html.open("meta");
        for (name, value) in attributes {
            self.html.attribute(name, value);
        }
        self.html.close();
    }

    fn head(&mut self, title: &str) {
        self.open_html();
        self.html.open("head");
        self.meta(&[("charset", "utf-8")]);
        self.meta(&[("name", "viewport"), ("content", "width=device-width, initial-scale=1")]);
        self.meta(&[("name", "robots"), ("content", "noindex")]);
        self.meta(&[("name", "color-scheme"), ("content", "light dark")]);
        self.element("title", title);
        for style in [assets::style(), assets::choices_style()] {
            self.html.open("link");
            self.html.attribute("rel", "stylesheet");
            self.html.attribute("href", &format!("{}/assets/{}", self.mount, style.name));
            self.html.close();
        }
        self.html.close();
        self.html.open("body");
        self.html.attribute("class", "cy-page");
        self.html.open("main");
    }

    fn foot(mut self) -> String {
        let contact = self.policy.contact();
        if !contact.name.is_empty() {
            self.html.open("p");
            match contact.url.as_deref().or(contact.email.as_deref()) {
                Some(address) => {
                    let mailto = format!("mailto:{address}");
                    self.html.open("a");
                    self.html.attribute("href", if contact.url.is_some() { address } else { &mailto });
                    self.html.text(&contact.name);
                    self.html.close();
                }
                None => self.html.text(&contact.name),
            }
            self.html.close();
        }
        for _ in 0..3 {
            self.html.close();
        }
        let mut page = String::from("<!doctype html>");
        page.push_str(&self.html.into_string());
        page
    }

    /// A form with one button, for an act that names no ids.
    fn act(&mut self, act: &str, label: &str) {
        let version = self.policy.version().to_string();
        self.html.open("form");
        self.html.attribute("method", "post");
        self.html.attribute("action", self.mount);
        for (name, value) in
            [("policy", self.policy.id()), ("version", version.as_str()), ("asked", ""), ("return", self.mount)]
        {
            self.html.open("input");
            self.html.attribute("type", "hidden");
            self.html.attribute("name", name);
            self.html.attribute("value", value);
            self.html.close();
        }
        self.html.open("button");
        self.html.attribute("class", "cy-button");
        self.html.attribute("name", "act");
        self.html.attribute("value", act);
        self.html.text(label);
        self.html.close();
        self.html.close();
    }

    fn withdraw(&mut self, visit: &Visit<'_>) {
        match visit.stored.consent() {
            Some(consent) => {
                let (date, version) = (consent.at().to_datetime().date(), consent.version());
                let date = date.to_string();
                self.html.open("p");
                self.html.text(self.word(Word::LastChoice));
                self.html.text(" ");
                self.html.open("time");
                self.html.attribute("datetime", &date);
                self.html.text(&date);
                self.html.close();
                self.html.text(&format!(", {} {version}", self.word(Word::PolicyVersion)));
                self.html.close();
            }
            None => self.element("p", self.word(Word::Never)),
        }
        self.act("withdraw", self.word(Word::WithdrawAll));
    }

    fn known(&mut self, visit: &Visit<'_>, cookies: &[String]) {
        self.element("h2", self.word(Word::Known));
        self.html.open("ul");
        // The sentences of `explain` are in English only.
        self.html.attribute("lang", "en");
        self.html.attribute("dir", "ltr");
        for (id, sentence) in explanations(&visit.decision) {
            self.html.open("li");
            self.element("strong", &id);
            self.html.text(&sentence);
            self.html.close();
        }
        self.html.close();
        let names = if cookies.is_empty() { self.word(Word::NoCookies).to_string() } else { cookies.join(", ") };
        self.element("p", &format!("{} {names}", self.word(Word::Present)));
        self.link(&format!("{}/export", self.mount), self.word(Word::Export));
        let opt_in = visit.decision.regime().kind() == RegimeKind::OptIn;
        self.element("p", if opt_in { self.word(Word::ForgetAsk) } else { self.word(Word::ForgetDefault) });
        self.act("forget", self.word(Word::Forget));
    }
}

/// Each id with the rest of its explanation.
fn explanations(decision: &Decision) -> Vec<(String, String)> {
    let policy = decision.policy();
    let ids = policy.categories().iter().map(|category| category.id());
    let own = policy.services().iter().filter(|service| service.has_own_choice()).map(|service| service.id());
    let explain = |id: &str| {
        let sentence = decision.explain(id)?.to_string();
        Some((id.to_string(), sentence.strip_prefix(id).unwrap_or_default().to_string()))
    };
    ids.chain(own).filter_map(explain).collect()
}
