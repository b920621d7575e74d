//! Cookies that a policy has under another category than they are commonly in.

use alloc::{format, string::String, vec::Vec};
use core::fmt;

use super::{CommonCategory, Knowledge, Known};
use crate::policy::{Category, GoogleSignal, NECESSARY, Policy, Service};

/// A cookie that a policy has under another category than it is commonly in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfiled<'a> {
    path: String,
    cookie: &'a str,
    service: &'a str,
    category: &'a str,
    commonly: Known<'a>,
}

impl<'a> Misfiled<'a> {
    /// For a rule of `service`, if what it is for is told and is not what its cookie commonly is for.
    pub(crate) fn of(
        policy: &'a Policy,
        service: &'a Service,
        cookie: &'a str,
        path: &str,
        commonly: Known<'a>,
    ) -> Option<Self> {
        let filed = common_category(policy.category(service.category())?)?;
        (filed != commonly.category()).then(|| Self {
            path: path.into(),
            cookie,
            service: service.id(),
            category: service.category(),
            commonly,
        })
    }

    /// Where its name stands in the policy, such as `service[2].cookies[0].name`; indices count from 0.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The name as the policy has it.
    pub fn cookie(&self) -> &'a str {
        self.cookie
    }

    /// The id of the service it is under.
    pub fn service(&self) -> &'a str {
        self.service
    }

    /// The id of the category that service is in.
    pub fn category(&self) -> &'a str {
        self.category
    }

    /// What it commonly is.
    pub fn commonly(&self) -> Known<'a> {
        self.commonly
    }

    /// Whether visitors are not asked about it although they commonly are: it is under necessary.
    pub fn goes_unasked(&self) -> bool {
        self.category == NECESSARY
    }
}

/// Such as ``` `_ga` is under preferences: commonly statistics (Google Analytics)```.
impl fmt::Display for Misfiled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (commonly, service) = (self.commonly.category().word(), self.commonly.service().name());
        write!(f, "`{}` is under {}: commonly {commonly} ({service})", self.cookie, self.category)
    }
}

impl Knowledge {
    /// The cookies that `policy` has under another category than they are commonly in, in the policy's order. Nothing is
    /// said of a category that [`common_category`] cannot tell, nor of a name with a `*` that stands for several kinds.
    pub fn misfiled<'a>(&'a self, policy: &'a Policy) -> Vec<Misfiled<'a>> {
        let mut found = Vec::new();
        for (place, service) in policy.services().iter().enumerate() {
            for (cookie_place, rule) in service.cookies().iter().enumerate() {
                let path = format!("service[{place}].cookies[{cookie_place}].name");
                let commonly = self.commonly(rule.name(), service.hosts());
                found.extend(commonly.and_then(|known| Misfiled::of(policy, service, rule.name(), &path, known)));
            }
        }
        found
    }

    /// What the cookies of a declared name, perhaps with a `*` at its end, commonly are, where all of them are for the same.
    /// One that is known at one of the `hosts` goes before one that is known by its name alone.
    pub fn commonly(&self, rule: &str, hosts: &[String]) -> Option<Known<'_>> {
        let Some(start) = rule.strip_suffix('*') else {
            let at_host = hosts.iter().find_map(|host| {
                let host = host.strip_prefix("*.").unwrap_or(host);
                self.cookie_of(rule, Some(host))
            });
            return at_host.or_else(|| self.cookie(rule));
        };
        let mut below =
            self.cookies().filter(|known| known.entry.domain.is_none() && known.pattern().starts_with(start));
        match below.next() {
            Some(first) => below.all(|known| known.category() == first.category()).then_some(first),
            // A part of what is known under a shorter prefix.
            None => self.cookie(start).filter(|known| known.pattern().ends_with('*')),
        }
    }
}

/// As [`Knowledge::misfiled`], by the built-in base.
pub fn misfiled(policy: &Policy) -> Vec<Misfiled<'_>> {
    Knowledge::built_in().misfiled(policy)
}

/// What a policy's category commonly is called, by its id; else by the one kind of Google's signals it stands for, or
/// by uses that are advertising. `None` where none of that tells.
pub fn common_category(category: &Category) -> Option<CommonCategory> {
    let of_id = match category.id() {
        NECESSARY => Some(CommonCategory::Necessary),
        "preferences" | "functional" | "functionality" | "personalization" | "personalisation" | "comfort" => {
            Some(CommonCategory::Preferences)
        }
        "statistics" | "analytics" | "performance" | "measurement" => Some(CommonCategory::Statistics),
        "marketing" | "advertising" | "ads" | "targeting" | "social" | "social-media" | "media" => {
            Some(CommonCategory::Marketing)
        }
        _ => None,
    };
    of_id.or_else(|| of_signals(category.google_signals())).or_else(|| {
        let advertises = !category.uses().is_empty();
        advertises.then_some(CommonCategory::Marketing)
    })
}

fn of_signals(signals: &[GoogleSignal]) -> Option<CommonCategory> {
    let mut kinds = signals.iter().filter_map(|signal| match signal {
        GoogleSignal::AdStorage | GoogleSignal::AdUserData | GoogleSignal::AdPersonalization => {
            Some(CommonCategory::Marketing)
        }
        GoogleSignal::AnalyticsStorage => Some(CommonCategory::Statistics),
        GoogleSignal::FunctionalityStorage | GoogleSignal::PersonalizationStorage => Some(CommonCategory::Preferences),
        GoogleSignal::SecurityStorage => None,
    });
    let first = kinds.next()?;
    kinds.all(|kind| kind == first).then_some(first)
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;
    use crate::{CookieRule, policy::Use};

    fn found(policy: &Policy) -> Vec<(String, String)> {
        misfiled(policy).iter().map(|found| (found.path().into(), found.to_string())).collect()
    }

    #[test]
    fn told_with_its_place() {
        let policy = Policy::builder("shop")
            .category(Category::new("preferences"))
            .category(Category::new("statistics"))
            .service(Service::new("own", "preferences").cookie(CookieRule::new("theme")).cookie(CookieRule::new("_ga")))
            .service(
                Service::new("visits", "necessary")
                    .justification("en", "No.")
                    .cookie(CookieRule::new("PHPSESSID"))
                    .cookie(CookieRule::new("_gcl_*")),
            )
            .service(Service::new("right", "statistics").cookie(CookieRule::new("_pk_id.*")))
            .build()
            .unwrap();
        assert_eq!(
            found(&policy),
            [
                (
                    "service[0].cookies[1].name".into(),
                    "`_ga` is under preferences: commonly statistics (Google Analytics)".into()
                ),
                (
                    "service[1].cookies[1].name".into(),
                    "`_gcl_*` is under necessary: commonly marketing (Google Ads)".into()
                ),
            ]
        );
        assert_eq!(misfiled(&policy).iter().map(Misfiled::goes_unasked).collect::<Vec<_>>(), [false, true]);
    }

    #[test]
    fn names_with_a_star_speak_for_one_kind() {
        let base = Knowledge::built_in();
        let commonly = |rule: &str| base.commonly(rule, &[]).map(|known| known.category().word());
        assert_eq!(commonly("_ga_*"), Some("statistics"));
        assert_eq!(commonly("_ga*"), None, "_gac_* is marketing");
        assert_eq!(commonly("_gat_UA*"), Some("statistics"));
        assert_eq!(commonly("_gcl_au*"), Some("marketing"));
        assert_eq!(commonly("*"), None);
        assert_eq!(commonly("_gax*"), None);
    }

    #[test]
    fn names_of_one_host_count_where_the_service_has_it() {
        let rule = |service: Service| service.cookie(CookieRule::new("uid"));
        let with = |service: Service| {
            Policy::builder("shop").category(Category::new("statistics")).service(rule(service)).build().unwrap()
        };
        assert_eq!(found(&with(Service::new("own", "statistics"))).len(), 0);
        assert_eq!(found(&with(Service::new("ads", "statistics").host("*.criteo.com"))).len(), 1);
    }

    #[test]
    fn categories_by_id_then_signals_then_uses() {
        let of = |category: Category| common_category(&category);
        assert_eq!(of(Category::new("analytics")), Some(CommonCategory::Statistics));
        assert_eq!(of(Category::new("count").signal(GoogleSignal::AnalyticsStorage)), Some(CommonCategory::Statistics));
        let mixed = Category::new("all").signal(GoogleSignal::AnalyticsStorage).signal(GoogleSignal::AdStorage);
        assert_eq!(of(mixed), None);
        assert_eq!(of(Category::new("partners").used_for(Use::Share)), Some(CommonCategory::Marketing));
        assert_eq!(of(Category::new("other")), None);
    }
}
