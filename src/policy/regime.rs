//! Regimes: the rule of a region.

use alloc::string::String;

use super::{category::words, terms::Text};
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

    /// A regime that comes with the library: `eu` or `us-ca`.
    ///
    /// - `eu`: opt-in for the 27 member states, Iceland, Liechtenstein, Norway, the United Kingdom and Switzerland;
    ///   six months both ways (CNIL 2020-092, paragraph 39; Garante 231/2021).
    /// - `us-ca`: opt-out for California; GPC is an opt-out of sale and sharing (11 CCR 7025), no new request for
    ///   twelve months (Cal. Civ. Code 1798.135(c)(4)).
    pub fn preset(id: &str) -> Option<Self> {
        Self::presets().find(|preset| preset.id == id)
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
