//! The strategies of `std/strategies`: which runs come together, worked out by hand from the rules.
//!
//! The rules: within an experiment, runs alone first, those without hits dropped. A short run that
//! brings nothing new to the long run behind its stretch of short runs joins it (asked from the end
//! of the stretch backwards), else the one before the stretch (asked from its beginning). Short
//! neighbours of the same kind are taken together first. What is left is forced into the neighbour
//! to which it brings less that is new, the next one if that is the same; or stands alone.

#![cfg(feature = "script")]

use std::fs;

use b2caf::script::{Options, draw, eval};
use serde_json::{Value, json};

/// The last value of a text that uses the module as `st`.
fn value(text: &str) -> Result<Value, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("script.rhai");
    fs::write(&script, format!("import \"std/strategies\" as st;\n{text}")).expect("written");
    eval(&script, &[], &Options::default())
        .0
        .map_err(|errors| errors.iter().map(|one| draw(one, false)).collect())
}

/// Hits of a run: experiment, run, and (plane, hits) of what it saw.
type Run = (i64, i64, &'static [(i64, i64)]);

/// Groups of runs, where every plane that was seen needs 100 hits; and the calls that were forced.
fn merged(runs: &[Run]) -> (Value, Value) {
    let hits: Vec<Value> = runs
        .iter()
        .map(|(exp, run, hits)| json!([format!("{exp},{run}"), hits]))
        .collect();
    let list: Vec<String> = runs
        .iter()
        .map(|(exp, run, _)| format!("ExpRun({exp}, {run})"))
        .collect();
    let text = format!(
        "let hits = {hits};\n\
         let forced_calls = [];\n\
         let trial = |runs, forced| {{\n\
             let sums = #{{}};\n\
             for run in runs {{\n\
                 let own = hits.filter(|entry| entry[0] == run.to_string())[0][1];\n\
                 for pair in own {{ let key = pair[0].to_string(); sums[key] = sums.get(key, 0) + pair[1]; }}\n\
             }}\n\
             let short = sums.values().filter(|sum| sum < 100);\n\
             if forced {{ forced_calls.push(runs.map(|run| run.run)); }}\n\
             #{{ enough: forced || short.is_empty(), seen: sums.keys() }}\n\
         }};\n\
         let groups = st::merge_short([{list}], trial);\n\
         [groups.map(|group| group.runs.map(|run| run.to_string())), forced_calls]",
        hits = Value::from(hits),
        list = list.join(", "),
    );
    match value(&text).map_err(|said| panic!("{said}")) {
        Ok(Value::Array(both)) => (both[0].clone(), both[1].clone()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn short_runs_join_the_neighbour_that_the_rules_name() {
    const BOTH: &[(i64, i64)] = &[(1, 200), (2, 200)];
    const ONE: &[(i64, i64)] = &[(1, 200)];
    const FEW: &[(i64, i64)] = &[(1, 30)];
    const NEW: &[(i64, i64)] = &[(9, 30)];
    let cases: Vec<(&str, Vec<Run>, Value, Value)> = vec![
        (
            "long runs stay alone",
            vec![(7, 1, BOTH), (7, 2, ONE), (7, 3, BOTH)],
            json!([["7,1"], ["7,2"], ["7,3"]]),
            json!([]),
        ),
        (
            "the next run is asked first",
            vec![(7, 1, BOTH), (7, 2, FEW), (7, 3, BOTH)],
            json!([["7,1"], ["7,2", "7,3"]]),
            json!([]),
        ),
        (
            "the last run has only one before it",
            vec![(7, 1, BOTH), (7, 2, FEW)],
            json!([["7,1", "7,2"]]),
            json!([]),
        ),
        (
            "the next run lacks a plane, the previous one does not",
            vec![(7, 1, BOTH), (7, 2, &[(2, 30)]), (7, 3, ONE)],
            json!([["7,1", "7,2"], ["7,3"]]),
            json!([]),
        ),
        (
            "both lack something, the previous one less",
            vec![(7, 1, BOTH), (7, 2, &[(2, 30), (9, 30)]), (7, 3, ONE)],
            json!([["7,1", "7,2"], ["7,3"]]),
            json!([[1, 2]]),
        ),
        (
            "both lack as much: the next one",
            vec![(7, 1, ONE), (7, 2, NEW), (7, 3, ONE)],
            json!([["7,1"], ["7,2", "7,3"]]),
            json!([[2, 3]]),
        ),
        (
            "a stretch falls apart: its end joins the next, its beginning the previous, the rest by force",
            vec![
                (7, 1, BOTH),
                (7, 2, FEW),
                (7, 3, NEW),
                (7, 4, FEW),
                (7, 5, BOTH),
            ],
            json!([["7,1", "7,2"], ["7,3", "7,4", "7,5"]]),
            json!([[3, 4, 5]]),
        ),
        (
            "a run behind one that brings something new is not asked any more",
            vec![(7, 2, FEW), (7, 3, NEW), (7, 4, ONE)],
            json!([["7,2", "7,3", "7,4"]]),
            json!([[2, 3, 4]]),
        ),
        (
            "short neighbours of the same kind are long enough together",
            vec![
                (7, 1, ONE),
                (7, 2, &[(9, 60)]),
                (7, 3, &[(9, 60)]),
                (7, 4, ONE),
            ],
            json!([["7,1"], ["7,2", "7,3"], ["7,4"]]),
            json!([]),
        ),
        (
            "runs without hits are in no group",
            vec![(7, 1, ONE), (7, 2, &[]), (7, 3, FEW), (7, 4, ONE)],
            json!([["7,1"], ["7,3", "7,4"]]),
            json!([]),
        ),
        (
            "a run without neighbours is forced",
            vec![(7, 1, FEW)],
            json!([["7,1"]]),
            json!([[1]]),
        ),
        (
            "nothing is merged across experiments",
            vec![(7, 1, ONE), (7, 2, FEW), (8, 1, FEW), (9, 1, ONE)],
            json!([["7,1", "7,2"], ["8,1"], ["9,1"]]),
            json!([[1]]),
        ),
        ("no runs, no groups", vec![], json!([]), json!([])),
    ];
    for (what, runs, groups, forced) in cases {
        assert_eq!(merged(&runs), (groups, forced), "{what}");
    }
}

#[test]
fn what_is_too_short_even_together_is_told() {
    let text = "let trial = |runs, forced| #{ enough: runs.len() == 1 && runs[0].run == 2, seen: [1] };\n\
        st::merge_short([ExpRun(7, 1), ExpRun(7, 2)], trial)";
    let said = value(text).expect_err("refused");
    assert!(
        said.contains("runs from 7,1 to 7,2 are too short even together"),
        "{said}"
    );
    let text = "st::merge_short([ExpRun(7, 1)], |runs, forced| #{ enough: false, seen: [1] })";
    let said = value(text).expect_err("refused");
    assert!(
        said.contains("are too short, and forced they fail"),
        "{said}"
    );
}

#[test]
fn runs_that_saw_nothing_cut_a_group_into_parts() {
    let text = "let runs = [1, 2, 3, 4, 5, 6].map(|run| ExpRun(7, run));\n\
        let groups = [#{ runs: [runs[0], runs[1], runs[3]] }, #{ runs: [runs[5]] }];\n\
        st::in_order(runs, groups).map(|p| [p.group, p.part, p.runs.map(|run| run.run)])";
    let expected = json!([
        [0, 0, [1, 2]],
        [-1, 0, [3]],
        [0, 1, [4]],
        [-1, 0, [5]],
        [1, 0, [6]]
    ]);
    assert_eq!(value(text), Ok(expected));
}
