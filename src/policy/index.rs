//! What is derived from a policy once, so that `decide` does not search.

use alloc::{string::String, vec::Vec};

use super::{
    category::{Basis, Category},
    change::Change,
    id::NECESSARY,
    regime::Regime,
    service::Service,
};

/// Whose switch a slot is: a place in the policy's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Owner {
    Category(usize),
    Service(usize),
}

/// Something a visitor can switch: an optional category, or a service with a choice of its own.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Slot {
    pub(crate) owner: Owner,
    pub(crate) id: String,
    /// The name written into the cookie: the key, or the id.
    pub(crate) short: String,
    /// The slot of the category, for a service.
    pub(crate) parent: Option<usize>,
    pub(crate) since: u32,
    /// The highest since among the slot and the services that follow it: an older answer leaves something to ask.
    pub(crate) ask_since: u32,
    /// Whether opt-out laws know one of its uses by name.
    pub(crate) listed_use: bool,
    pub(crate) legitimate_interest: bool,
}

/// Something that an id, a key or a former id stands for in a cookie or in a change. A name that was split stands for
/// several things.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Meaning {
    name: String,
    /// Whether the name is a key: it stands in cookies, and nobody answers by it.
    pub(crate) is_key: bool,
    /// Whether only an older policy knows the target by this name.
    pub(crate) is_former: bool,
    pub(crate) target: Target,
    /// Whether a grant under this name counts: not under a former one, unless the rename was one to one.
    pub(crate) carries_grant: bool,
}

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A slot.
    Slot(usize),
    /// A service without a choice of its own, and the slot it follows.
    Follower { service: usize, slot: usize },
}

/// Where a service gets its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ServicePlace {
    /// The slot that answers for it; `None` for a necessary service.
    pub(crate) slot: Option<usize>,
    pub(crate) since: u32,
}

#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Index {
    pub(crate) slots: Vec<Slot>,
    /// The slot of each category; `None` for the necessary one.
    pub(crate) categories: Vec<Option<usize>>,
    pub(crate) category_since: Vec<u32>,
    pub(crate) services: Vec<ServicePlace>,
    meanings: Vec<Meaning>,
    /// The place of the strictest regime.
    pub(crate) strictest: usize,
}

impl Index {
    /// `since` gives the version of the last `ask` change that touches an id, 1 if none does. A change that touched a
    /// former id touched what it became.
    pub(crate) fn new(
        categories: &[Category],
        services: &[Service],
        regimes: &[Regime],
        since: impl Fn(&str) -> u32,
    ) -> Self {
        let since =
            |id: &str, formerly: &[String]| formerly.iter().map(|former| since(former)).fold(since(id), u32::max);
        let mut index = Self::default();
        for (place, category) in categories.iter().enumerate() {
            let since = since(&category.id, &category.formerly);
            index.category_since.push(since);
            if category.id == NECESSARY {
                index.categories.push(None);
                continue;
            }
            index.categories.push(Some(index.slots.len()));
            index.slots.push(Slot {
                owner: Owner::Category(place),
                id: category.id.clone(),
                short: category.key.as_ref().unwrap_or(&category.id).clone(),
                parent: None,
                since,
                ask_since: since,
                listed_use: !category.uses.is_empty(),
                legitimate_interest: category.basis == Basis::LegitimateInterest,
            });
        }
        for (place, service) in services.iter().enumerate() {
            let category = categories.iter().position(|category| category.id == service.category);
            let parent = category.and_then(|place| index.categories.get(place).copied().flatten());
            let parent = parent.and_then(|parent| Some((parent, index.slots.get_mut(parent)?)));
            let Some(((parent, slot), category)) = parent.zip(category.and_then(|place| categories.get(place))) else {
                index.services.push(ServicePlace { slot: None, since: since(&service.id, &service.formerly) });
                continue;
            };
            let since = since(&service.id, &service.formerly).max(slot.since);
            if service.own_choice {
                let own = Slot {
                    owner: Owner::Service(place),
                    id: service.id.clone(),
                    short: service.key.as_ref().unwrap_or(&service.id).clone(),
                    parent: Some(parent),
                    since,
                    ask_since: since,
                    // From the category itself: its slot also answers for the services that follow it.
                    listed_use: !category.uses.is_empty() || !service.uses.is_empty(),
                    legitimate_interest: service.basis.unwrap_or(category.basis) == Basis::LegitimateInterest,
                };
                index.services.push(ServicePlace { slot: Some(index.slots.len()), since });
                index.slots.push(own);
            } else {
                // A signal against what a service does is against the switch it hangs on: it has no other.
                slot.listed_use |= !service.uses.is_empty();
                slot.legitimate_interest |= service.basis == Some(Basis::LegitimateInterest);
                slot.ask_since = slot.ask_since.max(since);
                index.services.push(ServicePlace { slot: Some(parent), since });
            }
        }
        index.name_everything(categories, services);
        index.strictest = regimes
            .iter()
            .enumerate()
            .max_by_key(|(place, regime)| {
                (regime.kind, core::cmp::Reverse(regime.grant_max_age), core::cmp::Reverse(*place))
            })
            .map_or(0, |(place, _)| place);
        index
    }

    /// Every former name, and what it stands for now.
    pub(crate) fn former_names(&self) -> impl Iterator<Item = (&str, Target)> {
        let former = self.meanings.iter().filter(|meaning| meaning.is_former);
        former.map(|meaning| (meaning.name.as_str(), meaning.target))
    }

    /// Everything that `name` stands for.
    pub(crate) fn meanings(&self, name: &str) -> impl Iterator<Item = &Meaning> {
        self.meanings.iter().filter(move |meaning| meaning.name == name)
    }

    /// The services without a choice of their own that `name` stands for, each with the slot it follows.
    pub(crate) fn followers(&self, name: &str) -> impl Iterator<Item = (usize, usize)> {
        self.meanings(name).filter_map(|meaning| match meaning.target {
            Target::Follower { service, slot } => Some((service, slot)),
            Target::Slot(_) => None,
        })
    }

    /// Whether `name` stands for the slot.
    pub(crate) fn means_slot(&self, name: &str, place: usize) -> bool {
        self.meanings(name).any(|meaning| meaning.target == Target::Slot(place))
    }

    /// Whether `change` touches the slot, under any name it had: itself, its category, or a service that follows it.
    pub(crate) fn touches_slot(&self, change: &Change, place: usize) -> bool {
        let parent = self.slots.get(place).and_then(|slot| slot.parent);
        change.touches.iter().flat_map(|id| self.meanings(id)).any(|meaning| match meaning.target {
            Target::Slot(slot) => slot == place || Some(slot) == parent,
            Target::Follower { slot, .. } => slot == place,
        })
    }

    fn name_everything(&mut self, categories: &[Category], services: &[Service]) {
        for (place, category) in categories.iter().enumerate() {
            if let Some(slot) = self.categories.get(place).copied().flatten() {
                self.name(&category.id, category.key.as_ref(), &category.formerly, Target::Slot(slot));
            }
        }
        for (place, service) in services.iter().enumerate() {
            if let Some(slot) = self.services.get(place).and_then(|known| known.slot) {
                let follower = Target::Follower { service: place, slot };
                let target = if service.own_choice { Target::Slot(slot) } else { follower };
                self.name(&service.id, service.key.as_ref(), &service.formerly, target);
            }
        }
    }

    fn name(&mut self, id: &str, key: Option<&String>, formerly: &[String], target: Target) {
        self.meanings.push(Meaning { name: id.into(), is_key: false, is_former: false, target, carries_grant: true });
        if let Some(key) = key.filter(|key| *key != id) {
            self.meanings.push(Meaning {
                name: key.clone(),
                is_key: true,
                is_former: false,
                target,
                carries_grant: true,
            });
        }
        for former in formerly {
            // Neither a merge nor a split carries a grant.
            let mut one_to_one = formerly.len() == 1;
            for other in self.meanings.iter_mut().filter(|other| other.name == *former) {
                other.carries_grant = false;
                one_to_one = false;
            }
            self.meanings.push(Meaning {
                name: former.clone(),
                is_key: false,
                is_former: true,
                target,
                carries_grant: one_to_one,
            });
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl super::Declared {
    /// The slot that answers for a category or service; `None` where there is none to ask.
    pub(crate) fn slot_of(&self, id: &str) -> Option<usize> {
        let category = self.categories.iter().position(|category| category.id == id);
        if let Some(place) = category {
            return self.index.categories.get(place).copied().flatten();
        }
        let service = self.services.iter().position(|service| service.id == id)?;
        self.index.services.get(service)?.slot
    }
}
