//! The only source of "now" and of chance.
//!
//! Everything else takes a [`Timestamp`] or bytes as arguments, so that a test can say what time
//! it is and what the dice show. Time here has whole seconds: credentials are dated to the second.

use std::{
    sync::atomic::{AtomicI64, Ordering},
    time::{Duration, Instant},
};

pub use jiff::Timestamp;
use rand::Rng;

/// Where "now" comes from.
pub trait Clock: Send + Sync {
    /// The present instant, cut to whole seconds.
    fn now(&self) -> Timestamp;
}

/// Where unguessable bytes come from.
pub trait Chance: Send + Sync {
    /// Overwrites `bytes` with random ones.
    fn fill(&self, bytes: &mut [u8]);
}

/// An array of `N` random bytes.
pub fn random<const N: usize>(chance: &dyn Chance) -> [u8; N] {
    let mut bytes = [0; N];
    chance.fill(&mut bytes);
    bytes
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the clock"
    )]
    fn now(&self) -> Timestamp {
        whole_seconds(Timestamp::now())
    }
}

/// How long something takes: for the log, never for a decision.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// A stopwatch that runs from now on.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the clock"
    )]
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// The time since it was started.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// The operating system's random source, through a per-thread ChaCha generator.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemChance;

impl Chance for SystemChance {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that draws chance"
    )]
    fn fill(&self, bytes: &mut [u8]) {
        rand::rng().fill_bytes(bytes);
    }
}

/// A clock that stands still until it is moved; for tests and for replaying an issue.
#[derive(Debug)]
pub struct FixedClock(AtomicI64);

impl FixedClock {
    /// A clock that shows `at`, cut to whole seconds.
    #[must_use]
    pub fn at(at: Timestamp) -> FixedClock {
        FixedClock(AtomicI64::new(at.as_second()))
    }

    /// Moves the clock by `seconds` (negative: back).
    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_second(self.0.load(Ordering::SeqCst)).unwrap_or(Timestamp::UNIX_EPOCH)
    }
}

/// `at` without its fraction of a second, towards the past.
#[must_use]
pub fn whole_seconds(at: Timestamp) -> Timestamp {
    let seconds = at.as_nanosecond().div_euclid(1_000_000_000);
    i64::try_from(seconds)
        .ok()
        .and_then(|s| Timestamp::from_second(s).ok())
        .unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn now_has_whole_seconds() {
        assert_eq!(SystemClock.now().subsec_nanosecond(), 0);
        let before_epoch: Timestamp = "1969-12-31T23:59:58.5Z".parse().expect("a time");
        assert_eq!(
            whole_seconds(before_epoch).to_string(),
            "1969-12-31T23:59:58Z"
        );
    }

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let clock = FixedClock::at("2026-03-01T10:00:00Z".parse().expect("a time"));
        assert_eq!(clock.now(), clock.now());
        clock.advance(60);
        assert_eq!(clock.now().to_string(), "2026-03-01T10:01:00Z");
    }

    #[test]
    fn chance_differs_each_time() {
        assert_ne!(random::<16>(&SystemChance), random::<16>(&SystemChance));
    }
}
