//! Every cookie the policy declares, and what this browser holds of it now.

use std::collections::BTreeSet;

use consentry::{CookieRule, Service, Status};
use maud::{Markup, html};

use super::text;
use crate::{cookies, layout::Page, words::lifetime};

pub(crate) async fn show(page: Page) -> Markup {
    let names: BTreeSet<&str> = cookies::all(&page.headers).map(|(name, _)| name).collect();
    let undeclared: Vec<&str> =
        names.iter().copied().filter(|name| page.decision().cookie_status(name).is_none()).collect();
    let policy = page.policy();
    let rules = policy.services().iter().flat_map(|service| service.cookies().iter().map(move |rule| (service, rule)));
    let content = html! {
        h1 { "Cookies" }
        p class="lead" { "Every cookie of this site, and what became of it in this browser as this page was asked for." }
        div id="cookies" data-live {
            div class="table" tabindex="0" role="region" aria-label="Cookies" {
                table class="stack" {
                    thead { tr {
                        th scope="col" { "Cookie" }
                        th scope="col" { "State" }
                        th scope="col" { "What for" }
                        th scope="col" { "Kept for" }
                    } }
                    tbody { @for (service, rule) in rules { (row(&page, &names, service, rule)) } }
                }
            }
            @if !undeclared.is_empty() {
                h2 { "Cookies we do not know" }
                p {
                    "Your browser also sent what no service of ours declares, perhaps set by something else on this "
                    "address: " @for name in &undeclared { code { (crate::words::short(name, 40)) } " " }
                }
            }
        }
        h2 { "What the words mean" }
        dl class="terms" {
            dt { (mark("set", "Set")) } dd { "Your browser holds it, and you agreed or it is necessary." }
            dt { (mark("may", "Not set")) } dd { "It may be set, when there is a reason to." }
            dt { (mark("withheld", "Withheld")) } dd { "You did not agree, so it is not set." }
            dt { (mark("cleared", "Cleared")) } dd { "Your browser held it although you do not agree; this page deleted it." }
        }
        p { "You can change your mind on the page of " a href=(page.choices()) { "your privacy choices" }
            ". Your browser can also refuse cookies altogether, or ask you about each; then the site works as it does "
            "after you refused." }
    };
    page.render("Cookies", &content)
}

fn row(page: &Page, names: &BTreeSet<&str>, service: &Service, rule: &CookieRule) -> Markup {
    let allowed = page.decision().status(service.id()).is_some_and(Status::is_allowed);
    let present = names.iter().any(|name| rule.matches(name));
    let (class, word) = match (present, allowed) {
        (true, true) => ("set", "Set"),
        (false, true) => ("may", "Not set"),
        (false, false) => ("withheld", "Withheld"),
        (true, false) => ("cleared", "Cleared"),
    };
    html! {
        tr {
            th scope="row" { code data-cookie=(rule.name()) data-state=(class) { (rule.name()) } }
            td { (mark(class, word)) }
            td { (text(rule.purposes())) " " span class="soft" { (text(service.names())) } }
            td data-label="Kept for" { (rule.max_age_seconds().map_or("until you close the browser".to_owned(), lifetime)) }
        }
    }
}

fn mark(class: &str, word: &str) -> Markup {
    html! { span class={ "mark " (class) } { (word) } }
}
