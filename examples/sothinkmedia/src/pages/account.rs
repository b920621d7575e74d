//! Signing up, and what the law calls access, rectification and erasure: free, and for who has the code.

use axum::{
    Form,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use consentry::Timestamp;
use maud::{Markup, html};
use serde::Deserialize;

use super::text;
use crate::{
    accounts::{Account, Refusal},
    layout::Page,
    words::date,
};

const SERVICE: &str = "sign-up";

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Act {
    Open,
    #[default]
    Read,
    Correct,
    Delete,
}

#[derive(Default, Deserialize)]
pub(crate) struct Request {
    act: Act,
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    #[serde(default)]
    code: String,
}

pub(crate) async fn show(page: Page) -> Markup {
    page.render("Account", &start(&page, &Request::default(), None))
}

pub(crate) async fn answer(page: Page, Form(request): Form<Request>) -> Response {
    let accounts = page.site.accounts();
    let now = Timestamp::now();
    let done = match request.act {
        Act::Open => accounts.open(&request.name, &request.email, now).map(|code| welcome(&code)),
        Act::Read => accounts.read(&request.code, now).map(|account| data(&request.code, &account, None)),
        Act::Correct => accounts
            .correct(&request.code, &request.name, &request.email, now)
            .map(|account| data(&request.code, &account, Some("Corrected."))),
        Act::Delete => accounts.delete(&request.code).map(|()| deleted()),
    };
    match done {
        Ok(content) => page.render("Account", &content).into_response(),
        Err(refusal) => {
            let content = start(&page, &request, Some(refusal));
            (status(refusal), page.render("Account", &content)).into_response()
        }
    }
}

fn status(refusal: Refusal) -> StatusCode {
    match refusal {
        Refusal::Name | Refusal::Email => StatusCode::UNPROCESSABLE_ENTITY,
        Refusal::Unknown => StatusCode::NOT_FOUND,
        Refusal::TooOften | Refusal::Full => StatusCode::TOO_MANY_REQUESTS,
    }
}

fn message(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::Name => "Please give a name of at most 80 characters.",
        Refusal::Email => "Please give an email address such as ada@example.org.",
        Refusal::Unknown => "No account has this code. Codes look like ABCDE-FGHJK-LMNPQ-RSTUV.",
        Refusal::TooOften => "You asked for this account very often just now. Please wait a minute.",
        Refusal::Full => "This demonstration holds no more accounts. Please come back later.",
    }
}

fn start(page: &Page, request: &Request, refusal: Option<Refusal>) -> Markup {
    let service = page.policy().service(SERVICE);
    html! {
        h1 { "Your account" }
        @if let Some(refusal) = refusal { p class="problem" role="alert" { (message(refusal)) } }
        div class="pair" {
            section aria-labelledby="join" {
                h2 id="join" { "Sign up" }
                @if let Some(service) = service {
                    p {
                        (text(service.purposes())) " We keep your "
                        (service.data_kinds().iter().map(|kind| page.policy().data_name(kind, "en")).collect::<Vec<_>>().join(" and "))
                        ". " (text(service.justifications())) " It sets no cookie."
                    }
                }
                form method="post" action="/account" {
                    (person(&request.name, &request.email, "new"))
                    button class="button" name="act" value="open" { "Sign up" }
                }
            }
            section aria-labelledby="mine" {
                h2 id="mine" { "See, correct or delete" }
                p { "Your data is yours to see, to correct and to delete, free of charge. "
                    "The code you got at sign-up shows that it is you." }
                form method="post" action="/account" {
                    label for="code" { "Sign-up code" }
                    input id="code" name="code" value=(request.code) required autocomplete="off" spellcheck="false" maxlength="40";
                    button class="button" name="act" value="read" { "Show my data" }
                }
            }
        }
    }
}

fn person(name: &str, email: &str, prefix: &str) -> Markup {
    html! {
        label for={ (prefix) "-name" } { "Name" }
        input id={ (prefix) "-name" } name="name" value=(name) required maxlength="80" autocomplete="name";
        label for={ (prefix) "-email" } { "Email" }
        input id={ (prefix) "-email" } name="email" type="email" value=(email) required maxlength="254" autocomplete="email";
    }
}

fn welcome(code: &str) -> Markup {
    html! {
        h1 { "Welcome" }
        p class="lead" { "Your account is open. Keep this code: it is the only way back to your data." }
        p class="code" { code id="code" { (code) } }
        form method="post" action="/account" {
            input type="hidden" name="code" value=(code);
            button class="button" name="act" value="read" { "Show my data" }
        }
    }
}

fn data(code: &str, account: &Account, note: Option<&str>) -> Markup {
    html! {
        h1 { "What we hold of you" }
        @if let Some(note) = note { p class="state on" role="status" { (note) } }
        dl class="facts" {
            div { dt { "Name" } dd { (account.name) } }
            div { dt { "Email" } dd { (account.email) } }
            div { dt { "Signed up on" } dd { (date(account.since.to_datetime().date())) } }
        }
        div class="pair" {
            section aria-labelledby="correct" {
                h2 id="correct" { "Correct it" }
                form method="post" action="/account" {
                    input type="hidden" name="code" value=(code);
                    (person(&account.name, &account.email, "my"))
                    button class="button" name="act" value="correct" { "Save" }
                }
            }
            section aria-labelledby="delete" {
                h2 id="delete" { "Delete it" }
                p { "All of it goes at once, and nothing remains in a backup." }
                form method="post" action="/account" {
                    input type="hidden" name="code" value=(code);
                    button class="button quiet" name="act" value="delete" { "Delete my account" }
                }
            }
        }
    }
}

fn deleted() -> Markup {
    html! {
        h1 { "Deleted" }
        p class="lead" { "Your account and all its data are gone." }
        p { a href="/account" { "Back to the account page" } }
    }
}
