//! Categories and services, each compared with what it was.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use super::{
    Edits, Part,
    lineage::{Named, Origin},
    reason::Reason,
};
use crate::policy::{Basis, Category, CookieRule, GoogleSignal, Localized, NECESSARY, Service, Use};

/// What an edit is about.
type Subject<'a> = (Part, &'a str);

impl<'a> Edits<'a> {
    pub(super) fn categories(&mut self) {
        for category in self.new.categories() {
            let subject = (Part::Category, category.id());
            let origin = self.categories.origin(category);
            if let Some(before) = self.named(subject, category, origin, Reason::NewCategory) {
                self.category(subject, before, category);
            }
        }
        for old in self.old.categories() {
            if self.categories.successors(old.id()).is_empty() {
                self.gone(Part::Category, old.id());
            }
        }
    }

    pub(super) fn services(&mut self) {
        for service in self.new.services() {
            let subject = (Part::Service, service.id());
            let origin = self.services.origin(service);
            if let Some(before) = self.named(subject, service, origin, Reason::NewService) {
                self.service(subject, before, service);
            }
        }
        for old in self.old.services() {
            if self.services.successors(old.id()).is_empty() {
                self.gone(Part::Service, old.id());
            }
        }
    }

    fn edit(&mut self, (part, id): Subject<'_>, reason: Reason, before: Option<String>, after: Option<String>) {
        self.push(part, id, reason, before, after);
    }

    /// Says where an item comes from; gives what it is compared with, if there is one such thing.
    fn named<T: Named>(&mut self, subject: Subject<'_>, item: &T, origin: Origin<'a, T>, new: Reason) -> Option<&'a T> {
        let id = || Some(item.id().to_string());
        let (origins, reason) = match origin {
            Origin::New => {
                self.edit(subject, new, None, id());
                return None;
            }
            Origin::Same(old) => (Vec::from([old]), None),
            Origin::Renamed(old) => (Vec::from([old]), Some(Reason::Renamed)),
            Origin::Unfollowed(old) => (Vec::from([old]), Some(Reason::UnfollowedRename)),
            Origin::Split(old) => (Vec::from([old]), Some(Reason::Split)),
            Origin::Merged(old) => (old, Some(Reason::Merged)),
        };
        if let Some(reason) = reason {
            let before: Vec<&str> = origins.iter().map(|old| old.id()).collect();
            self.edit(subject, reason, Some(before.join(", ")), id());
        }
        let said = self.list.len();
        for name in origins.iter().flat_map(|old| old.names()).filter(|name| !item.has_name(name)) {
            self.edit(subject, Reason::LostAnswers, Some(name.to_string()), None);
        }
        // Only refusals are heard of what follows its category: a name more does no harm there, unless it is another's.
        let follows = item.follows_category() && origins.iter().all(|old| old.follows_category());
        for name in item.names().filter(|name| *name != item.id() && !origins.iter().any(|old| old.has_name(name))) {
            // Nothing of the past is known of a new key; of a former name it is that answers stand under it.
            let is_new = item.key() == Some(name) || follows;
            if self.known.contains(name) || !is_new {
                self.edit(subject, Reason::TakenName, None, Some(name.to_string()));
            }
        }
        if let [old] = *origins.as_slice() {
            let formerly_differs =
                reason.is_none() && self.list.len() == said && differs(old.formerly(), item.formerly());
            if old.key() != item.key() {
                self.edit(
                    subject,
                    Reason::Names,
                    old.key().map(ToString::to_string),
                    item.key().map(ToString::to_string),
                );
            } else if formerly_differs {
                self.edit(subject, Reason::Names, Some(old.formerly().join(", ")), Some(item.formerly().join(", ")));
            }
        }
        match *origins.as_slice() {
            [old] => Some(old),
            _ => None,
        }
    }

    /// What became something of another part is new there, and gone here.
    fn gone(&mut self, part: Part, id: &str) {
        let is_retired = self.new.retired().iter().any(|retired| retired == id);
        let reason = if is_retired { Reason::Retired } else { Reason::Removed };
        self.edit((part, id), reason, Some(id.to_string()), None);
    }

    fn category(&mut self, subject: Subject<'_>, old: &Category, new: &Category) {
        self.text(subject, Reason::Name, &old.name, &new.name);
        self.text(subject, Reason::Purpose, &old.purpose, &new.purpose);
        self.uses(subject, &old.uses, &new.uses);
        self.basis(subject, Some(old.basis), Some(new.basis));
        let stated = |signals: &Option<Vec<_>>| signals.as_ref().map(|signals| words(signals, GoogleSignal::word));
        self.stated_signals(subject, stated(&old.signals), stated(&new.signals));
    }

    fn service(&mut self, subject: Subject<'_>, old: &Service, new: &Service) {
        self.place(subject, old, new);
        if old.own_choice != new.own_choice {
            let (reason, word) = match new.own_choice {
                true => (Reason::GainedChoice, ["category", "own"]),
                false => (Reason::LostChoice, ["own", "category"]),
            };
            let [before, after] = word.map(|word| Some(word.to_string()));
            self.edit(subject, reason, before, after);
            // Grants under former names begin to count, whatever they were given to.
            for name in new.formerly.iter().filter(|name| new.own_choice && old.has_name(name) && **name != old.id) {
                self.edit(subject, Reason::TakenName, None, Some(name.clone()));
            }
        }
        self.text(subject, Reason::Name, &old.name, &new.name);
        self.text(subject, Reason::Purpose, &old.purpose, &new.purpose);
        self.text(subject, Reason::Justification, &old.justification, &new.justification);
        self.list(subject, (Reason::NewData, Reason::EndedData), &old.data, &new.data);
        self.list(subject, (Reason::NewRecipient, Reason::EndedRecipient), &old.recipients, &new.recipients);
        self.list(subject, (Reason::NewProcessor, Reason::EndedProcessor), &old.processors, &new.processors);
        self.list(subject, (Reason::NewCountry, Reason::EndedCountry), &old.countries, &new.countries);
        self.hosts(subject, &old.hosts, &new.hosts);
        self.retention(subject, old.retention, new.retention);
        self.cookies(subject, &old.cookies, &new.cookies);
        self.uses(subject, &old.uses, &new.uses);
        self.basis(subject, old.basis, new.basis);
        let stated = |signals: &[_]| (!signals.is_empty()).then(|| words(signals, GoogleSignal::word));
        self.stated_signals(subject, stated(&old.signals), stated(&new.signals));
    }

    /// Whether it is still in its category, or in what that became.
    fn place(&mut self, subject: Subject<'_>, old: &Service, new: &Service) {
        let stays = self.categories.successors(&old.category).iter().any(|category| category.id == new.category);
        if stays {
            return;
        }
        let reason = match (old.category.as_str(), new.category.as_str()) {
            (NECESSARY, _) => Reason::LeftNecessary,
            (_, NECESSARY) => Reason::JoinedNecessary,
            _ => Reason::Moved,
        };
        self.edit(subject, reason, Some(old.category.clone()), Some(new.category.clone()));
    }

    fn text(&mut self, subject: Subject<'_>, reason: Reason, old: &Localized, new: &Localized) {
        texts(old, new, |before, after| self.edit(subject, reason, before, after));
    }

    fn list(&mut self, subject: Subject<'_>, (gained, lost): (Reason, Reason), old: &[String], new: &[String]) {
        for entry in new.iter().filter(|entry| !old.contains(entry)) {
            self.edit(subject, gained, None, Some(entry.clone()));
        }
        for entry in old.iter().filter(|entry| !new.contains(entry)) {
            self.edit(subject, lost, Some(entry.clone()), None);
        }
    }

    fn uses(&mut self, subject: Subject<'_>, old: &[Use], new: &[Use]) {
        self.list(subject, (Reason::NewUse, Reason::EndedUse), &words(old, Use::word), &words(new, Use::word));
    }

    fn basis(&mut self, subject: Subject<'_>, old: Option<Basis>, new: Option<Basis>) {
        if old != new {
            let [before, after] = [old, new].map(|basis| basis.map(|basis| basis.word().to_string()));
            self.edit(subject, Reason::LegalBasis, before, after);
        }
    }

    fn stated_signals(&mut self, subject: Subject<'_>, old: Option<Vec<String>>, new: Option<Vec<String>>) {
        let same = match (&old, &new) {
            (Some(old), Some(new)) => !differs(old, new),
            (None, None) => true,
            _ => false,
        };
        if !same {
            let shown = |list: Option<Vec<String>>| list.map(|list| list.join(", "));
            self.edit(subject, Reason::Signals, shown(old), shown(new));
        }
    }

    fn hosts(&mut self, subject: Subject<'_>, old: &[String], new: &[String]) {
        for host in new.iter().filter(|host| !old.contains(host)) {
            let covered = old.iter().any(|known| covers_host(known, host));
            let reason = if covered { Reason::CoveredHost } else { Reason::NewHost };
            self.edit(subject, reason, None, Some(host.clone()));
        }
        for host in old.iter().filter(|host| !new.contains(host)) {
            self.edit(subject, Reason::EndedHost, Some(host.clone()), None);
        }
    }

    fn retention(&mut self, subject: Subject<'_>, old: Option<u64>, new: Option<u64>) {
        let reason = match (old, new) {
            (Some(old), Some(new)) if new < old => Reason::ShorterRetention,
            (Some(old), Some(new)) if new > old => Reason::LongerRetention,
            (Some(_), None) => Reason::LongerRetention,
            (None, Some(_)) => Reason::FirstRetention,
            _ => return,
        };
        self.edit(subject, reason, old.map(written), new.map(written));
    }

    /// Cookies are the same by their name. One that lives longer than all there were makes the visitor known for longer.
    fn cookies(&mut self, subject: Subject<'_>, old: &[CookieRule], new: &[CookieRule]) {
        let longest = old.iter().map(age).max();
        let shown = |cookie: &CookieRule| Some(format!("{} ({})", cookie.name, kept(cookie)));
        for cookie in new {
            let Some(before) = old.iter().find(|before| before.name == cookie.name) else {
                let covered =
                    |known: &CookieRule| covers_cookie(&known.name, &cookie.name) && age(known) >= age(cookie);
                let reason = match longest {
                    _ if old.iter().any(covered) => Reason::CoveredCookie,
                    Some(longest) if age(cookie) <= longest => Reason::NewCookie,
                    _ => Reason::LongerCookie,
                };
                self.edit(subject, reason, None, shown(cookie));
                continue;
            };
            if before.max_age != cookie.max_age {
                let reason = if age(cookie) > age(before) { Reason::LongerCookie } else { Reason::ShorterCookie };
                self.edit(subject, reason, shown(before), shown(cookie));
            }
            if before.path != cookie.path {
                let path =
                    |cookie: &CookieRule| Some(format!("{} at {}", cookie.name, cookie.path.as_deref().unwrap_or("/")));
                self.edit(subject, Reason::CookiePath, path(before), path(cookie));
            }
            texts(&before.purpose, &cookie.purpose, |before, after| {
                self.edit(subject, Reason::CookiePurpose, before, after);
            });
        }
        for cookie in old.iter().filter(|cookie| !new.iter().any(|new| new.name == cookie.name)) {
            self.edit(subject, Reason::EndedCookie, shown(cookie), None);
        }
    }

    /// Ids that are in `retired` or no longer are, as far as no category or service that went says it.
    pub(super) fn retired(&mut self) {
        let (old, new) = (self.old, self.new);
        let is_gone = |id: &str| self.categories.old(id).is_some() || self.services.old(id).is_some();
        let added: Vec<_> = new.retired().iter().filter(|id| !old.retired().contains(id) && !is_gone(id)).collect();
        for id in added {
            self.push(Part::Policy, id, Reason::Retired, None, Some(id.clone()));
        }
        for id in old.retired().iter().filter(|id| !new.retired().contains(id)) {
            self.push(Part::Policy, id, Reason::Unretired, Some(id.clone()), None);
        }
    }
}

/// Each language in which a text is not what it was.
pub(super) fn texts(old: &Localized, new: &Localized, mut edit: impl FnMut(Option<String>, Option<String>)) {
    let of = |texts: &Localized, locale: &str| {
        texts.0.iter().find(|(known, _)| known == locale).map(|(locale, text)| format!("{locale}: {text}"))
    };
    for locale in old.locales().chain(new.locales().filter(|locale| !old.locales().any(|known| known == *locale))) {
        let (before, after) = (of(old, locale), of(new, locale));
        if before != after {
            edit(before, after);
        }
    }
}

/// The words that values are written as.
fn words<W: Copy>(values: &[W], word: fn(W) -> &'static str) -> Vec<String> {
    values.iter().map(|value| word(*value).to_string()).collect()
}

/// Whether two lists have other entries; their order means nothing.
pub(super) fn differs(old: &[String], new: &[String]) -> bool {
    old.iter().any(|entry| !new.contains(entry)) || new.iter().any(|entry| !old.contains(entry))
}

/// A duration as policies are written, in the largest unit without a rest.
pub(super) fn written(seconds: u64) -> String {
    let units = [(86_400, 'd'), (3600, 'h'), (60, 'm')];
    let (unit, sign) = units.into_iter().find(|(unit, _)| seconds.is_multiple_of(*unit)).unwrap_or((1, 's'));
    format!("{}{sign}", seconds / unit)
}

/// A session cookie lives shorter than any other.
fn age(cookie: &CookieRule) -> u64 {
    cookie.max_age.unwrap_or(0)
}

fn kept(cookie: &CookieRule) -> String {
    cookie.max_age.map_or_else(|| "session".into(), written)
}

/// Whether every name that falls under `name` falls under `rule`.
fn covers_cookie(rule: &str, name: &str) -> bool {
    rule.strip_suffix('*').is_some_and(|start| name.strip_suffix('*').unwrap_or(name).starts_with(start))
}

/// Whether every host that falls under `host` falls under `rule`.
fn covers_host(rule: &str, host: &str) -> bool {
    rule.strip_prefix('*').is_some_and(|end| host.strip_prefix('*').unwrap_or(host).ends_with(end))
}
