//! What was seen, sorted by what is known of it.

use alloc::{borrow::ToOwned, collections::BTreeMap, string::String, vec::Vec};

use crate::{
    knowledge::{CommonCategory, Knowledge, Known, KnownService},
    policy::is_cookie_pattern,
    seen::{Lifetime, Seen, SeenCookie, is_own},
};

/// What was seen of one service in one category.
pub(super) struct Group<'a> {
    pub(super) service: &'a KnownService,
    pub(super) category: CommonCategory,
    pub(super) cookies: Vec<Cookie<'a>>,
    pub(super) hosts: Vec<String>,
    /// Where what is said of it was read.
    pub(super) sources: Vec<&'a str>,
}

/// A cookie to declare.
pub(super) struct Cookie<'a> {
    /// As a policy has it, perhaps with a `*` at its end.
    pub(super) name: String,
    pub(super) lifetime: Lifetime,
    pub(super) path: Option<String>,
    pub(super) purpose: Option<&'a str>,
}

#[derive(Default)]
pub(super) struct Found<'a> {
    /// By category, then in the order they were seen.
    pub(super) groups: Vec<Group<'a>>,
    pub(super) open_cookies: Vec<&'a SeenCookie>,
    pub(super) open_hosts: Vec<String>,
}

impl<'a> Found<'a> {
    pub(super) fn sort(seen: &'a Seen, knowledge: &'a Knowledge) -> Self {
        let mut found = Self::default();
        // A cookie belongs to one service: the group and the place of each name that is declared.
        let mut declared: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        for cookie in seen.cookies() {
            // Every draft declares the library's own.
            if is_own(cookie.name()) {
                continue;
            }
            let known = knowledge.cookie_of(cookie.name(), cookie.host());
            match known.and_then(|known| Some((known, declarable(cookie.name(), known)?))) {
                Some((known, name)) => found.declare(&mut declared, cookie, known, name),
                None => found.open_cookies.push(cookie),
            }
        }
        for host in seen.hosts() {
            match knowledge.host(host).filter(|_| is_host(host)) {
                Some(service) => {
                    let group = found.group(service, service.category(), service.source());
                    if let Some(group) = found.groups.get_mut(group) {
                        group.hosts.push(host.clone());
                    }
                }
                None => found.open_hosts.push(host.clone()),
            }
        }
        found.groups.sort_by_key(|group| group.category);
        found
    }

    fn declare(
        &mut self,
        declared: &mut BTreeMap<String, (usize, usize)>,
        seen: &SeenCookie,
        known: Known<'a>,
        name: String,
    ) {
        let path = seen.path().map(ToOwned::to_owned).filter(|path| is_path(path));
        if let Some((group, place)) = declared.get(&name) {
            let cookie = self.groups.get_mut(*group).and_then(|group| group.cookies.get_mut(*place));
            if let Some(cookie) = cookie {
                cookie.lifetime = cookie.lifetime.max(seen.lifetime());
                cookie.path = cookie.path.take().filter(|known| path.as_ref() == Some(known));
            }
            return;
        }
        let group = self.group(known.service(), known.category(), known.source());
        if let Some(place) = self.groups.get(group).map(|group| group.cookies.len()) {
            declared.insert(name.clone(), (group, place));
        }
        if let Some(group) = self.groups.get_mut(group) {
            let purpose = Some(known.description());
            group.cookies.push(Cookie { name, lifetime: seen.lifetime(), path, purpose });
        }
    }

    /// The place of the group of a service in a category.
    fn group(&mut self, service: &'a KnownService, category: CommonCategory, source: &'a str) -> usize {
        let known = self.groups.iter().position(|group| group.service == service && group.category == category);
        let place = known.unwrap_or_else(|| {
            self.groups.push(Group { service, category, cookies: Vec::new(), hosts: Vec::new(), sources: Vec::new() });
            self.groups.len().saturating_sub(1)
        });
        if let Some(group) = self.groups.get_mut(place)
            && !source.is_empty()
            && !group.sources.contains(&source)
        {
            group.sources.push(source);
        }
        place
    }
}

/// How a policy can declare a cookie: by the pattern it is known by, or, where a policy has no such patterns, by its name.
/// `None` where it can by neither.
fn declarable(name: &str, known: Known<'_>) -> Option<String> {
    [known.pattern(), name].into_iter().find(|name| is_cookie_pattern(name) && *name != "*").map(ToOwned::to_owned)
}

/// What a policy takes as a host, and as a path.
fn is_host(host: &str) -> bool {
    let label = |label: &str| !label.is_empty() && label.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    host.split('.').all(label)
}

fn is_path(path: &str) -> bool {
    path.starts_with('/') && path.len() <= 1024 && path.bytes().all(|b| b.is_ascii_graphic() && b != b';')
}
