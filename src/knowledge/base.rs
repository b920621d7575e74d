//! Reading the library's own base; its grammar is told at the head of `base.txt`.

use alloc::{borrow::ToOwned, string::String};

use super::{CommonCategory, Entry, Knowledge, KnownService};

pub(super) const BUILT_IN: &str = include_str!("base.txt");

/// The first words of a base: what it is, and the version of its grammar.
const HEADER: &str = "consentry-knowledge 1";

/// Why a base cannot be read, and in which line, from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BadLine {
    pub(super) line: usize,
    pub(super) expected: &'static str,
}

pub(super) fn read(text: &str) -> Result<Knowledge, BadLine> {
    let mut lines = text.lines().zip(1..);
    if lines.next().is_none_or(|(first, _)| first != HEADER) {
        return Err(BadLine { line: 1, expected: "`consentry-knowledge 1`" });
    }
    let mut base = Knowledge::default();
    let mut source = String::new();
    for (text, line) in lines.filter(|(text, _)| !text.is_empty() && !text.starts_with('#')) {
        let bad = |expected| BadLine { line, expected };
        let (word, rest) = text.split_once(' ').ok_or(bad("a word and what it says"))?;
        let newest = base.services.len().wrapping_sub(1);
        match word {
            "dated" => base.dated = rest.to_owned(),
            "service" => {
                source.clear();
                base.services.push(service(rest).ok_or(bad("ID | NAME | VENDOR | CATEGORY | PURPOSE"))?);
            }
            "why" => {
                let service = base.services.last_mut().ok_or(bad("a service before it"))?;
                service.justification = Some(rest.to_owned());
            }
            "hosts" => {
                for host in rest.split(' ') {
                    if base.hosts.insert(host.to_owned(), newest).is_some() {
                        return Err(bad("a host that no service has yet"));
                    }
                }
            }
            "source" | "quoted" => {
                rest.clone_into(&mut source);
                let service = base.services.last_mut().ok_or(bad("a service before it"))?;
                if service.source.is_empty() {
                    rest.clone_into(&mut service.source);
                }
            }
            "cookie" => {
                let service = base.services.last().ok_or(bad("a service before it"))?;
                if source.is_empty() {
                    return Err(bad("a source before it"));
                }
                let entry = cookie(rest, newest, service.category, &source);
                base.add(entry.ok_or(bad("NAME, perhaps a category, and a description, with ` | ` between"))?);
            }
            _ => return Err(bad("dated, service, why, hosts, source, quoted or cookie")),
        }
    }
    Ok(base)
}

fn service(text: &str) -> Option<KnownService> {
    let mut fields = text.split(" | ").map(ToOwned::to_owned);
    let service = KnownService {
        id: fields.next()?,
        name: fields.next()?,
        vendor: Some(fields.next()?).filter(|vendor| vendor != "-"),
        category: CommonCategory::from_word(&fields.next()?)?,
        purpose: fields.next()?,
        justification: None,
        source: String::new(),
    };
    fields.next().is_none().then_some(service)
}

fn cookie(text: &str, service: usize, usual: CommonCategory, source: &str) -> Option<Entry> {
    let (name, rest) = text.split_once(" | ")?;
    let (category, description) = match rest.split_once(" | ") {
        Some((category, description)) => (CommonCategory::from_word(category)?, description),
        None => (usual, rest),
    };
    let (pattern, domain) = match name.split_once('@') {
        Some((pattern, domain)) => (pattern, Some(domain.to_owned())),
        None => (name, None),
    };
    Some(Entry {
        pattern: pattern.to_owned(),
        domain,
        service,
        category,
        description: description.to_owned(),
        source: source.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use alloc::{
        collections::BTreeSet,
        format,
        string::{String, ToString},
    };

    use super::*;
    use crate::policy::is_id;

    #[test]
    fn the_built_in_base_keeps_its_grammar() {
        let base = read(BUILT_IN).unwrap();
        assert!(time::Date::parse(base.dated(), time::macros::format_description!("[year]-[month]-[day]")).is_ok());
        assert!(base.entries.len() >= 200, "{}", base.entries.len());
        let mut ids = BTreeSet::new();
        for service in &base.services {
            assert!(is_id(&service.id), "{}", service.id);
            assert!(ids.insert(&service.id), "{} is there twice", service.id);
            assert!(service.source.starts_with("https://"), "{} has no source", service.id);
            assert!(service.purpose.ends_with('.'), "{}", service.purpose);
            let necessary = service.category == CommonCategory::Necessary;
            assert_eq!(service.justification.is_some(), necessary, "{}", service.id);
        }
        for host in base.hosts.keys() {
            let label = |label: &str| label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
            assert!(host.contains('.') && host.split('.').all(label), "{host}");
        }
        let mut names = BTreeSet::new();
        for entry in &base.entries {
            assert!(names.insert((&entry.pattern, &entry.domain)), "{} is there twice", entry.pattern);
            assert!(entry.pattern.matches('*').count() <= 1, "{}", entry.pattern);
            assert!(entry.pattern.bytes().all(|b| b.is_ascii_graphic() && !b"\"(),/:;<=>?@[\\]{}".contains(&b)));
            assert!(entry.pattern.trim_matches('*').len() >= 2, "{} says too little", entry.pattern);
            assert!(entry.description.ends_with('.'), "{}", entry.description);
            assert!(entry.source.starts_with("https://"), "{}", entry.source);
        }
    }

    /// Reports go into headers, and a policy's texts into pages.
    #[test]
    fn the_built_in_base_is_plain() {
        assert!(BUILT_IN.bytes().all(|byte| byte == b'\n' || byte == b' ' || byte.is_ascii_graphic()));
    }

    #[test]
    fn what_is_wrong_has_a_line() {
        let start = "consentry-knowledge 1\nservice a | A | - | statistics | P.\n";
        let wrong = |rest: &str| read(&format!("{start}{rest}")).unwrap_err().line;
        assert_eq!(read("").unwrap_err().line, 1);
        assert_eq!(read("consentry-knowledge 2\n").unwrap_err().line, 1);
        assert_eq!(wrong("cookie a | A.\n"), 3, "no source");
        assert_eq!(wrong("source https://a.example/\ncookie a | other | A.\n"), 4);
        assert_eq!(wrong("\nwhat is this\n"), 4);
        assert_eq!(wrong("service b | B\n"), 3);
        assert_eq!(wrong("hosts a.example a.example\n"), 3);
        let orphan: String = "consentry-knowledge 1\nwhy so\n".to_string();
        assert_eq!(read(&orphan).unwrap_err().line, 2);
    }
}
