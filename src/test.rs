//! For applications that test themselves: any consent as a `Cookie` header, a clock that stands still, and what of a
//! response its visitor has not agreed to.
//!
//! All of it is made by what the server itself decides, writes and withholds by. It works from a [`Site`] and from a
//! `ConsentLayer`, with the policy, keys and settings it has.
//!
//! ```
//! use core::time::Duration;
//! use consentry::{
//!     Category, CookieRule, Policy, Service, Timestamp,
//!     server::Site,
//!     test::{Clock, Consent, Leaks},
//! };
//! use http::{HeaderMap, HeaderValue, header};
//!
//! let policy = Policy::builder("my-site")
//!     .category(Category::new("statistics"))
//!     .service(Service::new("visits", "statistics").cookie(CookieRule::new("_visits")))
//!     .build()?;
//! let clock = Clock::at(Timestamp::from_millis(1_764_000_000_000));
//! let site = Site::new(policy).clock(clock.reader());
//!
//! // A request of somebody who agreed, and one of the same visitor a year later.
//! let agreed = Consent::new(&site).grant("statistics");
//! assert_eq!(agreed.cookie()?, "__Host-privacy=1.my-site.1.1764000000000.ib/+statistics");
//! assert!(agreed.decision()?.allows("visits"));
//! clock.advance(Duration::from_secs(365 * 86_400));
//! assert!(!agreed.at(Timestamp::from_millis(1_764_000_000_000)).decision()?.allows("visits"));
//!
//! // What the application answers to somebody who refused.
//! let refused = Consent::new(&site).deny_all();
//! let mut response = HeaderMap::new();
//! response.append(header::SET_COOKIE, HeaderValue::from_static("_visits=1; Path=/"));
//! response.append(header::SET_COOKIE, HeaderValue::from_static("theme=dark"));
//! let leaks = Leaks::of_headers(&site, &refused.decision()?, &response);
//! assert_eq!(
//!     leaks.to_string(),
//!     "2 leaks:\n  _visits: visits is denied (refused)\n  theme: no service declares it"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod clock;
mod consent;
mod leaks;

pub use clock::Clock;
pub use consent::{BadAnswer, Consent};
pub use leaks::{LeakedCookie, Leaks};

use crate::server::Site;

impl AsRef<Site> for Site {
    fn as_ref(&self) -> &Site {
        self
    }
}

#[cfg(any(feature = "actix", feature = "tower"))]
impl AsRef<Site> for crate::server::ConsentLayer {
    fn as_ref(&self) -> &Site {
        self.site()
    }
}
