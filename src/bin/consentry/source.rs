//! Where a policy is read from.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
    process::Command,
};

use consentry::{
    Policy,
    policy::{Checked, Faults},
};

use crate::{outcome::Problem, report};

/// The text of a policy, and how its user called it.
#[derive(Debug)]
pub(crate) struct Source {
    /// As given on the command line.
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Source {
    /// Reads `name`: `-`, a file, or `REV:PATH` where there is no file of that name.
    pub(crate) fn read(name: &str) -> Result<Self, Problem> {
        let bytes = if name == "-" {
            let mut bytes = Vec::new();
            let read = io::stdin().read_to_end(&mut bytes);
            read.map_err(|error| Problem::Read { path: PathBuf::from("standard input"), error })?;
            bytes
        } else if !Path::new(name).exists()
            && let Some((revision, path)) = name.split_once(':')
        {
            show(name, revision, path)?
        } else {
            fs::read(name).map_err(|error| Problem::Read { path: PathBuf::from(name), error })?
        };
        let text = String::from_utf8(bytes).map_err(|error| {
            let (text, rest) = error.as_bytes().split_at(error.utf8_error().valid_up_to());
            let line = text.iter().filter(|byte| **byte == b'\n').count() + 1;
            Problem::NotText { name: name.into(), line, byte: rest.first().copied().unwrap_or_default() }
        })?;
        // Some editors mark a text as UTF-8 by it; in JSON a reader may pass over it (RFC 8259 section 8.1).
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        Ok(Self { name: name.into(), text })
    }

    /// The policy, for what cannot be done with a faulty one: its faults are told, and `None` is given.
    pub(crate) fn sound_policy(&self) -> Result<Option<Policy>, Problem> {
        self.sound(self.checked().into_policy())
    }

    /// The same for a policy that may be edited and not published yet.
    pub(crate) fn sound_unpublished(&self) -> Result<Option<Policy>, Problem> {
        self.sound(self.checked().into_unpublished())
    }

    fn sound(&self, read: Result<Policy, Faults>) -> Result<Option<Policy>, Problem> {
        match read {
            Ok(policy) => Ok(Some(policy)),
            Err(faults) => {
                report::faults(self, &faults)?;
                Ok(None)
            }
        }
    }

    /// The policy, with the place of everything in it and everything that is wrong with it.
    pub(crate) fn checked(&self) -> Checked<'_> {
        if self.is_json() { Policy::check_json(&self.text) } else { Policy::check_toml(&self.text) }
    }

    /// The policy, also where it was edited and not published yet.
    pub(crate) fn unpublished(&self) -> Result<Policy, Problem> {
        self.checked().into_unpublished().map_err(|faults| Problem::Faulty { name: self.name.clone(), faults })
    }

    /// Whether it is read as JSON: by the end of its name.
    pub(crate) fn is_json(&self) -> bool {
        Path::new(&self.name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("json"))
    }
}

/// The file as git has it. A path is meant from the current folder, not from the repository's root as git means it.
fn show(name: &str, revision: &str, path: &str) -> Result<Vec<u8>, Problem> {
    let problem = |reason: String| Problem::Git { name: name.into(), reason };
    if revision.is_empty() || revision.starts_with('-') {
        return Err(problem("a revision goes before the colon".into()));
    }
    let from_here = if path.starts_with(['/', '.']) { path.to_owned() } else { format!("./{path}") };
    let shown = Command::new("git").arg("show").arg(format!("{revision}:{from_here}")).output();
    let shown = shown.map_err(|error| problem(error.to_string()))?;
    if shown.status.success() {
        Ok(shown.stdout)
    } else {
        Err(problem(String::from_utf8_lossy(&shown.stderr).trim().to_owned()))
    }
}
