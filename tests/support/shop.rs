//! A shop with one service, for the stacks that a layer stands in.

use consentry::{Category, CookieRule, Policy, Service, Timestamp, server::ConsentLayer};

/// The header of a visitor who agreed to statistics.
pub(crate) const GRANTED: (&str, &str) = ("cookie", "privacy=1.shop.1.1764000000000.ib/+statistics");

/// The layer of a shop whose statistics set `cookie`.
pub(crate) fn layer(cookie: &'static str) -> ConsentLayer {
    let policy = Policy::builder("shop")
        .category(Category::new("statistics"))
        .service(Service::new("visits", "statistics").cookie(CookieRule::new(cookie)))
        .build();
    ConsentLayer::new(policy.unwrap()).development().clock(|| Timestamp::from_millis(1_764_000_100_000))
}
