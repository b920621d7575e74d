//! Numbers and dates for people.

use consentry::Timestamp;
use time::{Date, macros::format_description};

const DAY: u64 = 86_400;

/// A lifetime, such as `6 months (182 days)`.
pub(crate) fn lifetime(seconds: u64) -> String {
    let days = seconds / DAY;
    match days {
        0 if seconds < 3_600 => count(seconds / 60, "minute"),
        0 => count(seconds / 3_600, "hour"),
        1..60 => count(days, "day"),
        // A month has 30.44 days on average.
        _ => format!("{} ({})", count((days * 100 + 1_522) / 3_044, "month"), count(days, "day")),
    }
}

fn count(number: u64, unit: &str) -> String {
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

pub(crate) fn date(date: Date) -> String {
    let format = format_description!("[day padding:none] [month repr:long] [year]");
    date.format(format).unwrap_or_else(|_| date.to_string())
}

pub(crate) fn clock(at: Timestamp) -> String {
    let format = format_description!("[hour]:[minute]:[second]");
    at.to_datetime().format(format).unwrap_or_default()
}

/// As a `datetime` attribute has it.
pub(crate) fn machine(at: Timestamp) -> String {
    let format = format_description!("[year]-[month]-[day]T[hour]:[minute]:[second]Z");
    at.to_datetime().format(format).unwrap_or_default()
}

/// At most `limit` characters of a text from a visitor.
pub(crate) fn short(text: &str, limit: usize) -> String {
    text.chars().filter(|character| !character.is_control()).take(limit).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_are_told_in_the_largest_fitting_unit() {
        for (seconds, words) in [
            (60, "1 minute"),
            (7_200, "2 hours"),
            (30 * DAY, "30 days"),
            (90 * DAY, "3 months (90 days)"),
            (182 * DAY, "6 months (182 days)"),
            (395 * DAY, "13 months (395 days)"),
        ] {
            assert_eq!(lifetime(seconds), words);
        }
    }
}
