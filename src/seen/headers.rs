//! Raw response headers, as `curl -sI` and `curl -v` print them, of one response or several; or `Set-Cookie` lines alone.

use alloc::{string::String, vec::Vec};

use time::{OffsetDateTime, format_description::well_known::Rfc2822};

use super::{Seen, Unreadable, shown};
use crate::Timestamp;

const EXPECTED: &str = "a response header such as `Set-Cookie: a=1`, a line of cookies.txt, or a HAR file";

/// The lines of a response that count, until it ends and its date is known.
#[derive(Default)]
struct Response {
    /// Whether it began with its status line, so that a body may follow.
    whole: bool,
    in_body: bool,
    date: Option<Timestamp>,
    set: Vec<String>,
}

impl Seen {
    /// Reads raw response headers. A response begins with its status line or after an empty one; what follows the empty
    /// line after headers that had a status line is its body, and is passed over.
    ///
    /// # Errors
    /// At the first line that is no header.
    pub fn from_headers(text: &str, recorded: Timestamp) -> Result<Self, Unreadable> {
        let mut seen = Self::default();
        let mut response = Response::default();
        for (text, line) in text.lines().zip(1..) {
            // curl -v marks what it receives, what it sends, and what it says itself.
            let text = match text.get(..1) {
                Some("<") => text.get(1..).unwrap_or_default().trim_start(),
                Some(">" | "*" | "{" | "}") => continue,
                _ => text,
            };
            let text = text.trim_end();
            if text.starts_with("HTTP/") {
                core::mem::take(&mut response).end(&mut seen, recorded);
                response.whole = true;
            } else if response.in_body {
            } else if text.is_empty() {
                if response.whole {
                    response.in_body = true;
                } else {
                    core::mem::take(&mut response).end(&mut seen, recorded);
                }
            } else {
                let header = text.split_once(':').filter(|(name, _)| is_token(name));
                let (name, value) = header.ok_or_else(|| Unreadable::new(line, shown(text), EXPECTED))?;
                if name.eq_ignore_ascii_case("set-cookie") {
                    response.set.push(value.trim().into());
                } else if name.eq_ignore_ascii_case("date") {
                    response.date = http_date(value.trim());
                }
            }
        }
        response.end(&mut seen, recorded);
        Ok(seen)
    }
}

impl Response {
    fn end(self, seen: &mut Seen, recorded: Timestamp) {
        for line in self.set {
            seen.set(line.as_bytes(), None, self.date.unwrap_or(recorded));
        }
    }
}

/// The instant of a `Date` header (RFC 9110 section 5.6.7).
pub(super) fn http_date(value: &str) -> Option<Timestamp> {
    OffsetDateTime::parse(value.trim(), &Rfc2822).ok().map(Timestamp::from)
}

/// RFC 9110 section 5.6.2.
fn is_token(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;
    use crate::seen::Lifetime;

    const RECORDED: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn told(text: &str) -> Vec<(String, Lifetime)> {
        let seen = Seen::from_headers(text, RECORDED).unwrap();
        seen.cookies().iter().map(|cookie| (cookie.name().into(), cookie.lifetime())).collect()
    }

    #[test]
    fn several_responses_each_with_its_date() {
        let text = "HTTP/1.1 301 Moved\r\nSet-Cookie: a=1; Expires=Tue, 24 Nov 2026 11:00:00 GMT\r\n\
                    Date: Tue, 24 Nov 2026 10:00:00 GMT\r\n\r\nHTTP/2 200\r\nset-cookie: b=2\r\n\r\n<html>\n: no header\n\
                    HTTP/2 200\r\nset-cookie: c=3; max-age=5\r\n";
        let wanted = [("a", Lifetime::Seconds(3600)), ("b", Lifetime::Session), ("c", Lifetime::Seconds(5))];
        assert_eq!(told(text), wanted.map(|(name, lifetime)| (name.to_string(), lifetime)));
    }

    #[test]
    fn lines_alone_and_what_curl_adds() {
        let lines = "Set-Cookie: a=1\n\nSet-Cookie: b=1\n";
        assert_eq!(told(lines).len(), 2);
        let verbose = "* Connected\n> GET / HTTP/1.1\n>\n< HTTP/1.1 200 OK\n< Set-Cookie: a=1\n< \n{ [5 bytes data]\n";
        assert_eq!(told(verbose).len(), 1);
    }

    #[test]
    fn what_is_no_header_has_a_line() {
        let fault = Seen::from_headers("Set-Cookie: a=1\n_ga=1; Path=/\n", RECORDED).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "line 2: found \"_ga=1; Path=/\", expected a response header such as `Set-Cookie: a=1`, a line of cookies.txt, \
             or a HAR file"
        );
    }
}
