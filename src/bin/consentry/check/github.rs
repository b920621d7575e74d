//! Findings as workflow commands of GitHub Actions, which become annotations of a change.

use std::{fmt::Write as _, io};

use crate::{
    finding::{Finding, Level},
    report,
};

/// A line each, as GitHub's documentation of workflow commands has it.
pub(super) fn print(name: &str, findings: &[Finding]) -> io::Result<()> {
    findings.iter().try_for_each(|finding| report::say(&line(name, finding)))
}

fn line(name: &str, finding: &Finding) -> String {
    let command = match finding.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    };
    let mut line = format!("::{command} file={}", property(name));
    if let Some(place) = &finding.place {
        let _ = write!(line, ",line={},col={}", place.start.line, place.start.column);
    }
    let _ = write!(line, ",title={}::{}", property(finding.code), data(&finding.full_message()));
    line
}

/// As GitHub's own toolkit escapes a message (actions/toolkit, packages/core/src/command.ts).
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// As it escapes a property, which ends at a comma or colon.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_a_command_early() {
        let finding = Finding {
            level: Level::Note,
            code: "draft",
            path: String::new(),
            found: "100 %: a, b\r\nc".into(),
            expected: None,
            help: Some("so".into()),
            source: None,
            place: None,
        };
        let wanted = "::notice file=a%3Ab%2Cc%25.toml,title=draft::100 %25: a, b%0D%0Ac%0Aso";
        assert_eq!(line("a:b,c%.toml", &finding), wanted);
    }
}
