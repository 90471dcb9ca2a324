//! The behaviours of upstream's conditions database: the table in the room `conditions` is complete, and the
//! core intervals behave as the list says.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use b2caf::iov::upstream::{Interval, Trim};
use b2caf::iov::{ExpRun, IoV};

/// How many behaviours there are in the list.
const ALL: usize = 50;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs") {
            into.push(path);
        }
    }
}

/// A line of the table: number, and what stands in the column of tests.
fn line(text: &str) -> Option<(usize, &str)> {
    let cells: Vec<&str> = text.strip_prefix("//! | ")?.split(" | ").collect();
    let [upstream, here, tests] = cells.as_slice() else {
        return None;
    };
    let (number, what) = upstream.split_once(' ')?;
    let number = number.parse().ok()?;
    assert!(what.len() > 10 && here.len() >= 4, "{text}");
    Some((number, tests.trim_end_matches(" |")))
}

#[test]
fn every_behaviour_has_its_line_and_its_test() {
    let table = fs::read_to_string(root().join("src/conditions/behaviours.rs")).unwrap();
    let mut found: BTreeMap<usize, &str> = BTreeMap::new();
    for (number, tests) in table.lines().filter_map(line) {
        let before = found.insert(number, tests);
        assert!(before.is_none(), "{number} stands in two lines");
    }
    let numbers: Vec<usize> = found.keys().copied().collect();
    assert_eq!(numbers, (1..=ALL).collect::<Vec<_>>());
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    rust_files(&root().join("tests"), &mut files);
    let texts: Vec<String> = files
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    for (number, tests) in found {
        // Every second piece stands between backticks.
        let names: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        assert!(!names.is_empty(), "{number} names no test");
        for name in names {
            let is_there = if name.contains('/') {
                root().join("tests/golden").join(name).is_dir()
            } else {
                let function = format!("fn {name}(");
                texts.iter().any(|text| text.contains(&function))
            };
            assert!(is_there, "{number}: there is no `{name}`");
        }
    }
}

fn of(text: &str) -> Interval {
    Interval::read(text).unwrap()
}

#[test]
fn core_intervals_are_empty_with_both_ends_open() {
    assert!(!of("1,-1,-1,-1").is_empty());
    assert!(!of("-1,-1,1,-1").is_empty());
    assert!(of("-1,-1,-1,-1").is_empty());
}

#[test]
fn core_intervals_hold_events() {
    let event = ExpRun::new(15, 8);
    for text in ["15,8,-1,-1", "15,8,15,8", "15,-1,15,8", "-1,-1,15,8"] {
        assert!(of(text).contains_event(event), "{text}");
        assert!(text.parse::<IoV>().unwrap().contains_run(event), "{text}");
    }
    for text in ["16,1,-1,-1", "15,9,-1,-1", "-1,-1,15,7", "-1,-1,14,-1"] {
        assert!(!of(text).contains_event(event), "{text}");
        assert!(!text.parse::<IoV>().unwrap().contains_run(event), "{text}");
    }
}

#[test]
fn core_intervals_contain_by_numbers() {
    let outer = of("1,1,3,10");
    assert!(outer.contains(&of("2,-1,2,-1")));
    assert!(!outer.contains(&of("1,-1,2,1")));
    assert!(!outer.contains(&of("1,1,3,-1")));
    assert!(of("1,1,-1,-1").contains(&outer));
    // Everything holds runs before the first experiment, in numbers only.
    assert!(!of("0,0,-1,-1").contains(&of("-1,-1,3,10")));
    let low: IoV = "-1,-1,3,10".parse().unwrap();
    assert!(IoV::EVERYTHING.contains(&low));
}

#[test]
fn core_intervals_overlap() {
    let one = of("1,1,3,10");
    for (text, overlaps) in [
        ("1,-1,1,1", true),
        ("3,10,-1,-1", true),
        ("3,11,3,-1", false),
        ("-1,-1,1,0", false),
        ("4,-1,4,-1", false),
    ] {
        assert_eq!(one.overlaps(&of(text)), overlaps, "{text}");
        let other: IoV = text.parse().unwrap();
        let one: IoV = "1,1,3,10".parse().unwrap();
        assert_eq!(one.overlaps(&other), overlaps, "{text}");
    }
}

#[test]
fn core_intervals_in_the_wrong_order() {
    let given = Interval::from([3, 5, 1, 2]);
    assert_eq!(given.repaired(), "1,2,3,5".parse().ok());
    assert!(IoV::try_from([3, 5, 1, 2]).is_err());
}

#[test]
fn core_intervals_are_trimmed() {
    let trim = |a: &str, b: &str, which| of(a).trim_overlap(of(b), which);
    let found = trim("1,1,3,10", "2,-1,4,-1", Trim::Older);
    assert_eq!(found, Some((of("1,1,1,-1"), of("2,-1,4,-1"))));
    assert_eq!(trim("1,1,3,11", "1,1,3,10", Trim::Older), None);
    let found = trim("1,1,3,10", "2,-1,4,-1", Trim::Younger);
    assert_eq!(found, Some((of("1,1,3,10"), of("3,11,4,-1"))));
    let found = trim("11,0,12,86", "0,0,11,-1", Trim::Younger);
    assert_eq!(found, Some((of("12,0,12,86"), of("0,0,11,-1"))));
}

#[test]
fn core_intervals_are_read() {
    assert_eq!(of("0,1,2,3").to_string(), "0,1,2,3");
    for text in ["0,1,2", "0, 1,2,3"] {
        assert!(Interval::read(text).is_err(), "{text}");
    }
}
