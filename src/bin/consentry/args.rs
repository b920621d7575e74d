//! What the tool is asked on the command line.

use clap::{ColorChoice, Parser, Subcommand};

use crate::{check, diff, history, publish};

/// Write, check, change and publish the policy that says what a site asks of its visitors.
///
/// A POLICY is a file in TOML or JSON, `-` for standard input (TOML), or REV:PATH for a file as git knows it.
///
/// Exit codes: 0 where all is well; 1 where something was found that has to be mended; 2 where the command could not be
/// done, as for a file that is not there or an option that does not exist.
#[derive(Debug, Parser)]
#[command(name = "consentry", version, max_term_width = 100)]
pub(crate) struct Args {
    /// When to colour; NO_COLOR and CLICOLOR are heeded where this says `auto`.
    #[arg(long, global = true, value_name = "WHEN", default_value_t = ColorChoice::Auto)]
    color: ColorChoice,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(check::Args),
    Diff(diff::Args),
    History(history::Args),
    Publish(publish::Args),
}

impl Args {
    /// Makes all output of this process keep to it.
    pub(crate) fn colour(&self) {
        match self.color {
            ColorChoice::Auto => anstream::ColorChoice::Auto,
            ColorChoice::Always => anstream::ColorChoice::Always,
            ColorChoice::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}
