//! What a decision is made under besides policy and cookies: when, where, and with which signals.

use std::str::FromStr;

use consentry::{Region, Signals, Timestamp};
use time::{Date, OffsetDateTime, Time, format_description::well_known::Rfc3339};

/// When and where.
#[derive(Debug, clap::Args)]
pub(crate) struct Circumstances {
    /// Where the visitor is: ISO 3166-1 or 3166-2, such as FR or US-CA; unknown, and so under the strictest regime, if it
    /// is not said
    #[arg(long, value_name = "CODE", value_parser = region)]
    region: Option<Region>,
    /// When: RFC 3339, such as 2026-12-01T12:00:00Z, or a date, which begins at midnight in UTC; now, if it is not said
    #[arg(long, value_name = "TIME")]
    at: Option<Moment>,
}

impl Circumstances {
    pub(crate) fn signals(&self, gpc: bool) -> Signals {
        Signals { gpc, region: self.region }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.at.map_or_else(Timestamp::now, |at| at.0)
    }
}

fn region(text: &str) -> Result<Region, String> {
    Region::parse(text).ok_or_else(|| "expected two letters, and perhaps a part, such as FR or US-CA".into())
}

#[derive(Clone, Copy, Debug)]
struct Moment(Timestamp);

impl FromStr for Moment {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let whole = || OffsetDateTime::parse(text, &Rfc3339).ok();
        let midnight = || Some(date(text)?.with_time(Time::MIDNIGHT).assume_utc());
        whole()
            .or_else(midnight)
            .map(|at| Self(at.into()))
            .ok_or("expected RFC 3339, such as 2026-12-01T12:00:00Z, or a date")
    }
}

fn date(text: &str) -> Option<Date> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let month: u8 = month.parse().ok()?;
    let date = Date::from_calendar_date(year.parse().ok()?, month.try_into().ok()?, day.parse().ok()?).ok()?;
    (parts.next().is_none() && text.len() == 10).then_some(date)
}

/// A moment as people read it.
pub(crate) fn shown(at: Timestamp) -> String {
    // Every timestamp has a year of four digits, or else as many as it needs.
    at.to_datetime().format(&Rfc3339).unwrap_or_else(|_| at.as_millis().to_string())
}
