//! Writing TOML for people.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

/// A basic string (TOML 1.0).
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            _ if character.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(character))),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

/// What can stand in a comment: one line, without control characters.
pub(super) fn comment(text: &str) -> String {
    text.chars()
        .flat_map(|c| if c.is_control() { c.escape_default().collect::<Vec<_>>() } else { [c].into() })
        .collect()
}

/// A list, in a line where it is short.
pub(super) fn list<T: AsRef<str>>(items: &[T]) -> String {
    const LONGEST: usize = 100;
    let items: Vec<String> = items.iter().map(|item| quoted(item.as_ref())).collect();
    let line = format!("[{}]", items.join(", "));
    if line.len() <= LONGEST { line } else { format!("[\n  {},\n]", items.join(",\n  ")) }
}

/// A duration as policies have it, rounded up: in days from a day on, in hours from an hour on.
pub(super) fn duration(seconds: u64) -> String {
    for (unit, length) in [("d", 86_400), ("h", 3600), ("m", 60)] {
        if seconds >= length {
            return format!("{}{unit}", seconds.div_ceil(length));
        }
    }
    seconds.to_string() + "s"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_comments() {
        assert_eq!(quoted("a \"b\" \\ \n\u{7f} \u{e9}"), r#""a \"b\" \\ \u000A\u007F é""#);
        assert_eq!(comment("a\nb\u{7f}"), "a\\nb\\u{7f}");
        assert_eq!(list(&["a", "b"]), "[\"a\", \"b\"]");
    }

    #[test]
    fn durations_are_rounded_up() {
        assert_eq!(duration(30), "30s");
        assert_eq!(duration(61), "2m");
        assert_eq!(duration(3600), "1h");
        assert_eq!(duration(86_399), "24h");
        assert_eq!(duration(31_535_999), "365d");
    }
}
