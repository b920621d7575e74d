//! Consent for the web: one policy, one decision, the same in the server and in the browser.
//!
//! A site describes what it wants to do in a [`Policy`]: categories, services, cookies, texts and the history of
//! changes. A visitor's answers are a [`Consent`], stored as readable text in one cookie.
//! [`Policy::decide`] is the one rule: from the policy, the stored consent, the [`Signals`] of the request and the
//! time it makes a [`Decision`], which says of each id whether it is allowed, why, and whether to ask.
//!
//! ```
//! use consentry::{Category, Policy, SealState, Signals, Status, Stored, Timestamp};
//!
//! let policy = Policy::builder("my-site")
//!     .category(Category::new("statistics").name("en", "Statistics").purpose("en", "Count visits."))
//!     .build()?;
//! let now = Timestamp::from_millis(1_764_000_000_000);
//! let decision = policy.decide(Stored::Absent, SealState::NotRequired, &Signals::default(), now);
//! assert_eq!(decision.status("statistics"), Some(Status::Undecided));
//! assert!(decision.prompt().is_some());
//! # Ok::<(), consentry::policy::Faults>(())
//! ```
//!
//! # Crate features
//!
//! - **`std`** (default): [`std::error::Error`] through `std`, and the system clock for the native faces.
//! - **`serde`**: `Serialize` and `Deserialize` for the value types ([`Status`], [`Reason`], [`Timestamp`], …).
//! - **`toml`**, **`json`**: `Policy::from_toml` and `Policy::from_json`.
//! - **`seal`**: sealed consent cookies, [`consent::seal`].
//! - **`http`**: consent at the level of requests and responses for any stack, `server`; **`html`**: rewriting of HTML by
//!   what is granted; **`tower`**: `ConsentLayer`; **`axum`**: extractors; **`actix`**: `ConsentLayer` and extractors for
//!   actix-web. With `http` comes `test`, the kit for applications that test themselves.
//! - **`knowledge`**: what cookies commonly are, `knowledge`; with it, reports of undeclared cookies say so.
//! - **`cli`**: the policy tool, `cargo install consentry --features cli`; with it `seen`, what a site was seen to set, and
//!   `draft`, a policy from that.
//! - **`wasm`**, **`wasm-runtime`**: the face for JavaScript; the published npm package is built from it.
//!
//! Without features the crate is `no_std` + `alloc`: no I/O, no clock, no randomness, no panic.
#![no_std]

extern crate alloc;
#[cfg(feature = "std")]
extern crate std;

pub mod banner;
pub mod consent;
pub mod cookies;
pub mod decision;
#[cfg(feature = "cli")]
pub mod draft;
#[cfg(feature = "knowledge")]
pub mod knowledge;
pub mod policy;
#[cfg(feature = "cli")]
pub mod seen;
#[cfg(feature = "http")]
pub mod server;
pub mod signals;
#[cfg(feature = "http")]
pub mod test;
mod text;
mod timestamp;
mod visit;
#[cfg(all(feature = "wasm", target_arch = "wasm32"))]
pub mod web;

pub use consent::{Act, Answer, Consent, Method, SealState};
pub use decision::{Decision, Notice, Prompt, PromptCause, Reason, Status, Stored};
#[cfg(feature = "http")]
pub use decision::{Granted, Purpose};
pub use policy::{Category, Change, CookieRule, Policy, Regime, RegimeKind, Service};
pub use signals::{Region, Signals};
pub use timestamp::Timestamp;
pub use visit::Visit;

/// The code in README.md compiles as pasted.
#[cfg(all(doctest, feature = "axum", feature = "toml"))]
#[doc = include_str!("../README.md")]
struct Readme;
