//! What the tool is asked on the command line.

use std::ffi::OsString;

use clap::{ColorChoice, Parser, Subcommand, ValueEnum as _};

use crate::{check, completions, diff, explain, history, init, man, publish, render, schema, simulate, watch};

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
    #[allow(dead_code, reason = "it is read before the rest of the line, and stands here for clap")]
    color: ColorChoice,
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Init(init::Args),
    Check(check::Args),
    Diff(diff::Args),
    Publish(publish::Args),
    History(history::Args),
    Explain(explain::Args),
    Simulate(simulate::Args),
    Render(render::Args),
    Watch(watch::Args),
    Schema(schema::Args),
    Completions(completions::Args),
    Man(man::Args),
}

impl Args {
    /// Reads the command line. Help, and what is wrong with the line, come before it is read whole: so that they too keep to
    /// `--color`, that is looked for first.
    pub(crate) fn read() -> Self {
        let mut line = std::env::args_os().take_while(|arg| arg != "--");
        while let Some(arg) = line.next() {
            let value = match arg.to_str().and_then(|arg| arg.strip_prefix("--color")) {
                Some("") => line.next(),
                Some(value) => value.strip_prefix('=').map(OsString::from),
                None => None,
            };
            if let Some(choice) = value.and_then(|value| ColorChoice::from_str(value.to_str()?, false).ok()) {
                keep_to(choice);
            }
        }
        Self::parse()
    }
}

/// Makes all output of this process keep to it.
fn keep_to(choice: ColorChoice) {
    let choice = match choice {
        ColorChoice::Auto => anstream::ColorChoice::Auto,
        ColorChoice::Always => anstream::ColorChoice::Always,
        ColorChoice::Never => anstream::ColorChoice::Never,
    };
    choice.write_global();
}
