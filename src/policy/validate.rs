//! Every rule a policy must keep, checked in one pass that reports all faults.

use alloc::{format, string::String, vec::Vec};

use super::{
    builder::PolicyBuilder,
    category::{Basis, Category},
    change::ChangeKind,
    digest,
    fault::{Fault, FaultCode, quoted},
    google::GoogleSignal,
    id::{MAX_ID_BYTES, NECESSARY, is_cookie_pattern, is_id},
    regime::Regime,
    service::Service,
};
use crate::{
    consent::{MAX_COOKIE_BYTES, MAX_COOKIE_NAME_BYTES, largest_text},
    text::has_word,
};

const ID_FORM: &str = "an identifier: a lower-case letter, then letters, digits, `_` or `-`, at most 32 bytes";

pub(super) fn faults(policy: &PolicyBuilder) -> Vec<Fault> {
    let mut check = Check { faults: Vec::new() };
    check.id("id", &policy.id);
    check.locale("default_locale", &policy.default_locale);
    if let Some(url) = &policy.contact.url {
        check.url("contact.url", url);
    }
    check.names(policy);
    for (place, category) in policy.categories.iter().enumerate() {
        check.category(&format!("category[{place}]"), category);
    }
    for (place, service) in policy.services.iter().enumerate() {
        check.service(&format!("service[{place}]"), service, &policy.categories);
    }
    check.cookies(&policy.services);
    check.changes(policy);
    check.regimes(&policy.regimes);
    for (kind, _) in &policy.data_names {
        check.id(&format!("data.{kind}"), kind);
    }
    if check.faults.is_empty() {
        check.size(policy);
    }
    check.faults
}

/// Whether a fault is one of a policy that was edited and not published yet: its newest digest no longer fits, its history
/// touches ids that are neither former nor retired, a change does not say yet what it touches.
#[cfg(any(feature = "toml", feature = "json"))]
pub(super) fn is_mended_by_publishing(fault: &Fault) -> bool {
    match fault.code {
        FaultCode::Material => true,
        FaultCode::UnknownId => fault.path.starts_with("change["),
        FaultCode::Missing => {
            fault.path.starts_with("change[")
                && (fault.path.ends_with("].touches") || fault.path.ends_with("].summary"))
        }
        _ => false,
    }
}

struct Check {
    faults: Vec<Fault>,
}

impl Check {
    fn fault(&mut self, code: FaultCode, path: impl Into<String>, found: &str, expected: impl Into<String>) {
        self.faults.push(Fault::new(code, path, found, expected));
    }

    /// Says of the last fault what was there before it.
    fn after(&mut self, first: impl Into<String>) {
        if let Some(fault) = self.faults.last_mut() {
            fault.first = Some(first.into());
        }
    }

    fn id(&mut self, path: &str, id: &str) {
        if !is_id(id) {
            self.fault(FaultCode::BadValue, path, &quoted(id), ID_FORM);
        }
    }

    fn locale(&mut self, path: &str, tag: &str) {
        let subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
        if !tag.split('-').all(subtag) {
            self.fault(FaultCode::BadValue, path, &quoted(tag), "a language tag such as \"en\" or \"pt-BR\"");
        }
    }

    /// Only what can never run a script when a visitor follows it.
    fn url(&mut self, path: &str, url: &str) {
        let printable = url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        let safe = ["https://", "http://", "mailto:"].iter().any(|scheme| url.starts_with(scheme))
            || (url.starts_with('/') && !url.starts_with("//"));
        if !printable || !safe {
            let expected = "an https:, http: or mailto: address, or a path that starts with one \"/\"";
            self.fault(FaultCode::BadValue, path, &quoted(url), expected);
        }
    }

    /// Ids, keys, former and retired ids share one name space, so that an entry in a cookie means one thing for ever.
    fn names(&mut self, policy: &PolicyBuilder) {
        let mut past: Vec<(String, &str)> = Vec::new();
        for (place, id) in policy.retired.iter().enumerate() {
            past.push((format!("retired[{place}]"), id));
        }
        let mut current: Vec<(String, &str)> = Vec::new();
        let lists = policy
            .categories
            .iter()
            .enumerate()
            .map(|(place, c)| (format!("category[{place}]"), &c.id, &c.key, &c.formerly))
            .chain(
                policy
                    .services
                    .iter()
                    .enumerate()
                    .map(|(place, s)| (format!("service[{place}]"), &s.id, &s.key, &s.formerly)),
            );
        for (path, id, key, formerly) in lists {
            current.push((format!("{path}.id"), id));
            if let Some(key) = key.as_deref().filter(|key| key != id) {
                current.push((format!("{path}.key"), key));
            }
            for (place, former) in formerly.iter().enumerate() {
                past.push((format!("{path}.formerly[{place}]"), former));
            }
        }
        for (path, name) in current.iter().chain(&past) {
            self.id(path, name);
        }
        let mut seen: alloc::collections::BTreeMap<&str, &str> = Default::default();
        for (path, name) in &current {
            match seen.get(name) {
                Some(first) => {
                    let expected = format!("a name other than that of {first}");
                    self.fault(FaultCode::Duplicate, path, &quoted(name), expected);
                    self.after(*first);
                }
                None => {
                    seen.insert(name, path);
                }
            }
        }
        self.keys_of_split_and_merged(policy);
        for (path, name) in &past {
            if let Some(current) = seen.get(name) {
                let expected = format!("a name never used before: {path} says it meant something else");
                self.fault(FaultCode::Retired, *current, &quoted(name), expected);
                self.after(path);
            } else if *name == NECESSARY {
                self.fault(FaultCode::Retired, path, &quoted(name), "an id that can be retired");
            }
        }
    }

    /// An answer under a key looks the same before and after a split or merge, so that a grant of a part could be taken
    /// for one of the whole, and a refusal of the whole for one of a part.
    fn keys_of_split_and_merged(&mut self, policy: &PolicyBuilder) {
        let categories = policy.categories.iter().enumerate();
        let services = policy.services.iter().enumerate();
        let categories = categories.map(|(place, c)| (format!("category[{place}]"), &c.key, &c.formerly));
        let lists: Vec<_> =
            categories.chain(services.map(|(place, s)| (format!("service[{place}]"), &s.key, &s.formerly))).collect();
        for (path, key, formerly) in &lists {
            let Some(key) = key else { continue };
            let shared = |former: &String| lists.iter().filter(|(_, _, other)| other.contains(former)).count() > 1;
            if formerly.len() > 1 || formerly.iter().any(shared) {
                let expected = "no key: what was split or merged goes by its id, and names the old keys in `formerly`";
                self.fault(FaultCode::Conflict, format!("{path}.key"), &quoted(key), expected);
            }
        }
    }

    fn category(&mut self, path: &str, category: &Category) {
        if category.id == NECESSARY {
            let settings = [
                ("key", category.key.is_some()),
                ("uses", !category.uses.is_empty()),
                ("basis", category.basis != Basis::Consent),
                ("formerly", !category.formerly.is_empty()),
            ];
            for (field, _) in settings.iter().filter(|(_, set)| *set) {
                let expected = "only a name, a purpose and signals: the necessary category is built in";
                self.fault(FaultCode::Conflict, format!("{path}.{field}"), "a setting", expected);
            }
        }
        if category.basis == Basis::Contract && category.id != NECESSARY {
            let expected = "\"consent\" or \"legitimate-interest\": what a contract needs is a necessary service";
            self.fault(FaultCode::Conflict, format!("{path}.basis"), "\"contract\"", expected);
        }
        self.signals(path, category.stated_signals().unwrap_or_default(), category.id == NECESSARY);
    }

    fn signals(&mut self, path: &str, signals: &[GoogleSignal], necessary: bool) {
        let path = format!("{path}.signals");
        for (place, signal) in signals.iter().enumerate() {
            if signals.iter().take(place).any(|earlier| earlier == signal) {
                let found = format!("{:?} twice", signal.word());
                self.fault(FaultCode::Duplicate, &path, &found, "each signal once");
            } else if necessary && !signal.can_be_necessary() {
                let expected = "\"functionality_storage\" or \"security_storage\": what is necessary is always granted";
                self.fault(FaultCode::Conflict, &path, &quoted(signal.word()), expected);
            }
        }
    }

    fn service(&mut self, path: &str, service: &Service, categories: &[Category]) {
        let necessary = service.category == NECESSARY;
        let known = necessary || categories.iter().any(|category| category.id == service.category);
        if !known {
            let expected = "the id of a category of this policy";
            self.fault(FaultCode::UnknownId, format!("{path}.category"), &quoted(&service.category), expected);
        }
        if necessary && service.own_choice {
            let expected = "\"category\": what is necessary leaves no choice";
            self.fault(FaultCode::Conflict, format!("{path}.choice"), "\"own\"", expected);
        }
        if necessary && service.reload {
            let expected = "nothing: what is necessary is never withdrawn";
            self.fault(FaultCode::Conflict, format!("{path}.reload"), "true", expected);
        }
        if necessary && service.justification.is_empty() {
            let expected = "why this service is necessary, in words";
            self.fault(FaultCode::Missing, format!("{path}.justification"), "nothing", expected);
        }
        if !necessary && service.basis == Some(Basis::Contract) {
            let expected = "a service in the necessary category, or another basis";
            self.fault(FaultCode::Conflict, format!("{path}.basis"), "\"contract\"", expected);
        }
        self.signals(path, &service.signals, necessary);
        for (place, cookie) in service.cookies.iter().enumerate() {
            if !is_cookie_pattern(&cookie.name) {
                let expected = "a cookie name (RFC 6265 token), with `*` only at its end, at most 128 bytes";
                let path = format!("{path}.cookies[{place}].name");
                self.fault(FaultCode::BadValue, path, &quoted(&cookie.name), expected);
            }
            let path_ok = cookie.path.as_deref().is_none_or(|path| {
                path.starts_with('/') && path.len() <= 1024 && path.bytes().all(|b| b.is_ascii_graphic() && b != b';')
            });
            if !path_ok {
                let found = quoted(cookie.path.as_deref().unwrap_or_default());
                let expected = "a path that starts with \"/\", without spaces, controls or `;`, at most 1024 bytes";
                self.fault(FaultCode::BadValue, format!("{path}.cookies[{place}].path"), &found, expected);
            }
        }
        for (place, host) in service.hosts.iter().enumerate() {
            let name = host.strip_prefix("*.").unwrap_or(host);
            let label =
                |label: &str| !label.is_empty() && label.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
            if !name.split('.').all(label) {
                let expected = "a host name in lower case, with `*.` at its start for its subdomains";
                self.fault(FaultCode::BadValue, format!("{path}.hosts[{place}]"), &quoted(host), expected);
            }
        }
        for (place, kind) in service.data.iter().enumerate() {
            self.id(&format!("{path}.data[{place}]"), kind);
        }
    }

    /// A cookie belongs to one service: else nobody could say whether it may be set.
    fn cookies(&mut self, services: &[Service]) {
        let mut seen: alloc::collections::BTreeMap<&str, (&str, String)> = Default::default();
        for (place, service) in services.iter().enumerate() {
            for (cookie_place, cookie) in service.cookies.iter().enumerate() {
                let path = format!("service[{place}].cookies[{cookie_place}].name");
                if let Some((owner, first)) = seen.get(cookie.name.as_str()) {
                    let expected = format!("a cookie that the service {owner:?} does not declare already");
                    self.fault(FaultCode::Duplicate, path, &quoted(&cookie.name), expected);
                    self.after(first);
                } else {
                    seen.insert(&cookie.name, (&service.id, path));
                }
            }
        }
    }

    fn changes(&mut self, policy: &PolicyBuilder) {
        let mut previous = 0;
        for (place, change) in policy.changes.iter().enumerate() {
            let path = format!("change[{place}]");
            // Version 1 needs no entry: nothing changed yet.
            let follows = change.version == previous + 1 || (place == 0 && change.version == 2);
            if !follows {
                let expected =
                    if place == 0 { "1 or 2".into() } else { format!("{}: versions are contiguous", previous + 1) };
                self.fault(FaultCode::Version, format!("{path}.version"), &format!("{}", change.version), expected);
            }
            previous = change.version;
            for (touched_place, id) in change.touches.iter().enumerate() {
                if !is_known(policy, id) {
                    let expected = "a category or service of this policy, or a former or retired id";
                    let path = format!("{path}.touches[{touched_place}]");
                    self.fault(FaultCode::UnknownId, path, &quoted(id), expected);
                }
            }
            let first = place == 0 && change.version == 1;
            if change.kind == ChangeKind::Ask && change.touches.is_empty() && !first {
                let expected = "the ids visitors are asked about again";
                self.fault(FaultCode::Missing, format!("{path}.touches"), "nothing", expected);
            }
            if change.kind != ChangeKind::Editorial && change.summary.is_empty() && !first {
                let expected = "what changed, in words for visitors";
                self.fault(FaultCode::Missing, format!("{path}.summary"), "nothing", expected);
            }
            if let Some(digest) = change.material.as_deref().filter(|digest| !digest::is_digest(digest)) {
                let expected = "\"sha256-\" and 43 characters of base64url";
                self.fault(FaultCode::BadValue, format!("{path}.material"), &quoted(digest), expected);
            }
        }
        self.material(policy);
    }

    fn material(&mut self, policy: &PolicyBuilder) {
        let Some((place, newest)) = policy.changes.iter().enumerate().next_back() else { return };
        let Some(published) = newest.material.as_deref().filter(|digest| digest::is_digest(digest)) else { return };
        let found = digest::material(&policy.categories_with_necessary(), &policy.services);
        if found != published {
            let expected = format!(
                "the content published as version {} ({published}): undo the edit, or make it version {} with \
                 `consentry publish`",
                newest.version,
                newest.version.saturating_add(1)
            );
            self.fault(FaultCode::Material, format!("change[{place}].material"), &format!("content {found}"), expected);
        }
    }

    fn regimes(&mut self, regimes: &[Regime]) {
        for (place, regime) in regimes.iter().enumerate() {
            let path = format!("regime[{place}]");
            self.id(&format!("{path}.id"), &regime.id);
            for (earlier_place, earlier) in regimes.iter().enumerate().take(place) {
                if earlier.id == regime.id {
                    let expected = format!("a name other than that of regime[{earlier_place}].id");
                    self.fault(FaultCode::Duplicate, format!("{path}.id"), &quoted(&regime.id), expected);
                    self.after(format!("regime[{earlier_place}].id"));
                }
                for region in regime.holds_in().filter(|region| has_word(&earlier.regions, region.code())) {
                    let expected = format!("a region that regime[{earlier_place}] does not have already");
                    let found = quoted(region.as_str());
                    self.fault(FaultCode::Duplicate, format!("{path}.regions"), &found, expected);
                    self.after(format!("regime[{earlier_place}].regions"));
                }
            }
            for (field, seconds) in [("grant_max_age", regime.grant_max_age), ("refusal_quiet", regime.refusal_quiet)] {
                // RFC 6265bis section 5.5: no cookie outlives 400 days, so no answer does.
                if seconds == 0 || seconds > crate::consent::MAX_COOKIE_AGE_SECONDS {
                    let expected = "a duration from 1 second to 400 days, the longest life of a cookie";
                    self.fault(FaultCode::BadValue, format!("{path}.{field}"), &format!("{seconds} s"), expected);
                }
            }
        }
    }

    /// Proves that no consent under this policy outgrows its cookie.
    fn size(&mut self, policy: &PolicyBuilder) {
        let policy = policy.clone().assemble();
        let terms = &policy.0.terms;
        let size = largest_text(terms) + MAX_COOKIE_NAME_BYTES;
        if size > MAX_COOKIE_BYTES {
            let choices = terms.switches().count();
            let found = format!("{choices} choices that need up to {size} bytes");
            let expected = format!(
                "at most {MAX_COOKIE_BYTES} bytes for the consent cookie with its name: give ids a short `key` \
                 (ids are up to {MAX_ID_BYTES} bytes) or let services follow their category"
            );
            self.fault(FaultCode::TooLarge, "", &found, expected);
        }
    }
}

fn is_known(policy: &PolicyBuilder, id: &str) -> bool {
    id == NECESSARY
        || policy.retired.iter().any(|retired| retired == id)
        || policy.categories.iter().any(|c| c.id == id || c.formerly.iter().any(|former| former == id))
        || policy.services.iter().any(|s| s.id == id || s.formerly.iter().any(|former| former == id))
}

impl PolicyBuilder {
    /// The categories a digest is taken of: with the built-in one, whether it was declared or not.
    fn categories_with_necessary(&self) -> Vec<Category> {
        let mut copy = self.clone();
        copy.put_necessary_first();
        copy.categories
    }
}
