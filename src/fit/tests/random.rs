//! A small generator of random numbers with a fixed seed.

use crate::expr::maths;

/// SplitMix64 (Steele, Lea & Flood 2014).
pub(super) struct Random(pub(super) u64);

impl Random {
    /// Uniform in (0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        ((z >> 12) as f64 + 0.5) / (1u64 << 52) as f64
    }

    /// A count with the given mean: counting steps of an exponential, in pieces for large means.
    pub(super) fn poisson(&mut self, mean: f64) -> f64 {
        let mut count = 0.0;
        let mut left = mean;
        while left > 0.0 {
            let piece = left.min(50.0);
            let limit = maths::exp(-piece);
            let mut product = self.uniform();
            while product > limit {
                count += 1.0;
                product *= self.uniform();
            }
            left -= piece;
        }
        count
    }
}
