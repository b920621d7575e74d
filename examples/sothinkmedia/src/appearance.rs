//! Light or dark: remembered only for visitors who let us, with the system's choice for all others.

use axum::{
    Form,
    http::{HeaderMap, header::SET_COOKIE},
    response::{IntoResponse, Redirect, Response},
};
use consentry::{
    Decision, Granted, Purpose,
    server::{Cookie, NotCovered, ProvenCookie, Visitor},
};
use serde::Deserialize;

use crate::{cookies, guard::local_path, region};

const COOKIE: &str = "theme";

/// The service that remembers the appearance.
#[derive(Debug)]
pub(crate) enum SiteSettings {}

impl Purpose for SiteSettings {
    const ID: &'static str = "site-settings";
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Theme {
    System,
    Light,
    Dark,
}

impl Theme {
    pub(crate) const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
        }
    }

    /// The appearance this visitor chose; the cookie counts only while they let us remember it.
    pub(crate) fn of(decision: &Decision, headers: &HeaderMap) -> Self {
        let stored = cookies::get(headers, COOKIE).filter(|_| decision.allows(SiteSettings::ID));
        Self::ALL.into_iter().find(|theme| Some(theme.word()) == stored).unwrap_or(Self::System)
    }
}

/// The cookie that remembers an appearance; only with proof of consent there is one.
fn remember(visitor: &Visitor, proof: &Granted<SiteSettings>, theme: Theme) -> Result<ProvenCookie, NotCovered> {
    visitor.set_cookie(proof, Cookie::build((COOKIE, theme.word())).http_only(true))
}

#[derive(Deserialize)]
pub(crate) struct Choice {
    theme: Theme,
    #[serde(default)]
    back: String,
}

pub(crate) async fn choose(
    visitor: Visitor,
    headers: HeaderMap,
    Form(choice): Form<Choice>,
) -> Result<Response, NotCovered> {
    let Ok(proof) = visitor.granted() else {
        return Ok(Redirect::to(&region::link("/appearance", region::of(&headers))).into_response());
    };
    let back = Redirect::to(local_path(&choice.back));
    Ok(match choice.theme {
        Theme::System => (cookies::delete(COOKIE).map(|cookie| [(SET_COOKIE, cookie)]), back).into_response(),
        theme => (remember(&visitor, proof, theme)?, back).into_response(),
    })
}
