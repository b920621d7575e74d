//! The rules, as data.

use super::Severity;

const LINES: &str = include_str!("../advice.txt");

/// A rule that warnings go by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdviceRule {
    /// Its code, such as `no-contact`.
    pub code: &'static str,
    /// How much it weighs.
    pub severity: Severity,
    /// As of when its source holds, such as `2026-01-01`.
    pub date: &'static str,
    /// What says so. `jurisdictions` where the law of a place does: then each warning has its own.
    pub source: &'static str,
    /// What it finds.
    pub about: &'static str,
    /// What mends it.
    pub help: &'static str,
}

impl AdviceRule {
    /// Whether nothing can be said by it where it is not known which language is the default.
    #[cfg(any(feature = "toml", feature = "json"))]
    pub(in crate::policy) fn is_about_languages(&self) -> bool {
        matches!(self.code, "missing-text" | "missing-language" | "unused-language")
    }
}

pub(super) fn all() -> impl Iterator<Item = AdviceRule> {
    LINES.lines().filter(|line| !line.starts_with('#')).filter_map(|line| {
        let mut fields = line.split(" | ");
        let mut field = || fields.next();
        Some(AdviceRule {
            code: field()?,
            severity: Severity::from_word(field()?)?,
            date: field()?,
            source: field()?,
            about: field()?,
            help: field()?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_rule_with_a_source_and_a_date() {
        assert_eq!(all().count(), LINES.lines().filter(|line| !line.starts_with('#')).count());
        for (place, rule) in all().enumerate() {
            assert!(!all().take(place).any(|earlier| earlier.code == rule.code), "{}", rule.code);
            assert!(rule.date.len() == 10 && !rule.source.is_empty() && !rule.help.is_empty(), "{rule:?}");
        }
    }
}
