//! The cookies of a page without a server, through web-sys. The page's document is handed over: looking for it in the
//! global scope would cost a kilobyte.

use alloc::string::String;

use wasm_bindgen::prelude::*;
use web_sys::HtmlDocument;

/// `document.cookie`; empty where it may not be read.
#[wasm_bindgen]
pub fn read_cookies(document: &HtmlDocument) -> String {
    document.cookie().unwrap_or_default()
}

/// Sets a cookie. A page cannot see whether that worked other than by reading back: where cookies are blocked nothing is
/// stored, and nothing is granted.
#[wasm_bindgen]
pub fn write_cookie(document: &HtmlDocument, cookie: &str) {
    let _ = document.set_cookie(cookie);
}
