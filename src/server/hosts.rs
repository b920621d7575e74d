//! Which service a URL in a page belongs to, by the hosts that services declare.

use alloc::{
    format,
    string::{String, ToString},
};
use http::{HeaderMap, Uri};
use memchr::{memchr_iter, memchr3};
use url::Url;

use super::origin::host;
use crate::policy::{Policy, Service};

/// Stands for the host of a page that does not tell it (RFC 2606 section 2).
const NO_HOST: &str = "invalid";

/// Tells whose the URLs of one page are.
#[derive(Clone, Debug)]
pub(super) struct Hosts {
    policy: Policy,
    base: Option<Url>,
    /// The place of the service that declares the base's host: most of what a page loads is there.
    own: Option<usize>,
}

impl Hosts {
    /// For the page that a request asks for.
    pub(super) fn of_page(policy: &Policy, uri: &Uri, headers: &HeaderMap) -> Self {
        let host = host(uri, headers);
        Self::at(policy, host.as_ref().and_then(|host| host.to_str().ok()), uri.path())
    }

    /// For the page at a path of a host. The scheme makes no difference to a host.
    pub(super) fn at(policy: &Policy, host: Option<&str>, path: &str) -> Self {
        let base = |host: &str| Url::parse(&format!("https://{host}{path}")).ok();
        // Without a base nothing could be read that is relative to one, such as `//ads.example`.
        let base = host.filter(|host| !host.is_empty()).and_then(base).or_else(|| base(NO_HOST));
        let mut hosts = Self { policy: policy.clone(), base: None, own: None };
        hosts.set_base(base);
        hosts
    }

    /// Takes over what a `base` element says (HTML Standard, "document base URL").
    pub(super) fn rebase(&mut self, href: &str) {
        if let Some(base) = self.parse(href) {
            self.set_base(Some(base));
        }
    }

    fn set_base(&mut self, base: Option<Url>) {
        self.own = base.as_ref().and_then(name).and_then(|host| self.place(host));
        self.base = base;
    }

    fn parse(&self, url: &str) -> Option<Url> {
        Url::options().base_url(self.base.as_ref()).parse(url).ok()
    }

    /// The host of a URL as a browser reads it; the page's own is that of an empty one.
    pub(super) fn of(&self, url: &str) -> Option<String> {
        name(&self.parse(url)?).map(ToString::to_string)
    }

    /// The service that declares the host of a URL; `None` for the page's own host unless a service declares it.
    pub(super) fn service(&self, url: &str) -> Option<&Service> {
        let place = if is_path(url) { self.own } else { self.place(&self.of(url)?) };
        self.policy.services().get(place?)
    }

    /// Whether nothing that is declared is on the host of the page's base.
    pub(super) fn is_own_undeclared(&self) -> bool {
        self.own.is_none()
    }

    /// The place of the service that declares a host.
    fn place(&self, host: &str) -> Option<usize> {
        let services = self.policy.services().iter().enumerate();
        let declared =
            services.flat_map(|(place, service)| service.hosts().iter().map(move |pattern| (place, pattern)));
        let fits = declared.filter(|(_, pattern)| matches(pattern, host));
        // A host by its name before one of a domain's, a longer domain before a shorter one.
        fits.max_by_key(|(_, pattern)| (!pattern.starts_with("*."), pattern.len())).map(|(place, _)| place)
    }
}

fn name(url: &Url) -> Option<&str> {
    let host = url.host_str()?;
    Some(host.strip_suffix('.').unwrap_or(host))
}

/// Whether a URL begins as a path on the host of its base, whatever follows: with one slash, and neither another, in either
/// direction, nor what browsers take out of a URL before they read it (URL Standard, "basic URL parser").
fn is_path(url: &str) -> bool {
    matches!(url.as_bytes(), [b'/', next, ..] if !matches!(next, b'/' | b'\\' | b'\t' | b'\n' | b'\r'))
}

/// Whether a host falls under a pattern: itself, or with `*.` any host below.
fn matches(pattern: &str, host: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(end) => host.len() > end.len() && host.ends_with(end),
        None => host == pattern,
    }
}

/// Whether a tag, from `<` to `>` as a page has it, names no host and has no mark: what it loads is on the host of the page's
/// base. `false` says nothing. Told from bytes alone, because most tags are so, and to read attributes takes ten times as long.
pub(super) fn is_plain(tag: &[u8]) -> bool {
    // A host follows a scheme or two slashes, in either direction; browsers take out what stands between those (URL Standard,
    // "basic URL parser"), and any of it can be written as a character reference. `-c` begins `-consent`.
    let names_a_host = |slash: usize| matches!(tag.get(slash + 1), Some(b'/' | b'\t' | b'\n' | b'\r'));
    let is_mark = |dash: usize| matches!(tag.get(dash + 1), Some(b'c' | b'C'));
    memchr3(b':', b'\\', b'&', tag).is_none()
        && !memchr_iter(b'/', tag).any(names_a_host)
        && !memchr_iter(b'-', tag).any(is_mark)
}

/// The value of an attribute as a browser reads it, with its character references resolved.
pub(super) fn attribute_text(value: String) -> String {
    if value.contains('&') { htmlize::unescape_attribute(value).to_string() } else { value }
}

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::{collection::vec, prelude::*, sample::select};

    use super::*;

    static ADS: LazyLock<Policy> = LazyLock::new(|| {
        let ads = Service::new("ads", "marketing").host("ads.example").host("*.ads.example");
        Policy::builder("p").category(crate::Category::new("marketing")).service(ads).build().unwrap()
    });

    /// The vectors, which `pkg/test/hosts.test.mjs` runs too.
    #[test]
    fn hosts_as_browsers_read_them() {
        let file: serde_json::Value = serde_json::from_str(include_str!("../../tests/vectors/hosts.json")).unwrap();
        let mut policy = Policy::builder("p").category(crate::Category::new("marketing"));
        for service in file["services"].as_array().unwrap() {
            let text = |name: &str| service[name].as_str().unwrap();
            let hosts = service["hosts"].as_array().unwrap().iter().map(|host| host.as_str().unwrap());
            policy = policy.service(hosts.fold(Service::new(text("id"), text("category")), Service::host));
        }
        let policy = policy.build().unwrap();
        let cases = file["cases"].as_array().unwrap();
        for case in cases {
            let headers = HeaderMap::from_iter([(http::header::HOST, "shop.example".parse().unwrap())]);
            let mut hosts = Hosts::of_page(&policy, &Uri::from_static("/a/b"), &headers);
            if let Some(base) = case["base"].as_str() {
                hosts.rebase(base);
            }
            let found = hosts.service(case["url"].as_str().unwrap()).map(Service::id);
            assert_eq!(found, case["service"].as_str(), "{}", case["name"]);
            let tag = format!("<img src=\"{}\">", case["url"].as_str().unwrap());
            assert!(found.is_none() || !hosts.is_own_undeclared() || !is_plain(tag.as_bytes()), "{tag}");
        }
        assert!(cases.len() > 25);
    }

    #[test]
    fn what_needs_no_parser_says_what_the_parser_would() {
        let mut hosts = Hosts::at(&ADS, Some("shop.example"), "/a/b");
        let paths = [
            "/",
            "/x",
            "/ /",
            "//x",
            "/\\x",
            "/\tx",
            "/\n/ads.example",
            "/\r\\ads.example",
            "/x//ads.example",
            "/.//x",
        ];
        for base in ["//ads.example/", "//t.ads.example./a", "data:x", "file:///x", "foo://ads.example/", "mailto:x"] {
            hosts.rebase(base);
            for path in paths.into_iter().chain(["x.js", "?x"]) {
                let host = hosts.of(path);
                let parsed = host.map(|host| hosts.service(&format!("https://{host}/")).map(Service::id));
                assert_eq!(hosts.service(path).map(Service::id), parsed.flatten(), "{path:?} on {base}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8192))]

        /// Whatever an attribute holds: a tag that looks plain loads from its own host.
        #[test]
        fn what_looks_plain_is_on_the_host_of_the_base(
            before in vec(select(&[
                "/", "\\", "/\t", "/\n", "/\r", "\r/", "\u{c}", " ", "\0", "https", ":", "@", "#", "..", "&sol;", "&#x2f", "&Tab;", "%2f",
                "\u{2044}", "x",
            ]), 0..5),
            host in select(&["ads.example", "t.ads.example", "ADS.example", "ads&period;example", "ads.example:80"]),
            after in select(&["", "/x", "\\x", "?x", "."]),
            base in select(&["", "/sub/", "https://cdn.example/a/", "http://shop.example", "data:x", "file:///x"]),
        ) {
            let mut hosts = Hosts::at(&ADS, Some("shop.example"), "/a/b");
            hosts.rebase(base);
            let value = before.concat() + host + after;
            if is_plain(format!("<img src='{value}'>").as_bytes()) {
                prop_assert_eq!(hosts.service(&attribute_text(value)).map(Service::id), None);
            }
        }
    }

    #[test]
    fn a_tag_with_a_mark_is_not_plain() {
        for tag in ["<img data-consent=ads>", "<IMG DATA-CONSENT=ads>", "<img src=/x data-Consent>"] {
            assert!(!is_plain(tag.as_bytes()), "{tag}");
        }
        assert!(is_plain(b"<img src=\"/pictures/1.jpg\" alt='Lamp 1' width=320 data-src=\"../x?y=1\" loading=lazy />"));
    }

    #[test]
    fn a_page_without_a_readable_host_is_still_one() {
        for lines in [&[][..], &[""], &["a b"], &["a.example", "b.example"], &["a:port"]] {
            let lines = lines.iter().map(|line| (http::header::HOST, line.parse().unwrap()));
            let hosts = Hosts::of_page(&ADS, &Uri::from_static("/ads.example/x"), &lines.collect());
            let service = |url| hosts.service(url).map(Service::id);
            assert_eq!((service("//ads.example/a.js"), service("/a.js")), (Some("ads"), None));
        }
    }

    #[test]
    fn character_references_are_resolved() {
        assert_eq!(attribute_text("https&colon;&#47;&#x2f;ads&period;example".into()), "https://ads.example");
        assert_eq!(attribute_text("?a=1&copy=2".into()), "?a=1&copy=2");
    }
}
