//! The region of a visitor, from headers that the proxy in front sets.

use alloc::format;

use http::HeaderMap;

use super::origin::{Line, single};
use crate::signals::Region;

/// A region's code in one header.
pub(super) fn from_one(headers: &HeaderMap, name: &str) -> Option<Region> {
    let Line::Text(code) = single(headers, name) else { return None };
    // Cloudflare's word for a country it does not know; its `T1` is no code.
    Region::parse(code).filter(|region| region.country() != b"XX")
}

/// A country in one header, its subdivision in another.
pub(super) fn from_two(headers: &HeaderMap, country: &str, subdivision: &str) -> Option<Region> {
    let country = from_one(headers, country).filter(|region| region.country() == region.code())?;
    match single(headers, subdivision) {
        Line::Absent => Some(country),
        Line::Text(part) => Region::parse(&format!("{}-{part}", country.as_str())),
        Line::Bad => None,
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use http::HeaderValue;

    use super::*;
    use crate::{Policy, server::Site};

    fn headers(lines: &[(&'static str, &'static [u8])]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_bytes(value).unwrap());
        }
        headers
    }

    fn region_of(site: &Site, lines: &[(&'static str, &'static [u8])]) -> Option<String> {
        site.signals(&headers(lines)).region.map(|region| region.as_str().into())
    }

    fn site() -> Site {
        Site::new(Policy::builder("shop").build().unwrap())
    }

    #[test]
    fn one_header() {
        let site = site().region_header("X-Region");
        for (value, expected) in [
            (&b"FR"[..], Some("FR")),
            (b"fr", Some("FR")),
            (b"US-CA", Some("US-CA")),
            (b"XX", None),
            (b"xx", None),
            (b"T1", None),
            (b"", None),
            (b"F", None),
            (b"FRA", None),
            (b"US-", None),
            (b"US-CALI", None),
            (b"US, FR", None),
            (b"US;CA", None),
            (b"\xff\xfe", None),
        ] {
            assert_eq!(region_of(&site, &[("x-region", value)]).as_deref(), expected, "{value:?}");
        }
        assert_eq!(region_of(&site, &[]), None);
        assert_eq!(region_of(&site, &[("x-region", b"US"), ("x-region", b"US")]), None);
        assert_eq!(region_of(&site, &[("x-country", b"US")]), None);
    }

    #[test]
    fn two_headers() {
        let site = site().region_headers("cf-ipcountry", "cf-region-code");
        for (country, part, expected) in [
            (&b"US"[..], &b"CA"[..], Some("US-CA")),
            (b"us", b"ca", Some("US-CA")),
            (b"GB", b"ENG", Some("GB-ENG")),
            (b"FR", b"75", Some("FR-75")),
            (b"US", b"", None),
            (b"US", b"CALI", None),
            (b"US", b"US-CA", None),
            (b"US", b"C A", None),
            (b"US", b"\xff", None),
            (b"XX", b"CA", None),
            (b"T1", b"CA", None),
            (b"", b"CA", None),
            (b"US-CA", b"CA", None),
        ] {
            let lines = [("cf-ipcountry", country), ("cf-region-code", part)];
            assert_eq!(region_of(&site, &lines).as_deref(), expected, "{country:?} {part:?}");
        }
        assert_eq!(region_of(&site, &[("cf-ipcountry", b"US")]).as_deref(), Some("US"));
        assert_eq!(region_of(&site, &[("cf-region-code", b"CA")]), None);
        let twice = [("cf-ipcountry", &b"US"[..]), ("cf-region-code", b"CA"), ("cf-region-code", b"NY")];
        assert_eq!(region_of(&site, &twice), None);
    }

    #[test]
    fn a_name_that_is_no_headers_is_never_there() {
        for name in ["", "no header", "x\r\ny"] {
            assert_eq!(region_of(&site().region_header(name), &[("x-region", b"FR")]), None);
        }
    }

    #[test]
    fn what_says_nothing_gets_the_strictest_regime() {
        let policy = Policy::builder("shop").build().unwrap();
        let site = site().region_headers("cf-ipcountry", "cf-region-code");
        for (lines, expected) in [
            (&[("cf-ipcountry", &b"US"[..]), ("cf-region-code", b"CA")][..], "us-ca"),
            (&[("cf-ipcountry", b"US"), ("cf-region-code", b"")], "eu"),
            (&[("cf-ipcountry", b"T1")], "eu"),
            (&[], "eu"),
        ] {
            assert_eq!(policy.regime(site.signals(&headers(lines)).region).id(), expected, "{lines:?}");
        }
    }
}
