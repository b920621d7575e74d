//! The new consent while it is made of the stored one.

mod text;

use alloc::{string::String, vec::Vec};

use super::{
    Choice, Consent, MAX_COOKIE_BYTES, MAX_COOKIE_NAME_BYTES, Method, SealState,
    codec::{Entry, Stamp},
};
use crate::{
    decision::{Case, Persist, Reason, Resolved, Status, Stored, can_override, is_from_future, resolve, signal_denies},
    policy::{ChangeKind, Item, RegimeKind, Sense, Step, is_id},
    text::{has_word, push, words},
    timestamp::Timestamp,
};
use text::push_moment;
pub(super) use text::{begin, push_entry};

pub(super) struct Draft<'a> {
    case: Case<'a>,
    /// The stored consent, if it is this policy's.
    stored: Option<&'a Consent<'a>>,
    trusted: bool,
    may_grant: bool,
    /// Whether the visitor was shown the policy as it is now, and not as it was when its services had other switches.
    shown_current: bool,
    stamp: Stamp,
    /// The stored answers by item.
    resolved: Resolved<'a>,
    /// What this act says: of switches, of services that follow their category, and of ids that only another version of
    /// the policy knows. One entry a name.
    said: Vec<Entry<'a>>,
    /// Whether the text is to be written although nothing was said.
    touched: bool,
}

impl<'a> Draft<'a> {
    /// Starts from what is stored. `shown` is the version the visitor answers under.
    pub(super) fn new(case: Case<'a>, stored: &'a Stored<'a>, seal: SealState, shown: u32, method: Method) -> Self {
        let Case { terms, outcome } = case;
        // Nothing counts under a consent from the future, and an act must not change that.
        let trusted = seal.is_trusted() && outcome.unusable != Some(Reason::FromFuture);
        let stored = stored.consent().filter(|consent| consent.policy() == &*terms.id);
        let at = act_time(stored, outcome.now);
        Self {
            case,
            stored,
            trusted,
            // What is newer is not ours to replace, and what was shown of it is not what this policy would do.
            may_grant: !matches!(outcome.unusable, Some(Reason::NewerPolicy | Reason::NewerFormat))
                && shown <= terms.version,
            shown_current: shown == terms.version,
            stamp: Stamp { version: shown, at, regime: case.regime().kind, method },
            resolved: resolve(terms, stored, trusted, outcome.now),
            said: Vec::new(),
            touched: false,
        }
    }

    pub(super) fn forbid_grants(&mut self) {
        self.may_grant = false;
    }

    /// Nothing is answered, the version shown is noted: not one that is not known here, and not under a consent that
    /// cannot be used.
    pub(super) fn acknowledge(&mut self) {
        self.touched = self.stored.is_some() && self.case.outcome.unusable.is_none() && self.may_grant;
    }

    /// The same answers with the time they were given.
    pub(super) fn keep_as_given(&mut self, consent: &Consent<'_>) {
        self.stamp.at = consent.latest();
        self.touched = self.case.terms.switches().any(|(place, item)| self.entry(place, item).is_some())
            || consent.all_entries().any(|entry| self.keeps(&entry));
    }

    /// What this act says under a name.
    fn said(&self, name: &str) -> Option<&Entry<'a>> {
        self.said.iter().find(|entry| entry.name == name)
    }

    fn says(&self, switch: &Item, choice: Choice) -> bool {
        self.said(&switch.short).is_some_and(|entry| entry.choice == choice)
    }

    /// Of two answers under one name the later holds.
    fn say(&mut self, name: &'a str, choice: Choice, stamp: Stamp) {
        let entry = Entry { name, choice, in_tail: false, stamp };
        match self.said.iter_mut().find(|known| known.name == name) {
            Some(known) if known.stamp.at > stamp.at => {}
            Some(known) => *known = entry,
            None => self.said.push(entry),
        }
    }

    fn say_of(&mut self, item: &'a Item, choice: Choice, stamp: Stamp) {
        self.say(&item.short, choice, stamp);
        // An older policy knows what is refused now by its former names alone.
        if choice == Choice::Denied && self.is_for_older() {
            for name in words(&item.formerly) {
                self.say(name, choice, stamp);
            }
        }
    }

    /// What is going to be written of a switch.
    fn entry(&self, place: usize, item: &Item) -> Option<Entry<'a>> {
        if let Some(said) = self.said(&item.short) {
            return Some(*said);
        }
        let mut entry = *self.resolved.answer(place)?;
        let ahead = is_from_future(entry.stamp.at, self.case.outcome.now);
        if entry.choice == Choice::Granted {
            // A grant without a good seal is not carried over: an act must not turn it into a good one.
            return (self.trusted && !ahead).then_some(entry);
        }
        if ahead {
            // A denial stays, with a time that a later answer can follow.
            entry.stamp.at = self.stamp.at;
        }
        Some(entry)
    }

    fn is_denied(&self, place: usize, item: &Item) -> bool {
        self.entry(place, item).is_some_and(|entry| entry.choice == Choice::Denied)
    }

    /// Answers for a switch. Of two answers in one act the denial holds.
    pub(super) fn put(&mut self, place: usize, item: &'a Item, granted: bool) {
        let case = self.case;
        if granted && (!self.may_grant || self.says(item, Choice::Denied)) {
            return;
        }
        let before = self.entry(place, item).filter(|entry| entry.choice == Choice::Denied);
        let (mut choice, mut stamp) = (Choice::Granted, self.stamp);
        // A signal that denies an id now denies it for good, unless the visitor overrode the conflict explicitly.
        let overridden = stamp.method == Method::GpcOverride && can_override(case.regime());
        if !granted {
            choice = Choice::Denied;
        } else if case.outcome.signals.gpc && signal_denies(case.regime(), item) && !overridden {
            (choice, stamp.method) = (Choice::Denied, Method::Gpc);
        }
        self.say_of(item, choice, stamp);
        // What follows the switch may have had one of its own in the policy that was shown, or has in a newer one.
        for (at, part) in case.terms.items.iter().enumerate() {
            if part.switch != place || at == place {
                continue;
            }
            if let Some(refused) = before.filter(|_| granted && self.changed_since_shown(part)) {
                self.say_of(part, Choice::Denied, refused.stamp);
            }
            if choice == Choice::Denied && case.outcome.unusable == Some(Reason::NewerPolicy) {
                self.say_of(part, choice, self.stamp);
            }
        }
    }

    /// Answers for an id, perhaps a former one: of a page that was opened before it changed. `asked` is everything the act
    /// is about.
    pub(super) fn put_named(&mut self, id: &'a str, asked: &[&str], granted: bool) {
        let terms = self.case.terms;
        let mut is_known = false;
        for (place, item, sense) in terms.named(id) {
            is_known = true;
            if sense == Sense::Key {
                continue;
            }
            if !item.is_switch(place) {
                // By itself a service that follows its category can only be refused.
                if !granted {
                    self.say_of(item, Choice::Denied, self.stamp);
                }
            } else if !granted || terms.carries_grant(id, item, sense) {
                self.put(place, item, granted);
            }
            if granted || self.shown_current {
                continue;
            }
            // Who refused a category on a page opened under an older version may have refused with it what has a switch
            // of its own by now.
            for (part, item) in terms.switches() {
                if item.category == place && part != place && !asked.contains(&&*item.id) {
                    self.put(part, item, false);
                }
            }
        }
        if !granted && !self.shown_current && !is_known && is_id(id) {
            // The policy that was shown knows it, and may be the next one to be asked.
            self.say(id, Choice::Denied, self.stamp);
        }
    }

    /// Whether a service changed after the version that was shown. It may have had a switch of its own there: what was
    /// refused with its category is not granted with it.
    fn changed_since_shown(&self, part: &Item) -> bool {
        let shown = self.stamp.version;
        let changed = |step: &Step| {
            step.version > shown && step.kind != ChangeKind::Editorial && has_word(&step.touches, part.id.as_bytes())
        };
        !self.shown_current && (part.since > shown || self.case.terms.steps.iter().any(changed))
    }

    pub(super) fn deny_all(&mut self) {
        for (place, item) in self.case.terms.switches() {
            self.put(place, item, false);
        }
    }

    /// Stores what a signal denied and this act said nothing of.
    pub(super) fn remember_signal(&mut self) {
        let method = core::mem::replace(&mut self.stamp.method, Method::Gpc);
        for (place, item) in self.case.terms.switches() {
            if self.case.verdict(place).persist != Persist::Nothing && self.said(&item.short).is_none() {
                self.put(place, item, false);
            }
        }
        self.stamp.method = method;
    }

    fn is_empty(&self) -> bool {
        self.said.is_empty() && !self.touched
    }

    /// The new text, without seal; `None` if the act said nothing.
    pub(super) fn write(mut self) -> Option<String> {
        if self.is_empty() {
            return None;
        }
        self.remember_signal();
        match self.case.outcome.unusable {
            // What it says cannot be read, so nothing of it may be taken for a yes.
            Some(Reason::NewerFormat) => self.deny_all(),
            Some(Reason::NewerPolicy) => {}
            _ if self.stamp.regime == RegimeKind::OptIn => {}
            // What was not allowed, and is not carried over, must not be allowed by default now.
            _ => {
                for (place, item) in self.case.terms.switches() {
                    if self.case.verdict(place).status == Status::Undecided && self.entry(place, item).is_none() {
                        self.put(place, item, false);
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
            for (place, item) in without_room {
                self.put(place, item, false);
            }
        }
    }

    /// The stored text with what the act denied appended unsealed, if it is sealed; else the new text.
    pub(super) fn append(self) -> Option<String> {
        let Some(sealed) = self.stored.filter(|stored| stored.is_sealed()) else { return self.write() };
        if self.is_empty() {
            return None;
        }
        let mut text = String::from(sealed.confirmed_text());
        // Of an earlier tail the newest version stays known too.
        push_moment(&mut text, "!", self.stamp.version.max(sealed.tail_version()), ".", self.stamp.at);
        let mut names: Vec<&str> = Vec::new();
        for entry in &self.said {
            // An older policy's server is told when this policy's has confirmed the denials.
            if !self.case.terms.named(entry.name).any(|(_, _, sense)| sense == Sense::Former) {
                names.push(entry.name);
            }
        }
        for entry in sealed.all_entries() {
            // What a newer policy gave a switch of its own is refused with the category it follows here.
            let refused = || self.followed(entry.name).any(|(_, switch)| self.says(switch, Choice::Denied));
            if !names.contains(&entry.name) && (entry.in_tail || (entry.choice == Choice::Granted && refused())) {
                names.push(entry.name);
            }
        }
        for name in names {
            push(&mut text, "/-");
            push(&mut text, name);
        }
        // Only a hand-made consent is too long for its tail.
        if text.len() + MAX_COOKIE_NAME_BYTES > MAX_COOKIE_BYTES { self.write() } else { Some(text) }
    }

    /// The switches that the services called `name` follow.
    fn followed<'n>(&'n self, name: &'n str) -> impl Iterator<Item = (usize, &'a Item)> + use<'n, 'a> {
        let terms = self.case.terms;
        let followers = terms.named(name).filter(|(place, item, _)| !item.is_switch(*place));
        followers.filter_map(|(_, item, _)| Some((item.switch, terms.item(item.switch)?)))
    }
}

/// An act is stamped after what is stored, so that it wins; a stored time that is not believed does not count.
fn act_time(stored: Option<&Consent<'_>>, now: Timestamp) -> Timestamp {
    let mut time = now;
    if let Some(stored) = stored {
        let mut follow = |at: Timestamp| {
            if !is_from_future(at, now) && at >= time {
                time = Timestamp::from_millis(at.as_millis() + 1);
            }
        };
        follow(stored.at());
        for entry in stored.all_entries() {
            follow(entry.stamp.at);
        }
    }
    time
}
