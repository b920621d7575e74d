//! What became of each id.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};

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

/// The items of two policies, and which became which: an old one is continued by the new one of its id, and by those that
/// list its id among their former ones.
#[derive(Debug)]
pub(super) struct Lineage<'a, T> {
    old: BTreeMap<&'a str, &'a T>,
    new: BTreeMap<&'a str, &'a T>,
    successors: BTreeMap<&'a str, Vec<&'a T>>,
}

impl<'a, T: Named> Lineage<'a, T> {
    pub(super) fn new(old: &'a [T], new: &'a [T]) -> Self {
        let by_id = |items: &'a [T]| items.iter().map(|item| (item.id(), item)).collect();
        let mut lineage = Self { old: by_id(old), new: by_id(new), successors: BTreeMap::new() };
        for item in new {
            for old in lineage.origins(item) {
                lineage.successors.entry(old.id()).or_default().push(item);
            }
        }
        lineage
    }

    fn origins(&self, item: &T) -> Vec<&'a T> {
        let ids =
            [item.id()].into_iter().chain(item.formerly().iter().map(String::as_str).filter(|id| *id != item.id()));
        ids.filter_map(|id| self.old.get(id).copied()).collect()
    }

    pub(super) fn old(&self, id: &str) -> Option<&'a T> {
        self.old.get(id).copied()
    }

    pub(super) fn new_item(&self, id: &str) -> Option<&'a T> {
        self.new.get(id).copied()
    }

    /// What an old item is now: several after a split, none if it is gone.
    pub(super) fn successors(&self, id: &str) -> &[&'a T] {
        self.successors.get(id).map_or(&[], Vec::as_slice)
    }

    /// Whether an id of the new policy comes from none of the old one's.
    pub(super) fn is_new(&self, id: &str) -> bool {
        self.new.get(id).is_some_and(|item| self.origins(item).is_empty())
    }

    /// Where a new item comes from.
    pub(super) fn origin(&self, item: &T) -> Origin<'a, T> {
        let origins = self.origins(item);
        match *origins.as_slice() {
            [] => Origin::New,
            [one] if one.id() == item.id() => Origin::Same(one),
            [one] if one.follows_category() && item.follows_category() => Origin::Renamed(one),
            [one] if self.successors(one.id()).len() > 1 => Origin::Split(one),
            [one] if follows(one, item) => Origin::Renamed(one),
            [one] => Origin::Unfollowed(one),
            _ => Origin::Merged(origins),
        }
    }
}

/// Whether a grant kept under the old item's name counts for the new one: see `Terms::carries_grant`.
fn follows<T: Named>(old: &T, new: &T) -> bool {
    let kept = old.key().unwrap_or(old.id());
    new.key() == Some(kept) || matches!(new.formerly(), [one] if one == kept)
}

/// Every name that an answer about anything in a policy could stand under, now or at any time.
pub(super) fn known_names(policy: &Policy) -> BTreeSet<&str> {
    let categories = policy.categories().iter().flat_map(Named::names);
    let services = policy.services().iter().flat_map(Named::names);
    categories.chain(services).chain(policy.retired().iter().map(String::as_str)).collect()
}
