//! What is random about a picture, all of it drawn from one seed.

use ring::digest::{SHA256, SHA256_OUTPUT_LEN, digest};

/// Repeatable random numbers: SHA-256 of the seed and a counter, block after block.
pub(super) struct Dice {
    seed: Vec<u8>,
    count: u32,
    block: [u8; SHA256_OUTPUT_LEN],
    used: usize,
}

impl Dice {
    pub(super) fn new(seed: &[u8]) -> Self {
        Self {
            seed: seed.to_vec(),
            count: 0,
            block: [0; SHA256_OUTPUT_LEN],
            used: SHA256_OUTPUT_LEN,
        }
    }

    fn byte(&mut self) -> u8 {
        if self.used == self.block.len() {
            let block = [&self.seed[..], &self.count.to_be_bytes()].concat();
            self.block.copy_from_slice(digest(&SHA256, &block).as_ref());
            self.count += 1;
            self.used = 0;
        }
        self.used += 1;
        self.block[self.used - 1]
    }

    /// A number between the two.
    pub(super) fn between(&mut self, low: f32, high: f32) -> f32 {
        let number = u16::from_be_bytes([self.byte(), self.byte()]);
        low + (high - low) * f32::from(number) / f32::from(u16::MAX)
    }

    /// A number from `-most` to `most`.
    pub(super) fn within(&mut self, most: f32) -> f32 {
        self.between(-most, most)
    }

    /// One of several; `None` of none.
    pub(super) fn one_of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        let place = usize::from(self.byte()) * all.len() / 256;
        all.get(place).copied()
    }
}
