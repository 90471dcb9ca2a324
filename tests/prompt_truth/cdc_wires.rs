//! Bad wires of the CDC: efficiencies along each wire against those of its layer.

use crate::bench::Bench;
use crate::pulls::Pulls;
use crate::random::Random;
use crate::rows::{Kind, Rows};

const LAYERS: usize = 4;
const WIRES: usize = 160;
const USUAL: f64 = 0.97;
/// Crossings of a wire in each run.
const CROSSINGS: usize = 500;
/// A wire and its efficiency all along it.
const DEAD: [usize; 2] = [0, 5];
const WEAK: ([usize; 2], f64) = ([1, 7], 0.3);
/// A little weaker than its layer, but not in one part: this is no bad wire.
const FLAT: ([usize; 2], f64) = ([1, 80], 0.9);
/// Efficient in its backward half only.
const HALF: [usize; 2] = [2, 9];
/// Dead from the second run on.
const LATE: [usize; 2] = [3, 20];

fn efficiency(run: i32, wire: [usize; 2], z: f64) -> f64 {
    match wire {
        DEAD => 0.0,
        LATE if run >= 2 => 0.0,
        HALF if z > 50.0 => 0.5,
        _ if wire == WEAK.0 => WEAK.1,
        _ if wire == FLAT.0 => FLAT.1,
        _ => USUAL,
    }
}

fn crossings(random: &mut Random, run: i32, number: impl Fn([usize; 2]) -> usize) -> Rows {
    let mut rows = Rows::new(&[
        ("layerID", Kind::Int),
        ("wireID", Kind::Int),
        ("z", Kind::Float),
        ("isFound", Kind::Bool),
    ]);
    for layer in 0..LAYERS {
        for wire in 0..WIRES {
            for _ in 0..number([layer, wire]) {
                let z = random.uniform(-70.0, 150.0);
                let found = random.chance(efficiency(run, [layer, wire], z));
                rows.push(&[layer as f64, wire as f64, z, f64::from(u8::from(found))]);
            }
        }
    }
    rows
}

#[test]
fn bad_wires_are_found_on_either_side_of_a_boundary() {
    let mut random = Random::new(13);
    let mut bench = Bench::new("caf_cdc_badwire", &["mumu_tight_or_highm_calib"]);
    for run in [1, 2] {
        let rows = crossings(&mut random, run, |_| CROSSINGS);
        let trees = [("wire_crossings", &rows)];
        bench.file(&["mumu_tight_or_highm_calib"], [26, run], &trees);
    }
    bench.configure(serde_json::json!({ "payload_boundaries": [[26, 2]] }));
    let outcome = bench.run("26,1,26,9");
    let intervals = ["26,1,26,1", "26,2,-1,-1"];
    let found = outcome.of("CDCBadWires", &intervals);
    let number = |wire: [usize; 2]| (512 * wire[0] + wire[1]) as i64;
    let mut pulls = Pulls::new("CDC efficiency of bad wires");
    for (i, constants) in found.iter().enumerate() {
        let bad = constants.channels("m_wires");
        let wires: Vec<i64> = bad.iter().map(|(wire, _)| *wire).collect();
        let mut expected = vec![number(DEAD), number(WEAK.0), number(HALF)];
        expected.extend((i == 1).then_some(number(LATE)));
        assert_eq!(wires, expected, "from {}", intervals[i]);
        for (wire, efficiency) in bad {
            // Two slices of 14 cm at least are left out at either end.
            let used = CROSSINGS as f64 * (220.0 - 6.0 * 14.0) / 220.0;
            if wire == number(WEAK.0) {
                let error = (WEAK.1 * (1.0 - WEAK.1) / used).sqrt();
                pulls.add(efficiency, WEAK.1, error);
            } else if wire != number(HALF) {
                assert_eq!(efficiency, 0.0);
            }
        }
    }
    pulls.finish();
    say!(
        "CDC bad wires: {} wires in two intervals are as they were made",
        LAYERS * WIRES
    );
}

#[test]
fn a_thousand_crossings_do_not_say_which_wires_are_bad() {
    let mut random = Random::new(14);
    for number in [1000, 1001] {
        let mut bench = Bench::new("caf_cdc_badwire", &["mumu_tight_or_highm_calib"]);
        let rows = crossings(&mut random, 1, |wire| match wire {
            [0, 0..100] => number / 100 + usize::from(wire[1] < number % 100),
            _ => 0,
        });
        assert_eq!(rows.len(), number);
        let trees = [("wire_crossings", &rows)];
        bench.file(&["mumu_tight_or_highm_calib"], [26, 1], &trees);
        let (said, well) = bench.tried("26,1,26,9");
        assert_eq!(well, number > 1000, "{said}");
        let short = said.contains("1000.0 crossings, more than 1000 needed");
        assert_eq!(short, number == 1000, "{said}");
    }
}
