//! The decision, as the server made it and as the page makes it from the same facts.

use maud::{Markup, html};

use super::text;
use crate::{layout::Page, words::machine};

pub(crate) async fn show(page: Page) -> Markup {
    let (decision, policy) = (page.decision(), page.policy());
    let categories = policy.categories().iter().map(|category| (category.id(), text(category.names())));
    let services = policy.services().iter().map(|service| (service.id(), text(service.names())));
    let content = html! {
        h1 { "Inspector" }
        p class="lead" { "The decision that this very page was made under, with the reason for each part of it." }
        dl class="facts" {
            div { dt { "Policy" } dd { (policy.id()) ", version " (policy.version()) } }
            div { dt { "Rule" } dd { (decision.regime().id()) " (" (decision.regime().kind().word()) ")" } }
            div { dt { "Region" } dd { @match page.region() { Some(region) => (region.as_str()), None => "not known" } } }
            div { dt { "Global Privacy Control" } dd { @if decision.signals().gpc { "on" } @else { "off" } } }
            div { dt { "Asked" } dd {
                @match decision.prompt() {
                    Some(prompt) => { (prompt.ids().collect::<Vec<_>>().join(", ")) " (" (prompt.cause().word()) ")" },
                    None => "nothing",
                }
            } }
            div { dt { "Consent Mode" } dd {
                "granted: "
                @for (signal, _) in decision.google_signals().filter(|(_, granted)| *granted) { code { (signal.word()) } " " }
            } }
            div { dt { "At" } dd { time datetime=(machine(decision.now())) { (machine(decision.now())) } } }
        }
        div class="table" tabindex="0" role="region" aria-label="Decision" {
            table class="stack" {
                thead { tr {
                    th scope="col" { "Id" } th scope="col" { "Status" } th scope="col" { "Why" } th scope="col" { "Asked since" }
                } }
                tbody {
                    @for (id, name) in categories.chain(services) {
                        tr {
                            th scope="row" { code { (id) } @if !name.is_empty() { br; span class="soft" { (name) } } }
                            td { @if let Some(status) = decision.status(id) {
                                span class={ "mark " (status.word()) } { (status.word()) }
                            } }
                            td { (page.explain(id)) }
                            td data-label="Asked since" { @if let Some(since) = policy.since(id) { "version " (since) } }
                        }
                    }
                }
            }
        }
        h2 { "The same in your browser" }
        p {
            "The library’s npm package runs the same compiled rule. Here it decides from this page’s cookies and the "
            "facts the server had, and the two answers are compared character by character."
        }
        noscript { p { "This part needs scripting. Everything else on this site does without." } }
        div id="compare" hidden {
            p class="state" role="status" id="verdict" { "Comparing …" }
            h3 { "Server" }
            pre tabindex="0" id="server" {}
            h3 { "Browser" }
            pre tabindex="0" id="browser" {}
            button class="button quiet" type="button" id="again" { "Compare again" }
        }
        script type="module" src="/assets/inspector.js" {}
    };
    page.render("Inspector", &content)
}
