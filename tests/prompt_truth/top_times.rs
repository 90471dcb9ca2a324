//! Times of the TOP modules, of the detector and of the event, and the light that is seen: a chain of steps.

use std::f64::consts::TAU;

use b2caf::conditions::Payload;
use serde_json::json;

use crate::beam_spot::numbers;
use crate::bench::Bench;
use crate::pulls::Pulls;
use crate::random::Random;
use crate::rows::{Kind, Rows};

const SLOTS: usize = 16;
/// Nanoseconds between two bunch crossings, and crossings of a turn.
const BUNCH: f64 = 1000.0 / 508.889;
const BUCKETS: usize = 5120;
/// By how many crossings the bunches are turned.
const TURN: usize = 17;
/// Tracks in each pair of slots that lie opposite, their resolution, and one that is off.
const PAIRS: usize = 150;
const PAIR_RESOLUTION: f64 = 0.12;
/// Tracks of a slot, and what the likelihood of one says about the time of its module.
const TRACKS: usize = 100;
const TRACK_RESOLUTION: f64 = 0.1;
const EVENTS: usize = 900;
const OFFSET_RESOLUTION: f64 = 0.03;
/// Time of SVD and CDC against that of the TOP, and how well it is known.
const OTHERS: [[f64; 2]; 2] = [[0.2, 0.8], [-0.4, 1.2]];
/// Pixels with light, and photons that each should see.
const PIXELS: usize = 60;
const EXPECTED: usize = 150;
/// A Gaussian on a flat background knows its mean a little less well than the plain mean does.
const CORE: f64 = 1.1;

/// What one run is made with.
struct Truth {
    modules: Vec<f64>,
    left: Vec<f64>,
    common: f64,
    events: usize,
    pixels: Vec<f64>,
    filled: Vec<bool>,
}

fn pairs(random: &mut Random, truth: &Truth, without: Option<usize>) -> Rows {
    let mut rows = Rows::new(&[
        ("slot1", Kind::Int),
        ("slot2", Kind::Int),
        ("dt0", Kind::Float),
    ]);
    for one in 0..SLOTS {
        for apart in 7..=9 {
            let other = (one + apart) % SLOTS;
            if [one, other].contains(&without.unwrap_or(SLOTS)) {
                continue;
            }
            for _ in 0..PAIRS {
                let mut time = truth.modules[one] - truth.modules[other];
                time += random.gauss(0.0, PAIR_RESOLUTION);
                rows.push(&[(one + 1) as f64, (other + 1) as f64, time]);
                if random.chance(0.1) {
                    let time = random.uniform(-10.0, 10.0);
                    rows.push(&[(one + 1) as f64, (other + 1) as f64, time]);
                }
            }
        }
    }
    rows
}

fn tracks(random: &mut Random, truth: &Truth) -> Rows {
    let mut rows = Rows::new(&[
        ("slot", Kind::Int),
        ("scan_min", Kind::Float),
        ("scan", Kind::Floats(200)),
    ]);
    for (slot, left) in truth.left.iter().enumerate() {
        for _ in 0..TRACKS {
            let minimum = left + random.gauss(0.0, TRACK_RESOLUTION);
            let mut row = vec![(slot + 1) as f64, minimum];
            row.extend((0..200).map(|point| {
                let time = -5.0 + 0.05 * (f64::from(point) + 0.5);
                ((time - minimum) / TRACK_RESOLUTION).powi(2)
            }));
            rows.push(&row);
        }
    }
    rows
}

fn offsets(random: &mut Random, truth: &Truth) -> Rows {
    let mut rows = Rows::new(&[
        ("offset", Kind::Float),
        ("recBucket", Kind::Int),
        ("t0_minus_top_svd", Kind::Float),
        ("t0_minus_top_cdc", Kind::Float),
    ]);
    let filled: Vec<usize> = (0..BUCKETS)
        .filter(|bucket| truth.filled[*bucket])
        .collect();
    for _ in 0..truth.events {
        let turns = random.below(7) as f64 - 3.0;
        let offset = truth.common + BUNCH * turns + random.gauss(0.0, OFFSET_RESOLUTION);
        let bucket = (filled[random.below(filled.len())] + BUCKETS - TURN) % BUCKETS;
        let mut row = vec![offset, bucket as f64];
        row.extend(OTHERS.map(|[mean, sigma]| random.gauss(mean, sigma)));
        rows.push(&row);
    }
    rows
}

fn photons(random: &mut Random, truth: &Truth) -> Rows {
    let mut rows = Rows::new(&[
        ("slot", Kind::Int),
        ("pixel", Kind::Int),
        ("seen", Kind::Float),
        ("expected", Kind::Float),
    ]);
    for (pixel, efficiency) in truth.pixels.iter().enumerate() {
        for _ in 0..EXPECTED {
            let seen = random.poisson(*efficiency) as f64;
            rows.push(&[1.0, (pixel + 1) as f64, seen, 1.0]);
        }
    }
    rows
}

fn before(filled: &[bool]) -> Vec<Payload> {
    let slots = |payload: &mut Payload, name: &str, value: f64| {
        payload.members.insert(name.into(), vec![value; SLOTS]);
    };
    let mut modules = Payload::empty("TOPCalModuleT0", "Belle2::TOPCalModuleT0");
    modules
        .channels
        .insert("slot".into(), (1..=SLOTS as i64).collect());
    let mut common = Payload::empty("TOPCalCommonT0", "Belle2::TOPCalCommonT0");
    for (suffix, value) in [("T0", 0.0), ("errT0", 0.0), ("status", 0.0)] {
        slots(&mut modules, &format!("m_{suffix}"), value);
        common.members.insert(format!("m_{suffix}"), vec![value]);
    }
    let mut bunches = Payload::empty("BunchStructure", "BunchStructure");
    bunches
        .channels
        .insert("channel".into(), (0..BUCKETS as i64).collect());
    let filled = filled.iter().map(|filled| f64::from(u8::from(*filled)));
    bunches.members.insert("filled".into(), filled.collect());
    vec![modules, common, bunches]
}

/// Adds the file of one run.
fn add(bench: &mut Bench, random: &mut Random, run: i32, truth: &Truth, without: Option<usize>) {
    let mut residuals = Rows::new(&[("slot", Kind::Int), ("dt", Kind::Float)]);
    for slot in 1..=SLOTS {
        for _ in 0..120 {
            residuals.push(&[slot as f64, random.gauss(0.0, 0.1)]);
        }
    }
    let trees = [
        ("top_pairs", &pairs(random, truth, without)),
        ("top_tracks", &tracks(random, truth)),
        ("top_offset", &offsets(random, truth)),
        ("top_photons", &photons(random, truth)),
        ("top_validation", &residuals),
    ];
    bench.file(&["mumu_tight_or_highm_calib"], [30, run], &trees);
}

fn truth(random: &mut Random) -> Truth {
    let around_zero = |random: &mut Random, sigma: f64| {
        let all: Vec<f64> = (0..SLOTS).map(|_| random.gauss(0.0, sigma)).collect();
        let mean = all.iter().sum::<f64>() / SLOTS as f64;
        all.iter().map(|value| value - mean).collect::<Vec<f64>>()
    };
    Truth {
        modules: around_zero(random, 0.5),
        left: around_zero(random, 0.05),
        common: 0.3,
        events: EVENTS,
        pixels: (0..PIXELS).map(|_| random.uniform(0.6, 1.2)).collect(),
        filled: (0..BUCKETS).map(|_| random.chance(0.1)).collect(),
    }
}

/// Error of the time of a module from so many runs: of the differences around the circle, whose sum is zero,
/// and of its tracks.
fn module_error(runs: f64) -> f64 {
    let mode = |k: usize| -> f64 {
        let one = |apart: usize| 2.0 - 2.0 * (TAU * (k * apart) as f64 / SLOTS as f64).cos();
        (7..=9).map(one).sum()
    };
    let inverse: f64 = (1..SLOTS).map(|k| 1.0 / mode(k)).sum();
    let pairs = CORE * PAIR_RESOLUTION * (inverse / SLOTS as f64 / PAIRS as f64 / runs).sqrt();
    let tracks = TRACK_RESOLUTION / (TRACKS as f64 * runs).sqrt();
    pairs.hypot(tracks)
}

#[test]
fn times_and_yields_are_found_and_a_moved_module_is_kept_apart_by_a_boundary() {
    let mut random = Random::new(71);
    let mut truth = truth(&mut random);
    let mut bench = Bench::new("caf_top", &["mumu_tight_or_highm_calib"]);
    bench.constants(before(&truth.filled));
    let first = truth.modules.clone();
    add(&mut bench, &mut random, 3, &truth, None);
    // Run 4 has too few events for a common time of its own and joins run 5.
    truth.events = 60;
    truth.common = 0.5;
    add(&mut bench, &mut random, 4, &truth, None);
    truth.events = EVENTS;
    truth.modules[5] += 0.3;
    add(&mut bench, &mut random, 5, &truth, None);
    bench.configure(json!({ "payload_boundaries": [[30, 3], [30, 5]] }));
    let outcome = bench.run("30,3,30,9");

    let by_boundary = ["30,3,30,4", "30,5,-1,-1"];
    let found = outcome.of("TOPCalModuleT0", &by_boundary);
    let mut pulls = Pulls::new("TOP module times");
    for (constants, (modules, runs)) in found.iter().zip([(&first, 2.0), (&truth.modules, 1.0)]) {
        let mean = modules.iter().sum::<f64>() / SLOTS as f64;
        for (slot, time) in constants.channels("m_T0") {
            let slot = slot as usize - 1;
            let expected = modules[slot] + truth.left[slot] - mean;
            pulls.add(time, expected, module_error(runs));
        }
    }
    pulls.finish();

    let by_run = ["30,3,30,3", "30,4,-1,-1"];
    let found = outcome.of("TOPCalCommonT0", &by_run);
    let mut pulls = Pulls::new("TOP common time");
    for (constants, common) in found.iter().zip([0.3, 0.5]) {
        let error = constants.values("m_errT0")[0];
        assert!(error < 2.0 * OFFSET_RESOLUTION / (EVENTS as f64).sqrt());
        pulls.add(constants.values("m_T0")[0], common, error);
    }
    pulls.finish();

    let found = outcome.of("TOPCalEventT0Offset", &by_run);
    let mut pulls = Pulls::new("TOP event times of SVD and CDC");
    for (constants, events) in found.iter().zip([EVENTS, EVENTS + 60]) {
        for (i, [mean, sigma]) in OTHERS.into_iter().enumerate() {
            let found = numbers(&constants.payload, &format!("m_data[{i}]"));
            // A fit within twice the width knows both less well than all values do.
            let events = events as f64;
            pulls.add(found[0], mean, 1.15 * sigma / events.sqrt());
            pulls.add(found[1], sigma, 1.8 * sigma / (2.0 * events).sqrt());
        }
    }
    pulls.finish();

    for constants in outcome.of("TOPCalFillPatternOffset", &by_run) {
        assert_eq!(constants.values("m_offset")[0], TURN as f64);
        assert_eq!(constants.values("m_calibrated")[0], 1.0);
    }

    let found = outcome.of("TOPCalChannelRQE", &by_boundary);
    let mut pulls = Pulls::new("TOP photon yields");
    for (constants, runs) in found.iter().zip([2.0, 1.0]) {
        let ratios = constants.values("RQE");
        for (pixel, truth) in truth.pixels.iter().enumerate() {
            let error = (truth / (EXPECTED as f64 * runs)).sqrt();
            pulls.add(ratios[pixel], *truth, error);
        }
        // Pixels that no track lights are left alone.
        assert!(ratios[PIXELS..].iter().all(|ratio| *ratio == 1.0));
    }
    pulls.finish();
    assert!(
        outcome.said.contains("note  16 modules"),
        "{}",
        outcome.said
    );
}

#[test]
fn a_module_without_pairs_stops_the_chain() {
    let mut random = Random::new(73);
    let truth = truth(&mut random);
    let mut bench = Bench::new("caf_top", &["mumu_tight_or_highm_calib"]);
    bench.constants(before(&truth.filled));
    add(&mut bench, &mut random, 3, &truth, Some(3));
    let (said, well) = bench.tried("30,3,30,9");
    assert!(!well, "{said}");
    assert!(said.contains("slots [4] are in no pair"), "{said}");
}
