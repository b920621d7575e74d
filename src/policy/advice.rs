//! What can be said against a policy that has no faults: warnings from rules of law, which are data with their sources.

mod law;
mod rules;
mod subject;
mod texts;

use alloc::{boxed::Box, string::String, vec::Vec};
use core::{fmt, ops::Range};

pub use self::rules::AdviceRule;
use self::subject::Subject;
#[cfg(any(feature = "toml", feature = "json"))]
use super::builder::PolicyBuilder;
use super::{Policy, Position, category::words, fault};

/// How much something weighs that is no fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Against a rule of law, or against what an authority advises.
    Warning,
}

words!(Severity: Note = "note", Warning = "warning");

/// Something that can be said against a policy, with the rule it goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    pub(super) rule: AdviceRule,
    pub(super) path: String,
    pub(super) message: String,
    pub(super) source: Option<&'static str>,
    pub(super) position: Option<Position>,
    pub(super) span: Option<Range<usize>>,
}

impl Warning {
    /// The rule's code, such as `no-contact`.
    pub fn code(&self) -> &'static str {
        self.rule.code
    }

    /// How much it weighs.
    pub fn severity(&self) -> Severity {
        self.rule.severity
    }

    /// Where, as a path into the policy such as `service[2].cookies[0].max_age`; indices count from 0.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// What was found.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What mends it.
    pub fn help(&self) -> &'static str {
        self.rule.help
    }

    /// What says so, such as `GDPR, Art. 13(1)(a)`.
    pub fn source(&self) -> &'static str {
        self.source.unwrap_or(self.rule.source)
    }

    /// Where in the file; only a [`Checked`](super::Checked) policy knows.
    pub fn position(&self) -> Option<Position> {
        self.position
    }

    /// The bytes of the file it is about; only a [`Checked`](super::Checked) policy knows.
    pub fn span(&self) -> Option<Range<usize>> {
        self.span.clone()
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fault::place(f, self.position, &self.path)?;
        write!(f, "{} ({})", self.message, self.source())
    }
}

/// What is commonly known of a cookie by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownCookie<'k> {
    /// What sets it, such as `Google Analytics`.
    pub service: &'k str,
    /// The id of the usual category it is in: `necessary`, `preferences`, `statistics` or `marketing`.
    pub category: &'k str,
}

type Knowledge<'k> = Box<dyn Fn(&str) -> Option<KnownCookie<'k>> + 'k>;

/// Says what can be said against a policy that is no fault.
///
/// Each warning goes by one of [`Advice::rules`], which are data, as are the numbers of each
/// [`Jurisdiction`](super::Jurisdiction). None of it is legal advice, and a policy without warnings is no proof of anything.
///
/// What it does not look for: refusing cannot be made harder than accepting by a policy, apart from the wording of the buttons
/// (`choice-wording`). The banner's tree, the order and weight of its buttons and what they do are the library's, in every
/// layout.
///
/// ```
/// use consentry::{Category, Policy};
///
/// let policy = Policy::builder("shop").category(Category::new("statistics").name("en", "Statistics")).build()?;
/// let codes: Vec<_> = policy.advice().iter().map(|warning| warning.code()).collect();
/// assert_eq!(codes, ["no-contact", "missing-text", "draft"]);
/// # Ok::<(), consentry::policy::Faults>(())
/// ```
#[derive(Default)]
pub struct Advice<'k> {
    knowledge: Option<Knowledge<'k>>,
}

impl<'k> Advice<'k> {
    /// Advice that knows no cookies.
    pub fn new() -> Self {
        Self::default()
    }

    /// Asks `knowledge` what is commonly known of each declared cookie. It gets the declared name, with a `*` at its end where
    /// that stands for any ending.
    #[must_use]
    pub fn knowing(mut self, knowledge: impl Fn(&str) -> Option<KnownCookie<'k>> + 'k) -> Self {
        self.knowledge = Some(Box::new(knowledge));
        self
    }

    /// Every rule.
    pub fn rules() -> impl Iterator<Item = AdviceRule> {
        rules::all()
    }

    /// What can be said against `policy`. Paths count categories as [`Policy::categories`] has them, `necessary` first.
    pub fn of(&self, policy: &Policy) -> Vec<Warning> {
        self.about(&Subject::of_policy(policy))
    }

    /// The same, with paths as they are in the file.
    #[cfg(any(feature = "toml", feature = "json"))]
    pub(super) fn of_builder(&self, policy: &PolicyBuilder) -> Vec<Warning> {
        self.about(&Subject::of_builder(policy))
    }

    fn about(&self, policy: &Subject<'_>) -> Vec<Warning> {
        let mut warnings = Warnings(Vec::new());
        warnings.contact(policy);
        warnings.categories(policy);
        warnings.services(policy);
        warnings.regimes(policy);
        warnings.texts(policy);
        warnings.choices(policy);
        if let Some(knowledge) = &self.knowledge {
            warnings.cookies(policy, knowledge);
        }
        warnings.draft(policy);
        warnings.0
    }
}

impl fmt::Debug for Advice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Advice").field("knows_cookies", &self.knowledge.is_some()).finish()
    }
}

impl Policy {
    /// What can be said against the policy by rules of law; see [`Advice`].
    pub fn advice(&self) -> Vec<Warning> {
        Advice::new().of(self)
    }
}

struct Warnings(Vec<Warning>);

impl Warnings {
    fn add(&mut self, code: &str, path: impl Into<String>, message: impl Into<String>) {
        self.add_by(code, path, message, None);
    }

    /// With the source of a place's law.
    fn add_by(
        &mut self,
        code: &str,
        path: impl Into<String>,
        message: impl Into<String>,
        source: Option<&'static str>,
    ) {
        // Each code is in the data: a test goes through the rules.
        let Some(rule) = rules::all().find(|rule| rule.code == code) else { return };
        let (path, message) = (path.into(), message.into());
        self.0.push(Warning { rule, path, message, source, position: None, span: None });
    }
}
