//! Time, as a parameter: nothing else in the workspace reads a clock.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use serde::{Deserialize, Serialize};
use time::{OffsetDateTime, UtcOffset, macros::format_description};

/// The offset both families show times in, and by which calendar days and years are counted.
const BEIJING: UtcOffset = time::macros::offset!(+8);

/// A moment, in milliseconds since the Unix epoch; stored as that number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(i64);

impl Time {
    /// Makes a moment from Unix milliseconds.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Makes a moment from Unix seconds.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1000))
    }

    /// Unix milliseconds.
    #[must_use]
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Unix seconds, rounded down.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The moment `seconds` later; earlier where negative.
    #[must_use]
    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds.saturating_mul(1000)))
    }

    /// Whole seconds from here until `later`, rounded up, at least 1: what a client is told to wait.
    #[must_use]
    pub fn seconds_until(self, later: Self) -> i64 {
        (later.0 - self.0 + 999).div_euclid(1000).max(1)
    }

    /// RFC 3339 with milliseconds at `+08:00`, as the Youhaosuda documents show times.
    #[must_use]
    pub fn rfc3339(self) -> String {
        self.in_beijing()
            .format(format_description!(
                "[year]-[month]-[day]T[hour]:[minute]:[second].[subsecond digits:3]+08:00"
            ))
            .unwrap_or_default()
    }

    /// The calendar date at `+08:00`.
    #[must_use]
    pub fn date(self) -> time::Date {
        self.in_beijing().date()
    }

    /// The moment at which the calendar day at `+08:00` began.
    #[must_use]
    pub fn midnight(self) -> Self {
        let since = self.in_beijing().time() - time::Time::MIDNIGHT;
        Self(self.0 - i64::try_from(since.whole_milliseconds()).unwrap_or_default())
    }

    /// The calendar year at `+08:00`.
    #[must_use]
    pub fn year(self) -> i32 {
        self.date().year()
    }

    /// The first moment of a calendar year at `+08:00`.
    #[must_use]
    pub fn year_start(year: i32) -> Self {
        let first = time::Date::from_calendar_date(year, time::Month::January, 1);
        let start = first.map(|day| day.midnight().assume_offset(BEIJING).unix_timestamp());
        Self::from_seconds(start.unwrap_or_default())
    }

    /// The same time of day three calendar months earlier at `+08:00`; on the month's last day where
    /// that month has no such day.
    #[must_use]
    pub fn three_months_earlier(self) -> Self {
        let here = self.in_beijing();
        let (mut year, mut month) = (here.year(), here.month());
        for _ in 0..3 {
            month = month.previous();
            year -= i32::from(month == time::Month::December);
        }
        let day = here.day().min(month.length(year));
        let date = time::Date::from_calendar_date(year, month, day);
        let moved = date.map(|date| here.replace_date(date).unix_timestamp());
        Self::from_millis(moved.unwrap_or_default() * 1000 + i64::from(here.millisecond()))
    }

    /// The time of day at `+08:00`, `HH:MM:SS`, for a log that a person reads.
    #[must_use]
    pub fn time_of_day(self) -> String {
        self.in_beijing()
            .format(format_description!("[hour]:[minute]:[second]"))
            .unwrap_or_default()
    }

    fn in_beijing(self) -> OffsetDateTime {
        OffsetDateTime::from_unix_timestamp_nanos(i128::from(self.0) * 1_000_000)
            .unwrap_or(OffsetDateTime::UNIX_EPOCH)
            .to_offset(BEIJING)
    }
}

/// The source of time: the system's, the system's set forward by hand, or one that stands still until a
/// test moves it.
#[derive(Clone)]
pub struct Clock(Source);

#[derive(Clone)]
enum Source {
    System,
    /// The milliseconds that the clock is ahead of the system's.
    Shifted(Arc<AtomicI64>),
    Frozen(Arc<AtomicI64>),
}

impl Clock {
    /// The system's clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// The system's clock, which [`advance`](Self::advance) sets forward: a developer sees what expires
    /// without waiting for it.
    #[must_use]
    pub fn shifted() -> Self {
        Self(Source::Shifted(Arc::default()))
    }

    /// A clock that stands at `time` until it is moved by [`advance`](Self::advance).
    #[must_use]
    pub fn frozen(time: Time) -> Self {
        Self(Source::Frozen(Arc::new(AtomicI64::new(time.0))))
    }

    /// The moment it is.
    #[must_use]
    pub fn now(&self) -> Time {
        match &self.0 {
            Source::System => system_time(),
            Source::Shifted(ahead) => {
                let ahead = ahead.load(Ordering::SeqCst);
                Time(system_time().0.saturating_add(ahead))
            }
            Source::Frozen(millis) => Time(millis.load(Ordering::SeqCst)),
        }
    }

    /// Moves a frozen or shifted clock by `seconds`; the system's clock is not moved.
    pub fn advance(&self, seconds: i64) {
        match &self.0 {
            Source::System => {}
            Source::Shifted(millis) | Source::Frozen(millis) => {
                millis.fetch_add(seconds.saturating_mul(1000), Ordering::SeqCst);
            }
        }
    }

    /// Starts measuring a duration. Under a frozen clock every duration is zero.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the clock"
    )]
    pub fn stopwatch(&self) -> Stopwatch {
        Stopwatch(match self.0 {
            Source::System | Source::Shifted(_) => Some(std::time::Instant::now()),
            Source::Frozen(_) => None,
        })
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Source::System => "Clock::system",
            Source::Shifted(_) => "Clock::shifted",
            Source::Frozen(_) => "Clock::frozen",
        })
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is the one place that reads the clock"
)]
fn system_time() -> Time {
    let nanos = OffsetDateTime::now_utc().unix_timestamp_nanos();
    Time(i64::try_from(nanos / 1_000_000).unwrap_or(i64::MAX))
}

/// A running measurement of a duration.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Option<std::time::Instant>);

impl Stopwatch {
    /// The time since the stopwatch was started.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.map_or(Duration::ZERO, |start| start.elapsed())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_shown_in_beijing_with_milliseconds() {
        let time = Time::from_millis(1_409_118_754_964);
        assert_eq!(time.rfc3339(), "2014-08-27T13:52:34.964+08:00");
    }

    #[test]
    fn a_day_begins_at_midnight_in_beijing() {
        let midnight = Time::from_seconds(1_907_683_200);
        assert_eq!(midnight.rfc3339(), "2030-06-15T00:00:00.000+08:00");
        let last = Time::from_millis(midnight.plus_seconds(86_400).millis() - 1);
        assert_eq!(midnight.midnight(), midnight);
        assert_eq!(last.midnight(), midnight);
    }

    #[test]
    fn years_and_months_are_beijings() {
        let new_year = Time::year_start(2031);
        assert_eq!(new_year.rfc3339(), "2031-01-01T00:00:00.000+08:00");
        assert_eq!(new_year.year(), 2031);
        assert_eq!(Time::from_millis(new_year.millis() - 1).year(), 2030);
        let earlier = |seconds| Time::from_seconds(seconds).three_months_earlier().rfc3339();
        let last_of_may = Time::year_start(2031).seconds() + 150 * 86_400;
        assert_eq!(earlier(last_of_may), "2031-02-28T00:00:00.000+08:00");
        let third_of_january = Time::year_start(2031).seconds() + 2 * 86_400 + 5;
        assert_eq!(earlier(third_of_january), "2030-10-03T00:00:05.000+08:00");
    }

    #[test]
    fn a_shifted_clock_runs_ahead_of_the_systems() {
        let (system, shifted) = (Clock::system(), Clock::shifted());
        let other = shifted.clone();
        shifted.advance(86_400);
        let ahead = other.now().millis() - system.now().millis();
        assert!((86_390_000..=86_410_000).contains(&ahead), "{ahead}");
        system.advance(86_400);
        assert!(system.now() < other.now());
    }

    #[test]
    fn a_wait_is_rounded_up_and_never_zero() {
        let now = Time::from_millis(1_000);
        assert_eq!(now.seconds_until(Time::from_millis(1_001)), 1);
        assert_eq!(now.seconds_until(Time::from_millis(2_001)), 2);
        assert_eq!(now.seconds_until(now), 1);
    }
}
