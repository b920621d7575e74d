//! The history of a policy for visitors.

use alloc::{format, vec::Vec};

use super::{Html, Word};
use crate::policy::{ChangeKind, Policy};

/// Writes what changed, the newest change first: version, date and summary of each. What was only wording is left out.
pub fn history(policy: &Policy, locale: &str, out: &mut Html) {
    let word = |word| policy.word(word, locale);
    let shown: Vec<_> = policy.changes().iter().rev().filter(|change| change.kind() != ChangeKind::Editorial).collect();
    if shown.is_empty() {
        out.open("p");
        out.text(word(Word::NoHistory));
        out.close();
        return;
    }
    out.open("dl");
    for change in shown {
        let date = change.effective_date().map(|date| format!(", {date}")).unwrap_or_default();
        out.open("dt");
        out.text(&format!("{} {}{date}", word(Word::PolicyVersion), change.version()));
        out.close();
        out.open("dd");
        out.text(change.summaries().get(locale, policy.default_locale()).unwrap_or_default());
        out.close();
    }
    out.close();
}
