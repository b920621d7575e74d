//! What became of each id.

use alloc::{string::String, vec::Vec};

use crate::policy::{Category, Policy, Service};

/// What categories and services have in common: the names answers are kept under.
pub(super) trait Named {
    fn id(&self) -> &str;
    fn key(&self) -> Option<&str>;
    fn formerly(&self) -> &[String];

    /// Whether it has no answers of its own, and those of its category go on whatever it is called.
    fn follows_category(&self) -> bool {
        false
    }

    /// Every name that an answer about it can stand under.
    fn names(&self) -> impl Iterator<Item = &str> {
        [self.id()].into_iter().chain(self.key()).chain(self.formerly().iter().map(String::as_str))
    }

    fn has_name(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }
}

impl Named for Category {
    fn id(&self) -> &str {
        &self.id
    }

    fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    fn formerly(&self) -> &[String] {
        &self.formerly
    }
}

impl Named for Service {
    fn id(&self) -> &str {
        &self.id
    }

    fn key(&self) -> Option<&str> {
        self.key.as_deref()
    }

    fn formerly(&self) -> &[String] {
        &self.formerly
    }

    fn follows_category(&self) -> bool {
        !self.own_choice
    }
}

/// Where an item comes from.
#[derive(Debug)]
pub(super) enum Origin<'a, T> {
    New,
    Same(&'a T),
    /// A rename that grants follow.
    Renamed(&'a T),
    /// A rename that no grant follows.
    Unfollowed(&'a T),
    Split(&'a T),
    Merged(Vec<&'a T>),
}

/// Where `item` comes from: from the old item of its id, and those whose ids are among its former ones.
pub(super) fn origin<'a, T: Named>(item: &T, old: &'a [T], new: &[T]) -> Origin<'a, T> {
    let origins: Vec<&T> = old.iter().filter(|old| descends(item, *old)).collect();
    match *origins.as_slice() {
        [] => Origin::New,
        [one] if one.id() == item.id() => Origin::Same(one),
        [one] if one.follows_category() && item.follows_category() => Origin::Renamed(one),
        [one] if new.iter().filter(|new| descends(*new, one)).count() > 1 => Origin::Split(one),
        [one] if follows(one, item) => Origin::Renamed(one),
        [one] => Origin::Unfollowed(one),
        _ => Origin::Merged(origins),
    }
}

/// Whether `new` is what `old` became, or one part of it.
pub(super) fn descends<T: Named>(new: &T, old: &T) -> bool {
    new.id() == old.id() || new.formerly().iter().any(|former| former == old.id())
}

/// Whether a grant kept under the old item's name counts for the new one: see `Terms::carries_grant`.
fn follows<T: Named>(old: &T, new: &T) -> bool {
    let kept = old.key().unwrap_or(old.id());
    new.key() == Some(kept) || matches!(new.formerly(), [one] if one == kept)
}

/// The names that an answer about anything in a policy could stand under, now or at any time.
pub(super) fn is_known(policy: &Policy, name: &str) -> bool {
    policy.retired().iter().any(|retired| retired == name)
        || policy.categories().iter().any(|category| category.has_name(name))
        || policy.services().iter().any(|service| service.has_name(name))
}

/// Whether something of the policy goes by `name` today.
pub(super) fn is_current(policy: &Policy, name: &str) -> bool {
    policy.category(name).is_some() || policy.service(name).is_some()
}
