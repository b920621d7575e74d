use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::shell;

/// Where things are.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) target: PathBuf,
}

impl Workspace {
    pub(crate) fn find() -> Result<Self> {
        let text = shell::output(shell::command("cargo").args(["metadata", "--format-version=1", "--no-deps"]))?;
        let metadata: Value = serde_json::from_str(&text).context("cargo metadata did not print JSON")?;
        let path = |field: &str| -> Result<PathBuf> {
            let found = metadata.get(field).and_then(Value::as_str);
            found.map(PathBuf::from).with_context(|| format!("cargo metadata has no {field}"))
        };
        Ok(Self { root: path("workspace_root")?, target: path("target_directory")? })
    }

    /// The folder of the npm package.
    pub(crate) fn pkg(&self) -> PathBuf {
        self.root.join("pkg")
    }

    /// What lies between the compiled WASM and `pkg/dist`.
    pub(crate) fn engine(&self) -> PathBuf {
        self.target.join("consentry-engine")
    }

    /// A script that the server puts into pages, as committed.
    pub(crate) fn page_script(&self, name: &str) -> PathBuf {
        self.root.join("src/server/assets").join(name)
    }
}

/// The scripts in a folder whose names end in `suffix`, sorted; none where there is no such folder.
pub(crate) fn scripts(folder: &Path, suffix: &str) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().ends_with(suffix))
        .collect();
    found.sort();
    found
}
