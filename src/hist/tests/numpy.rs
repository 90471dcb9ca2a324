//! Axes against numpy.histogram.

use serde_json::Value;

use crate::hist::{Axis, CountBlock};

fn floats(value: &Value) -> Vec<f64> {
    let values = value.as_array().expect("a list");
    values.iter().map(|v| v.as_f64().unwrap()).collect()
}

fn check(case: &Value, axis: Axis) {
    let name = format!("{axis:?}");
    if case["edges"].is_array() {
        let wanted = floats(&case["edges"]);
        let bits = |v: &[f64]| v.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&axis.edges()), bits(&wanted), "{name}");
    }
    let mut wanted = vec![0; axis.cells()];
    let first = case["first"].as_u64().unwrap() as usize;
    for (i, count) in case["counts"].as_array().unwrap().iter().enumerate() {
        wanted[1 + first + i] = count.as_u64().unwrap();
    }
    wanted[0] = case["under"].as_u64().unwrap();
    wanted[axis.bins() + 1] = case["over"].as_u64().unwrap();

    let values = floats(&case["values"]);
    let mut one_by_one = vec![0; axis.cells()];
    for &value in &values {
        one_by_one[axis.index(value)] += 1;
    }
    assert_eq!(one_by_one, wanted, "{name}");

    let mut block = CountBlock::new(vec![axis.clone()], Vec::new()).unwrap();
    block.fill(&[], &[&values]);
    assert_eq!(block.cells_of(&[]).unwrap(), wanted, "{name}");

    let histogram = block.histogram(&[]).unwrap();
    let range = axis.high() - axis.low();
    let close = |given: f64, key: &str| {
        let wanted = case[key].as_f64().unwrap();
        let fine = (given - wanted).abs() <= 1e-12 * range;
        assert!(fine, "{key} {given} instead of {wanted}: {name}");
    };
    close(histogram.mean(), "mean");
    close(histogram.std(), "std");
}

#[test]
fn counts_are_those_of_numpy() {
    let text = include_str!("../../../tests/data/numpy_histogram.json");
    let data: Value = serde_json::from_str(text).unwrap();
    for case in data["regular"].as_array().unwrap() {
        let bins = case["bins"].as_i64().unwrap();
        let (low, high) = (
            case["low"].as_f64().unwrap(),
            case["high"].as_f64().unwrap(),
        );
        check(case, Axis::regular(bins, low, high, "").unwrap());
    }
    for case in data["variable"].as_array().unwrap() {
        check(case, Axis::variable(floats(&case["edges"]), "").unwrap());
    }
}
