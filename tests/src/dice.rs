//! Dice that fall alike for the same seed.

/// xorshift64*
#[derive(Clone, Debug)]
pub struct Dice(u64);

impl Dice {
    /// Dice of a seed, whichever it is.
    pub const fn new(seed: u64) -> Self {
        Self(seed | 1)
    }

    /// A number from 0 that is less than `limit`.
    pub fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let drawn = usize::try_from(self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33);
        drawn.expect("31 bits are a number") % limit
    }
}
