//! Time zeros and time walk of the CDC: a fit per wire, one per board, and curves on top of what was
//! corrected before.

use std::collections::BTreeMap;

use b2caf::conditions::Payload;
use b2caf::root::{Record, Value};
use serde_json::json;

use crate::bench::Bench;
use crate::pulls::Pulls;
use crate::random::Random;
use crate::rows::{Kind, Rows};

const SAMPLES: [&str; 3] = ["mumu_tight_or_highm_calib", "hadron_calib", "cosmic_calib"];
/// Layers 3 to 7; half of 96 wires are on one board.
const LAYERS: std::ops::Range<usize> = 3..8;
const WIRES: usize = 96;
const PER_BOARD: usize = 48;
/// Of a time, and by how much a Gaussian fitted within 2.5 of its widths is worse than the plain mean.
const RESOLUTION: f64 = 4.0;
const CORE: f64 = 1.05;
/// Time zeros before, and the mean time of the events, which moves all of them.
const BEFORE: f64 = 4300.0;
const COMMON: f64 = 1.5;
/// Time zeros that were never measured, of wires without hits: on a known board and on an unknown one.
const NEVER: f64 = 4000.0;
const NEVER_MEASURED: [[usize; 2]; 2] = [[3, 5], [5, 4]];

/// Size and decay of the time walk before.
const OLD_WALK: [f64; 2] = [1.0, 0.02];

fn board(layer: usize, wire: usize) -> usize {
    2 * layer + wire / PER_BOARD
}

/// Of the first superlayer.
fn number(layer: usize, wire: usize) -> i64 {
    (512 * layer + wire) as i64
}

fn columns() -> Rows {
    Rows::new(&[
        ("lay", Kind::Int),
        ("IWire", Kind::Int),
        ("board", Kind::Int),
        ("x_u", Kind::Float),
        ("half_cell", Kind::Float),
        ("t", Kind::Float),
        ("t_fit", Kind::Float),
        ("adc", Kind::Int),
        ("ndf", Kind::Float),
        ("Pval", Kind::Float),
        ("event_t0", Kind::Float),
    ])
}

/// One hit that is late by so much, on a good track.
fn hit(random: &mut Random, rows: &mut Rows, wire: [usize; 2], late: f64, adc: f64) {
    let distance = random.uniform(0.1, 0.75) * if random.chance(0.5) { 1.0 } else { -1.0 };
    let fitted = distance.abs() / 0.004;
    let event = random.gauss(COMMON, 10.0);
    let place = [
        wire[0] as f64,
        wire[1] as f64,
        board(wire[0], wire[1]) as f64,
    ];
    let mut row = vec![place[0], place[1], place[2], distance, 0.9];
    row.extend([fitted + late, fitted, adc, 40.0, 0.5, event]);
    rows.push(&row);
    if random.chance(0.05) {
        // Hits of bad tracks are far off.
        row[5] += 8.0;
        row[8] = 10.0;
        rows.push(&row);
    }
}

fn before() -> Vec<Payload> {
    let mut zeros = Payload::empty("CDCTimeZeros", "Belle2::CDCTimeZeros");
    let all = LAYERS.flat_map(|layer| (0..WIRES).map(move |wire| number(layer, wire)));
    let all: Vec<i64> = all.collect();
    let never = NEVER_MEASURED.map(|[layer, wire]| number(layer, wire));
    let value = |wire: &i64| if never.contains(wire) { NEVER } else { BEFORE };
    zeros
        .members
        .insert("m_t0s".into(), all.iter().map(value).collect());
    zeros.channels.insert("wire".into(), all);
    let class = "Belle2::CDCTimeWalks";
    let walk = |board: usize| (Value::Int(board as i64), Value::Floats(OLD_WALK.to_vec()));
    let walks = Record::new(class)
        .with("m_twParamMode", 1)
        .with("m_nTwParams", 2)
        .with("m_tws", Value::Map((0..300).map(walk).collect()));
    let mut payload = Payload::empty("CDCTimeWalks", class);
    payload.object = Some(walks.into());
    vec![zeros, payload]
}

/// A script that does one step with one sample, as far as it is made here.
fn bench(step: &str, rows: &Rows) -> Bench {
    let mut bench = Bench::new("caf_cdc", &SAMPLES);
    bench.file(&["hadron_calib"], [26, 1], &[("cdc_hits", rows)]);
    bench.constants(before());
    bench.configure(json!({
        "calib_mode": "manual",
        "calibration_procedure": { step: 0 },
        "fractions_for_each_type": [0, 1, 0],
        "min_events_for_tz_tw_calibration": 1000,
        "min_events_for_xt_sr_calibration": 1000,
    }));
    bench
}

/// Hits of a wire: most have many, some boards and wires too few.
fn hits(layer: usize, wire: usize) -> usize {
    match (board(layer, wire), layer, wire) {
        // No hits on a board; 49 and 50 on two.
        (10, ..) => 0,
        (11, ..) => usize::from(wire != PER_BOARD) + usize::from(wire < PER_BOARD + 2),
        (12, ..) => 1 + usize::from(wire < 2),
        // No hits, too few and just enough on wires of a good board.
        (_, 3, 5 | 40..47) => 0,
        (_, 3, 6) => 29,
        (_, 3, 7) => 30,
        _ => 200,
    }
}

#[test]
fn time_zeros_of_wires_are_found_and_the_board_stands_in_for_poor_ones() {
    let mut random = Random::new(4);
    let boards: Vec<f64> = (0..20).map(|_| random.gauss(0.0, 2.0)).collect();
    let late: Vec<Vec<f64>> = (0..8)
        .map(|layer| {
            let wires = 0..WIRES;
            wires
                .map(|wire| boards[board(layer, wire)] + random.gauss(0.0, 1.0))
                .collect()
        })
        .collect();
    let mut rows = columns();
    for layer in LAYERS {
        for wire in 0..WIRES {
            let number = hits(layer, wire);
            for _ in 0..number {
                let mut time = late[layer][wire] + random.gauss(0.0, RESOLUTION);
                if number == 200 && random.chance(0.02) {
                    time = random.uniform(-60.0, 60.0);
                }
                hit(&mut random, &mut rows, [layer, wire], time, 100.0);
            }
        }
    }
    let outcome = bench("tz0", &rows).run("26,1,26,9");
    let found = outcome.only("CDCTimeZeros", "26,1,-1,-1");
    let mut own = Pulls::new("CDC time zeros of wires");
    let mut substitutes = Pulls::new("CDC time zeros by the board");
    let mut seen = BTreeMap::new();
    let common = 10.0 / (rows.len() as f64).sqrt();
    for layer in LAYERS {
        for wire in 0..WIRES {
            let value = found.at("m_t0s", number(layer, wire));
            let board = board(layer, wire);
            let number = hits(layer, wire);
            if number >= 30 {
                let error = (CORE * RESOLUTION / (number as f64).sqrt()).hypot(common);
                own.add(value, BEFORE - COMMON - late[layer][wire], error);
                continue;
            }
            // Those of one board are the same number.
            if let Some(first) = seen.insert((board, number == 0), value) {
                assert_eq!(value, first);
                continue;
            }
            // All hits of its board, with the wires that they come from.
            let (mut hits_of_board, mut sum) = (0.0, 0.0);
            for (other, late) in late[layer].iter().enumerate() {
                if self::board(layer, other) == board {
                    hits_of_board += hits(layer, other) as f64;
                    sum += hits(layer, other) as f64 * late;
                }
            }
            // Which board a wire is on is known from its hits, or those of wires on both sides of it; the
            // only ones without are at the beginning of a layer or beside a board without hits.
            if hits_of_board < 50.0 || (number == 0 && layer != 3) {
                substitutes.add(value, BEFORE - COMMON, common);
            } else {
                let error = CORE * RESOLUTION.hypot(1.0) / f64::sqrt(hits_of_board);
                let truth = BEFORE - COMMON - sum / hits_of_board;
                substitutes.add(value, truth, error.hypot(common));
            }
        }
    }
    own.finish();
    substitutes.finish();
}

/// Boards with many hits, and how many.
const WALKING: std::ops::Range<usize> = 6..14;
const HITS: usize = 8000;
/// How the time walk falls with the pulse height.
const DECAY: f64 = 0.02;
/// Pulse heights: a pedestal and an exponential tail.
const PEDESTAL: f64 = 20.0;
const TAIL: f64 = 80.0;

/// Errors of size and decay that so many hits allow, with a constant that is fitted too: the inverse of the
/// information in bins of ten from 10 to 400.
fn walk_errors(size: f64) -> [f64; 2] {
    let mut information = [[0.0; 3]; 3];
    for bin in 2..40 {
        let low = 10.0 * f64::from(bin);
        let below = |adc: f64| 1.0 - (-(adc - PEDESTAL).max(0.0) / TAIL).exp();
        let number = HITS as f64 * (below(low + 10.0) - below(low));
        let shape = (-DECAY * (low + 5.0)).exp();
        let slopes = [1.0, shape, -size * (low + 5.0) * shape];
        for (row, a) in information.iter_mut().zip(slopes) {
            for (cell, b) in row.iter_mut().zip(slopes) {
                *cell += a * b * number / (CORE * RESOLUTION).powi(2);
            }
        }
    }
    let [[a, b, c], [_, d, e], [_, _, f]] = information;
    let determinant = a * (d * f - e * e) - b * (b * f - e * c) + c * (b * e - d * c);
    let size = (a * f - c * c) / determinant;
    let decay = (a * d - b * b) / determinant;
    [size.sqrt(), decay.sqrt()]
}

#[test]
fn time_walk_is_found_on_top_of_that_in_force() {
    let mut random = Random::new(5);
    let sizes: Vec<f64> = (0..20).map(|_| random.uniform(5.0, 9.0)).collect();
    let level = -1.0;
    let mut rows = columns();
    for board in WALKING {
        // No hits; fewer than 500.
        let number = match board {
            8 => 0,
            9 => 450,
            _ => HITS,
        };
        for i in 0..number {
            let wire = [board / 2, board % 2 * PER_BOARD + i % PER_BOARD];
            let adc = PEDESTAL - TAIL * (1.0 - random.unit()).ln();
            // What is in force was taken away already.
            let walk = (sizes[board] - OLD_WALK[0]) * (-DECAY * adc.floor()).exp();
            let time = level + walk + random.gauss(0.0, RESOLUTION);
            hit(&mut random, &mut rows, wire, time, adc.floor());
        }
    }
    let outcome = bench("tw0", &rows).run("26,1,26,9");
    let found = outcome.only("CDCTimeWalks", "26,1,-1,-1");
    let boards = &found.payload.channels["board"];
    let parameters = &found.payload.channels["parameter"];
    let values = found.values("m_tws");
    let at = |board: usize, parameter: i64| {
        let mut all = boards.iter().zip(parameters).zip(values);
        let wanted = (board as i64, parameter);
        *all.find(|((b, p), _)| (**b, **p) == wanted).unwrap().1
    };
    let mut pulls = Pulls::new("CDC time walk");
    for board in WALKING {
        let walk = [at(board, 0), at(board, 1)];
        if board == 8 || board == 9 {
            assert!((walk[0] - OLD_WALK[0]).abs() < 1e-6 && (walk[1] - OLD_WALK[1]).abs() < 1e-6);
            continue;
        }
        let errors = walk_errors(sizes[board]);
        pulls.add(walk[0], sizes[board], errors[0]);
        pulls.add(walk[1], DECAY, errors[1]);
    }
    pulls.finish();
}
