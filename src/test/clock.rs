//! A clock that stands still.

use alloc::sync::Arc;
use core::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use crate::timestamp::Timestamp;

/// A clock that shows what it is set to. Clones show the same.
#[derive(Clone, Debug)]
pub struct Clock(Arc<AtomicU64>);

impl Clock {
    /// A clock that shows `instant`.
    pub fn at(instant: impl Into<Timestamp>) -> Self {
        Self(Arc::new(AtomicU64::new(instant.into().as_millis())))
    }

    /// What it shows.
    pub fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }

    /// Sets it to `instant`, forwards or back.
    pub fn set(&self, instant: impl Into<Timestamp>) {
        self.0.store(instant.into().as_millis(), Ordering::Relaxed);
    }

    /// Moves it forwards by whole milliseconds.
    pub fn advance(&self, by: Duration) {
        let millis = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.set(Timestamp::from_millis(self.now().as_millis().saturating_add(millis)));
    }

    /// What [`Site::clock`](crate::server::Site::clock) and `ConsentLayer::clock` take.
    pub fn reader(&self) -> impl Fn() -> Timestamp + Send + Sync + 'static {
        let clock = self.clone();
        move || clock.now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_and_readers_move_with_it() {
        let clock = Clock::at(Timestamp::from_millis(1000));
        let (copy, reader) = (clock.clone(), clock.reader());
        clock.advance(Duration::from_micros(2_999));
        assert_eq!((copy.now().as_millis(), reader().as_millis()), (1002, 1002));
        copy.set(Timestamp::from_millis(5));
        assert_eq!(reader().as_millis(), 5);
        clock.advance(Duration::MAX);
        assert_eq!(clock.now(), Timestamp::from_millis(u64::MAX));
    }
}
