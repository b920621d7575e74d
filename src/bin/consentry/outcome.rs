//! How a command ends.

use std::{io, net::SocketAddr, path::PathBuf, process::ExitCode};

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
    #[error("cannot read {name}: line {line} has the byte 0x{byte:02X}, which is no UTF-8; save the file as UTF-8")]
    NotText { name: String, line: usize, byte: u8 },
    /// git has no such file, or there is no git.
    #[error("cannot read {name} from git: {reason}")]
    Git { name: String, reason: String },
    /// What was asked does not fit together.
    #[error("{0}")]
    Asked(String),
    /// What was read is not of the form it should have.
    #[error("cannot read {name}: {reason}")]
    Malformed { name: String, reason: String },
    /// A file that would be written over.
    #[error("{} is there already; --force writes over it", path.display())]
    Exists { path: PathBuf },
    /// A file that cannot be written.
    #[error("cannot write {}: {error}", path.display())]
    WriteTo { path: PathBuf, error: io::Error },
    /// An address that cannot be listened at.
    #[error("cannot listen on {address}: {error}")]
    Listen { address: SocketAddr, error: io::Error },
    /// Something that nobody can be asked for.
    #[error("{0} is not given, and there is no terminal to ask on")]
    NotGiven(&'static str),
    /// What was given makes no policy.
    #[error("cannot draft a policy from that: {0}")]
    Draft(String),
    /// A page for a command that is none.
    #[error("there is no command {name:?}: `consentry help` lists them")]
    NoCommand { name: String },
    /// A policy with faults, where one without is needed.
    #[error("{name}: {faults}")]
    Faulty { name: String, faults: Faults },
    /// A policy that cannot be published as it was asked for.
    #[error("cannot publish {name}: {reason}")]
    Publish { name: String, reason: String },
    /// The output cannot be written.
    #[error("cannot write the output: {0}")]
    Write(#[from] io::Error),
}

impl Problem {
    /// Whether nobody reads on, as behind `| head`: that is no news to them.
    pub(crate) fn is_unheard(&self) -> bool {
        matches!(self, Self::Write(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// The exit code.
    pub(crate) fn exit_code(&self) -> ExitCode {
        ExitCode::from(2)
    }
}

/// What every command gives.
pub(crate) type Done = Result<Outcome, Problem>;
