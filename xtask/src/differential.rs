//! The native build and the WASM build, on the same random cases.

use std::process::Stdio;

use anyhow::{Context as _, Result, bail};

use crate::{
    shell::{cannot_start, cargo, in_pkg, line, run},
    workspace::Workspace,
};

/// As many as the ordinary test command runs.
pub(crate) const CASES: u64 = 100_000;

pub(crate) fn compare(workspace: &Workspace, cases: u64, seed: u64) -> Result<()> {
    let features = "toml,json,seal";
    run(cargo(workspace).args(["build", "--release", "--example", "differential", "--features", features]))?;

    let mut native = cargo(workspace);
    native
        .args(["run", "--quiet", "--release", "--example", "differential", "--features", features, "--"])
        .args(["--cases", &cases.to_string(), "--seed", &seed.to_string()])
        .stdout(Stdio::piped());
    let mut native_run = native.spawn().with_context(|| cannot_start(&native))?;
    let answers = native_run.stdout.take().context("the native side has no output")?;

    let mut wasm = in_pkg(workspace, "node");
    wasm.arg("test/differential.mjs").args(["--cases", &cases.to_string()]).stdin(answers);
    let compared = run(&mut wasm);
    let status = native_run.wait()?;
    // When the comparison gave up, the native side ends by its closed output: that is not the fault to report.
    compared?;
    if !status.success() {
        bail!("{status}: {}", line(&native));
    }
    Ok(())
}
