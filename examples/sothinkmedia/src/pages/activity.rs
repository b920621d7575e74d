//! What was recorded of this browser, and whether recording goes on.

use axum::{
    extract::{Extension, State},
    http::{HeaderMap, header::SET_COOKIE},
    response::{IntoResponse, Redirect, Response},
};
use consentry::{Purpose, decision::Statistics};
use maud::{Markup, html};

use crate::{
    cookies,
    layout::Page,
    recorder::{COOKIE, SERVICE, StreamId},
    region,
    site::Site,
    words::{clock, lifetime, machine},
};

pub(crate) async fn show(page: Page, stream: Option<Extension<StreamId>>) -> Markup {
    let on = page.decision().allows(Statistics::ID);
    let service = page.policy().service(SERVICE);
    let kept = service.and_then(|service| service.retention_seconds()).map(lifetime).unwrap_or_default();
    let stream = stream.map(|stream| stream.0).filter(|_| on);
    let content = html! {
        h1 { "Your activity" }
        p class="lead" {
            "With your consent to statistics we record which pages you visit, in order. "
            "This page shows what we hold of this browser."
        }
        div id="stream" data-live {
            (state(&page, on))
            @match &stream {
                Some(stream) => (views(&page, stream, &kept)),
                None => p { "There is no click-stream of this browser: no cookie ties your visits together." },
            }
            (totals(&page))
        }
    };
    page.render("Your activity", &content)
}

fn state(page: &Page, on: bool) -> Markup {
    html! {
        p class=(if on { "state on" } else { "state off" }) {
            strong { @if on { "Recording" } @else { "Not recording" } }
            " " span { (page.explain(Statistics::ID)) }
        }
        @if !on { (page.placeholder(SERVICE)) }
        @else { p { a href=(page.choices()) { "Change your answer" } } }
    }
}

fn views(page: &Page, stream: &StreamId, kept: &str) -> Markup {
    let views = page.site.recorder().views(stream);
    html! {
        h2 { "This browser’s click-stream" }
        p { "Newest first. A view is kept for " (kept) "." }
        div class="table" tabindex="0" role="region" aria-label="Click-stream" {
            table {
                thead { tr {
                    @for kind in page.policy().service(SERVICE).map(|service| service.data_kinds()).unwrap_or_default() {
                        th scope="col" { (page.policy().data_name(kind, "en")) }
                    }
                } }
                tbody {
                    @for view in &views {
                        tr {
                            td { (view.page) }
                            td { time datetime=(machine(view.at)) { (clock(view.at)) " UTC" } }
                            td { @if view.came_from.is_empty() { "–" } @else { (view.came_from) } }
                            td { (view.browser) }
                            td { (view.language) }
                            td { (view.network) }
                        }
                    }
                }
            }
        }
        form method="post" action="/activity/erase" {
            button class="button quiet" { "Erase this click-stream" }
        }
    }
}

/// Recording that stopped can be seen from outside: these numbers stand still.
fn totals(page: &Page) -> Markup {
    let (count, last) = page.site.recorder().totals();
    html! {
        p class="soft" {
            "Of all visitors the site holds " span id="held" { (count) } " page views"
            @if let Some(last) = last { ", the last written at " (clock(last)) " UTC" }
            "."
        }
    }
}

/// Erases the stream that the browser's cookie names, and the cookie.
pub(crate) async fn erase(State(site): State<Site>, headers: HeaderMap) -> Response {
    if let Some(stream) = StreamId::of(&headers) {
        site.recorder().erase(&stream);
    }
    let mut response = Redirect::to(&region::link("/activity", region::of(&headers))).into_response();
    if let Some(cookie) = cookies::delete(COOKIE) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}
