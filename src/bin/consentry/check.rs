//! `consentry check`: everything wrong with a policy, and everything to be said against it, at once.

mod github;
mod json;
mod sarif;

use clap::{
    ValueEnum,
    builder::{PossibleValuesParser, TypedValueParser as _},
};
use consentry::policy::{Advice, KnownCookie};

use crate::{
    base,
    finding::{Finding, Level},
    outcome::{Done, Outcome},
    report,
    source::Source,
};

/// Say everything that is wrong with policies, each thing with its place
///
/// Errors are faults: such a policy is not taken. Warnings come from rules of law and from what authorities advise, each with
/// its source; notes are worth knowing. None of it is legal advice. What a published policy says cannot be changed without a
/// [[change]]: a difference that nobody published is an error.
#[derive(Debug, clap::Args)]
#[command(after_long_help = after())]
pub(crate) struct Args {
    /// The policies
    #[arg(value_name = "POLICY", default_value = "policy.toml")]
    policies: Vec<String>,
    /// How to say it
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    format: Format,
    /// Take a rule for an error: one of the rules below, or `warnings` for all that warn
    #[arg(long, value_name = "RULE", value_parser = rules(&["warnings"]), hide_possible_values = true)]
    deny: Vec<String>,
    /// Leave a rule out
    #[arg(long, value_name = "RULE", value_parser = rules(&[]), hide_possible_values = true)]
    allow: Vec<String>,
    /// What cookies commonly are, besides what the tool knows: a file of the Open Cookie Database, CSV
    #[arg(long, value_name = "FILE")]
    knowledge: Option<String>,
    /// Fail where a policy is a draft: the same as `--deny draft`
    #[arg(long)]
    published: bool,
}

fn after() -> String {
    let rule = |rule: consentry::policy::AdviceRule| format!("  {:<20} {}\n", rule.code, rule.about);
    let rules: String = Advice::rules().map(rule).collect();
    format!("Rules:\n{rules}\n{AFTER}")
}

const AFTER: &str = "\
Exit codes:
  0  no errors
  1  errors
  2  a policy could not be read

JSON:
  {policies: [{file, policy, findings}], errors, warnings, notes}
  A policy has id, version, draft and material, or is null where it has faults.
  A finding has level, code, path and message; where there are some, line, column
  and endColumn (from 1, in characters), start and end (in bytes), help and source.

On GitHub:
  consentry check --published --deny warnings --format github

With pre-commit, in .pre-commit-config.yaml:
  - repo: local
    hooks:
      - id: consentry
        name: consentry check
        entry: consentry check
        language: system
        files: policy\\.toml$";

/// How findings are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people, beside the lines
    Human,
    /// One JSON object
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Annotations of GitHub Actions
    Github,
}

fn rules(more: &[&'static str]) -> impl clap::builder::TypedValueParser<Value = String> + use<> {
    let rules = Advice::rules().map(|rule| rule.code).chain(more.iter().copied());
    PossibleValuesParser::new(rules.collect::<Vec<_>>()).map(|rule| rule)
}

/// A policy and what is said about it.
struct Report {
    source: Source,
    /// Of a policy that is taken.
    policy: Option<Stated>,
    findings: Vec<Finding>,
}

struct Stated {
    id: String,
    version: u32,
    is_draft: bool,
    material: String,
}

pub(crate) fn run(args: &Args) -> Done {
    let knowledge = base::knowledge(args.knowledge.as_deref())?;
    let advice = Advice::new().knowing(|cookie| {
        let known = knowledge.commonly(cookie, &[])?;
        Some(KnownCookie { service: known.service().name(), category: known.category().word() })
    });
    let mut reports = Vec::new();
    let mut problem = None;
    for name in &args.policies {
        // What can be read is checked, whatever else there is.
        match Source::read(name) {
            Ok(source) => reports.push(args.report(source, &advice)),
            Err(unread) => {
                if let Some(earlier) = problem.replace(unread) {
                    report::problem(&earlier);
                }
            }
        }
    }
    match args.format {
        Format::Human => human(&reports)?,
        Format::Json => report::say(&json::text(&reports))?,
        Format::Sarif => report::say(&sarif::text(&reports))?,
        Format::Github => reports.iter().try_for_each(|report| github::print(&report.source.name, &report.findings))?,
    }
    if let Some(problem) = problem {
        return Err(problem);
    }
    let has_errors = reports.iter().flat_map(|report| &report.findings).any(|finding| finding.level == Level::Error);
    Ok(if has_errors { Outcome::Found } else { Outcome::Well })
}

impl Args {
    fn report(&self, source: Source, advice: &Advice<'_>) -> Report {
        let checked = source.checked();
        let mut findings = Finding::all(&source.text, &checked, advice);
        findings.retain(|finding| finding.source.is_none() || !self.allow.iter().any(|rule| rule == finding.code));
        for finding in &mut findings {
            if self.denies(finding) {
                finding.level = Level::Error;
            }
        }
        let policy = checked.into_policy().ok().map(|policy| Stated {
            id: policy.id().into(),
            version: policy.version().get(),
            is_draft: policy.is_draft(),
            material: policy.material(),
        });
        Report { source, policy, findings }
    }

    fn denies(&self, finding: &Finding) -> bool {
        let named = self.deny.iter().any(|rule| rule == finding.code);
        let warns = finding.level == Level::Warning && self.deny.iter().any(|rule| rule == "warnings");
        named || warns || (self.published && finding.code == "draft")
    }
}

fn human(reports: &[Report]) -> std::io::Result<()> {
    for Report { source, policy, findings } in reports {
        report::findings(source, findings)?;
        let stated = policy.as_ref().map(|policy| {
            let draft = if policy.is_draft { ", a draft" } else { "" };
            format!(": version {} of `{}`{draft}", policy.version, policy.id)
        });
        let counted = if findings.is_empty() { String::new() } else { format!(": {}", report::counts(findings)) };
        report::say(&format!("{}{}{counted}", source.name, stated.unwrap_or_default()))?;
    }
    Ok(())
}
