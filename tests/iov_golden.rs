//! Intervals against vectors of the upstream code, as far as they are intervals to us.
//!
//! Refused here and accepted upstream, so left out: ends in the wrong order, a run without an experiment, numbers
//! below −1, the empty interval.

#[macro_use]
mod support;

use std::collections::BTreeMap;
use std::path::PathBuf;

use b2caf::iov::{ExpRun, IoV};
use serde_json::Value;

fn golden(list: &str) -> Vec<Value> {
    let folder = std::env::var_os("B2CAF_TEST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let file = folder.join("golden/iov.json");
    let Ok(text) = std::fs::read_to_string(&file) else {
        say!("skipped: there is no {}", file.display());
        return Vec::new();
    };
    let all: Value = serde_json::from_str(&text).unwrap();
    all[list].as_array().unwrap().clone()
}

fn numbers(value: &Value) -> [i32; 4] {
    serde_json::from_value(value.clone()).unwrap()
}

/// Whether the four numbers are an interval by the rules above.
fn sound([el, rl, eh, rh]: [i32; 4]) -> bool {
    let end = |exp: i32, run: i32| (exp >= 0 && run >= -1) || (exp, run) == (-1, -1);
    let open_high = eh < 0 || (eh == el && rh < 0);
    let ordered = open_high || (el, rl) <= (eh, rh) || (eh > el);
    end(el, rl) && end(eh, rh) && ordered && !(el < 0 && eh < 0)
}

/// A low run of −1 within an experiment means run 0.
fn low_run_open([exp, run, ..]: [i32; 4]) -> bool {
    exp >= 0 && run < 0
}

#[test]
fn what_is_an_interval() {
    for case in golden("pairs") {
        for end in ["a", "b"] {
            let four = numbers(&case[end]);
            assert_eq!(IoV::try_from(four).is_ok(), sound(four), "{four:?}");
        }
    }
}

#[test]
fn contains_and_overlaps() {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for case in golden("pairs") {
        let (a, b) = (numbers(&case["a"]), numbers(&case["b"]));
        let (Ok(one), Ok(two)) = (IoV::try_from(a), IoV::try_from(b)) else {
            *counts.entry("left out").or_default() += 1;
            continue;
        };
        let expect = |name: &str| case[name].as_bool().unwrap();
        assert_eq!(one.overlaps(&two), expect("a_overlaps_b"), "{case}");
        assert_eq!(two.overlaps(&one), expect("b_overlaps_a"), "{case}");
        let ours = (one.contains(&two), two.contains(&one));
        let theirs = (expect("a_contains_b"), expect("b_contains_a"));
        let rule = if ours == theirs {
            "agrees"
        } else {
            // Upstream compares the -1 as a number or an open beginning with 0,0: both mean the same runs.
            let open = |four: [i32; 4]| low_run_open(four) || four[0] < 0;
            assert!(open(a) || open(b), "{case}");
            "an open beginning is 0"
        };
        *counts.entry(rule).or_default() += 1;
        assert_eq!(one < two, expect("tuple_less"));
        assert_eq!(one == two, expect("tuple_equal"));
    }
    say!("{counts:?}");
}

#[test]
fn runs_inside() {
    let mut compared = 0;
    for case in golden("contains_point") {
        let four = numbers(&case["iov"]);
        let Ok(iov) = IoV::try_from(four) else {
            continue;
        };
        let point: ExpRun = serde_json::from_value(case["point"].clone()).unwrap();
        if point.exp >= 0 && point.run >= 0 {
            assert_eq!(iov.contains_run(point), case["contains"], "{case}");
            compared += 1;
        }
    }
    say!("{compared} runs compared");
}

#[test]
fn texts() {
    for case in golden("text") {
        let text = case["text"].as_str().unwrap();
        let Ok(iov) = text.parse::<IoV>() else {
            continue;
        };
        if case.get("error").is_some() {
            // Blanks beside the commas are fine with us.
            assert!(text.trim().contains(char::is_whitespace), "{case}");
        } else {
            assert_eq!(case["iov"], serde_json::json!(iov), "{case}");
        }
    }
}
