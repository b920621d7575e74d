//! Policies that change at random, and what their changes mean: the tests' own account of it, made while a policy is
//! changed and not read from the library.

mod steps;

use std::collections::{BTreeMap, BTreeSet};

use consentry::{
    Category, Change, CookieRule, Policy, Regime, RegimeKind, Service,
    policy::{Basis, ChangeKind, GpcRule, Use},
};
use fastrand::Rng;
use steps::Steps;

#[derive(Clone, Debug)]
pub struct CategoryFacts {
    pub id: String,
    pub key: Option<String>,
    pub listed: bool,
    pub interest: bool,
    pub formerly: Vec<String>,
}

#[derive(Clone, Debug)]
pub struct ServiceFacts {
    pub id: String,
    pub key: Option<String>,
    pub category: String,
    pub own: bool,
    pub listed: bool,
    pub formerly: Vec<String>,
}

/// One version of a policy.
#[derive(Clone, Debug)]
pub struct Edition {
    pub policy: Policy,
    pub categories: Vec<CategoryFacts>,
    pub services: Vec<ServiceFacts>,
    /// The version of the last change that asks about an id itself, or about one it came from.
    since: BTreeMap<String, u32>,
    /// What each id of the edition before became. An id that is not here stayed what it was.
    became: BTreeMap<String, Vec<String>>,
    /// Of those, the ids of renames that are one to one.
    renamed: BTreeSet<String>,
    /// Services that changed their category.
    moved: BTreeSet<String>,
}

impl Edition {
    pub fn has(&self, id: &str) -> bool {
        self.categories.iter().any(|c| c.id == id) || self.services.iter().any(|s| s.id == id)
    }

    pub fn service(&self, id: &str) -> Option<&ServiceFacts> {
        self.services.iter().find(|service| service.id == id)
    }

    /// The ids a visitor has a switch for.
    pub fn switches(&self) -> Vec<String> {
        let categories = self.categories.iter().map(|c| c.id.clone());
        categories.chain(self.services.iter().filter(|s| s.own).map(|s| s.id.clone())).collect()
    }

    pub fn ids(&self) -> Vec<String> {
        self.categories.iter().map(|c| c.id.clone()).chain(self.services.iter().map(|s| s.id.clone())).collect()
    }

    /// The services that follow `category`.
    pub fn followers(&self, category: &str) -> impl Iterator<Item = &ServiceFacts> {
        self.services.iter().filter(move |service| !service.own && service.category == category)
    }

    /// The switch that answers for an id.
    pub fn switch_of<'a>(&'a self, id: &'a str) -> &'a str {
        self.service(id).filter(|service| !service.own).map_or(id, |service| service.category.as_str())
    }

    /// A service's is never below its category's.
    pub fn since(&self, id: &str) -> u32 {
        let of = |id: &str| self.since.get(id).copied().unwrap_or(1);
        let category = self.service(id).map_or(1, |service| of(&service.category));
        of(id).max(category)
    }

    /// Whether a signal is about a switch: in an opt-out regime by its uses or those of what follows it.
    pub fn is_listed(&self, switch: &str) -> bool {
        let category = |id: &str| self.categories.iter().any(|c| c.id == id && c.listed);
        match self.service(switch) {
            Some(service) => service.listed || category(&service.category),
            None => category(switch) || self.followers(switch).any(|service| service.listed),
        }
    }
}

/// Everything a policy ever was, oldest first: the edition of version 1 is the first.
#[derive(Clone, Debug)]
pub struct History {
    pub editions: Vec<Edition>,
    /// How long a grant counts in the opt-in regime, in days.
    pub grant_days: u64,
    regimes: Vec<Regime>,
    changes: Vec<Change>,
    retired: Vec<String>,
    names: u32,
}

/// Regions of an opt-in, an opt-out and an inform regime.
pub const REGIONS: [&str; 4] = ["FR", "US-CA", "US-CO", "AU"];

pub fn days(days: u64) -> std::time::Duration {
    std::time::Duration::from_secs(days * 86_400)
}

fn regimes(rng: &mut Rng, grant_days: u64) -> Vec<Regime> {
    let rules = [GpcRule::Honour, GpcRule::HonourUnlessOverridden];
    let opt_out = |id, regions, gpc| Regime::new(id, RegimeKind::OptOut).regions(regions).gpc(gpc);
    vec![
        Regime::new("in", RegimeKind::OptIn).regions("FR").grant_max_age(days(grant_days)).refusal_quiet(days(90)),
        opt_out("out", "US-CA", GpcRule::HonourUnlessOverridden).grant_max_age(days(rng.u64(30..=400))),
        opt_out("strict", "US-CO", rules[rng.usize(..2)]),
        Regime::new("inform", RegimeKind::Inform).regions("AU"),
    ]
}

impl History {
    pub fn new(rng: &mut Rng) -> Self {
        let grant_days = rng.u64(30..=400);
        let regimes = regimes(rng, grant_days);
        let mut history =
            Self { editions: Vec::new(), grant_days, regimes, changes: Vec::new(), retired: Vec::new(), names: 0 };
        let categories = (0..rng.usize(1..=4)).map(|_| history.new_category(rng)).collect::<Vec<_>>();
        let mut services = Vec::new();
        for _ in 0..rng.usize(0..=5) {
            services.push(history.new_service(rng, &categories));
        }
        history.publish(categories, services, BTreeMap::new(), Steps::default());
        history
    }

    pub fn latest(&self) -> u32 {
        self.editions.len() as u32
    }

    pub fn edition(&self, version: u32) -> &Edition {
        &self.editions[version as usize - 1]
    }

    fn name(&mut self, prefix: &str) -> String {
        self.names += 1;
        format!("{prefix}{}", self.names)
    }

    fn key(&mut self, rng: &mut Rng) -> Option<String> {
        (rng.u8(..3) == 0).then(|| self.name("k"))
    }

    fn new_category(&mut self, rng: &mut Rng) -> CategoryFacts {
        CategoryFacts {
            id: self.name("c"),
            key: self.key(rng),
            listed: rng.u8(..3) == 0,
            interest: rng.u8(..6) == 0,
            formerly: Vec::new(),
        }
    }

    fn new_service(&mut self, rng: &mut Rng, categories: &[CategoryFacts]) -> ServiceFacts {
        ServiceFacts {
            id: self.name("s"),
            key: self.key(rng),
            category: categories[rng.usize(..categories.len())].id.clone(),
            own: rng.bool(),
            listed: rng.u8(..5) == 0,
            formerly: Vec::new(),
        }
    }

    /// Makes the next version: some steps, then a change that goes with them.
    pub fn evolve(&mut self, rng: &mut Rng) {
        let last = self.edition(self.latest()).clone();
        let (mut categories, mut services) = (last.categories, last.services);
        let mut steps = Steps::default();
        for _ in 0..rng.usize(0..=2) {
            self.step(rng, &mut categories, &mut services, &mut steps);
        }
        let version = self.latest() + 1;
        let mut since = BTreeMap::new();
        for id in categories.iter().map(|c| &c.id).chain(services.iter().map(|s| &s.id)) {
            let came_from = steps.became.iter().filter(|(_, new)| new.contains(id)).map(|(old, _)| old);
            let inherited = came_from.chain([id]).filter_map(|old| last.since.get(old)).max();
            since.insert(id.clone(), inherited.copied().unwrap_or(1));
        }
        let mut touched: Vec<String> = since.keys().filter(|_| rng.u8(..4) == 0).cloned().collect();
        let mut change = match rng.u8(..4) {
            0 => Change::editorial(version),
            1 => Change::notify(version),
            _ => Change::ask(version),
        };
        // What moves to another category is always asked about; a switch that comes or goes is at least told of.
        if !steps.moved.is_empty() {
            change = Change::ask(version);
            touched.extend(steps.moved.iter().cloned());
        } else if !steps.switched.is_empty() && change.kind() == ChangeKind::Editorial {
            change = Change::notify(version);
        }
        touched.extend(steps.switched.iter().filter(|id| since.contains_key(*id)).cloned());
        if touched.is_empty() {
            touched.push(categories[0].id.clone());
        }
        if change.kind() == ChangeKind::Ask {
            for id in &touched {
                since.insert(id.clone(), version);
            }
        }
        for id in touched {
            change = change.touches(id);
        }
        self.changes.push(change.summary("en", "Something is different now."));
        self.publish(categories, services, since, steps);
    }

    fn publish(
        &mut self,
        categories: Vec<CategoryFacts>,
        services: Vec<ServiceFacts>,
        since: BTreeMap<String, u32>,
        steps: Steps,
    ) {
        let mut policy = Policy::builder("site");
        for known in &categories {
            let mut category = Category::new(known.id.as_str()).name("en", known.id.as_str());
            category = known.key.iter().fold(category, |category, key| category.key(key.as_str()));
            category = known.formerly.iter().fold(category, |category, former| category.formerly(former.as_str()));
            category = if known.listed { category.used_for(Use::Share) } else { category };
            policy = policy.category(if known.interest { category.basis(Basis::LegitimateInterest) } else { category });
        }
        for known in &services {
            let mut service = Service::new(known.id.as_str(), known.category.as_str());
            service = service.cookie(CookieRule::new(format!("{}_*", known.id)));
            service = known.key.iter().fold(service, |service, key| service.key(key.as_str()));
            service = known.formerly.iter().fold(service, |service, former| service.formerly(former.as_str()));
            service = if known.listed { service.used_for(Use::Sale) } else { service };
            policy = policy.service(if known.own { service.own_choice() } else { service });
        }
        policy = self.changes.iter().cloned().fold(policy, |policy, change| policy.change(change));
        policy = self.regimes.iter().cloned().fold(policy, |policy, regime| policy.regime(regime));
        let still = |name: &String| {
            !categories.iter().any(|c| c.formerly.contains(name)) && !services.iter().any(|s| s.formerly.contains(name))
        };
        policy = self.retired.iter().filter(|name| still(name)).cloned().fold(policy, |policy, id| policy.retired(id));
        let policy = policy.build().unwrap_or_else(|faults| panic!("{faults}"));
        let Steps { became, renamed, moved, .. } = steps;
        self.editions.push(Edition { policy, categories, services, since, became, renamed, moved });
    }

    /// What an id of version `from` is in version `to`: successors later, itself earlier.
    pub fn follow(&self, id: &str, from: u32, to: u32) -> BTreeSet<String> {
        self.walk(id, from, to, |_, _| true)
    }

    /// The same as far as a grant carries: not into a merge, and not into one of several parts. A part that is left alone,
    /// because the policy dropped the others, was granted with the whole.
    pub fn follow_grant(&self, id: &str, from: u32, to: u32) -> BTreeSet<String> {
        let merged = |edition: &Edition, id: &str| edition.became[id].len() == 1 && !edition.renamed.contains(id);
        let ids = self.walk(id, from, to, |edition, id| !merged(edition, id));
        if ids.len() > 1 { BTreeSet::new() } else { ids }
    }

    fn walk(&self, id: &str, from: u32, to: u32, steps: impl Fn(&Edition, &str) -> bool) -> BTreeSet<String> {
        let mut ids = BTreeSet::from([id.to_string()]);
        for version in from + 1..=to {
            let edition = self.edition(version);
            let mut next = BTreeSet::new();
            for id in ids {
                match edition.became.get(&id) {
                    Some(new) if steps(edition, &id) => next.extend(new.iter().cloned()),
                    Some(_) => {}
                    None => {
                        next.insert(id);
                    }
                }
            }
            ids = next;
        }
        ids.retain(|id| self.edition(to).has(id));
        ids
    }

    /// Whether a service is at `to` in what its category of `from` became; earlier, in that very category.
    pub fn stays(&self, id: &str, from: u32, to: u32) -> bool {
        if to < from {
            let category = |version| self.edition(version).service(id).map(|service| &service.category);
            return category(from) == category(to);
        }
        !(from + 1..=to)
            .any(|version| self.follow(id, from, version).iter().any(|id| self.edition(version).moved.contains(id)))
    }
}
