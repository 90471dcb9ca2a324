//! Strip efficiencies of the KLM: ratios per plane, with runs merged and cut by what they saw.

use crate::bench::Bench;
use crate::pulls::Pulls;
use crate::random::Random;
use crate::rows::{Kind, Rows};

const STRIPS: usize = 75;

/// Muons that cross planes, as often as `crossings` says of each.
fn muons(random: &mut Random, efficiencies: &[f64], crossings: &[usize]) -> Rows {
    let mut rows = Rows::new(&[
        ("planeNumber", Kind::Int),
        ("channel", Kind::Int),
        ("digits", Kind::Int),
        ("outerDigits", Kind::Int),
        ("p", Kind::Float),
        ("matchedStrip", Kind::Int),
    ]);
    for (plane, number) in crossings.iter().enumerate() {
        for _ in 0..*number {
            let channel = plane * STRIPS + 1 + random.below(STRIPS);
            let strip = if random.chance(efficiencies[plane]) {
                3.0
            } else {
                -1.0
            };
            rows.push(&[plane as f64, channel as f64, 20.0, 5.0, 3.0, strip]);
            // Tracks with few digits are badly known and must not count.
            if random.chance(0.05) {
                rows.push(&[plane as f64, channel as f64, 8.0, 5.0, 3.0, -1.0]);
            }
        }
    }
    rows
}

#[test]
fn efficiencies_of_planes_are_found_and_runs_are_merged_by_the_planes_they_saw() {
    let mut random = Random::new(8);
    let planes = 50;
    let truth: Vec<f64> = (0..planes).map(|_| random.uniform(0.85, 0.97)).collect();
    let mut moved = truth.clone();
    moved[7] -= 0.15;
    let mut sparse = vec![10; planes];
    sparse[3] = 9;
    let mut part = vec![700; planes];
    part[40..].fill(0);
    let runs = [
        // Plane 3 cannot be measured in the first run alone.
        (1, &truth, sparse),
        (2, &truth, vec![700; planes]),
        (3, &moved, vec![700; planes]),
        (4, &truth, vec![0; planes]),
        // Ten planes are off.
        (5, &truth, part),
        // The precision is not reached, but the last piece has a payload anyway.
        (6, &truth, vec![60; planes]),
        (7, &truth, vec![10; planes]),
    ];
    let mut bench = Bench::new("caf_klm_strip_efficiency", &["hlt_mumu"]);
    for (run, efficiencies, crossings) in runs {
        let rows = muons(&mut random, efficiencies, &crossings);
        bench.file(&["hlt_mumu"], [26, run], &[("klm_ext_hits", &rows)]);
    }
    let outcome = bench.run("26,1,26,9");
    let intervals = ["26,1,26,2", "26,3,26,4", "26,5,26,5", "26,6,-1,-1"];
    let found = outcome.of("KLMStripEfficiency", &intervals);
    assert!(outcome.said.contains("1 planes with too few hits"));

    let mut pulls = Pulls::new("KLM strip efficiency");
    for (i, constants) in found.iter().enumerate() {
        let truth = if i == 1 { &moved } else { &truth };
        let errors = constants.values("m_efficiencyError");
        let mut seen = vec![false; planes];
        for ((channel, efficiency), error) in constants.channels("m_efficiency").iter().zip(errors)
        {
            let plane = (*channel as usize - 1) / STRIPS;
            // All strips of a plane have the same numbers.
            if !seen[plane] {
                pulls.add(*efficiency, truth[plane], *error);
                seen[plane] = true;
            }
        }
        let expected = if i == 2 { 40 } else { planes };
        assert_eq!(seen.iter().filter(|seen| **seen).count(), expected);
        assert!(i == 3 || errors.iter().all(|error| *error <= 0.02));
    }
    pulls.finish();
}
