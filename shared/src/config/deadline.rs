//! The time by which a request has its answer, whatever the services behind it do, and what each
//! call to them gets of it.
//!
//! Giving up drops the work where it stands, as a crash would: whatever must change together is one
//! write or one transaction, so nothing is left half done.

use std::time::Duration;

use super::settings::{ConfigError, Settings};

/// How long a request may take. A hung call is given up early enough for another try, and three
/// calls that fail with all their tries leave time for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadline(Duration);

impl Default for Deadline {
    /// 14 seconds, within the function's 15: its own end would be the gateway's 503.
    fn default() -> Self {
        Self::after(Duration::from_secs(14))
    }
}

impl Deadline {
    /// So long after a request has come.
    #[must_use]
    pub const fn after(time: Duration) -> Self {
        Self(time)
    }

    /// The whole of it.
    #[must_use]
    pub const fn whole(self) -> Duration {
        self.0
    }

    /// How long a call to the table may take with all its tries: 4.5 of 14 seconds.
    #[must_use]
    pub const fn call(self) -> Duration {
        Duration::from_micros(self.micros() * 9 / 28)
    }

    /// How long each try may take: 2 of 14 seconds.
    #[must_use]
    pub const fn attempt(self) -> Duration {
        Duration::from_micros(self.micros() / 7)
    }

    /// How long it may take to reach a service: 1 of 14 seconds.
    #[must_use]
    pub const fn connect(self) -> Duration {
        Duration::from_micros(self.micros() / 14)
    }

    const fn micros(self) -> u64 {
        self.0.as_secs() * 1_000_000 + self.0.subsec_micros() as u64
    }

    pub(crate) fn read(settings: &Settings) -> Result<Self, ConfigError> {
        let millis = settings.parsed(
            "HUIYUAN_DEADLINE_MILLISECONDS",
            "a number of milliseconds from 1000 to 14500",
            14_000,
            |millis| (1000..=14_500).contains(millis),
        )?;
        Ok(Self(Duration::from_millis(millis)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tries_of_three_calls_in_a_row_end_before_the_deadline() {
        let deadline = Deadline::default();
        assert_eq!(deadline.connect(), Duration::from_secs(1));
        assert_eq!(deadline.attempt(), Duration::from_secs(2));
        assert_eq!(deadline.call(), Duration::from_millis(4500));
        assert!(deadline.call() * 3 < deadline.whole());
    }
}
