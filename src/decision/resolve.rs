//! Which stored answer speaks for which item.

use super::{PerItem, is_from_future};
use crate::{
    consent::{Choice, Consent, Entry, Method},
    policy::Terms,
    timestamp::Timestamp,
};

/// The stored answers.
#[derive(Debug)]
pub(crate) struct Resolved<'a> {
    /// By place. Of a service that follows its category only a refusal is heard: it stands for as long as it is written.
    answers: PerItem<Option<Entry<'a>>>,
    /// Whether a signal was honoured once. It spoke for the browser, not for the ids there were at the time.
    pub(super) remembers_gpc: bool,
}

/// Gives each item the answer that speaks for it: under its id, its key or a former id. A denial under a former id
/// speaks for all successors, a grant only where the rename is one to one.
pub(crate) fn resolve<'a>(terms: &Terms, consent: Option<&Consent<'a>>, trusted: bool, now: Timestamp) -> Resolved<'a> {
    let mut resolved = Resolved { answers: PerItem::new(), remembers_gpc: false };
    resolved.answers.resize(terms.items.len(), None);
    let Some(consent) = consent else { return resolved };
    for entry in consent.all_entries() {
        let denied = entry.choice == Choice::Denied;
        resolved.remembers_gpc |= denied && entry.stamp.method == Method::Gpc;
        // Per id the later answer wins, at equal times the denial. A grant that cannot be believed replaces nothing.
        let rank = |entry: &Entry<'_>| {
            let denied = entry.choice == Choice::Denied;
            (denied || (trusted && !is_from_future(entry.stamp.at, now)), entry.stamp.at, denied)
        };
        for (place, item, sense) in terms.named(entry.name) {
            let Some(held) = resolved.answers.get_mut(place) else { continue };
            let is_switch = item.is_switch(place);
            let speaks = denied || (is_switch && terms.carries_grant(entry.name, item, sense));
            let replaces = match held {
                None => true,
                Some(_) if !is_switch => false,
                // What a page appended comes after everything before it, whatever its clock says.
                Some(held) => (entry.in_tail && held.choice == Choice::Granted) || rank(&entry) > rank(held),
            };
            if speaks && replaces {
                *held = Some(entry);
            }
        }
    }
    // What was refused as a whole stays refused for a part that got a switch of its own later. A grant of the whole is
    // none of the part.
    for (place, item) in terms.switches() {
        let inherited = resolved.answer(item.category).filter(|entry| entry.choice == Choice::Denied).copied();
        if let Some(held) = resolved.answers.get_mut(place).filter(|held| held.is_none()) {
            *held = inherited;
        }
    }
    resolved
}

impl<'a> Resolved<'a> {
    pub(crate) fn answer(&self, place: usize) -> Option<&Entry<'a>> {
        self.answers.get(place)?.as_ref()
    }
}
