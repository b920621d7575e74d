//! The digest of everything a grant depends on.

use alloc::{string::String, vec::Vec};

use base64ct::{Base64UrlUnpadded, Encoding};
use sha2::{Digest, Sha256};

use super::{
    category::{Basis, Category, Use},
    google::GoogleSignal,
    service::Service,
};

/// The digest as written in a policy file: `sha256-` and 43 characters of base64url.
pub(crate) fn material(categories: &[Category], services: &[Service]) -> String {
    let mut canon = Canon(Sha256::new());
    canon.field("consentry-material", "1");
    for category in sorted(categories, |category| &category.id) {
        canon.field("category", &category.id);
        canon.list("key", category.key.iter());
        canon.list("use", category.uses.iter().copied().map(Use::word));
        canon.field("basis", category.basis.word());
        canon.list("formerly", &category.formerly);
        // Only where they are stated, and then also that none are: else no digest published before would hold.
        if let Some(signals) = &category.signals {
            canon.number("signals", Some(signals.len() as u64));
            canon.list("signal", signals.iter().copied().map(GoogleSignal::word));
        }
    }
    for service in sorted(services, |service| &service.id) {
        canon.field("service", &service.id);
        canon.list("key", service.key.iter());
        canon.field("category", &service.category);
        canon.field("choice", if service.own_choice { "own" } else { "category" });
        canon.list("use", service.uses.iter().copied().map(Use::word));
        canon.list("basis", service.basis.map(Basis::word));
        canon.list("formerly", &service.formerly);
        canon.list("data", &service.data);
        canon.list("recipient", &service.recipients);
        // Lists with a name for each entry: where there are none, a digest is what it was before they existed.
        canon.list("processor", &service.processors);
        canon.list("country", &service.countries);
        canon.list("host", &service.hosts);
        canon.number("retention", service.retention);
        canon.list("signal", service.signals.iter().copied().map(GoogleSignal::word));
        for cookie in sorted(&service.cookies, |cookie| &cookie.name) {
            canon.field("cookie", &cookie.name);
            canon.number("max_age", cookie.max_age);
            canon.list("path", cookie.path.iter());
        }
    }
    let mut text = String::from("sha256-");
    text.push_str(&Base64UrlUnpadded::encode_string(&canon.0.finalize()));
    text
}

/// Whether `text` has the form of a digest.
pub(crate) fn is_digest(text: &str) -> bool {
    text.strip_prefix("sha256-").is_some_and(|encoded| {
        let mut bytes = [0; 32];
        Base64UrlUnpadded::decode(encoded, &mut bytes).is_ok_and(|decoded| decoded.len() == 32)
    })
}

fn sorted<'a, T>(items: &'a [T], by: impl Fn(&'a T) -> &'a String) -> Vec<&'a T> {
    let mut items: Vec<_> = items.iter().collect();
    items.sort_by_key(|item| by(item));
    items
}

/// Fields are length-prefixed, so that no two contents have the same bytes.
struct Canon(Sha256);

impl Canon {
    fn field(&mut self, name: &str, value: &str) {
        for part in [name, value] {
            self.0.update((part.len() as u64).to_be_bytes());
            self.0.update(part);
        }
    }

    /// The order of a list means nothing.
    fn list<T: AsRef<str> + Ord>(&mut self, name: &str, values: impl IntoIterator<Item = T>) {
        let mut values: Vec<_> = values.into_iter().collect();
        values.sort();
        for value in values {
            self.field(name, value.as_ref());
        }
    }

    fn number(&mut self, name: &str, value: Option<u64>) {
        if let Some(value) = value {
            let mut text = String::new();
            crate::text::push_number(&mut text, value);
            self.field(name, &text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Policy;

    /// Published policies go on: a digest from before there were processors and countries still fits.
    #[test]
    fn only_stated_processors_and_countries_are_in_the_digest() {
        let policy = || Policy::builder("x").category(Category::new("statistics"));
        let digest = |service: Service| policy().service(service).build().unwrap().material();
        let service = || Service::new("visits", "statistics");
        let plain = digest(service());
        assert_eq!(plain, "sha256-_h6aF4OMOYDd1Hoz4oTiLaIlfAv17yWPeCg7pOEzgI4");
        let digests = [
            plain,
            digest(service().recipient("A")),
            digest(service().processor("A")),
            digest(service().country("A")),
            digest(service().processor("A").country("B")),
        ];
        for (place, digest) in digests.iter().enumerate() {
            assert!(!digests.iter().take(place).any(|earlier| earlier == digest), "{place}");
        }
    }
}
