//! `consentry history`: everything a policy ever was, and whether git still has it.

use std::io::Write as _;

use clap::ValueEnum;
use consentry::Change;
use serde_json::json;

use crate::{
    edits,
    git::{State, Tracked},
    outcome::{Done, Outcome},
    report,
    source::Source,
};

/// Say what each version of a policy changed, and whether git has its content
///
/// A published version carries a digest of its content. Where the policy is a file in a git repository, each commit that
/// touched it is read: a version is `verified` by the first commit that has it and content of its digest.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0; 1 where git has a version with another content than it was published with, or the \
                        history was rewritten since; 2 where the policy cannot be read."
)]
pub(crate) struct Args {
    /// The policy
    #[arg(value_name = "POLICY", default_value = "policy.toml")]
    policy: String,
    /// How the history is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A paragraph for each version
    Text,
    /// For programs
    Json,
}

/// What git says of a version.
enum Standing {
    /// Nothing: no repository, or no commit of this version.
    Unknown,
    /// Not published yet.
    Draft,
    /// A commit has the content.
    Verified { commit: String, date: String, rewritten: bool },
    /// Commits have this version, and none has the content.
    Differs { commit: String, date: String },
}

impl Standing {
    fn word(&self) -> &'static str {
        match self {
            Self::Unknown => "unknown",
            Self::Draft => "draft",
            Self::Verified { rewritten: false, .. } => "verified",
            Self::Verified { rewritten: true, .. } => "rewritten",
            Self::Differs { .. } => "differs",
        }
    }

    fn is_well(&self) -> bool {
        !matches!(self, Self::Differs { .. } | Self::Verified { rewritten: true, .. })
    }

    fn sentence(&self) -> String {
        match self {
            Self::Unknown => "no commit has this version".into(),
            Self::Draft => "a draft, not published yet".into(),
            Self::Verified { commit, date, rewritten: false } => format!("verified: commit {commit} of {date}"),
            Self::Verified { commit, date, rewritten: true } => {
                format!("rewritten: commit {commit} of {date} has the content, and another kind or other touches")
            }
            Self::Differs { commit, date } => format!("differs: commit {commit} of {date} has another content"),
        }
    }
}

pub(crate) fn run(args: &Args) -> Done {
    let source = Source::read(&args.policy)?;
    let policy = source.unpublished()?;
    let states: Vec<State> = match Tracked::new(&args.policy) {
        Some(tracked) => tracked.states()?.collect(),
        None => Vec::new(),
    };
    let standings: Vec<Standing> = policy.changes().iter().map(|change| standing(change, &states)).collect();
    let all = policy.changes().iter().zip(&standings);
    match args.format {
        Format::Json => {
            let shown = all.map(|(change, standing)| {
                let texts = change.summaries().locales();
                let summary: serde_json::Map<_, _> =
                    texts.map(|locale| (locale.into(), change.summaries().get(locale, locale).into())).collect();
                let commit = match standing {
                    Standing::Verified { commit, .. } | Standing::Differs { commit, .. } => Some(commit),
                    _ => None,
                };
                json!({
                    "version": change.version().get(),
                    "effective": change.effective_date().map(|date| date.to_string()),
                    "kind": change.kind().word(),
                    "touches": change.touched(),
                    "summary": summary,
                    "material": change.digest(),
                    "standing": standing.word(),
                    "commit": commit,
                })
            });
            report::say(&format!("{:#}", json!(shown.collect::<Vec<_>>())))?;
        }
        Format::Text => {
            let mut out = anstream::stdout();
            for (change, standing) in all {
                let date = change.effective_date().map(|date| format!(" of {date}")).unwrap_or_default();
                let touches: Vec<&str> = change.touched().iter().map(String::as_str).collect();
                writeln!(out, "version {}{date}: {}", change.version(), edits::demand(change.kind(), &touches))?;
                if let Some(summary) = change.summaries().get(policy.default_locale(), policy.default_locale()) {
                    writeln!(out, "  {summary}")?;
                }
                if let Some(digest) = change.digest() {
                    writeln!(out, "  {digest}")?;
                }
                writeln!(out, "  {}", standing.sentence())?;
            }
            if policy.changes().is_empty() {
                writeln!(out, "{}: no version was published yet", source.name)?;
            } else if edits::is_edited(&policy) {
                let version = policy.version();
                writeln!(out, "{}: edited since version {version}: `consentry diff` says what changed", source.name)?;
            }
        }
    }
    Ok(if standings.iter().all(Standing::is_well) { Outcome::Well } else { Outcome::Found })
}

/// What the commits say of a version: the first that has it as its newest, with its content.
fn standing(change: &Change, states: &[State]) -> Standing {
    let Some(digest) = change.digest() else { return Standing::Draft };
    let mut differs = Standing::Unknown;
    for State { commit, date, policy } in states.iter().rev() {
        // A commit on the way to a version has another digest, or none.
        let newest = policy.as_ref().and_then(|policy| Some((policy, policy.changes().last()?)));
        let Some((policy, then)) = newest.filter(|(_, then)| then.version() == change.version()) else { continue };
        let (commit, date) = (commit.clone(), date.clone());
        if policy.material() == digest && then.digest() == Some(digest) {
            let rewritten = then.kind() != change.kind() || then.touched() != change.touched();
            return Standing::Verified { commit, date, rewritten };
        }
        if then.digest() == Some(digest) {
            differs = Standing::Differs { commit, date };
        }
    }
    differs
}
