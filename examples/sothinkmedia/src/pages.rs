//! The pages.

pub(crate) mod account;
pub(crate) mod activity;
pub(crate) mod appearance;
pub(crate) mod cookies;
pub(crate) mod help;
pub(crate) mod home;
pub(crate) mod inspector;
pub(crate) mod privacy;

use axum::http::StatusCode;
use consentry::policy::Localized;
use maud::{Markup, html};

use crate::layout::Page;

pub(crate) async fn not_found(page: Page) -> (StatusCode, Markup) {
    let content = html! {
        h1 { "There is no such page" }
        p { a href=(page.link("/")) { "Back to the home page" } }
    };
    (StatusCode::NOT_FOUND, page.render("Not found", &content))
}

/// A text of the policy, in the one language this site has.
fn text(text: &Localized) -> &str {
    text.get("en", "en").unwrap_or_default()
}
