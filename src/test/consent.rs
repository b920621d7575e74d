//! What a visitor answered, as the server would have written it.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    consent::{Act, Answer, Method, SealState},
    decision::{Decision, Stored},
    policy::{NECESSARY, Policy, PolicyVersion},
    server::Site,
    signals::{Region, Signals},
    timestamp::Timestamp,
};

/// A visitor's consent: what was answered, when, where and under which version. Made into a cookie by the same acts as
/// an answer on the banner, and sealed with the site's own keys.
#[derive(Clone, Debug)]
#[must_use = "it is a builder: `cookie` makes the header"]
pub struct Consent {
    site: Site,
    policy: Policy,
    /// Of two answers about one id the later holds.
    answers: Vec<(String, bool)>,
    at: Option<Timestamp>,
    region: Option<String>,
    gpc: bool,
    version: Option<u32>,
    method: Method,
}

/// Why something is not what a visitor can have answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BadAnswer {
    /// Neither a category nor a service.
    #[error("found id {id:?}, expected a category or service of policy `{policy}`")]
    UnknownId {
        /// The id.
        id: String,
        /// The id of the policy.
        policy: String,
    },
    /// Something that needs no consent.
    #[error("found id {0:?}, expected one with a choice: what is necessary has none")]
    Necessary(String),
    /// A grant of a service that follows its category. By itself such a service can only be refused.
    #[error("found id {id:?} granted, expected {category:?}, the category whose answer it follows")]
    Follows {
        /// The id of the service.
        id: String,
        /// The id of its category.
        category: String,
    },
    /// A region that is none.
    #[error("found region {0:?}, expected an ISO 3166 code such as \"FR\" or \"US-CA\"")]
    Region(String),
    /// A version that nobody can have been shown.
    #[error("found version {found}, expected 1 to {newest}, the version of the policy")]
    Version {
        /// The version.
        found: u32,
        /// The version of the policy.
        newest: PolicyVersion,
    },
}

impl Consent {
    /// A visitor of `site`, a [`Site`] or a `ConsentLayer`, who has answered nothing, under the policy that is in force
    /// now. For an answer to another policy, or under other keys, make another site.
    pub fn new(site: &impl AsRef<Site>) -> Self {
        let site = site.as_ref().clone();
        let policy = site.policy();
        Self {
            site,
            policy,
            answers: Vec::new(),
            at: None,
            region: None,
            gpc: false,
            version: None,
            method: Method::Banner,
        }
    }

    /// Agrees to a category, or to a service with a choice of its own.
    pub fn grant(self, id: &str) -> Self {
        self.say(id, true)
    }

    /// Refuses a category or service. A category's refusal is also that of the services in it that are not named.
    pub fn deny(self, id: &str) -> Self {
        self.say(id, false)
    }

    /// Agrees to everything that there is a choice about.
    pub fn grant_all(self) -> Self {
        self.say_all(true)
    }

    /// Refuses everything that there is a choice about.
    pub fn deny_all(self) -> Self {
        self.say_all(false)
    }

    fn say(mut self, id: &str, granted: bool) -> Self {
        self.answers.retain(|(known, _)| known != id);
        self.answers.push((id.to_string(), granted));
        self
    }

    fn say_all(self, granted: bool) -> Self {
        let ids: Vec<String> = self.policy.switches().map(ToString::to_string).collect();
        ids.iter().fold(self, |consent, id| consent.say(id, granted))
    }

    /// When; by the site's clock unless said.
    pub fn at(mut self, instant: impl Into<Timestamp>) -> Self {
        self.at = Some(instant.into());
        self
    }

    /// Where, as a code such as `FR` or `US-CA`, which tells the regime; unknown unless said. Requests have to say the
    /// same in the way that the site's [`region`](Site::region) reads it.
    pub fn in_region(mut self, code: &str) -> Self {
        self.region = Some(code.to_string());
        self
    }

    /// With a GPC signal: what it denies is stored as denied, whatever is granted. Requests have to send `Sec-GPC: 1`
    /// for the signal to be on.
    pub fn with_gpc(mut self) -> Self {
        self.gpc = true;
        self
    }

    /// The version of the policy that was shown; the policy's own unless said.
    pub fn version(mut self, number: u32) -> Self {
        self.version = Some(number);
        self
    }

    /// How it was answered; on the banner unless said.
    pub fn method(mut self, method: Method) -> Self {
        self.method = method;
        self
    }

    /// The value of the `Cookie` header, such as `__Host-privacy=1.my-site.…`; empty where nothing is stored. Others of
    /// the visitor's cookies go after it, as in `{cookie}; session=1`.
    ///
    /// # Errors
    /// If no visitor can have answered that.
    pub fn cookie(&self) -> Result<String, BadAnswer> {
        let text = self.text()?.map(|text| format!("{}={}", self.site.cookie_name(), self.site.sealed(&text)));
        Ok(text.unwrap_or_default())
    }

    /// What the site decides now on a request with this cookie, from this region and with this signal.
    ///
    /// # Errors
    /// If no visitor can have answered that.
    pub fn decision(&self) -> Result<Decision, BadAnswer> {
        Ok(self.site.decide(&self.cookie()?, &self.signals()?))
    }

    fn signals(&self) -> Result<Signals, BadAnswer> {
        let read = |code: &String| Region::parse(code).ok_or_else(|| BadAnswer::Region(code.clone()));
        Ok(Signals { gpc: self.gpc, region: self.region.as_ref().map(read).transpose()? })
    }

    fn text(&self) -> Result<Option<String>, BadAnswer> {
        for (id, granted) in &self.answers {
            self.check(id, *granted)?;
        }
        let (stored, seal) = (Stored::Absent, SealState::NotRequired);
        let at = self.at.unwrap_or_else(|| self.site.now());
        let decision = self.policy.decide(stored, seal, &self.signals()?, at);
        let asked: Vec<&str> = self.answers.iter().map(|(id, _)| id.as_str()).collect();
        let granted: Vec<&str> =
            self.answers.iter().filter(|(_, granted)| *granted).map(|(id, _)| id.as_str()).collect();
        let (version, method) = (self.shown()?, self.method);
        let answer = Answer { act: Act::Save, method, version, asked: &asked, granted: &granted };
        // Without an answer a signal is stored all the same.
        Ok(decision.answer(&answer, stored, seal).or_else(|| decision.persist(stored, seal)))
    }

    fn shown(&self) -> Result<PolicyVersion, BadAnswer> {
        let newest = self.policy.version();
        let found = self.version.unwrap_or(newest.get());
        let version = PolicyVersion::new(found).filter(|version| *version <= newest);
        version.ok_or(BadAnswer::Version { found, newest })
    }

    fn check(&self, id: &str, granted: bool) -> Result<(), BadAnswer> {
        let service = self.policy.service(id);
        if service.is_none() && self.policy.category(id).is_none() {
            return Err(BadAnswer::UnknownId { id: id.to_string(), policy: self.policy.id().to_string() });
        }
        if id == NECESSARY || service.is_some_and(|service| service.category() == NECESSARY) {
            return Err(BadAnswer::Necessary(id.to_string()));
        }
        match service.filter(|service| granted && !service.has_own_choice()) {
            Some(service) => Err(BadAnswer::Follows { id: id.to_string(), category: service.category().to_string() }),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Category, Change, Reason, Service,
        consent::seal::KeyRing,
        policy::{Policy, Use},
        test::Clock,
    };
    use core::time::Duration;

    const NOW: Timestamp = Timestamp::from_millis(1_764_000_000_000);

    fn policy() -> Policy {
        Policy::builder("shop")
            .category(Category::new("statistics"))
            .category(Category::new("marketing").used_for(Use::Share))
            .service(Service::new("visits", "statistics"))
            .service(Service::new("videos", "marketing").own_choice())
            .service(Service::new("sign-in", "necessary").justification("en", "You ask."))
            .change(Change::ask(2).touches("statistics").summary("en", "More."))
            .build()
            .unwrap()
    }

    fn site() -> Site {
        Site::new(policy()).clock(Clock::at(NOW).reader())
    }

    #[test]
    fn every_state_is_what_the_rule_makes_of_it() {
        let site = site();
        let sealed = site.clone().keys(KeyRing::new("k1", &[7; 32]).unwrap());
        let new = || Consent::new(&site);
        let year = Timestamp::from_millis(NOW.as_millis() - 365 * 86_400_000);
        let week = Timestamp::from_millis(NOW.as_millis() + 7 * 86_400_000);
        for (consent, statistics, videos) in [
            (new(), Reason::NoAnswer, Reason::NoAnswer),
            (new().in_region("us-ca"), Reason::RegimeDefault, Reason::RegimeDefault),
            (new().grant("statistics"), Reason::Chosen, Reason::NoAnswer),
            (new().deny("marketing"), Reason::NoAnswer, Reason::Refused),
            (new().deny("visits"), Reason::NoAnswer, Reason::NoAnswer),
            (new().grant_all(), Reason::Chosen, Reason::Chosen),
            (new().deny_all().grant("videos"), Reason::Refused, Reason::Chosen),
            (new().grant_all().deny("videos"), Reason::Chosen, Reason::Refused),
            (new().grant_all().version(1), Reason::PolicyChanged, Reason::Chosen),
            (new().grant_all().at(year), Reason::Expired, Reason::Expired),
            (new().grant_all().at(week), Reason::FromFuture, Reason::FromFuture),
            (new().in_region("US-CA").with_gpc(), Reason::RegimeDefault, Reason::Gpc),
            (new().in_region("US-CA").with_gpc().grant_all(), Reason::Chosen, Reason::Gpc),
            (
                new().in_region("US-CA").with_gpc().grant_all().method(Method::GpcOverride),
                Reason::GpcOverride,
                Reason::GpcOverride,
            ),
            (Consent::new(&sealed).grant_all(), Reason::Chosen, Reason::Chosen),
        ] {
            let decision = consent.decision().unwrap();
            let reasons = (decision.reason("statistics").unwrap(), decision.reason("videos").unwrap());
            assert_eq!(reasons, (statistics, videos), "{:?}", consent.cookie());
        }
        assert_eq!(new().cookie().unwrap(), "");
        assert!(new().deny("visits").cookie().unwrap().ends_with("/-visits"));
        assert!(
            Consent::new(&sealed.clone().development()).grant_all().cookie().unwrap().starts_with("privacy=1.shop.")
        );
        // Without its key a sealed consent is nothing.
        let forged = new().grant_all().cookie().unwrap();
        let decision = sealed.decide(&forged, &Signals::default());
        assert_eq!(decision.reason("videos"), Some(Reason::Unsealed));
    }

    #[test]
    fn a_consent_stays_under_the_policy_it_was_made_with() {
        let clock = Clock::at(NOW);
        let first = Policy::builder("shop").category(Category::new("statistics")).build().unwrap();
        let site = Site::new(first).clock(clock.reader());
        let agreed = Consent::new(&site).at(NOW).grant("statistics");
        let before = agreed.cookie();
        site.publisher().publish(policy()).unwrap();
        clock.advance(Duration::from_secs(60));
        assert_eq!(agreed.cookie(), before);
        assert_eq!(agreed.decision().unwrap().reason("statistics"), Some(Reason::PolicyChanged));
    }

    #[test]
    fn what_nobody_can_answer_is_an_error() {
        let site = site();
        let new = || Consent::new(&site);
        for (consent, wanted) in [
            (new().grant("statistic"), "found id \"statistic\", expected a category or service of policy `shop`"),
            (new().deny_all().deny(""), "found id \"\", expected a category or service of policy `shop`"),
            (
                new().grant("necessary"),
                "found id \"necessary\", expected one with a choice: what is necessary has none",
            ),
            (new().deny("sign-in"), "found id \"sign-in\", expected one with a choice: what is necessary has none"),
            (
                new().grant("visits"),
                "found id \"visits\" granted, expected \"statistics\", the category whose answer it follows",
            ),
            (
                new().in_region("EU-27-1"),
                "found region \"EU-27-1\", expected an ISO 3166 code such as \"FR\" or \"US-CA\"",
            ),
            (new().version(3), "found version 3, expected 1 to 2, the version of the policy"),
            (new().version(0), "found version 0, expected 1 to 2, the version of the policy"),
        ] {
            assert_eq!(consent.cookie().unwrap_err().to_string(), wanted);
            assert!(consent.decision().is_err());
        }
    }
}
