//! The published sets from starts that are worse than the published ones.

use crate::expr::maths;
use crate::fit::minimise::LAST;

use super::nist::sets;
use super::published::Published;
use super::random::Random;

/// Both published starts twice and half as large, and `random` times with a factor of its own
/// between 1/3 and 3 on each parameter.
fn starts(set: &Published, random: u32) -> Vec<Vec<f64>> {
    let mut numbers = Random(27);
    let mut all = Vec::new();
    for start in 0..2 {
        let published: Vec<f64> = set.parameters.iter().map(|p| p.starts[start]).collect();
        for factor in [2.0, 0.5] {
            all.push(published.iter().map(|v| v * factor).collect());
        }
        for _ in 0..random {
            let mut factor = || maths::pow(3.0, 2.0 * numbers.uniform() - 1.0);
            all.push(published.iter().map(|v| v * factor()).collect());
        }
    }
    all
}

#[derive(Default)]
struct Tally {
    fits: u32,
    right: u32,
    right_but_flagged: u32,
    wrong_but_valid: u32,
    calls: u32,
}

impl Tally {
    fn add(&mut self, set: &Published, start: &[f64], error: f64) {
        let fit = set.fit(start, error);
        // a minimum with exchanged or mirrored parameters is the same
        let right = (fit.chi2 * error * error / set.sum - 1.0).abs() < 1e-2;
        self.fits += 1;
        self.right += u32::from(right && fit.valid());
        self.right_but_flagged += u32::from(right && !fit.valid());
        self.wrong_but_valid += u32::from(!right && fit.valid());
        self.calls += LAST.get().0;
        if right != fit.valid() {
            eprintln!(
                "  {} {start:?} error {error:.1e}: valid {}, sum {:e} of {:e}, {:?} {}",
                set.name,
                fit.valid(),
                fit.chi2 * error * error,
                set.sum,
                LAST.get(),
                fit.why
            );
        }
    }

    fn say(&self, name: &str) {
        eprintln!(
            "{name}: {} fits, {} right, {} right but flagged, {} wrong but valid, {} evaluations",
            self.fits, self.right, self.right_but_flagged, self.wrong_but_valid, self.calls
        );
    }
}

/// Nine of ten fits end well, nearly all others are flagged. `B2CAF_TEST_STARTS` = 8 takes more
/// random starts, and unknown errors too.
#[test]
fn bad_starts_are_overcome_or_flagged() {
    let random = std::env::var("B2CAF_TEST_STARTS").ok();
    let random = random.and_then(|n| n.parse().ok()).unwrap_or(1);
    let mut all = Tally::default();
    for set in sets() {
        let mut tally = Tally::default();
        for start in starts(&set, random) {
            tally.add(&set, &start, set.deviation);
            if random > 1 {
                tally.add(&set, &start, 1.0);
            }
        }
        tally.say(&set.name);
        all.fits += tally.fits;
        all.right += tally.right;
        all.right_but_flagged += tally.right_but_flagged;
        all.wrong_but_valid += tally.wrong_but_valid;
        all.calls += tally.calls;
    }
    all.say("all");
    // of few sets a single one would decide
    assert!(10 * all.right >= 9 * all.fits);
    assert!(50 * all.wrong_but_valid <= all.fits.max(100));
    assert!(50 * all.right_but_flagged <= all.fits.max(100));
}
