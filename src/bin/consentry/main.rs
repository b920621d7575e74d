//! The policy tool. Each command is a file; what it knows about policies is the library's.

mod args;
mod base;
mod check;
mod circumstances;
mod completions;
mod diff;
mod edits;
mod explain;
mod finding;
mod git;
mod history;
mod init;
mod man;
mod outcome;
mod publish;
mod render;
mod report;
mod schema;
mod simulate;
mod source;
mod stored;
mod watch;

use std::process::ExitCode;

use crate::args::{Args, Command};

fn main() -> ExitCode {
    let args = Args::read();
    let done = match args.command {
        Command::Init(args) => init::run(&args),
        Command::Check(args) => check::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Publish(args) => publish::run(&args),
        Command::History(args) => history::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Render(args) => render::run(&args),
        Command::Watch(args) => watch::run(&args),
        Command::Schema(args) => schema::run(&args),
        Command::Completions(args) => completions::run(&args),
        Command::Man(args) => man::run(&args),
    };
    match done {
        Ok(outcome) => outcome.into(),
        Err(problem) => {
            if !problem.is_unheard() {
                report::problem(&problem);
            }
            problem.exit_code()
        }
    }
}
