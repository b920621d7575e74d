//! How a command ends.

use std::{io, path::PathBuf, process::ExitCode};

use consentry::policy::Faults;

/// What a command that could be done came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// All is well: exit code 0.
    Well,
    /// Something has to be mended: exit code 1.
    Found,
}

impl From<Outcome> for ExitCode {
    fn from(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Well => Self::SUCCESS,
            Outcome::Found => Self::from(1),
        }
    }
}

/// Why a command could not be done: exit code 2, as clap has it for arguments.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Problem {
    /// A file that cannot be read.
    #[error("cannot read {}: {error}", path.display())]
    Read { path: PathBuf, error: io::Error },
    /// What was read is no text.
    #[error("cannot read {name}: it is not UTF-8 text")]
    NotText { name: String },
    /// git has no such file, or there is no git.
    #[error("cannot read {name} from git: {reason}")]
    Git { name: String, reason: String },
    /// A policy with faults, where one without is needed.
    #[error("{name}: {faults}")]
    Faulty { name: String, faults: Faults },
    /// A policy that cannot be published as it was asked for.
    #[error("cannot publish {name}: {reason}")]
    Publish { name: String, reason: String },
    /// A file that cannot be written.
    #[error("cannot write {}: {error}", path.display())]
    Save { path: PathBuf, error: io::Error },
    /// The output cannot be written.
    #[error("cannot write the output: {0}")]
    Write(#[from] io::Error),
}

impl Problem {
    /// Whether nobody reads the output any more, as behind `| head`.
    pub(crate) fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Write(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// The exit code.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(2)
    }
}

/// What every command gives.
pub(crate) type Done = Result<Outcome, Problem>;
