//! What a page loads that its visitor has not agreed to.

use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use http::{HeaderMap, Uri};

use crate::{
    decision::{Decision, Reason, Status},
    server::{Refusal, page_loads},
};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PageLeaks {
    pub(super) addresses: Vec<LeakedAddress>,
    pub(super) undeclared: Vec<String>,
    /// Why the page cannot be read to its end.
    fault: Option<String>,
}

/// An address that a page loads, of something that the visitor has not agreed to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeakedAddress {
    address: String,
    refusal: Refusal,
}

impl PageLeaks {
    pub(super) fn read(decision: &Decision, page: &Uri, headers: &HeaderMap, html: &str) -> Self {
        let mut leaks = Self::default();
        match page_loads(decision, page, headers, html) {
            Ok(loads) => {
                for load in loads {
                    match load.refusal {
                        Some(refusal) => leaks.addresses.push(LeakedAddress { address: load.address, refusal }),
                        None => leaks.undeclared.push(load.address),
                    }
                }
            }
            Err(fault) => leaks.fault = Some(fault.to_string()),
        }
        leaks
    }

    pub(super) fn len(&self) -> usize {
        self.addresses.len() + self.undeclared.len() + usize::from(self.fault.is_some())
    }
}

/// A line for each leak.
impl fmt::Display for PageLeaks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for address in &self.addresses {
            write!(f, "\n  {address}")?;
        }
        for address in &self.undeclared {
            write!(f, "\n  {address}: no service declares its host")?;
        }
        match &self.fault {
            Some(fault) => write!(f, "\n  the page cannot be read: {fault}"),
            None => Ok(()),
        }
    }
}

impl LeakedAddress {
    /// The address as the page writes it, with character references resolved; empty for a script in the page itself.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The id that is not allowed: what the element is marked with, else the service that declares the host.
    pub fn id(&self) -> &str {
        &self.refusal.service
    }

    /// The status of that id.
    pub fn status(&self) -> Status {
        self.refusal.status
    }

    /// Why it is not allowed.
    pub fn reason(&self) -> Reason {
        self.refusal.reason
    }
}

/// Such as `//ads.example/tag.js: ads is undecided (no-answer)`.
impl fmt::Display for LeakedAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let address = if self.address.is_empty() { "inline script" } else { &self.address };
        write!(f, "{address}: {}", self.refusal)
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        Category, Policy, Service, Timestamp,
        server::Site,
        test::{Clock, Consent, Leaks},
    };
    use alloc::{string::ToString, vec::Vec};
    use http::{HeaderMap, HeaderValue, Uri, header};

    fn site() -> Site {
        let policy = Policy::builder("shop")
            .category(Category::new("statistics"))
            .category(Category::new("marketing"))
            .service(Service::new("visits", "statistics").host("count.example"))
            .service(Service::new("ads", "marketing").host("*.ads.example"))
            .service(Service::new("fonts", "necessary").justification("en", "To read.").host("fonts.example"));
        Site::new(policy.build().unwrap()).clock(Clock::at(Timestamp::from_millis(1_764_000_000_000)).reader())
    }

    fn leaks(consent: &Consent, headers: &HeaderMap, html: &str) -> Leaks {
        let page = Uri::from_static("https://shop.example/tea/green");
        Leaks::of_page(&site(), &consent.decision().unwrap(), &page, headers, html)
    }

    const CARELESS: &str = "<head><link rel=preload href=//count.example/a.js><link rel=canonical href=//count.example>\
        <link rel=stylesheet href=https://fonts.example/f.css><script src=/own.js></script>\
        <script data-consent=marketing>track()</script><script data-consent=marketing src=ads.js></script></head>\
        <a href=//count.example>x</a><img srcset='/a 1x, https:&#47;/x.ads.example/p 2x' src='data:,x'>\
        <img src=https://SHOP.example:8443/own.png><iframe src=https://video.example/e></iframe>\
        <noscript><p><img src=//count.example/p></noscript>\
        <script type=text/plain data-consent=statistics data-src=//count.example/b.js></script>\
        <iframe data-consent=marketing data-src=//x.ads.example></iframe><base href=//y.ads.example/><img src=p>";

    #[test]
    fn what_a_page_loads_is_told() {
        let headers = HeaderMap::from_iter([
            (header::LINK, HeaderValue::from_static("<//count.example>; rel=preconnect, <//count.example>; rel=me")),
            (header::SET_COOKIE, HeaderValue::from_static("x=1")),
        ]);
        let site = site();
        let first = leaks(&Consent::new(&site), &headers, CARELESS);
        let wanted = "9 leaks:\n  x: no service declares it\
            \n  //count.example: visits is undecided (no-answer)\
            \n  //count.example/a.js: visits is undecided (no-answer)\
            \n  inline script: marketing is undecided (no-answer)\
            \n  ads.js: marketing is undecided (no-answer)\
            \n  https://x.ads.example/p: ads is undecided (no-answer)\
            \n  //count.example/p: visits is undecided (no-answer)\
            \n  p: ads is undecided (no-answer)\
            \n  https://video.example/e: no service declares its host";
        assert_eq!(first.to_string(), wanted);
        assert_eq!(
            (first.addresses().len(), first.undeclared_addresses()),
            (7, &["https://video.example/e".into()][..])
        );
        let third = &first.addresses()[2];
        assert_eq!((third.address(), third.id(), third.reason().word()), ("", "marketing", "no-answer"));
        let some = leaks(&Consent::new(&site).grant("marketing").deny("statistics"), &headers, CARELESS);
        let ids: Vec<&str> = some.addresses().iter().map(|leak| leak.id()).collect();
        assert_eq!(ids, ["visits"; 3]);
        leaks(&Consent::new(&site).grant_all(), &headers, CARELESS).without_undeclared().assert_none();
    }

    #[test]
    fn a_document_within_a_page_is_read() {
        let site = site();
        let html = "<iframe srcdoc='<base href=//x.ads.example><img src=p>'></iframe><img src=p>";
        let page = leaks(&Consent::new(&site), &HeaderMap::new(), html);
        assert_eq!(page.to_string(), "1 leak:\n  p: ads is undecided (no-answer)");
    }

    #[test]
    fn a_page_that_browsers_read_in_two_ways_is_a_leak() {
        let site = site();
        let page = leaks(&Consent::new(&site).grant_all(), &HeaderMap::new(), "<select><xmp><script></script>");
        assert!(page.to_string().starts_with("1 leak:\n  the page cannot be read: "), "{page}");
    }
}
