use std::{
    ffi::OsStr,
    process::{Command, Stdio},
};

use anyhow::{Context as _, Result, bail};

use crate::workspace::Workspace;

/// A program found in the search path.
pub(crate) fn command(program: &str) -> Command {
    // On Windows npm is a script, which is found only by its whole name.
    Command::new(if cfg!(windows) && program == "npm" { "npm.cmd" } else { program })
}

pub(crate) fn cargo(workspace: &Workspace) -> Command {
    let mut cargo = command("cargo");
    cargo.current_dir(&workspace.root);
    cargo
}

/// Node or npm in the folder of the npm package.
pub(crate) fn in_pkg(workspace: &Workspace, program: &str) -> Command {
    let mut command = command(program);
    command.current_dir(workspace.pkg());
    command
}

/// Runs it with its output shown. An error names the whole command line.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| cannot_start(command))?;
    if !status.success() {
        bail!("{status}: {}", line(command));
    }
    Ok(())
}

/// Runs it and returns what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output().with_context(|| cannot_start(command))?;
    if !output.status.success() {
        bail!("{}: {}", output.status, line(command));
    }
    String::from_utf8(output.stdout).with_context(|| format!("not text, what this printed: {}", line(command)))
}

/// The command as one would type it.
pub(crate) fn line(command: &Command) -> String {
    let words: Vec<String> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(OsStr::to_string_lossy)
        .map(|word| if word.contains(' ') { format!("\"{word}\"") } else { word.into_owned() })
        .collect();
    match command.get_current_dir() {
        Some(folder) => format!("(in {}) {}", folder.display(), words.join(" ")),
        None => words.join(" "),
    }
}

pub(crate) fn cannot_start(command: &Command) -> String {
    format!("cannot start {}", line(command))
}
