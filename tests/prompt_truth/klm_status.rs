//! Dead and hot channels of the KLM: counts per channel, and runs in which the detector was off.

use crate::bench::Bench;
use crate::random::Random;
use crate::rows::{Kind, Rows};

const CHANNELS: usize = 2000;
const PER_MODULE: usize = 50;
const NORMAL: f64 = 1.0;
const DEAD: f64 = 2.0;
const HOT: f64 = 3.0;

#[test]
fn dead_and_hot_channels_are_found_and_short_runs_join_those_that_saw_the_same_modules() {
    let mut random = Random::new(21);
    let mut bench = Bench::new(
        "caf_klm_channel_status",
        &["raw_beam", "raw_cosmic", "raw_physics"],
    );
    // Run 2 is short, run 4 has no hits; module 7 is off and channel 500 dead from run 5 on, where
    // run 6 is short.
    let means = [
        (1, 40.0),
        (2, 5.0),
        (3, 40.0),
        (4, 0.0),
        (5, 40.0),
        (6, 5.0),
    ];
    for (run, mean) in means {
        let columns = ["channel", "moduleNumber", "hits"];
        let mut rows = Rows::new(&columns.map(|name| (name, Kind::Int)));
        for channel in 1..=CHANNELS {
            let module = (channel - 1) / PER_MODULE;
            let off = run >= 5 && (module == 7 || channel == 500);
            let hits = match channel {
                11 => 0,
                _ if off || mean == 0.0 => 0,
                // Far above all others, and high but not above fifty times the mean.
                61 => 6000,
                71 => 1000,
                // Never quite silent, so that what is seen does not depend on the length of a run.
                _ => 1 + random.poisson(mean - 1.0),
            };
            rows.push(&[channel as f64, module as f64, hits as f64]);
        }
        bench.file(&["raw_physics"], [26, run], &[("klm_channel_hits", &rows)]);
    }
    let outcome = bench.run("26,1,26,9");
    let intervals = ["26,1,26,3", "26,4,26,4", "26,5,-1,-1"];
    let found = outcome.of("KLMChannelStatus", &intervals);
    for (i, constants) in found.iter().enumerate() {
        let all = constants.channels("m_ChannelStatus");
        assert_eq!(all.len(), CHANNELS);
        for (channel, status) in all {
            let module = (channel as usize - 1) / PER_MODULE;
            let expected = match channel {
                _ if i == 1 => DEAD,
                11 => DEAD,
                61 => HOT,
                _ if i == 2 && (module == 7 || channel == 500) => DEAD,
                _ => NORMAL,
            };
            assert_eq!(status, expected, "channel {channel} from {}", intervals[i]);
        }
    }
    say!("KLM channel status: {CHANNELS} channels in three intervals are as they were made");
}
