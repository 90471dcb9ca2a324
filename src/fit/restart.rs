//! Other places to begin, where a fit ended in doubt.

use crate::expr::maths;

use super::minimise::{Begin, Outcome};
use super::state::Task;

/// Other places to begin: the same ones for the same fit.
#[derive(Default)]
pub(crate) struct Restarts {
    done: u32,
    seed: u64,
}

/// How often to begin again.
const TIMES: u32 = 12;
/// Largest factor on a start value.
const FACTOR: f64 = 3.0;

impl Restarts {
    /// The next place: in turn around the start values (each times its own factor) and around the
    /// best place so far (each moved by about as much as changes the curve by what it misses the
    /// data). Parameters in which the model is linear are solved for anyway.
    pub(crate) fn next(
        &mut self,
        task: &Task<'_>,
        begin: Begin<'_>,
        best: Option<&Outcome>,
    ) -> Option<Vec<f64>> {
        if self.done >= TIMES {
            return None;
        }
        self.done += 1;
        let near = best.filter(|_| self.done.is_multiple_of(2));
        let mut values = Vec::with_capacity(begin.values.len());
        for (k, start) in begin.values.iter().enumerate() {
            let random = self.random();
            let value = match near {
                Some(best) if best.reach[k].is_finite() => best.values[k] + random * best.reach[k],
                _ => start * maths::pow(FACTOR, random),
            };
            let held = task.fixed[k] || begin.linear[k];
            values.push(if held { *start } else { task.clamp(k, value) });
        }
        Some(values)
    }

    /// Uniform in (−1, 1), by SplitMix64 (Steele, Lea & Flood 2014).
    #[expect(clippy::cast_precision_loss, reason = "52 bits fit")]
    fn random(&mut self) -> f64 {
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^= z >> 31;
        2.0 * ((z >> 12) as f64 + 0.5) / (1u64 << 52) as f64 - 1.0
    }
}
