//! The benchmarks.

use std::ffi::OsString;

use anyhow::Result;

use crate::{
    package::{self, PageScript},
    shell::{cargo, command, run as run_plain},
    test::FEATURES,
    tools,
    workspace::Workspace,
};

pub(crate) fn run(workspace: &Workspace, mut args: Vec<OsString>) -> Result<()> {
    match args.first().and_then(|first| first.to_str()) {
        Some("server") => server(workspace, args.split_off(1)),
        Some("browser") => browser(workspace, args.split_off(1)),
        Some("policy") => in_crate(workspace, "policy", args.split_off(1)),
        _ => in_crate(workspace, "decide", args),
    }
}

fn in_crate(workspace: &Workspace, name: &str, args: Vec<OsString>) -> Result<()> {
    let mut bench = cargo(workspace);
    bench.args(["bench", "--package", "consentry", "--bench", name, "--features", FEATURES, "--"]);
    run_plain(bench.args(args))
}

/// The benchmark is a package of its own, so that nothing else is built with what it needs.
fn server(workspace: &Workspace, args: Vec<OsString>) -> Result<()> {
    run_plain(cargo(workspace).args(["run", "--quiet", "--release", "--package", "server-bench", "--"]).args(args))
}

/// Scripts of their own with the peers as their dependencies; the crate beside them is the site they need.
fn browser(workspace: &Workspace, args: Vec<OsString>) -> Result<()> {
    let folder = workspace.root.join("benches/browser");
    tools::npm_packages_of(&folder)?;
    package::build(workspace, PageScript::Write)?;
    run_plain(cargo(workspace).args(["build", "--release", "--package", "browser-bench"]))?;
    let site = workspace.target.join("release").join(format!("browser-bench{}", std::env::consts::EXE_SUFFIX));
    let mut node = command("node");
    node.arg(folder.join("main.mjs")).args(args).env("SITE", site);
    run_plain(node.env(tools::CHROMIUM.variable, tools::CHROMIUM.path()?))
}
