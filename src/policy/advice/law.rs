//! What categories, services and regimes say, beside what the law asks for.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use super::{KnownCookie, Warnings, subject::Subject};
use crate::{
    consent::MAX_COOKIE_AGE_SECONDS,
    policy::{
        Demand, GoogleSignal, GpcRule, Jurisdiction, LawRule, NECESSARY, Regime, RegimeKind, Service, category::Use,
    },
    signals::Region,
    text::has_word,
};

impl Warnings {
    pub(super) fn contact(&mut self, policy: &Subject<'_>) {
        let contact = policy.contact;
        if contact.name.trim().is_empty() {
            self.add("no-contact", "contact", "the policy does not say who runs the site");
        } else if contact.url.is_none() && contact.email.is_none() {
            self.add("no-contact", "contact", "the contact has neither a `url` nor an `email`");
        }
    }

    pub(super) fn categories(&mut self, policy: &Subject<'_>) {
        let covers_opt_out = policy.regimes.iter().any(|it| it.kind == RegimeKind::OptOut && it.gpc != GpcRule::Ignore);
        let category_uses = policy.optional().map(|(place, it)| (format!("category[{place}].uses"), &it.id, &it.uses));
        let services = policy.services.iter().enumerate().filter(|(_, service)| service.category != NECESSARY);
        let service_uses = services.map(|(place, it)| (format!("service[{place}].uses"), &it.id, &it.uses));
        let used = category_uses.chain(service_uses).find(|(_, _, uses)| !uses.is_empty());
        if let Some((path, id, uses)) = used.filter(|_| !covers_opt_out) {
            let message = format!("`{id}` is used for {}, and no regime lets visitors opt out of that", named(uses));
            self.add("uses-without-regime", path, message);
        }
        for (place, category) in policy.optional() {
            let ads = [GoogleSignal::AdStorage, GoogleSignal::AdUserData, GoogleSignal::AdPersonalization];
            let is_for_ads = category.google_signals().iter().any(|signal| ads.contains(signal));
            let says_uses = !category.uses.is_empty()
                || policy.services_of(&category.id).iter().any(|service| !service.uses.is_empty());
            let opt_out = policy.regimes.iter().find(|it| it.kind != RegimeKind::OptIn);
            if let Some(regime) = opt_out.filter(|_| is_for_ads && !says_uses) {
                let message = format!(
                    "`{}` stands for Google's signals of advertising and says no use, so that in `{}` a GPC signal leaves it on",
                    category.id, regime.id
                );
                self.add("ads-without-use", format!("category[{place}]"), message);
            }
        }
    }

    pub(super) fn services(&mut self, policy: &Subject<'_>) {
        let laws: Vec<_> = (0..policy.regimes.len()).flat_map(|place| laws_in(&policy.regimes, place)).collect();
        for (place, service) in policy.services.iter().enumerate() {
            let path = format!("service[{place}]");
            if service.category == NECESSARY && !service.uses.is_empty() {
                let message = format!("`{}` is necessary and used for {}", service.id, named(&service.uses));
                self.add("necessary-use", format!("{path}.uses"), message);
            }
            self.facts(&path, service);
            for (cookie_place, cookie) in service.cookies.iter().enumerate() {
                if let Some(age) = cookie.max_age.filter(|age| *age > MAX_COOKIE_AGE_SECONDS) {
                    let message = format!(
                        "`{}` is kept for {}, and browsers keep no cookie beyond 400 days",
                        cookie.name,
                        span(age)
                    );
                    self.add("cookie-lifetime", format!("{path}.cookies[{cookie_place}].max_age"), message);
                }
            }
            if measures_audience(policy, service) {
                self.audience(&path, service, &laws);
            }
        }
    }

    /// What visitors have to know of what they are asked about.
    fn facts(&mut self, path: &str, service: &Service) {
        if service.category == NECESSARY {
            return;
        }
        let facts = [
            ("`purpose`", service.purpose.is_empty()),
            ("`data`", service.data.is_empty()),
            // Recipients are told of where there are any; what is loaded from a host has its keeper.
            ("`recipients`", service.recipients.is_empty() && !service.hosts.is_empty()),
            // How long a cookie lives says how long something is kept, too.
            ("`retention`", service.retention.is_none() && service.cookies.iter().all(|it| it.max_age.is_none())),
        ];
        let missing: Vec<&str> = facts.iter().filter(|(_, is_missing)| *is_missing).map(|(fact, _)| *fact).collect();
        if !missing.is_empty() {
            self.add("service-facts", path, format!("`{}` does not say its {}", service.id, all(&missing)));
        }
    }

    fn audience(&mut self, path: &str, service: &Service, laws: &[(Jurisdiction, LawRule)]) {
        for (law, rule) in laws {
            let preset = law.id();
            let source = Some(rule.source.text);
            match rule.demand {
                Demand::AudienceData(most) => {
                    if let Some(kept) = service.retention.filter(|kept| *kept > most) {
                        let message = format!(
                            "`{}` keeps data for {}, and by the law of `{preset}` {} at most",
                            service.id,
                            span(kept),
                            span(most)
                        );
                        self.add_by("audience-data", format!("{path}.retention"), message, source);
                    }
                }
                Demand::AudienceCookie(most) => {
                    for (place, cookie) in service.cookies.iter().enumerate() {
                        if let Some(kept) = cookie.max_age.filter(|kept| *kept > most) {
                            let message = format!(
                                "`{}` is kept for {}, and by the law of `{preset}` {} at most",
                                cookie.name,
                                span(kept),
                                span(most)
                            );
                            self.add_by("audience-cookie", format!("{path}.cookies[{place}].max_age"), message, source);
                        }
                    }
                }
                _ => {}
            }
        }
    }

    pub(super) fn cookies<'k>(&mut self, policy: &Subject<'_>, known: &dyn Fn(&str) -> Option<KnownCookie<'k>>) {
        // What a category of the site's own stands for is not known by its id.
        const USUAL: [&str; 4] = [NECESSARY, "preferences", "statistics", "marketing"];
        for (place, service) in policy.services.iter().enumerate() {
            for (cookie_place, cookie) in service.cookies.iter().enumerate() {
                let is_usual = USUAL.contains(&service.category.as_str());
                let Some(found) = known(&cookie.name).filter(|_| is_usual) else { continue };
                // Asking for what needs no consent is against no rule.
                if found.category == service.category || found.category == NECESSARY {
                    continue;
                }
                let code = if service.category == NECESSARY { "necessary-cookie" } else { "misfiled-cookie" };
                let message = format!(
                    "`{}` is under {}: commonly {}, set by {}",
                    cookie.name, service.category, found.category, found.service
                );
                self.add(code, format!("service[{place}].cookies[{cookie_place}].name"), message);
            }
        }
    }

    /// Of several laws that a setting is beside, the one it is furthest from speaks.
    pub(super) fn regimes(&mut self, policy: &Subject<'_>) {
        for (place, regime) in policy.regimes.iter().enumerate() {
            let id = &regime.id;
            let laws = laws_in(&policy.regimes, place);
            let furthest = |by: &dyn Fn(&Jurisdiction, Demand) -> Option<u64>| {
                let against = laws.iter().filter_map(|(law, rule)| Some((by(law, rule.demand)?, law, rule)));
                against.max_by_key(|(by, _, _)| *by).map(|(_, law, rule)| (law.id(), law.regime().kind, *rule))
            };
            let mut add = |code, field: &str, message, rule: LawRule| {
                self.add_by(code, format!("regime[{place}].{field}"), message, Some(rule.source.text));
            };
            let laxer = |law: &Jurisdiction, demand| {
                (demand == Demand::Kind && regime.kind < law.regime().kind).then(|| law.regime().kind as u64)
            };
            if let Some((preset, wanted, rule)) = furthest(&laxer) {
                let (is, wanted) = (regime.kind.word(), wanted.word());
                let message = format!("`{id}` is {is}, and holds where the law of `{preset}` asks for {wanted}");
                add("regime-kind", "kind", message, rule);
            }
            let longer = |_: &Jurisdiction, demand| match demand {
                Demand::GrantAtMost(most) => regime.grant_max_age.checked_sub(most).filter(|over| *over > 0),
                _ => None,
            };
            if let Some((preset, _, rule)) = furthest(&longer) {
                let (age, most) = (span(regime.grant_max_age), span(amount(rule.demand)));
                let message =
                    format!("a grant counts for {age} in `{id}`, and by the law of `{preset}` for {most} at most");
                add("grant-max-age", "grant_max_age", message, rule);
            }
            let shorter = |_: &Jurisdiction, demand| match demand {
                Demand::RefusalAtLeast(least) => least.checked_sub(regime.refusal_quiet).filter(|under| *under > 0),
                _ => None,
            };
            if let Some((preset, _, rule)) = furthest(&shorter) {
                let (quiet, least) = (span(regime.refusal_quiet), span(amount(rule.demand)));
                let message = format!(
                    "a refusal is left in peace for {quiet} in `{id}`, and by the law of `{preset}` for {least} at least"
                );
                add("refusal-quiet", "refusal_quiet", message, rule);
            }
            let ignored =
                |_: &Jurisdiction, demand| (demand == Demand::Gpc && regime.gpc == GpcRule::Ignore).then_some(1);
            if let Some((preset, _, rule)) = furthest(&ignored) {
                let message =
                    format!("a GPC signal is ignored in `{id}`, and the law of `{preset}` demands to honour it");
                add("gpc-ignored", "gpc", message, rule);
            }
        }
    }

    pub(super) fn draft(&mut self, policy: &Subject<'_>) {
        match policy.changes.iter().enumerate().next_back() {
            Some((place, newest)) if newest.material.is_none() => {
                let message = format!("version {} is a draft", newest.version);
                self.add("draft", format!("change[{place}]"), message);
            }
            Some(_) => {}
            None => self.add("draft", "", "version 1 is a draft"),
        }
    }
}

/// Whether a service measures an audience: by what it says to Google's tags, or its category does.
fn measures_audience(policy: &Subject<'_>, service: &Service) -> bool {
    let analytics = |signals: &[GoogleSignal]| signals.contains(&GoogleSignal::AnalyticsStorage);
    let category = policy.category(&service.category);
    analytics(service.google_signals()) || category.is_some_and(|category| analytics(category.google_signals()))
}

/// Every rule of the laws of the places that the regime at a place of the list holds in.
fn laws_in(regimes: &[Regime], at: usize) -> Vec<(Jurisdiction, LawRule)> {
    let has = |regime: &Regime, code: &[u8]| has_word(&regime.regions, code);
    let governs = |place: Region| {
        let own = regimes.iter().position(|regime| has(regime, place.code()));
        own.or_else(|| regimes.iter().position(|regime| has(regime, place.country()))) == Some(at)
            || regimes.get(at).is_some_and(|regime| regime.holds_in().any(|region| region.is_within(&place)))
    };
    let laws = Jurisdiction::all().filter(|law| law.regime().holds_in().any(governs));
    laws.flat_map(|law| law.rules().to_vec().into_iter().map(move |rule| (law.clone(), rule))).collect()
}

fn amount(demand: Demand) -> u64 {
    match demand {
        Demand::GrantAtMost(seconds) | Demand::RefusalAtLeast(seconds) => seconds,
        Demand::AudienceCookie(seconds) | Demand::AudienceData(seconds) => seconds,
        Demand::Kind | Demand::Gpc => 0,
    }
}

/// A duration as people say it.
fn span(seconds: u64) -> String {
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second")];
    let (number, unit) = units
        .iter()
        .find(|(unit, _)| seconds.is_multiple_of(*unit))
        .map_or((seconds, "second"), |(u, name)| (seconds / u, *name));
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

fn named(uses: &[Use]) -> String {
    all(&uses.iter().map(|usage| usage.word()).collect::<Vec<_>>())
}

/// A list in words.
fn all(names: &[&str]) -> String {
    match names.split_last() {
        Some((last, [])) => (*last).to_string(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
        None => String::new(),
    }
}
