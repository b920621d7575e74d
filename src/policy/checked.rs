//! A policy file as it was read: what it says, what is wrong with it, and where everything stands.

use alloc::vec::Vec;
use core::ops::Range;

use super::{
    Advice, Policy, Position, Severity, Warning,
    builder::PolicyBuilder,
    document::{self, Walk},
    fault::{Fault, Faults},
    reader::{self, Spans, Unread},
    validate,
};

/// A policy file that was read by a tool, such as one that checks or edits it. Knows the place of everything in it, and has
/// something to say also of a policy with faults.
pub struct Checked<'s> {
    source: &'s str,
    /// Nothing where the file is no TOML or JSON.
    policy: Option<PolicyBuilder>,
    faults: Vec<Fault>,
    unread: Unread,
    spans: Spans,
}

impl<'s> Checked<'s> {
    pub(super) fn new(
        source: &'s str,
        policy: Option<PolicyBuilder>,
        mut faults: Vec<Fault>,
        unread: Unread,
        spans: Spans,
    ) -> Self {
        document::locate(source, &mut faults, Fault::span, |fault| &mut fault.position);
        Self { source, policy, faults, unread, spans }
    }

    pub(super) fn unreadable(source: &'s str, faults: Vec<Fault>) -> Self {
        Self::new(source, None, faults, Unread::default(), Spans::default())
    }

    /// Everything that is wrong, in the order of the file.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }

    /// What can be said against the policy by [`Advice`], in the order of the file; of a policy with faults, what does not
    /// hang on them.
    pub fn warnings(&self, advice: &Advice<'_>) -> Vec<Warning> {
        let Some(policy) = &self.policy else { return Vec::new() };
        // What could not be read may be what is missing.
        let faulty = |path: &str| {
            let below = |fault: &Fault| fault.path.strip_prefix(path).is_some_and(|rest| rest.starts_with(['.', '[']));
            self.unread.has(path)
                || self.faults.iter().any(|fault| fault.path == path || (!path.is_empty() && below(fault)))
        };
        let mut warnings = advice.of_builder(policy);
        warnings.retain(|warning| !faulty(&warning.path));
        // What cannot be published yet is no news.
        if !self.faults.is_empty() {
            warnings.retain(|warning| warning.severity() != Severity::Note);
        }
        if faulty("default_locale") {
            warnings.retain(|warning| !warning.rule.is_about_languages());
        }
        for warning in &mut warnings {
            warning.span = self.span(&warning.path);
        }
        document::locate(self.source, &mut warnings, Warning::span, |warning| &mut warning.position);
        warnings
    }

    /// The bytes of what a path such as `service[2].cookies[0].name` names, or of the nearest thing above it that is in the
    /// file. Of a table of its own they are its head.
    pub fn span(&self, path: &str) -> Option<Range<usize>> {
        reader::nearest_span(&self.spans, path)
    }

    /// Line and column of what a path names, as [`span`](Self::span) finds it.
    pub fn position(&self, path: &str) -> Option<Position> {
        self.span(path).map(|span| Walk::new(self.source).position(span.start))
    }

    /// The policy.
    ///
    /// # Errors
    /// All faults at once.
    pub fn into_policy(self) -> Result<Policy, Faults> {
        match self.policy {
            Some(policy) if self.faults.is_empty() => Ok(policy.assemble()),
            _ => Err(Faults::new(self.faults)),
        }
    }

    /// The policy, also where it was edited and not published yet, for tools that compare or publish it. It need not have the
    /// content its newest change was published with ([`FaultCode::Material`](super::FaultCode::Material)), its history may
    /// touch ids that are gone without being former or retired ones, and a change may lack its summary or ids. No site should
    /// decide on such a policy: what it may do is not what its visitors were told.
    ///
    /// # Errors
    /// Every other fault.
    pub fn into_unpublished(mut self) -> Result<Policy, Faults> {
        self.faults.retain(|fault| !validate::is_mended_by_publishing(fault));
        self.into_policy()
    }
}

impl core::fmt::Debug for Checked<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Checked").field("faults", &self.faults).finish_non_exhaustive()
    }
}
