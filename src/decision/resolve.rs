//! Which stored answer speaks for which slot.

use super::{PerSlot, is_from_future};
use crate::{
    consent::{Choice, Consent, Entry, Method},
    policy::{Owner, Policy, Target},
    timestamp::Timestamp,
};

/// The stored answers by slot.
#[derive(Debug)]
pub(crate) struct Resolved<'a> {
    slots: PerSlot<Option<Entry<'a>>>,
    pub(super) refused: PerSlot<RefusedService>,
    /// Whether a signal was honoured once. It spoke for the browser, not for the ids there were at the time.
    pub(super) remembers_gpc: bool,
}

/// A service that was refused when it had a choice of its own, and follows its category now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RefusedService {
    pub(super) place: u32,
    pub(super) by_gpc: bool,
}

/// Gives each slot the answer that speaks for it: under its id, its key or a former id. A denial under a former id
/// speaks for all successors, a grant only where the rename is one to one.
pub(crate) fn resolve<'a>(policy: &Policy, consent: &Consent<'a>, trusted: bool, now: Timestamp) -> Resolved<'a> {
    let mut resolved = Resolved { slots: PerSlot::new(), refused: PerSlot::new(), remembers_gpc: false };
    resolved.slots.resize(policy.0.index.slots.len(), None);
    let believed = |grant: &Entry<'_>| trusted && !is_from_future(grant.stamp.at, now);
    for entry in consent.body_entries() {
        resolved.hear(policy, entry, |held| later(&entry, held, believed));
    }
    // What a page appended can only deny, and comes after everything before it whatever its clock says.
    for entry in consent.tail_entries() {
        resolved.hear(policy, entry, |held| held.choice == Choice::Granted || entry.stamp.at > held.stamp.at);
    }
    resolved.inherit_denials(policy);
    resolved
}

/// Per id the later answer wins, at equal times the denial. A grant that cannot be believed replaces nothing.
fn later(entry: &Entry<'_>, held: &Entry<'_>, believed: impl Fn(&Entry<'_>) -> bool) -> bool {
    let rank = |entry: &Entry<'_>| {
        let denied = entry.choice == Choice::Denied;
        (denied || believed(entry), entry.stamp.at, denied)
    };
    rank(entry) > rank(held)
}

impl<'a> Resolved<'a> {
    pub(crate) fn slot(&self, place: usize) -> Option<&Entry<'a>> {
        self.slots.get(place)?.as_ref()
    }

    fn hear(&mut self, policy: &Policy, entry: Entry<'a>, replaces: impl Fn(&Entry<'a>) -> bool) {
        let denied = entry.choice == Choice::Denied;
        let by_gpc = denied && entry.stamp.method == Method::Gpc;
        self.remembers_gpc |= by_gpc;
        for meaning in policy.0.index.meanings(entry.name) {
            match meaning.target {
                Target::Slot(place) if denied || meaning.carries_grant => {
                    if let Some(held) = self.slots.get_mut(place).filter(|held| held.as_ref().is_none_or(&replaces)) {
                        *held = Some(entry);
                    }
                }
                // It stands for as long as it is written: an answer that replaces it leaves it out.
                Target::Follower { service, .. } if denied => {
                    let refused = RefusedService { place: service as u32, by_gpc };
                    if self.refused.iter().all(|known| known.place != refused.place) {
                        self.refused.push(refused);
                    }
                }
                _ => {}
            }
        }
    }

    /// What was refused as a whole stays refused for a part that got a switch of its own later. A grant of the whole
    /// is none of the part.
    fn inherit_denials(&mut self, policy: &Policy) {
        for (place, slot) in policy.0.index.slots.iter().enumerate() {
            let Owner::Service(_) = slot.owner else { continue };
            let inherited = slot.parent.and_then(|parent| self.slot(parent)).copied();
            if let Some(held) = self.slots.get_mut(place).filter(|held| held.is_none()) {
                *held = inherited.filter(|entry| entry.choice == Choice::Denied);
            }
        }
    }
}
