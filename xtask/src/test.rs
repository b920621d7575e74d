//! Everything that must hold.

use std::{
    io::{BufRead as _, BufReader},
    path::PathBuf,
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context as _, Result, bail};

use crate::{
    browsers, differential,
    package::{self, PageScript},
    shell::{cannot_start, cargo, in_pkg, line, run as run_plain},
    sizes, tools,
    workspace::{Workspace, scripts},
};

/// One set for lints, tests, docs and benchmarks, so that dependencies are built once.
pub(crate) const FEATURES: &str = "consentry/actix,consentry/axum,consentry/cli,consentry/html,consentry/json,consentry/seal,consentry/serde,consentry/toml";

/// Each feature by itself, and pairs that meet in the code.
const COMBINATIONS: &[&str] = &[
    "",
    "std",
    "serde",
    "toml",
    "json",
    "seal",
    "http",
    "html",
    "tower",
    "axum",
    "actix",
    "cli",
    "knowledge",
    "serde,seal",
    "toml,json",
    "json,seal",
    "toml,json,seal",
    "axum,toml",
    "html,tower",
    "actix,html",
];

/// In the names of the tests that need nginx and Varnish.
const CACHE_TESTS: &str = "nothing_is_delivered_across_visitors";

/// In the name of the test that compiles programs. What the compiler says of them depends on the features.
const PROOF_TESTS: &str = "proofs_hold_at_compile_time";

type Step = (&'static str, fn(&mut Session<'_>) -> Result<()>);

const STEPS: [Step; 17] = [
    ("format", |s| run_plain(cargo(s.workspace).args(["fmt", "--all", "--check"]))),
    ("lints", lints),
    ("feature combinations", feature_combinations),
    ("unit and integration tests", |s| {
        let mut tests = cargo(s.workspace);
        tests.args(["test", "--workspace", "--lib", "--bins", "--tests", "--features", FEATURES]);
        s.run(tests.args(["--", "--skip", CACHE_TESTS, "--skip", PROOF_TESTS]))
    }),
    ("proofs", |s| {
        s.run(cargo(s.workspace).args([
            "test",
            "--package",
            "consentry",
            "--test",
            "proofs",
            "--features",
            "consentry/axum",
        ]))
    }),
    ("caches", cache_tests),
    ("documentation and README", |s| {
        s.run(cargo(s.workspace).args(["test", "--package", "consentry", "--doc", "--features", FEATURES]))
    }),
    ("npm package and sizes", |s| {
        package::build(s.workspace, PageScript::Check)?;
        sizes::report(s.workspace)
    }),
    ("npm package tests", |s| {
        let folder = s.workspace.pkg().join("test");
        let mut files = scripts(&folder, ".test.mjs");
        files.extend(scripts(&folder, "vectors.mjs"));
        s.node_tests(&files)
    }),
    ("TypeScript types", types),
    ("differential run", |s| differential::compare(s.workspace, differential::CASES, 1)),
    ("hostile requests", browsers::hostile_requests),
    ("browser tests in Chromium", |s| browsers::test(s, &browsers::CHROMIUM)),
    ("browser tests in Firefox", |s| browsers::test(s, &browsers::FIREFOX)),
    ("browser tests in WebKit", |s| browsers::test(s, &browsers::WEBKIT)),
    ("packaging", |s| {
        run_plain(cargo(s.workspace).args(["package", "--package", "consentry", "--allow-dirty"]))?;
        run_plain(in_pkg(s.workspace, "npm").args(["pack", "--dry-run"]))
    }),
    ("packaging, as installed", installed_package),
];

/// Runs the steps whose names contain `only`, and stops at the first that fails. The last line counts the tests of all
/// runners, from their own output.
pub(crate) fn run(workspace: &Workspace, only: &str) -> Result<()> {
    let steps: Vec<&Step> = STEPS.iter().filter(|(name, _)| name.contains(only)).collect();
    if steps.is_empty() {
        bail!("no step is called `{only}`; there are: {}", STEPS.map(|(name, _)| name).join(", "));
    }
    tools::rust_components()?;
    tools::wasm_target()?;
    tools::node()?;
    tools::npm_packages(workspace)?;
    let mut session = Session { workspace, passed: 0, failed: 0 };
    let begin = Instant::now();
    let mut outcome = Ok(());
    for (number, (name, step)) in steps.iter().enumerate() {
        println!("\n[{}/{}] {name}", number + 1, steps.len());
        let start = Instant::now();
        outcome = step(&mut session).with_context(|| format!("{name} failed"));
        println!("      {:.1} s", start.elapsed().as_secs_f64());
        if outcome.is_err() {
            // A step without counted tests, such as the lints, still counts as one failure.
            session.failed = session.failed.max(1);
            break;
        }
    }
    println!("\n{:.0} s in all", begin.elapsed().as_secs_f64());
    if let Err(error) = &outcome {
        println!("error: {error:#}");
    }
    println!("{} passed, {} failed", session.passed, session.failed);
    match outcome {
        Ok(()) if session.failed == 0 => Ok(()),
        Ok(()) => bail!("a runner counted failures but did not fail"),
        Err(_) => bail!("stopped at the first step that failed"),
    }
}

pub(crate) struct Session<'a> {
    pub(crate) workspace: &'a Workspace,
    passed: u64,
    failed: u64,
}

impl Session<'_> {
    /// Runs a test runner, shows what it prints and adds up what it counts.
    pub(crate) fn run(&mut self, command: &mut Command) -> Result<()> {
        command.stdout(Stdio::piped());
        let mut child = command.spawn().with_context(|| cannot_start(command))?;
        let stdout = child.stdout.take().context("no output to read")?;
        for text in BufReader::new(stdout).lines() {
            let text = text?;
            println!("{text}");
            let (passed, failed) = counts(&text);
            self.passed += passed;
            self.failed += failed;
        }
        let status = child.wait()?;
        if !status.success() {
            bail!("{status}: {}", line(command));
        }
        Ok(())
    }

    fn node_tests(&mut self, files: &[PathBuf]) -> Result<()> {
        if files.is_empty() {
            bail!("there are no tests");
        }
        let mut node = in_pkg(self.workspace, "node");
        differential::outcomes(self.workspace, &mut node, differential::VISITS, 1)?;
        self.run(node.args(["--test", "--test-reporter=spec"]).args(files))
    }
}

/// Tests passed and failed, from the closing lines of `cargo test` and `node --test`.
fn counts(line: &str) -> (u64, u64) {
    let number = |text: &str| text.trim().parse().unwrap_or(0);
    if let Some((_, tally)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". ")) {
        let field = |name: &str| tally.split(';').find_map(|field| field.trim().strip_suffix(name)).map_or(0, number);
        return (field(" passed"), field(" failed"));
    }
    let tally = |name: &str| line.strip_prefix("ℹ ").and_then(|rest| rest.strip_prefix(name)).map_or(0, number);
    (tally("pass "), tally("fail "))
}

fn lints(session: &mut Session<'_>) -> Result<()> {
    let workspace = session.workspace;
    run_plain(cargo(workspace).args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--features",
        FEATURES,
        "--",
        "-D",
        "warnings",
    ]))?;
    clippy(workspace, &["--target", tools::WASM_TARGET], "wasm")
}

fn feature_combinations(session: &mut Session<'_>) -> Result<()> {
    for features in COMBINATIONS {
        println!("features: {}", if features.is_empty() { "none" } else { features });
        clippy(session.workspace, &[], features)?;
    }
    println!("features: none, for {}", tools::WASM_TARGET);
    clippy(session.workspace, &["--target", tools::WASM_TARGET], "")
}

fn clippy(workspace: &Workspace, args: &[&str], features: &str) -> Result<()> {
    run_plain(
        cargo(workspace)
            .args(["clippy", "--quiet", "--package", "consentry", "--no-default-features", "--features", features])
            .args(args)
            .args(["--", "-D", "warnings"]),
    )
}

fn types(session: &mut Session<'_>) -> Result<()> {
    for project in [".", "test/types/bundler.json", "test/types/node16.json"] {
        run_plain(in_pkg(session.workspace, "node").args(["node_modules/typescript/bin/tsc", "--project", project]))?;
    }
    Ok(())
}

fn cache_tests(session: &mut Session<'_>) -> Result<()> {
    let mut tests = cargo(session.workspace);
    tests.args(["test", "--workspace", "--test", "caches", "--features", FEATURES, "--", "--nocapture", CACHE_TESTS]);
    for tool in [&tools::NGINX, &tools::VARNISH] {
        tests.env(tool.variable, tool.path()?);
    }
    session.run(&mut tests)
}

/// The packed npm package in projects of their own. Their tools are kept below `target` for a week.
fn installed_package(session: &mut Session<'_>) -> Result<()> {
    let chromium = tools::CHROMIUM.path()?;
    let workspace = session.workspace;
    package::build(workspace, PageScript::Check)?;
    let mut node = in_pkg(workspace, "node");
    node.args(["--test", "--test-reporter=spec", "--test-concurrency=2"]);
    node.args(scripts(&workspace.pkg().join("test/packaging"), ".test.mjs"));
    node.env(tools::CHROMIUM.variable, chromium).env("PACKAGING_CACHE", workspace.target.join("packaging"));
    session.run(&mut node)
}

#[cfg(test)]
mod tests {
    use super::counts;

    #[test]
    fn counts_the_closing_lines_of_both_runners() {
        let cargo =
            "test result: FAILED. 12 passed; 3 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.01s";
        assert_eq!(counts(cargo), (12, 3));
        assert_eq!(counts("ℹ pass 7"), (7, 0));
        assert_eq!(counts("ℹ fail 2"), (0, 2));
        assert_eq!(counts("ℹ tests 9"), (0, 0));
        assert_eq!(counts("test decides ... ok"), (0, 0));
    }
}
