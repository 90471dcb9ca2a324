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

    /// A count with the given mean in a time that does not grow with it, for means above 10:
    /// transformed rejection with squeeze (W. Hörmann, Insurance: Math. Econ. 12 (1993) 39).
    pub(super) fn many(&mut self, mean: f64) -> f64 {
        if mean < 10.0 {
            return self.poisson(mean);
        }
        let b = 0.931 + 2.53 * mean.sqrt();
        let a = -0.059 + 0.02483 * b;
        let inverse = 1.1239 + 1.1328 / (b - 3.4);
        let sure = 0.9277 - 3.6224 / (b - 2.0);
        loop {
            let u = self.uniform() - 0.5;
            let v = self.uniform();
            let edge = 0.5 - u.abs();
            let count = ((2.0 * a / edge + b) * u + mean + 0.43).floor();
            if edge >= 0.07 && v <= sure {
                return count;
            }
            if count < 0.0 || (edge < 0.013 && v > edge) {
                continue;
            }
            let have = maths::ln(v * inverse / (a / (edge * edge) + b));
            if have <= count * maths::ln(mean) - mean - libm::lgamma(count + 1.0) {
                return count;
            }
        }
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
