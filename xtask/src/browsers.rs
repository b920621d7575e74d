//! The browser tests, in each engine, and the list of what one of them cannot run.

use std::{fs, process::Command};

use anyhow::{Context as _, Result, bail};

use crate::{
    package::{self, PageScript},
    shell::{cargo, in_pkg, run},
    test::{FEATURES, Session},
    tools::{self, Tool},
    workspace::{Workspace, scripts},
};

/// Milliseconds after which a file is stopped that has not stopped by itself for a test that hangs.
const FILE_TIMEOUT: u32 = 900_000;

pub(crate) struct Engine {
    /// As the tests' README has it in a heading; in small letters it is the module that drives the engine.
    name: &'static str,
    tools: &'static [&'static Tool],
}

pub(crate) const CHROMIUM: Engine = Engine { name: "Chromium", tools: &[&tools::CHROMIUM] };
pub(crate) const FIREFOX: Engine = Engine { name: "Firefox", tools: &[&tools::FIREFOX] };
pub(crate) const WEBKIT: Engine =
    Engine { name: "WebKit", tools: &[&tools::WEBKIT_DRIVER, &tools::MINI_BROWSER, &tools::XVFB] };

pub(crate) fn test(session: &mut Session<'_>, engine: &Engine) -> Result<()> {
    let workspace = session.workspace;
    // A whole run has built it in an earlier step.
    if !workspace.pkg().join("dist").exists() {
        package::build(workspace, PageScript::Check)?;
    }
    let mut node = in_pkg(workspace, "node");
    for tool in engine.tools {
        node.env(tool.variable, tool.path()?);
    }
    servers(workspace, &mut node)?;
    let skipped = workspace.target.join("skipped.md");
    node.env("BROWSER", engine.name.to_lowercase());
    node.args(["--test", "--test-concurrency=2", "--test-reporter=spec", "--test-reporter-destination=stdout"]);
    node.arg("--test-reporter=./test/browser/skipped.mjs");
    node.arg(format!("--test-reporter-destination={}", skipped.display()));
    node.arg(format!("--test-timeout={FILE_TIMEOUT}"));
    session.run(node.args(scripts(&workspace.pkg().join("test/browser"), ".test.mjs")))?;
    let table = fs::read_to_string(&skipped).with_context(|| format!("{} cannot be read", skipped.display()))?;
    println!("not run in {}:\n\n{table}", engine.name);
    list(workspace, engine.name, &table)
}

/// Requests that no browser sends, to the example site.
pub(crate) fn hostile_requests(session: &mut Session<'_>) -> Result<()> {
    let mut node = in_pkg(session.workspace, "node");
    servers(session.workspace, &mut node)?;
    node.args(["--test", "--test-reporter=spec"]);
    session.run(node.args(scripts(&session.workspace.pkg().join("test/site"), ".test.mjs")))
}

/// Builds the servers that tests start, and tells them where these are.
fn servers(workspace: &Workspace, node: &mut Command) -> Result<()> {
    run(cargo(workspace).args(["build", "--package", "sothinkmedia"]))?;
    let examples =
        ["--package", "consentry", "--example", "shared-page", "--example", "careless", "--features", FEATURES];
    run(cargo(workspace).arg("build").args(examples))?;
    let built = |name: &str| workspace.target.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    for (variable, name) in
        [("SOTHINKMEDIA", "sothinkmedia"), ("SHARED_PAGE", "examples/shared-page"), ("CARELESS", "examples/careless")]
    {
        node.env(variable, built(name));
    }
    Ok(())
}

/// Holds the README's list against what was skipped. A list that is out of date is written anew, and still a failure.
fn list(workspace: &Workspace, engine: &str, table: &str) -> Result<()> {
    let path = workspace.pkg().join("test/browser/README.md");
    let readme = fs::read_to_string(&path).with_context(|| format!("{} cannot be read", path.display()))?;
    let listed = with_section(&readme, engine, table)?;
    if listed == readme {
        return Ok(());
    }
    fs::write(&path, listed)?;
    bail!("{} did not list what {engine} skipped; it does now: look at the change", path.display());
}

/// The text with what stands below a heading of the second level replaced.
fn with_section(text: &str, heading: &str, body: &str) -> Result<String> {
    let opening = format!("\n## {heading}\n");
    let start = text.find(&opening).with_context(|| format!("there is no section {heading}"))? + opening.len();
    let (before, after) = text.split_at(start);
    let (_, rest) = after.split_at(after.find("\n## ").unwrap_or(after.len()));
    Ok(format!("{before}\n{body}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::with_section;

    #[test]
    fn replaces_one_section_alone() {
        let text = "# Tests\n\nWords.\n\n## A\n\nold\n\n## B\n\nkept\n";
        let replaced = with_section(text, "A", "new\n").unwrap();
        assert_eq!(replaced, "# Tests\n\nWords.\n\n## A\n\nnew\n\n## B\n\nkept\n");
        assert_eq!(with_section(&replaced, "A", "new\n").unwrap(), replaced);
        assert_eq!(with_section(text, "B", "new\n").unwrap(), "# Tests\n\nWords.\n\n## A\n\nold\n\n## B\n\nnew\n");
        assert!(with_section(text, "C", "new\n").is_err());
    }
}
