//! The instant as the core knows it.

use time::OffsetDateTime;

/// An instant: whole milliseconds since 1970-01-01T00:00:00Z, at most 2^53 - 1 so that JavaScript holds it exactly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct Timestamp(u64);

/// The largest integer that a JavaScript number holds exactly.
const MAX: u64 = (1 << 53) - 1;

impl Timestamp {
    /// The instant `millis` milliseconds after the epoch, limited to the largest that JavaScript holds exactly.
    pub const fn from_millis(millis: u64) -> Self {
        Self(if millis > MAX { MAX } else { millis })
    }

    /// Milliseconds since the epoch.
    pub const fn as_millis(self) -> u64 {
        self.0
    }

    /// The calendar form, for display.
    pub fn to_datetime(self) -> OffsetDateTime {
        let seconds = (self.0 / 1000).cast_signed();
        OffsetDateTime::from_unix_timestamp(seconds).unwrap_or(OffsetDateTime::UNIX_EPOCH)
    }

    /// The system clock.
    #[cfg(all(feature = "std", not(target_arch = "wasm32")))]
    pub fn now() -> Self {
        OffsetDateTime::now_utc().into()
    }
}

/// Instants before the epoch become the epoch.
impl From<OffsetDateTime> for Timestamp {
    fn from(instant: OffsetDateTime) -> Self {
        let millis = instant.unix_timestamp_nanos() / 1_000_000;
        Self::from_millis(u64::try_from(millis).unwrap_or(0))
    }
}
