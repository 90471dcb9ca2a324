//! Dead, hot and noisy channels of the TOP detector: counts with a typical mean of their own.

use std::collections::BTreeMap;

use crate::bench::Bench;
use crate::random::Random;
use crate::rows::{Kind, Rows};

const CHANNELS: usize = 8192;
/// Of a chip; its hits out of time are counted together.
const PER_CHIP: usize = 8;
const DEAD: f64 = 1.0;
const HOT: f64 = 2.0;

/// Hits relative to the mean, and the status that this gives.
fn peculiar() -> BTreeMap<usize, (f64, f64)> {
    BTreeMap::from([
        (100, (0.0, DEAD)),
        (2000, (0.05, DEAD)),
        // Few, but more than a fifth.
        (2001, (0.5, 0.0)),
        (4000, (3.0, HOT)),
        (4001, (1.4, 0.0)),
        (8191, (8.0, HOT)),
    ])
}

/// Hits of one run; from run 4 on, one more chip is dead.
fn hits(random: &mut Random, run: i32, mean: f64) -> Rows {
    let mut rows = Rows::new(&[
        ("slot", Kind::Int),
        ("channel", Kind::Int),
        ("window", Kind::Int),
        ("good", Kind::Bool),
    ]);
    let peculiar = peculiar();
    for channel in 0..CHANNELS {
        let chip = channel / PER_CHIP;
        let factor = match peculiar.get(&channel) {
            Some((factor, _)) => *factor,
            None if run >= 4 && chip == 300 => 0.0,
            None => 1.0,
        };
        let place = [(channel / 512 + 1) as f64, (channel % 512) as f64];
        for _ in 0..random.poisson(factor * mean) {
            // 96 % of these lie outside the 21 windows around the trigger.
            let untimely = match chip {
                700 => random.chance(0.5),
                701 => random.chance(0.1),
                _ => false,
            };
            let window = if untimely {
                random.below(512) as f64
            } else {
                random.gauss(225.0, 3.0).round()
            };
            rows.push(&[place[0], place[1], window, 1.0]);
        }
        // Bad hits must not revive a dead channel.
        if channel == 100 {
            for _ in 0..60 {
                rows.push(&[place[0], place[1], 225.0, 0.0]);
            }
        }
    }
    rows
}

#[test]
fn dead_hot_and_noisy_channels_are_masked_and_short_runs_are_taken_together() {
    let mut random = Random::new(72);
    let mut bench = Bench::new("caf_top_pre", &["hadron_calib"]);
    // 50 hits per channel are needed: the last two runs have them together only.
    for (run, mean) in [(3, 56.0), (4, 30.0), (5, 30.0)] {
        let rows = hits(&mut random, run, mean);
        bench.file(&["hadron_calib"], [26, run], &[("top_hits", &rows)]);
    }
    let outcome = bench.run("26,3,26,9");
    assert!(outcome.said.contains("hits per channel, 50 needed"));
    let intervals = ["26,3,26,3", "26,4,-1,-1"];
    let found = outcome.of("TOPCalChannelMask", &intervals);
    let peculiar = peculiar();
    for (i, constants) in found.iter().enumerate() {
        let status = constants.values("m_status");
        assert_eq!(status.len(), CHANNELS);
        for (channel, status) in status.iter().enumerate() {
            let chip = channel / PER_CHIP;
            let expected = match peculiar.get(&channel) {
                Some((_, status)) => *status,
                None if chip == 700 => HOT,
                None if i == 1 && chip == 300 => DEAD,
                None => 0.0,
            };
            assert_eq!(*status, expected, "channel {channel} from {}", intervals[i]);
        }
    }
    say!("TOP channel mask: {CHANNELS} channels in two intervals are as they were made");
}
