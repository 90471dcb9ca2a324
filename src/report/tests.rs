//! The look of a run, and numbers against hand-made ones.

use std::time::Duration;

use crate::caf::{
    AlgorithmOutcome, CalibrationOutcome, CollectionOutcome, Cut, ExecutionOutcome, Outcome,
    PayloadOutcome, State,
};
use crate::calibrate::{AlgResult, FitSummary, Worst};
use crate::iov::ExpRun;

use super::number::{alone, grouped, percent, time, with_error};
use super::{
    Plain, algorithm_block, calibration_block, collection_block, document, payload_line, rule,
    summary,
};

/// Thin spaces as plain ones, so that the expectations can be read.
fn plain(text: &str) -> String {
    text.replace('\u{2009}', " ")
}

#[test]
fn values_and_errors_are_rounded_together() {
    // The first ones are the examples of the Particle Data Group's own text.
    let cases = [
        (0.827, 0.119, "0.83 ± 0.12"),
        (0.827, 0.367, "0.8 ± 0.4"),
        (0.512_34, 0.013_2, "0.512 ± 0.013"),
        (-0.000_2, 0.013, "0.000 ± 0.013"),
        (12.3456, 0.0963, "12.35 ± 0.10"),
        (12.3456, 0.09994, "12.35 ± 0.10"),
        (45_678.0, 1234.0, "45700 ± 1200"),
        (45_678.0, 4321.0, "46000 ± 4000"),
        (12.0, 1234.0, "0 ± 1200"),
        (3.0, 0.2, "3.00 ± 0.20"),
        (5.123e-9, 1.3e-10, "(5.12 ± 0.13)e-9"),
        (1.234_56e12, 5e9, "(1.235 ± 0.005)e12"),
        (1.0, f64::NAN, "1"),
        (1.25, 0.0, "1.25"),
        (f64::NAN, 0.1, "NaN"),
    ];
    for (value, error, text) in cases {
        assert_eq!(with_error(value, error), text, "{value} {error}");
    }
}

#[test]
fn single_numbers() {
    assert_eq!(alone(0.1 + 0.2), "0.3");
    assert_eq!(alone(1234.5678), "1234.57");
    assert_eq!(alone(0.0), "0");
    assert_eq!(alone(1.5e-9), "1.500e-9");
    assert_eq!(plain(&grouped(6_402_118)), "6 402 118");
    assert_eq!(grouped(999), "999");
    assert_eq!(percent(2_913_402, 14_210_877), "20.5 %");
    assert_eq!(percent(0, 0), "–");
    let seconds = |s| time(Duration::from_secs_f64(s));
    assert_eq!(
        [0.413, 9.996, 12.6, 59.96, 187.2, 3765.0].map(seconds),
        ["0.41 s", "10.0 s", "12.6 s", "1:00", "3:07", "1:02:45"]
    );
}

fn collection() -> CollectionOutcome {
    let cut = |name: &str, before, after| Cut {
        name: name.into(),
        before,
        after,
        alone_before: 0,
        alone_after: 0,
    };
    CollectionOutcome {
        name: "default".into(),
        collector: "crystal_time".into(),
        files: 48,
        events: 6_402_118,
        rows: 14_210_877,
        row_name: "ECLClusters".into(),
        cuts: vec![
            cut("energetic", 14_210_877, 2_913_402),
            cut("in window", 2_913_402, 871_090),
        ],
        warnings: Vec::new(),
    }
}

fn execution() -> ExecutionOutcome {
    ExecutionOutcome {
        data: Some((ExpRun::new(7, 1), ExpRun::new(7, 12))),
        runs: 12,
        iov: Some("7,1,-1,-1".parse().unwrap()),
        committed: true,
        result: AlgResult::Ok,
        message: String::new(),
        place: None,
        warnings: vec!["7 crystals not accepted, previous constants kept: 12, 13, …".into()],
        notes: vec!["1.2 GB of hits were asked".into()],
        fits: Some(FitSummary {
            channel_name: "crystal".into(),
            channels: 8736,
            ok: 8729,
            lacking: Vec::new(),
            not_accepted: vec![12, 13],
            chi2_ndf_median: Some(1.041),
            chi2_ndf_worst: Some(Worst {
                channel: 4127,
                chi2_ndf: 2.709,
            }),
        }),
    }
}

fn algorithm(execution: ExecutionOutcome) -> AlgorithmOutcome {
    AlgorithmOutcome {
        gaps: Vec::new(),
        name: "CrystalTimeOffset".into(),
        strategy: "SingleIOV".into(),
        executions: vec![execution],
    }
}

fn payload(iov: &str) -> PayloadOutcome {
    PayloadOutcome {
        name: "ExampleCrystalTime".into(),
        class: "ECLCrystalCalib".into(),
        iov: iov.parse().unwrap(),
        revision: "3fa94c".into(),
        checksum: "3fa94c".into(),
        file: "outputdb/dbstore_ExampleCrystalTime_rev_3fa94c.json".into(),
    }
}

fn calibration(name: &str, state: State, message: &str) -> CalibrationOutcome {
    CalibrationOutcome {
        name: name.into(),
        state,
        message: message.into(),
        warnings: Vec::new(),
        iterations: 1,
        save_payloads: true,
        collections: vec![collection()],
        algorithms: vec![algorithm(execution())],
        payloads: vec![payload("7,1,-1,-1")],
        problems: Vec::new(),
    }
}

fn outcome(states: &[State]) -> Outcome {
    let calibrations = states.iter().map(|state| calibration("c", *state, "why"));
    Outcome {
        warnings: Vec::new(),
        calibrations: calibrations.collect(),
        ..Outcome::default()
    }
}

#[test]
fn a_run_looks_like_this() {
    let seconds = |s| Some(Duration::from_secs_f64(s));
    let text = [
        collection_block(&collection(), false, seconds(10.4), &Plain),
        algorithm_block(&algorithm(execution()), 0, 5, seconds(1.9), &Plain),
        payload_line(&payload("7,1,-1,-1"), &Plain),
        summary(&outcome(&[State::Completed]), seconds(12.6), &Plain),
    ]
    .join("\n");
    assert_eq!(
        plain(&text),
        "\
\x20 Collect  crystal_time           48 files, 6 402 118 events, 14 210 877 ECLClusters  10.4 s
\x20          energetic              2 913 402   20.5 %
\x20          in window                871 090   29.9 %
Calibrate  CrystalTimeOffset      SingleIOV, iteration 1 of 5                         1.90 s
\x20          8 729 of 8 736 crystals fitted   χ²/ndf median 1.04, worst 2.71 (crystal 4127)
\x20 warning  7 crystals not accepted, previous constants kept: 12, 13, …
\x20    note  1.2 GB of hits were asked
\x20 Payload  ExampleCrystalTime     IoV 7,1 → open
\x20 Summary  1 calibration: 1 completed, 0 failed · 1 payload · 12.6 s"
    );
    assert_eq!(rule(&Plain).chars().count(), 92);
    for line in text
        .lines()
        .filter(|line| line.ends_with("0.4 s") || line.ends_with("1.90 s"))
    {
        assert_eq!(line.chars().count(), 92, "times end where the rule ends");
    }
}

#[test]
fn what_went_wrong_is_said() {
    let mut lacking = execution();
    lacking.result = AlgResult::NotEnoughData;
    lacking.message = "312 of 8 736 crystals below 200 entries, 87 allowed".into();
    let fits = lacking.fits.as_mut().unwrap();
    (fits.ok, fits.chi2_ndf_median, fits.chi2_ndf_worst) = (0, None, None);
    fits.not_accepted.clear();
    lacking.warnings.clear();
    lacking.notes.clear();
    assert_eq!(
        algorithm_block(&algorithm(lacking), 1, 5, None, &Plain),
        "\
Calibrate  CrystalTimeOffset      SingleIOV, iteration 2 of 5
  no data  not_enough_data  312 of 8 736 crystals below 200 entries, 87 allowed"
    );
    let mut failed = calibration(
        "ecl_time",
        State::Blocked,
        "waits for ecl_energy, which failed",
    );
    failed.algorithms.clear();
    assert_eq!(
        calibration_block(&failed, &Plain),
        "  blocked  ecl_time               waits for ecl_energy, which failed"
    );
    assert_eq!(
        calibration_block(&calibration("a", State::Completed, ""), &Plain),
        ""
    );
    let states = [
        State::Completed,
        State::Failed,
        State::Blocked,
        State::NotEnoughData,
    ];
    assert_eq!(
        summary(&outcome(&states), None, &Plain),
        "  Summary  4 calibrations: 1 completed, 1 failed, 1 without enough data, 1 blocked · 1 payload"
    );
    assert_eq!(
        payload_line(&payload("7,1,7,-1"), &Plain),
        "  Payload  ExampleCrystalTime     IoV 7,1 → end of 7"
    );
}

#[test]
fn the_document_has_stable_keys_and_comes_back() {
    let outcome = outcome(&[State::Completed, State::NotEnoughData]);
    let document = document(&outcome);
    let keys: Vec<&String> = document.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "completed",
            "failed",
            "not_enough_data",
            "blocked",
            "payloads",
            "outcome"
        ]
    );
    let calibration = &document["outcome"]["calibrations"][1];
    assert_eq!(calibration["state"], "not_enough_data");
    let execution = &calibration["algorithms"][0]["executions"][0];
    assert_eq!(execution["iov"], serde_json::json!([7, 1, -1, -1]));
    assert_eq!(execution["result"], "ok");
    let back: Outcome = serde_json::from_value(document["outcome"].clone()).unwrap();
    assert_eq!(back, outcome);
}

/// An execution over runs of experiment 7 without fits.
fn one_of_several(first: i32, last: i32, result: AlgResult, committed: bool) -> ExecutionOutcome {
    ExecutionOutcome {
        data: Some((ExpRun::new(7, first), ExpRun::new(7, last))),
        runs: u64::try_from(last - first + 1).unwrap(),
        iov: None,
        committed,
        result,
        message: match result {
            AlgResult::Ok => String::new(),
            _ => "27 entries, 100 needed".into(),
        },
        fits: None,
        warnings: Vec::new(),
        notes: Vec::new(),
        ..execution()
    }
}

#[test]
fn several_executions_say_which_runs_they_took() {
    let mut outcome = algorithm(one_of_several(1, 1, AlgResult::NotEnoughData, false));
    outcome.strategy = "SequentialRunByRun".into();
    outcome.executions.extend([
        one_of_several(1, 2, AlgResult::Ok, true),
        one_of_several(5, 5, AlgResult::Ok, false),
    ]);
    outcome.gaps = vec!["7,3,7,4".parse().unwrap()];
    let text = algorithm_block(&outcome, 0, 5, None, &Plain);
    assert_eq!(
        text.lines().skip(1).collect::<Vec<_>>(),
        [
            "           run 7,1",
            "  no data  not_enough_data  27 entries, 100 needed",
            "           7,1 … 7,2, 2 runs",
            "           run 7,5   not used",
            "  warning  no payload covers 7,3 → 7,4",
        ]
    );
    // Of many only those with something to say.
    let more = (10..30).map(|run| one_of_several(run, run, AlgResult::Ok, true));
    outcome.executions.extend(more);
    let text = algorithm_block(&outcome, 0, 5, None, &Plain);
    assert_eq!(text.lines().count(), 5);
    assert!(
        text.contains("22 executions went well and are not listed"),
        "{text}"
    );
}
