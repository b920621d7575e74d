//! `consentry completions`: what a shell completes.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::{
    args,
    outcome::{Done, Outcome},
};

/// Print what makes a shell complete commands and options
///
/// For bash: consentry completions bash > ~/.local/share/bash-completion/completions/consentry
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// The shell
    shell: Shell,
}

pub(crate) fn run(args: &Args) -> Done {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut args::Args::command(), "consentry", &mut script);
    std::io::Write::write_all(&mut std::io::stdout(), &script)?;
    Ok(Outcome::Well)
}
