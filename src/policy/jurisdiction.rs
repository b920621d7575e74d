//! Jurisdictions: what the law of a place asks for, as data with its sources.

use alloc::{borrow::Cow, vec::Vec};

use super::regime::{GpcRule, Regime, RegimeKind};
use crate::{signals::Region, text::has_word};

/// A line each; what the fields are stands at its top.
const LINES: &str = include_str!("jurisdictions.txt");

const DAY: u64 = 86_400;

/// What stands behind a line of law.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The source, such as `11 CCR 7025(b)`.
    pub text: &'static str,
    /// As of when it holds, such as `2026-01-01`.
    pub date: &'static str,
    /// What was read of it.
    pub basis: SourceBasis,
}

/// What was read of a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum SourceBasis {
    /// The source itself.
    Text,
    /// Others who quote or report it.
    Report,
    /// The source names no number; the cautious one is taken.
    Cautious,
}

super::words!(SourceBasis: Text = "text", Report = "report", Cautious = "cautious");

/// What the law of a place demands or advises.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Demand {
    /// A regime at least as strict as the preset's.
    Kind,
    /// How long a grant may count, in seconds.
    GrantAtMost(u64),
    /// How long a refusal must be left in peace, in seconds.
    RefusalAtLeast(u64),
    /// A GPC signal must be honoured.
    Gpc,
    /// How long a cookie of audience measurement may live, in seconds.
    AudienceCookie(u64),
    /// How long the data of audience measurement may be kept, in seconds.
    AudienceData(u64),
}

/// A demand and its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LawRule {
    /// What is demanded.
    pub demand: Demand,
    /// What says so.
    pub source: Source,
}

/// A place with a law of its own: a [`Regime`] that keeps to it, and what that law demands.
///
/// | preset | kind | where | a grant counts | a refusal is left in peace | GPC |
/// |---|---|---|---|---|---|
/// | `eu` | opt-in | the EU, Iceland, Liechtenstein, Norway, the United Kingdom, Switzerland | 182 days | 182 days | honour |
/// | `fr`, `de`, `it`, `ie`, `gb` | opt-in | France, Germany, Italy, Ireland, the United Kingdom | 182 days | 182 days | honour |
/// | `es` | opt-in | Spain | 400 days | 400 days | honour |
/// | `ca-qc`, `br` | opt-in | Québec, Brazil | 182 days | 182 days | honour |
/// | `us-ca`, `us-co`, `us-ct` | opt-out | California, Colorado, Connecticut | 365 days | 365 days | honour-unless-overridden |
/// | `us-de`, `us-md`, `us-mn`, `us-mt`, `us-ne`, `us-nh`, `us-nj`, `us-or`, `us-tx` | opt-out | nine more states that demand to honour a signal | 365 days | 365 days | honour |
/// | `us` | opt-out | the other states | 365 days | 365 days | honour |
///
/// The numbers, their dates and sources are in `src/policy/jurisdictions.txt`. Where no law names a number, a cautious one is
/// taken and its source says [`SourceBasis::Cautious`]. A policy overrides what it likes, field by field. None of this is
/// legal advice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jurisdiction {
    regime: Regime,
    source: Source,
    rules: Vec<LawRule>,
}

impl Jurisdiction {
    /// The day the research behind the data ended, such as `2026-11-23`: the version of the data.
    pub fn edition() -> &'static str {
        rows().find_map(|mut row| (row.next()? == "edition").then(|| row.next())?).unwrap_or_default()
    }

    /// Every place there is data for.
    pub fn all() -> impl Iterator<Item = Self> {
        rows().filter_map(preset)
    }

    /// The place whose preset is called `id`.
    pub fn get(id: &str) -> Option<Self> {
        let is_it = |row: &Row| row.clone().nth(1) == Some(id);
        rows().filter(is_it).find_map(preset)
    }

    /// The place a region lies in: by its ISO 3166-2 code, else by its country's (ISO 3166-1); of several the one with the
    /// fewest regions.
    pub fn of(region: Region) -> Option<Self> {
        let of = |code: &[u8]| {
            let places = Self::all().filter(|place| has_word(&place.regime.regions, code));
            places.min_by_key(|place| place.regime.regions.len())
        };
        of(region.code()).or_else(|| of(region.country()))
    }

    /// The id of the preset.
    pub fn id(&self) -> &str {
        self.regime.id()
    }

    /// The preset.
    pub fn regime(&self) -> &Regime {
        &self.regime
    }

    /// What the preset rests on.
    pub fn source(&self) -> Source {
        self.source
    }

    /// What the law demands or advises there.
    pub fn rules(&self) -> &[LawRule] {
        &self.rules
    }
}

type Row = core::iter::Map<core::str::Split<'static, char>, fn(&'static str) -> &'static str>;

fn rows() -> impl Iterator<Item = Row> {
    let lines = LINES.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(|line| line.split('|').map(str::trim as fn(&'static str) -> &'static str))
}

fn preset(mut row: Row) -> Option<Jurisdiction> {
    if row.next()? != "preset" {
        return None;
    }
    let id = row.next()?;
    let regime = Regime {
        id: Cow::Borrowed(id),
        kind: RegimeKind::from_word(row.next()?)?,
        regions: Cow::Borrowed(row.next()?),
        grant_max_age: days(row.next()?)?,
        refusal_quiet: days(row.next()?)?,
        gpc: GpcRule::from_word(row.next()?)?,
    };
    Some(Jurisdiction { regime, source: source(row)?, rules: rows().filter_map(|row| rule(row, id)).collect() })
}

fn rule(mut row: Row, of: &str) -> Option<LawRule> {
    if row.next()? != "rule" || row.next()? != of {
        return None;
    }
    let (what, days) = (row.next()?, days(row.next()?));
    let demand = match what {
        "kind" => Demand::Kind,
        "grant-at-most" => Demand::GrantAtMost(days?),
        "refusal-at-least" => Demand::RefusalAtLeast(days?),
        "gpc" => Demand::Gpc,
        "audience-cookie" => Demand::AudienceCookie(days?),
        "audience-data" => Demand::AudienceData(days?),
        _ => return None,
    };
    Some(LawRule { demand, source: source(row)? })
}

fn source(mut row: Row) -> Option<Source> {
    Some(Source { date: row.next()?, basis: SourceBasis::from_word(row.next()?)?, text: row.next()? })
}

fn days(text: &str) -> Option<u64> {
    text.parse::<u64>().ok()?.checked_mul(DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_read() {
        let lines = |first: &str| rows().filter(|row| row.clone().next() == Some(first)).count();
        let places: Vec<_> = Jurisdiction::all().collect();
        assert_eq!(places.len(), lines("preset"));
        assert_eq!(places.iter().map(|place| place.rules.len()).sum::<usize>(), lines("rule"));
        assert_eq!(lines("edition") + lines("preset") + lines("rule"), rows().count());
        for row in rows() {
            let fields = row.clone().count();
            assert_eq!(
                fields,
                match row.clone().next() {
                    Some("preset") => 10,
                    Some("rule") => 7,
                    _ => 2,
                }
            );
        }
    }

    #[test]
    fn every_preset_is_a_good_regime_with_a_source_and_a_date() {
        for (place, it) in Jurisdiction::all().enumerate() {
            assert!(crate::policy::is_id(it.id()));
            assert!(!Jurisdiction::all().take(place).any(|earlier| earlier.id() == it.id()), "{}", it.id());
            let regions: Vec<_> = it.regime.holds_in().collect();
            assert_eq!(regions.len(), it.regime.regions.split(' ').count(), "{}", it.id());
            for seconds in [it.regime.grant_max_age, it.regime.refusal_quiet] {
                assert!((1..=crate::consent::MAX_COOKIE_AGE_SECONDS).contains(&seconds));
            }
            for source in it.rules.iter().map(|rule| rule.source).chain([it.source]) {
                assert!(source.date.len() == 10 && *source.date <= *Jurisdiction::edition(), "{source:?}");
                assert!(!source.text.is_empty());
            }
            let built = crate::Policy::builder("site").regime(it.regime.clone()).build();
            assert!(built.is_ok(), "{built:?}");
        }
    }

    /// The short file is what browsers know.
    #[test]
    fn the_presets_of_a_policy_without_regimes_are_among_them() {
        let defaults: Vec<_> = Regime::presets().collect();
        assert_eq!(defaults.iter().map(Regime::id).collect::<Vec<_>>(), ["eu", "us-ca"]);
        for preset in defaults {
            assert_eq!(Some(&preset), Jurisdiction::get(preset.id()).as_ref().map(|found| &found.regime));
        }
    }

    #[test]
    fn a_region_is_looked_up_by_its_own_code_and_then_by_its_country() {
        let of = |code: &str| Region::parse(code).and_then(Jurisdiction::of).map(|it| it.regime.id.into_owned());
        for (code, wanted) in [
            ("FR", Some("fr")),
            ("FR-IDF", Some("fr")),
            ("AT", Some("eu")),
            ("US-CA", Some("us-ca")),
            ("US-NY", Some("us")),
            ("US", Some("us")),
            ("CA-QC", Some("ca-qc")),
            ("CA-ON", None),
            ("CA", None),
            ("JP", None),
        ] {
            assert_eq!(of(code).as_deref(), wanted, "{code}");
        }
    }
}
