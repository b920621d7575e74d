//! The policy tool. Each command is a file; what it knows about policies is the library's.

mod args;
mod check;
mod completions;
mod finding;
mod man;
mod outcome;
mod report;
mod schema;
mod source;

use std::process::ExitCode;

use crate::args::{Args, Command};

fn main() -> ExitCode {
    let args = Args::read();
    let done = match args.command {
        Command::Check(check) => check::run(&check),
        Command::Schema(schema) => schema::run(&schema),
        Command::Completions(completions) => completions::run(&completions),
        Command::Man(man) => man::run(&man),
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
