//! Consent on the server: at the level of header maps for any HTTP stack, as a tower layer with axum extractors, and as a
//! middleware for actix-web with its extractors.
//!
//! [`Site`] is the configuration and the whole behaviour; `ConsentLayer` puts it around a tower service or an actix app. For
//! another stack, [`Site::begin`] and [`Exchange::end`] are all there is to call, and [`Site::handle`] for the library's own
//! paths.
//!
//! State changes are `POST` only, at most 8 KiB. A denial is taken from anywhere but another site; a grant, and deleting
//! the consent, need a request that says it comes from the site's own origin (`Sec-Fetch-Site`, or `Origin`). Bad input
//! gets an empty 400, 403 or 413, never a 5xx. A GPC signal is overridden by a request that sends it, for what it denies,
//! and only where the regime allows that.
//!
//! On every response the gate looks at what is set: a cookie of a service that its visitor has not agreed to is withheld,
//! whoever wrote it. See [`Mode`] and [`Undeclared`].

#[cfg(feature = "actix")]
pub mod actix;
mod answer;
mod assets;
#[cfg(feature = "axum")]
mod axum;
mod banners;
mod bootstrap;
mod caching;
mod clear;
mod document;
mod endpoints;
mod exchange;
mod facts;
mod filter;
mod gate;
#[cfg(feature = "html")]
mod hosts;
mod insert;
#[cfg(any(feature = "actix", feature = "tower"))]
mod layer;
#[cfg(feature = "html")]
mod links;
#[cfg(feature = "html")]
mod loads;
mod markup;
mod nonce;
mod origin;
mod pages;
mod proven;
#[cfg(feature = "html")]
mod reading;
mod region;
#[cfg(feature = "html")]
mod rewrite;
mod share;
mod site;
#[cfg(feature = "html")]
mod source;
#[cfg(feature = "tower")]
mod tower;
mod visitor;

#[cfg(feature = "axum")]
pub use axum::MissingLayer;
pub use cookie::Cookie;
pub use endpoints::RequestBody;
pub use exchange::Exchange;
pub use filter::{Aborted, BodyFilter, Whole};
pub(crate) use gate::Refusal;
#[cfg(feature = "cli")]
pub(crate) use gate::name_of;
pub use gate::{DEBUG_HEADER, GateCounts, Gated, GatedCookie, Mode, Undeclared};
#[cfg(any(feature = "actix", feature = "tower"))]
pub use layer::ConsentLayer;
pub use nonce::Nonce;
pub use proven::{NotCovered, NotGranted, ProvenCookie};
#[cfg(feature = "html")]
pub(crate) use reading::page_loads;
pub use share::{KEY_HEADER, Shared};
pub use site::{BadDomain, ClockFn, NotNewer, Publisher, RegionFn, Site};
#[cfg(feature = "tower")]
pub use tower::{ConsentService, ResponseBody, ResponseFuture};
pub use visitor::{ConsentHtml, Visitor};
