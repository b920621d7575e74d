//! The privacy policy. What it says of categories, services, cookies, times and people comes from the policy that the
//! consent layer decides by, so the two cannot differ.

use consentry::{Category, Change, Service, policy::ChangeKind};
use maud::{Markup, html};

use super::text;
use crate::{
    layout::Page,
    words::{date, lifetime},
};

pub(crate) async fn show(page: Page) -> Markup {
    let policy = page.policy();
    let newest = policy.changes().last();
    let content = html! {
        article class="prose" {
            h1 { "Privacy policy" }
            p class="soft" {
                "Version " (policy.version())
                @if let Some(day) = newest.and_then(Change::effective_date) {
                    ", in effect from " time datetime=(day) { (date(day)) }
                }
            }
            @if let Some(change) = newest.filter(|change| change.kind() != ChangeKind::Editorial) {
                p class="state" role="note" { strong { "What changed" } " " span { (text(change.summaries())) } }
            }
            p class="lead" {
                "This page says what we collect, why, for how long and who sees it, and how you can see, correct or "
                "delete it. What is not needed to run the site happens only if you agree."
            }
            p { a class="button" href=(page.choices()) { "Your privacy choices" } }
            (contents(&page))
            section aria-labelledby="collect" {
                h2 id="collect" { "What we collect, and why" }
                p {
                    "Everything on this list has a purpose you can read here, and is used for nothing else. "
                    "You decide category by category"
                    @let own: Vec<&str> = policy.services().iter().filter(|s| s.has_own_choice()).map(|s| text(s.names())).collect();
                    @if !own.is_empty() { ", and separately about " (own.join(", ").to_lowercase()) }
                    "."
                }
                @for category in policy.categories() { (category_section(&page, category)) }
            }
            (clauses(&page))
            (history(&page))
            (contact(&page))
        }
    };
    page.render("Privacy policy", &content)
}

fn contents(page: &Page) -> Markup {
    html! {
        nav class="contents" aria-label="On this page" {
            ul {
                li { a href="#collect" { "What we collect" }
                    ul { @for category in page.policy().categories() {
                        li { a href={ "#" (category.id()) } { (text(category.names())) } }
                    } }
                }
                li { a href="#cookies" { "Cookies" } }
                li { a href="#security" { "Security" } }
                li { a href="#purpose" { "Purpose and accuracy" } }
                li { a href="#rights" { "Your data is yours" } }
                li { a href="#changes" { "Changes" } }
                li { a href="#contact" { "Contact" } }
            }
        }
    }
}

fn category_section(page: &Page, category: &Category) -> Markup {
    let decision = page.decision();
    let services = page.policy().services().iter().filter(|service| service.category() == category.id());
    html! {
        section class="category" aria-labelledby=(category.id()) {
            h3 id=(category.id()) {
                (text(category.names())) " "
                @if let Some(status) = decision.status(category.id()) { span class={ "mark " (status.word()) } { (status.word()) } }
            }
            p { (text(category.purposes())) }
            @for service in services { (service_entry(page, service)) }
        }
    }
}

fn service_entry(page: &Page, service: &Service) -> Markup {
    let policy = page.policy();
    let data: Vec<&str> = service.data_kinds().iter().map(|kind| policy.data_name(kind, "en")).collect();
    html! {
        div class="card service" {
            h4 { (text(service.names())) @if service.has_own_choice() { " " span class="soft" { "asked about separately" } } }
            p { (text(service.purposes())) }
            @if !service.justifications().is_empty() { p { "Why it is necessary: " (text(service.justifications())) } }
            dl class="facts" {
                @if !data.is_empty() { div { dt { "Data" } dd { (data.join(", ")) } } }
                @if !service.recipients().is_empty() { div { dt { "Seen by" } dd { (service.recipients().join(", ")) } } }
                @if !service.processors().is_empty() { div { dt { "Kept for us by" } dd { (service.processors().join(", ")) } } }
                @if let Some(kept) = service.retention_seconds() { div { dt { "Kept for" } dd { (lifetime(kept)) } } }
                @if let Some(basis) = service.stated_basis() { div { dt { "Legal basis" } dd { (basis.word().replace('-', " ")) } } }
                @if !service.hosts().is_empty() { div { dt { "Loads from" } dd { (service.hosts().join(", ")) } } }
                div { dt { "Cookies" } dd {
                    @if service.cookies().is_empty() { "none" }
                    @else { ul class="plain" { @for cookie in service.cookies() {
                        li {
                            code { (cookie.name()) } ", "
                            (cookie.max_age_seconds().map_or("until you close the browser".to_owned(), lifetime))
                            @if !cookie.purposes().is_empty() { ": " (text(cookie.purposes())) }
                        }
                    } } }
                } }
            }
        }
    }
}

/// The clauses that are about conduct: prose, without a name, a number or a date that the policy file has.
fn clauses(page: &Page) -> Markup {
    html! {
        section aria-labelledby="cookies" {
            h2 id="cookies" { "Cookies" }
            p {
                "A cookie is a short text that a site leaves in your browser and gets back with your next visit. Ours are "
                "listed above with their lifetimes, and the page " a href=(page.link("/cookies")) { "Cookies" }
                " shows which of them your browser holds now. You can refuse all that are not necessary: here, in one "
                "click, or for every site in the settings of your browser. What then does not work says so in its place "
                "and lets you decide again."
            }
        }
        section aria-labelledby="security" {
            h2 id="security" { "Security" }
            p {
                "Your answers are sealed, so that nobody but us can write a consent in your name. Only staff who need your "
                "data for their work can reach it, and they are bound to keep it to themselves. This demonstration holds "
                "everything in memory: it is gone when the program ends."
            }
        }
        section aria-labelledby="purpose" {
            h2 id="purpose" { "Purpose and accuracy" }
            p {
                "Data is used for the purpose it was collected for. The program makes sure of it: code that records "
                "something needs proof of your consent to that very purpose, and does not run without. We rely on you to "
                "tell us when something about you is no longer right."
            }
        }
        section aria-labelledby="rights" {
            h2 id="rights" { "Your data is yours" }
            p {
                "See, correct or delete your " a href=(page.link("/account")) { "account data" } ", see and erase your "
                a href=(page.link("/activity")) { "click-stream" } ", and see, change, export or delete "
                a href=(page.choices()) { "your privacy choices" } ". All of it is free. We ask for what shows that it is "
                "you, and may decline requests that repeat without reason."
            }
        }
    }
}

fn history(page: &Page) -> Markup {
    html! {
        section aria-labelledby="changes" {
            h2 id="changes" { "Changes" }
            p {
                "When this policy changes it says so here and, where it matters to you, in plain sight on every page. "
                "What you agreed to before does not cover more than it said: you are asked again, about the change alone."
            }
            ol class="history" reversed {
                @for change in page.policy().changes().iter().rev() {
                    li value=(change.version()) {
                        strong { "Version " (change.version()) }
                        @if let Some(day) = change.effective_date() { ", " time datetime=(day) { (date(day)) } }
                        @if !change.summaries().is_empty() { br; (text(change.summaries())) }
                        @if change.kind() == ChangeKind::Ask && !change.touched().is_empty() {
                            br; span class="soft" { "Visitors are asked again about: " (touched(page, change)) }
                        }
                    }
                }
            }
        }
    }
}

fn touched(page: &Page, change: &Change) -> String {
    let policy = page.policy();
    let name = |id: &String| {
        let category = policy.category(id).map(|category| category.names());
        let names = category.or_else(|| policy.service(id).map(|service| service.names()));
        names.map(text).filter(|name| !name.is_empty()).unwrap_or(id).to_owned()
    };
    change.touched().iter().map(name).collect::<Vec<_>>().join(", ")
}

fn contact(page: &Page) -> Markup {
    let contact = page.policy().contact();
    html! {
        section aria-labelledby="contact" {
            h2 id="contact" { "Contact" }
            p {
                "Questions and suggestions about this policy go to " (contact.name)
                @if let Some(email) = &contact.email { ", " a href={ "mailto:" (email) } { (email) } }
                "."
            }
        }
    }
}
