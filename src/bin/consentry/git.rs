//! What git knows of a file.

use std::{
    path::{Path, PathBuf},
    process::{Command, Output},
};

use consentry::Policy;

use crate::{outcome::Problem, source::Source};

/// A file as a revision has it; `name` is what it is called where it cannot be had. The path is meant from `folder`, not from
/// the repository's root as git means it.
pub(crate) fn show(name: &str, folder: &Path, revision: &str, path: &str) -> Result<Vec<u8>, Problem> {
    let problem = |reason: String| Problem::Git { name: name.into(), reason };
    if revision.is_empty() || revision.starts_with('-') {
        return Err(problem("a revision goes before the colon".into()));
    }
    let is_told = ["/", "./", "../"].into_iter().any(|start| path.starts_with(start));
    let from_here = if is_told { path.to_owned() } else { format!("./{path}") };
    let shown = run(name, folder, &["show", &format!("{revision}:{from_here}")])?;
    if shown.status.success() {
        Ok(shown.stdout)
    } else {
        Err(problem(String::from_utf8_lossy(&shown.stderr).trim().to_owned()))
    }
}

fn run(name: &str, folder: &Path, arguments: &[&str]) -> Result<Output, Problem> {
    let output = Command::new("git").current_dir(folder).args(arguments).output();
    output.map_err(|error| Problem::Git { name: name.into(), reason: error.to_string() })
}

/// The file as a commit left it.
#[derive(Debug)]
pub(crate) struct State {
    /// The commit, shortened.
    pub(crate) commit: String,
    /// The day of the commit, such as `2026-12-01`.
    pub(crate) date: String,
    /// What was declared; `None` where the file was no policy.
    pub(crate) policy: Option<Policy>,
}

/// A file in a repository.
#[derive(Debug)]
pub(crate) struct Tracked {
    name: String,
    folder: PathBuf,
    file: String,
}

impl Tracked {
    /// The file, if git is there and the file is in a repository.
    pub(crate) fn new(name: &str) -> Option<Self> {
        let path = Path::new(name);
        let file = path.file_name()?.to_str()?.to_owned();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let tracked = Self { name: name.into(), folder: folder.into(), file };
        tracked
            .git(&["rev-parse", "--is-inside-work-tree"])
            .is_ok_and(|output| output.status.success())
            .then_some(tracked)
    }

    /// Each commit that touched the file under its name, newest first. Read one by one: often the first is wanted.
    pub(crate) fn states(&self) -> Result<impl Iterator<Item = State>, Problem> {
        let log = self.git(&["log", "--format=%h %cs", "--", &self.file])?;
        // Before the first commit there is no log.
        let log = if log.status.success() { String::from_utf8_lossy(&log.stdout).into_owned() } else { String::new() };
        let lines: Vec<String> = log.lines().map(str::to_owned).collect();
        Ok(lines.into_iter().filter_map(|line| {
            let (commit, date) = line.split_once(' ')?;
            Some(State { commit: commit.into(), date: date.into(), policy: self.policy_at(commit) })
        }))
    }

    fn policy_at(&self, commit: &str) -> Option<Policy> {
        let shown = show(&self.name, &self.folder, commit, &format!("./{}", self.file)).ok()?;
        Source::from_bytes(&self.name, shown).ok()?.unpublished().ok()
    }

    fn git(&self, arguments: &[&str]) -> Result<Output, Problem> {
        run(&self.name, &self.folder, arguments)
    }
}
