//! The draft as text.

use alloc::{string::String, vec::Vec};

use super::Draft;
use crate::{
    consent::{
        Choice, MAX_COOKIE_BYTES, MAX_COOKIE_NAME_BYTES,
        codec::{Entry, FORMAT, Stamp, method_letter, regime_letter},
        size::space_after,
    },
    decision::is_from_future,
    policy::Target,
    text::push_number,
};

impl<'a> Draft<'a> {
    /// The newest version the visitor was ever shown stays known: towards a newer consent an older policy, or an older
    /// page, only adds entries.
    fn head(&self) -> Stamp {
        let shown = self.stored.map_or(0, |stored| stored.version().get());
        Stamp { version: self.stamp.version.max(shown), ..self.stamp }
    }

    /// Whether a server that still runs an older policy may take the new text for one of its own.
    fn is_for_older(&self) -> bool {
        self.head().version < self.decision.policy().version().get()
    }

    /// The text, and the slots of services whose own refusal it has no room for.
    pub(super) fn text(&self) -> (String, Vec<usize>) {
        let policy = self.decision.policy();
        let mut text = String::from(FORMAT);
        text.push('.');
        text.push_str(policy.id());
        let head = self.head();
        push_stamp(&mut text, head, '.');
        let index = &policy.0.index;
        for (place, (held, slot)) in self.slots.iter().zip(&index.slots).enumerate() {
            // A refusal inherited from the category is written only when the category no longer says it.
            let needed = || slot.parent.is_some_and(|parent| self.said(parent) == Some(Choice::Granted));
            if let Some(entry) = held.entry.as_ref().filter(|entry| index.means_slot(entry.name, place) || needed()) {
                push_entry(&mut text, &slot.short, entry, head);
            }
        }
        // The slots always have room. What is written beside them may be of any length, in a hand-made consent.
        let room = MAX_COOKIE_BYTES.saturating_sub(MAX_COOKIE_NAME_BYTES + space_after(policy));
        let mut without_room = Vec::new();
        for entry in self.beside() {
            let length = text.len();
            push_entry(&mut text, entry.name, &entry, head);
            if text.len() > room {
                text.truncate(length);
                if entry.choice == Choice::Denied {
                    let slots = index.followers(entry.name).map(|(_, slot)| slot);
                    without_room.extend(slots.filter(|slot| !self.is_denied(*slot)));
                }
            }
        }
        if let Some(visitor) = self.stored.filter(|_| self.trusted).and_then(|stored| stored.visitor()) {
            text.push('~');
            text.push_str(visitor);
        }
        (text, without_room)
    }

    fn is_denied(&self, slot: usize) -> bool {
        let entry = self.slots.get(slot).and_then(|held| held.entry);
        entry.is_some_and(|entry| entry.choice == Choice::Denied)
    }

    /// Answers that no slot of this policy holds: refusals of services that follow their category, and what may be a
    /// newer policy's. Denials first, should there not be room for all.
    pub(super) fn beside(&self) -> Vec<Entry<'a>> {
        let policy = self.decision.policy();
        let now = self.decision.now();
        let mut beside = self.parts.clone();
        if self.is_for_older() {
            for (name, target) in policy.0.index.former_names() {
                let refused = match target {
                    Target::Slot(place) => {
                        self.slots.get(place).filter(|held| held.said.is_some()).and_then(|h| h.entry)
                    }
                    Target::Follower { service, .. } => policy
                        .services()
                        .get(service)
                        .and_then(|service| self.parts.iter().find(|part| part.name == service.short()).copied()),
                };
                let refused = refused.filter(|entry| entry.choice == Choice::Denied);
                if let Some(entry) = refused.filter(|_| beside.iter().all(|known| known.name != name)) {
                    beside.push(Entry { name, ..entry });
                }
            }
        }
        let Some(stored) = self.stored else { return beside };
        for wanted in [Choice::Denied, Choice::Granted] {
            for mut entry in stored.entries().filter(|entry| entry.choice == wanted) {
                let denied = wanted == Choice::Denied;
                let ahead = is_from_future(entry.stamp.at, now);
                if ahead && denied {
                    entry.stamp.at = self.stamp.at;
                }
                let index = &policy.0.index;
                // An older policy knows a refusal by its former name alone.
                let needed = |is_former| denied && is_former && self.is_for_older();
                let mut meanings = index.meanings(entry.name);
                let in_slot = meanings.any(|m| matches!(m.target, Target::Slot(_)) && !needed(m.is_former));
                let is_part = index.followers(entry.name).next().is_some();
                let mut parts = index.followers(entry.name).map(|(_, slot)| self.said(slot));
                let kept = if denied {
                    // Who grants a category as it is now, without a switch for the service, grants the service.
                    let replaced = is_part && parts.all(|said| said == Some(Choice::Granted) && self.shown_current);
                    !replaced && (is_part || !in_slot)
                } else {
                    // What a page appended comes after everything before it, whatever its clock says.
                    let appended = || stored.tail_entries().any(|later| later.name == entry.name);
                    let taken_back = parts.any(|said| said == Some(Choice::Denied)) || appended();
                    self.trusted && !ahead && !in_slot && !taken_back
                };
                let said_again = |known: &Entry<'_>| known.name == entry.name && known.stamp == self.stamp;
                if kept && !beside.iter().any(said_again) && !beside.contains(&entry) {
                    beside.push(entry);
                }
            }
        }
        beside
    }
}

fn push_stamp(text: &mut String, stamp: Stamp, separator: char) {
    text.push(separator);
    push_number(text, stamp.version.into());
    text.push(separator);
    push_number(text, stamp.at.as_millis());
    text.push(separator);
    text.push(regime_letter(stamp.regime));
    text.push(method_letter(stamp.method));
}

fn push_entry(text: &mut String, name: &str, entry: &Entry<'_>, head: Stamp) {
    text.push('/');
    text.push(if entry.choice == Choice::Granted { '+' } else { '-' });
    text.push_str(name);
    if entry.stamp != head {
        push_stamp(text, entry.stamp, ':');
    }
}
