//! `consentry check`: everything wrong with a policy, at once.

use crate::{
    outcome::{Done, Outcome},
    report,
    source::Source,
};

/// Say everything that is wrong with a policy, each thing with its place
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The policy
    #[arg(value_name = "POLICY", default_value = "policy.toml")]
    policy: String,
}

pub(crate) fn run(args: &Args) -> Done {
    let source = Source::read(&args.policy)?;
    match source.policy() {
        Ok(policy) => {
            let draft = if policy.is_draft() { ", a draft" } else { "" };
            report::say(&format!("{}: version {} of `{}`{draft}", source.name, policy.version(), policy.id()))?;
            Ok(Outcome::Well)
        }
        Err(faults) => {
            report::faults(&source, &faults)?;
            Ok(Outcome::Found)
        }
    }
}
