//! The browser tests, in each engine, and the list of what one of them cannot run.

use std::fs;

use anyhow::{Context as _, Result, bail};

use crate::{
    shell::{cargo, in_pkg, run},
    test::{FEATURES, Session},
    tools::{self, Tool},
    workspace::{Workspace, scripts},
};

/// Written for Playwright itself so far, or without a browser.
const ONLY_IN_CHROMIUM: [&str; 8] =
    ["accessibility", "failures", "gating", "site-hostile", "site-tabs", "state", "static-hostile", "words"];

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
    let mut node = in_pkg(workspace, "node");
    for tool in engine.tools {
        node.env(tool.variable, tool.path()?);
    }
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
    let skipped = workspace.target.join("skipped.md");
    node.env("BROWSER", engine.name.to_lowercase());
    node.args(["--test", "--test-concurrency=2", "--test-reporter=spec", "--test-reporter-destination=stdout"]);
    node.arg("--test-reporter=./test/browser/skipped.mjs");
    node.arg(format!("--test-reporter-destination={}", skipped.display()));
    let mut files = scripts(&workspace.pkg().join("test/browser"), ".test.mjs");
    if engine.name != CHROMIUM.name {
        files.retain(|file| !ONLY_IN_CHROMIUM.iter().any(|name| file.ends_with(format!("{name}.test.mjs"))));
    }
    session.run(node.args(files))?;
    let table = fs::read_to_string(&skipped).with_context(|| format!("{} cannot be read", skipped.display()))?;
    list(workspace, engine.name, &table)
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
