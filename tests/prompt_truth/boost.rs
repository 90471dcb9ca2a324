//! The boost of the collisions: a search for a direction, and a median along it.

use std::f64::consts::PI;

use b2caf::conditions::turns_of;

use crate::beam_spot::numbers;
use crate::bench::Bench;
use crate::pulls::Pulls;
use crate::random::Random;
use crate::rows::{Kind, Rows};

const MUON: f64 = 0.105_658_375_5;
/// In units of the speed of light.
const BOOST: [f64; 3] = [0.0414, 0.0005, 0.2725];
const PAIRS: usize = 1000;
/// Hours; the intervals are as long.
const LENGTH: f64 = 8.0;

/// Muon pairs that are back to back but for the boost.
fn pairs(random: &mut Random, first_hour: f64, boost: [f64; 3]) -> Rows {
    let mut columns = vec![("time", Kind::Double)];
    for name in [
        "mu0_px", "mu0_py", "mu0_pz", "mu0_pid", "mu1_px", "mu1_py", "mu1_pz", "mu1_pid",
    ] {
        columns.push((name, Kind::Double));
    }
    let mut rows = Rows::new(&columns);
    let squared: f64 = boost.iter().map(|part| part * part).sum();
    let gamma = 1.0 / (1.0 - squared).sqrt();
    for i in 0..PAIRS {
        let energy = 5.29 * random.gauss(1.0, 0.0005);
        let momentum = (energy * energy - MUON * MUON).sqrt();
        let (cosine, phi) = (random.uniform(-0.7, 0.7), random.uniform(-PI, PI));
        let sine = (1.0 - cosine * cosine).sqrt();
        let direction = [sine * phi.cos(), sine * phi.sin(), cosine];
        let mut row = vec![first_hour + LENGTH * (i as f64 + random.unit()) / PAIRS as f64];
        for sign in [1.0, -1.0] {
            let start = direction.map(|part| sign * momentum * part);
            let along: f64 = start.iter().zip(boost).map(|(p, b)| p * b).sum();
            let factor = (gamma - 1.0) * along / squared + gamma * energy;
            for axis in 0..3 {
                let part = start[axis] + boost[axis] * factor;
                row.push(part * random.gauss(1.0, 0.002));
            }
            row.push(1.0);
        }
        rows.push(&row);
        // Pions, which are left out.
        if i % 50 == 0 {
            row[1..4].fill(1.0);
            row[4] = 0.2;
            rows.push(&row);
        }
    }
    rows
}

#[test]
fn the_boost_is_found_and_a_later_one_too() {
    let mut random = Random::new(77);
    let mut bench = Bench::new("caf_boostvector", &["mumu_tight_or_highm_calib"]);
    let mut moved = BOOST;
    moved[0] += 0.002;
    for (run, hour, boost) in [(1, 0.0, BOOST), (2, LENGTH, moved)] {
        let rows = pairs(&mut random, hour, boost);
        let trees = [("bv_events", &rows)];
        bench.file(&["mumu_tight_or_highm_calib"], [26, run], &trees);
    }
    let outcome = bench.run("26,1,26,9");
    let found = outcome.of("CollisionBoostVector", &["26,1,26,1", "26,2,-1,-1"]);
    let mut pulls = Pulls::new("boost");
    for (constants, boost) in found.iter().zip([BOOST, moved]) {
        let turns = turns_of(&constants.payload);
        assert_eq!(turns.len(), 1);
        let value = numbers(&turns[0].payload, "m_boost.");
        let covariance = numbers(&turns[0].payload, "m_boostCovariance.fElements");
        for axis in 0..3 {
            pulls.add(value[axis], boost[axis], covariance[4 * axis].sqrt());
        }
    }
    pulls.finish();
}
