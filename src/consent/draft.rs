//! The new consent while it is made of the stored one.

mod text;

use alloc::{string::String, vec::Vec};

use super::{
    Choice, Consent, MAX_COOKIE_BYTES, MAX_COOKIE_NAME_BYTES, Method, SealState,
    codec::{Entry, Stamp},
};
use crate::{
    decision::{Decision, Reason, Status, Stored, can_override, is_from_future, resolve, signal_denies},
    policy::{ChangeKind, PolicyVersion, RegimeKind, Target, is_id},
    text::push_number,
    timestamp::Timestamp,
};

pub(super) struct Draft<'a> {
    decision: &'a Decision,
    /// The stored consent, if it is this policy's.
    stored: Option<Consent<'a>>,
    trusted: bool,
    may_grant: bool,
    /// Whether the visitor was shown the policy as it is now, and not as it was when its services had other switches.
    shown_current: bool,
    stamp: Stamp,
    slots: Vec<Held<'a>>,
    /// Refusals of services that follow their category, and of ids that only another version of the policy knows.
    parts: Vec<Entry<'a>>,
    touched: bool,
}

/// What is to be written of one slot.
#[derive(Clone, Copy)]
struct Held<'a> {
    entry: Option<Entry<'a>>,
    /// What this act said of it.
    said: Option<Choice>,
}

impl<'a> Draft<'a> {
    /// Starts from what is stored. `shown` is the version the visitor answers under.
    pub(super) fn new(
        decision: &'a Decision,
        stored: Stored<'a>,
        seal: SealState,
        shown: PolicyVersion,
        method: Method,
    ) -> Self {
        let policy = decision.policy();
        let now = decision.now();
        // Nothing counts under a consent from the future, and an act must not change that.
        let trusted = seal.is_trusted() && decision.unusable() != Some(Reason::FromFuture);
        let consent = stored.consent().copied().filter(|consent| consent.policy() == policy.id());
        let resolved = consent.map(|consent| resolve(policy, &consent, trusted, now));
        let newer_stored = matches!(decision.unusable(), Some(Reason::NewerPolicy | Reason::NewerFormat));
        let stamp = Stamp {
            version: shown.get(),
            at: act_time(consent.as_ref(), now),
            regime: decision.regime().kind(),
            method,
        };
        let held = |place| {
            let mut entry = resolved.as_ref()?.slot(place).copied()?;
            if is_from_future(entry.stamp.at, now) {
                // A denial stays, with a time that a later answer can follow.
                entry.stamp.at = stamp.at;
                return (entry.choice == Choice::Denied).then_some(entry);
            }
            // A grant without a good seal is not carried over: an act must not turn it into a good one.
            (entry.choice == Choice::Denied || trusted).then_some(entry)
        };
        let slots = (0..policy.0.index.slots.len()).map(|place| Held { entry: held(place), said: None }).collect();
        Self {
            decision,
            stored: consent,
            trusted,
            // What is newer is not ours to replace, and what was shown of it is not what this policy would do.
            may_grant: !newer_stored && shown <= policy.version(),
            shown_current: shown == policy.version(),
            stamp,
            slots,
            parts: Vec::new(),
            touched: false,
        }
    }

    pub(super) fn forbid_grants(&mut self) {
        self.may_grant = false;
    }

    /// Nothing is answered, the version shown is noted: not one that is not known here, and not under a consent that
    /// cannot be used.
    pub(super) fn acknowledge(&mut self) {
        self.touched = self.stored.is_some() && self.decision.unusable().is_none() && self.may_grant;
    }

    /// The same answers with the time they were given.
    pub(super) fn keep_as_given(&mut self, consent: &Consent<'_>) {
        self.stamp.at = consent.latest();
        self.touched = self.slots.iter().any(|held| held.entry.is_some()) || !self.beside().is_empty();
    }

    /// Answers for a slot. Of two answers in one act the denial holds.
    pub(super) fn put(&mut self, place: usize, granted: bool) {
        let policy = self.decision.policy();
        let Some(slot) = policy.0.index.slots.get(place) else { return };
        let Some(held) = self.slots.get_mut(place) else { return };
        if granted && (!self.may_grant || held.said == Some(Choice::Denied)) {
            return;
        }
        let before = held.entry.filter(|entry| entry.choice == Choice::Denied);
        let (regime, mut stamp) = (self.decision.regime(), self.stamp);
        // A signal that denies an id now denies it for good, unless the visitor overrode the conflict explicitly.
        let overridden = stamp.method == Method::GpcOverride && can_override(regime);
        let against_signal = granted && self.decision.signals().gpc && signal_denies(regime, slot) && !overridden;
        if against_signal {
            stamp.method = Method::Gpc;
        }
        let choice = if granted && !against_signal { Choice::Granted } else { Choice::Denied };
        let entry = Entry { name: &slot.short, choice, stamp };
        *held = Held { entry: Some(entry), said: Some(choice) };
        self.touched = true;
        if let Some(refused) = before.filter(|_| granted && !self.shown_current) {
            self.keep_refused(place, refused);
        }
        if choice == Choice::Denied && self.decision.unusable() == Some(Reason::NewerPolicy) {
            // The newer policy may have given them switches of their own.
            for (service, known) in policy.services().iter().zip(&policy.0.index.services) {
                if known.slot == Some(place) && !service.own_choice {
                    self.refuse_part(service.short());
                }
            }
        }
    }

    /// Answers for ids, among them former ones: of a page that was opened before they changed.
    pub(super) fn put_named(&mut self, asked: &[&'a str], granted: impl Fn(&str) -> bool) {
        let policy = self.decision.policy();
        for id in asked.iter().copied() {
            let yes = granted(id);
            let is_known = policy.0.index.meanings(id).next().is_some();
            if !yes && !self.shown_current && !is_known && is_id(id) {
                // The policy that was shown knows it, and may be the next one to be asked.
                self.refuse_part(id);
            }
            for meaning in policy.0.index.meanings(id).filter(|meaning| !meaning.is_key) {
                match meaning.target {
                    Target::Slot(place) if yes => {
                        if meaning.carries_grant {
                            self.put(place, true);
                        }
                    }
                    Target::Slot(place) => {
                        self.put(place, false);
                        if !self.shown_current {
                            self.deny_parts(place, asked);
                        }
                    }
                    Target::Follower { service, .. } if !yes => self.refuse_service(service),
                    Target::Follower { .. } => {}
                }
            }
        }
    }

    /// Who refused a category on a page opened under an older version may have refused with it what has a switch of its
    /// own by now.
    fn deny_parts(&mut self, category: usize, asked: &[&str]) {
        let policy = self.decision.policy();
        for (place, slot) in policy.0.index.slots.iter().enumerate() {
            if slot.parent == Some(category) && !asked.contains(&slot.id.as_str()) {
                self.put(place, false);
            }
        }
    }

    /// A service that changed since the page was opened may have had a switch of its own there: what was refused with its
    /// category is not granted with it.
    fn keep_refused(&mut self, slot: usize, refused: Entry<'a>) {
        let declared = &self.decision.policy().0;
        for (service, known) in declared.services.iter().zip(&declared.index.services) {
            let follows = known.slot == Some(slot) && !service.own_choice;
            let changed = || {
                let mut later = declared.changes.iter().filter(|change| change.version > self.stamp.version);
                later.any(|change| change.kind != ChangeKind::Editorial && change.touches.contains(&service.id))
            };
            if follows
                && (known.since > self.stamp.version || changed())
                && self.parts.iter().all(|part| part.name != service.short())
            {
                self.parts.push(Entry { name: service.short(), ..refused });
            }
        }
    }

    fn refuse_service(&mut self, place: usize) {
        if let Some(service) = self.decision.policy().services().get(place) {
            self.refuse_part(service.short());
        }
    }

    fn refuse_part(&mut self, name: &'a str) {
        self.parts.retain(|part| part.name != name);
        self.parts.push(Entry { name, choice: Choice::Denied, stamp: self.stamp });
        self.touched = true;
    }

    pub(super) fn deny_all(&mut self) {
        for place in 0..self.slots.len() {
            self.put(place, false);
        }
    }

    /// Stores what a signal denied and this act said nothing of.
    fn remember_signal(&mut self) {
        for (place, verdict) in self.decision.verdicts().iter().enumerate() {
            if verdict.persist && self.said(place).is_none() {
                let method = core::mem::replace(&mut self.stamp.method, Method::Gpc);
                self.put(place, false);
                self.stamp.method = method;
            }
        }
    }

    /// The new text, without seal; `None` if the act said nothing.
    pub(super) fn write(mut self) -> Option<String> {
        if !self.touched {
            return None;
        }
        self.remember_signal();
        match self.decision.unusable() {
            // What it says cannot be read, so nothing of it may be taken for a yes.
            Some(Reason::NewerFormat) => self.deny_all(),
            Some(Reason::NewerPolicy) => {}
            _ if self.decision.regime().kind() == RegimeKind::OptIn => {}
            // What was not allowed, and is not carried over, must not be allowed by default now.
            _ => {
                for place in 0..self.slots.len() {
                    let silent = self.slots.get(place).is_some_and(|held| held.entry.is_none());
                    if silent && self.decision.verdict(place).status == Status::Undecided {
                        self.put(place, false);
                    }
                }
            }
        }
        loop {
            let (text, without_room) = self.text();
            if without_room.is_empty() {
                return Some(text);
            }
            // A refusal is never lost: where a service's own does not fit, its category's stands for it.
            for place in without_room {
                self.put(place, false);
            }
        }
    }

    /// The stored text with what the act denied appended unsealed, if it is sealed; else the new text.
    pub(super) fn append(self) -> Option<String> {
        let Some(sealed) = self.stored.filter(|stored| stored.seal().is_some()) else { return self.write() };
        if !self.touched {
            return None;
        }
        let said = self.slots.iter().filter(|held| held.said.is_some()).filter_map(|held| held.entry);
        let index = &self.decision.policy().0.index;
        // What a newer policy gave a switch of its own is refused with the category it follows here.
        let parts = sealed.body_entries().filter(|entry| {
            entry.choice == Choice::Granted
                && index.followers(entry.name).any(|(_, slot)| self.said(slot) == Some(Choice::Denied))
        });
        let said = said.chain(self.parts.iter().copied()).chain(parts).chain(sealed.tail_entries());
        let mut text = String::from(sealed.confirmed_text());
        // Of an earlier tail the newest version stays known too.
        let shown = sealed.tail_entries().map(|entry| entry.stamp.version).fold(self.stamp.version, u32::max);
        text.push('!');
        push_number(&mut text, shown.into());
        text.push('.');
        push_number(&mut text, self.stamp.at.as_millis());
        let mut written: Vec<&str> = Vec::new();
        for entry in said {
            if !written.contains(&entry.name) {
                written.push(entry.name);
                text.push_str("/-");
                text.push_str(entry.name);
            }
        }
        // Only a hand-made consent is too long for its tail.
        if text.len() + MAX_COOKIE_NAME_BYTES > MAX_COOKIE_BYTES { self.write() } else { Some(text) }
    }

    fn said(&self, slot: usize) -> Option<Choice> {
        self.slots.get(slot).and_then(|held| held.said)
    }
}

/// An act is stamped after what is stored, so that it wins; a stored time that is not believed does not count.
fn act_time(stored: Option<&Consent<'_>>, now: Timestamp) -> Timestamp {
    let Some(stored) = stored else { return now };
    let times = stored.entries().map(|entry| entry.at()).chain([stored.at()]);
    let latest = times.filter(|at| !is_from_future(*at, now)).max();
    latest.map_or(now, |latest| now.max(Timestamp::from_millis(latest.as_millis() + 1)))
}
