//! Reading a compiled policy from a JavaScript object, field by field: each value's type is checked, and the first
//! fault is reported by code and path. The authoring formats report all faults with words, natively.
//!
//! The first fault is kept and reading goes on with stand-ins: leaving early from the midst of half-built values costs
//! the module ten kilobytes of clean-up code.

use alloc::{string::String, vec::Vec};

use js_sys::{Array, Reflect};
use wasm_bindgen::JsValue;

use crate::{
    banner::Word,
    policy::{
        Basis, Category, Change, ChangeKind, CookieRule, FaultCode, GpcRule, Index, Localized, NECESSARY, Policy,
        PolicyBuilder, Regime, RegimeKind, Service, Use, is_id,
    },
    signals::Region,
    text::push_number,
};

/// Reads a policy; the fault is `<code> at <path>`.
pub(super) fn read(root: &JsValue) -> Result<Policy, String> {
    let mut reader = Reader { fault: None, path: String::new(), locale: String::new(), version: 0 };
    let policy = reader.policy(root);
    match reader.fault {
        None => Ok(policy),
        Some(fault) => Err(fault),
    }
}

struct Reader {
    fault: Option<String>,
    /// Where the object being read stands.
    path: String,
    locale: String,
    version: u32,
}

impl Reader {
    #[inline(never)]
    fn fault(&mut self, code: FaultCode, name: &str) {
        if self.fault.is_some() {
            return;
        }
        let mut fault = String::from(code.word());
        fault.push_str(" at ");
        fault.push_str(&self.path);
        if !self.path.is_empty() && !name.is_empty() {
            fault.push('.');
        }
        fault.push_str(name);
        self.fault = Some(fault);
    }

    /// The value of a field; `undefined` where it is absent.
    #[inline(never)]
    fn get(&mut self, object: &JsValue, name: &str) -> JsValue {
        Reflect::get(object, &name.into()).unwrap_or_else(|_| {
            self.fault(FaultCode::WrongType, "");
            JsValue::UNDEFINED
        })
    }

    #[inline(never)]
    fn text(&mut self, object: &JsValue, name: &str) -> Option<String> {
        let value = self.get(object, name);
        let text = value.as_string();
        if text.is_none() && !value.is_undefined() {
            self.fault(FaultCode::WrongType, name);
        }
        text
    }

    /// An identifier, if it is there.
    #[inline(never)]
    fn name(&mut self, object: &JsValue, name: &str) -> Option<String> {
        let id = self.text(object, name);
        if id.as_ref().is_some_and(|id| !is_id(id)) {
            self.fault(FaultCode::BadValue, name);
        }
        id
    }

    #[inline(never)]
    fn id(&mut self, object: &JsValue, name: &str) -> String {
        let id = self.name(object, name);
        if id.is_none() {
            self.fault(FaultCode::Missing, name);
        }
        id.unwrap_or_default()
    }

    /// A whole number that JavaScript and the core hold alike.
    #[inline(never)]
    fn number(&mut self, object: &JsValue, name: &str, default: u32) -> u32 {
        let value = self.get(object, name);
        if value.is_undefined() {
            return default;
        }
        let Some(number) = value.as_f64() else {
            self.fault(FaultCode::WrongType, name);
            return default;
        };
        let whole = number as u32;
        if f64::from(whole) != number {
            self.fault(FaultCode::BadValue, name);
        }
        whole
    }

    fn flag(&mut self, object: &JsValue, name: &str) -> bool {
        let value = self.get(object, name);
        let flag = value.as_bool();
        if flag.is_none() && !value.is_undefined() {
            self.fault(FaultCode::WrongType, name);
        }
        flag == Some(true)
    }

    /// One of a set of words.
    fn word<T: Copy>(&mut self, object: &JsValue, name: &str, from: fn(&str) -> Option<T>) -> Option<T> {
        let word = self.text(object, name)?;
        let value = from(&word);
        if value.is_none() {
            self.fault(FaultCode::BadValue, name);
        }
        value
    }

    /// Calls `read` for each item of a list, with the path leading to it.
    #[inline(never)]
    fn each(&mut self, object: &JsValue, name: &str, read: &mut dyn FnMut(&mut Self, &JsValue)) {
        let list = self.get(object, name);
        if list.is_undefined() {
            return;
        }
        if !Array::is_array(&list) {
            return self.fault(FaultCode::WrongType, name);
        }
        let length = self.path.len();
        if length > 0 {
            self.path.push('.');
        }
        self.path.push_str(name);
        let list_length = self.path.len();
        let mut place = 0;
        while let Ok(item) = Reflect::get_u32(&list, place) {
            if item.is_undefined() {
                break;
            }
            self.path.push('[');
            push_number(&mut self.path, place.into());
            self.path.push(']');
            read(self, &item);
            self.path.truncate(list_length);
            place += 1;
        }
        self.path.truncate(length);
    }

    #[inline(never)]
    fn texts(&mut self, object: &JsValue, name: &str) -> Vec<String> {
        let mut texts = Vec::new();
        self.each(object, name, &mut |reader, item| match item.as_string() {
            Some(text) => texts.push(text),
            None => reader.fault(FaultCode::WrongType, ""),
        });
        texts
    }

    fn words<T: Copy>(&mut self, object: &JsValue, name: &str, from: fn(&str) -> Option<T>) -> Vec<T> {
        let words = self.texts(object, name);
        let values: Vec<T> = words.iter().filter_map(|word| from(word)).collect();
        if values.len() < words.len() {
            self.fault(FaultCode::BadValue, name);
        }
        values
    }

    #[inline(never)]
    fn localized(&mut self, object: &JsValue, name: &str) -> Localized {
        let mut localized = Localized::default();
        if let Some(text) = self.text(object, name) {
            localized.0.push((self.locale.clone(), text));
        }
        localized
    }

    fn policy(&mut self, root: &JsValue) -> Policy {
        let mut policy = PolicyBuilder::new(self.id(root, "id"));
        if self.number(root, "format", 1) != 1 {
            self.fault(FaultCode::BadValue, "format");
        }
        self.version = self.number(root, "version", 1);
        if self.version == 0 {
            self.fault(FaultCode::BadValue, "version");
        }
        if let Some(locale) = self.text(root, "locale") {
            policy.default_locale = locale;
        }
        self.locale.clone_from(&policy.default_locale);
        let contact = self.get(root, "contact");
        if !contact.is_undefined() {
            policy.contact.url = self.text(&contact, "url");
        }
        self.each(root, "regimes", &mut |reader, item| policy.regimes.push(reader.regime(item)));
        let mut since: Vec<(String, u32)> = Vec::new();
        self.each(root, "categories", &mut |reader, item| {
            let category = reader.category(item);
            since.push((category.id.clone(), reader.since(item)));
            policy.categories.push(category);
        });
        self.each(root, "services", &mut |reader, item| {
            let service = reader.service(item);
            since.push((service.id.clone(), reader.since(item)));
            policy.services.push(service);
        });
        self.each(root, "changes", &mut |reader, item| policy.changes.push(reader.change(item)));
        let words = self.get(root, "words");
        if !words.is_undefined() {
            self.path.push_str("words");
            for word in Word::ALL {
                if let Some(text) = self.text(&words, word.word()) {
                    policy.words.set(*word, &self.locale, text);
                }
            }
            self.path.clear();
        }
        self.check_names(&policy);
        policy.put_necessary_first();
        policy.fill_regimes();
        let known = |id: &str| since.iter().find(|(known, _)| known == id).map_or(1, |(_, since)| *since);
        let index = Index::new(&policy.categories, &policy.services, &policy.regimes, known);
        policy.declare(self.version, index)
    }

    /// One meaning for each name; a service's category is there.
    fn check_names(&mut self, policy: &PolicyBuilder) {
        let mut names: Vec<&str> = Vec::new();
        for category in &policy.categories {
            self.check_name(&mut names, &category.id, category.key.as_deref());
        }
        for service in &policy.services {
            self.check_name(&mut names, &service.id, service.key.as_deref());
        }
        for service in &policy.services {
            let known = policy.categories.iter().any(|category| category.id == service.category);
            if !known && service.category != NECESSARY {
                self.fault(FaultCode::UnknownId, &service.category);
            }
        }
    }

    fn check_name<'a>(&mut self, names: &mut Vec<&'a str>, id: &'a str, key: Option<&'a str>) {
        for name in [Some(id), key.filter(|key| *key != id)].into_iter().flatten() {
            if names.contains(&name) {
                self.fault(FaultCode::Duplicate, name);
            }
            names.push(name);
        }
    }

    fn since(&mut self, item: &JsValue) -> u32 {
        let since = self.number(item, "since", 1);
        if since == 0 || since > self.version {
            self.fault(FaultCode::BadValue, "since");
        }
        since
    }

    fn regime(&mut self, item: &JsValue) -> Regime {
        let id = self.id(item, "id");
        let kind = self.word(item, "kind", RegimeKind::from_word);
        let preset = Regime::preset(&id);
        if kind.is_none() && preset.is_none() {
            self.fault(FaultCode::Missing, "kind");
        }
        let mut regime = preset.unwrap_or_else(|| Regime::new(id, kind.unwrap_or(RegimeKind::OptIn)));
        regime.kind = kind.unwrap_or(regime.kind);
        if !self.get(item, "regions").is_undefined() {
            regime.regions = self.words(item, "regions", Region::parse);
        }
        regime.grant_max_age = self.number(item, "grantMaxAge", regime.grant_max_age as u32).into();
        regime.refusal_quiet = self.number(item, "refusalQuiet", regime.refusal_quiet as u32).into();
        regime.gpc = self.word(item, "gpc", GpcRule::from_word).unwrap_or(regime.gpc);
        regime
    }

    fn category(&mut self, item: &JsValue) -> Category {
        Category {
            id: self.id(item, "id"),
            key: self.name(item, "key"),
            name: self.localized(item, "name"),
            purpose: self.localized(item, "purpose"),
            uses: self.words(item, "uses", Use::from_word),
            basis: self.word(item, "basis", Basis::from_word).unwrap_or_default(),
            formerly: self.texts(item, "formerly"),
        }
    }

    fn service(&mut self, item: &JsValue) -> Service {
        let rule = |name| CookieRule { name, ..CookieRule::default() };
        Service {
            id: self.id(item, "id"),
            key: self.name(item, "key"),
            category: self.id(item, "category"),
            own_choice: self.flag(item, "own"),
            name: self.localized(item, "name"),
            purpose: self.localized(item, "purpose"),
            cookies: self.texts(item, "cookies").into_iter().map(rule).collect(),
            hosts: self.texts(item, "hosts"),
            uses: self.words(item, "uses", Use::from_word),
            basis: self.word(item, "basis", Basis::from_word),
            formerly: self.texts(item, "formerly"),
            ..Service::default()
        }
    }

    fn change(&mut self, item: &JsValue) -> Change {
        let kind = self.word(item, "kind", ChangeKind::from_word).unwrap_or(ChangeKind::Editorial);
        let mut change = Change::new(self.number(item, "version", 0), kind);
        change.touches = self.texts(item, "touches");
        change.summary = self.localized(item, "summary");
        change
    }
}
