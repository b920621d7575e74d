//! What a visitor said, and what follows from it: an account of its own, which knows nothing of cookies.

use consentry::RegimeKind;

use crate::evolution::History;

const DAY: u64 = 86_400_000;

/// An answer about one id, under the version that was shown.
#[derive(Clone, Debug)]
struct Said {
    id: String,
    version: u32,
    /// For a service that was answered with its category: it holds for as long as it stays in it.
    with_category: bool,
    /// A signal said it: before the policy listed its use, it said nothing.
    by_signal: bool,
    turn: u32,
}

#[derive(Clone, Debug)]
struct Granted {
    said: Said,
    at: u64,
    regime: RegimeKind,
    /// Whether the page did not show it.
    unseen: bool,
}

#[derive(Clone, Debug, Default)]
pub struct Model {
    turn: u32,
    grants: Vec<Granted>,
    refusals: Vec<Said>,
}

impl Model {
    /// The next answer: later than all before.
    pub fn next_turn(&mut self) {
        self.turn += 1;
    }

    /// The cookie is not what it was: what it said may be gone, and what was granted once may be back.
    pub fn forget_refusals(&mut self) {
        self.refusals.clear();
    }

    /// The visitor said no to an id, and with a category to the services that follow it.
    pub fn refuse(&mut self, history: &History, id: &str, version: u32) {
        self.refusals.extend(self.said(history, id, version));
    }

    /// A signal denied an id, and that was stored.
    pub fn deny_by_signal(&mut self, history: &History, id: &str, version: u32) {
        let said = self.said(history, id, version).into_iter();
        self.refusals.extend(said.map(|said| Said { by_signal: true, ..said }));
    }

    /// The visitor said no to an id that the side that took the answer does not know, or does not know yet: that keeps the
    /// id for a side that does, and cannot know what follows it there.
    pub fn refuse_alone(&mut self, history: &History, id: &str, version: u32) {
        self.refusals.extend(self.said(history, id, version).into_iter().take(1));
    }

    /// The visitor said yes on a page of `version`, to a side that runs `running`.
    pub fn grant(&mut self, history: &History, id: &str, (version, running): (u32, u32), at: u64, regime: RegimeKind) {
        for said in self.said(history, id, version) {
            self.grants.push(Granted { said, at, regime, unseen: false });
        }
        // What was refused with its category is granted with it although the page did not have it yet, if the change
        // that added it did not ask.
        let edition = history.edition(running);
        for id in history.follow(id, version, running) {
            for service in edition.followers(&id).filter(|service| version >= edition.since(&service.id)) {
                let said = Said {
                    id: service.id.clone(),
                    version: running,
                    with_category: true,
                    by_signal: false,
                    turn: self.turn,
                };
                self.grants.push(Granted { said, at, regime, unseen: true });
            }
        }
    }

    fn said(&self, history: &History, id: &str, version: u32) -> Vec<Said> {
        let said = |id: &str, with_category| Said {
            id: id.to_string(),
            version,
            with_category,
            by_signal: false,
            turn: self.turn,
        };
        let followers = history.edition(version).followers(id).map(|service| said(&service.id, true));
        [said(id, false)].into_iter().chain(followers).collect()
    }

    /// Whether an id of `version` was refused, and not granted since.
    pub fn is_refused(&self, history: &History, id: &str, version: u32) -> bool {
        let about = |said: &Said| history.follow(&said.id, said.version, version).contains(id);
        self.refusals.iter().any(|refusal| {
            let edition = history.edition(version);
            let stays = !refusal.with_category || history.stays(&refusal.id, refusal.version, version);
            let listed = !refusal.by_signal || version >= refusal.version || edition.is_listed(edition.switch_of(id));
            let stands = stays && listed;
            let lifts = |grant: &Granted| {
                let with_category = || {
                    let covers = edition.since(id) <= grant.said.version;
                    covers
                        && edition.service(id).is_some_and(|service| {
                            history.follow(&grant.said.id, grant.said.version, version).contains(&service.category)
                        })
                };
                grant.said.turn > refusal.turn
                    && if refusal.with_category {
                        about(&grant.said) || with_category()
                    } else {
                        !grant.unseen && about(&grant.said)
                    }
            };
            stands && about(refusal) && !self.grants.iter().any(lifts)
        })
    }

    /// Whether an act could have granted the switch that an id of `version` hangs on, so that it counts at `now` in an
    /// opt-in regime.
    pub fn may_be_granted(&self, history: &History, id: &str, version: u32, now: u64, max_age: u64) -> bool {
        let edition = history.edition(version);
        let (switch, since) = (edition.switch_of(id), edition.since(id));
        self.grants.iter().any(|grant| {
            let carried = |to| history.follow_grant(&grant.said.id, grant.said.version, to).contains(switch);
            // Written by a side where only one part was left, it may be read by one that still has the others.
            let about = carried(version) || (grant.said.version..=history.latest()).any(carried);
            // An act is stamped after the one before it, which may have been up to a day ahead.
            let in_time = grant.at <= now + DAY && now.saturating_sub(grant.at) <= max_age * 1000 + DAY + 1000;
            about
                && !grant.said.with_category
                && grant.said.version >= since
                && in_time
                && grant.regime == RegimeKind::OptIn
        })
    }
}
