//! Where a policy is read from.

use std::{
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use consentry::{
    Policy,
    policy::{Checked, Faults},
};

use crate::{git, outcome::Problem, report};

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
            git::show(name, Path::new("."), revision, path)?
        } else {
            fs::read(name).map_err(|error| Problem::Read { path: PathBuf::from(name), error })?
        };
        Self::from_bytes(name, bytes)
    }

    /// What stands in `bytes`, wherever they come from.
    pub(crate) fn from_bytes(name: &str, bytes: Vec<u8>) -> Result<Self, Problem> {
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
