//! Dead and noisy channels of the aerogel detector: signal and background, each against its ring.

use crate::bench::Bench;
use crate::random::Random;
use crate::rows::{Kind, Rows};

const CHANNELS: usize = 60_480;
const PER_MODULE: usize = 144;
/// Modules of the outermost ring, from 0; the only ring that is hit here.
const OUTER: std::ops::Range<usize> = 342..420;
const DEAD: usize = 342 * PER_MODULE + 17;
const WEAK: usize = 350 * PER_MODULE;
const FAIR: usize = 350 * PER_MODULE + 1;
/// Sees hits at all times, far more than others do: it must not be part of the mean of its ring.
const NOISY: usize = 419 * PER_MODULE + 143;
const EVENTS: usize = 20_000;

fn hits(random: &mut Random, mean: f64) -> Rows {
    let mut rows = Rows::new(&[
        ("module", Kind::Int),
        ("channel", Kind::Int),
        ("bit", Kind::Int),
    ]);
    for module in OUTER {
        for place in 0..PER_MODULE {
            let channel = module * PER_MODULE + place;
            let (number, noise) = match channel {
                DEAD => (0, 0.0),
                WEAK => (random.poisson(0.1 * mean), 0.2),
                FAIR => (random.poisson(0.8 * mean), 0.2),
                NOISY => (4000, 1.0),
                _ => (random.poisson(mean), 0.2),
            };
            for _ in 0..number {
                // Noise comes in all four windows, light in the middle two.
                let bit = if random.chance(noise) {
                    random.below(4)
                } else {
                    1 + random.below(2)
                };
                rows.push(&[(module + 1) as f64, place as f64, bit as f64]);
            }
        }
    }
    rows
}

#[test]
fn dead_and_noisy_channels_are_masked_once_their_ring_has_hits_enough() {
    let mut random = Random::new(82);
    let mut bench = Bench::new("caf_arich", &["bhabha_all_calib"]);
    let events = Rows::events(EVENTS);
    // The signal is 0.8 of the hits, and the first run below 30 per channel.
    for (run, mean) in [(3, 30.0), (4, 50.0)] {
        let rows = hits(&mut random, mean);
        let trees = [("arich_hits", &rows), ("events", &events)];
        bench.file(&["bhabha_all_calib"], [26, run], &trees);
    }
    let outcome = bench.run("26,3,26,9");
    assert!(
        outcome
            .said
            .contains("hits per channel in the outermost ring")
    );
    let found = outcome.only("ARICHChannelMask", "26,3,-1,-1");
    let words = found.values("m_DetectorMask");
    let masked = |channel: &usize| words[channel / 32] as u64 >> (channel % 32) & 1 == 0;
    let masked: Vec<usize> = (0..CHANNELS).filter(masked).collect();
    assert_eq!(masked, [DEAD, WEAK, NOISY]);
    say!("ARICH mask: {CHANNELS} channels are as they were made");
}
