//! A session with a shell and git, in an empty folder.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Runs the lines that start with `$ ` within fences, in order, in one folder of their own.
pub(crate) fn run(session: &Path) -> Result<(), String> {
    let name = session.file_stem().unwrap().to_str().unwrap();
    let folder = std::env::temp_dir().join(format!("consentry-{name}-{}", std::process::id()));
    fs::create_dir(&folder).unwrap();
    let wanted = fs::read_to_string(session).unwrap();
    let found = replayed(&wanted, &folder);
    fs::remove_dir_all(&folder).unwrap();
    if std::env::var_os("CONSENTRY_BLESS").is_some() {
        fs::write(session, found).unwrap();
        return Ok(());
    }
    if wanted == found {
        return Ok(());
    }
    let line = wanted.lines().zip(found.lines()).position(|(wanted, found)| wanted != found).unwrap_or(0);
    let shown = |text: &str| text.lines().skip(line.saturating_sub(3)).take(12).collect::<Vec<_>>().join("\n");
    Err(format!("{name}, line {}: wanted\n{}\n\nfound\n{}", line + 1, shown(&wanted), shown(&found)))
}

/// The session with what its commands say now.
fn replayed(session: &str, folder: &Path) -> String {
    let mut found = String::new();
    let mut fenced = false;
    for line in session.lines() {
        if line.starts_with("```") {
            fenced = !fenced;
        }
        let command = line.strip_prefix("$ ").filter(|_| fenced);
        if !fenced || command.is_some() || line.starts_with("```") {
            found.push_str(line);
            found.push('\n');
        }
        if let Some(command) = command {
            found.push_str(&said(command, folder));
        }
    }
    found
}

fn said(command: &str, folder: &Path) -> String {
    let tool = Path::new(env!("CARGO_BIN_EXE_consentry")).parent().unwrap();
    let path = std::env::join_paths(
        [tool.to_owned()].into_iter().chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("exec 2>&1 </dev/null\n{command}")]).current_dir(folder);
    shell.env("PATH", path.unwrap()).env("REPO", root()).env("HOME", folder).env_remove("CLICOLOR_FORCE");
    for (name, value) in [("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("LC_ALL", "C")] {
        shell.env(name, value);
    }
    // The same commits each time.
    for who in ["AUTHOR", "COMMITTER"] {
        shell.env(format!("GIT_{who}_NAME"), "Sam").env(format!("GIT_{who}_EMAIL"), "sam@shop.example");
        shell.env(format!("GIT_{who}_DATE"), "2026-11-24T12:00:00Z");
    }
    let output = shell.output().unwrap();
    let mut text = String::from_utf8(output.stdout).unwrap();
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    match output.status.code() {
        Some(0) => text,
        code => format!("? {}\n{text}", code.unwrap_or(-1)),
    }
}
