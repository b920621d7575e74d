//! `Link` headers (RFC 8288).

use alloc::vec::Vec;

use http::{HeaderMap, HeaderValue, header};

use super::loads::is_loading;

/// Keeps the links of a response whose address is to be kept. A line that has none to drop stays byte for byte; one that
/// cannot be read is dropped.
pub(super) fn retain(headers: &mut HeaderMap, mut keeps: impl FnMut(&str) -> bool) {
    let lines: Vec<HeaderValue> = headers.get_all(header::LINK).iter().cloned().collect();
    headers.remove(header::LINK);
    for line in lines {
        let Ok(text) = core::str::from_utf8(line.as_bytes()) else { continue };
        let all: Vec<&str> = split(text, ',').collect();
        let kept: Vec<&str> = all.iter().copied().filter(|link| address(link).is_some_and(&mut keeps)).collect();
        if kept.len() == all.len() {
            headers.append(header::LINK, line);
        } else if let Ok(line) = HeaderValue::from_str(&kept.join(", "))
            && !line.is_empty()
        {
            headers.append(header::LINK, line);
        }
    }
}

/// The addresses of the links that make a browser load or connect.
pub(super) fn loading(headers: &HeaderMap) -> Vec<&str> {
    let lines = headers.get_all(header::LINK).iter().filter_map(|line| core::str::from_utf8(line.as_bytes()).ok());
    lines.flat_map(|line| split(line, ',')).filter(|link| is_loading(relations(link))).filter_map(address).collect()
}

/// What a link says of its relation.
fn relations(link: &str) -> &str {
    let rel = split(link, ';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("rel").then(|| value.trim().trim_matches('"'))
    });
    rel.unwrap_or_default()
}

/// What is between the angle brackets at the start of a link.
fn address(link: &str) -> Option<&str> {
    link.strip_prefix('<')?.split_once('>').map(|(address, _)| address)
}

/// The links of a line, or the parts of a link: a comma or semicolon within brackets or quotes ends none.
fn split(line: &str, end: char) -> impl Iterator<Item = &str> {
    let (mut in_brackets, mut in_quotes, mut escaped) = (false, false, false);
    let links = line.split(move |character: char| {
        let ends = character == end && !in_brackets && !in_quotes;
        match character {
            _ if escaped => escaped = false,
            '\\' if in_quotes => escaped = true,
            '"' if !in_brackets => in_quotes = !in_quotes,
            '<' if !in_quotes => in_brackets = true,
            '>' if !in_quotes => in_brackets = false,
            _ => {}
        }
        ends
    });
    links.map(str::trim).filter(|link| !link.is_empty())
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    #[test]
    fn links_are_dropped_one_by_one() {
        let after = |lines: &[&'static str]| {
            let mut headers: HeaderMap =
                lines.iter().map(|line| (header::LINK, HeaderValue::from_static(line))).collect();
            retain(&mut headers, |address| !address.contains("ads"));
            let lines = headers.get_all(header::LINK).iter().map(|line| String::from(line.to_str().unwrap()));
            lines.collect::<Vec<_>>()
        };
        assert_eq!(after(&["</a>;rel=preload ,<//ads,x>; rel=preload, </b>"]), ["</a>;rel=preload, </b>"]);
        assert_eq!(after(&["</a>; title=\"<,\\\"//ads\" ,, </b>"]), ["</a>; title=\"<,\\\"//ads\" ,, </b>"]);
        assert_eq!(after(&["<//ads>", "</a>", "nonsense"]), ["</a>"]);
    }
    #[test]
    fn only_some_links_load() {
        let lines = [
            "</a>; rel=preload, <//b;c,d>; title=\"; rel=icon\"; REL = \"next preconnect\"",
            "</e>; rel=canonical, </f>, </g>; title=rel; rel=\"stylesheet\"; rel=next",
        ];
        let headers: HeaderMap = lines.iter().map(|line| (header::LINK, HeaderValue::from_static(line))).collect();
        assert_eq!(loading(&headers), ["/a", "//b;c,d", "/g"]);
    }
}
