//! The native build and what runs elsewhere, on the same random cases: the WASM build, the same as JavaScript, and the
//! first script of pages that all visitors get alike.

use std::{
    fs::File,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

use crate::{
    shell::{cannot_start, cargo, in_pkg, line, run},
    test::FEATURES,
    workspace::Workspace,
};

/// As many as the ordinary test command runs.
pub(crate) const CASES: u64 = 100_000;

/// The features of the program that makes the cases.
const NATIVE: &str = "toml,json,seal";

/// Holds both engines of the package against the native build.
pub(crate) fn compare(workspace: &Workspace, cases: u64, seed: u64) -> Result<()> {
    run(cargo(workspace).args(["build", "--release", "--example", "differential", "--features", NATIVE]))?;
    ["wasm", "js"].into_iter().try_for_each(|engine| compare_engine(workspace, engine, cases, seed))
}

fn compare_engine(workspace: &Workspace, engine: &str, cases: u64, seed: u64) -> Result<()> {
    let mut native = cargo(workspace);
    native
        .args(["run", "--quiet", "--release", "--example", "differential", "--features", NATIVE, "--"])
        .args(["--cases", &cases.to_string(), "--seed", &seed.to_string()])
        .stdout(Stdio::piped());
    let mut native_run = native.spawn().with_context(|| cannot_start(&native))?;
    let answers = native_run.stdout.take().context("the native side has no output")?;

    let mut other = in_pkg(workspace, "node");
    other.args(["test/differential.mjs", "--engine", engine, "--cases", &cases.to_string()]).stdin(answers);
    let compared = run(&mut other);
    let status = native_run.wait()?;
    // When the comparison gave up, the native side ends by its closed output: that is not the fault to report.
    compared?;
    if !status.success() {
        bail!("{status}: {}", line(&native));
    }
    Ok(())
}

/// As many random visits as the ordinary test command makes pages look at, beside the vectors.
pub(crate) const VISITS: u64 = 100;

/// Has the native side write down what the server leaves for pages, and tells a test command where that is.
pub(crate) fn outcomes(workspace: &Workspace, test: &mut Command, visits: u64, seed: u64) -> Result<()> {
    let path = workspace.engine().join("outcomes.jsonl");
    std::fs::create_dir_all(workspace.engine()).context("there is no folder for the cases")?;
    let file = File::create(&path).with_context(|| format!("cannot write {}", path.display()))?;
    let mut native = cargo(workspace);
    native
        .args(["run", "--quiet", "--package", "consentry", "--example", "outcomes", "--features", FEATURES, "--"])
        .args(["--visits", &visits.to_string(), "--seed", &seed.to_string()])
        .stdout(file);
    run(&mut native)?;
    test.env("OUTCOMES", path);
    Ok(())
}

/// The first script of pages on many more visits.
pub(crate) fn compare_outcomes(workspace: &Workspace, visits: u64, seed: u64) -> Result<()> {
    let mut test = in_pkg(workspace, "node");
    test.args(["--test", "--test-reporter=spec", "test/bootstrap.test.mjs"]);
    outcomes(workspace, &mut test, visits, seed)?;
    run(&mut test)
}
