//! The draft as text.

use alloc::{string::String, vec::Vec};

use super::Draft;
use crate::{
    consent::{
        Choice, Consent, MAX_COOKIE_BYTES, MAX_COOKIE_NAME_BYTES,
        codec::{Entry, FORMAT, Stamp, method_letter, regime_letter},
        size::space_after,
    },
    decision::is_from_future,
    policy::{Item, Sense},
    text::{push, push_number},
    timestamp::Timestamp,
};

impl<'a> Draft<'a> {
    /// The newest version the visitor was ever shown stays known: towards a newer consent an older policy, or an older
    /// page, only adds entries.
    fn head(&self) -> Stamp {
        let shown = self.stored.map_or(0, |stored| stored.version().get());
        Stamp { version: self.stamp.version.max(shown), ..self.stamp }
    }

    /// Whether a server that still runs an older policy may take the new text for one of its own.
    pub(super) fn is_for_older(&self) -> bool {
        self.head().version < self.case.terms.version
    }

    /// The text, and the switches of services whose own refusal it has no room for.
    pub(super) fn text(&self) -> (String, Vec<(usize, &'a Item)>) {
        let terms = self.case.terms;
        let head = self.head();
        let mut text = begin(&terms.id, head);
        for (place, item) in terms.switches() {
            let Some(mut entry) = self.entry(place, item) else { continue };
            // A refusal inherited from the category is written only when the category no longer says it.
            let is_own = terms.named(entry.name).any(|(named, _, _)| named == place);
            if is_own || terms.item(item.category).is_some_and(|category| self.says(category, Choice::Granted)) {
                entry.name = &item.short;
                push_entry(&mut text, &entry, head);
            }
        }
        // What no switch of this policy holds: refusals of services that follow their category, and what may be an older
        // or a newer policy's. Denials first, should there not be room for all.
        let mut without_room = Vec::new();
        for entry in &self.said {
            if !terms.switches().any(|(_, item)| *item.short == *entry.name) {
                self.push_beside(&mut text, entry, &mut without_room);
            }
        }
        for wanted in [Choice::Denied, Choice::Granted] {
            for mut entry in self.stored.into_iter().flat_map(Consent::all_entries) {
                if entry.choice == wanted && self.keeps(&entry) {
                    if is_from_future(entry.stamp.at, self.case.outcome.now) {
                        entry.stamp.at = self.stamp.at;
                    }
                    self.push_beside(&mut text, &entry, &mut without_room);
                }
            }
        }
        if let Some(visitor) = self.stored.filter(|_| self.trusted).and_then(Consent::visitor) {
            push(&mut text, "~");
            push(&mut text, visitor);
        }
        (text, without_room)
    }

    /// The switches always have room. What is written beside them may be of any length, in a hand-made consent.
    fn push_beside(&self, text: &mut String, entry: &Entry<'_>, without_room: &mut Vec<(usize, &'a Item)>) {
        let length = text.len();
        push_entry(text, entry, self.head());
        if text.len() + MAX_COOKIE_NAME_BYTES + space_after(self.case.terms) <= MAX_COOKIE_BYTES {
            return;
        }
        text.truncate(length);
        for (place, item) in self.followed(entry.name).filter(|_| entry.choice == Choice::Denied) {
            if !self.is_denied(place, item) {
                without_room.push((place, item));
            }
        }
    }

    /// Whether a stored answer stays in the text as it stands.
    pub(super) fn keeps(&self, entry: &Entry<'_>) -> bool {
        let ahead = is_from_future(entry.stamp.at, self.case.outcome.now);
        let at = if ahead { self.stamp.at } else { entry.stamp.at };
        // What is said may carry the date of an earlier refusal: then both stay.
        if self.said(entry.name).is_some_and(|said| said.stamp.at >= at) {
            return false;
        }
        let denied = entry.choice == Choice::Denied;
        let (mut in_switch, mut is_part, mut granted, mut refused) = (false, false, self.shown_current, false);
        for (place, item, sense) in self.case.terms.named(entry.name) {
            if !item.is_switch(place) {
                is_part = true;
                let Some(switch) = self.case.terms.item(item.switch) else { continue };
                granted &= self.says(switch, Choice::Granted);
                refused |= self.says(switch, Choice::Denied);
            } else if !(denied && sense == Sense::Former && self.is_for_older()) {
                // An older policy knows a refusal by its former name alone.
                in_switch = true;
            }
        }
        if denied {
            // Who grants a category as it is now, without a switch for the service, grants the service.
            return if is_part { !granted } else { !in_switch };
        }
        if !self.trusted || in_switch || refused || ahead {
            return false;
        }
        // What a page appended comes after everything before it, whatever its clock says.
        !self.stored.is_some_and(|stored| stored.all_entries().any(|later| later.in_tail && later.name == entry.name))
    }
}

/// A text up to its entries.
pub(in crate::consent) fn begin(policy: &str, head: Stamp) -> String {
    let mut text = String::from(FORMAT);
    push(&mut text, ".");
    push(&mut text, policy);
    push_stamp(&mut text, ".", head);
    text
}

/// Version and time, each after a separator.
pub(super) fn push_moment(text: &mut String, before: &str, version: u32, between: &str, at: Timestamp) {
    push(text, before);
    push_number(text, version.into());
    push(text, between);
    push_number(text, at.as_millis());
}

fn push_stamp(text: &mut String, separator: &str, stamp: Stamp) {
    push_moment(text, separator, stamp.version, separator, stamp.at);
    push(text, separator);
    text.push(regime_letter(stamp.regime));
    text.push(method_letter(stamp.method));
}

pub(in crate::consent) fn push_entry(text: &mut String, entry: &Entry<'_>, head: Stamp) {
    push(text, if entry.choice == Choice::Granted { "/+" } else { "/-" });
    push(text, entry.name);
    if entry.stamp != head {
        push_stamp(text, ":", entry.stamp);
    }
}
