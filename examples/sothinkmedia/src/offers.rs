//! The offer on the home page: a different one each time for visitors who let us remember the last.

use axum::http::HeaderMap;
use consentry::{
    Granted, Purpose,
    server::{Cookie, NotCovered, ProvenCookie, Visitor},
};

use crate::cookies;

const COOKIE: &str = "offer";

/// The service that remembers which offer was seen.
#[derive(Debug)]
pub(crate) enum Offers {}

impl Purpose for Offers {
    const ID: &'static str = "offers";
}

pub(crate) struct Offer {
    id: &'static str,
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
}

const FIRST: Offer =
    Offer { id: "editor", title: "Editor, first year half price", text: "Cut, join and caption. For one machine." };
const SECOND: Offer =
    Offer { id: "converter", title: "Converter with every new Editor", text: "Any format in, any format out." };
const THIRD: Offer =
    Offer { id: "school", title: "Free for classrooms", text: "Thirty seats for a school year, on request." };

/// What everybody sees who is not remembered.
pub(crate) fn first() -> Offer {
    FIRST
}

/// The offer after the one this browser saw last, and the cookie that says so from now on.
pub(crate) fn next(
    visitor: &Visitor,
    proof: &Granted<Offers>,
    headers: &HeaderMap,
) -> Result<(Offer, ProvenCookie), NotCovered> {
    let offer = match cookies::get(headers, COOKIE) {
        Some(last) if last == FIRST.id => SECOND,
        Some(last) if last == SECOND.id => THIRD,
        _ => FIRST,
    };
    let cookie = visitor.set_cookie(proof, Cookie::build((COOKIE, offer.id)).http_only(true))?;
    Ok((offer, cookie))
}
