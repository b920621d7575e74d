//! Every command a person needs in this repository: `cargo xtask <command>`.

mod bench;
mod browsers;
mod demo;
mod differential;
mod functions;
mod js_engine;
mod package;
mod shell;
mod sizes;
mod test;
mod tools;
mod workspace;

use std::process::ExitCode;

use anyhow::{Result, bail};
use lexopt::{Arg, Parser, ValueExt as _};

use crate::{
    package::PageScript,
    shell::{in_pkg, run as run_plain},
    workspace::Workspace,
};

const USAGE: &str = "\
usage: cargo xtask <command>

  demo [args]                the example site on http://127.0.0.1:8787
  test [step]                everything that must hold, as the continuous integration runs it; or the steps of that name
  pkg [--sizes] [--functions] [--check]
                             the npm package in pkg/dist; its sizes against the budgets; those of the module's functions;
                             with --check a page script that is out of date is an error instead of rewritten
  diff [--cases N] [--seed S] [--outcomes]
                             random cases through the native build and both engines of the package, compared byte for byte;
                             with --outcomes through the first script of shared pages
  screenshots                the pictures of the layouts in the package's README
  bench [args]               the benchmarks of deciding
  bench policy [--check]     how reading, checking and comparing policies grows with their size
  bench server [--help]      what the layer costs a server, over sockets and in process; on Linux
  bench browser [--help]     what the banner costs a page, beside other libraries from npm, in Chromium";

fn main() -> ExitCode {
    match run(Parser::from_env()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(mut args: Parser) -> Result<()> {
    let command = match args.next()? {
        Some(Arg::Value(command)) => command.string()?,
        Some(Arg::Short('h') | Arg::Long("help")) | None => {
            println!("{USAGE}");
            return Ok(());
        }
        Some(other) => return Err(other.unexpected().into()),
    };
    let workspace = Workspace::find()?;
    match command.as_str() {
        "pkg" => {
            let (mut sizes, mut functions, mut page) = (false, false, PageScript::Write);
            while let Some(arg) = args.next()? {
                match arg {
                    Arg::Long("sizes") => sizes = true,
                    Arg::Long("functions") => functions = true,
                    Arg::Long("check") => page = PageScript::Check,
                    other => return Err(other.unexpected().into()),
                }
            }
            package::build(&workspace, page)?;
            if functions {
                functions::report(&workspace)?;
            }
            if sizes { sizes::report(&workspace) } else { Ok(()) }
        }
        "screenshots" => {
            package::build(&workspace, PageScript::Write)?;
            let mut node = in_pkg(&workspace, "node");
            run_plain(node.arg("test/browser/screenshots.mjs").env(tools::CHROMIUM.variable, tools::CHROMIUM.path()?))
        }
        "diff" => {
            let (mut cases, mut seed, mut outcomes) = (None, 1, false);
            while let Some(arg) = args.next()? {
                match arg {
                    Arg::Long("cases") => cases = Some(args.value()?.parse()?),
                    Arg::Long("outcomes") => outcomes = true,
                    Arg::Long("seed") => seed = args.value()?.parse()?,
                    other => return Err(other.unexpected().into()),
                }
            }
            package::build(&workspace, PageScript::Write)?;
            if outcomes {
                differential::compare_outcomes(&workspace, cases.unwrap_or(differential::VISITS), seed)
            } else {
                differential::compare(&workspace, cases.unwrap_or(differential::CASES), seed)
            }
        }
        "demo" => demo::run_site(&workspace, args.raw_args()?),
        "bench" => bench::run(&workspace, args.raw_args()?.collect()),
        "test" => {
            let only = match args.next()? {
                Some(Arg::Value(name)) => name.string()?,
                Some(other) => return Err(other.unexpected().into()),
                None => String::new(),
            };
            test::run(&workspace, &only)
        }
        other => bail!("there is no command `{other}`\n\n{USAGE}"),
    }
}
