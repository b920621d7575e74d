//! From a parsed file to a policy: reads what it can, notes every fault, then lets the builder check the rest.

mod values;

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};
use core::ops::Range;

use self::values::did_you_mean;
use super::{
    Checked, Contact,
    builder::PolicyBuilder,
    category::{Basis, Category, Use},
    change::{Change, ChangeKind},
    document::{Node, Value},
    fault::{Fault, FaultCode, quoted},
    format,
    google::GoogleSignal,
    jurisdiction::Jurisdiction,
    regime::{GpcRule, Regime, RegimeKind},
    service::{CookieRule, Service},
    validate,
};
use crate::{banner::Word, signals::Region, text::has_word};

/// Reads the policy that `root` describes, and notes everything that is wrong with it.
pub(super) fn read(source: &str, root: Node) -> Checked<'_> {
    let mut reader = Reader::default();
    let policy = reader.policy(root);
    let mut faults = reader.faults;
    // A field that could not be read has a fault already; what is checked of its stand-in would only repeat it.
    let unread = Unread(faults.iter().map(|fault| fault.path.clone()).collect());
    for mut fault in validate::faults(&policy) {
        if !unread.has(&fault.path) {
            fault.span = nearest_span(&reader.spans, &fault.path);
            if fault.code == FaultCode::UnknownId {
                let known = policy.ids(fault.path.ends_with(".category"));
                fault.help = did_you_mean(fault.found.trim_matches('"'), known);
            }
            faults.push(fault);
        }
    }
    Checked::new(source, Some(policy), faults, unread, reader.spans)
}

/// The bytes of a path, or of the nearest thing above it that has some.
pub(super) fn nearest_span(spans: &Spans, path: &str) -> Option<Range<usize>> {
    let mut path = path;
    loop {
        if let Some(span) = spans.get(path) {
            return Some(span.clone());
        }
        path = path.rfind(['.', '[']).and_then(|end| path.get(..end)).unwrap_or_default();
        if path.is_empty() {
            return spans.get("").cloned();
        }
    }
}

/// Where everything of a policy stands in its file, by its path.
pub(super) type Spans = BTreeMap<String, Range<usize>>;

/// The paths of what could not be read.
#[derive(Default)]
pub(super) struct Unread(Vec<String>);

impl Unread {
    /// Whether `path` is one of them or below one.
    pub(super) fn has(&self, path: &str) -> bool {
        self.0.iter().any(|unread| {
            let rest = path.strip_prefix(unread.as_str());
            rest.is_some_and(|rest| unread.is_empty() || rest.is_empty() || rest.starts_with(['.', '[']))
        })
    }
}

#[derive(Default)]
struct Reader {
    faults: Vec<Fault>,
    spans: Spans,
}

impl Reader {
    fn policy(&mut self, root: Node) -> PolicyBuilder {
        let mut policy = PolicyBuilder::new("");
        let Some(mut fields) = self.fields(root, "", &format::POLICY) else { return policy };
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
        let regimes = self.list(&mut fields, "regime", Self::regime);
        policy.regimes = without_overlap(regimes);
        // Is for editors, which find the schema by it.
        self.text(&mut fields, "$schema");
        policy.retired = self.texts(&mut fields, "retired");
        for (kind, node) in self.map(&mut fields, "data") {
            let (path, named) = (format!("data.{kind}"), node.name_span());
            let name = self.localized_of(node, &path, &locale);
            self.spans.insert(path, named);
            policy.data_names.push((kind, name));
        }
        for (name, node) in self.map(&mut fields, "words") {
            let path = format!("words.{name}");
            self.spans.insert(path.clone(), node.name_span());
            if let Some(word) = self.one_of(&name, &path, Word::ALL, Word::word) {
                let text = self.localized_of(node, &path, &locale);
                policy.words.set_all(word, text);
            }
        }
        self.finish(fields);
        policy
    }

    fn contact(&mut self, node: Node) -> Contact {
        let Some(mut fields) = self.fields(node, "contact", &format::CONTACT) else { return Contact::default() };
        let contact = Contact {
            name: self.required(&mut fields, "name", "whom visitors can ask"),
            url: self.text(&mut fields, "url"),
            email: self.text(&mut fields, "email"),
        };
        self.finish(fields);
        contact
    }

    fn category(&mut self, node: Node, path: &str, locale: &str) -> Option<Category> {
        let Some(mut fields) = self.fields(node, path, &format::CATEGORY) else { return Some(Category::default()) };
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
        self.finish(fields);
        Some(category)
    }

    fn service(&mut self, node: Node, path: &str, locale: &str) -> Option<Service> {
        let Some(mut fields) = self.fields(node, path, &format::SERVICE) else { return Some(Service::default()) };
        let own = self.word(&mut fields, "choice", &[true, false], |own| if own { "own" } else { "category" });
        let service = Service {
            id: self.required(&mut fields, "id", "the service's id"),
            key: self.text(&mut fields, "key"),
            category: self.required(&mut fields, "category", "the id of the service's category"),
            own_choice: own.unwrap_or(false),
            reload: self.flag(&mut fields, "reload"),
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
        self.finish(fields);
        Some(service)
    }

    fn cookie(&mut self, node: Node, path: &str, locale: &str) -> Option<CookieRule> {
        let Some(mut fields) = self.fields(node, path, &format::COOKIE) else { return Some(CookieRule::default()) };
        let cookie = CookieRule {
            name: self.required(&mut fields, "name", "the cookie's name"),
            max_age: self.duration(&mut fields, "max_age"),
            path: self.text(&mut fields, "path"),
            purpose: self.localized(&mut fields, "purpose", locale),
        };
        self.finish(fields);
        Some(cookie)
    }

    fn change(&mut self, node: Node, path: &str, locale: &str) -> Option<Change> {
        let Some(mut fields) = self.fields(node, path, &format::CHANGE) else { return Some(Change::editorial(0)) };
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
                self.fault(FaultCode::BadValue, &version_path, node.span.clone(), &node.describe(), expected);
            }
            (None, _) => self.fault(FaultCode::Missing, &version_path, fields.span.clone(), "nothing", expected),
            _ => {}
        }
        if !fields.has("kind") {
            let expected = "\"ask\", \"notify\" or \"editorial\"";
            self.fault(FaultCode::Missing, &fields.path("kind"), fields.span.clone(), "nothing", expected);
        }
        let change = Change {
            version: number.flatten().unwrap_or(0),
            effective: self.date(&mut fields, "effective"),
            kind: self.word(&mut fields, "kind", ChangeKind::ALL, ChangeKind::word).unwrap_or(ChangeKind::Editorial),
            touches: self.texts(&mut fields, "touches"),
            summary: self.localized(&mut fields, "summary", locale),
            material: self.text(&mut fields, "material"),
        };
        self.finish(fields);
        Some(change)
    }

    /// A preset's fields stand where a regime of its id leaves them out.
    fn regime(&mut self, node: Node, path: &str) -> Option<Read> {
        let Some(mut fields) = self.fields(node, path, &format::REGIME) else {
            return Some(Read { regime: Regime::new("", RegimeKind::OptIn), states_regions: true });
        };
        let id = self.required(&mut fields, "id", "the regime's id, or that of a preset such as \"eu\" or \"us-ca\"");
        let kind = self.word(&mut fields, "kind", RegimeKind::ALL, RegimeKind::word);
        let states_kind = kind.is_some() || self.spans.contains_key(&fields.path("kind"));
        let preset = Regime::preset(&id);
        if !states_kind && preset.is_none() {
            let expected = "\"opt-in\", \"opt-out\" or \"inform\"; only a preset's id goes without";
            self.fault(FaultCode::Missing, &fields.path("kind"), fields.span.clone(), "nothing", expected);
            self.help(&id, Jurisdiction::all().map(|known| String::from(known.id())));
        }
        let mut regime = match (preset, kind) {
            (Some(preset), None) => preset,
            (Some(preset), Some(kind)) => Regime { kind, ..preset },
            (None, kind) => Regime::new(id, kind.unwrap_or(RegimeKind::OptIn)),
        };
        let states_regions = fields.has("regions");
        if states_regions {
            let regions = self.list(&mut fields, "regions", |reader, node, path| {
                let span = node.span.clone();
                let text = reader.text_of(node, path)?;
                let region = Region::parse(&text);
                if region.is_none() {
                    let expected = "an ISO 3166 code such as \"FR\" or \"US-CA\"";
                    reader.fault(FaultCode::BadValue, path, span, &quoted(&text), expected);
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
        self.finish(fields);
        Some(Read { regime, states_regions })
    }
}

/// A regime as it was read.
struct Read {
    regime: Regime,
    states_regions: bool,
}

/// A preset beside others leaves out the regions that another regime states, or that a preset for fewer regions has: `eu`
/// beside `fr` holds in the rest.
fn without_overlap(read: Vec<Read>) -> Vec<Regime> {
    let taken = |place: usize, size: usize, region: &Region| {
        read.iter().enumerate().any(|(other_place, other)| {
            let narrower = other.states_regions || other.regime.holds_in().count() < size;
            other_place != place && narrower && has_word(&other.regime.regions, region.code())
        })
    };
    let left = read.iter().enumerate().map(|(place, Read { regime, states_regions })| {
        let size = regime.holds_in().count();
        let taken = regime.holds_in().filter(|region| !states_regions && taken(place, size, region));
        let codes: Vec<String> = taken.map(|region| region.as_str().into()).collect();
        regime.clone().except(&codes.join(" "))
    });
    left.collect()
}
