//! Setting the cookies of a page without a server. The page's document is handed over: looking for it in the global scope
//! would cost a kilobyte. What is read goes to the engine through the script, so the script reads it.

use wasm_bindgen::{JsCast as _, prelude::*};
use web_sys::HtmlDocument;

#[wasm_bindgen]
extern "C" {
    /// A document's cookies without the `catch` of web-sys, which takes half a kilobyte to carry exceptions over.
    #[wasm_bindgen(extends = HtmlDocument)]
    type Cookies;

    #[wasm_bindgen(method, setter, structural)]
    fn set_cookie(this: &Cookies, cookie: &str);
}

/// Sets a cookie; throws where the document may not have any. A page cannot see whether it worked other than by reading
/// back: where cookies are blocked nothing is stored, and nothing is granted.
#[wasm_bindgen]
pub fn write_cookie(document: &HtmlDocument, cookie: &str) {
    document.unchecked_ref::<Cookies>().set_cookie(cookie);
}
