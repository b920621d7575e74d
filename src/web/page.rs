//! What a page without a server reads and writes, through web-sys. The page's objects are handed over: looking for them
//! in the global scope would cost a kilobyte.

use alloc::string::String;

use wasm_bindgen::prelude::*;
use web_sys::{HtmlDocument, Navigator};

use crate::text::push_number;

/// `document.cookie`; empty where it may not be read.
#[wasm_bindgen]
pub fn read_cookies(document: &HtmlDocument) -> String {
    document.cookie().unwrap_or_default()
}

/// Sets a cookie for the whole site, kept for `max_age` seconds; 0 deletes it. A page cannot see whether that worked
/// other than by reading back.
#[wasm_bindgen]
pub fn write_cookie(document: &HtmlDocument, name: &str, value: &str, max_age: f64, secure: bool) {
    let mut cookie = String::from(name);
    cookie.push('=');
    cookie.push_str(value);
    cookie.push_str("; Path=/; SameSite=Lax; Max-Age=");
    push_number(&mut cookie, max_age as u64);
    if secure {
        cookie.push_str("; Secure");
    }
    // Fails where cookies are blocked: then nothing is stored, and nothing is granted.
    let _ = document.set_cookie(&cookie);
}

/// Whether the browser sends a Global Privacy Control signal: `navigator.globalPrivacyControl` is exactly `true`.
#[wasm_bindgen]
pub fn gpc(navigator: &Navigator) -> bool {
    let signal = js_sys::Reflect::get(navigator, &"globalPrivacyControl".into());
    signal.is_ok_and(|signal| signal.as_bool() == Some(true))
}
