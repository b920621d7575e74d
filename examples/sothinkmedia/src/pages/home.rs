//! The home page: what the site is about, and where to try the library.

use axum::response::{IntoResponse, Response};
use consentry::{
    Purpose,
    policy::ChangeKind,
    server::{NotCovered, Visitor},
};
use maud::{Markup, html};

use super::text;
use crate::{layout::Page, offers, videos::Videos};

const REGIONS: [(&str, &str); 3] =
    [("", "Not known (strictest)"), ("FR", "France (opt-in)"), ("US-CA", "California (opt-out)")];

pub(crate) async fn show(page: Page, visitor: Visitor) -> Result<Response, NotCovered> {
    let (offer, cookie) = match visitor.granted() {
        Ok(proof) => {
            let (offer, cookie) = offers::next(&visitor, proof, &page.headers)?;
            (offer, Some(cookie))
        }
        Err(_) => (offers::first(), None),
    };
    let content = html! {
        section class="hero" {
            h1 { "Video tools that mind their own business" }
            p class="lead" {
                "Cut, convert and share on your own machine. And a web site that asks before it remembers anything."
            }
            p class="actions" {
                a class="button" href=(page.link("/account")) { "Create an account" }
                a class="button quiet" href=(page.link("/privacy")) { "What we do with data" }
            }
        }
        div class="pair" {
            section aria-labelledby="tour" {
                h2 id="tour" { "Take the tour" }
                // Written as if everybody had agreed: the layer holds it back, says what is missing, and lets the
                // script of the banner bring it to life as soon as the visitor agrees.
                div class="video" { iframe data-consent=(Videos::ID) src="/embed/tour" title="The tour, a video" {} }
            }
            section aria-labelledby="offer" {
                h2 id="offer" { "On offer" }
                div class="card" id="offers" data-live {
                    h3 { (offer.title) }
                    p { (offer.text) }
                    p class="soft" {
                        @if cookie.is_some() { "We remember which offer you saw: the next visit shows another." }
                        @else { "Everybody sees this one first. We remember nothing of it." }
                    }
                }
            }
        }
        (try_it(&page))
    };
    Ok((cookie, page.render("Home", &content)).into_response())
}

/// The controls of the demonstration.
fn try_it(page: &Page) -> Markup {
    let region = page.region();
    let here = region.as_ref().map_or("", |region| region.as_str());
    html! {
        section class="desk" aria-labelledby="try" {
            h2 id="try" { "Try it" }
            p { "This site exists to be tried. Answer the banner, then change the world around your answer." }
            ol class="steps" {
                li {
                    h3 { "See what your answer does" }
                    p {
                        a href=(page.link("/activity")) { "Your activity" } " lists what was recorded of you, "
                        a href=(page.link("/cookies")) { "Cookies" } " what is set and what is withheld, and the "
                        a href=(page.link("/inspector")) { "Inspector" } " tells why."
                    }
                }
                li {
                    h3 { "Change the policy" }
                    @if let Some(next) = page.site.next() {
                        @if let Some(change) = next.changes().last() {
                            p {
                                (text(change.summaries())) " "
                                @match change.kind() {
                                    ChangeKind::Ask => "You are asked again, about that alone.",
                                    ChangeKind::Notify => "You are told, and asked nothing.",
                                    ChangeKind::Editorial => "It is no reason to ask or to tell you.",
                                }
                            }
                        }
                        form method="post" action="/admin/publish" {
                            (page.back())
                            button class="button" { "Publish version " (next.version()) }
                        }
                    } @else {
                        p { "Version " (page.policy().version()) " is in force. Start the site anew to go back." }
                    }
                }
                li {
                    h3 { "Be somewhere else" }
                    form method="get" action="/" {
                        label for="region" { "Where you are" }
                        select id="region" name="region" {
                            @for (code, name) in REGIONS {
                                option value=(code) selected[code == here] { (name) }
                            }
                        }
                        button class="button quiet" { "Go there" }
                    }
                    @if page.decision().signals().gpc {
                        p class="soft" { "Your browser sends a Global Privacy Control signal." }
                    } @else {
                        p class="soft" { "Your browser sends no Global Privacy Control signal." }
                    }
                }
            }
        }
    }
}
