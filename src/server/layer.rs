//! What is put around an application, whatever its stack.

use http::HeaderMap;

use super::{
    gate::{GateCounts, Mode, Undeclared},
    site::{BadDomain, Publisher, Site},
};
use crate::{banner::Layout, consent::seal::KeyRing, policy::Policy, signals::Region, timestamp::Timestamp};

/// Puts consent in front of an application: each request carries its [`Visitor`](super::Visitor), and with it its decision,
/// in its extensions; the library's own pages are answered under one path; the consent cookie is kept up to date.
///
/// With the feature `tower` it is a layer for tower's services; with `actix` it is a middleware for actix-web's apps, see
/// `server::actix`.
///
/// ```
/// use consentry::{Category, Policy, server::ConsentLayer};
///
/// let policy = Policy::builder("my-site").category(Category::new("statistics")).build()?;
/// let layer = ConsentLayer::new(policy).development();
/// # Ok::<(), consentry::policy::Faults>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "a layer does nothing until it is put on a service"]
pub struct ConsentLayer {
    pub(super) site: Site,
}

impl ConsentLayer {
    /// A layer for a site on https with this policy. See [`Site::new`] for what holds unless said.
    pub fn new(policy: Policy) -> Self {
        if policy.is_draft() {
            tracing::warn!(
                policy = policy.id(),
                version = policy.version().get(),
                material = policy.material(),
                "the policy is a draft: its newest change carries no digest, so its content can change unnoticed"
            );
        }
        Site::new(policy).into()
    }

    /// See [`Site::development`].
    pub fn development(self) -> Self {
        self.site.development().into()
    }

    /// See [`Site::keys`].
    pub fn keys(self, ring: KeyRing) -> Self {
        self.site.keys(ring).into()
    }

    /// See [`Site::domain`].
    ///
    /// # Errors
    /// If `domain` is no domain that a cookie can be set for.
    pub fn domain(self, domain: &str, ring: KeyRing) -> Result<Self, BadDomain> {
        Ok(self.site.domain(domain, ring)?.into())
    }

    /// See [`Site::name`].
    pub fn site_name(self, name: &str) -> Self {
        self.site.name(name).into()
    }

    /// See [`Site::mount`].
    pub fn mount(self, path: &str) -> Self {
        self.site.mount(path).into()
    }

    /// See [`Site::region`].
    pub fn region(self, region: impl Fn(&HeaderMap) -> Option<Region> + Send + Sync + 'static) -> Self {
        self.site.region(region).into()
    }

    /// See [`Site::region_header`].
    pub fn region_header(self, name: &str) -> Self {
        self.site.region_header(name).into()
    }

    /// See [`Site::region_headers`].
    pub fn region_headers(self, country: &str, subdivision: &str) -> Self {
        self.site.region_headers(country, subdivision).into()
    }

    /// See [`Site::clock`].
    pub fn clock(self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.site.clock(clock).into()
    }

    /// See [`Site::mode`].
    pub fn mode(self, mode: Mode) -> Self {
        self.site.mode(mode).into()
    }

    /// See [`Site::undeclared`].
    pub fn undeclared(self, rule: Undeclared) -> Self {
        self.site.undeclared(rule).into()
    }

    /// See [`Site::debug_header`].
    pub fn debug_header(self) -> Self {
        self.site.debug_header().into()
    }

    /// See [`Site::insert_banner`].
    pub fn insert_banner(self) -> Self {
        self.site.insert_banner().into()
    }

    /// See [`Site::rewrite_html`].
    #[cfg(feature = "html")]
    pub fn rewrite_html(self) -> Self {
        self.site.rewrite_html().into()
    }

    /// See [`Site::rewrite_hosts`].
    #[cfg(feature = "html")]
    pub fn rewrite_hosts(self) -> Self {
        self.site.rewrite_hosts().into()
    }

    /// See [`Site::consent_mode`].
    pub fn consent_mode(self) -> Self {
        self.site.consent_mode().into()
    }

    /// See [`Site::layout`].
    pub fn layout(self, layout: Layout) -> Self {
        self.site.layout(layout).into()
    }

    /// See [`Site::share_pages`].
    pub fn share_pages(self) -> Self {
        self.site.share_pages().into()
    }

    /// See [`Site::strip_requests`].
    pub fn strip_requests(self) -> Self {
        self.site.strip_requests().into()
    }

    /// See [`Site::gate_counts`].
    pub fn gate_counts(&self) -> GateCounts {
        self.site.gate_counts()
    }

    /// The site it puts consent in front of.
    pub fn site(&self) -> &Site {
        &self.site
    }

    /// See [`Site::publisher`].
    pub fn publisher(&self) -> Publisher {
        self.site.publisher()
    }
}

impl From<Site> for ConsentLayer {
    fn from(site: Site) -> Self {
        Self { site }
    }
}
