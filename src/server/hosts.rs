//! Which service a URL in a page belongs to, by the hosts that services declare.

use alloc::{
    borrow::Cow,
    format,
    string::{String, ToString},
};

use http::{HeaderMap, Uri};
use url::Url;

use super::origin::host;
use crate::policy::{Policy, Service};

/// Stands for the host of a page that does not tell it (RFC 2606 section 2).
const NO_HOST: &str = "invalid";

/// Tells the hosts of the URLs of one page.
#[derive(Clone, Debug)]
pub(super) struct Hosts {
    base: Option<Url>,
}

impl Hosts {
    /// For the page that a request asks for.
    pub(super) fn of_page(uri: &Uri, headers: &HeaderMap) -> Self {
        let host = host(uri, headers);
        Self::at(host.as_ref().and_then(|host| host.to_str().ok()), uri.path())
    }

    /// For the page at a path of a host. The scheme makes no difference to a host.
    pub(super) fn at(host: Option<&str>, path: &str) -> Self {
        let base = |host: &str| Url::parse(&format!("https://{host}{path}")).ok();
        // Without a base nothing could be read that is relative to one, such as `//ads.example`.
        let base = host.filter(|host| !host.is_empty()).and_then(base).or_else(|| base(NO_HOST));
        Self { base }
    }

    /// Takes over what a `base` element says (HTML Standard, "document base URL").
    pub(super) fn rebase(&mut self, href: &str) {
        if let Some(base) = self.parse(href) {
            self.base = Some(base);
        }
    }

    fn parse(&self, url: &str) -> Option<Url> {
        Url::options().base_url(self.base.as_ref()).parse(url).ok()
    }

    /// The host of a URL as a browser reads it; the page's own is that of an empty one.
    pub(super) fn of(&self, url: &str) -> Option<String> {
        name(&self.parse(url)?).map(ToString::to_string)
    }

    /// The service that declares the host of a URL; `None` for the page's own host unless a service declares it.
    pub(super) fn service<'p>(&self, policy: &'p Policy, url: &str) -> Option<&'p Service> {
        // Most of what a page loads is its own, and need not be read further.
        let host = if is_path(url) { Cow::Borrowed(name(self.base.as_ref()?)?) } else { Cow::Owned(self.of(url)?) };
        let declared = policy.services().iter().flat_map(|service| service.hosts().iter().map(move |h| (service, h)));
        let fits = declared.filter(|(_, pattern)| matches(pattern, &host));
        // A host by its name before one of a domain's, a longer domain before a shorter one.
        fits.max_by_key(|(_, pattern)| (!pattern.starts_with("*."), pattern.len())).map(|(service, _)| service)
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

/// The value of an attribute as a browser reads it, with its character references resolved.
pub(super) fn attribute_text(value: String) -> String {
    if value.contains('&') { htmlize::unescape_attribute(value).to_string() } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            let mut hosts = Hosts::of_page(&Uri::from_static("/a/b"), &headers);
            if let Some(base) = case["base"].as_str() {
                hosts.rebase(base);
            }
            let found = hosts.service(&policy, case["url"].as_str().unwrap()).map(Service::id);
            assert_eq!(found, case["service"].as_str(), "{}", case["name"]);
        }
        assert!(cases.len() > 25);
    }

    #[test]
    fn what_needs_no_parser_says_what_the_parser_would() {
        let ads = Service::new("ads", "marketing").host("ads.example").host("*.ads.example");
        let policy = Policy::builder("p").category(crate::Category::new("marketing")).service(ads).build().unwrap();
        let mut hosts = Hosts::at(Some("shop.example"), "/a/b");
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
                let parsed = host.map(|host| hosts.service(&policy, &format!("https://{host}/")).map(Service::id));
                assert_eq!(hosts.service(&policy, path).map(Service::id), parsed.flatten(), "{path:?} on {base}");
            }
        }
    }

    #[test]
    fn a_page_without_a_readable_host_is_still_one() {
        let ads = Service::new("ads", "marketing").host("ads.example");
        let policy = Policy::builder("p").category(crate::Category::new("marketing")).service(ads).build().unwrap();
        for lines in [&[][..], &[""], &["a b"], &["a.example", "b.example"], &["a:port"]] {
            let lines = lines.iter().map(|line| (http::header::HOST, line.parse().unwrap()));
            let hosts = Hosts::of_page(&Uri::from_static("/ads.example/x"), &lines.collect());
            let service = |url| hosts.service(&policy, url).map(Service::id);
            assert_eq!((service("//ads.example/a.js"), service("/a.js")), (Some("ads"), None));
        }
    }

    #[test]
    fn character_references_are_resolved() {
        assert_eq!(attribute_text("https&colon;&#47;&#x2f;ads&period;example".into()), "https://ads.example");
        assert_eq!(attribute_text("?a=1&copy=2".into()), "?a=1&copy=2");
    }
}
