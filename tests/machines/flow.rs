//! Whole calibrations, from their stored row to the end.

use std::fs;

use b2caf::caf::machine::{End, drive};
use b2caf::caf::{CalibrationState as State, Row, StateDb};
use serde_json::{Value, json};

use super::golden::{Tally, cases};
use super::stand_in::{NAME, StandIn, behaviour, folder, folders};

/// What came out, in the words of the vectors.
#[derive(Debug, PartialEq)]
struct Found {
    row: Value,
    trace: Vec<Value>,
    writes: Vec<Value>,
    directories: Vec<String>,
    final_database: Value,
}

/// A row as it is stored: upstream's names only.
fn stored(row: &Row) -> Value {
    json!({
        "state": row.state.upstream().name(),
        "checkpoint": row.checkpoint.name(),
        "iteration": row.iteration,
    })
}

/// Puts the database and the folders into the state in which a case begins.
fn prepare(input: &Value, output: &std::path::Path) -> StateDb {
    let db = StateDb::create_or_open(output.join(StateDb::FILE)).unwrap();
    db.ensure([NAME]).unwrap();
    let word = |key: &str| {
        input["start"][key]
            .as_str()
            .unwrap()
            .parse::<State>()
            .unwrap()
    };
    let iteration = input["start"]["iteration"].as_u64().unwrap() as u32;
    db.reset(NAME, word("checkpoint"), iteration).unwrap();
    if word("state") != word("checkpoint") {
        db.enter(NAME, word("state"), iteration, "").unwrap();
    }
    for name in input["existing_dirs"].as_array().unwrap() {
        fs::create_dir_all(output.join(NAME).join(name.as_str().unwrap())).unwrap();
    }
    db
}

fn run(input: &Value) -> (Found, End, Vec<(State, String)>) {
    let output = folder();
    let db = prepare(input, output.path());
    db.ensure([NAME]).unwrap();
    let row = db.row(NAME).unwrap().unwrap();
    assert_eq!(row.state, row.checkpoint);
    let mut actions = StandIn {
        input,
        output: output.path().into(),
        db: &db,
        trace: Vec::new(),
        // What `ensure` wrote.
        writes: vec![
            json!(["state", row.state.name()]),
            json!(["checkpoint", row.checkpoint.name()]),
        ],
        messages: Vec::new(),
        iteration: row.iteration,
    };
    let end = drive(&mut actions, &row).unwrap();
    let last = db.row(NAME).unwrap().unwrap();
    assert_eq!((last.state, last.iteration), (end.state, end.iteration));
    assert_eq!(last.message, end.message);
    let folder = output.path().join(NAME);
    let found = Found {
        row: stored(&last),
        trace: actions.trace,
        writes: actions.writes,
        directories: folders(&folder),
        final_database: fs::read_to_string(folder.join("outputdb/database.txt"))
            .map_or(Value::Null, Value::from),
    };
    (found, end, actions.messages)
}

fn upstream(expected: &Value) -> Found {
    let list = |key: &str| expected[key].as_array().unwrap().clone();
    Found {
        row: expected["row"].clone(),
        trace: list("trace"),
        writes: list("database_writes"),
        directories: serde_json::from_value(expected["directories"].clone()).unwrap(),
        final_database: expected["final_database"].clone(),
    }
}

/// Further states, with the checkpoints that belong to them.
fn then(expected: &mut Found, states: &[&str]) {
    for state in states {
        expected.writes.push(json!(["state", state]));
        if ["init", "collector_completed", "completed"].contains(state) {
            expected.writes.push(json!(["checkpoint", state]));
            expected.row["checkpoint"] = json!(state);
        }
        expected.row["state"] = json!(state);
    }
}

/// The words of the rules.
const OPEN: &str =
    "upstream ends the whole process over an open dependency: blocked, with a reason";
const SUBMIT: &str =
    "upstream ends the whole process when no job can be made: the calibration fails";
const GONE: &str = "upstream's thread dies over missing collector output: the calibration fails";
const AGAIN: &str =
    "upstream's thread dies when a run goes on and its data are gone: collected again";
const THROWN: &str = "upstream forgets algorithms_failed when the runner throws: it is written";
const LATE: &str =
    "upstream's machine runs algorithms over an open dependency: blocked, with a reason";

/// The corrected expectation, and the rule it follows.
fn corrected(input: &Value, expected: &Value) -> (Found, &'static str) {
    let mut right = upstream(expected);
    let error = expected["error"].as_str();
    let checkpoint = input["start"]["checkpoint"].as_str().unwrap();
    let iteration = expected["row"]["iteration"].as_u64().unwrap() as u32;
    let open = input["dependencies"].as_array().unwrap();
    let open = open.iter().any(|state| state != "completed");
    let at = behaviour(input, iteration);
    if open && checkpoint != "completed" {
        return if checkpoint == "init" {
            assert_eq!(error, Some("SystemExit"));
            right.writes.push(json!(["state", "blocked"]));
            (right, OPEN)
        } else {
            (blocked(input), LATE)
        };
    }
    match error {
        Some("SystemExit") => {
            assert_eq!(at["submit_error"], true);
            then(&mut right, &["collector_failed", "failed"]);
            (right, SUBMIT)
        }
        Some("AttributeError") => {
            assert_eq!(at["output_present"], false);
            let fresh = right.trace.last() == Some(&json!(["collect", iteration]));
            if !fresh {
                collect_again(&mut right, at, iteration);
            }
            then(&mut right, &["collector_failed", "failed"]);
            (right, if fresh { GONE } else { AGAIN })
        }
        Some(other) => panic!("upstream failed in a way that no rule knows: {other}"),
        None if at["runner"]["final_state"] == "exception" && right.row["state"] == "failed" => {
            let ran = right.trace.contains(&json!(["algorithms", iteration]));
            if !ran {
                return (right, "agrees: failed");
            }
            let last = right.writes.pop();
            assert_eq!(last, Some(json!(["state", "failed"])));
            then(&mut right, &["algorithms_failed", "failed"]);
            (right, THROWN)
        }
        None => {
            let rule = if right.row["state"] == "failed" {
                "agrees: failed"
            } else {
                "agrees: completed"
            };
            (right, rule)
        }
    }
}

/// What is left of a case that goes on from collected data while a dependency is open.
fn blocked(input: &Value) -> Found {
    let iteration = input["start"]["iteration"].as_u64().unwrap();
    let kept = |name: &&Value| {
        let number = name.as_str().unwrap().parse::<u64>();
        number.map_or(true, |number| number <= iteration)
    };
    let existing = input["existing_dirs"].as_array().unwrap().iter();
    let mut directories: Vec<String> = existing
        .filter(kept)
        .map(|name| name.as_str().unwrap().to_owned())
        .collect();
    directories.sort();
    Found {
        row: json!({
            "state": "init",
            "checkpoint": "collector_completed",
            "iteration": iteration,
        }),
        trace: Vec::new(),
        writes: vec![
            json!(["state", "collector_completed"]),
            json!(["checkpoint", "collector_completed"]),
            json!(["state", "blocked"]),
        ],
        directories,
        final_database: Value::Null,
    }
}

/// Once more from the beginning of the iteration; the data are not there after it either.
fn collect_again(right: &mut Found, at: &Value, iteration: u32) {
    right.trace.push(json!(["collect", iteration]));
    then(right, &["init"]);
    if at["submit_error"] == true {
        return;
    }
    then(right, &["running_collector"]);
    let mut ended = at["collector"].as_array().unwrap().iter();
    if ended.all(|state| state == "completed") {
        then(right, &["collector_completed"]);
    }
}

#[test]
fn calibrations_go_from_their_row_to_the_end() {
    let mut tally = Tally::of("calibration_flow");
    for case in cases("state_machines.json", "calibration_flow") {
        let input = &case["in"];
        let (found, end, messages) = run(input);
        let (expected, rule) = corrected(input, &case["expected"]);
        assert_eq!(found, expected, "{rule}\n{case}");
        tally.count(rule);
        for (state, message) in &messages {
            assert_eq!(
                state.is_bad(),
                !message.is_empty(),
                "{state} {message}\n{case}"
            );
        }
        assert_eq!(
            end.state == State::Completed,
            end.message.is_empty(),
            "{case}"
        );
        count_passes(input, &found, &end, &mut tally);
    }
}

/// `max_iterations` counts passes here, and those after the first one upstream.
fn count_passes(input: &Value, found: &Found, end: &End, tally: &mut Tally) {
    let max = input["max_iterations"].as_u64().unwrap();
    let first = input["start"]["iteration"].as_u64().unwrap();
    let passes = found.trace.iter().filter(|one| one[0] == "algorithms");
    let passes = passes.count() as u64;
    if first <= max {
        assert!(first + passes <= max + 1);
    } else {
        assert!(passes <= 1);
    }
    if passes > 0 && end.wants_more {
        assert!(u64::from(end.iteration) >= max);
        tally.count("also: N + 1 passes upstream are N + 1 as max_iterations here");
    }
}
