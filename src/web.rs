//! The face for JavaScript, through wasm-bindgen: thin, with no rule of its own.
//!
//! Texts and numbers cross the border, and the compiled policy as an object that is read field by field. Nothing here
//! reaches `core::fmt`, which would cost the module 4.5 kB compressed.

mod elements;
pub mod page;
mod policy;
#[cfg(feature = "wasm-runtime")]
mod runtime;

use alloc::{string::String, vec::Vec};

use wasm_bindgen::prelude::*;
use web_sys::Element;

use crate::{
    banner::{self, View},
    consent::{Act, Answer, Consent, Method},
    cookies,
    policy::{Policy, PolicyVersion},
    signals::{Region, Signals},
    timestamp::Timestamp,
    visit::Visit,
};

/// The core over one compiled policy, and what was last seen of a visitor.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Engine {
    policy: Policy,
    cookies: String,
    cookie: String,
    sealed: bool,
    signals: Signals,
    now: Timestamp,
}

#[wasm_bindgen]
impl Engine {
    /// Reads a compiled policy.
    ///
    /// # Errors
    /// An `Error` whose message is a code and a path, such as `wrong-type at categories[0].id`.
    #[wasm_bindgen(constructor)]
    pub fn new(policy: &JsValue) -> Result<Self, JsValue> {
        match policy::read(policy) {
            Ok(policy) => Ok(Self {
                policy,
                cookies: String::new(),
                cookie: String::new(),
                sealed: false,
                signals: Signals::default(),
                now: Timestamp::default(),
            }),
            Err(fault) => Err(js_sys::Error::new(&fault).into()),
        }
    }

    /// Takes in the facts that the calls after it are about: all cookies, the name of the consent cookie, whether the
    /// site seals, the GPC signal, the region, and the time in milliseconds.
    pub fn see(&mut self, cookies: String, cookie: String, sealed: bool, gpc: bool, region: &str, now: f64) {
        self.cookies = cookies;
        self.cookie = cookie;
        self.sealed = sealed;
        self.signals = Signals { gpc, region: Region::parse(region) };
        // A conversion by `as` saturates: what is no number becomes 0.
        self.now = Timestamp::from_millis(now as u64);
    }

    #[inline(never)]
    fn visit(&self) -> Visit<'_> {
        self.policy.visit_in_page(&self.cookies, &self.cookie, self.sealed, &self.signals, self.now)
    }

    /// The decision as JSON.
    pub fn decide(&self) -> String {
        self.visit().decision.to_json()
    }

    /// The new consent text that an act makes; `undefined` if there is nothing to write. Ids are separated by spaces.
    /// With `in_page`, what a page that cannot reach its server may store of it: its denials.
    pub fn act(
        &self,
        act: &str,
        method: &str,
        version: f64,
        asked: &str,
        granted: &str,
        in_page: bool,
    ) -> Option<String> {
        let (asked, granted) = (ids(asked), ids(granted));
        let answer = Answer {
            act: Act::from_word(act)?,
            method: Method::from_word(method)?,
            version: PolicyVersion::new(version as u32)?,
            asked: &asked,
            granted: &granted,
        };
        let visit = self.visit();
        if in_page { visit.answer_in_page(&answer) } else { visit.answer(&answer) }
    }

    /// The consent text to store because a signal denied something; `undefined` if there is nothing to store.
    pub fn persist(&self) -> Option<String> {
        self.visit().persist()
    }

    /// How long a cookie with this consent is worth keeping, in seconds; 0 for a text that is no consent.
    pub fn max_age(&self, value: &str) -> f64 {
        let decision = self.visit().decision;
        Consent::decode(value).map_or(0.0, |consent| consent.seconds_left(&decision) as f64)
    }

    /// The names of the cookies that belong to ids not allowed now, separated by spaces.
    pub fn clear(&self) -> String {
        let decision = self.visit().decision;
        let mut names = String::new();
        let present = cookies::pairs(&self.cookies).map(|(name, _)| name);
        crate::text::push_joined(&mut names, decision.cookies_to_clear(present), ' ', String::push_str);
        names
    }

    /// Builds the banner or notice (`kind` is `"prompt"`) or the panel with every choice (`"choices"`) into `parent`.
    pub fn render(&self, parent: &Element, kind: &str, mount: &str) {
        let decision = self.visit().decision;
        let view = View { locale: self.policy.default_locale(), mount, back: "" };
        let Some(mut elements) = elements::Elements::new(parent) else { return };
        if kind == "choices" {
            banner::choices(&decision, view, &mut elements);
        } else {
            banner::banner(&decision, view, &mut elements);
        }
    }
}

fn ids(text: &str) -> Vec<&str> {
    text.split(' ').filter(|id| !id.is_empty()).collect()
}
