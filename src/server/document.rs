//! Which requests and responses are about HTML: what is asked of an application for them, and what no longer holds of a
//! response that was changed.

use encoding_rs::Encoding;
use http::{HeaderMap, HeaderName, Method, Response, StatusCode, header};

/// What makes a request's answer depend on an earlier one.
const CONDITIONS: [HeaderName; 5] =
    [header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE, header::IF_MATCH, header::RANGE, header::IF_RANGE];

/// What describes the very bytes of a response, and no longer fits them.
const NO_LONGER_TRUE: [HeaderName; 8] = [
    header::CONTENT_LENGTH,
    header::ETAG,
    header::LAST_MODIFIED,
    header::ACCEPT_RANGES,
    HeaderName::from_static("digest"),
    HeaderName::from_static("content-digest"),
    HeaderName::from_static("repr-digest"),
    HeaderName::from_static("content-md5"),
];

/// Why a page in such a charset cannot be looked into.
pub(super) const FOREIGN_CHARSET: &str = "its charset is not one in which ASCII stays ASCII";

/// What a request may be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    /// A whole page, which a visitor will see.
    Page,
    /// HTML that is a part of one, or something that may turn out to be HTML.
    Perhaps,
    /// Something in a page that is no HTML: an image, a script.
    Other,
}

impl Asked {
    pub(super) fn of(method: &Method, headers: &HeaderMap) -> Self {
        let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
        let dest = text(FETCH_DEST);
        if dest.is_some_and(|dest| !matches!(dest, "document" | "iframe" | "frame" | "embed" | "object" | "empty")) {
            return Self::Other;
        }
        let accepts = text(header::ACCEPT).is_some_and(|accept| accept.contains("text/html"));
        // htmx and Turbo ask for fragments.
        let is_fragment = headers.contains_key(HTMX) || headers.contains_key(TURBO);
        let is_read = method == Method::GET || method == Method::HEAD;
        if is_read && accepts && !is_fragment && dest.is_none_or(|dest| dest == "document") {
            Self::Page
        } else {
            Self::Perhaps
        }
    }
}

/// Whether a request may be a visitor's going somewhere, and not a page's for what it needs. Who says neither what for nor
/// what is accepted is believed to be.
pub(super) fn may_be_navigation(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match text(FETCH_DEST) {
        Some(dest) => matches!(dest, "document" | "iframe" | "frame" | "embed" | "object"),
        None => text(header::ACCEPT).is_none_or(|accept| accept.contains("text/html")),
    }
}

/// Takes off a request what would keep the bytes of its answer from being looked into: compression belongs outside.
pub(super) fn ask_for_plain(headers: &mut HeaderMap) {
    headers.remove(header::ACCEPT_ENCODING);
}

/// Takes off a request what would make its answer less than the whole page.
pub(super) fn ask_for_whole(headers: &mut HeaderMap) {
    for name in CONDITIONS {
        headers.remove(name);
    }
}

const FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
const HTMX: HeaderName = HeaderName::from_static("hx-request");
const TURBO: HeaderName = HeaderName::from_static("turbo-frame");

/// What a response is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// HTML that can be looked into, and the encoding it says it has.
    Html(Option<&'static Encoding>),
    /// HTML that cannot be looked into; in words for a log.
    Opaque(&'static str),
    /// Anything else.
    Other,
}

impl Kind {
    pub(super) fn of<B>(response: &Response<B>) -> Self {
        let (status, headers) = (response.status(), response.headers());
        let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
        let content_type = text(header::CONTENT_TYPE).unwrap_or_default();
        let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
        let has_body = !status.is_informational()
            && !status.is_redirection()
            && !matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT);
        let disposition = text(header::CONTENT_DISPOSITION).unwrap_or_default().trim_start();
        if !kind.trim().eq_ignore_ascii_case("text/html") || !has_body || begins(disposition, "attachment") {
            return Self::Other;
        }
        if status == StatusCode::PARTIAL_CONTENT {
            return Self::Opaque("it is a part of a page");
        }
        if text(header::CONTENT_ENCODING).is_some_and(|encoding| !encoding.trim().eq_ignore_ascii_case("identity")) {
            return Self::Opaque("it is encoded; put compression outside of the layer");
        }
        let charset = parameters.split(';').map(str::trim).find(|parameter| begins(parameter, "charset="));
        let charset = charset.and_then(|charset| Some(charset.split_once('=')?.1.trim_matches(['"', '\'', ' '])));
        // What a page says of itself further down is not known yet; it can be no other than one in which ASCII stays
        // ASCII (HTML Standard, "prescan a byte stream to determine its encoding", step 16).
        match charset.and_then(|label| Encoding::for_label(label.as_bytes())) {
            Some(encoding) if !encoding.is_ascii_compatible() => Self::Opaque(FOREIGN_CHARSET),
            encoding => Self::Html(encoding),
        }
    }
}

fn begins(text: &str, with: &str) -> bool {
    text.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with))
}

/// Whether a body begins with a byte order mark that makes it UTF-16, whatever its headers say (Encoding Standard,
/// "BOM sniff").
#[cfg(feature = "html")]
pub(super) fn is_utf16(start: &[u8]) -> bool {
    start.starts_with(&[0xfe, 0xff]) || start.starts_with(&[0xff, 0xfe])
}

/// Makes a response's headers fit a body that was changed.
pub(super) fn forget_bytes(headers: &mut HeaderMap) {
    for name in NO_LONGER_TRUE {
        headers.remove(name);
    }
}
