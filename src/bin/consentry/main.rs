//! The policy tool. Each command is a file; what it knows about policies is the library's.

mod args;
mod check;
mod diff;
mod edits;
mod git;
mod history;
mod outcome;
mod publish;
mod report;
mod source;

use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Args, Command};

fn main() -> ExitCode {
    let args = Args::parse();
    args.colour();
    let done = match args.command {
        Command::Check(check) => check::run(&check),
        Command::Diff(diff) => diff::run(&diff),
        Command::History(history) => history::run(&history),
        Command::Publish(publish) => publish::run(&publish),
    };
    match done {
        Ok(outcome) => outcome.into(),
        Err(problem) => {
            // Who reads only the beginning has what they want.
            if !problem.is_closed_pipe() {
                report::problem(&problem);
            }
            problem.exit_code()
        }
    }
}
