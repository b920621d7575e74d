//! The policy tool. Each command is a file; what it knows about policies is the library's.

mod args;
mod base;
mod check;
mod circumstances;
mod explain;
mod init;
mod outcome;
mod render;
mod report;
mod simulate;
mod source;
mod watch;

use std::{io::ErrorKind, process::ExitCode};

use clap::Parser as _;

use crate::{
    args::{Args, Command},
    outcome::Problem,
};

fn main() -> ExitCode {
    let args = Args::parse();
    args.colour();
    let done = match args.command {
        Command::Check(args) => check::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Render(args) => render::run(&args),
        Command::Simulate(args) => simulate::run(&args),
        Command::Init(args) => init::run(&args),
        Command::Watch(args) => watch::run(&args),
    };
    match done {
        Ok(outcome) => outcome.into(),
        // Who reads has seen enough, as `head` has.
        Err(Problem::Write(error)) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(problem) => {
            report::problem(&problem);
            problem.exit_code()
        }
    }
}
