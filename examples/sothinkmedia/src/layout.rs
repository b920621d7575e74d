//! The frame of every page.

use std::convert::Infallible;

use axum::{
    extract::{FromRequestParts, OriginalUri},
    http::{HeaderMap, request::Parts},
};
use consentry::{Decision, policy::Policy, server::ConsentHtml, signals::Region};
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::{appearance::Theme, region, site::Site};

const MENU: [(&str, &str); 6] = [
    ("/", "Home"),
    ("/account", "Account"),
    ("/activity", "Activity"),
    ("/cookies", "Cookies"),
    ("/privacy", "Privacy"),
    ("/inspector", "Inspector"),
];

/// What a page needs to know of the request it answers.
pub(crate) struct Page {
    pub(crate) site: Site,
    pub(crate) headers: HeaderMap,
    ui: ConsentHtml,
    theme: Theme,
    region: Option<Region>,
    path: String,
    address: String,
}

impl FromRequestParts<Site> for Page {
    type Rejection = <ConsentHtml as FromRequestParts<Site>>::Rejection;

    async fn from_request_parts(parts: &mut Parts, site: &Site) -> Result<Self, Self::Rejection> {
        let ui = ConsentHtml::from_request_parts(parts, site).await?;
        let uri: Result<OriginalUri, Infallible> = OriginalUri::from_request_parts(parts, site).await;
        let uri = uri.map_or_else(|never| match never {}, |uri| uri.0);
        Ok(Self {
            site: site.clone(),
            theme: Theme::of(ui.decision(), &parts.headers),
            region: region::of(&parts.headers),
            path: uri.path().to_owned(),
            address: uri.path_and_query().map_or("/", |address| address.as_str()).to_owned(),
            headers: parts.headers.clone(),
            ui,
        })
    }
}

impl Page {
    pub(crate) fn decision(&self) -> &Decision {
        self.ui.decision()
    }

    pub(crate) fn policy(&self) -> &Policy {
        self.decision().policy()
    }

    pub(crate) fn region(&self) -> Option<Region> {
        self.region
    }

    pub(crate) fn theme(&self) -> Theme {
        self.theme
    }

    /// A link that stays in the region of this page.
    pub(crate) fn link(&self, path: &str) -> String {
        region::link(path, self.region)
    }

    /// The page of all choices, which leads back here.
    pub(crate) fn choices(&self) -> String {
        let back: String =
            self.path.bytes().filter(|byte| byte.is_ascii_alphanumeric() || *byte == b'/').map(char::from).collect();
        let and_back = if self.region.is_some() { '&' } else { '?' };
        format!("{}{and_back}return={back}", self.link(self.ui.choices_path()))
    }

    /// Where the forms of this page lead back to.
    pub(crate) fn back(&self) -> Markup {
        html! { input type="hidden" name="back" value=(self.address); }
    }

    /// What stands in the place of something that waits for consent to `id`.
    pub(crate) fn placeholder(&self, id: &str) -> Markup {
        PreEscaped(self.ui.placeholder(id))
    }

    /// Why `id` is allowed or not, as a sentence.
    pub(crate) fn explain(&self, id: &str) -> Markup {
        html! {
            @if let Some(sentence) = self.decision().explain(id) { (sentence) "." }
        }
    }

    pub(crate) fn render(&self, title: &str, content: &Markup) -> Markup {
        html! {
            (DOCTYPE)
            html lang="en" data-theme=(self.theme.word()) {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (title) " · SothinkMedia" }
                    // Before the style sheets: a script in the page waits for those before it, and the page for the script.
                    (PreEscaped(self.ui.head()))
                    link rel="icon" href="/assets/mark.svg";
                    link rel="stylesheet" href="/assets/site.css";
                    script src="/assets/live.js" defer {}
                }
                body {
                    a class="skip" href="#main" { "Skip to content" }
                    // Early in the body, so that it is read first; the style sheet puts it at the bottom.
                    (PreEscaped(self.ui.banner()))
                    (self.header())
                    main id="main" tabindex="-1" { (content) }
                    (self.footer())
                }
            }
        }
    }

    fn header(&self) -> Markup {
        html! {
            header class="top" {
                div class="wide" {
                    a class="brand" href=(self.link("/")) {
                        img src="/assets/mark.svg" alt="" width="28" height="28";
                        "SothinkMedia"
                    }
                    nav aria-label="Main" {
                        ul {
                            @for (path, name) in MENU {
                                li {
                                    a href=(self.link(path)) aria-current=[(path == self.path).then_some("page")] { (name) }
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    fn footer(&self) -> Markup {
        let policy = self.policy();
        html! {
            footer class="bottom" {
                div class="wide" {
                    form class="inline" method="post" action="/appearance/choose" {
                        (self.back())
                        span id="look" { "Appearance" }
                        span class="switch" role="group" aria-labelledby="look" {
                            @for theme in Theme::ALL {
                                button name="theme" value=(theme.word()) aria-pressed=(theme == self.theme) { (theme.name()) }
                            }
                        }
                    }
                    ul class="links" {
                        li { a href=(self.choices()) { "Your privacy choices" } }
                        li { a href="/help" { "Help" } }
                        li { a href=(self.link("/privacy")) { "Privacy policy, version " (policy.version()) } }
                        @if let Some(url) = &policy.contact().url {
                            li { a href=(if url.starts_with('/') { self.link(url) } else { url.clone() }) { "Contact" } }
                        }
                    }
                    p class="soft" { "An example site of the consentry library. Nothing here is for sale." }
                }
            }
        }
    }
}
