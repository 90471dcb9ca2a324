//! Lists of runs and intervals.

use std::collections::BTreeSet;

use b2caf::iov::upstream::Interval;
use b2caf::iov::{self, Error, ExpRun, IoV};
use serde_json::{Value, json};

use crate::golden::{Tally, cases};

fn runs(case: &Value, name: &str) -> Vec<ExpRun> {
    serde_json::from_value(case["in"][name].clone()).unwrap()
}

/// In order and each once.
fn in_order(runs: &[ExpRun]) -> bool {
    runs.windows(2).all(|pair| pair[0] < pair[1])
}

/// The same runs in order, each once.
fn ordered(runs: &[ExpRun]) -> Vec<ExpRun> {
    let set: BTreeSet<ExpRun> = runs.iter().copied().collect();
    set.into_iter().collect()
}

#[test]
fn iov_from_runs() {
    let mut tally = Tally::of("iov_from_runs");
    for case in cases("utils.json", "iov_from_runs") {
        let runs = runs(&case, "runs");
        let ours = IoV::of_runs(&runs);
        if runs.is_empty() {
            assert_eq!(ours, Err(Error::NoRuns), "{case}");
            tally.count("no runs: a clear error (upstream: an index error)");
            continue;
        }
        let ours = json!(ours.unwrap());
        if ours == case["out"] {
            tally.count("agrees");
            continue;
        }
        assert!(!in_order(&runs), "{case}");
        let sorted = ordered(&runs);
        let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
        assert_eq!(
            ours,
            json!([low.exp, low.run, high.exp, high.run]),
            "{case}"
        );
        tally.count("unsorted runs: from the least to the greatest (upstream: first to last)");
    }
}

#[test]
fn split_runs_by_exp() {
    let mut tally = Tally::of("split_runs_by_exp");
    for case in cases("utils.json", "split_runs_by_exp") {
        let runs = runs(&case, "runs");
        let ours = iov::split_by_experiment(&runs);
        if runs.is_empty() {
            assert!(ours.is_empty(), "{case}");
            tally.count("no runs: no lists (upstream: an index error)");
            continue;
        }
        if json!(ours) == case["out"] {
            tally.count("agrees");
            continue;
        }
        assert!(!in_order(&runs), "{case}");
        let exps: BTreeSet<i32> = runs.iter().map(|run| run.exp).collect();
        let of = |exp: i32| ordered(&runs).into_iter().filter(move |run| run.exp == exp);
        let expected: Vec<Vec<ExpRun>> = exps.into_iter().map(|exp| of(exp).collect()).collect();
        assert_eq!(ours, expected, "{case}");
        tally.count(
            "unsorted runs: one sorted list per experiment (upstream: a new list at each change)",
        );
    }
}

#[test]
fn runs_overlapping_iov() {
    let mut tally = Tally::of("runs_overlapping_iov");
    for case in cases("utils.json", "runs_overlapping_iov") {
        let numbers: [i32; 4] = serde_json::from_value(case["in"]["iov"].clone()).unwrap();
        let runs = runs(&case, "runs");
        let within =
            |iov: Option<IoV>| json!(iov.map_or(Vec::new(), |iov| iov::runs_within(&iov, &runs)));
        assert_eq!(
            within(Interval::from(numbers).repaired()),
            case["out"],
            "{case}"
        );
        match IoV::try_from(numbers) {
            Ok(iov) => {
                assert_eq!(within(Some(iov)), case["out"], "{case}");
                tally.count("agrees");
            }
            Err(Error::Empty) => tally.count("an empty interval is refused (upstream: no runs)"),
            Err(_) => {
                assert_ne!(
                    Interval::from(numbers).normalised(),
                    numbers.into(),
                    "{case}"
                );
                tally.count("a wrong interval is refused (upstream: put right)");
            }
        }
    }
}

/// Whether each interval ends with a number and before the next one begins.
fn apart(iovs: &[[i32; 4]]) -> bool {
    iovs.windows(2).all(|pair| {
        let ([_, _, exp, run], [next_exp, next_run, ..]) = (pair[0], pair[1]);
        let ends = exp >= 0 && (run >= 0 || exp != next_exp);
        ends && (exp, run) < (next_exp, next_run)
    })
}

/// The gaps, run by run: what no interval holds between two that begin and end in an experiment.
fn missing(iovs: &[[i32; 4]]) -> Vec<[i32; 4]> {
    let ends = iovs.iter().flat_map(|[el, _, eh, _]| [*el, *eh]);
    let exps: BTreeSet<i32> = ends.filter(|exp| *exp >= 0).collect();
    let furthest = 2 + iovs.iter().flatten().max().copied().unwrap_or(0);
    let held = |exp: i32, run: i32| {
        iovs.iter().any(|[el, rl, eh, rh]| {
            let above = (exp, run) >= (*el, *rl);
            let below = *eh < 0 || exp < *eh || (exp == *eh && (*rh < 0 || run <= *rh));
            above && below
        })
    };
    let mut gaps = Vec::new();
    for exp in exps {
        let mut last_held = None;
        for run in (0..furthest).filter(|run| held(exp, *run)) {
            if let Some(last) = last_held.filter(|last| last + 1 < run) {
                gaps.push([exp, last + 1, exp, run - 1]);
            }
            last_held = Some(run);
        }
    }
    gaps
}

#[test]
fn find_gaps_in_iov_list() {
    let mut tally = Tally::of("find_gaps_in_iov_list");
    for case in cases("utils.json", "find_gaps_in_iov_list") {
        let numbers: Vec<[i32; 4]> = serde_json::from_value(case["in"]["iovs"].clone()).unwrap();
        let iovs = numbers.iter().map(|iov| IoV::try_from(*iov));
        let Ok(iovs) = iovs.collect::<Result<Vec<IoV>, Error>>() else {
            let edge = |iov: &[i32; 4]| Interval::from(*iov);
            let wrong = |iov| edge(iov).is_empty() || edge(iov).normalised() != edge(iov);
            assert!(numbers.iter().any(wrong), "{case}");
            tally.count("a wrong interval is refused (upstream: taken as it is)");
            continue;
        };
        let ours = json!(iov::gaps(&iovs));
        assert_eq!(ours, json!(missing(&numbers)), "{case}");
        if ours == case["out"] {
            tally.count("agrees");
            continue;
        }
        assert!(!apart(&numbers), "{case}");
        tally.count("open, overlapping or unsorted intervals: no spurious gaps");
    }
}

/// What belongs to each boundary when these come in order, each once: found run by run.
fn between(boundaries: &[ExpRun], runs: &[ExpRun]) -> Vec<([i32; 4], Vec<ExpRun>)> {
    let starts = ordered(boundaries);
    let mut lists = Vec::new();
    for (number, start) in starts.iter().enumerate() {
        let next = starts.get(number + 1);
        let mine = |run: &&ExpRun| match next {
            Some(next) => *start <= **run && **run < *next,
            None => *start <= **run && run.exp == start.exp,
        };
        let own: Vec<ExpRun> = runs.iter().filter(mine).copied().collect();
        let (exp, run) = match next {
            Some(ExpRun { exp, run: 0 }) => (exp - 1, -1),
            Some(ExpRun { exp, run }) => (*exp, run - 1),
            None => (start.exp, -1),
        };
        lists.push(([start.exp, start.run, exp, run], ordered(&own)));
    }
    lists
}

#[test]
fn find_run_lists_from_boundaries() {
    let mut tally = Tally::of("find_run_lists_from_boundaries");
    for case in cases("utils.json", "find_run_lists_from_boundaries") {
        let (boundaries, runs) = (runs(&case, "boundaries"), runs(&case, "runs"));
        let ours = iov::runs_between_boundaries(&boundaries, &runs);
        if boundaries.is_empty() {
            assert_eq!(ours, Err(Error::NoBoundaries), "{case}");
            tally.count("no boundaries: a clear error (upstream: an index error)");
            continue;
        }
        let ours = json!(ours.unwrap());
        assert_eq!(ours, json!(between(&boundaries, &runs)), "{case}");
        if ours == case["out"] {
            tally.count("agrees");
            continue;
        }
        assert!(!in_order(&boundaries), "{case}");
        tally.count(
            "unsorted or doubled boundaries: sorted, each once (upstream: runs belong to several)",
        );
    }
}

/// Neighbours in a list are what lies between them: asked as boundaries of one experiment.
#[test]
fn pairwise() {
    let mut tally = Tally::of("pairwise");
    for case in cases("utils.json", "pairwise") {
        let items: Vec<i32> = serde_json::from_value(case["in"]["items"].clone()).unwrap();
        let boundaries: Vec<ExpRun> = items.iter().map(|item| ExpRun::new(1, *item)).collect();
        let Ok(lists) = iov::runs_between_boundaries(&boundaries, &[]) else {
            assert!(items.is_empty(), "{case}");
            assert_eq!(case["out"], json!([]), "{case}");
            tally.count("agrees: no boundaries, no pairs");
            continue;
        };
        let bounded = &lists[..lists.len() - 1];
        let ours: Vec<[i32; 2]> = bounded
            .iter()
            .map(|(iov, _)| [iov.low().run, iov.high().run + 1])
            .collect();
        if json!(ours) == case["out"] {
            tally.count("agrees");
            continue;
        }
        assert!(!in_order(&boundaries), "{case}");
        let sorted: BTreeSet<i32> = items.into_iter().collect();
        let sorted: Vec<i32> = sorted.into_iter().collect();
        let expected: Vec<[i32; 2]> = sorted.windows(2).map(|pair| [pair[0], pair[1]]).collect();
        assert_eq!(ours, expected, "{case}");
        tally.count("unsorted or doubled boundaries: neighbours in order, each once");
    }
}
