//! The arithmetic of points: earned in a year, good until the end of the next, the oldest spent
//! first. Nothing here reads or writes the table.

use serde::{Deserialize, Serialize};

use crate::base::clock::Time;

/// What the entry of expired points says.
pub const EXPIRED: &str = "积分过期";

/// What a member holds, as of the newest entry of the ledger. [`Points::at`] computes what has expired
/// since.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Points {
    /// How many entries the ledger has; the newest one's `seq`.
    pub seq: u64,
    /// The year that the next two fields count, at `+08:00`.
    pub year: i32,
    /// Earned in `year`, unspent.
    pub this_year: i64,
    /// Earned in the year before, unspent.
    pub last_year: i64,
    /// Everything ever credited.
    pub credited: i64,
    /// Everything ever spent, as a positive number; what expired is not in it.
    pub spent: i64,
    /// When the newest entry was written, in Unix milliseconds. No entry is older than the one before.
    pub newest: i64,
    /// When the last entry before those of `entry_times` was written, in Unix milliseconds.
    pub checkpoint_at: i64,
    /// When the entries since the last multiple of [`CHECKPOINT_EVERY`] were written: six bytes of
    /// Unix milliseconds each.
    #[serde(with = "serde_bytes")]
    pub entry_times: Vec<u8>,
}

/// An entry of the ledger as the arithmetic makes it, written or still to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    /// Its place in the ledger, from 1.
    pub seq: u64,
    /// When; for points that expired the first second of the new year.
    pub at: Time,
    /// How many points: spent or expired ones are negative.
    pub point: i64,
    /// What was left to spend.
    pub balance: i64,
    /// Where it is a checkpoint: [`Points::entry_times`], its own included.
    pub checkpoint: Option<Vec<u8>>,
}

/// There are too few points for a spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too few points")]
pub struct TooFew {
    /// What can be spent.
    pub balance: i64,
}

impl Points {
    /// What can be spent.
    #[must_use]
    pub const fn balance(&self) -> i64 {
        self.this_year + self.last_year
    }

    /// What is held at `now`, and what expired since the newest entry: at most two years' points.
    #[must_use]
    pub fn at(&self, now: Time) -> (Self, Vec<Posting>) {
        let mut points = self.clone();
        let mut expired = Vec::new();
        while points.year < now.year() {
            if points.balance() == 0 {
                points.year = now.year();
                break;
            }
            points.year += 1;
            let lost = std::mem::replace(&mut points.last_year, points.this_year);
            points.this_year = 0;
            if lost > 0 {
                expired.push(points.write(-lost, Time::year_start(points.year)));
            }
        }
        (points, expired)
    }

    /// Credits `point` points, or spends them where negative: what is held then, and the entries to
    /// write, the one asked for last. Time does not run backwards in a ledger.
    ///
    /// # Errors
    /// [`TooFew`]
    pub fn post(&self, point: i64, now: Time) -> Result<(Self, Vec<Posting>), TooFew> {
        let now = now.max(Time::from_millis(self.newest));
        let (mut points, mut postings) = self.at(now);
        if point >= 0 {
            points.this_year += point;
            points.credited += point;
        } else {
            let balance = points.balance();
            if balance + point < 0 {
                return Err(TooFew { balance });
            }
            let oldest = points.last_year.min(-point);
            points.last_year -= oldest;
            points.this_year -= -point - oldest;
            points.spent -= point;
        }
        postings.push(points.write(point, now));
        Ok((points, postings))
    }

    /// Adds an entry to the ledger.
    fn write(&mut self, point: i64, at: Time) -> Posting {
        if self.seq > 0 && self.seq.is_multiple_of(CHECKPOINT_EVERY) {
            self.checkpoint_at = self.newest;
            self.entry_times.clear();
        }
        self.seq += 1;
        self.newest = at.millis();
        self.entry_times
            .extend_from_slice(&at.millis().to_be_bytes()[2..]);
        let is_checkpoint =
            self.seq.is_multiple_of(CHECKPOINT_EVERY) && self.checkpoint_at < self.newest;
        Posting {
            seq: self.seq,
            at,
            point,
            balance: self.balance(),
            checkpoint: is_checkpoint.then(|| self.entry_times.clone()),
        }
    }

    /// How many entries were written before `moment`. `None` where `entry_times` do not reach back
    /// that far: then the first checkpoint from `moment` on tells it, through [`older_than`].
    #[must_use]
    pub fn older_than(&self, moment: Time) -> Option<u64> {
        (self.checkpoint_at < moment.millis())
            .then(|| older_than(moment, self.seq, &self.entry_times))
    }
}

/// Every 32nd entry is a checkpoint: it says when it and the 31 entries before it were written, so that
/// one read finds any moment in a ledger.
///
/// Of several that are due at one moment only the first is one. The others could say no more, for all
/// their entries were written at that moment; and an index that sorts by the moment may return any of
/// them first.
pub const CHECKPOINT_EVERY: u64 = 32;

/// Reads back [`Points::entry_times`].
fn decode_times(bytes: &[u8]) -> impl Iterator<Item = Time> {
    bytes.chunks_exact(6).map(|six| {
        let millis = six.iter().fold(0, |millis, b| millis << 8 | i64::from(*b));
        Time::from_millis(millis)
    })
}

/// How many of the entries up to `seq` were written before `moment`. The last of them were written at
/// `entry_times`, and all others before `moment`.
#[must_use]
pub fn older_than(moment: Time, seq: u64, entry_times: &[u8]) -> u64 {
    let younger = decode_times(entry_times)
        .filter(|time| *time >= moment)
        .count();
    seq - u64::try_from(younger).unwrap_or(seq)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(year: i32, day: i64) -> Time {
        Time::year_start(year).plus_seconds(day * 86_400)
    }

    fn post(points: &Points, point: i64, now: Time) -> Points {
        points.post(point, now).unwrap().0
    }

    #[test]
    fn the_oldest_points_are_spent_first() {
        let points = post(&Points::default(), 100, day(2030, 200));
        let points = post(&points, 50, day(2031, 10));
        assert_eq!((points.last_year, points.this_year), (100, 50));
        let points = post(&points, -30, day(2031, 11));
        assert_eq!((points.last_year, points.this_year), (70, 50));
        let points = post(&points, -100, day(2031, 12));
        assert_eq!((points.last_year, points.this_year), (0, 20));
        let refused = points.post(-21, day(2031, 13));
        assert_eq!(refused.unwrap_err(), TooFew { balance: 20 });
        assert_eq!((points.credited, points.spent, points.seq), (150, 130, 4));
    }

    #[test]
    fn points_are_good_until_the_end_of_the_next_year() {
        let points = post(&Points::default(), 100, day(2030, 364));
        let points = post(&points, -40, day(2030, 364));
        let last = Time::from_millis(Time::year_start(2032).millis() - 1);
        let (held, expired) = points.at(last);
        assert_eq!((held.balance(), held.last_year, expired), (60, 60, vec![]));
        let (held, expired) = points.at(Time::year_start(2032));
        assert_eq!((held.balance(), held.seq), (0, 3));
        let [expiry] = &expired[..] else {
            panic!("one year expired: {expired:?}");
        };
        assert_eq!((expiry.seq, expiry.point, expiry.balance), (3, -60, 0));
        assert_eq!(expiry.at.rfc3339(), "2032-01-01T00:00:00.000+08:00");
    }

    #[test]
    fn two_years_may_expire_unseen_and_no_more() {
        let points = post(&Points::default(), 10, day(2030, 0));
        let points = post(&points, 20, day(2031, 0));
        let (held, expired) = points.at(day(2099, 0));
        assert_eq!((held.balance(), held.year), (0, 2099));
        let years = expired.iter().map(|e| (e.at.year(), e.point, e.balance));
        let years: Vec<_> = years.collect();
        assert_eq!(years, [(2032, -10, 20), (2033, -20, 0)]);
    }

    #[test]
    fn a_clock_that_stands_back_does_not_turn_time_back() {
        let points = post(&Points::default(), 10, day(2031, 0));
        let (points, postings) = points.post(5, day(2030, 300)).unwrap();
        assert_eq!((postings.len(), postings[0].at), (1, day(2031, 0)));
        assert_eq!(points.this_year, 15);
    }

    #[test]
    fn a_moment_is_found_among_times() {
        let mut points = Points::default();
        for day_of_year in 0..40 {
            points = post(&points, 1, day(2030, day_of_year));
        }
        assert_eq!(points.entry_times.len(), 8 * 6);
        assert_eq!(points.checkpoint_at, day(2030, 31).millis());
        assert_eq!(points.older_than(day(2030, 31)), None);
        assert_eq!(points.older_than(day(2030, 32)), Some(32));
        assert_eq!(points.older_than(day(2030, 39)), Some(39));
        assert_eq!(points.older_than(day(2030, 99)), Some(40));
    }

    #[test]
    fn no_two_checkpoints_are_of_one_moment() {
        let (mut points, mut checkpoints) = (Points::default(), Vec::new());
        for entry in 0..170 {
            let now = day(2030, if entry < 140 { 5 } else { 6 });
            let (next, postings) = points.post(1, now).unwrap();
            let new = postings
                .iter()
                .filter(|posting| posting.checkpoint.is_some());
            checkpoints.extend(new.map(|posting| (posting.seq, posting.at)));
            points = next;
        }
        assert_eq!(checkpoints, [(32, day(2030, 5)), (160, day(2030, 6))]);
        assert_eq!((points.seq, points.entry_times.len()), (170, 10 * 6));
    }
}
