//! Which requests and responses are about HTML: what is asked of an application for them, and what no longer holds of a
//! response that was changed.

use encoding_rs::Encoding;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode, header};

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

/// The first value of each header, in one pass: there are few of them, and each look-up in a map hashes its name.
fn first<'a, const COUNT: usize>(
    headers: &'a HeaderMap,
    names: &[HeaderName; COUNT],
) -> [Option<&'a HeaderValue>; COUNT] {
    let mut found = [None; COUNT];
    for (name, value) in headers {
        for (_, found) in names.iter().zip(&mut found).filter(|(wanted, _)| *wanted == name) {
            found.get_or_insert(value);
        }
    }
    found
}

/// Removes headers that mostly are not there.
fn remove(headers: &mut HeaderMap, names: &[HeaderName]) {
    if headers.keys().any(|name| names.contains(name)) {
        for name in names {
            headers.remove(name);
        }
    }
}

/// A value as text; one that is none says nothing.
fn text(value: Option<&HeaderValue>) -> Option<&str> {
    value.map(|value| value.to_str().unwrap_or_default())
}

/// What a request is for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Purpose {
    pub(super) asked: Asked,
    /// Whether it may be a visitor's going somewhere, and not a page's for what it needs. Who says neither what for nor what
    /// is accepted is believed to be.
    pub(super) is_navigation: bool,
}

impl Purpose {
    pub(super) fn of(method: &Method, headers: &HeaderMap) -> Self {
        let dest = text(headers.get(FETCH_DEST));
        let accepts = || text(headers.get(header::ACCEPT)).map(|accept| accept.contains("text/html"));
        let (asked, is_navigation) = match dest {
            Some("document") => (Self::page_or_part(method, headers, accepts().unwrap_or(false)), true),
            Some("iframe" | "frame" | "embed" | "object") => (Asked::Perhaps, true),
            Some("empty") => (Asked::Perhaps, false),
            Some(_) => (Asked::Other, false),
            None => {
                let accepts = accepts();
                (Self::page_or_part(method, headers, accepts.unwrap_or(false)), accepts.unwrap_or(true))
            }
        };
        Self { asked, is_navigation }
    }

    fn page_or_part(method: &Method, headers: &HeaderMap, accepts_html: bool) -> Asked {
        let is_read = method == Method::GET || method == Method::HEAD;
        // htmx and Turbo ask for fragments.
        let is_fragment = || headers.contains_key(HTMX) || headers.contains_key(TURBO);
        if is_read && accepts_html && !is_fragment() { Asked::Page } else { Asked::Perhaps }
    }
}

/// Takes off a request what would keep the bytes of its answer from being looked into: compression belongs outside.
pub(super) fn ask_for_plain(headers: &mut HeaderMap) {
    remove(headers, &[header::ACCEPT_ENCODING]);
}

/// Takes off a request what would make its answer less than the whole page.
pub(super) fn ask_for_whole(headers: &mut HeaderMap) {
    remove(headers, &CONDITIONS);
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
        let [content_type, disposition, encoding] =
            first(headers, &[header::CONTENT_TYPE, header::CONTENT_DISPOSITION, header::CONTENT_ENCODING]);
        let content_type = text(content_type).unwrap_or_default();
        let (kind, parameters) = content_type.split_once(';').unwrap_or((content_type, ""));
        let has_body = !status.is_informational()
            && !status.is_redirection()
            && !matches!(status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT);
        let disposition = text(disposition).unwrap_or_default().trim_start();
        if !kind.trim().eq_ignore_ascii_case("text/html") || !has_body || begins(disposition, "attachment") {
            return Self::Other;
        }
        if status == StatusCode::PARTIAL_CONTENT {
            return Self::Opaque("it is a part of a page");
        }
        if text(encoding).is_some_and(|encoding| !encoding.trim().eq_ignore_ascii_case("identity")) {
            return Self::Opaque("it is encoded; put compression outside of the layer");
        }
        if parameters.trim_start() == "charset=utf-8" {
            // What most pages say.
            return Self::Html(Some(encoding_rs::UTF_8));
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
    remove(headers, &NO_LONGER_TRUE);
}
