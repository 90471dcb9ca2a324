//! The beam spot: intervals found in the data, within runs too, and linear fits in each.

use std::f64::consts::{PI, TAU};

use b2caf::conditions::{Leaf, Payload, leaves, turns_of};

use crate::bench::Bench;
use crate::pulls::Pulls;
use crate::random::Random;
use crate::rows::{Kind, Rows};

/// Centimetres.
const UM: f64 = 1e-4;
const CENTRE: [f64; 3] = [0.03, -0.01, 0.2];
/// Along x, y and z, in the frame of the beam.
const SIZE: [f64; 3] = [10.0 * UM, 0.3 * UM, 300.0 * UM];
/// How much x moves along the beam.
const TILT: f64 = 0.02;
/// Of d0 and z0.
const RESOLUTION: f64 = 20.0 * UM;
const PAIRS: usize = 6000;
/// Runs with their first and last hour.
const RUNS: [(i32, f64, f64); 4] = [
    (1, 0.0, 2.0),
    (2, 2.0, 4.0),
    // No data for three hours.
    (3, 7.0, 9.0),
    // One minute.
    (4, 9.0, 9.0 + 1.0 / 60.0),
];
const STEP: f64 = 20.0 * UM;

/// How far x is off at that hour: in run 2, and from the middle of the second half hour of run 3 on.
fn step(hour: f64) -> f64 {
    match hour {
        2.0..4.0 | 7.75.. => STEP,
        _ => 0.0,
    }
}

fn pairs(random: &mut Random, number: usize, hours: [f64; 2]) -> Rows {
    let names = [
        "time",
        "mu0_d0",
        "mu0_z0",
        "mu0_phi0",
        "mu0_tanlambda",
        "mu1_d0",
        "mu1_z0",
        "mu1_phi0",
        "mu1_tanlambda",
    ];
    let mut rows = Rows::new(&names.map(|name| (name, Kind::Double)));
    for i in 0..number {
        let part = (i as f64 + random.unit()) / number as f64;
        let hour = hours[0] + (hours[1] - hours[0]) * part;
        let along = random.gauss(0.0, SIZE[2]);
        let x = CENTRE[0] + step(hour) + TILT * along + random.gauss(0.0, SIZE[0]);
        let y = CENTRE[1] + random.gauss(0.0, SIZE[1]);
        let z = CENTRE[2] + along;
        let mut row = vec![hour];
        let (phi, slope) = (random.uniform(-PI, PI), random.uniform(-1.0, 1.0));
        // Far from the beam in one of a hundred pairs.
        let worse = if random.chance(0.01) { 10.0 } else { 1.0 };
        for back in [0.0, 1.0] {
            let phi = (phi + back * (PI + random.gauss(0.0, 0.01)) + PI).rem_euclid(TAU) - PI;
            let slope = (1.0 - 2.0 * back) * slope + back * random.gauss(0.0, 0.01);
            let (sin, cos) = phi.sin_cos();
            let d0 = x * sin - y * cos + random.gauss(0.0, worse * RESOLUTION);
            let z0 = z - slope * (x * cos + y * sin) + random.gauss(0.0, RESOLUTION);
            row.extend([d0, z0, phi, slope]);
        }
        rows.push(&row);
    }
    rows
}

/// All numbers of a payload below a member.
pub(crate) fn numbers(payload: &Payload, member: &str) -> Vec<f64> {
    let all = leaves(payload.object.as_ref().unwrap());
    let own = all.iter().filter(|(path, _)| path.starts_with(member));
    let numbers = own.flat_map(|(_, leaf)| match leaf {
        Leaf::Number(number) => vec![*number],
        Leaf::Numbers(numbers) => numbers.to_vec(),
        _ => Vec::new(),
    });
    numbers.collect()
}

#[test]
fn the_beam_is_followed_across_steps_and_gaps() {
    let mut random = Random::new(12);
    let mut bench = Bench::new("caf_beamspot", &["mumu_tight_or_highm_calib"]);
    for (run, low, high) in RUNS {
        let number = if run == 4 { 100 } else { PAIRS };
        let rows = pairs(&mut random, number, [low, high]);
        let trees = [("bs_events", &rows)];
        bench.file(&["mumu_tight_or_highm_calib"], [26, run], &trees);
    }
    let outcome = bench.run("26,1,26,9");
    let intervals = ["26,1,26,1", "26,2,26,2", "26,3,26,3", "26,4,-1,-1"];
    let found = outcome.of("BeamSpot", &intervals);

    let mut pulls = Pulls::new("beam spot position");
    for (constants, (_, first_hour, _)) in found.iter().zip(&RUNS[..3]) {
        let turns = turns_of(&constants.payload);
        assert_eq!(turns.len(), 4, "half an hour each");
        for (i, turn) in turns.iter().enumerate() {
            let begin = i * PAIRS / 4;
            let from = turn.first_event.unwrap() as f64;
            assert!(
                (from - begin as f64).abs() < 10.0,
                "{from} instead of {begin}"
            );
            let position = numbers(&turn.payload, "m_IPPosition.");
            let covariance = numbers(&turn.payload, "m_IPPositionCovMatrix.fElements");
            // A step within an interval is averaged.
            let hours = [0.125, 0.375].map(|hour| first_hour + 0.5 * i as f64 + hour);
            let moved = 0.5 * (step(hours[0]) + step(hours[1]));
            // Both tracks of a pair come from one place, which the fit does not know.
            let common = |axis: usize| SIZE[axis] / (0.25 * PAIRS as f64).sqrt();
            for axis in 0..3 {
                let truth = CENTRE[axis] + if axis == 0 { moved } else { 0.0 };
                let half = covariance[4 * axis].sqrt();
                let error = if axis == 2 {
                    common(axis)
                } else {
                    half.hypot(common(axis))
                };
                pulls.add(position[axis], truth, error);
            }
        }
    }
    pulls.finish();

    // A minute is no interval of its own.
    let last = turns_of(&found[2].payload).pop().unwrap();
    assert_eq!(
        turns_of(&found[3].payload),
        [b2caf::conditions::Turn {
            first_event: Some(0),
            ..last
        }]
    );

    let mut pulls = Pulls::new("beam spot size");
    // Products of two distances: their error, and that of three numbers fitted to them at once.
    let product = RESOLUTION.powi(2) + 0.5 * SIZE[0].powi(2);
    let across = (3.0 / PAIRS as f64).sqrt() * product;
    let along = SIZE[2].powi(2) * (2.0 / PAIRS as f64).sqrt();
    let tilt = (2.0 * product / PAIRS as f64).sqrt() / SIZE[2];
    let truth = [
        (0, SIZE[0].powi(2) + (TILT * SIZE[2]).powi(2), across),
        (4, SIZE[1].powi(2), across),
        (8, SIZE[2].powi(2), along),
        (
            2,
            TILT * SIZE[2].powi(2),
            (tilt * SIZE[2].powi(2)).hypot(TILT * along),
        ),
    ];
    for constants in &found[..2] {
        let turns = turns_of(&constants.payload);
        let size = numbers(&turns[0].payload, "m_sizeCovMatrix.fElements");
        for (element, truth, error) in truth {
            pulls.add(size[element], truth, error);
        }
    }
    pulls.finish();
}
