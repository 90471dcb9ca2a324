//! Random choices that come out the same every time.
//!
//! All of them are hashes of what is chosen among and a seed, with the mixing step of `SplitMix64`
//! (Steele, Lea, Flood, OOPSLA 2014). So a choice depends neither on the order in which things are seen
//! nor on how the work is split.

use std::path::Path;

use super::Error;

/// Step of `SplitMix64`: 2⁶⁴ divided by the golden ratio, made odd.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

/// The next number of `SplitMix64` from the state `state`.
const fn mix(state: u64) -> u64 {
    let z = state.wrapping_add(STEP);
    let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// FNV-1a hash (64 bits) of a path's text.
fn hash(path: &Path) -> u64 {
    path.as_os_str()
        .as_encoded_bytes()
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |state, byte| {
            (state ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
        })
}

/// Where `path` comes in the random order of `seed`.
pub(super) fn rank(seed: u64, path: &Path) -> u64 {
    mix(hash(path) ^ mix(seed))
}

/// A seed that depends on the paths and not on their order.
pub(super) fn seed_of<'a>(paths: impl IntoIterator<Item = &'a Path>) -> u64 {
    paths
        .into_iter()
        .fold(0, |sum, path| sum.wrapping_add(mix(hash(path))))
}

/// The `n`-th number, from 0, of `SplitMix64` with that seed.
#[must_use]
pub const fn random_number(seed: u64, n: u64) -> u64 {
    mix(seed.wrapping_add(n.wrapping_mul(STEP)))
}

/// A number from 0 up to and without 1 from the upper 53 bits of a random one.
#[must_use]
pub fn unit_interval(random: u64) -> f64 {
    (random >> 11) as f64 / (1_u64 << 53) as f64
}

/// A hash of seed, experiment, run and event number.
#[must_use]
pub const fn event_hash(seed: u64, exp: i32, run: i32, event: u64) -> u64 {
    let run_key = ((exp.cast_unsigned() as u64) << 32) | run.cast_unsigned() as u64;
    mix(mix(mix(seed) ^ run_key) ^ event)
}

/// Whether an event belongs to the kept `fraction`.
///
/// A hash of seed, experiment, run and event number is compared with `fraction` (0 keeps none, 1 all),
/// so the same events are kept whatever the split into files, jobs and threads.
#[must_use]
pub fn keeps(fraction: f64, seed: u64, exp: i32, run: i32, event: u64) -> bool {
    unit_interval(event_hash(seed, exp, run, event)) < fraction
}

/// A fraction of the events, chosen by a hash.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Prescale {
    fraction: f64,
    seed: u64,
}

impl Prescale {
    /// The fraction to keep and the seed that decides which.
    ///
    /// # Errors
    /// [`Error::Fraction`] when `fraction` does not lie between 0 and 1.
    pub fn new(fraction: f64, seed: u64) -> Result<Self, Error> {
        if (0.0..=1.0).contains(&fraction) {
            Ok(Self { fraction, seed })
        } else {
            Err(Error::Fraction(fraction))
        }
    }

    /// Whether this event is kept.
    #[must_use]
    pub fn keeps(&self, exp: i32, run: i32, event: u64) -> bool {
        keeps(self.fraction, self.seed, exp, run, event)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_splitmix64() {
        // First numbers for the seed 1234567 as published with the algorithm's ports.
        let numbers: Vec<u64> = (0..3).map(|n| random_number(1_234_567, n)).collect();
        let expected = [
            6_457_827_717_110_365_317,
            3_203_168_211_198_807_973,
            9_817_491_932_198_370_423,
        ];
        assert_eq!(numbers, expected);
    }

    #[test]
    fn a_fraction_keeps_that_fraction() {
        let count = |fraction, seed, run| {
            let kept = (0..100_000).filter(|event| keeps(fraction, seed, 7, run, *event));
            i64::try_from(kept.count()).unwrap()
        };
        assert_eq!(count(0.0, 1, 3), 0);
        assert_eq!(count(1.0, 1, 3), 100_000);
        // Binomial: 10 000 with a standard deviation of 95.
        for (seed, run) in [(1, 3), (2, 3), (1, 4)] {
            assert!((count(0.1, seed, run) - 10_000).abs() < 4 * 95);
        }
    }

    #[test]
    fn seed_and_run_choose_other_events() {
        let kept = |seed, exp, run| -> Vec<u64> {
            (0..2000)
                .filter(|event| keeps(0.5, seed, exp, run, *event))
                .collect()
        };
        let common = |a: &[u64], b: &[u64]| a.iter().filter(|event| b.contains(event)).count();
        let first = kept(1, 7, 3);
        for other in [kept(2, 7, 3), kept(1, 8, 3), kept(1, 7, 4)] {
            // Independent choices share a quarter: 500 with a standard deviation of 19.
            assert!(common(&first, &other).abs_diff(500) < 4 * 19);
        }
    }
}
