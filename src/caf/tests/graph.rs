//! Calibrations after each other: failures, iterations, constants handed on.

use std::fs;
use std::path::Path;

use crate::caf::{Outcome, State};
use crate::conditions::Store;
use crate::expr::build::{add, column};
use crate::iov::ExpRun;

use super::toy::{calibration, gaussian, previous_mean, run};

fn states(outcome: &Outcome) -> Vec<(&str, State, &str)> {
    let all = outcome.calibrations.iter();
    all.map(|c| (c.name.as_str(), c.state, c.message.as_str()))
        .collect()
}

fn lines(output: &Path) -> Vec<String> {
    let text = fs::read_to_string(output.join("outputdb/database.txt")).unwrap_or_default();
    let word = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        format!("{} {}", words[0], words[2])
    };
    text.lines().map(word).collect()
}

#[test]
fn a_calibration_from_beginning_to_end() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("results");
    let (outcome, events) = run(vec![calibration("cal", "mean_42", &[])], &output, false).unwrap();
    assert_eq!(states(&outcome), [("cal", State::Completed, "")]);
    assert!(outcome.completed());
    assert_eq!(
        lines(&output),
        [
            "dbstore/TestCalibMean 7,0,-1,-1",
            "dbstore/TestCalibObjects 7,0,-1,-1"
        ]
    );
    let store = Store::new(output.join("outputdb"));
    let mean = store
        .find("TestCalibMean", ExpRun::new(9, 3))
        .unwrap()
        .unwrap();
    // A Gaussian around 42 in bins of width 1, rounded to whole entries.
    assert!((mean.members["m_mean"][0] - 42.0).abs() < 0.01);
    for file in [
        "plan.json",
        "outcome.json",
        "cal/outputdb/database.txt",
        "cal/0/collector_output/default/summary.json",
        "cal/0/collector_output/default/objects.json",
        "cal/0/algorithm_output/TestCalibrationAlgorithm.json",
        "cal/0/algorithm_output/outputdb/database.txt",
    ] {
        assert!(output.join(file).is_file(), "{file}");
    }
    let saved: Outcome =
        serde_json::from_slice(&fs::read(output.join("outcome.json")).unwrap()).unwrap();
    assert_eq!(saved, outcome);
    let payload = outcome.payloads().next().unwrap();
    assert!(output.join(&payload.file).is_file());
    let provenance = store
        .provenance(&payload.name, &payload.revision)
        .unwrap()
        .unwrap();
    let facts = &provenance.origins[0].facts;
    assert_eq!(facts["sources"][0]["hash"], "abc");
    assert_eq!(facts["inputs"]["default"][0][0], "mean_42");
    assert_eq!(facts["runs"], serde_json::json!([[7, 1]]));
    let names: Vec<&str> = events
        .iter()
        .map(|event| event["event"].as_str().unwrap())
        .collect();
    assert_eq!(
        names,
        [
            "started",
            "calibration_started",
            "iteration_started",
            "collected",
            "algorithm_started",
            "algorithm_done",
            "payload_written",
            "payload_written",
            "calibration_done",
            "finished"
        ]
    );
    assert_eq!(events[5]["algorithm"]["executions"][0]["result"], "ok");
    assert_eq!(
        events[9]["outcome"]["calibrations"][0]["state"],
        "completed"
    );
}

#[test]
fn what_waits_for_a_failure_is_blocked_and_the_rest_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut broken = calibration("broken_fit", "mean_42", &[]);
    // The payload asks for constants in force, and there are none.
    broken.algorithms = vec![gaussian("Offset", previous_mean())];
    let (outcome, events) = run(
        vec![
            calibration("last", "mean_42", &["middle", "free"]),
            calibration("middle", "mean_42", &["broken_fit"]),
            broken,
            calibration("few", "entries_20", &[]),
            calibration("after_few", "mean_42", &["few"]),
            calibration("free", "mean_42", &[]),
        ],
        folder.path(),
        false,
    )
    .unwrap();
    let found = states(&outcome);
    assert_eq!(found[0].0, "broken_fit");
    assert_eq!(found[0].1, State::Failed);
    assert!(
        found[0].2.starts_with("FitOffset: payload Offset: "),
        "{}",
        found[0].2
    );
    assert_eq!(
        found[1..],
        [
            (
                "few",
                State::NotEnoughData,
                "TestCalibrationAlgorithm: `MyHisto` has 20 entries, 100 needed"
            ),
            ("free", State::Completed, ""),
            (
                "middle",
                State::Blocked,
                "waits for broken_fit, which failed"
            ),
            (
                "after_few",
                State::Blocked,
                "waits for few, which did not have enough data"
            ),
            ("last", State::Blocked, "waits for broken_fit, which failed"),
        ]
    );
    assert!(!outcome.completed() && !outcome.only_lacks_data());
    assert_eq!(lines(folder.path()).len(), 2);
    // A calibration that failed shows its fits, and has no payloads.
    assert!(
        folder
            .path()
            .join("broken_fit/0/algorithm_output/FitOffset.json")
            .is_file()
    );
    assert!(!folder.path().join("broken_fit/outputdb").exists());
    assert!(!folder.path().join("middle").exists());
    let started = events
        .iter()
        .filter(|event| event["event"] == "calibration_started");
    assert_eq!(started.count(), 3);
}

#[test]
fn only_too_little_data_is_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let calibrations = vec![
        calibration("few", "entries_20", &[]),
        calibration("after_few", "mean_42", &["few"]),
        calibration("free", "mean_42", &[]),
    ];
    let (outcome, _) = run(calibrations, folder.path(), false).unwrap();
    assert!(outcome.only_lacks_data());
    assert_eq!(outcome.count(State::Blocked), 1);
}

#[test]
fn iterations_end_when_all_are_used() {
    let folder = tempfile::tempdir().unwrap();
    let mut high = calibration("high", "mean_45", &[]);
    high.max_iterations = 3;
    let (outcome, events) = run(vec![high], folder.path(), false).unwrap();
    let calibration = &outcome.calibrations[0];
    assert_eq!(
        (calibration.state, calibration.iterations),
        (State::Completed, 3)
    );
    assert_eq!(
        calibration.warnings,
        [
            "another iteration is asked for, but these were all of max_iterations (3); the last constants are kept"
        ]
    );
    for number in ["0", "1", "2"] {
        let database = format!("high/{number}/algorithm_output/outputdb/database.txt");
        assert!(folder.path().join(database).is_file());
    }
    assert!(!folder.path().join("high/3").exists());
    // What was collected once is kept once.
    let objects = |n| {
        folder
            .path()
            .join(format!("high/{n}/collector_output/default/objects.json"))
    };
    assert!(objects(0).is_file() && !objects(1).exists());
    let collected = events.iter().filter(|event| event["event"] == "collected");
    let reused: Vec<bool> = collected
        .map(|event| event["reused"].as_bool().unwrap())
        .collect();
    assert_eq!(reused, [false, true, true]);
    assert_eq!(lines(folder.path()).len(), 2);
}

#[test]
fn constants_are_handed_on_whether_saved_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = calibration("first", "mean_30", &[]);
    first.algorithms = vec![gaussian("Offset", column("mean"))];
    first.save_payloads = false;
    let mut second = calibration("second", "mean_12", &["first"]);
    second.algorithms = vec![gaussian("Offset", add(&column("mean"), &previous_mean()))];
    let mut stranger = calibration("stranger", "mean_12", &[]);
    stranger.algorithms = vec![gaussian("Other", previous_mean())];
    let (outcome, _) = run(vec![first, second, stranger], folder.path(), false).unwrap();
    assert_eq!(outcome.count(State::Completed), 2);
    // What `first` found is not part of the result, but `second` saw it: 30 + 12.
    assert_eq!(lines(folder.path()), ["dbstore/Offset 7,0,-1,-1"]);
    let store = Store::new(folder.path().join("outputdb"));
    let sum = store.find("Offset", ExpRun::new(7, 1)).unwrap().unwrap();
    assert!(
        (sum.members["m_mean"][0] - 42.0).abs() < 0.05,
        "{:?}",
        sum.members
    );
    let unsaved = &outcome.calibrations[0].payloads[0];
    assert!(unsaved.file.starts_with("first/outputdb"));
    assert!(folder.path().join(&unsaved.file).is_file());
    assert_eq!(outcome.payloads().count(), 1);
}

#[test]
fn ignored_runs_concern_every_collection() {
    let folder = tempfile::tempdir().unwrap();
    let mut two = calibration("cal", "mean_42", &[]);
    let second = two.collections["default"].clone();
    two.collections.insert("second".into(), second);
    // The only run there is.
    two.ignored_runs = vec![ExpRun::new(7, 1)];
    let (outcome, _) = run(vec![two], folder.path(), false).unwrap();
    let found = states(&outcome);
    assert_eq!(found[0].1, State::NotEnoughData, "{}", found[0].2);
}

#[test]
fn payloads_saved_twice_for_the_same_runs_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut unsaved = calibration("rough", "mean_42", &[]);
    unsaved.save_payloads = false;
    let first = calibration("first", "mean_42", &["rough"]);
    let second = calibration("second", "mean_42.5", &["first"]);
    let (outcome, _) = run(vec![unsaved, first, second], folder.path(), false).unwrap();
    assert_eq!(
        outcome.warnings,
        ["TestCalibMean", "TestCalibObjects"].map(|name| format!(
            "{name} is saved by first (7,0,-1,-1) and by second (7,0,-1,-1): where they overlap, that of second counts; give one of them save_payloads: false if that is not meant"
        ))
    );
}
