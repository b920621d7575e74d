//! Putting the banner into pages that do not put it in themselves: where it goes, and into which responses.
//!
//! The banner goes right after the start tag of the body. A scan of the bytes finds that place as they pass by: nothing
//! is parsed, held back or copied but the piece of the page that the banner is put into. A page without a body tag stays
//! as it is.

use alloc::string::String;
use core::fmt::Write as _;

use http::{HeaderMap, HeaderName, Method, StatusCode, header, response::Parts};

/// How much of a page is looked at, in bytes.
const MAX_LOOKED_AT: usize = 64 * 1024;

/// What makes a request's answer depend on an earlier one, or arrive in a form that cannot be looked into.
const TAKEN_OFF: [HeaderName; 6] = [
    header::ACCEPT_ENCODING,
    header::IF_NONE_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_MATCH,
    header::RANGE,
    header::IF_RANGE,
];

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

/// Whether a request may be for a whole page, and not for a part of one, or for something in it.
pub(super) fn asks_for_page(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let accepts = text("accept").is_some_and(|accept| accept.contains("text/html"));
    let is_document = text("sec-fetch-dest").is_none_or(|dest| dest == "document");
    // htmx and Turbo ask for fragments.
    let is_fragment = headers.contains_key("hx-request") || headers.contains_key("turbo-frame");
    (method == Method::GET || method == Method::HEAD) && accepts && is_document && !is_fragment
}

/// Takes off a request what would keep the banner out of its answer.
pub(super) fn prepare(headers: &mut HeaderMap) {
    for name in TAKEN_OFF {
        headers.remove(name);
    }
}

/// Why a page does not take the banner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unfit {
    /// It is no page.
    NoPage,
    /// It is one, but its bytes cannot be looked into; in words for a log.
    Opaque(&'static str),
}

/// Whether a response takes the banner, and whether it is in UTF-8.
pub(super) fn takes_banner(response: &Parts) -> Result<bool, Unfit> {
    let text = |name: HeaderName| response.headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let content_type = text(header::CONTENT_TYPE).unwrap_or_default().to_ascii_lowercase();
    let (kind, parameters) = content_type.split_once(';').unwrap_or((&content_type, ""));
    let has_body = !response.status.is_informational()
        && !response.status.is_redirection()
        && !matches!(response.status, StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT);
    let disposition = text(header::CONTENT_DISPOSITION).unwrap_or_default();
    let is_download = disposition.trim_start().to_ascii_lowercase().starts_with("attachment");
    if kind.trim() != "text/html" || !has_body || is_download {
        return Err(Unfit::NoPage);
    }
    if response.status == StatusCode::PARTIAL_CONTENT {
        return Err(Unfit::Opaque("it is a part of a page"));
    }
    if text(header::CONTENT_ENCODING).is_some_and(|encoding| !encoding.trim().eq_ignore_ascii_case("identity")) {
        return Err(Unfit::Opaque("it is encoded; put compression outside of the layer"));
    }
    let charset = parameters.split(';').find_map(|parameter| parameter.trim().strip_prefix("charset="));
    let charset = charset.map(|charset| charset.trim_matches(['"', '\'', ' ']));
    let of_ascii = ["utf-8", "utf8", "us-ascii", "ascii", "iso-8859-", "windows-", "latin1", "koi8-"];
    match charset {
        // What a page says of itself further down is not known yet.
        None => Ok(false),
        Some("utf-8" | "utf8") => Ok(true),
        Some(charset) if of_ascii.iter().any(|known| charset.starts_with(known)) => Ok(false),
        Some(_) => Err(Unfit::Opaque("its charset is not one in which ASCII stays ASCII")),
    }
}

/// Makes a response's headers fit a page with the banner in it.
pub(super) fn adjust(headers: &mut HeaderMap) {
    for name in NO_LONGER_TRUE {
        headers.remove(name);
    }
}

/// The same HTML in ASCII, for pages in other charsets than UTF-8.
pub(super) fn in_ascii(html: &str) -> String {
    let mut out = String::with_capacity(html.len());
    for character in html.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            // Writing to a text does not fail.
            let _ = write!(out, "&#{};", u32::from(character));
        }
    }
    out
}

/// Finds the end of the body's start tag in HTML that comes in pieces.
#[derive(Debug, Default)]
pub(super) struct Finder {
    state: State,
    looked_at: usize,
    /// The last bytes of what is being read: a tag's name, an attribute, or the end of a comment. In lower case.
    recent: [u8; 9],
    length: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// After `<`, in a tag's name.
    Name,
    /// After the name: in a tag, outside of quotes or in some.
    Tag { element: Element, quote: u8 },
    /// In a comment.
    Comment,
    /// In something else that ends with `>`: a doctype, an end tag.
    Other,
    /// In an element whose content is no markup.
    Raw(Element),
    /// In such an element, after `</`.
    RawEnd(Element),
    /// There is nothing more to find.
    Done,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Element {
    Body,
    Script,
    Style,
    Title,
    Textarea,
    Any,
}

impl Element {
    const NAMES: [(&'static [u8], Self); 5] = [
        (b"body", Self::Body),
        (b"script", Self::Script),
        (b"style", Self::Style),
        (b"title", Self::Title),
        (b"textarea", Self::Textarea),
    ];

    fn of(name: &[u8]) -> Self {
        Self::NAMES.iter().find(|(known, _)| *known == name).map_or(Self::Any, |(_, element)| *element)
    }
}

impl Finder {
    /// Whether looking further is of no use.
    pub(super) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// The place in the next piece right after the start tag, if it ends in it.
    pub(super) fn find(&mut self, piece: &[u8]) -> Option<usize> {
        for (place, byte) in piece.iter().enumerate() {
            if self.is_done() {
                return None;
            }
            self.looked_at += 1;
            if self.step(byte.to_ascii_lowercase()) {
                self.state = State::Done;
                return Some(place + 1);
            }
            if self.looked_at >= MAX_LOOKED_AT {
                self.state = State::Done;
            }
        }
        None
    }

    /// Takes a byte; `true` if it ends the start tag of the body.
    fn step(&mut self, byte: u8) -> bool {
        match self.state {
            State::Text if byte == b'<' => self.begin(State::Name),
            State::Text | State::Done => {}
            State::Name => return self.in_name(byte),
            State::Tag { element, quote: 0 } => match byte {
                b'>' => return self.end_of_tag(element),
                // Elsewhere a quote is a character like any other.
                b'"' | b'\'' if self.recent_bytes().ends_with(b"=") => self.state = State::Tag { element, quote: byte },
                byte if byte.is_ascii_whitespace() => {}
                _ => self.remember(byte),
            },
            State::Tag { element, quote } => {
                if byte == quote {
                    self.begin(State::Tag { element, quote: 0 });
                }
            }
            State::Comment => {
                self.remember(byte);
                if self.recent_bytes().ends_with(b"-->") {
                    self.state = State::Text;
                }
            }
            State::Other if byte == b'>' => self.state = State::Text,
            State::Other => {}
            State::Raw(element) => {
                self.remember(byte);
                if self.recent_bytes().ends_with(b"</") {
                    self.begin(State::RawEnd(element));
                }
            }
            State::RawEnd(element) => {
                if byte.is_ascii_alphabetic() {
                    self.remember(byte);
                } else {
                    let ends_name = byte.is_ascii_whitespace() || matches!(byte, b'>' | b'/');
                    let ends = ends_name && Element::of(self.recent_bytes()) == element;
                    let after = if byte == b'>' { State::Text } else { State::Other };
                    self.begin(if ends { after } else { State::Raw(element) });
                    // `<` may begin the end tag that was waited for.
                    self.remember(byte);
                }
            }
        }
        false
    }

    fn in_name(&mut self, byte: u8) -> bool {
        match byte {
            b'!' | b'/' | b'?' if self.length == 0 => {
                self.remember(byte);
                if byte != b'!' {
                    self.state = State::Other;
                }
            }
            // `<!--` begins a comment, what else begins with `<!` is a doctype and the like.
            b'-' if matches!(self.recent_bytes(), b"!" | b"!-") => {
                self.remember(byte);
                if self.recent_bytes() == b"!--" {
                    self.begin(State::Comment);
                    // `<!-->` is a whole comment.
                    self.remember(b'-');
                    self.remember(b'-');
                }
            }
            b'>' if self.recent_bytes().starts_with(b"!") => self.state = State::Text,
            _ if self.recent_bytes().starts_with(b"!") => self.state = State::Other,
            b'>' | b'/' | b' ' | b'\t' | b'\n' | b'\r' | 0x0c if self.length > 0 => {
                let element = Element::of(self.recent_bytes());
                self.begin(State::Tag { element, quote: 0 });
                return byte == b'>' && self.end_of_tag(element);
            }
            b'<' if self.length == 0 => {}
            // `<` and no letter is text.
            _ if self.length == 0 && !byte.is_ascii_alphabetic() => self.state = State::Text,
            _ => self.remember(byte),
        }
        false
    }

    fn end_of_tag(&mut self, element: Element) -> bool {
        self.begin(match element {
            Element::Any | Element::Body => State::Text,
            raw => State::Raw(raw),
        });
        element == Element::Body
    }

    fn begin(&mut self, state: State) {
        self.state = state;
        self.length = 0;
    }

    /// Keeps the last bytes. A name that is longer than any of interest is none of them.
    fn remember(&mut self, byte: u8) {
        if self.length == self.recent.len() {
            self.recent.rotate_left(1);
            self.length -= 1;
        }
        if let Some(place) = self.recent.get_mut(self.length) {
            *place = byte;
            self.length += 1;
        }
    }

    fn recent_bytes(&self) -> &[u8] {
        self.recent.get(..self.length).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    /// With a mark where the banner goes, whatever the pieces the page comes in.
    fn marked(page: &str) -> String {
        let whole = Finder::default().find(page.as_bytes());
        for size in 1..=page.len() {
            let mut finder = Finder::default();
            let mut before = 0;
            let mut found = None;
            for piece in page.as_bytes().chunks(size) {
                if let Some(at) = finder.find(piece) {
                    assert_eq!(found, None);
                    found = Some(before + at);
                }
                before += piece.len();
            }
            assert_eq!(found, whole, "{page} in pieces of {size}");
        }
        let Some((before, after)) = whole.and_then(|at| page.split_at_checked(at)) else { return page.into() };
        alloc::format!("{before}|{after}")
    }

    #[test]
    fn right_after_the_start_tag_of_the_body() {
        for (page, wanted) in [
            ("<body>x", "<body>|x"),
            (
                "<!doctype html><html><head></head><BODY class='a>b' data-x=\"'>\">x",
                "<!doctype html><html><head></head><BODY class='a>b' data-x=\"'>\">|x",
            ),
            ("<body\n>x<body>", "<body\n>|x<body>"),
            ("<bodyguard><body/>", "<bodyguard><body/>|"),
            ("<!-- <body> --><body>", "<!-- <body> --><body>|"),
            ("<!--><body>", "<!--><body>|"),
            ("<!---><body>", "<!---><body>|"),
            ("<!-- > -- <body> --><body>", "<!-- > -- <body> --><body>|"),
            ("<script>'<body>'</scrip></script ><body>", "<script>'<body>'</scrip></script ><body>|"),
            ("<script>a<</script><body>", "<script>a<</script><body>|"),
            ("<style>/*<body>*/</STYLE><body>", "<style>/*<body>*/</STYLE><body>|"),
            (
                "<title><body></title><textarea></title><body></textarea><body>",
                "<title><body></title><textarea></title><body></textarea><body>|",
            ),
            ("<script>'</script'+'><body>'</script><body>", "<script>'</script'+'><body>'</script><body>|"),
            ("a < b <body>", "a < b <body>|"),
            ("<<body>", "<<body>|"),
            ("<?xml version='1'?><body>", "<?xml version='1'?><body>|"),
            ("<p title='<body>'><body>", "<p title='<body>'><body>|"),
            ("</body><body>", "</body><body>|"),
            ("<p title=it's><body>", "<p title=it's><body>|"),
            ("<p title = 'a>' lang=\"<body>\"><body>", "<p title = 'a>' lang=\"<body>\"><body>|"),
        ] {
            assert_eq!(marked(page), wanted);
        }
        for none in ["", "<", "<body", "<p>a fragment</p>", "<!-- <body>", "<script><body>", "<body title='>"] {
            assert_eq!(marked(none), none);
        }
    }

    #[test]
    fn it_gives_up_on_what_is_no_page() {
        let mut finder = Finder::default();
        let piece: Vec<u8> = b"<p>".repeat(MAX_LOOKED_AT / 3 + 1);
        assert_eq!(finder.find(&piece), None);
        assert!(finder.is_done());
        assert_eq!(finder.find(b"<body>"), None);
    }

    #[test]
    fn other_charsets_get_references() {
        assert_eq!(in_ascii("<p>Préférences ✓</p>"), "<p>Pr&#233;f&#233;rences &#10003;</p>");
    }
}
