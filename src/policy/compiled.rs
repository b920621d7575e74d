//! The compiled policy: what a browser needs of a policy, as a JavaScript object in one language.

use alloc::{
    format,
    string::{String, ToString as _},
};

use serde_json::{Map, Value as Json, json};

use super::{GoogleSignal, Localized, Policy, Terms, change::ChangeKind, language};
use crate::{
    banner::Word,
    consent::SealState,
    decision::{Case, Status, Stored, letters},
    signals::Signals,
    text::words,
    timestamp::Timestamp,
};

/// What a server adds to the compiled policy it serves.
#[derive(Clone, Copy, Debug)]
pub struct Serving<'a> {
    /// The name of the consent cookie.
    pub cookie: &'a str,
    /// The domain it is shared on, where it is.
    pub domain: Option<&'a str>,
    /// Whether the server seals.
    pub sealed: bool,
    /// Where answers are posted to.
    pub mount: &'a str,
}

impl Policy {
    /// The compiled policy in one language as JSON: what the npm package's `createConsent` takes. What
    /// a page does not decide by is in it as text only.
    pub fn compile(&self, locale: &str, serving: Option<Serving<'_>>) -> String {
        let declared = &self.0;
        let text = |text: &Localized| text.get(locale, &declared.default_locale).map(Json::from);
        let mut object = json!({
            "format": 1,
            "id": declared.terms.id,
            "version": declared.terms.version,
            "locale": locale,
        });
        let mut contact = json!({ "name": declared.contact.name });
        put(&mut contact, "url", declared.contact.url.as_deref().map(Json::from));
        put(&mut contact, "email", declared.contact.email.as_deref().map(Json::from));
        put(&mut object, "contact", Some(contact).filter(|_| !declared.contact.name.is_empty()));
        let regimes = declared.terms.regimes.iter().map(|regime| {
            json!({
                "id": regime.id,
                "kind": regime.kind.word(),
                "regions": words(&regime.regions).collect::<alloc::vec::Vec<_>>(),
                "grantMaxAge": regime.grant_max_age,
                "refusalQuiet": regime.refusal_quiet,
                "gpc": regime.gpc.word(),
            })
        });
        put(&mut object, "regimes", Some(regimes.collect()));
        let mut items = declared.terms.items.iter();
        let categories = declared.categories.iter().zip(items.by_ref()).map(|(category, item)| {
            let mut object = json!({ "id": category.id });
            put(&mut object, "key", category.key.as_deref().map(Json::from));
            put(&mut object, "since", Some(item.since).filter(|since| *since > 1).map(Json::from));
            put(&mut object, "name", text(&category.name));
            put(&mut object, "purpose", text(&category.purpose));
            put(&mut object, "uses", list(category.uses.iter().map(|usage| usage.word())));
            put(&mut object, "basis", (category.basis != Default::default()).then(|| category.basis.word().into()));
            put(&mut object, "formerly", list(category.formerly.iter().map(String::as_str)));
            object
        });
        put(&mut object, "categories", Some(categories.collect()));
        let services = declared.services.iter().zip(items).map(|(service, item)| {
            let mut object = json!({ "id": service.id, "category": service.category });
            put(&mut object, "key", service.key.as_deref().map(Json::from));
            put(&mut object, "own", service.own_choice.then_some(Json::Bool(true)));
            put(&mut object, "reload", service.reload.then_some(Json::Bool(true)));
            put(&mut object, "since", Some(item.since).filter(|since| *since > 1).map(Json::from));
            put(&mut object, "name", text(&service.name));
            put(&mut object, "purpose", text(&service.purpose));
            put(&mut object, "uses", list(service.uses.iter().map(|usage| usage.word())));
            put(&mut object, "basis", service.basis.map(|basis| basis.word().into()));
            put(&mut object, "formerly", list(service.formerly.iter().map(String::as_str)));
            put(&mut object, "cookies", list(service.cookies.iter().map(|cookie| cookie.name.as_str())));
            put(&mut object, "hosts", list(service.hosts.iter().map(String::as_str)));
            put(&mut object, "facts", list(self.facts(service, locale).iter().map(String::as_str)));
            object
        });
        put(&mut object, "services", Some(services.collect()));
        // An editorial change is never shown.
        let changes = declared.changes.iter().filter(|change| change.kind != ChangeKind::Editorial).map(|change| {
            let mut object = json!({ "version": change.version, "kind": change.kind.word() });
            put(&mut object, "touches", list(change.touches.iter().map(String::as_str)));
            put(&mut object, "summary", text(&change.summary));
            object
        });
        put(&mut object, "changes", Some(changes.collect()));
        // The script has English, and what of the words it shows.
        let words = Word::ALL.iter().filter(|word| word.is_in_tree()).filter_map(|word| {
            let text = self.word(*word, locale);
            (text != word.english()).then(|| (word.word().into(), text.into()))
        });
        let mut words: Map<String, Json> = words.collect();
        if !words.is_empty() {
            words.insert("dir".into(), language::direction(declared.words.language(locale)).into());
        }
        put(&mut object, "words", (!words.is_empty()).then_some(Json::Object(words)));
        // The usual mapping is known to what reads this.
        let states_signals = declared.categories.iter().any(|category| category.signals.is_some())
            || declared.services.iter().any(|service| !service.signals.is_empty());
        if states_signals {
            let behind = |signal: &GoogleSignal| Some((signal.word().into(), list(self.ids_behind(*signal))?));
            put(&mut object, "signals", Some(Json::Object(GoogleSignal::ALL.iter().filter_map(behind).collect())));
        }
        if let Some(Serving { cookie, domain, sealed, mount }) = serving {
            put(&mut object, "cookie", Some(cookie.into()));
            put(&mut object, "domain", domain.map(Json::from));
            put(&mut object, "sealed", Some(sealed.into()));
            put(&mut object, "mount", Some(mount.into()));
        }
        let first = first_visit(&declared.terms, &object);
        put(&mut object, "first", first);
        // The text goes into script elements too.
        serde_json::to_string(&object).unwrap_or_default().replace('<', "\\u003c")
    }
}

/// What is decided of a visitor of whom nothing is stored and no region is known, without a signal and with one: so a page
/// need not start its engine for that. It does where the policy is no longer the one that this is `of`. Nothing where that grants
/// anything, which a page that then finds no engine would have to take back.
fn first_visit(terms: &Terms, compiled: &Json) -> Option<Json> {
    let letters = |gpc| {
        let signals = Signals { gpc, region: None };
        let outcome = terms.decide(&Stored::Absent, SealState::NotRequired, &signals, Timestamp::from_millis(0));
        let case = Case { terms, outcome: &outcome };
        let mut verdicts = (0..terms.items.len()).map(|place| case.verdict(place));
        if verdicts.any(|verdict| verdict.status == Status::Granted) {
            return None;
        }
        let mut out = String::new();
        // Of the changes, those that are compiled.
        letters::push_decision(&mut out, case, |step| step.kind != ChangeKind::Editorial);
        Some(out)
    };
    Some(json!({ "of": digest(compiled), "plain": letters(false)?, "gpc": letters(true)? }))
}

/// What stands for a policy here: the format of what is said of it, and of its JSON, as `JSON.stringify` writes it too, FNV-1a
/// in 32 bits and the length, in units of UTF-16. It tells an edited policy from the one that was compiled; against who means harm
/// it does nothing, nor need it: who writes the policy rules the page. As in `pkg/src/first.ts`.
fn digest(compiled: &Json) -> String {
    let text = compiled.to_string();
    let (mut hash, mut length) = (0x811c_9dc5_u32, 0);
    for unit in text.encode_utf16() {
        hash = (hash ^ u32::from(unit)).wrapping_mul(0x0100_0193);
        length += 1;
    }
    format!("{}.{}.{length}", letters::FORMAT, hash.cast_signed())
}

fn put(object: &mut Json, name: &str, value: Option<Json>) {
    if let (Json::Object(fields), Some(value)) = (object, value) {
        fields.insert(name.into(), value);
    }
}

fn list<'a>(items: impl Iterator<Item = &'a str>) -> Option<Json> {
    let items: alloc::vec::Vec<Json> = items.map(Json::from).collect();
    (!items.is_empty()).then_some(Json::Array(items))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::{Category, Policy, Regime, Service, policy::Use};

    /// Whatever changes these letters, be it what one says, the rule or a preset, needs another format: pages of another
    /// release get policies compiled by this one. The script's side is in `pkg/test/first.test.mjs`.
    #[test]
    fn a_first_visit_is_told_in_the_letters_of_its_format() {
        let policy = || Policy::builder("shop").category(Category::new("marketing").used_for(Use::Share));
        let first = |policy: Policy| {
            let compiled: serde_json::Value = serde_json::from_str(&policy.compile("en", None)).unwrap();
            compiled["first"].clone()
        };
        let presets = first(policy().build().unwrap());
        let wanted = json!({ "of": "1.-1672596411.553", "plain": "caaaaaadgb eu", "gpc": "caaaaaadgb eu" });
        assert_eq!(presets, wanted);
        let california = Regime::preset("us-ca").unwrap();
        // There something is granted.
        assert_eq!(first(policy().regime(california).build().unwrap()), serde_json::Value::Null);
    }

    #[test]
    fn pages_are_told_what_to_reload_for() {
        let ads = Service::new("ads", "marketing").reload_on_withdrawal();
        let policy = Policy::builder("shop").category(Category::new("marketing")).service(ads);
        let policy = policy.service(Service::new("videos", "marketing")).build().unwrap();
        let compiled: serde_json::Value = serde_json::from_str(&policy.compile("en", None)).unwrap();
        assert_eq!(compiled["services"][0]["reload"], true);
        assert_eq!(compiled["services"][1].get("reload"), None);
    }
}
