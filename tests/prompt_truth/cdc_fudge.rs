//! Errors of CDC tracks against how well two muons agree: widths that are told, with no payload.

use serde_json::json;

use crate::bench::Bench;
use crate::pulls::Pulls;
use crate::random::Random;
use crate::rows::{Kind, Rows};

const PAIRS: usize = 6000;
/// Transverse momentum, distances from the beam across and along: name and error that tracks state.
const QUANTITIES: [(&str, f64); 3] = [("pt", 0.05), ("d0", 0.001), ("z0", 0.0015)];
/// A Gaussian fitted within twice its width knows its width so much less well than all values do.
const CORE: f64 = 1.8;

/// Muon pairs whose errors are larger by these factors than tracks state.
fn pairs(random: &mut Random, number: usize, factors: [f64; 3]) -> Rows {
    let columns = [
        "pt_pos",
        "pt_neg",
        "pt_pos_err",
        "pt_neg_err",
        "d0_pos",
        "d0_neg",
        "d0_pos_err",
        "d0_neg_err",
        "z0_pos",
        "z0_neg",
        "z0_pos_err",
        "z0_neg_err",
        "theta_pos",
        "theta_neg",
        "ecl_energy",
        "dphi_cms",
        "dtheta_cms",
    ];
    let mut rows = Rows::new(&columns.map(|name| (name, Kind::Float)));
    for i in 0..number {
        let mut row = Vec::new();
        for ((_, stated), factor) in QUANTITIES.iter().zip(factors) {
            let middle = if row.is_empty() { 5.0 } else { 0.0 };
            for _ in 0..2 {
                row.push(random.gauss(middle, factor * stated));
            }
            row.extend([*stated, *stated]);
        }
        row.extend([random.uniform(50.0, 120.0), random.uniform(50.0, 120.0)]);
        row.extend([0.5, 2.0, 2.0]);
        rows.push(&row);
        // Pairs with a photon, and slow ones, do not agree.
        if i % 10 == 0 {
            row[0] += 0.1;
            row[14] = 3.0;
            rows.push(&row);
            row[0] = 2.4;
            row[14] = 0.5;
            rows.push(&row);
        }
    }
    rows
}

/// What is said of each quantity, for each interval in turn: resolution and factor.
fn told(said: &str, name: &str) -> Vec<[f64; 2]> {
    let start = format!("{name}: resolution ");
    let lines = said.lines().filter_map(|line| line.split(&start).nth(1));
    let numbers = lines.map(|line| {
        let (resolution, factor) = line.split_once(", fudge factor ").unwrap();
        [resolution, factor].map(|text| text.trim().parse().unwrap())
    });
    numbers.collect()
}

#[test]
fn factors_between_stated_and_true_errors_are_found_on_either_side_of_a_boundary() {
    let mut random = Random::new(17);
    let mut bench = Bench::new("caf_cdc_fudgefactor", &["mumu_tight_or_highm_calib"]);
    let factors = [[1.0, 1.3, 0.95], [1.1, 1.5, 0.95]];
    for (run, factors) in [1, 2].into_iter().zip(factors) {
        let rows = pairs(&mut random, PAIRS, factors);
        let trees = [("mumu_fudge", &rows)];
        bench.file(&["mumu_tight_or_highm_calib"], [26, run], &trees);
    }
    bench.configure(json!({ "payload_boundaries": [[26, 2]] }));
    let (said, well) = bench.tried("26,1,26,9");
    assert!(well, "{said}");
    let mut pulls = Pulls::new("CDC fudge factors");
    let relative = CORE / (2.0 * PAIRS as f64).sqrt();
    for (i, (name, stated)) in QUANTITIES.into_iter().enumerate() {
        let found = told(&said, name);
        assert_eq!(found.len(), 2, "{said}");
        for ([resolution, factor], truth) in found.into_iter().zip(factors) {
            // The difference of two tracks over the root of two is as wide as one track.
            let width = truth[i] * stated;
            pulls.add(resolution, width, relative * width);
            pulls.add(factor, truth[i], relative * truth[i]);
        }
    }
    pulls.finish();
}

#[test]
fn a_hundred_pairs_are_needed() {
    let mut random = Random::new(18);
    for number in [99, 100] {
        let mut bench = Bench::new("caf_cdc_fudgefactor", &["mumu_tight_or_highm_calib"]);
        let rows = pairs(&mut random, number, [1.0; 3]);
        let trees = [("mumu_fudge", &rows)];
        bench.file(&["mumu_tight_or_highm_calib"], [26, 1], &trees);
        let (said, well) = bench.tried("26,1,26,9");
        let short = said.contains("99 muon pairs, 100 needed");
        assert_eq!(short, number == 99, "{said}");
        assert_eq!(
            told(&said, "z0").len(),
            usize::from(!short),
            "{well} {said}"
        );
    }
}
