//! One consent of two that were stored at the same time.

use alloc::string::String;

use super::{
    Choice, Consent, MAX_COOKIE_BYTES, MAX_COOKIE_NAME_BYTES,
    codec::{Entry, Stamp},
    draft::{begin, push_entry},
};
use crate::{decision::is_from_future, text::push, timestamp::Timestamp};

impl<'a> Consent<'a> {
    /// The text of this consent together with another one of the same policy, so that no answer of either is lost: per id
    /// the later one holds, at equal times the denial. Two pages that answered at once know nothing of each other, and the
    /// cookie keeps what was written last. Without seals, so it is for sites that do not seal.
    ///
    /// `None` where the other says nothing new, is another policy's, or both together are longer than a cookie can be.
    pub fn merge(&self, other: &Consent<'a>, now: Timestamp) -> Option<String> {
        if self.policy() != other.policy() {
            return None;
        }
        let last = if other.stamp().at > self.stamp().at { other } else { self };
        let head = Stamp { version: self.version().get().max(other.version().get()), ..last.stamp() };
        let mut text = begin(self.policy(), head);
        let mut is_new = false;
        for (one, another, is_other) in [(self, other, false), (other, self, true)] {
            for entry in one.all_entries() {
                // Of equal ones this consent's stays. A time that is not believed beats nothing.
                let beats = |known: Entry<'_>| {
                    let (rank, least) = (rank(&known), rank(&entry));
                    let is_later = rank > least && !is_from_future(known.stamp.at, now);
                    known.name == entry.name && (is_later || (rank == least && is_other))
                };
                if !another.all_entries().any(beats) {
                    is_new |= is_other;
                    push_entry(&mut text, &entry, head);
                }
            }
        }
        if let Some(visitor) = self.visitor().or(other.visitor()) {
            push(&mut text, "~");
            push(&mut text, visitor);
        }
        (is_new && text.len() + MAX_COOKIE_NAME_BYTES <= MAX_COOKIE_BYTES).then_some(text)
    }
}

fn rank(entry: &Entry<'_>) -> (Timestamp, bool) {
    (entry.stamp.at, entry.choice == Choice::Denied)
}
