//! `cookies.txt`, as Netscape had it and curl, wget and browser extensions write it: a cookie a line, seven fields.

use alloc::{borrow::ToOwned, vec::Vec};

use super::{Lifetime, Seen, SeenCookie, Unreadable, host_name, registrable, shown};
use crate::Timestamp;

const FIELDS: &str = "seven fields with tabs between: domain, subdomains, path, secure, expiry, name, value";

impl Seen {
    /// Reads a `cookies.txt`. It says when a cookie ends, not how long it is kept: `recorded` is taken for when it was set. Where
    /// all cookies are of one registrable domain, that is the site's.
    ///
    /// # Errors
    /// At the first line that is neither a cookie nor a comment.
    pub fn from_cookies_txt(text: &str, recorded: Timestamp) -> Result<Self, Unreadable> {
        let now = recorded.as_millis() / 1000;
        let mut seen = Self::default();
        for (text, line) in text.lines().zip(1..) {
            // What looks like a comment there is a cookie that no script can read.
            let text = text.strip_prefix("#HttpOnly_").unwrap_or(text);
            if text.trim().is_empty() || text.starts_with('#') {
                continue;
            }
            let fields: Vec<&str> = text.split('\t').collect();
            let [domain, _, path, _, expires, name, ..] = fields.as_slice() else {
                return Err(Unreadable::new(line, shown(text), FIELDS));
            };
            // Some exporters write fractions of seconds.
            let whole = expires.split('.').next().unwrap_or_default();
            let expires: u64 = whole.parse().map_err(|_| {
                Unreadable::new(line, shown(expires), "when it ends, in seconds since 1970; 0 with the session")
            })?;
            let name = name.trim();
            if name.is_empty() {
                continue;
            }
            let lifetime = match expires {
                0 => Lifetime::Session,
                _ => Lifetime::Seconds(expires.saturating_sub(now)),
            };
            if lifetime != Lifetime::Seconds(0) {
                let path = Some(path.trim().to_owned()).filter(|path| path.starts_with('/') && path != "/");
                seen.add(SeenCookie { name: name.to_owned(), host: host_name(domain), path, lifetime });
            }
        }
        let mut sites = seen.cookies.iter().filter_map(SeenCookie::host).map(registrable);
        if let Some(first) = sites.next().filter(|first| sites.all(|site| site == *first)) {
            seen.site = Some(first.to_owned());
        }
        Ok(seen)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    const RECORDED: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    #[test]
    fn a_cookie_a_line() {
        let text = "# Netscape HTTP Cookie File\n\n.shop.example\tTRUE\t/\tFALSE\t1800086400\t_ga\tGA1\n\
                    #HttpOnly_www.shop.example\tFALSE\t/a\tTRUE\t0\tsession\t7f\nshop.example\tTRUE\t/\tFALSE\t1\told\tx\n\
                    shop.example\tTRUE\t/\tFALSE\t1800000060.5\tempty\n";
        let seen = Seen::from_cookies_txt(text, RECORDED).unwrap();
        assert_eq!(seen.site(), Some("shop.example"));
        let told: Vec<_> =
            seen.cookies().iter().map(|c| (c.name(), c.host().unwrap(), c.path(), c.lifetime())).collect();
        assert_eq!(
            told,
            [
                ("_ga", "shop.example", None, Lifetime::Seconds(86_400)),
                ("session", "www.shop.example", Some("/a"), Lifetime::Session),
                ("empty", "shop.example", None, Lifetime::Seconds(60)),
            ]
        );
    }

    #[test]
    fn what_is_no_cookie_has_a_line() {
        let said = |text: &str| Seen::from_cookies_txt(text, RECORDED).unwrap_err().to_string();
        assert_eq!(
            said("# ok\na b c\n"),
            "line 2: found \"a b c\", expected seven fields with tabs between: domain, subdomains, path, secure, expiry, \
             name, value"
        );
        assert_eq!(
            said("a\tTRUE\t/\tFALSE\tsoon\tb\tc\n"),
            "line 1: found \"soon\", expected when it ends, in seconds since 1970; 0 with the session"
        );
    }
}
