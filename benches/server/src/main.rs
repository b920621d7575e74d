//! What the consent layer costs a server: `cargo xtask bench server`.
//!
//! The servers are processes of their own, started by this one; Linux is asked what they take.

mod app;
mod connection;
mod hostile;
mod in_process;
mod lanes;
mod load;
mod page;
mod process;
mod sockets;
mod stats;

use std::process::ExitCode;

use anyhow::{Context as _, Result, bail};
use lexopt::{Arg, Parser, ValueExt as _};

use crate::app::Variant;

const USAGE: &str = "\
usage: cargo xtask bench server [options]

  --rounds N      so many rounds of each lane over sockets (12)
  --seconds S     so long each (1)
  --only TEXT     only the lanes with this in their name; hostile: the one with hostile cookies
  --check         fail where a required figure is missed";

pub(crate) struct Options {
    rounds: usize,
    seconds: f64,
    only: String,
    check: bool,
}

impl Options {
    pub(crate) fn wants(&self, name: &str) -> bool {
        name.contains(&self.only)
    }
}

fn main() -> ExitCode {
    match run(Parser::from_env()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut args: Parser) -> Result<bool> {
    let mut options = Options { rounds: 12, seconds: 1.0, only: String::new(), check: false };
    while let Some(arg) = args.next()? {
        match arg {
            Arg::Long("rounds") => options.rounds = args.value()?.parse()?,
            Arg::Long("seconds") => options.seconds = args.value()?.parse()?,
            Arg::Long("only") => options.only = args.value()?.string()?,
            Arg::Long("check") => options.check = true,
            Arg::Short('h') | Arg::Long("help") => {
                println!("{USAGE}");
                return Ok(true);
            }
            Arg::Value(command) if command == "serve" => {
                let name = args.value()?.string()?;
                let variant = Variant::ALL.into_iter().find(|variant| variant.name() == name);
                process::serve(variant.with_context(|| format!("there is no variant `{name}`"))?)?;
                return Ok(true);
            }
            other => return Err(other.unexpected().into()),
        }
    }
    if options.rounds == 0 || !(0.1..=60.0).contains(&options.seconds) {
        bail!("at least one round is needed, of 0.1 to 60 seconds");
    }
    process::stay_on_core(1);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut holds = runtime.block_on(sockets::compare(&options))?;
    if options.wants("hostile") {
        holds &= runtime.block_on(hostile::run())?;
    }
    holds &= in_process::compare(&options)?;
    Ok(holds || !options.check)
}
