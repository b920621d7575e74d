//! What a request or page says besides the consent cookie.

/// What a request or page says besides the consent cookie.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// Whether the visitor sends a Global Privacy Control signal.
    pub gpc: bool,
    /// Where the visitor is, if that is known.
    pub region: Option<Region>,
}

impl Signals {
    /// Whether the field lines of a `Sec-GPC` header say that the signal is on: one line is exactly `1`
    /// (Global Privacy Control, "The Sec-GPC Header Field for HTTP Requests").
    pub fn gpc_from_lines<'a>(lines: impl IntoIterator<Item = &'a [u8]>) -> bool {
        lines.into_iter().any(|line| line.trim_ascii() == b"1")
    }
}

/// A country (ISO 3166-1 alpha-2, `FR`) or a part of one (ISO 3166-2, `US-CA`).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Region {
    code: [u8; 6],
    length: u8,
}

impl Region {
    /// Reads a code, in either case.
    pub fn parse(text: &str) -> Option<Self> {
        let mut code = [0; 6];
        for (place, byte) in text.bytes().enumerate() {
            let fits = match place {
                0 | 1 => byte.is_ascii_alphabetic(),
                2 => byte == b'-',
                _ => byte.is_ascii_alphanumeric(),
            };
            *code.get_mut(place).filter(|_| fits)? = byte.to_ascii_uppercase();
        }
        matches!(text.len(), 2 | 4..=6).then_some(Self { code, length: text.len() as u8 })
    }

    /// The code in capitals.
    pub fn as_str(&self) -> &str {
        core::str::from_utf8(self.code()).unwrap_or("")
    }

    /// The code as bytes: making a text of them costs the WASM module half a kilobyte.
    pub(crate) fn code(&self) -> &[u8] {
        self.code.get(..usize::from(self.length)).unwrap_or_default()
    }

    /// The country of the region, which may be the region itself.
    pub(crate) fn country(&self) -> &[u8] {
        self.code.get(..2).unwrap_or_default()
    }

    /// Whether `self` is `other` or lies in it.
    pub fn is_within(&self, other: &Self) -> bool {
        self == other || self.country() == other.code()
    }
}

impl core::fmt::Debug for Region {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Region({})", self.as_str())
    }
}

/// The language tags of an `Accept-Language` header (RFC 9110 section 12.5.4), best first. `*` and weight 0 are left out.
pub fn accepted_languages(header: &str) -> impl Iterator<Item = &str> {
    // A visitor has a handful of languages; picking the best of the rest each time needs no allocation.
    let weighted = move || {
        header.split(',').take(32).filter_map(|item| {
            let mut parts = item.split(';');
            let tag = parts.next()?.trim();
            let weight = parts.next().and_then(|q| q.trim().strip_prefix("q=")).map_or(1000, thousandths);
            (!tag.is_empty() && tag != "*" && weight > 0).then_some((tag, weight))
        })
    };
    let mut last: Option<(u32, usize)> = None;
    core::iter::from_fn(move || {
        let next = weighted()
            .enumerate()
            .map(|(place, (tag, weight))| (weight, place, tag))
            .filter(|(weight, place, _)| last.is_none_or(|(w, p)| *weight < w || (*weight == w && *place > p)))
            .reduce(|best, candidate| if candidate.0 > best.0 { candidate } else { best })?;
        last = Some((next.0, next.1));
        Some(next.2)
    })
}

/// A quality value (RFC 9110 section 12.4.2) in thousandths; what is not one counts as 0.
fn thousandths(text: &str) -> u32 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    let fraction = fraction.bytes().chain([b'0'; 3]).take(3).fold(0, |sum, byte| sum * 10 + u32::from(byte - b'0'));
    match whole {
        "1" if fraction == 0 => 1000,
        "0" => fraction,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn gpc_is_on_when_one_line_is_exactly_1() {
        let on = |lines: &[&str]| Signals::gpc_from_lines(lines.iter().map(|line| line.as_bytes()));
        for yes in [&["1"][..], &[" 1\t"], &["0", "1"], &["1", "1"]] {
            assert!(on(yes), "{yes:?}");
        }
        for no in [&[][..], &["0"], &[""], &["true"], &["1, 1"], &["11"], &["\"1\""], &["1;a"], &["01"]] {
            assert!(!on(no), "{no:?}");
        }
    }

    #[test]
    fn regions() {
        let within = |a: &str, b: &str| Region::parse(a).unwrap().is_within(&Region::parse(b).unwrap());
        assert!(within("us-ca", "US-CA") && within("US-CA", "US") && within("fr", "FR"));
        assert!(!within("US", "US-CA") && !within("US-CO", "US-CA") && !within("FR", "DE"));
        for bad in ["", "F", "FRA", "U5", "US-", "US-CALI", "US_CA", "ÉU", "T1-é"] {
            assert_eq!(Region::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn languages_best_first() {
        let all = |header| accepted_languages(header).collect::<Vec<_>>();
        assert_eq!(all("da, en-gb;q=0.8, en;q=0.7, *;q=0.1"), ["da", "en-gb", "en"]);
        assert_eq!(all("fr;q=0.5,de;q=0.9,it;q=0,es;q=x,pt;q=0.5"), ["de", "fr", "pt"]);
        assert_eq!(all(""), [""; 0]);
    }
}
