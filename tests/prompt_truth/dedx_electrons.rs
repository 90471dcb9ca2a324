//! Ionisation of electrons: a gain per run, and one per bin of the polar angle.

use std::array;

use b2caf::conditions::Payload;
use serde_json::json;

use crate::bench::Bench;
use crate::pulls::Pulls;
use crate::random::Random;
use crate::rows::{Kind, Rows};

const SPREAD: f64 = 0.06;
/// Of the gain, from one end of the detector to the other.
const SLOPE: f64 = 0.02;
const BINS: usize = 100;
const TRACKS: usize = 20_000;
/// A Gaussian fitted within 2.5 of its widths knows its mean a little less well than the plain mean does.
const CORE: f64 = 1.05;

fn columns() -> Rows {
    Rows::new(&[
        ("dedx", Kind::Float),
        ("costh", Kind::Float),
        ("charge", Kind::Int),
    ])
}

/// Tracks of one run in all directions.
fn tracks(random: &mut Random, number: usize, gain: f64) -> Rows {
    let mut rows = columns();
    for _ in 0..number {
        let cosine = random.uniform(-1.0, 1.0);
        let charge = if random.chance(0.5) { 1.0 } else { -1.0 };
        rows.push(&[gain * random.gauss(1.0, SPREAD), cosine, charge]);
    }
    rows
}

/// Constants to start from.
fn before() -> Vec<Payload> {
    let mut gain = Payload::empty("CDCDedxRunGain", "Belle2::CDCDedxRunGain");
    gain.members.insert("m_gain".into(), vec![1.1]);
    let mut cosines = Payload::empty("CDCDedxCosineCor", "Belle2::CDCDedxCosineCor");
    let bins = (0..BINS as i64).collect();
    cosines.channels.insert("bin".into(), bins);
    cosines
        .members
        .insert("m_cosgains".into(), vec![1.05; BINS]);
    vec![gain, cosines]
}

#[test]
fn gains_of_runs_are_found_and_short_runs_take_that_of_the_next() {
    let mut random = Random::new(6);
    let mut gains: [f64; 8] = array::from_fn(|_| random.gauss(1.0, 0.02));
    // Run 7 is far off. The short run 2 has the gain of run 3, with which it is measured.
    gains[6] = 0.9;
    gains[1] = gains[2];
    // Run 5 has no tracks at all and lies within the interval before it.
    let numbers = [TRACKS, 999, TRACKS, 1000, 0, TRACKS, TRACKS, TRACKS];
    let mut bench = Bench::new("caf_cdcdedx_electron", &["bhabha_all_calib"]);
    for (i, (gain, number)) in gains.iter().zip(numbers).enumerate() {
        let rows = tracks(&mut random, number, *gain);
        let trees = [("dedx_tracks", &rows)];
        bench.file(&["bhabha_all_calib"], [26, i as i32 + 1], &trees);
    }
    bench.constants(before());
    bench.configure(json!({
        "calib_mode": "manual",
        "calibration_procedure": { "rungain2": 0 },
        "calib_datamode": true,
        "adjustment": 1.0,
    }));
    // The request begins before the first run.
    let outcome = bench.run("26,0,26,99");
    let intervals = [
        "26,0,26,1",
        "26,2,26,3",
        "26,4,26,5",
        "26,6,26,6",
        "26,7,26,7",
        "26,8,-1,-1",
    ];
    let found = outcome.of("CDCDedxRunGain", &intervals);
    let mut pulls = Pulls::new("CDC dE/dx run gain");
    let parts: [&[usize]; 6] = [&[0], &[1, 2], &[3], &[5], &[6], &[7]];
    for (constants, part) in found.iter().zip(parts) {
        let number: usize = part.iter().map(|run| numbers[*run]).sum();
        let truth = 1.1 * gains[part[part.len() - 1]];
        let error = CORE * truth * SPREAD / (number as f64).sqrt();
        pulls.add(constants.values("m_gain")[0], truth, error);
    }
    pulls.finish();
}

#[test]
fn gains_of_angles_are_found_and_empty_bins_keep_theirs() {
    let mut random = Random::new(66);
    let number = 250;
    // No tracks; one track of each charge too few; just enough.
    let tracks_of = |bin: usize| match bin {
        10 => 0,
        20 => 99,
        30 => 100,
        _ => number,
    };
    let centre = |bin: usize| 2.0 / BINS as f64 * (bin as f64 + 0.5) - 1.0;
    // The slope changes at a boundary.
    let truth = |run: i32, bin: usize| 1.0 + if run == 1 { SLOPE } else { -SLOPE } * centre(bin);
    let mut bench = Bench::new("caf_cdcdedx_electron", &["bhabha_all_calib"]);
    for run in [1, 2] {
        let mut rows = columns();
        for bin in 0..BINS {
            for charge in [-1.0, 1.0] {
                for _ in 0..tracks_of(bin) {
                    let cosine = centre(bin) + random.uniform(-0.009, 0.009);
                    let dedx = truth(run, bin) * random.gauss(1.0, SPREAD);
                    rows.push(&[dedx, cosine, charge]);
                }
            }
        }
        let trees = [("dedx_tracks", &rows)];
        bench.file(&["bhabha_all_calib"], [26, run], &trees);
    }
    bench.constants(before());
    bench.configure(json!({
        "calib_mode": "manual",
        "calibration_procedure": { "coscorr1": 0 },
        "calib_datamode": true,
        "payload_boundaries": [[26, 2]],
    }));
    let outcome = bench.run("26,1,26,9");
    let found = outcome.of("CDCDedxCosineCor", &["26,1,26,1", "26,2,-1,-1"]);
    let mut pulls = Pulls::new("CDC dE/dx gain of angles");
    for (run, constants) in [1, 2].into_iter().zip(found) {
        for (bin, gain) in constants.channels("m_cosgains") {
            let bin = bin as usize;
            if tracks_of(bin) < 100 {
                assert_eq!(gain, 1.05, "bin {bin}");
                continue;
            }
            let truth = 1.05 * truth(run, bin);
            let error = CORE * truth * SPREAD / (2.0 * tracks_of(bin) as f64).sqrt();
            pulls.add(gain, truth, error);
        }
    }
    pulls.finish();
}
