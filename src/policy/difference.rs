//! What changed between two policies, and what that means for visitors.
//!
//! Consent covers what visitors were told when they gave it. So each change has a class:
//!
//! - **ask** ([`ChangeKind::Ask`]): no consent given before covers it. New or wider purposes, recipients, data, countries,
//!   longer storage; a move between optional categories or out of the necessary one; whatever would make an old answer
//!   count for something it was not given for.
//! - **notify** ([`ChangeKind::Notify`]): visitors are told. Contact, processors, what becomes necessary, a laxer regime.
//! - **none** ([`ChangeKind::Editorial`]): wording, and whatever is less than was agreed to.
//!
//! Nobody can be asked about what is necessary: what would be `ask` elsewhere is `notify` there.
//!
//! ```
//! use consentry::{Category, Policy, Service, policy::{ChangeKind, Difference, difference::Reason}};
//!
//! let visits = || Service::new("visits", "statistics").data("page");
//! let policy = |service| Policy::builder("site").category(Category::new("statistics")).service(service).build();
//! let difference = Difference::between(&policy(visits())?, &policy(visits().recipient("Metrics Ltd"))?);
//! assert_eq!(difference.demands(), ChangeKind::Ask);
//! assert_eq!(difference.edits()[0].reason(), Reason::NewRecipient);
//! assert_eq!(difference.touches(), ["visits"]);
//! # Ok::<(), consentry::policy::Faults>(())
//! ```

mod items;
mod lineage;
mod reason;
mod rest;
mod sentences;

use alloc::{
    collections::BTreeSet,
    string::{String, ToString},
    vec::Vec,
};

pub use self::reason::Reason;
use self::{
    lineage::{Lineage, known_names},
    rest::optional,
};
use crate::policy::{Category, Change, ChangeKind, NECESSARY, Policy, Service, category::words};

/// What part of a policy changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Part {
    /// The policy as a whole.
    Policy,
    /// A category.
    Category,
    /// A service.
    Service,
    /// A regime.
    Regime,
    /// A kind of data.
    Data,
    /// One of the library's words.
    Word,
}

words!(Part: Policy = "policy", Category = "category", Service = "service", Regime = "regime", Data = "data",
    Word = "word");

/// One change, as small as the format of policies allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    part: Part,
    id: String,
    reason: Reason,
    kind: ChangeKind,
    before: Option<String>,
    after: Option<String>,
}

impl Edit {
    /// What part of the policy changed.
    pub fn part(&self) -> Part {
        self.part
    }

    /// Its id: that of the new policy, except for what is gone.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What changed.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// What it means for visitors: [`Reason::kind`], but at most `notify` for what is necessary.
    pub fn kind(&self) -> ChangeKind {
        self.kind
    }

    /// What was there, as policies are written: `182d`, an id, a text; `None` where there was nothing.
    pub fn before(&self) -> Option<&str> {
        self.before.as_deref()
    }

    /// What is there now.
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }
}

/// What changed between two policies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    old: Policy,
    new: Policy,
    edits: Vec<Edit>,
}

impl Difference {
    /// Compares two policies, of any versions. What is declared between them, the entries of the history, is no change
    /// itself; what the difference demands of them is [`demands`](Self::demands) and [`touches`](Self::touches).
    ///
    /// Categories and services are the same where their id is, or where `formerly` says so; the order of lists means
    /// nothing. Two policies that differ in anything differ here.
    pub fn between(old: &Policy, new: &Policy) -> Self {
        let mut edits = Edits {
            old,
            new,
            categories: Lineage::new(old.categories(), new.categories()),
            services: Lineage::new(old.services(), new.services()),
            known: known_names(old),
            list: Vec::new(),
        };
        edits.policy();
        edits.categories();
        edits.services();
        edits.signals();
        edits.regimes();
        edits.words();
        edits.history();
        edits.order();
        Self { old: old.clone(), new: new.clone(), edits: edits.list }
    }

    /// The policy before.
    pub fn before(&self) -> &Policy {
        &self.old
    }

    /// The policy after.
    pub fn after(&self) -> &Policy {
        &self.new
    }

    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.edits.is_empty()
    }

    /// Each change: of the policy, then of its categories and services in the new policy's order, then of the rest.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// The least class that the whole can be published with.
    pub fn demands(&self) -> ChangeKind {
        self.edits.iter().map(Edit::kind).max().unwrap_or(ChangeKind::Editorial)
    }

    /// The ids that a [`Change`](crate::Change) of the demanded class has to touch, in the new policy's order: those with
    /// an edit of this class. None where wording is all that changed.
    pub fn touches(&self) -> Vec<&str> {
        let demanded = self.demands();
        if demanded == ChangeKind::Editorial {
            return Vec::new();
        }
        let edits = self.edits.iter().filter(|edit| edit.kind == demanded);
        let mut ids: BTreeSet<&str> = BTreeSet::new();
        for edit in edits {
            match edit.part {
                Part::Category | Part::Service => {
                    ids.insert(&edit.id);
                }
                // Whoever asks about everything asks about every category.
                Part::Policy if demanded == ChangeKind::Ask => ids.extend(optional(&self.new)),
                _ => {}
            }
        }
        self.new.ids().filter(|id| ids.contains(id)).collect()
    }

    /// The new policy as publishing would make it, for what has to be known of it before: with a change of the class and about
    /// the ids that the difference demands, where it does not declare them. The change has no words and no digest.
    pub fn published(&self) -> Policy {
        let demanded = self.demands();
        if demanded == ChangeKind::Editorial || self.is_declared() {
            return self.new.clone();
        }
        let mut policy = self.new.to_builder();
        let drafted = policy.changes.last().filter(|newest| newest.material.is_none()).cloned();
        let mut change = match drafted {
            Some(draft) => {
                policy.changes.pop();
                Change { kind: draft.kind.max(demanded), ..draft }
            }
            None => Change::new(self.new.version().get() + 1, demanded),
        };
        for id in self.touches() {
            if !change.touches.iter().any(|touched| touched == id) {
                change = change.touches(id);
            }
        }
        policy.changes.push(change);
        policy.assemble()
    }

    /// Whether the changes that the new policy declares after the old one's version cover the difference: each edit to be
    /// asked about is touched by an `ask`, itself or its category, and what is to be told has a `notify` or an `ask`.
    pub fn is_declared(&self) -> bool {
        let since = self.old.version();
        let declared = || self.new.changes().iter().filter(|change| change.version() > since);
        let told = declared().map(|change| change.kind()).max();
        let asks = declared().filter(|change| change.kind() == ChangeKind::Ask);
        let asked: BTreeSet<&str> = asks.flat_map(|change| change.touched()).map(String::as_str).collect();
        let with_category = self.new.services().iter().filter(|service| asked.contains(service.category()));
        let with_category: BTreeSet<&str> = with_category.map(|service| service.id()).collect();
        match self.demands() {
            ChangeKind::Editorial => true,
            ChangeKind::Notify => told >= Some(ChangeKind::Notify),
            ChangeKind::Ask => self.touches().iter().all(|id| asked.contains(id) || with_category.contains(id)),
        }
    }
}

/// The list while it is made.
struct Edits<'a> {
    old: &'a Policy,
    new: &'a Policy,
    categories: Lineage<'a, Category>,
    services: Lineage<'a, Service>,
    /// Every name of the old policy that an answer can stand under.
    known: BTreeSet<&'a str>,
    list: Vec<Edit>,
}

impl Edits<'_> {
    fn push(&mut self, part: Part, id: &str, reason: Reason, before: Option<String>, after: Option<String>) {
        let is_necessary = match part {
            Part::Category => id == NECESSARY,
            Part::Service => self.services.new_item(id).is_some_and(|service| service.category() == NECESSARY),
            // There is nobody to ask where nothing is optional.
            _ => optional(self.new).next().is_none(),
        };
        let most = if is_necessary { ChangeKind::Notify } else { ChangeKind::Ask };
        let kind = reason.kind().min(most);
        self.list.push(Edit { part, id: id.to_string(), reason, kind, before, after });
    }
}
