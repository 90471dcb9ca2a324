//! Look-ups of constants in rules, payloads and models: those of the first run.

use std::path::Path as FilePath;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::json;

use crate::calibrate::{AlgResult, Execution};
use crate::conditions::{Chain, Payload, Store};
use crate::expr::build::{add, binary, column, sub};
use crate::expr::{BinaryOp, Expr, Formula, Lookup, Node, PayloadMember};
use crate::iov::{ExpRun, IoV};

use super::toy::{Random, Toy, algorithm, declared, if_ok, place, previous, run_with};

/// Ten crystals around 1 in runs 7,1 and 7,2.
fn toy() -> Toy {
    let mut random = Random(5);
    let mut values = || (0..400).map(|_| 1.0 + random.normal()).collect();
    let crystals: Vec<Vec<f64>> = (0..10).map(|_| values()).collect();
    Toy::crystals(&crystals, &[ExpRun::new(7, 1), ExpRun::new(7, 2)])
}

/// A store where the constants of `name` are `first` in run 7,1 and `later` from 7,2 on.
fn chain(folder: &FilePath, name: &str, first: &[f64], later: &[f64]) -> Chain {
    let store = Store::new(folder);
    let mut commit = store.commit();
    for (iov, values) in [("7,1,7,1", first), ("7,2,-1,-1", later)] {
        let payload = Payload {
            name: name.into(),
            class: "ExampleCalib".into(),
            channels: IndexMap::from([("crystal".into(), (1..).take(values.len()).collect())]),
            members: IndexMap::from([("m_CalibConst".into(), values.to_vec())]),
            object: None,
        };
        commit
            .add(payload, iov.parse::<IoV>().unwrap(), json!({}))
            .unwrap();
    }
    commit.finish().unwrap();
    Chain::new(vec![store])
}

fn at(name: &str, member: &str, index: &str) -> Expr {
    let member = PayloadMember::new(name, member);
    Arc::new(Node::Lookup(
        Lookup::Payload(member),
        column(index),
        place(21),
    ))
}

fn with(members: Vec<(&str, Expr)>, chain: &Chain) -> Execution {
    run_with(&algorithm(members), toy(), IoV::EVERYTHING, chain.clone())
}

fn values(execution: &Execution) -> &[f64] {
    assert_eq!(execution.result, AlgResult::Ok, "{}", execution.message);
    &execution.payloads[0].payload.members[0]
}

#[test]
fn a_payload_is_made_with_the_constants_of_the_first_run() {
    let folder = tempfile::tempdir().unwrap();
    let first: Vec<f64> = (0..10).map(|n| f64::from(n) / 3.0).collect();
    let chain = chain(folder.path(), "Old", &first, &[100.0; 10]);
    let bare = with(vec![("m_CalibConst", column("mean"))], &chain);
    let sum = add(&column("mean"), &at("Old", "m_CalibConst", "channel"));
    let shifted = with(vec![("m_CalibConst", sum)], &chain);
    for ((with, without), old) in values(&shifted).iter().zip(values(&bare)).zip(&first) {
        assert_eq!(with.to_bits(), (without + old).to_bits());
    }
    assert!(bare.warnings.is_empty(), "{:?}", bare.warnings);
    assert_eq!(
        shifted.warnings,
        [
            "payload Offset: the constants of Old change within the runs (7,2 has others); those of the first run, 7,1, are used"
        ]
    );
}

#[test]
fn previous_constants_that_change_within_the_runs_are_those_of_the_first_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let chain = chain(folder.path(), "Offset", &[2.0; 10], &[50.0; 10]);
    let bare = with(vec![("m_CalibConst", if_ok(column("mean"), 0.0))], &chain);
    assert!(bare.warnings.is_empty(), "{:?}", bare.warnings);
    let difference = sub(&column("mean"), &previous("m_CalibConst"));
    let execution = with(vec![("m_CalibConst", difference)], &chain);
    for (with, without) in values(&execution).iter().zip(values(&bare)) {
        assert_eq!(with.to_bits(), (without - 2.0).to_bits());
    }
    assert_eq!(
        execution.warnings,
        [
            "payload Offset: the constants of Offset change within the runs (7,2 has others); those of the first run, 7,1, are used"
        ]
    );
    // The same constants again are no change.
    let folder = tempfile::tempdir().unwrap();
    let same = self::chain(folder.path(), "Offset", &[2.0; 10], &[2.0; 10]);
    let difference = sub(&column("mean"), &previous("m_CalibConst"));
    assert!(
        with(vec![("m_CalibConst", difference)], &same)
            .warnings
            .is_empty()
    );
}

#[test]
fn rules_look_up_and_say_what_they_did_not_find() {
    let folder = tempfile::tempdir().unwrap();
    let chain = chain(
        folder.path(),
        "Cut",
        &[3.0, -3.0, 3.0, 3.0, 3.0, 3.0, 3.0, 3.0],
        &[3.0],
    );
    let mut algorithm = algorithm(vec![("m_CalibConst", if_ok(column("mean"), 0.0))]);
    let small = binary(
        BinaryOp::Lt,
        &column("mean"),
        &at("Cut", "m_CalibConst", "channel"),
    );
    declared(&mut algorithm).accept = Some(Formula::Compiled(small));
    let execution = run_with(&algorithm, toy(), IoV::EVERYTHING, chain);
    let zero = |(n, value): (usize, &f64)| (*value == 0.0).then_some(n + 1);
    let refused: Vec<usize> = values(&execution)
        .iter()
        .enumerate()
        .filter_map(zero)
        .collect();
    assert_eq!(refused, [2, 9, 10]);
    let said = "the rule `accept`: Cut.m_CalibConst gave NaN for 2 rows of a channel that Cut does not have";
    assert!(
        execution.warnings.iter().any(|warning| warning == said),
        "{:?}",
        execution.warnings
    );
}

#[test]
fn models_are_fitted_with_the_constants_in_place() {
    let folder = tempfile::tempdir().unwrap();
    let chain = chain(folder.path(), "Shift", &[0.0, 0.75], &[9.0, 9.0]);
    let mut shifted = algorithm(vec![("m_CalibConst", column("mean"))]);
    let fixed = run_with(&shifted, toy(), IoV::EVERYTHING, chain.clone());
    let step = &mut declared(&mut shifted).fits[0];
    // The curve at x - 0.75 has its mean at 0.75 less.
    let two = Arc::new(Node::Constant(crate::expr::Value::Int(2)));
    let shift = Node::Lookup(
        Lookup::Payload(PayloadMember::new("Shift", "m_CalibConst")),
        two,
        place(22),
    );
    step.model.formula = moved(&step.model.formula, &shift.into());
    let execution = run_with(&shifted, toy(), IoV::EVERYTHING, chain);
    for (moved, mean) in values(&execution).iter().zip(values(&fixed)) {
        assert!((moved + 0.75 - mean).abs() < 1e-3, "{moved} {mean}");
    }
}

/// The formula with `x - shift` for `x`.
fn moved(formula: &Expr, shift: &Expr) -> Expr {
    let go = |inner: &Expr| moved(inner, shift);
    match &**formula {
        Node::Column(..) => sub(&column("x"), shift),
        Node::Unary(op, a, place) => Arc::new(Node::Unary(*op, go(a), *place)),
        Node::Binary(op, a, b, place) => Arc::new(Node::Binary(*op, go(a), go(b), *place)),
        Node::Call(f, all, place) => Arc::new(Node::Call(*f, all.iter().map(go).collect(), *place)),
        Node::Let(n, a, b) => Arc::new(Node::Let(*n, go(a), go(b))),
        Node::If(a, b, c, place) => Arc::new(Node::If(go(a), go(b), go(c), *place)),
        _ => Arc::clone(formula),
    }
}

#[test]
fn what_is_missing_is_a_failure_that_names_it() {
    let folder = tempfile::tempdir().unwrap();
    let chain = chain(folder.path(), "ExampleOld", &[0.0; 10], &[0.0; 10]);
    let failed = |name: &str, member: &str| {
        let execution = with(vec![("m_CalibConst", at(name, member, "channel"))], &chain);
        assert_eq!(execution.result, AlgResult::Failure);
        assert_eq!(execution.place, Some(place(21)));
        execution.message
    };
    assert_eq!(
        failed("ExampleOlt", "m_CalibConst"),
        "payload Offset: m_CalibConst: no payload `ExampleOlt` is in force in run 7,1; did you mean `ExampleOld`?"
    );
    assert_eq!(
        failed("ExampleOld", "CalibConst"),
        "payload Offset: m_CalibConst: payload ExampleOld has no member `CalibConst`; did you mean `m_CalibConst`?"
    );
}
