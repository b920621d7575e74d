//! The steps from one version of a policy to the next.

use std::collections::{BTreeMap, BTreeSet};

use fastrand::Rng;

use super::{CategoryFacts, History, ServiceFacts};

impl History {
    pub(super) fn step(
        &mut self,
        rng: &mut Rng,
        categories: &mut Vec<CategoryFacts>,
        services: &mut Vec<ServiceFacts>,
        steps: &mut Steps,
    ) {
        let some = rng.usize(..categories.len());
        match rng.u8(..9) {
            0 if categories.len() < 8 => categories.push(self.new_category(rng)),
            1 if services.len() < 10 => services.push(self.new_service(rng, categories)),
            2 if categories.len() > 1 && !steps.is_new(&categories[some].id) => {
                let gone = categories.remove(some);
                steps.became.insert(gone.id.clone(), Vec::new());
                for service in services.iter().filter(|s| s.category == gone.id) {
                    steps.became.insert(service.id.clone(), Vec::new());
                    self.retired.extend([Some(service.id.clone()), service.key.clone()].into_iter().flatten());
                    self.retired.extend(service.formerly.iter().cloned());
                }
                services.retain(|service| service.category != gone.id);
                self.retired.extend([Some(gone.id), gone.key].into_iter().flatten());
                self.retired.extend(gone.formerly);
            }
            3 if steps.may_change(&categories[some].id) => {
                let old = categories[some].clone();
                let id = self.name("c");
                let keeps = old.formerly.is_empty();
                let new = CategoryFacts {
                    id: id.clone(),
                    formerly: former_names(&old.id, &old.formerly, &old.key, keeps),
                    key: old.key.clone().filter(|_| keeps),
                    ..old.clone()
                };
                services.iter_mut().filter(|s| s.category == old.id).for_each(|s| s.category.clone_from(&id));
                categories[some] = new;
                steps.rename(old.id, id);
            }
            4 if steps.may_change(&categories[some].id) && categories.len() < 8 => {
                let old = categories.remove(some);
                let formerly = former_names(&old.id, &old.formerly, &old.key, false);
                let ids = [self.name("c"), self.name("c")];
                for id in &ids {
                    categories.push(CategoryFacts {
                        id: id.clone(),
                        key: None,
                        formerly: formerly.clone(),
                        ..old.clone()
                    });
                }
                services
                    .iter_mut()
                    .filter(|s| s.category == old.id)
                    .for_each(|s| s.category.clone_from(&ids[rng.usize(..2)]));
                steps.became.insert(old.id, ids.to_vec());
            }
            5 if categories.len() > 1 => {
                let other = (some + 1) % categories.len();
                if !steps.may_change(&categories[some].id) || !steps.may_change(&categories[other].id) {
                    return;
                }
                let parts = [categories[some].clone(), categories[other].clone()];
                let id = self.name("c");
                let mut formerly = Vec::new();
                for part in &parts {
                    formerly.extend(former_names(&part.id, &part.formerly, &part.key, false));
                    steps.became.insert(part.id.clone(), vec![id.clone()]);
                    services.iter_mut().filter(|s| s.category == part.id).for_each(|s| s.category.clone_from(&id));
                }
                formerly.sort();
                formerly.dedup();
                let [first, second] = parts;
                categories.retain(|category| category.id != first.id && category.id != second.id);
                categories.push(CategoryFacts {
                    id,
                    key: None,
                    listed: first.listed || second.listed,
                    interest: first.interest && second.interest,
                    formerly,
                });
            }
            6 | 7 if !services.is_empty() => {
                let service = rng.usize(..services.len());
                services[service].own ^= true;
                steps.switched.insert(services[service].id.clone());
            }
            8 if !services.is_empty() => {
                let service = rng.usize(..services.len());
                let service = &mut services[service];
                if rng.bool() && steps.may_change(&service.id) {
                    let id = self.name("s");
                    let keeps = service.formerly.is_empty();
                    service.formerly = former_names(&service.id, &service.formerly, &service.key, keeps);
                    service.key = service.key.take().filter(|_| keeps);
                    steps.rename(std::mem::replace(&mut service.id, id.clone()), id);
                } else if service.category != categories[some].id {
                    service.category.clone_from(&categories[some].id);
                    steps.moved.insert(service.id.clone());
                }
            }
            _ => {}
        }
    }
}

/// What happens between two versions. An id changes once a version.
#[derive(Default)]
pub(super) struct Steps {
    pub(super) became: BTreeMap<String, Vec<String>>,
    pub(super) renamed: BTreeSet<String>,
    pub(super) moved: BTreeSet<String>,
    pub(super) switched: BTreeSet<String>,
}

impl Steps {
    fn is_new(&self, id: &str) -> bool {
        self.became.values().any(|new| new.iter().any(|new| new == id))
    }

    fn may_change(&self, id: &str) -> bool {
        !self.is_new(id) && !self.moved.contains(id) && !self.switched.contains(id)
    }

    fn rename(&mut self, old: String, new: String) {
        self.renamed.insert(old.clone());
        self.became.insert(old, vec![new]);
    }
}

/// The names answers can stand under after a change of the id, with the key unless it stays.
fn former_names(id: &str, formerly: &[String], key: &Option<String>, keeps_key: bool) -> Vec<String> {
    let key = key.iter().filter(|_| !keeps_key);
    [id.to_string()].into_iter().chain(formerly.iter().cloned()).chain(key.cloned()).collect()
}
