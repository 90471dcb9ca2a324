//! `TestCalibrationAlgorithm` answers as upstream's.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::calibrate::{
    AlgResult, Algorithm, Channels, Execution, Kind, Params, Strategy, Task, run_strategy,
};
use crate::conditions::Chain;
use crate::hist::{Axis, Histogram};
use crate::iov::{ExpRun, IoV};

use super::toy::{Toy, place, run};

/// A histogram with bins of width 1 from 0 to 100: `counts` at these values.
fn execute(counts: &[(usize, f64)], rows: Option<u64>) -> Execution {
    let axis = Axis::Regular {
        bins: 100,
        low: 0.0,
        high: 100.0,
        unit: String::new(),
    };
    let mut cells = vec![0.0; 102];
    for (bin, count) in counts {
        cells[bin + 1] += count;
    }
    let mut toy = Toy::single("MyHisto", &[]);
    let run_number = ExpRun::new(7, 1);
    toy.objects.get_mut("MyHisto").unwrap().insert(
        run_number,
        Channels {
            name: String::new(),
            histograms: vec![(0, Histogram::of_counts(axis, cells))],
        },
    );
    if let Some(rows) = rows {
        toy.rows
            .insert("MyTree".into(), BTreeMap::from([(run_number, rows)]));
    }
    let algorithm = Algorithm {
        name: "TestCalibrationAlgorithm".into(),
        kind: Kind::TestCalibration,
        strategy: Strategy::SingleIOV,
        params: Params::default(),
        place: place(1),
    };
    run(&algorithm, toy.clone())
}

#[test]
fn codes_follow_entries_and_mean() {
    let code = |counts: &[(usize, f64)], rows| execute(counts, rows).result;
    assert_eq!(code(&[(42, 99.0)], Some(1000)), AlgResult::NotEnoughData);
    assert_eq!(code(&[(42, 100.0)], Some(99)), AlgResult::NotEnoughData);
    assert_eq!(code(&[(42, 100.0)], None), AlgResult::Failure);
    // Means of bin centres: 42.5, 43.0 (half and half), 40.5.
    assert_eq!(code(&[(42, 100.0)], Some(100)), AlgResult::Ok);
    assert_eq!(
        code(&[(42, 100.0), (43, 100.0)], Some(200)),
        AlgResult::Iterate
    );
    assert_eq!(code(&[(40, 100.0)], Some(100)), AlgResult::Ok);
}

#[test]
fn two_payloads_are_saved() {
    // 100 entries at 41.5 and 100 at 43.5: mean 42.5, standard deviation 1, error 1/√200.
    let execution = execute(&[(41, 100.0), (43, 100.0)], Some(200));
    let names: Vec<&str> = execution
        .payloads
        .iter()
        .map(|p| p.payload.name.as_str())
        .collect();
    assert_eq!(names, ["TestCalibMean", "TestCalibObjects"]);
    let mean = &execution.payloads[0].payload;
    assert!(mean.channels.is_empty());
    assert!((mean.members["m_mean"][0] - 42.5).abs() < 1e-12);
    assert!((mean.members["m_meanError"][0] - 1.0 / 200_f64.sqrt()).abs() < 1e-12);
    assert_eq!(execution.payloads[1].payload.members["m_value"], [1.0, 2.0]);
}

/// Runs 1, 2, … of experiment 7 with 200 entries of `MyHisto` in one bin each, and an algorithm.
fn between_boundaries(kind: Kind, bins: &[usize]) -> (Vec<String>, AlgResult, String) {
    let runs = (1..).map(|run| ExpRun::new(7, run)).take(bins.len());
    let axis = Axis::Regular {
        bins: 100,
        low: 0.0,
        high: 100.0,
        unit: String::new(),
    };
    let histogram = |bin: &usize| {
        let mut cells = vec![0.0; 102];
        cells[bin + 1] = 200.0;
        Channels {
            name: String::new(),
            histograms: vec![(0, Histogram::of_counts(axis.clone(), cells))],
        }
    };
    let runs: Vec<ExpRun> = runs.collect();
    let filled = runs.iter().copied().zip(bins.iter().map(histogram));
    let rows = runs.iter().map(|run| (*run, 200)).collect();
    let toy = Toy {
        objects: BTreeMap::from([("MyHisto".into(), filled.collect())]),
        rows: BTreeMap::from([("MyTree".into(), rows)]),
        runs,
        ..Toy::default()
    };
    let done = run_strategy(&Task {
        algorithm: Algorithm {
            name: "Native".into(),
            kind,
            strategy: Strategy::SequentialBoundaries,
            params: Params::default(),
            place: place(1),
        },
        objects: Arc::new(toy),
        requested: IoV::EVERYTHING,
        ignored: Vec::new(),
        iteration: 0,
        constants: Chain::default(),
        earlier: None,
    });
    let saved = done.commits.iter().flat_map(|commit| &commit.payloads);
    let effect = saved.map(|s| format!("{} {}", s.payload.name, s.iov));
    (effect.collect(), done.result, done.message)
}

#[test]
fn a_mean_that_moves_up_makes_a_boundary() {
    // 40.5 40.5 | 41.5 | 43.5 42.5 40.5 43.5 | 44.5: the last boundary counts, and only upwards.
    let (effect, result, message) =
        between_boundaries(Kind::TestCalibration, &[40, 40, 41, 43, 42, 40, 43, 44]);
    assert_eq!(result, AlgResult::Iterate, "{message}");
    let means: Vec<&String> = effect.iter().filter(|e| e.contains("Mean")).collect();
    assert_eq!(
        means,
        [
            "TestCalibMean 7,1,7,2",
            "TestCalibMean 7,3,7,3",
            "TestCalibMean 7,4,7,7",
            "TestCalibMean 7,8,7,8"
        ]
    );
    let (effect, result, message) =
        between_boundaries(Kind::TestBoundarySetting, &[40, 40, 41, 42]);
    assert_eq!(result, AlgResult::Ok, "{message}");
    assert_eq!(effect, ["TestCalibMean 7,1,7,4"]);
}
