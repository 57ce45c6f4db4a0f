//! What many measurements of one thing say.

use std::time::Duration;

/// Durations of one thing.
#[derive(Default)]
pub struct Samples(Vec<Duration>);

impl Samples {
    /// Adds one.
    pub fn push(&mut self, sample: Duration) {
        self.0.push(sample);
    }

    /// The duration that `share` of 100 stay under, in milliseconds: the nearest rank.
    pub fn percentile(&self, share: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * share).div_ceil(100).max(1);
        let sample = sorted.get(rank - 1).expect("something was measured");
        sample.as_secs_f64() * 1000.0
    }

    /// What Lambda bills for one in the mean, in seconds: each is rounded up to a millisecond.
    #[expect(clippy::cast_precision_loss, reason = "nothing here takes 2^53 ms")]
    pub fn billed(&self) -> f64 {
        let billed = self
            .0
            .iter()
            .map(|sample| sample.as_micros().div_ceil(1000));
        billed.sum::<u128>() as f64 / 1000.0 / self.0.len() as f64
    }

    /// What half of them stay under, in milliseconds.
    pub fn median(&self) -> f64 {
        self.percentile(50)
    }
}

/// Bytes as megabytes of a million.
#[expect(clippy::cast_precision_loss, reason = "nothing here has 2^53 bytes")]
pub fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}
