//! The choices among files against vectors of the upstream code.
//!
//! Where this program differs on purpose a rule says so: a predicate on the arguments, and the corrected result,
//! worked out here from the definition in another way than in the library.

#[macro_use]
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use b2caf::dataset::choose::{
    filter_by_max_events_per_run, filter_by_max_files_per_run,
    filter_by_select_max_events_from_files, group_files_by_iov,
};
use b2caf::dataset::{Error, Fault, FileMap};
use b2caf::iov::IoV;
use serde_json::{Value, json};

/// The vectors of one function, if the test data are there.
fn golden(function: &str) -> Vec<Value> {
    let folder = std::env::var_os("B2CAF_TEST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let file = folder.join("golden/prompt_utils.json");
    if !file.exists() {
        say!("skipped: there is no {}", file.display());
        return Vec::new();
    }
    let text = std::fs::read_to_string(file).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    all[function].as_array().unwrap().clone()
}

/// Cases per rule, printed at the end.
#[derive(Default)]
struct Tally(BTreeMap<&'static str, usize>);

impl Tally {
    fn count(&mut self, rule: &'static str) {
        *self.0.entry(rule).or_default() += 1;
    }

    fn print(&self, function: &str) {
        for (rule, count) in &self.0 {
            say!("{function}: {count:4} {rule}");
        }
    }
}

type Pairs = Vec<(String, [i32; 4])>;

fn pairs(files: &Value) -> Pairs {
    serde_json::from_value(files.clone()).unwrap()
}

/// The map, or nothing when an interval is none to us.
fn map(pairs: &Pairs) -> FileMap {
    let pairs = pairs
        .iter()
        .map(|(path, iov)| (PathBuf::from(path), IoV::try_from(*iov).unwrap()));
    FileMap::new(pairs).unwrap()
}

fn back(map: &FileMap) -> Pairs {
    map.iter()
        .map(|(path, iov)| (path.display().to_string(), iov.into()))
        .collect()
}

/// The table of events of a case, where a file that is not in it cannot be read.
fn counts(case: &Value) -> impl Fn(&Path) -> Result<u64, Error> {
    let table = case["in"]["events"].clone();
    move |path| {
        let events = table.get(path.to_str().unwrap()).and_then(Value::as_u64);
        events.ok_or_else(|| Error::File(Fault::Missing(path.to_path_buf())))
    }
}

fn number(case: &Value, name: &str) -> i64 {
    case["in"][name].as_i64().unwrap()
}

/// Whether equal intervals stand apart from each other.
fn scattered(pairs: &Pairs) -> bool {
    let mut iovs: Vec<_> = pairs.iter().map(|(_, iov)| iov).collect();
    iovs.dedup();
    let distinct: BTreeSet<_> = iovs.iter().collect();
    distinct.len() < iovs.len()
}

/// The order that brings files of equal interval together, intervals sorted.
fn gathered(pairs: &Pairs) -> Pairs {
    let mut sorted = pairs.clone();
    sorted.sort_by_key(|(_, iov)| *iov);
    sorted
}

#[test]
fn max_files_per_run() {
    let mut tally = Tally::default();
    for case in golden("filter_by_max_files_per_run") {
        let files = pairs(&case["in"]["files_to_iov"]);
        let max = number(&case, "max_files_per_run");
        let min = number(&case, "min_events_per_file");
        let ours = filter_by_max_files_per_run(&map(&files), max, min, false, &counts(&case));
        if max < 0 {
            assert!(matches!(ours, Err(Error::NegativeLimit { .. })), "{case}");
            tally.count("a negative limit is refused");
            continue;
        }
        if max == 0 {
            assert!(ours.unwrap().is_empty(), "{case}");
            tally.count("a limit of 0 gives no files");
            continue;
        }
        if case.get("error").is_some() {
            assert!(matches!(ours, Err(Error::File(_))), "{case}");
            tally.count("agrees: unreadable file");
            continue;
        }
        let expected = pairs(&case["out"]);
        let ours = back(&ours.unwrap());
        let given: BTreeMap<_, _> = files.iter().cloned().collect();
        let kept: Pairs = expected
            .iter()
            .map(|(path, _)| (path.clone(), given[path]))
            .collect();
        assert_eq!(ours, kept, "{case}");
        if kept == expected {
            tally.count("agrees");
        } else {
            let several = |(path, _): &(String, _)| given[path][..2] != given[path][2..];
            assert!(expected.iter().any(several));
            tally.count("a file keeps its interval");
        }
    }
    tally.print("filter_by_max_files_per_run");
}

#[test]
fn groups_by_iov() {
    let mut tally = Tally::default();
    for case in golden("group_files_by_iov") {
        let files = pairs(&case["in"]["files_to_iov"]);
        let ours: Vec<([i32; 4], Vec<String>)> = group_files_by_iov(&map(&files))
            .into_iter()
            .map(|(iov, paths)| {
                let text = |path: &PathBuf| path.display().to_string();
                (iov.into(), paths.iter().map(text).collect())
            })
            .collect();
        let flat: Pairs = ours
            .iter()
            .flat_map(|(iov, paths)| paths.iter().map(|path| (path.clone(), *iov)))
            .collect();
        assert_eq!(flat, gathered(&files), "every file, in order");
        let mut expected: Vec<([i32; 4], Vec<String>)> =
            serde_json::from_value(case["out"].clone()).unwrap();
        let in_order = expected.is_sorted();
        expected.sort();
        if scattered(&files) {
            assert_ne!(ours, expected, "{case}");
            tally.count("all files of equal interval are one group");
        } else {
            assert_eq!(ours, expected, "{case}");
            tally.count(if in_order {
                "agrees"
            } else {
                "groups are sorted"
            });
        }
    }
    tally.print("group_files_by_iov");
}

#[test]
fn max_events_per_run() {
    let mut tally = Tally::default();
    for case in golden("filter_by_max_events_per_run") {
        let files = pairs(&case["in"]["files_to_iov"]);
        let max = number(&case, "max_events_per_run");
        let per_file = number(&case, "max_events_per_file");
        let ours = filter_by_max_events_per_run(&map(&files), max, false, per_file, &counts(&case));
        if scattered(&files) {
            let expected = events_by_hand(&case, &gathered(&files), max, per_file);
            match (ours, expected) {
                (Ok(ours), Some(expected)) => assert_eq!(back(&ours), expected, "{case}"),
                (ours, expected) => assert!(ours.is_err() && expected.is_none(), "{case}"),
            }
            tally.count("equal intervals need not be neighbours");
        } else if case.get("error").is_some() {
            assert!(ours.is_err(), "{case}");
            tally.count("agrees: unreadable file");
        } else {
            assert_eq!(back(&ours.unwrap()), pairs(&case["out"]), "{case}");
            tally.count("agrees");
        }
    }
    tally.print("filter_by_max_events_per_run");
}

/// The choice for sorted files: a file is taken when those before it in its interval do not suffice.
fn events_by_hand(case: &Value, sorted: &Pairs, max: i64, per_file: i64) -> Option<Pairs> {
    let table = &case["in"]["events"];
    let mut taken = Pairs::new();
    for (place, (path, iov)) in sorted.iter().enumerate() {
        let before = sorted[..place].iter().filter(|(_, other)| other == iov);
        let counted = |path: &str| {
            let events = table[path].as_i64()?;
            Some(if per_file > 0 {
                events.min(per_file)
            } else {
                events
            })
        };
        let mut sum = 0;
        for (path, _) in before {
            if sum < max {
                sum += counted(path)?;
            }
        }
        if sum < max && counted(path)? > 0 {
            taken.push((path.clone(), *iov));
        }
    }
    Some(taken)
}

#[test]
fn select_max_events() {
    let mut tally = Tally::default();
    for case in golden("filter_by_select_max_events_from_files") {
        let paths: Vec<String> =
            serde_json::from_value(case["in"]["input_file_list"].clone()).unwrap();
        let files: Pairs = paths.iter().map(|path| (path.clone(), [1; 4])).collect();
        let files = map(&files);
        let before = files.clone();
        let events = number(&case, "select_max_events_from_files");
        let ours = filter_by_select_max_events_from_files(&files, events, &counts(&case));
        assert_eq!(files, before);
        if case.get("error").is_some() {
            assert!(ours.is_err(), "{case}");
            tally.count("agrees: unreadable file");
            continue;
        }
        let ours: Vec<String> = back(&ours.unwrap()).into_iter().map(|(p, _)| p).collect();
        assert_eq!(json!(ours), case["out"]["selected"], "{case}");
        let mut all = paths.clone();
        all.sort();
        let untouched = json!(all) == case["out"]["left_in_input_list"];
        tally.count(if untouched {
            "agrees"
        } else {
            "agrees, and the input stays as it was"
        });
    }
    tally.print("filter_by_select_max_events_from_files");
}

#[test]
fn max_files_per_run_at_random() {
    let mut tally = Tally::default();
    for case in golden("filter_by_max_files_per_run_random") {
        let files = pairs(&case["in"]["files_to_iov"]);
        let max = number(&case, "max_files_per_run");
        let none = |path: &Path| Err(Error::File(Fault::Missing(path.to_path_buf())));
        let ours = filter_by_max_files_per_run(&map(&files), max, 0, true, &none);
        let mut per_run: BTreeMap<String, usize> = BTreeMap::new();
        for (_, [exp, run, ..]) in back(&ours.unwrap()) {
            *per_run
                .entry(format!("[{exp}, {run}, {exp}, {run}]"))
                .or_default() += 1;
        }
        let ours: Vec<(String, usize)> = per_run.into_iter().collect();
        if max <= 0 {
            assert!(ours.is_empty());
            tally.count("a limit of 0 gives no files");
        } else {
            assert_eq!(json!(ours), case["out"]["files_per_run"], "{case}");
            tally.count("agrees");
        }
    }
    tally.print("filter_by_max_files_per_run_random");
}
