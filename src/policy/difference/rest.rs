//! What is neither a category nor a service: operator, signals, regimes, words, history.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    format,
    string::{String, ToString},
    vec::Vec,
};

use super::{
    Edits, Part,
    items::{texts, written},
    reason::Reason,
};
use crate::{
    banner::Word,
    policy::{Change, GoogleSignal, GpcRule, Localized, NECESSARY, Policy, Regime},
    signals::Region,
};

/// What a visitor can decide on as a whole.
pub(super) fn optional(policy: &Policy) -> impl Iterator<Item = &str> {
    policy.categories().iter().map(|category| category.id()).filter(|id| *id != NECESSARY)
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_string())
}

impl Edits<'_> {
    pub(super) fn policy(&mut self) {
        let (old, new) = (self.old, self.new);
        let id = new.id();
        if old.id() != id {
            self.push(Part::Policy, id, Reason::PolicyId, filled(old.id()), filled(id));
        }
        let (before, after) = (old.contact(), new.contact());
        if before.name != after.name {
            // Who is named for the first time was the operator before.
            let reason = if before.name.is_empty() { Reason::Contact } else { Reason::Controller };
            self.push(Part::Policy, id, reason, filled(&before.name), filled(&after.name));
        }
        for (before, after) in [(&before.url, &after.url), (&before.email, &after.email)] {
            if before != after {
                self.push(Part::Policy, id, Reason::Contact, before.clone(), after.clone());
            }
        }
        if old.default_locale() != new.default_locale() {
            let [before, after] = [old, new].map(|policy| filled(policy.default_locale()));
            self.push(Part::Policy, id, Reason::DefaultLocale, before, after);
        }
        self.retired();
    }

    /// A signal hangs on all the ids behind it. It is wider where some that were behind it no longer are, or where there
    /// were none: then it is granted to visitors who did not grant it.
    pub(super) fn signals(&mut self) {
        for signal in GoogleSignal::ALL {
            let before = behind(self.old, *signal);
            let Some(after) = behind(self.new, *signal) else { continue };
            // What is gone is no longer behind it either.
            let is_kept = |id: &String| {
                let successors = self.successors(id);
                !successors.is_empty() && successors.iter().all(|id| after.contains(id))
            };
            // What hung on nothing was granted to everybody, and is now asked for.
            let is_known = |ids: &BTreeSet<String>| !ids.is_empty() || after.is_empty();
            if !before.as_ref().is_some_and(|ids| is_known(ids) && ids.iter().all(is_kept)) {
                let shown = Some(format!("{} with {}", signal.word(), listed(&after)));
                let before = before.map(|ids| format!("{} with {}", signal.word(), listed(&ids)));
                // Nobody granted what is new.
                let is_new = |id: &&String| self.categories.is_new(id) || self.services.is_new(id);
                let known: Vec<&String> = after.iter().filter(|id| !is_new(id)).collect();
                for id in known {
                    self.push(self.part(id), id, Reason::WiderSignal, before.clone(), shown.clone());
                }
                if after.is_empty() {
                    self.push(Part::Category, NECESSARY, Reason::WiderSignal, before, shown);
                }
            }
        }
    }

    /// What an id of the new policy is.
    fn part(&self, id: &str) -> Part {
        if self.new.category(id).is_some() { Part::Category } else { Part::Service }
    }

    /// What an old id is called in the new policy: several where it was split, none where it is gone.
    fn successors(&self, id: &str) -> Vec<String> {
        let categories = self.categories.successors(id).iter().map(|category| category.id());
        let services = self.services.successors(id).iter().map(|service| service.id());
        categories.chain(services).map(ToString::to_string).collect()
    }

    /// Regimes are compared by what holds where: in each region that a regime of either policy names, and elsewhere.
    pub(super) fn regimes(&mut self) {
        let (old, new) = (self.old, self.new);
        let mut regions: Vec<Option<Region>> = Vec::from([None]);
        for region in old.regimes().iter().chain(new.regimes()).flat_map(Regime::holds_in) {
            if !regions.contains(&Some(region)) {
                regions.push(Some(region));
            }
        }
        let mut pairs: BTreeMap<(&str, &str), Vec<Option<Region>>> = BTreeMap::new();
        for region in regions {
            let (before, after) = (old.regime(region), new.regime(region));
            if before != after && (!same_rule(before, after) || before.id() != after.id()) {
                pairs.entry((before.id(), after.id())).or_default().push(region);
            }
        }
        let mut said: BTreeSet<&str> = BTreeSet::new();
        for ((from, to), regions) in pairs {
            let (Some(before), Some(after)) = (named(old, from), named(new, to)) else { continue };
            let reason = if same_rule(before, after) {
                Reason::RegimeName
            } else if is_laxer(before, after) {
                Reason::LaxerRegime
            } else {
                Reason::StricterRegime
            };
            let places: Vec<&str> =
                regions.iter().map(|region| region.as_ref().map_or("elsewhere", Region::as_str)).collect();
            let shown = |regime: &Regime| Some(format!("{} in {}", rule(regime), places.join(" ")));
            self.push(Part::Regime, to, reason, shown(before), shown(after));
            said.extend([from, to]);
        }
        // What has no effect anywhere.
        let ids: BTreeSet<&str> = old.regimes().iter().chain(new.regimes()).map(Regime::id).collect();
        for id in ids.difference(&said) {
            let (was, is) = (named(old, id), named(new, id));
            let regions = |regime: &Regime| -> BTreeSet<String> {
                regime.holds_in().map(|region| region.as_str().to_string()).collect()
            };
            let same = match (was, is) {
                (Some(was), Some(is)) => same_rule(was, is) && regions(was) == regions(is),
                _ => false,
            };
            if !same {
                self.push(Part::Regime, id, Reason::RegimeName, was.map(rule), is.map(rule));
            }
        }
    }

    pub(super) fn words(&mut self) {
        let (old, new) = (self.old, self.new);
        let empty = Localized::default();
        let data =
            |policy: &Policy| -> Vec<String> { policy.0.data_names.iter().map(|(kind, _)| kind.clone()).collect() };
        let (was, is) = (data(old), data(new));
        for kind in was.iter().chain(is.iter().filter(|kind| !was.contains(kind))) {
            let of = |policy: &Policy| {
                policy.0.data_names.iter().find(|(known, _)| known == kind).map(|(_, name)| name.clone())
            };
            let (before, after) = (of(old), of(new));
            texts(before.as_ref().unwrap_or(&empty), after.as_ref().unwrap_or(&empty), |before, after| {
                self.push(Part::Data, kind, Reason::DataName, before, after);
            });
        }
        for word in Word::ALL {
            let of = |policy: &Policy| policy.0.words.own_wording(*word).cloned().unwrap_or_default();
            texts(&of(old), &of(new), |before, after| self.push(Part::Word, word.word(), Reason::Word, before, after));
        }
    }

    /// The history only grows. Where it says less than it did, old answers would count again.
    pub(super) fn history(&mut self) {
        let (old, new) = (self.old, self.new);
        let shown = |version| Some(format!("version {version}"));
        let said = self.list.len();
        for was in old.changes() {
            let is = new.changes().iter().find(|change| change.version() == was.version());
            let fits = is.is_some_and(|is| {
                // A draft gets its digest when it is published.
                let digest = was.material.is_none() || was.material == is.material;
                digest && Change { material: was.material.clone(), ..is.clone() } == *was
            });
            if !fits {
                let after = is.map(|_| format!("version {}, rewritten", was.version()));
                self.push(Part::Policy, new.id(), Reason::History, shown(was.version()), after);
            }
        }
        if new.version() < old.version() {
            self.push(Part::Policy, new.id(), Reason::History, shown(old.version()), shown(new.version()));
        }
        if self.list.len() == said {
            return;
        }
        for was in old.ids() {
            for is in self.successors(was) {
                if let Some((before, after)) = old.since(was).zip(new.since(&is)).filter(|(old, new)| new < old) {
                    self.push(self.part(&is), &is, Reason::WeakenedHistory, shown(before), shown(after));
                }
            }
        }
    }

    /// The order of categories and services; and whatever else has no meaning, so that nothing changes without a word.
    pub(super) fn order(&mut self) {
        let (old, new) = (self.old, self.new);
        let (categories, services) = (&self.categories, &self.services);
        let stays = |id: &&str| {
            (categories.old(id).is_some() && categories.new_item(id).is_some())
                || (services.old(id).is_some() && services.new_item(id).is_some())
        };
        let ids = |policy: &Policy| policy.ids().filter(stays).collect::<Vec<_>>().join(", ");
        let (before, after) = (ids(old), ids(new));
        if before != after {
            self.push(Part::Policy, new.id(), Reason::Order, Some(before), Some(after));
        } else if self.list.is_empty() && !same_content(old, new) {
            self.push(Part::Policy, new.id(), Reason::Order, None, None);
        }
    }
}

fn named<'a>(policy: &'a Policy, id: &str) -> Option<&'a Regime> {
    policy.regimes().iter().find(|regime| regime.id() == id)
}

/// The ids that a signal hangs on, without those that are always allowed; `None` where it hangs on nothing at all.
fn behind(policy: &Policy, signal: GoogleSignal) -> Option<BTreeSet<String>> {
    let ids: BTreeSet<String> = policy.ids_behind(signal).map(ToString::to_string).collect();
    let is_optional =
        |id: &String| id != NECESSARY && policy.service(id).is_none_or(|service| service.category() != NECESSARY);
    (!ids.is_empty()).then(|| ids.into_iter().filter(is_optional).collect())
}

fn listed(ids: &BTreeSet<String>) -> String {
    if ids.is_empty() {
        return NECESSARY.into();
    }
    ids.iter().map(String::as_str).collect::<Vec<_>>().join(" and ")
}

fn same_rule(old: &Regime, new: &Regime) -> bool {
    (old.kind, old.grant_max_age, old.refusal_quiet, old.gpc)
        == (new.kind, new.grant_max_age, new.refusal_quiet, new.gpc)
}

/// Whether any part of the rule leaves less to visitors than it did.
fn is_laxer(old: &Regime, new: &Regime) -> bool {
    let honours = |rule: GpcRule| match rule {
        GpcRule::Ignore => 0,
        GpcRule::HonourUnlessOverridden => 1,
        GpcRule::Honour => 2,
    };
    new.kind < old.kind
        || new.grant_max_age > old.grant_max_age
        || new.refusal_quiet < old.refusal_quiet
        || honours(new.gpc) < honours(old.gpc)
}

fn rule(regime: &Regime) -> String {
    let [grant, quiet] = [regime.grant_max_age, regime.refusal_quiet].map(written);
    let (id, kind, gpc) = (regime.id(), regime.kind.word(), regime.gpc.word());
    format!("{id}: {kind}, grants count {grant}, refusals are quiet {quiet}, gpc {gpc}")
}

fn same_content(old: &Policy, new: &Policy) -> bool {
    let (old, new) = (&old.0, &new.0);
    (&old.categories, &old.services, &old.retired, &old.data_names, &old.words, &old.terms.regimes)
        == (&new.categories, &new.services, &new.retired, &new.data_names, &new.words, &new.terms.regimes)
}
