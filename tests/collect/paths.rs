//! What happens to events before the collector: rules about events, and programs.

use b2caf::collect::{
    Collected, Collector, Error, Logic, Native, NoConstants, Options, Path, PathStep, Silent,
    collect_along,
};
use b2caf::dataset::keeps;
use b2caf::expr::Column;
use b2caf::iov::{ExpRun, IoV};
use serde_json::Value;

use std::path::PathBuf;

use super::build::*;
use super::same::{content, parts, whole};

fn along(
    steps: &[PathStep],
    collector: &Collector,
    files: &[(PathBuf, IoV)],
    threads: usize,
) -> Result<Collected, Error> {
    let path = Path {
        steps: steps.to_vec(),
    };
    let options = Options {
        threads,
        ..Options::default()
    };
    collect_along(&path, collector, files, &NoConstants, options, &Silent)
}

fn numbers() -> Collector {
    collector("tree", vec![table("events", &[("event", col("event"))])])
}

fn events(collected: &Collected) -> Vec<i64> {
    let runs: Vec<ExpRun> = collected.runs.iter().map(|r| r.run).collect();
    let mut events = match collected.table("events", &runs).unwrap().column("event") {
        Some(Column::Int(values)) => values.clone(),
        other => panic!("{other:?}"),
    };
    events.sort_unstable();
    events
}

fn prescale(fraction: f64, seed: u64) -> PathStep {
    PathStep::prescale(fraction, seed).unwrap()
}

#[test]
fn the_first_events_of_each_file_are_its_first_entries() {
    let collected = along(&[PathStep::First(20)], &numbers(), &parts(), 2).unwrap();
    // Parts begin at these events.
    let starts = [1, 61, 76, 146, 191];
    let lengths = [20, 15, 20, 20, 20];
    let expected: Vec<i64> = starts
        .iter()
        .zip(lengths)
        .flat_map(|(start, length)| *start..*start + length)
        .collect();
    assert_eq!(events(&collected), expected);
    let read: Vec<u64> = collected.files.iter().map(|file| file.entries).collect();
    assert_eq!(read, [20, 15, 20, 20, 20]);
    let none = along(&[PathStep::First(0)], &numbers(), &parts(), 2).unwrap();
    assert!(events(&none).is_empty() && none.runs.is_empty());
}

#[test]
fn steps_apply_in_their_order() {
    let all = events(&run(&numbers(), &whole(), 1).unwrap());
    let first_then_scaled = along(
        &[PathStep::First(50), prescale(0.5, 3)],
        &numbers(),
        &whole(),
        1,
    );
    let first_then_scaled = events(&first_then_scaled.unwrap());
    assert!(first_then_scaled.iter().all(|event| *event <= 50));
    assert!(first_then_scaled.len() < 50);
    let scaled_then_first = along(
        &[prescale(0.5, 3), PathStep::First(50)],
        &numbers(),
        &whole(),
        1,
    );
    let scaled_then_first = events(&scaled_then_first.unwrap());
    assert_eq!(scaled_then_first.len(), 50);
    assert!(scaled_then_first.starts_with(&first_then_scaled));
    // Event 1 to 75 are of run 7,1.
    let kept = |event: &&i64| keeps(0.5, 3, 7, 1, event.cast_unsigned());
    let expected: Vec<i64> = all
        .iter()
        .filter(kept)
        .copied()
        .take_while(|e| *e <= 50)
        .collect();
    assert_eq!(first_then_scaled, expected);
}

#[test]
fn prescale_and_limit_of_path_and_collector_hold_for_any_split() {
    let mut collector = Native::CaTest.collector();
    collector.prescale = 0.7;
    collector.max_events_per_run = Some(30);
    let steps = [prescale(0.6, 9)];
    let first = content(&along(&steps, &collector, &whole(), 1).unwrap());
    for threads in [1, 4] {
        let other = content(&along(&steps, &collector, &parts(), threads).unwrap());
        assert_eq!(first.to_string(), other.to_string());
    }
    assert_eq!(first["runs"][0]["collected"], 30);
}

#[test]
fn a_prescale_is_a_fraction_and_a_trigger_has_lines() {
    assert_eq!(
        PathStep::prescale(1.2, 1).unwrap_err().message,
        "a prescale keeps a fraction from 0 to 1, not 1.2"
    );
    assert!(PathStep::trigger(Vec::new(), Logic::Or, place(1)).is_err());
}

#[test]
fn files_without_trigger_results_are_refused() {
    let step = PathStep::trigger(vec!["x".into()], Logic::Or, place(4)).unwrap();
    let text = message(along(&[step], &numbers(), &whole(), 1));
    assert!(
        text.starts_with(
            "there are no results of the software trigger (no branch SoftwareTriggerResult)"
        ),
        "{text}"
    );
}

/// Files with results of the software trigger, and what uproot counts in them.
fn with_triggers() -> Vec<(PathBuf, Value)> {
    let text = std::fs::read_to_string(own("trigger_expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let Some(folder) = test_data() else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (name, expected) in expected.as_object().unwrap() {
        let file = folder.join("basf2").join(name);
        if file.is_file() && is_that(&file, expected) {
            found.push((file, expected.clone()));
        } else {
            say!(
                "skipped: there is no {name} with the numbers of tests/data/trigger_expected.json"
            );
        }
    }
    found
}

#[test]
fn trigger_lines_accept_the_events_that_uproot_counts() {
    let mut lines = 0;
    for (file, expected) in with_triggers() {
        let files = [(file, IoV::EVERYTHING)];
        let count = |names: Vec<String>, logic| {
            let step = PathStep::trigger(names, logic, place(4)).unwrap();
            let collected = along(&[step], &collector("tree", vec![]), &files, 2).unwrap();
            collected.events()
        };
        let entries = expected["entries"].as_u64().unwrap();
        let all = expected["lines"].as_object().unwrap().iter();
        for (number, (line, accepted)) in all.enumerate() {
            // Each line is a pass; those that say the same of all events show little.
            let accepted = accepted.as_u64().unwrap();
            if (accepted == 0 || accepted == entries) && number % 10 > 0 {
                continue;
            }
            assert_eq!(count(vec![line.clone()], Logic::And), accepted, "{line}");
            lines += 1;
        }
        let few: Vec<String> = serde_json::from_value(expected["few"].clone()).unwrap();
        assert_eq!(
            count(few.clone(), Logic::Or),
            expected["any of few"].as_u64().unwrap()
        );
        assert_eq!(
            count(few[..2].to_vec(), Logic::And),
            expected["both of first two"].as_u64().unwrap()
        );
    }
    say!("{lines} trigger lines");
}

#[test]
fn an_unknown_line_names_the_nearest() {
    for (file, expected) in with_triggers() {
        let line = expected["few"][0].as_str().unwrap();
        let files = [(file, IoV::EVERYTHING)];
        let said = |wanted: &str| {
            let step = PathStep::trigger(vec![wanted.into()], Logic::Or, place(4)).unwrap();
            message(along(&[step], &collector("tree", vec![]), &files, 1))
        };
        let short = line.rsplit('&').next().unwrap();
        for wanted in [short.to_owned(), format!("{line}s")] {
            let text = said(&wanted);
            assert!(
                text.contains(&format!("the software trigger has no line `{wanted}`")),
                "{text}"
            );
            assert!(text.ends_with(&format!("did you mean `{line}`?")), "{text}");
        }
    }
}
