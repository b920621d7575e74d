//! One `Set-Cookie`: whose cookie, and for how long.

use alloc::{
    borrow::ToOwned,
    string::{String, ToString},
};

use cookie::Cookie;

use super::{Lifetime, SeenCookie, host_name};
use crate::{Timestamp, server::name_of};

/// What a `Set-Cookie` sets, as browsers read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SetCookie {
    cookie: SeenCookie,
    deletes: bool,
}

impl SetCookie {
    /// Reads a line's value. `received` is when the response came: `Expires` counts from there. `None` for a line that sets
    /// no cookie that has a name.
    pub fn read(line: &[u8], received: Timestamp) -> Option<Self> {
        let name = String::from_utf8_lossy(name_of(line)).into_owned();
        if name.is_empty() {
            return None;
        }
        let text = String::from_utf8_lossy(line);
        let mut cookie = SeenCookie { name, host: None, path: None, lifetime: Lifetime::Session };
        let mut age = None;
        for attribute in text.split(';').skip(1) {
            let (name, value) = attribute.split_once('=').unwrap_or((attribute, ""));
            let value = value.trim();
            match name.trim().to_ascii_lowercase().as_str() {
                "max-age" => age = max_age(value).or(age),
                // The last of each counts, an empty one too (RFC 6265bis section 5.7).
                "domain" => cookie.host = host_name(value),
                "path" => cookie.path = Some(value.to_owned()).filter(|path| path.starts_with('/') && path != "/"),
                _ => {}
            }
        }
        let seconds = age.or_else(|| {
            let expires = Cookie::parse(text.as_ref()).ok()?.expires_datetime()?;
            let left = expires.unix_timestamp().saturating_sub(received.to_datetime().unix_timestamp());
            // No browser takes a year before 1601 (RFC 6265 section 5.1.1, step 5).
            (expires.year() >= 1601).then(|| u64::try_from(left).unwrap_or(0))
        });
        if let Some(seconds) = seconds {
            cookie.lifetime = Lifetime::Seconds(seconds);
        }
        Some(Self { cookie, deletes: seconds == Some(0) })
    }

    /// The cookie's name; what is no text in it is replaced.
    pub fn name(&self) -> &str {
        &self.cookie.name
    }

    /// How long it is kept.
    pub fn lifetime(&self) -> Lifetime {
        self.cookie.lifetime
    }

    /// Whether it deletes a cookie instead of setting one.
    pub fn deletes(&self) -> bool {
        self.deletes
    }

    /// As a cookie of `host`, unless it says itself whose it is.
    pub(super) fn seen_from(mut self, host: Option<&str>) -> SeenCookie {
        self.cookie.host = self.cookie.host.or_else(|| host.map(ToString::to_string));
        self.cookie
    }
}

/// `None` for what is no number; nothing is kept where it is not positive (RFC 6265bis section 5.6.2).
fn max_age(value: &str) -> Option<u64> {
    let digits = value.strip_prefix('-').unwrap_or(value);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if digits.len() < value.len() { Some(0) } else { Some(value.parse().unwrap_or(u64::MAX)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> SetCookie {
        SetCookie::read(line.as_bytes(), Timestamp::from_millis(1_800_000_000_000)).unwrap()
    }

    #[test]
    fn lifetimes_as_browsers_read_them() {
        let lifetime = |line: &str| read(line).lifetime();
        assert_eq!(lifetime("a=1"), Lifetime::Session);
        assert_eq!(lifetime("a=1; Max-Age=60; max-age = 90"), Lifetime::Seconds(90));
        assert_eq!(lifetime("a=1; Max-Age=60; Max-Age=x"), Lifetime::Seconds(60));
        assert_eq!(lifetime("a=1; Max-Age=99999999999999999999999"), Lifetime::Seconds(u64::MAX));
        // 1,800,000,000 s are 2027-01-15 08:00:00.
        assert_eq!(lifetime("a=1; Expires=Fri, 15 Jan 2027 09:00:00 GMT"), Lifetime::Seconds(3600));
        assert_eq!(lifetime("a=1; Expires=Fri, 15 Jan 2027 09:00:00 GMT; Max-Age=5"), Lifetime::Seconds(5));
        assert_eq!(lifetime("a=1; Expires=tomorrow"), Lifetime::Session);
        for line in ["a=; Max-Age=0", "a=; Max-Age=-5", "a=; Expires=Thu, 01 Jan 1970 00:00:00 GMT"] {
            assert!(read(line).deletes(), "{line}");
        }
    }

    #[test]
    fn whose_it_is() {
        let host = |line: &str| read(line).seen_from(Some("www.shop.example")).host;
        assert_eq!(host("a=1").as_deref(), Some("www.shop.example"));
        assert_eq!(host("a=1; Domain=.Shop.Example").as_deref(), Some("shop.example"));
        assert_eq!(host("a=1; Domain=").as_deref(), Some("www.shop.example"));
        assert_eq!(SetCookie::read(b"no name", Timestamp::from_millis(0)), None);
        assert_eq!(SetCookie::read(b"\xff=1", Timestamp::from_millis(0)).unwrap().name(), "\u{fffd}");
    }
}
