//! From a parsed file to a policy: reads what it can, notes every fault, then lets the builder check the rest.

mod values;

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

use super::{
    Contact, Policy,
    builder::PolicyBuilder,
    category::{Basis, Category, Use},
    change::{Change, ChangeKind},
    document::{Node, Value},
    fault::{Fault, FaultCode, Faults, Position},
    google::GoogleSignal,
    regime::{GpcRule, Regime, RegimeKind},
    service::{CookieRule, Service},
    validate,
};
use crate::{banner::Word, signals::Region};

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reading {
    /// As sites read it.
    Published,
    /// As tools read it that are about to publish it: what publishing mends is no fault yet.
    Unpublished,
}

/// Builds the policy that `root` describes, or says everything that is wrong with it.
pub(super) fn read(root: Node, reading: Reading) -> Result<Policy, Faults> {
    let mut reader = Reader::default();
    let policy = reader.policy(root);
    let mut faults = reader.faults;
    // A field that could not be read has a fault already; what is checked of its stand-in would only repeat it.
    let unread: Vec<String> = faults.iter().map(|fault| fault.path.clone()).collect();
    let below = |path: &str| {
        unread.iter().any(|unread| {
            let rest = path.strip_prefix(unread.as_str());
            rest.is_some_and(|rest| unread.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
        })
    };
    for mut fault in validate::faults(&policy) {
        let is_mended = reading == Reading::Unpublished && validate::is_mended_by_publishing(&fault);
        if !below(&fault.path) && !is_mended {
            fault.position = locate(&reader.positions, &fault.path);
            faults.push(fault);
        }
    }
    if faults.is_empty() { Ok(policy.assemble()) } else { Err(Faults::new(faults)) }
}

/// The place of a path, or of the nearest thing above it that has one.
fn locate(positions: &BTreeMap<String, Position>, path: &str) -> Option<Position> {
    let mut path = path;
    loop {
        if let Some(position) = positions.get(path) {
            return Some(*position);
        }
        path = path.get(..path.rfind(['.', '['])?)?;
    }
}

#[derive(Default)]
struct Reader {
    faults: Vec<Fault>,
    positions: BTreeMap<String, Position>,
}

impl Reader {
    fn policy(&mut self, root: Node) -> PolicyBuilder {
        let mut policy = PolicyBuilder::new("");
        let Some(mut fields) = self.fields(root, "") else { return policy };
        policy.id = self.required(&mut fields, "id", "the policy's id");
        if let Some(locale) = self.text(&mut fields, "default_locale") {
            policy.default_locale = locale;
        }
        let locale = policy.default_locale.clone();
        if let Some(node) = fields.take("contact") {
            policy.contact = self.contact(node);
        }
        policy.categories =
            self.list(&mut fields, "category", |reader, node, path| reader.category(node, path, &locale));
        policy.services = self.list(&mut fields, "service", |reader, node, path| reader.service(node, path, &locale));
        policy.changes = self.list(&mut fields, "change", |reader, node, path| reader.change(node, path, &locale));
        policy.regimes = self.list(&mut fields, "regime", Self::regime);
        policy.retired = self.texts(&mut fields, "retired");
        if let Some(data) = fields.take("data").and_then(|node| self.fields(node, "data")) {
            for (kind, node) in data.fields {
                let name = self.localized_of(node, &format!("data.{kind}"), &locale);
                policy.data_names.push((kind, name));
            }
        }
        if let Some(words) = fields.take("words").and_then(|node| self.fields(node, "words")) {
            for (name, node) in words.fields {
                let path = format!("words.{name}");
                self.note(&path, &node);
                if let Some(word) = self.one_of(&name, &path, Word::ALL, Word::word) {
                    let text = self.localized_of(node, &path, &locale);
                    policy.words.set_all(word, text);
                }
            }
        }
        self.finish(fields, "id, default_locale, contact, category, service, change, regime, retired, data, words");
        policy
    }

    fn contact(&mut self, node: Node) -> Contact {
        let Some(mut fields) = self.fields(node, "contact") else { return Contact::default() };
        let contact = Contact {
            name: self.required(&mut fields, "name", "whom visitors can ask"),
            url: self.text(&mut fields, "url"),
            email: self.text(&mut fields, "email"),
        };
        self.finish(fields, "name, url, email");
        contact
    }

    fn category(&mut self, node: Node, path: &str, locale: &str) -> Option<Category> {
        let Some(mut fields) = self.fields(node, path) else { return Some(Category::default()) };
        let states_signals = fields.has("signals");
        let category = Category {
            id: self.required(&mut fields, "id", "the category's id"),
            key: self.text(&mut fields, "key"),
            name: self.localized(&mut fields, "name", locale),
            purpose: self.localized(&mut fields, "purpose", locale),
            uses: self.words(&mut fields, "uses", Use::ALL, Use::word),
            basis: self.word(&mut fields, "basis", Basis::ALL, Basis::word).unwrap_or_default(),
            signals: states_signals.then(|| self.words(&mut fields, "signals", GoogleSignal::ALL, GoogleSignal::word)),
            formerly: self.texts(&mut fields, "formerly"),
        };
        self.finish(fields, "id, key, name, purpose, uses, basis, signals, formerly");
        Some(category)
    }

    fn service(&mut self, node: Node, path: &str, locale: &str) -> Option<Service> {
        let Some(mut fields) = self.fields(node, path) else { return Some(Service::default()) };
        let own = self.word(&mut fields, "choice", &[true, false], |own| if own { "own" } else { "category" });
        let service = Service {
            id: self.required(&mut fields, "id", "the service's id"),
            key: self.text(&mut fields, "key"),
            category: self.required(&mut fields, "category", "the id of the service's category"),
            own_choice: own.unwrap_or(false),
            name: self.localized(&mut fields, "name", locale),
            purpose: self.localized(&mut fields, "purpose", locale),
            cookies: self.list(&mut fields, "cookies", |reader, node, path| reader.cookie(node, path, locale)),
            hosts: self.texts(&mut fields, "hosts"),
            data: self.texts(&mut fields, "data"),
            recipients: self.texts(&mut fields, "recipients"),
            processors: self.texts(&mut fields, "processors"),
            countries: self.texts(&mut fields, "countries"),
            retention: self.duration(&mut fields, "retention"),
            uses: self.words(&mut fields, "uses", Use::ALL, Use::word),
            basis: self.word(&mut fields, "basis", Basis::ALL, Basis::word),
            signals: self.words(&mut fields, "signals", GoogleSignal::ALL, GoogleSignal::word),
            formerly: self.texts(&mut fields, "formerly"),
            justification: self.localized(&mut fields, "justification", locale),
        };
        let known = "id, key, category, choice, name, purpose, cookies, hosts, data, recipients, processors, \
                     countries, retention, uses, basis, signals, formerly, justification";
        self.finish(fields, known);
        Some(service)
    }

    fn cookie(&mut self, node: Node, path: &str, locale: &str) -> Option<CookieRule> {
        let Some(mut fields) = self.fields(node, path) else { return Some(CookieRule::default()) };
        let cookie = CookieRule {
            name: self.required(&mut fields, "name", "the cookie's name"),
            max_age: self.duration(&mut fields, "max_age"),
            path: self.text(&mut fields, "path"),
            purpose: self.localized(&mut fields, "purpose", locale),
        };
        self.finish(fields, "name, max_age, path, purpose");
        Some(cookie)
    }

    fn change(&mut self, node: Node, path: &str, locale: &str) -> Option<Change> {
        let Some(mut fields) = self.fields(node, path) else { return Some(Change::editorial(0)) };
        let version = fields.take("version");
        let version_path = fields.path("version");
        let number = version.as_ref().map(|node| {
            self.note(&version_path, node);
            match node.value {
                Value::Integer(number) => u32::try_from(number).ok().filter(|number| *number > 0),
                _ => None,
            }
        });
        let expected = "a whole number from 1";
        match (&version, number) {
            (Some(node), Some(None)) => {
                self.fault(FaultCode::BadValue, &version_path, node.position, &node.describe(), expected);
            }
            (None, _) => self.fault(FaultCode::Missing, &version_path, fields.position, "nothing", expected),
            _ => {}
        }
        if !fields.has("kind") {
            let expected = "\"ask\", \"notify\" or \"editorial\"";
            self.fault(FaultCode::Missing, &fields.path("kind"), fields.position, "nothing", expected);
        }
        let change = Change {
            version: number.flatten().unwrap_or(0),
            effective: self.date(&mut fields, "effective"),
            kind: self.word(&mut fields, "kind", ChangeKind::ALL, ChangeKind::word).unwrap_or(ChangeKind::Editorial),
            touches: self.texts(&mut fields, "touches"),
            summary: self.localized(&mut fields, "summary", locale),
            material: self.text(&mut fields, "material"),
        };
        self.finish(fields, "version, effective, kind, touches, summary, material");
        Some(change)
    }

    /// A preset's fields stand where a regime of its id leaves them out.
    fn regime(&mut self, node: Node, path: &str) -> Option<Regime> {
        let Some(mut fields) = self.fields(node, path) else { return Some(Regime::new("", RegimeKind::OptIn)) };
        let id = self.required(&mut fields, "id", "the regime's id, or that of a preset: \"eu\", \"us-ca\"");
        let kind = self.word(&mut fields, "kind", RegimeKind::ALL, RegimeKind::word);
        let preset = Regime::preset(&id);
        if kind.is_none() && preset.is_none() {
            let expected = "\"opt-in\", \"opt-out\" or \"inform\"; only the presets \"eu\" and \"us-ca\" go without";
            self.fault(FaultCode::Missing, &fields.path("kind"), fields.position, "nothing", expected);
        }
        let mut regime = match (preset, kind) {
            (Some(preset), None) => preset,
            (Some(preset), Some(kind)) => Regime { kind, ..preset },
            (None, kind) => Regime::new(id, kind.unwrap_or(RegimeKind::OptIn)),
        };
        if fields.has("regions") {
            let regions = self.list(&mut fields, "regions", |reader, node, path| {
                let position = node.position;
                let text = reader.text_of(node, path)?;
                let region = Region::parse(&text);
                if region.is_none() {
                    let expected = "an ISO 3166 code such as \"FR\" or \"US-CA\"";
                    reader.fault(FaultCode::BadValue, path, position, &format!("{text:?}"), expected);
                }
                Some(text)
            });
            regime.regions = Default::default();
            regime = regime.regions(&regions.join(" "));
        }
        if let Some(seconds) = self.duration(&mut fields, "grant_max_age") {
            regime.grant_max_age = seconds;
        }
        if let Some(seconds) = self.duration(&mut fields, "refusal_quiet") {
            regime.refusal_quiet = seconds;
        }
        if let Some(rule) = self.word(&mut fields, "gpc", GpcRule::ALL, GpcRule::word) {
            regime.gpc = rule;
        }
        self.finish(fields, "id, kind, regions, grant_max_age, refusal_quiet, gpc");
        Some(regime)
    }
}
