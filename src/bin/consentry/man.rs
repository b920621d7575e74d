//! `consentry man`: the manual pages.

use clap::CommandFactory as _;
use clap_mangen::Man;

use crate::{
    args,
    outcome::{Done, Outcome, Problem},
};

/// Print a page for man(1)
///
/// To read it at once: consentry man | man -l -
#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// A command; without one the page of the tool
    command: Option<String>,
}

pub(crate) fn run(args: &Args) -> Done {
    let mut tool = args::Args::command();
    // Makes the names of the commands' own pages, and their global options.
    tool.build();
    let of = match &args.command {
        Some(name) => tool.find_subcommand(name).cloned().ok_or_else(|| Problem::NoCommand { name: name.clone() })?,
        None => tool,
    };
    let mut page = Vec::new();
    let name = of.get_display_name().unwrap_or("consentry").to_owned();
    Man::new(of).title(name).manual("Consent for the web").render(&mut page)?;
    std::io::Write::write_all(&mut std::io::stdout(), &page)?;
    Ok(Outcome::Well)
}
