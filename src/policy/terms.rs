//! The terms of a policy: all that a decision depends on, without the words that only people read. Server and browser
//! decide on the same terms; a browser has nothing else of the policy.

use alloc::{borrow::Cow, vec::Vec};

use super::{
    change::ChangeKind,
    id::NECESSARY,
    regime::{GpcRule, Regime, RegimeKind},
};
use crate::{
    decision::Switches,
    signals::Region,
    text::{has_word, words},
};

/// The place of the necessary category, the first in every policy. It has no switch.
pub(crate) const NECESSARY_PLACE: usize = 0;

/// A text of a policy: the policy's own, or a piece of the compiled policy that a page keeps for as long as it lives.
pub(crate) type Text = Cow<'static, str>;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Terms {
    pub(crate) id: Text,
    pub(crate) version: u32,
    /// Categories, `necessary` first, then services: an item is known by its place.
    pub(crate) items: Vec<Item>,
    pub(crate) regimes: Vec<Regime>,
    /// The place of the strictest regime: the one with the shortest life of a grant, of equally strict kinds.
    strictest: usize,
    pub(crate) steps: Vec<Step>,
}

/// A category or a service.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) id: Text,
    /// The name written into the cookie: the key, or the id.
    pub(crate) short: Text,
    /// Names it once had, separated by spaces.
    pub(crate) formerly: Text,
    /// Names of the cookies it sets, separated by spaces; a `*` may stand at the end of one.
    pub(crate) cookies: Text,
    /// The place of the item's category: its own, for a category.
    pub(crate) category: usize,
    /// The place of the item whose switch answers for it: its own, or its category's.
    pub(crate) switch: usize,
    pub(crate) since: u32,
    /// Whether opt-out laws know one of the item's own uses by name.
    pub(crate) has_use: bool,
    /// Whether the item goes without consent by its own legal basis.
    pub(crate) has_interest: bool,
    /// What the item's switch is about: all that hangs on it.
    pub(crate) covers: Covers,
}

/// What a switch is about, with everything that follows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Covers {
    /// The highest since: an older answer leaves something to ask.
    pub(crate) since: u32,
    /// Whether opt-out laws know one of the uses by name.
    pub(crate) listed_use: bool,
    pub(crate) legitimate_interest: bool,
}

/// A change, as far as prompts and notices depend on it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Step {
    pub(crate) version: u32,
    pub(crate) kind: ChangeKind,
    /// The ids it touches, separated by spaces.
    pub(crate) touches: Text,
}

/// How an item goes by a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sense {
    Id,
    /// It stands in cookies, and nobody answers by it.
    Key,
    /// Only an older policy knows the item by this name.
    Former,
}

/// What holds if there is no regime at all; the presets are filled in, so this is never seen.
static STRICT: Regime = Regime {
    id: Cow::Borrowed(""),
    kind: RegimeKind::OptIn,
    regions: Cow::Borrowed(""),
    grant_max_age: 0,
    refusal_quiet: 0,
    gpc: GpcRule::Honour,
};

impl Terms {
    /// Terms with the built-in category and nothing else.
    pub(crate) fn new(id: Text, version: u32) -> Self {
        let necessary = Item { id: NECESSARY.into(), short: NECESSARY.into(), since: 1, ..Item::default() };
        Self { id, version, items: Vec::from([necessary]), regimes: Vec::new(), strictest: 0, steps: Vec::new() }
    }

    /// Adds an item; its category must be there. A service's since is never below its category's.
    pub(crate) fn add(&mut self, mut item: Item) {
        let place = self.items.len();
        item.covers = Covers { since: item.since, listed_use: item.has_use, legitimate_interest: item.has_interest };
        // A category's own place is not there yet.
        if let Some(category) = self.items.get_mut(item.category).filter(|_| item.category != NECESSARY_PLACE) {
            item.since = item.since.max(category.since);
            item.covers.since = item.since;
            if item.switch == place {
                // From the category itself: its switch also answers for what follows it.
                item.covers.listed_use |= category.has_use;
            } else {
                // A signal against what a service does is against the switch it hangs on: it has no other.
                category.covers.listed_use |= item.has_use;
                category.covers.legitimate_interest |= item.has_interest;
                category.covers.since = category.covers.since.max(item.since);
            }
        }
        self.items.push(item);
    }

    /// Ends the list of regimes.
    pub(crate) fn close_regimes(&mut self) {
        for (place, regime) in self.regimes.iter().enumerate() {
            if regime.is_stricter(self.regime(self.strictest)) {
                self.strictest = place;
            }
        }
    }

    pub(crate) fn place(&self, id: &str) -> Option<usize> {
        self.items.iter().position(|item| *item.id == *id)
    }

    pub(crate) fn item(&self, place: usize) -> Option<&Item> {
        self.items.get(place)
    }

    /// Everything a visitor can switch: optional categories, and services with a choice of their own.
    pub(crate) const fn switches(&self) -> Switches<'_> {
        Switches { items: self.items.as_slice(), next: 0 }
    }

    /// The items that `name` stands for. A name that was split stands for several; what is necessary is asked by none.
    pub(crate) const fn named<'a>(&'a self, name: &'a str) -> Named<'a> {
        Named { items: self.items.as_slice(), name, next: 0 }
    }

    /// Whether a grant under `name` counts for an item that goes by it: not under a former name, unless the rename was
    /// one to one. Neither a merge nor a split carries a grant.
    pub(crate) fn carries_grant(&self, name: &str, item: &Item, sense: Sense) -> bool {
        let bearers = || self.items.iter().filter(|item| item.sense(name) == Some(Sense::Former)).count();
        sense != Sense::Former || (*item.formerly == *name && bearers() == 1)
    }

    /// Whether a step touches a switch, under any name it had: itself, its category, or a service that follows it.
    pub(crate) fn touches(&self, step: &Step, place: usize, switch: &Item) -> bool {
        for id in words(&step.touches) {
            for (at, item, _) in self.named(id) {
                if item.switch == place || at == switch.category {
                    return true;
                }
            }
        }
        false
    }

    pub(crate) fn regime(&self, place: usize) -> &Regime {
        self.regimes.get(place).unwrap_or(&STRICT)
    }

    /// The place of the regime of a region. The more specific code wins: `US-CA` before `US`. Where the region is
    /// unknown or in no regime, the strictest one.
    pub(crate) fn regime_of(&self, region: Option<&Region>) -> usize {
        let Some(region) = region else { return self.strictest };
        for code in [region.code(), region.country()] {
            for (place, regime) in self.regimes.iter().enumerate() {
                if has_word(&regime.regions, code) {
                    return place;
                }
            }
        }
        self.strictest
    }
}

/// The items that go by a name, each with its place. One small type instead of an iterator adapter, so that every place
/// that goes through them shares its code.
pub(crate) struct Named<'a> {
    items: &'a [Item],
    name: &'a str,
    next: usize,
}

impl<'a> Iterator for Named<'a> {
    type Item = (usize, &'a Item, Sense);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let place = self.next;
            let item = self.items.get(place)?;
            self.next += 1;
            if let Some(sense) = item.sense(self.name) {
                return Some((place, item, sense));
            }
        }
    }
}

impl Item {
    pub(crate) fn is_switch(&self, place: usize) -> bool {
        self.switch == place && place != NECESSARY_PLACE
    }

    fn sense(&self, name: &str) -> Option<Sense> {
        if self.switch == NECESSARY_PLACE {
            None
        } else if *self.id == *name {
            Some(Sense::Id)
        } else if *self.short == *name {
            Some(Sense::Key)
        } else {
            has_word(&self.formerly, name.as_bytes()).then_some(Sense::Former)
        }
    }
}
