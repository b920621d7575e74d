//! Regimes: the rule of a region.

use alloc::string::String;

use super::{category::words, jurisdiction::Jurisdiction, terms::Text};
use crate::{signals::Region, text};

/// How long a grant counts, and a refusal is left in peace, unless a regime says otherwise: 182 days, in seconds.
const USUAL: u64 = 182 * 86_400;

/// A line each, with the fields in the order of those of a compiled regime. The package's script has them from here too.
const PRESETS: &str = include_str!("presets.txt");

/// What is allowed while a visitor has not answered. Ordered from the laxest to the strictest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum RegimeKind {
    /// Allowed; visitors are informed.
    Inform,
    /// Allowed until a visitor opts out (Cal. Civ. Code 1798.120).
    OptOut,
    /// Not allowed until a visitor agrees (Directive 2002/58/EC, Art. 5(3)).
    OptIn,
}

words!(RegimeKind: Inform = "inform", OptOut = "opt-out", OptIn = "opt-in");

/// What a GPC signal does in a regime.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum GpcRule {
    /// Nothing.
    Ignore,
    /// It denies, whatever the visitor answered.
    Honour,
    /// It denies, unless the visitor was told of the conflict and overrode it (11 CCR 7025(c)(3)).
    HonourUnlessOverridden,
}

words!(GpcRule: Ignore = "ignore", Honour = "honour", HonourUnlessOverridden = "honour-unless-overridden");

/// The rule of one or more regions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Regime {
    pub(crate) id: Text,
    pub(crate) kind: RegimeKind,
    /// ISO 3166 codes in capitals, separated by spaces.
    pub(crate) regions: Text,
    pub(crate) grant_max_age: u64,
    pub(crate) refusal_quiet: u64,
    pub(crate) gpc: GpcRule,
}

impl Regime {
    /// A regime with this id, for no region yet. A grant counts and a refusal is left in peace for 182 days.
    pub fn new(id: impl Into<String>, kind: RegimeKind) -> Self {
        Self {
            id: Text::Owned(id.into()),
            kind,
            regions: Text::default(),
            grant_max_age: USUAL,
            refusal_quiet: USUAL,
            gpc: if kind == RegimeKind::Inform { GpcRule::Ignore } else { GpcRule::Honour },
        }
    }

    /// A regime that comes with the library, such as `eu`, `fr` or `us-ca`: what [`Jurisdiction::all`] lists, with the
    /// source of each. A policy that declares no regimes has `eu` and `us-ca`.
    ///
    /// Presets overlap, `eu` and `fr` for example. In a policy file the wider one holds in the rest; in code
    /// [`except`](Self::except) says so.
    ///
    /// ```
    /// # use consentry::Regime;
    /// let california = Regime::preset("us-ca").unwrap();
    /// assert_eq!(california.refusal_quiet_seconds(), 365 * 86_400);
    /// ```
    pub fn preset(id: &str) -> Option<Self> {
        Jurisdiction::get(id).map(|found| found.regime().clone())
    }

    /// The preset for a region: that of its ISO 3166-2 code, or else of its country (ISO 3166-1), and of several the one for
    /// the fewest regions.
    pub fn preset_for(region: Region) -> Option<Self> {
        Jurisdiction::of(region).map(|found| found.regime().clone())
    }

    /// The regimes of a policy that declares none.
    pub(crate) fn presets() -> impl Iterator<Item = Self> {
        PRESETS.lines().filter_map(|line| {
            let mut fields = line.split(',');
            let mut field = || fields.next();
            Some(Self {
                id: Text::Borrowed(field()?),
                kind: RegimeKind::from_word(field()?)?,
                regions: Text::Borrowed(field()?),
                grant_max_age: field()?.parse().ok()?,
                refusal_quiet: field()?.parse().ok()?,
                gpc: GpcRule::from_word(field()?)?,
            })
        })
    }

    /// Stricter in kind, or with a shorter life of a grant.
    pub(crate) fn is_stricter(&self, other: &Self) -> bool {
        self.kind > other.kind || (self.kind == other.kind && self.grant_max_age < other.grant_max_age)
    }

    /// Adds regions, ISO 3166-1 or 3166-2 codes separated by spaces; what is no code is left out.
    #[must_use]
    pub fn regions(mut self, codes: &str) -> Self {
        for region in codes.split(' ').filter_map(Region::parse) {
            let regions = self.regions.to_mut();
            regions.push(' ');
            regions.push_str(region.as_str());
        }
        self
    }

    /// Takes regions out, codes as [`regions`](Self::regions) has them.
    #[must_use]
    pub fn except(mut self, codes: &str) -> Self {
        for code in codes.split(' ').filter_map(Region::parse) {
            let left: alloc::vec::Vec<_> = text::words(&self.regions).filter(|known| *known != code.as_str()).collect();
            self.regions = Text::Owned(left.join(" "));
        }
        self
    }

    /// How long a grant counts.
    #[must_use]
    pub fn grant_max_age(mut self, age: core::time::Duration) -> Self {
        self.grant_max_age = age.as_secs();
        self
    }

    /// How long a refusal is left in peace before the visitor may be asked again.
    #[must_use]
    pub fn refusal_quiet(mut self, quiet: core::time::Duration) -> Self {
        self.refusal_quiet = quiet.as_secs();
        self
    }

    /// What a GPC signal does.
    #[must_use]
    pub fn gpc(mut self, rule: GpcRule) -> Self {
        self.gpc = rule;
        self
    }

    /// The id.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What is allowed while a visitor has not answered.
    pub fn kind(&self) -> RegimeKind {
        self.kind
    }

    /// The regions it holds in.
    pub fn holds_in(&self) -> impl Iterator<Item = Region> {
        text::words(&self.regions).filter_map(Region::parse)
    }

    /// How long a grant counts, in seconds.
    pub fn grant_max_age_seconds(&self) -> u64 {
        self.grant_max_age
    }

    /// How long a refusal is left in peace, in seconds.
    pub fn refusal_quiet_seconds(&self) -> u64 {
        self.refusal_quiet
    }

    /// What a GPC signal does.
    pub fn gpc_rule(&self) -> GpcRule {
        self.gpc
    }
}
