//! `consentry diff`: what changed between two policies, and what that means for visitors.

use clap::ValueEnum;
use consentry::policy::Difference;
use serde_json::json;

use crate::{
    edits,
    outcome::{Done, Outcome, Problem},
    report,
    source::Source,
};

/// Say what changed between two policies, and whether visitors have to be asked
///
/// Each change is in one of three classes: `ask`, no consent given before covers it; `notify`, visitors are told;
/// `editorial`, wording, or less than was agreed to. With each is the reason, and the law, guideline or rule it is from.
/// A policy may be one that was edited and not published yet.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Exit codes: 0, also where there is a difference; 1 with --exit-code where there is one, and with \
                        --require-published where it is not published; 2 where a policy cannot be read.\n\nExample: consentry diff HEAD~1:policy.toml policy.toml"
)]
pub(crate) struct Args {
    /// The policy before
    #[arg(value_name = "OLD")]
    old: String,
    /// The policy after
    #[arg(value_name = "NEW", default_value = "policy.toml")]
    new: String,
    /// How the difference is written
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
    /// Exit with 1 where there is a difference
    #[arg(long)]
    exit_code: bool,
    /// Exit with 1 where NEW does not declare what the difference demands, as a gate before NEW goes out
    #[arg(long)]
    require_published: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// A table
    Text,
    /// For programs
    Json,
}

pub(crate) fn run(args: &Args) -> Done {
    let (old, new) = (Source::read(&args.old)?, Source::read(&args.new)?);
    let difference = Difference::between(&old.unpublished()?, &new.unpublished()?);
    match args.format {
        Format::Text => text(&difference)?,
        Format::Json => {
            let side = |source: &Source, version: u32| json!({"name": source.name, "version": version});
            let shown = json!({
                "old": side(&old, difference.before().version().get()),
                "new": side(&new, difference.after().version().get()),
                "demands": difference.demands().word(),
                "touches": difference.touches(),
                "declared": difference.is_declared(),
                "published": is_published(&difference),
                "edits": edits::json(&difference),
            });
            report::say(&format!("{shown:#}"))?;
        }
    }
    let found = (args.exit_code && !difference.is_empty()) || (args.require_published && !is_published(&difference));
    Ok(if found { Outcome::Found } else { Outcome::Well })
}

/// Whether the new policy declares what changed, and has the content it was published with.
fn is_published(difference: &Difference) -> bool {
    difference.is_declared() && !edits::is_edited(difference.after())
}

fn text(difference: &Difference) -> Result<(), Problem> {
    if difference.is_empty() {
        return Ok(report::say("No difference.")?);
    }
    edits::table(difference)?;
    report::say(&format!("\nDemands: {}.", edits::demand(difference.demands(), &difference.touches())))?;
    let since = difference.before().version();
    for change in difference.after().changes().iter().filter(|change| change.version() > since) {
        let touches: Vec<&str> = change.touched().iter().map(String::as_str).collect();
        report::say(&format!("Declared: version {}, {}.", change.version(), edits::demand(change.kind(), &touches)))?;
    }
    if !is_published(difference) {
        report::say("Not published yet: `consentry publish` writes the change.")?;
    }
    Ok(())
}
