//! Putting texts into a page whose bytes pass by: into its head, and at the start of its body.
//!
//! The head's text goes right after the start tag of the head, the body's right after that of the body; without a head
//! tag both go there, and without a body tag, which HTML allows, at the end of a page that begins as one. A scan of the
//! bytes finds these places: nothing is parsed or held back, and of a long page only its beginning is copied.

use alloc::string::String;
use core::fmt::Write as _;

use bytes::{Bytes, BytesMut};
use memchr::memchr;

/// How much of a page is looked at, in bytes.
const MAX_LOOKED_AT: usize = 64 * 1024;

/// How much of it says whether it begins as a page.
const MAX_START: usize = 64;

/// What is shorter is copied rather than sent apart.
const MIN_APART: usize = 2048;

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

/// What is put into a page.
#[derive(Debug, Default)]
pub(super) struct Insertion {
    finder: Finder,
    head: Bytes,
    body: Bytes,
    /// How the page begins.
    start: BytesMut,
    /// What follows the last text in the piece it was put into.
    rest: Bytes,
}

impl Insertion {
    pub(super) fn new(head: Bytes, body: Bytes) -> Self {
        Self { head, body, ..Self::default() }
    }

    /// Whether what comes from here on passes as it is.
    pub(super) fn is_idle(&self) -> bool {
        self.is_done() && self.rest.is_empty()
    }

    /// Whether there is nothing more to put in.
    fn is_done(&self) -> bool {
        self.head.is_empty() && self.body.is_empty()
    }

    /// What goes out for the last piece besides.
    pub(super) fn more(&mut self) -> Bytes {
        core::mem::take(&mut self.rest)
    }

    /// Puts what belongs there into a piece of the page.
    pub(super) fn take(&mut self, piece: Bytes) -> Bytes {
        if !self.rest.is_empty() {
            // Nobody asked for it.
            return [self.more(), piece].concat().into();
        }
        let mut rest = piece.clone();
        let mut page = BytesMut::new();
        while !self.is_done() {
            let Some((at, place)) = self.finder.find(&rest) else { break };
            page.reserve(at + self.head.len() + self.body.len());
            page.extend_from_slice(&rest.split_to(at));
            page.extend_from_slice(&core::mem::take(&mut self.head));
            if place == Place::Body {
                page.extend_from_slice(&core::mem::take(&mut self.body));
            }
        }
        if !self.is_done() {
            // What goes in may have to go to the end, if it is a page's.
            let missing = MAX_START.saturating_sub(self.start.len());
            self.start.extend_from_slice(piece.get(..missing).unwrap_or(&piece));
        }
        if page.is_empty() {
            return rest;
        }
        if self.is_done() && rest.len() >= MIN_APART {
            self.rest = rest;
        } else {
            page.extend_from_slice(&rest);
        }
        page.freeze()
    }

    /// What belongs at the end of the page: all of it, where no tag said where it goes.
    pub(super) fn end(&mut self) -> Bytes {
        if !self.rest.is_empty() || !begins_as_page(&self.start) {
            return self.more();
        }
        let mut rest = BytesMut::from(core::mem::take(&mut self.head));
        rest.extend_from_slice(&core::mem::take(&mut self.body));
        rest.freeze()
    }
}

/// Whether HTML begins as a whole page does, and not as a part of one.
fn begins_as_page(start: &[u8]) -> bool {
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start).trim_ascii_start();
    let begins = |with: &[u8]| start.get(..with.len()).is_some_and(|start| start.eq_ignore_ascii_case(with));
    begins(b"<!doctype html") || begins(b"<html")
}

fn last(bytes: &[u8], count: usize) -> &[u8] {
    bytes.get(bytes.len().saturating_sub(count)..).unwrap_or_default()
}

/// Where a text goes: after the start tag of the head or of the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Head,
    Body,
}

/// Finds the ends of the head's and the body's start tags in HTML that comes in pieces.
#[derive(Debug, Default)]
struct Finder {
    state: State,
    looked_at: usize,
    /// The last bytes of what is being read: a tag's name, or the end of a comment. In lower case.
    recent: [u8; 9],
    length: usize,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    #[default]
    Text,
    /// After `<`, in a tag's name.
    Name,
    /// After the name: in a tag, outside of quotes or in some, after a byte that is no white space.
    Tag { element: Element, quote: u8, before: u8 },
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
    Head,
    Body,
    Script,
    Style,
    Title,
    Textarea,
    Any,
}

impl Element {
    const NAMES: [(&'static [u8], Self); 6] = [
        (b"head", Self::Head),
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
    /// The next such place in a piece, which ends right after it; the rest of the piece comes next.
    fn find(&mut self, piece: &[u8]) -> Option<(usize, Place)> {
        let mut at = 0;
        while self.state != State::Done {
            at += self.skip(piece.get(at..)?);
            let byte = piece.get(at)?;
            at += 1;
            self.looked_at += 1;
            let place = self.step(byte.to_ascii_lowercase());
            if place == Some(Place::Body) || self.looked_at >= MAX_LOOKED_AT {
                self.state = State::Done;
            }
            if let Some(place) = place {
                return Some((at, place));
            }
        }
        None
    }

    /// Passes over what says nothing in this state, and keeps what the next byte is read by. Says how much that is.
    fn skip(&mut self, piece: &[u8]) -> usize {
        let piece = piece.get(..MAX_LOOKED_AT - self.looked_at).unwrap_or(piece);
        let next = match self.state {
            State::Text => memchr(b'<', piece),
            State::Tag { element, quote, before } => return self.skip_in_tag(element, quote, before, piece),
            State::Comment | State::Other => memchr(b'>', piece),
            State::Raw(_) if !self.recent_bytes().ends_with(b"<") => memchr(b'<', piece),
            State::Name if self.recent_bytes().iter().chain(piece).next().is_some_and(u8::is_ascii_alphabetic) => {
                piece.iter().position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'))
            }
            _ => return 0,
        };
        let skipped = piece.get(..next.unwrap_or(piece.len())).unwrap_or_default();
        let kept = match self.state {
            // Whether the comment ends.
            State::Comment => (skipped, 2),
            State::Name => (skipped, self.recent.len()),
            _ => (skipped, 0),
        };
        for byte in last(kept.0, kept.1) {
            self.remember(byte.to_ascii_lowercase());
        }
        self.looked_at += skipped.len();
        skipped.len()
    }

    /// Passes over a tag's attributes, up to its `>`. A loop of its own: their values are many and short.
    fn skip_in_tag(&mut self, element: Element, mut quote: u8, mut before: u8, piece: &[u8]) -> usize {
        let mut at = 0;
        loop {
            let rest = piece.get(at..).unwrap_or_default();
            let next = match quote {
                0 => rest.iter().position(|byte| matches!(byte, b'>' | b'"' | b'\'')),
                _ => rest.iter().position(|byte| *byte == quote),
            };
            let passed = rest.get(..next.unwrap_or(rest.len())).unwrap_or_default();
            at += passed.len();
            if let Some(last) = passed.trim_ascii_end().last().filter(|_| quote == 0) {
                before = *last;
            }
            match next.and_then(|next| rest.get(next)) {
                None => break,
                Some(b'>') if quote == 0 => break,
                Some(byte) if quote == 0 && before == b'=' => quote = *byte,
                // Elsewhere a quote is a character like any other.
                Some(byte) if quote == 0 => before = *byte,
                Some(_) => (quote, before) = (0, 0),
            }
            at += 1;
        }
        self.state = State::Tag { element, quote, before };
        self.looked_at += at;
        at
    }

    /// Takes a byte; a place if it ends a start tag that is looked for.
    fn step(&mut self, byte: u8) -> Option<Place> {
        match self.state {
            State::Text if byte == b'<' => self.begin(State::Name),
            State::Text | State::Done => {}
            State::Name => return self.in_name(byte),
            State::Tag { element, quote: 0, .. } if byte == b'>' => return self.end_of_tag(element),
            State::Tag { .. } => {}
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
        None
    }

    fn in_name(&mut self, byte: u8) -> Option<Place> {
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
                self.begin(State::Tag { element, quote: 0, before: 0 });
                return if byte == b'>' { self.end_of_tag(element) } else { None };
            }
            b'<' if self.length == 0 => {}
            // `<` and no letter is text.
            _ if self.length == 0 && !byte.is_ascii_alphabetic() => self.state = State::Text,
            _ => self.remember(byte),
        }
        None
    }

    fn end_of_tag(&mut self, element: Element) -> Option<Place> {
        self.begin(match element {
            Element::Any | Element::Head | Element::Body => State::Text,
            raw => State::Raw(raw),
        });
        match element {
            Element::Head => Some(Place::Head),
            Element::Body => Some(Place::Body),
            _ => None,
        }
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
    use super::*;

    /// A page with `h` and `|` put in, in pieces of `size`.
    fn in_pieces(page: &str, size: usize, head: &'static str) -> String {
        let mut insertion = Insertion::new(Bytes::from_static(head.as_bytes()), Bytes::from_static(b"|"));
        let mut out = BytesMut::new();
        for piece in page.as_bytes().chunks(size) {
            out.extend_from_slice(&insertion.take(Bytes::copy_from_slice(piece)));
        }
        out.extend_from_slice(&insertion.end());
        String::from_utf8(out.to_vec()).unwrap()
    }

    /// The same whatever the pieces are.
    fn with(page: &str, head: &'static str) -> String {
        let whole = in_pieces(page, page.len().max(1), head);
        for size in 1..page.len() {
            assert_eq!(in_pieces(page, size, head), whole, "in pieces of {size}");
        }
        whole
    }

    #[test]
    fn the_rest_of_a_long_page_goes_out_uncopied_or_with_what_is_next() {
        let page = Bytes::from(String::from("<html><body>") + &"long ".repeat(1000));
        let insertion = || Insertion::new(Bytes::from_static(b"h"), Bytes::from_static(b"|"));

        let mut asked = insertion();
        assert_eq!(asked.take(page.clone()), "<html><body>h|");
        assert!(!asked.is_idle());
        let more = asked.more();
        assert_eq!((more.len(), more.as_ptr()), (5000, page.slice(12..).as_ptr()));
        assert!(asked.is_idle());
        assert_eq!((asked.take("end".into()), asked.more(), asked.end()), ("end".into(), "".into(), "".into()));

        for (next, wanted) in [(true, "long end"), (false, "long long ")] {
            let mut unasked = insertion();
            let mut out = BytesMut::from(unasked.take(page.clone()));
            if next {
                out.extend_from_slice(&unasked.take("end".into()));
            }
            out.extend_from_slice(&unasked.end());
            assert!(out.starts_with(b"<html><body>h|long ") && out.ends_with(wanted.as_bytes()));
            assert_eq!(out.len(), page.len() + 2 + if next { 3 } else { 0 });
        }
    }

    fn marked(page: &str) -> String {
        with(page, "")
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
    fn the_head_comes_first() {
        for (page, wanted) in [
            ("<head>x</head><body>y", "<head>hx</head><body>|y"),
            ("<!doctype html><HEAD\tlang='>'><header><body>", "<!doctype html><HEAD\tlang='>'>h<header><body>|"),
            ("<header><body>", "<header><body>h|"),
            ("<head><head><body>", "<head>h<head><body>|"),
            ("<!-- <head> --><body>", "<!-- <head> --><body>h|"),
        ] {
            assert_eq!(with(page, "h"), wanted);
        }
    }

    #[test]
    fn a_page_without_tags_gets_all_at_its_end() {
        assert_eq!(
            with("\u{feff} <!DOCTYPE html><title>x</title>y", "h"),
            "\u{feff} <!DOCTYPE html><title>x</title>yh|"
        );
        assert_eq!(with("<html lang=en><p>y", "h"), "<html lang=en><p>yh|");
        assert_eq!(with("<html lang=en><head><p>y", "h"), "<html lang=en><head>h<p>y|");
        assert_eq!(with("<p>y", "h"), "<p>y");
    }

    #[test]
    fn it_gives_up_on_what_is_no_page() {
        let piece = b"<p>".repeat(MAX_LOOKED_AT / 3 + 1);
        let mut insertion = Insertion::new(Bytes::new(), Bytes::from_static(b"|"));
        assert_eq!(insertion.take(piece.clone().into()), piece);
        assert_eq!(insertion.take(Bytes::from_static(b"<body>")), "<body>");
        assert_eq!(insertion.end(), "");
    }

    #[test]
    fn other_charsets_get_references() {
        assert_eq!(in_ascii("<p>Préférences ✓</p>"), "<p>Pr&#233;f&#233;rences &#10003;</p>");
    }
}
