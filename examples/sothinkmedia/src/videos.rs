//! The video of the home page. It stands for a third party's player, but comes from this server: nothing here may
//! depend on somebody else's.

use axum::{
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use consentry::{
    Granted, Purpose,
    server::{Cookie, NotCovered, ProvenCookie, Visitor},
};
use maud::{DOCTYPE, html};

use crate::cookies;

const COOKIE: &str = "video_tour";

/// The service that plays videos.
#[derive(Debug)]
pub(crate) enum Videos {}

impl Purpose for Videos {
    const ID: &'static str = "videos";
}

/// The cookie of the player; only with proof of consent there is one.
fn seen(visitor: &Visitor, proof: &Granted<Videos>) -> Result<ProvenCookie, NotCovered> {
    visitor.set_cookie(proof, Cookie::build((COOKIE, "seen")).http_only(true))
}

/// The player. The page only embeds it with consent; whoever opens it without is told so.
pub(crate) async fn embed(visitor: Visitor, headers: HeaderMap) -> Result<Response, NotCovered> {
    let Ok(proof) = visitor.granted() else {
        return Ok((StatusCode::FORBIDDEN, player("This video waits for your consent.", None)).into_response());
    };
    let before = cookies::get(&headers, COOKIE).is_some();
    let status = if before { "You watched this tour before." } else { "Your first time with this tour." };
    Ok((seen(&visitor, proof)?, player(status, Some(()))).into_response())
}

/// Three scenes that move for as long as they are wanted to: a check box is the play button.
fn player(status: &str, film: Option<()>) -> maud::Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "The tour" }
                link rel="stylesheet" href="/assets/embed.css";
            }
            body {
                main {
                    h1 { "The tour" }
                    @if film.is_some() {
                        input type="checkbox" id="play";
                        label for="play" { span class="play" { "Play" } span class="stop" { "Pause" } }
                        ol class="film" {
                            li { "Drop in your clips." }
                            li { "Cut what you do not need." }
                            li { "Send it anywhere." }
                        }
                    }
                    p { (status) }
                }
            }
        }
    }
}
