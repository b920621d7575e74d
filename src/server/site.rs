//! The configuration of a site.

use alloc::{
    string::{String, ToString},
    sync::Arc,
};
use core::fmt;
use std::sync::{PoisonError, RwLock};

use http::{HeaderMap, HeaderName};

use super::{banners::Banners, clear, gate::Gate, markup::Markup, region};
use crate::{
    consent::seal::{KeyRing, Sealer},
    cookies::{DEVELOPMENT_NAME, DOMAIN_NAME, SECURE_NAME},
    policy::{Policy, PolicyVersion},
    signals::{Region, Signals},
    timestamp::Timestamp,
};

const SEC_GPC: HeaderName = HeaderName::from_static("sec-gpc");

/// Tells the region of a request from its headers.
pub type RegionFn = dyn Fn(&HeaderMap) -> Option<Region> + Send + Sync;

/// Tells the time.
pub type ClockFn = dyn Fn() -> Timestamp + Send + Sync;

/// A site: its policy and how consent is kept. Cheap to clone; clones share the policy that is in force.
#[derive(Clone)]
pub struct Site {
    policy: Publisher,
    secure: bool,
    mount: Arc<str>,
    name: Arc<str>,
    ring: Option<KeyRing>,
    sealer: Option<Arc<Sealer>>,
    domain: Option<Arc<str>>,
    region: Option<Arc<RegionFn>>,
    clock: Arc<ClockFn>,
    pub(super) gate: Gate,
    pub(super) markup: Markup,
    pub(super) banners: Arc<Banners>,
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site")
            .field("policy", &self.policy())
            .field("secure", &self.secure)
            .field("mount", &self.mount)
            .field("name", &self.name)
            .field("keys", &self.ring)
            .field("domain", &self.domain)
            .field("gate", &self.gate)
            .finish_non_exhaustive()
    }
}

impl Site {
    /// A site on https with this policy: cookie `__Host-privacy`, unsealed, pages under `/privacy-choices`, the region
    /// of visitors unknown, so that the strictest regime holds for all.
    pub fn new(policy: Policy) -> Self {
        let name = Arc::from(policy.id());
        Self {
            policy: Publisher(Arc::new(RwLock::new(policy))),
            secure: true,
            mount: Arc::from("/privacy-choices"),
            name,
            ring: None,
            sealer: None,
            domain: None,
            region: None,
            clock: Arc::new(Timestamp::now),
            gate: Gate::default(),
            markup: Markup::default(),
            banners: Arc::default(),
        }
    }

    /// For development on plain http: the cookie is called `privacy` and lacks `Secure`. Https is never guessed from a
    /// request, which a proxy may have changed.
    #[must_use]
    pub fn development(mut self) -> Self {
        self.secure = false;
        self.seal_with_ring();
        self
    }

    /// Seals consents with the first key of the ring. Grants without a good seal no longer count.
    #[must_use]
    pub fn keys(mut self, ring: KeyRing) -> Self {
        self.ring = Some(ring);
        self.seal_with_ring();
        self
    }

    /// Shares consent between the subdomains of `domain`: the cookie is called `__Secure-privacy`. Any of them can set a
    /// cookie for all, so it takes a key ring, and only what is sealed grants. All hosts that share it need the same
    /// ring, [name](Self::name) and policy.
    ///
    /// # Errors
    /// If `domain` is no domain that a cookie can be set for: a host name, below a public suffix.
    pub fn domain(mut self, domain: &str, ring: KeyRing) -> Result<Self, BadDomain> {
        let found = clear::domains_of(domain).into_iter().next().filter(|found| found == domain);
        self.domain = Some(found.ok_or_else(|| BadDomain(domain.to_string()))?.into());
        Ok(self.keys(ring))
    }

    /// The name of the site that seals are bound to; the policy's id unless said.
    #[must_use]
    pub fn name(mut self, name: &str) -> Self {
        self.name = Arc::from(name);
        self.seal_with_ring();
        self
    }

    /// The path of the library's own pages; `/privacy-choices` unless said. A slash is put before it where it lacks
    /// one, and none is left at its end.
    #[must_use]
    pub fn mount(mut self, path: &str) -> Self {
        let mut mount = String::from("/");
        mount.push_str(path.trim_matches('/'));
        self.mount = mount.into();
        self
    }

    /// How the region of a visitor is told. For a header that the site's proxy sets there are
    /// [`region_header`](Self::region_header) and [`region_headers`](Self::region_headers).
    #[must_use]
    pub fn region(mut self, region: impl Fn(&HeaderMap) -> Option<Region> + Send + Sync + 'static) -> Self {
        self.region = Some(Arc::new(region));
        self
    }

    /// Reads the region of a visitor from one header: a code such as `FR` or `US-CA`.
    ///
    /// Only a header that the proxy in front *overwrites* may be named here: whatever else reaches the site with that
    /// name is the visitor's own word, who would choose their regime by it. An empty, repeated or unreadable value, and
    /// Cloudflare's `XX` (unknown) and `T1` (Tor), say nothing, so that the strictest regime holds.
    #[must_use]
    pub fn region_header(self, name: &str) -> Self {
        let name = name.to_string();
        self.region(move |headers| region::from_one(headers, &name))
    }

    /// Reads the region of a visitor from two headers: the country, and its subdivision without it. With `cf-ipcountry`
    /// and `cf-region-code`, `US` and `CA` are `US-CA`. Without the second header the region is the country; a value that
    /// cannot be read, in either, says nothing.
    ///
    /// Both must be headers that the proxy in front overwrites, and removes where it knows none: see
    /// [`region_header`](Self::region_header).
    #[must_use]
    pub fn region_headers(self, country: &str, subdivision: &str) -> Self {
        let (country, subdivision) = (country.to_string(), subdivision.to_string());
        self.region(move |headers| region::from_two(headers, &country, &subdivision))
    }

    /// Another clock than the system's, for tests.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> Timestamp + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    fn seal_with_ring(&mut self) {
        let ring = self.ring.clone();
        self.sealer = ring.map(|ring| Arc::new(Sealer::new(ring, self.cookie_name(), self.name.as_ref())));
    }

    /// A handle to publish a new version of the policy while the site runs.
    pub fn publisher(&self) -> Publisher {
        self.policy.clone()
    }

    /// The policy in force.
    pub fn policy(&self) -> Policy {
        self.policy.policy()
    }

    /// The name of the consent cookie.
    pub fn cookie_name(&self) -> &'static str {
        match (self.secure, &self.domain) {
            (false, _) => DEVELOPMENT_NAME,
            (true, None) => SECURE_NAME,
            (true, Some(_)) => DOMAIN_NAME,
        }
    }

    /// The domain that the consent cookie is shared on.
    pub(super) fn cookie_domain(&self) -> Option<&str> {
        self.domain.as_deref()
    }

    pub(super) fn is_secure(&self) -> bool {
        self.secure
    }

    pub(super) fn mount_path(&self) -> &str {
        &self.mount
    }

    pub(super) fn sealer(&self) -> Option<&Sealer> {
        self.sealer.as_deref()
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }

    pub(super) fn signals(&self, headers: &HeaderMap) -> Signals {
        let gpc = Signals::gpc_from_lines(headers.get_all(SEC_GPC).iter().map(|line| line.as_bytes()));
        Signals { gpc, region: self.region.as_ref().and_then(|region| region(headers)) }
    }
}

/// A domain that no cookie can be set for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("found domain {0:?}, expected a host name in lower case below a public suffix, such as \"shop.example\"")]
pub struct BadDomain(String);

/// Puts a new version of the policy in force while the site runs.
#[derive(Clone)]
pub struct Publisher(Arc<RwLock<Policy>>);

impl fmt::Debug for Publisher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Publisher").field(&self.policy()).finish()
    }
}

/// Why a policy was not published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "policy `{found}` version {version} cannot follow policy `{id}` version {current}: \
         expected the same id and a version that is not lower"
)]
pub struct NotNewer {
    found: String,
    version: PolicyVersion,
    id: String,
    current: PolicyVersion,
}

impl Publisher {
    /// The policy in force.
    pub fn policy(&self) -> Policy {
        // A policy is swapped whole, so a lock left by a panic elsewhere holds a good one.
        self.0.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Puts `policy` in force for the requests that follow.
    ///
    /// # Errors
    /// If it is another policy, or a version before the one in force: what visitors granted since would be forgotten.
    pub fn publish(&self, policy: Policy) -> Result<(), NotNewer> {
        let mut current = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if policy.id() != current.id() || policy.version() < current.version() {
            return Err(NotNewer {
                found: policy.id().to_string(),
                version: policy.version(),
                id: current.id().to_string(),
                current: current.version(),
            });
        }
        *current = policy;
        Ok(())
    }
}
