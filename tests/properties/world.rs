//! A visitor, a browser, and the servers and pages of a site whose policy, clock and keys change.

use consentry::{
    Act, Consent, Decision, Method, Reason, RegimeKind, Region, SealState, Signals, Status, Timestamp, Visit,
    consent::seal::{KeyRing, Sealer},
};
use fastrand::Rng;

use crate::{
    evolution::{History, REGIONS},
    model::Model,
    saying::Saying,
    texts::corrupt,
};

const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;
const COOKIE: &str = "__Host-privacy";

pub struct World {
    history: History,
    model: Model,
    now: u64,
    /// The version the server runs.
    deployed: u32,
    sealed: bool,
    keys: Vec<u8>,
    /// The cookie and the time it is deleted.
    jar: Option<(String, u64)>,
    signals: Signals,
    log: Vec<String>,
}

impl World {
    pub fn new(rng: &mut Rng, sealed: bool) -> Self {
        Self {
            history: History::new(rng),
            model: Model::default(),
            now: 1_764_000_000_000,
            deployed: 1,
            sealed,
            keys: vec![1],
            jar: None,
            signals: Signals::default(),
            log: Vec::new(),
        }
    }

    pub fn live(mut self, rng: &mut Rng, events: usize) {
        for _ in 0..events {
            let before = self.log.len();
            self.event(rng);
            let cookie = self.jar.as_ref().map_or("", |(text, _)| text);
            if self.log.len() > before {
                let line = format!("   at {} under {} {:?}: {cookie}", self.now, self.deployed, self.signals);
                self.log.push(line);
            }
            self.check(rng);
        }
    }

    fn sealer(&self) -> Option<Sealer> {
        let key = |seed: &u8| (format!("k{seed}"), [*seed; 32]);
        let mut keys = self.keys.iter().map(key);
        let (id, bytes) = keys.next().expect("a key");
        let ring = KeyRing::new(id, &bytes).expect("a good key");
        let ring = keys.fold(ring, |ring, (id, bytes)| ring.verifies(id, &bytes).expect("a good key"));
        self.sealed.then(|| Sealer::new(ring, COOKIE, "site.example"))
    }

    fn cookies(&self) -> String {
        let kept = self.jar.as_ref().filter(|(_, until)| *until > self.now);
        kept.map_or_else(String::new, |(text, _)| format!("theme=dark; {COOKIE}={text}; _ls=1"))
    }

    fn visit<'a>(&self, cookies: &'a str, version: u32) -> Visit<'a> {
        let sealer = self.sealer();
        let verify =
            |consent: &Consent<'a>| sealer.as_ref().map_or(SealState::NotRequired, |sealer| sealer.verify(consent));
        let now = Timestamp::from_millis(self.now);
        self.history.edition(version).policy.visit([cookies], COOKIE, &self.signals, now, verify)
    }

    /// What the server sets, sealed where it seals.
    fn store(&mut self, text: &str, decision: &Decision) {
        let text = self.sealer().map_or_else(|| text.to_string(), |sealer| sealer.seal(text));
        self.keep(text, decision);
    }

    fn keep(&mut self, text: String, decision: &Decision) {
        assert!(text.len() + COOKIE.len() <= 4096, "{} bytes", text.len());
        let consent = Consent::decode(&text).expect("what is written can be read");
        let seconds = consent.seconds_left(decision);
        assert!(seconds <= 400 * 86_400);
        self.jar = Some((text, self.now + seconds * 1000));
    }

    fn event(&mut self, rng: &mut Rng) {
        match rng.u8(..40) {
            0..=13 => self.act(rng),
            14..=16 => self.act_in_page(rng),
            17..=22 => self.request(),
            23..=26 => self.change_signals(rng),
            27..=31 => self.move_clock(rng),
            32..=34 => {
                self.history.evolve(rng);
                self.deployed = self.history.latest();
                self.log.push(format!("version {}", self.deployed));
            }
            35..=36 => self.deployed = rng.u32(1..=self.history.latest()),
            37 if self.sealed => {
                let next = self.keys.iter().max().expect("a key") + 1;
                self.keys.insert(0, next);
                // Kept for the rotation, or lost.
                self.keys.truncate(if rng.bool() { 2 } else { 1 });
                self.log.push("new key".into());
            }
            38 => self.forget(rng),
            39 if self.sealed => self.corrupt(rng),
            _ => {}
        }
        if self.jar.as_ref().is_some_and(|(_, until)| *until <= self.now) {
            self.jar = None;
            self.model.forget_refusals();
            self.log.push("the cookie is gone".into());
        }
    }

    fn change_signals(&mut self, rng: &mut Rng) {
        let region = rng.choice(REGIONS).expect("a region");
        self.signals = Signals { gpc: rng.u8(..3) == 0, region: Region::parse(region) };
    }

    fn move_clock(&mut self, rng: &mut Rng) {
        self.now = match rng.u8(..10) {
            0 => self.now.saturating_sub(rng.u64(..10 * DAY)),
            1 => self.now + rng.u64(..800 * DAY),
            2 => self.now + rng.u64(..60 * DAY),
            3 => self.now,
            _ => self.now + rng.u64(..10 * HOUR),
        };
    }

    fn forget(&mut self, rng: &mut Rng) {
        if rng.bool() {
            self.jar = None;
            self.model.forget_refusals();
            self.log.push("forget".into());
        }
    }

    /// Sealed texts alone: without a key nobody can tell an edited consent from a given one.
    fn corrupt(&mut self, rng: &mut Rng) {
        if let Some((text, _)) = &mut self.jar {
            *text = corrupt(rng, text);
            self.model.forget_refusals();
            self.log.push("corrupted".into());
        }
    }

    /// A request without an act: the server stores what a signal denied, or brings the cookie up to date.
    fn request(&mut self) {
        let cookies = self.cookies();
        let visit = self.visit(&cookies, self.deployed);
        let persisted = visit.persist();
        if persisted.is_some() {
            let edition = self.history.edition(self.deployed);
            self.model.next_turn();
            for id in edition.switches() {
                if visit.decision.reason(&id) == Some(Reason::Gpc) {
                    self.model.deny_by_signal(&self.history, &id, self.deployed);
                }
            }
            self.log.push("the signal is stored".into());
        }
        let refreshed = persisted.or_else(|| {
            let consent = visit.stored.consent()?;
            let outdated = match visit.seal {
                SealState::Verified | SealState::NotRequired => {
                    consent.has_tail() || self.sealer().is_some_and(|sealer| sealer.is_old(consent))
                }
                SealState::Missing => true,
                SealState::Invalid => false,
            };
            outdated.then(|| visit.decision.refresh(visit.stored, visit.seal))?
        });
        if let Some(text) = refreshed {
            let before = self.allowed(&visit.decision);
            let decision = visit.decision.clone();
            self.store(&text, &decision);
            self.log.push("the server writes".into());
            // No GET turns anything on.
            let cookies = self.cookies();
            let after = self.allowed(&self.visit(&cookies, self.deployed).decision);
            assert!(after.iter().all(|id| before.contains(id)), "a request allowed {after:?} after {before:?}\n{self}");
        }
    }

    fn allowed(&self, decision: &Decision) -> Vec<String> {
        self.history.edition(self.deployed).ids().into_iter().filter(|id| decision.allows(id)).collect()
    }

    fn act(&mut self, rng: &mut Rng) {
        let cookies = self.cookies();
        let visit = self.visit(&cookies, self.deployed);
        // A tab that is open since before the last changes, or a page of a newer deploy.
        let shown = match rng.u8(..6) {
            0 => rng.u32(1..=self.history.latest()),
            _ => self.deployed,
        };
        let said = self.say(rng, &visit.decision, shown, self.deployed, false);
        let Some((said, text)) = said.map(|said| (said.clone(), said.answer(|answer| visit.answer(answer)))) else {
            return;
        };
        self.note(&said, &visit.decision, text.is_some());
        if let Some(text) = text {
            let decision = visit.decision.clone();
            self.store(&text, &decision);
        }
    }

    /// A page that cannot reach its server: an unsealed site has none, and its page writes the cookie itself.
    fn act_in_page(&mut self, rng: &mut Rng) {
        let cookies = self.cookies();
        let version = rng.u32(self.deployed.saturating_sub(1).max(1)..=self.deployed);
        let policy = self.history.edition(version).policy.clone();
        let now = Timestamp::from_millis(self.now);
        let visit = policy.visit_in_page(&cookies, COOKIE, self.sealed, &self.signals, now);
        let said = self.say(rng, &visit.decision, version, version, self.sealed);
        let Some(said) = said else { return };
        let text =
            said.clone().answer(|answer| if self.sealed { visit.answer_in_page(answer) } else { visit.answer(answer) });
        self.note(&said, &visit.decision, text.is_some());
        if let Some(text) = text {
            self.log.push("in the page".into());
            let decision = visit.decision.clone();
            self.keep(text, &decision);
        }
    }

    /// What the visitor says next.
    fn say(
        &mut self,
        rng: &mut Rng,
        decision: &Decision,
        shown: u32,
        running: u32,
        only_denies: bool,
    ) -> Option<Saying> {
        let act = *rng.choice(Act::ALL)?;
        let edition = self.history.edition(shown);
        let method = match act {
            Act::Withdraw => Method::Withdrawal,
            Act::Acknowledge => Method::Notice,
            _ if rng.u8(..8) == 0 => Method::GpcOverride,
            _ => rng.choice([Method::Banner, Method::Choices, Method::Script])?,
        };
        let mut asked = match act {
            Act::Acknowledge => Vec::new(),
            _ => edition.switches().into_iter().filter(|_| rng.bool()).collect::<Vec<_>>(),
        };
        if act != Act::Acknowledge && rng.u8(..6) == 0 {
            asked.extend(edition.ids().into_iter().filter(|_| rng.u8(..4) == 0));
        }
        // Whom nothing was named to answers the prompt of the policy that runs, or takes everything back.
        let mut about: Vec<(String, u32)> = asked.iter().map(|id| (id.clone(), shown)).collect();
        if asked.is_empty() && shown == running {
            about = match act {
                Act::Accept | Act::Reject => decision.prompt()?.ids().map(|id| (id.to_string(), running)).collect(),
                Act::Withdraw => self.history.edition(running).switches().into_iter().map(|id| (id, running)).collect(),
                _ => Vec::new(),
            };
        } else if asked.is_empty() && act != Act::Acknowledge {
            return None;
        }
        // Only what has a switch can be ticked.
        let switches = self.history.edition(shown).switches();
        let granted = asked.iter().filter(|id| switches.contains(id) && rng.bool()).cloned().collect();
        Some(Saying { act, method, shown, running, asked, granted, about, only_denies })
    }

    /// Notes what was said, and checks that no refusal went unwritten.
    fn note(&mut self, said: &Saying, decision: &Decision, written: bool) {
        self.model.next_turn();
        self.log.push(format!("{said:?}"));
        let regime = decision.regime().kind();
        let running = self.history.edition(said.running);
        for (id, version) in &said.about {
            let switch = running.switch_of(id).to_string();
            if said.says_yes(id) {
                let now = self.history.follow(id, *version, said.running);
                let listed = regime == RegimeKind::OptOut
                    && (running.is_listed(&switch) || now.iter().any(|id| running.is_listed(id)));
                // Against a signal a yes is none.
                let against = self.signals.gpc && listed && said.method != Method::GpcOverride;
                let switched = self.history.edition(*version).switch_of(id) == id || &switch == id;
                if !against && switched && !said.only_denies {
                    self.model.grant(&self.history, id, (*version, said.running), self.now, regime);
                }
            } else {
                let known = !self.history.follow(id, *version, said.running).is_empty();
                assert!(written || !known, "the refusal of {id} was not written\n{self}");
                if *version > said.running || !known {
                    self.model.refuse_alone(&self.history, id, *version);
                } else {
                    self.model.refuse(&self.history, id, *version);
                }
            }
        }
    }

    fn check(&mut self, rng: &mut Rng) {
        let signals = self.signals;
        let (deployed, now) = (self.deployed, self.now);
        for _ in 0..2 {
            let cookies = self.cookies();
            let visit = self.visit(&cookies, self.deployed);
            self.check_decision(&visit);
            let again = self.visit(&cookies, self.deployed);
            assert_eq!(visit.decision.to_json(), again.decision.to_json());
            // Elsewhere, and at another time.
            self.change_signals(rng);
            self.deployed = rng.u32(1..=self.history.latest());
            self.now = now + rng.u64(..90 * DAY);
            if self.jar.as_ref().is_some_and(|(_, until)| *until <= self.now) {
                self.now = now;
            }
        }
        (self.signals, self.deployed, self.now) = (signals, deployed, now);
    }

    fn check_decision(&self, visit: &Visit<'_>) {
        let (version, decision) = (self.deployed, &visit.decision);
        let edition = self.history.edition(version);
        let kind = decision.regime().kind();
        for id in edition.ids() {
            let (status, reason) = (decision.status(&id).expect("a status"), decision.reason(&id).expect("a reason"));
            assert_ne!(status, Status::Required, "{id} is optional\n{self}");
            let shown = || format!("{id} is {} because {} under {version}\n{self}", status.word(), reason.word());
            if status == Status::Granted {
                assert!(!self.model.is_refused(&self.history, &id, version), "a refusal is lost: {}", shown());
                if reason == Reason::RegimeDefault {
                    assert!(kind != RegimeKind::OptIn, "{}", shown());
                    assert!(!matches!(visit.stored, consentry::Stored::Unreadable(_)), "{}", shown());
                } else if kind == RegimeKind::OptIn {
                    let max_age = self.history.grant_days * 86_400;
                    let granted = self.model.may_be_granted(&self.history, &id, version, self.now, max_age);
                    assert!(granted, "nobody granted it: {}", shown());
                }
                let switch = decision.status(edition.switch_of(&id)).expect("a status");
                assert!(switch.is_allowed(), "its category is not allowed: {}", shown());
                if decision.signals().gpc && kind == RegimeKind::OptOut && edition.is_listed(edition.switch_of(&id)) {
                    assert_eq!(reason, Reason::GpcOverride, "{}", shown());
                }
            }
            let asked = decision.prompt().is_some_and(|prompt| prompt.ids().any(|asked| asked == id));
            assert!(!asked || edition.switches().contains(&id), "{id} is asked and has no switch");
        }
        // A page decides like its server, wherever the seal is good or there is none.
        if visit.seal != SealState::Invalid {
            let cookies = self.cookies();
            let now = Timestamp::from_millis(self.now);
            let page = edition.policy.visit_in_page(&cookies, COOKIE, self.sealed, &self.signals, now);
            assert_eq!(page.decision.to_json(), decision.to_json());
        }
    }
}

/// What happened, for a failure.
impl std::fmt::Display for World {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (version, edition) in self.history.editions.iter().enumerate() {
            writeln!(f, "edition {}: {:?} {:?}", version + 1, edition.categories, edition.services)?;
        }
        for line in self.log.iter().rev().take(60).rev() {
            writeln!(f, "{line}")?;
        }
        let cookie = self.jar.as_ref().map_or("", |(text, _)| text);
        writeln!(f, "now {} under {} with {:?}: {cookie}", self.now, self.deployed, self.signals)
    }
}
