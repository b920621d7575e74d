//! The history of a policy.

use alloc::{string::String, vec::Vec};

use time::Date;

use super::{category::words, localized::Localized};

/// A policy version: whole numbers from 1, one a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct PolicyVersion(pub(crate) u32);

impl PolicyVersion {
    /// The first version.
    pub const FIRST: Self = Self(1);

    /// The version `number`, which counts from 1.
    pub const fn new(number: u32) -> Option<Self> {
        if number == 0 { None } else { Some(Self(number)) }
    }

    /// The number.
    pub const fn get(self) -> u32 {
        self.0
    }
}

impl core::fmt::Display for PolicyVersion {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}

/// What a change means for visitors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum ChangeKind {
    /// Wording only: nobody is told.
    Editorial,
    /// Shown conspicuously, without asking (WP260 rev.01, paragraph 29).
    Notify,
    /// Consent given before does not cover it: the ids it touches are asked again (EDPB 05/2020, paragraph 110).
    Ask,
}

words!(ChangeKind: Editorial = "editorial", Notify = "notify", Ask = "ask");

/// One entry of a policy's history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub(crate) version: u32,
    pub(crate) effective: Option<Date>,
    pub(crate) kind: ChangeKind,
    pub(crate) touches: Vec<String>,
    pub(crate) summary: Localized,
    pub(crate) material: Option<String>,
}

impl Change {
    /// The change that makes `version`.
    pub fn new(version: u32, kind: ChangeKind) -> Self {
        Self { version, effective: None, kind, touches: Vec::new(), summary: Localized::default(), material: None }
    }

    /// A change that asks visitors again about what it touches.
    pub fn ask(version: u32) -> Self {
        Self::new(version, ChangeKind::Ask)
    }

    /// A change shown without asking.
    pub fn notify(version: u32) -> Self {
        Self::new(version, ChangeKind::Notify)
    }

    /// A change of wording.
    pub fn editorial(version: u32) -> Self {
        Self::new(version, ChangeKind::Editorial)
    }

    /// The date shown to visitors. Nothing is decided on it.
    #[must_use]
    pub fn effective(mut self, date: Date) -> Self {
        self.effective = Some(date);
        self
    }

    /// A category or service the change touches.
    #[must_use]
    pub fn touches(mut self, id: impl Into<String>) -> Self {
        self.touches.push(id.into());
        self
    }

    /// What changed, in words for visitors, in `locale`.
    #[must_use]
    pub fn summary(mut self, locale: &str, text: impl Into<String>) -> Self {
        self.summary.set(locale, text);
        self
    }

    /// The digest of what a grant depends on, [`Policy::material`](super::Policy::material), once published.
    #[must_use]
    pub fn material(mut self, digest: impl Into<String>) -> Self {
        self.material = Some(digest.into());
        self
    }

    /// The version it makes.
    pub fn version(&self) -> PolicyVersion {
        PolicyVersion(self.version)
    }

    /// What it means for visitors.
    pub fn kind(&self) -> ChangeKind {
        self.kind
    }

    /// The date shown to visitors.
    pub fn effective_date(&self) -> Option<Date> {
        self.effective
    }

    /// The ids it touches.
    pub fn touched(&self) -> &[String] {
        &self.touches
    }

    /// The digest of what a grant depends on; `None` for a draft.
    pub fn digest(&self) -> Option<&str> {
        self.material.as_deref()
    }

    /// What changed, in each language.
    pub fn summaries(&self) -> &Localized {
        &self.summary
    }
}
