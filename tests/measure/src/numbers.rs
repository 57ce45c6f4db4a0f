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

    /// Their mean, in milliseconds.
    #[expect(clippy::cast_precision_loss, reason = "nothing is measured 2^53 times")]
    pub fn mean(&self) -> f64 {
        let sum: Duration = self.0.iter().sum();
        sum.as_secs_f64() * 1000.0 / self.0.len() as f64
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
