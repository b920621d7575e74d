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
    let has_subcommands = of.has_subcommands();
    let has_more = of.get_after_long_help().is_some();
    let man = Man::new(of).title(name).manual("Consent for the web");
    man.render_title(&mut page)?;
    man.render_name_section(&mut page)?;
    man.render_synopsis_section(&mut page)?;
    man.render_description_section(&mut page)?;
    man.render_options_section(&mut page)?;
    if has_subcommands {
        man.render_subcommands_section(&mut page)?;
    }
    if has_more {
        let mut more = Vec::new();
        man.render_extra_section(&mut more)?;
        // Lists and commands keep their lines.
        let more = String::from_utf8_lossy(&more).replacen(".SH EXTRA\n", ".SH NOTES\n.nf\n", 1);
        page.extend_from_slice(more.as_bytes());
        page.extend_from_slice(b".fi\n");
    }
    std::io::Write::write_all(&mut std::io::stdout(), &page)?;
    Ok(Outcome::Well)
}
