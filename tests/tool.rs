//! The policy tool as its users run it, with the exact output of each command: each file in tests/tool is a session in this
//! repository, each in tests/tool/sessions one with a shell and git in an empty folder.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test stops at the first fault"
)]

#[cfg(unix)]
#[path = "tool/shell.rs"]
mod shell;

use std::{
    fmt::Write as _,
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use serde_json::Value as Json;
use serde_sarif::sarif::{ResultLevel, Sarif};

#[test]
fn sessions() {
    trycmd::TestCases::new().case("tests/tool/*.trycmd").case("tests/tool/*.toml");
}

/// The tool, with nothing said about colours.
fn tool(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_consentry"));
    for variable in ["NO_COLOR", "CLICOLOR", "CLICOLOR_FORCE"] {
        command.env_remove(variable);
    }
    command.args(args);
    command
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A file that is too much for the repository.
fn written(name: &str, content: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    assert!(fs::write(&path, content).is_ok(), "{}", path.display());
    path
}

const BROKEN: &str = "tests/tool/broken/everything.toml";

/// Beside each broken policy lies what is said about it: `SNAPSHOTS=overwrite` writes it anew.
#[test]
fn broken_policies() {
    let mut policies = Vec::new();
    for entry in fs::read_dir("tests/tool/broken").unwrap() {
        policies.push(entry.unwrap().path());
    }
    policies.retain(|path| path.extension().is_some_and(|ending| ending != "out"));
    assert!(policies.len() >= 40, "{}", policies.len());
    for path in policies {
        let name = path.to_str().unwrap();
        let output = tool(&["check", name]).output().unwrap();
        let said = text(&output);
        assert_eq!(output.status.code(), Some(if said.starts_with("error: cannot read") { 2 } else { 1 }), "{said}");
        snapbox::assert_data_eq!(said, snapbox::Data::read_from(Path::new(&format!("{name}.out")), None).raw());
        for format in ["json", "sarif", "github"] {
            let output = tool(&["check", "--format", format, name]).output().unwrap();
            assert!(matches!(output.status.code(), Some(1 | 2)), "{name} as {format}: {}", text(&output));
        }
    }
}

#[test]
fn formats_for_programs() {
    for format in ["json", "sarif", "github"] {
        let policies =
            ["tests/tool/policies/good.toml", "tests/tool/policies/advised.toml", "tests/tool/broken/list.json"];
        let output = tool(&["check", "--format", format]).args(policies).output().unwrap();
        let wanted = format!("tests/tool/formats/check.{format}");
        snapbox::assert_data_eq!(text(&output), snapbox::Data::read_from(Path::new(&wanted), None).raw());
    }
}

#[test]
fn manual_pages() {
    for (args, name) in [(&["man"][..], "consentry.1"), (&["man", "check"], "consentry-check.1")] {
        let page = text(&tool(args).output().unwrap());
        snapbox::assert_data_eq!(
            page,
            snapbox::Data::read_from(&Path::new("tests/tool/formats").join(name), None).raw()
        );
    }
}

#[test]
fn completions_know_commands_options_and_rules() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let output = tool(&["completions", shell]).output().unwrap();
        let script = String::from_utf8_lossy(&output.stdout);
        for word in ["check", "published", "format", "sarif", "no-contact"] {
            // elvish and PowerShell are told of options, and not of their values.
            let is_value = matches!(word, "sarif" | "no-contact");
            let wanted = !(is_value && matches!(shell, "elvish" | "powershell"));
            assert_eq!(script.contains(word), wanted, "{word} for {shell}");
        }
    }
}

#[test]
fn a_line_of_a_megabyte_is_shown_near_its_fault() {
    let mut line = String::from("id = \"shop\"\ncontact = { name = \"Shop\", url = \"/\" }\nretired = [");
    for number in 0..100_000 {
        let _ = write!(line, "\"x{number}\", ");
    }
    line.push_str("\"Bad\", ");
    for number in 0..20_000 {
        let _ = write!(line, "\"y{number}\", ");
    }
    line.push_str("]\n");
    assert!(line.len() > 1 << 20);
    let path = written("long.toml", &line);
    let begun = Instant::now();
    let output = tool(&["check", path.to_str().unwrap()]).output().unwrap();
    assert!(begun.elapsed() < Duration::from_secs(30));
    let text = text(&output).replace(path.to_str().unwrap(), "long.toml");
    let wanted = r#"error[bad-value]: retired[100000]: found "Bad"
 --> long.toml:3:988902
  |
 ::: 
3 | ..., "x99994", "x99995", "x99996", "x99997", "x99998", "x99999", "Bad", "y0", "y1", "y2", "y3", "y4", "y5", "y6", "y7", "y8", "y9", "...
  |                                                                  ^^^^^
  |
  = note: expected an identifier: a lower-case letter, then letters, digits, `_` or `-`, at most 32 bytes

long.toml: 1 error
"#;
    assert_eq!(text, wanted);
    assert_eq!(output.status.code(), Some(1));
}

/// Ten thousand faults take about ten times what a thousand do.
#[test]
fn many_faults_on_one_line_are_found_in_linear_time() {
    let took = |faults: usize| {
        let mut source = String::from("id = \"shop\"\nretired = [");
        for number in 0..faults {
            let _ = write!(source, "\"X{number}\", ");
        }
        source.push_str("]\n");
        let path = written(&format!("faults-{faults}.toml"), &source);
        let begun = Instant::now();
        let output = tool(&["check", "--format", "json", path.to_str().unwrap()]).output().unwrap();
        let took = begun.elapsed();
        let report: Json = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!(report["errors"], faults);
        took
    };
    // A machine may do something else for a while; what is quadratic takes too long each time.
    let tries: Vec<_> = (0..5).map(|_| (took(1000), took(10_000))).collect();
    let is_linear = |(few, many): &(Duration, Duration)| *many < (*few).max(Duration::from_millis(20)) * 40;
    assert!(tries.iter().any(is_linear), "{tries:?}");
}

#[test]
fn standard_input_is_a_policy_too() {
    let mut child = tool(&["check", "-"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(b"id = \"Shop\"\n").unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains(" --> -:1:6"), "{}", text(&output));
}

/// serde-sarif's types are generated from the schema of OASIS and take no unknown fields.
#[test]
fn sarif_is_of_its_schema() {
    let output = tool(&["check", "--format", "sarif", BROKEN, "tests/tool/policies/advised.toml"]).output().unwrap();
    let sarif: Sarif = serde_json::from_slice(&output.stdout).unwrap();
    let run = sarif.runs.first().unwrap();
    let results = run.results.as_ref().unwrap();
    let level = |wanted: ResultLevel| results.iter().filter(|result| result.level == Some(wanted)).count();
    assert!(level(ResultLevel::Error) >= 6 && level(ResultLevel::Warning) >= 10 && level(ResultLevel::Note) == 1);
    let rules: Vec<&str> = run.tool.driver.rules.iter().flatten().map(|rule| rule.id.as_str()).collect();
    for result in results {
        assert!(rules.contains(&result.rule_id.as_deref().unwrap()), "{:?}", result.rule_id);
    }
}

#[test]
fn colours_are_there_where_they_are_wanted() {
    let coloured = |command: &mut Command| {
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        text(&output).contains('\u{1b}')
    };
    let check = ["check", BROKEN];
    assert!(!coloured(&mut tool(&check)), "a pipe gets none");
    assert!(coloured(tool(&check).env("CLICOLOR_FORCE", "1")));
    assert!(!coloured(tool(&check).env("CLICOLOR_FORCE", "1").env("NO_COLOR", "1")));
    for choice in ["--color=always", "--color=never"] {
        let wanted = choice == "--color=always";
        assert_eq!(coloured(tool(&["check", choice, BROKEN]).env("NO_COLOR", "1")), wanted, "what is asked for counts");
        assert_eq!(coloured(tool(&[choice, "check", BROKEN]).env("CLICOLOR_FORCE", "1")), wanted);
    }
    for no_policy in [&["--help"][..], &["check", "--help"], &["--nonsense"]] {
        let output = |choice| text(&tool(no_policy).arg(choice).output().unwrap());
        assert!(output("--color=always").contains('\u{1b}'), "{no_policy:?}");
        assert!(!output("--color=never").contains('\u{1b}'), "{no_policy:?}");
    }
    // Formats for programs are never coloured.
    assert!(!coloured(&mut tool(&["check", "--color=always", "--format", "json", BROKEN])));
}

/// In a terminal, by script(1) of util-linux where that is there.
#[test]
fn a_terminal_gets_colours_unless_it_says_no() {
    let run = |no_color: bool| {
        let line = format!("{} check {BROKEN}", env!("CARGO_BIN_EXE_consentry"));
        let mut command = Command::new("script");
        command.args(["-qec", &line, "/dev/null"]).env("TERM", "xterm-256color").stdin(Stdio::null());
        command.env_remove("NO_COLOR").env_remove("CLICOLOR").env_remove("CI");
        if no_color {
            command.env("NO_COLOR", "1");
        }
        command.output()
    };
    let Ok(coloured) = run(false) else {
        eprintln!("there is no script(1) here");
        return;
    };
    assert!(text(&coloured).contains('\u{1b}'), "{}", text(&coloured));
    assert!(!text(&run(true).unwrap()).contains('\u{1b}'));
}

/// `CONSENTRY_BLESS=1` writes what the commands said into the sessions, to be read before it is committed.
#[cfg(unix)]
#[test]
fn sessions_with_a_shell() {
    let folder = shell::root().join("tests/tool/sessions");
    let mut names: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    assert!(!names.is_empty());
    let failed: Vec<String> = names.iter().filter_map(|path| shell::run(path).err()).collect();
    assert!(failed.is_empty(), "{}", failed.join("\n\n"));
}
