//! Channels that are not ok, constants in force, and formulas that fail.

use crate::calibrate::{AlgResult, Execution};
use crate::conditions::Chain;
use crate::expr::build::{binary, column, number};
use crate::expr::{BinaryOp, Expr, Failure, Formula};
use crate::fit::models::rule;
use crate::hist::Histogram;
use crate::iov::{ExpRun, IoV};

use super::toy::{
    Random, Toy, algorithm, constants, declared, if_ok, place, previous, run, run_with,
};

/// 100 crystals around 1 with 400 values each, but for crystal 3, which has none.
fn toy() -> Toy {
    let mut random = Random(11);
    let mut crystal = |n| (0..n).map(|_| 1.0 + random.normal()).collect::<Vec<f64>>();
    let values: Vec<Vec<f64>> = (0..100)
        .map(|i| crystal(if i == 2 { 0 } else { 400 }))
        .collect();
    Toy::crystals(&values, &[ExpRun::new(7, 1)])
}

fn with(members: Vec<(&str, Expr)>, chain: &Chain) -> Execution {
    run_with(&algorithm(members), toy(), IoV::EVERYTHING, chain.clone())
}

#[test]
fn without_constants_in_force_there_is_nothing_to_keep() {
    let execution = with(vec![("m_CalibConst", column("mean"))], &Chain::default());
    assert_eq!(execution.result, AlgResult::Failure);
    assert_eq!(
        execution.message,
        "payload Offset: 1 crystal not ok and without constants in force to keep: 3 (crystal 3: no entries); \
         say in the payload closure what to write where `ok` is false, give constants to start from, \
         or ask for less in `enough_data` and `accept`"
    );
    assert_eq!(execution.place, Some(place(6)));
    assert!(execution.payloads.is_empty());
}

#[test]
fn constants_in_force_are_kept_to_the_last_bit() {
    let folder = tempfile::tempdir().unwrap();
    let before: Vec<f64> = (0..100).map(|i| 0.1 + f64::from(i) / 3.0).collect();
    let chain = constants(folder.path(), &before);
    let execution = with(vec![("m_CalibConst", column("mean"))], &chain);
    assert_eq!(execution.result, AlgResult::Ok, "{}", execution.message);
    let values = &execution.payloads[0].payload.members[0];
    assert_eq!(values[2].to_bits(), before[2].to_bits());
    assert!((values[3] - 1.0).abs() < 0.3);
    assert_eq!(
        execution.warnings,
        ["1 crystal without enough data, previous constants kept: 3"]
    );
    // A member that the constants in force do not have cannot be kept.
    let execution = with(vec![("m_CalibConstUnc", column("mean_error"))], &chain);
    assert_eq!(execution.result, AlgResult::Failure);
}

#[test]
fn a_closure_that_looks_at_ok_decides() {
    let members = vec![
        ("m_CalibConst", if_ok(column("mean"), 0.0)),
        ("m_CalibConstUnc", if_ok(column("mean_error"), -1.0)),
    ];
    let execution = with(members, &Chain::default());
    assert_eq!(execution.result, AlgResult::Ok, "{}", execution.message);
    let payload = &execution.payloads[0].payload;
    assert_eq!((payload.members[0][2], payload.members[1][2]), (0.0, -1.0));
    // It decides for all members: one that forgets to look gives what is no number.
    let members = vec![
        ("m_CalibConst", if_ok(column("mean"), 0.0)),
        ("m_CalibConstUnc", column("mean_error")),
    ];
    let execution = with(members, &Chain::default());
    assert_eq!(execution.result, AlgResult::Failure);
    assert_eq!(
        execution.message,
        "payload Offset: the closure gives NaN as m_CalibConstUnc for crystal 3, which is not ok: no entries"
    );
}

#[test]
fn formulas_see_the_constants_in_force() {
    let folder = tempfile::tempdir().unwrap();
    let before: Vec<f64> = (0..100).map(f64::from).collect();
    let chain = constants(folder.path(), &before);
    let sum = binary(BinaryOp::Add, &column("mean"), &previous("m_CalibConst"));
    let execution = with(vec![("m_CalibConst", sum.clone())], &chain);
    assert_eq!(execution.result, AlgResult::Ok, "{}", execution.message);
    let values = &execution.payloads[0].payload.members[0];
    assert!((values[60] - 61.0).abs() < 0.3);
    let execution = with(vec![("m_CalibConst", sum)], &Chain::default());
    assert_eq!(execution.result, AlgResult::Failure);
}

#[test]
fn what_is_no_number_is_never_written() {
    let undefined = binary(BinaryOp::Div, &number(1.0), &number(0.0));
    let execution = with(
        vec![("m_CalibConst", if_ok(undefined, 0.0))],
        &Chain::default(),
    );
    assert_eq!(execution.result, AlgResult::Failure);
    assert_eq!(
        execution.message,
        "payload Offset: the closure gives inf as m_CalibConst for crystal 1"
    );
}

#[test]
fn no_usable_fit_at_all_is_a_failure() {
    let mut algorithm = algorithm(vec![("m_CalibConst", if_ok(column("mean"), 0.0))]);
    let never = binary(BinaryOp::Lt, &column("entries"), &number(0.0));
    declared(&mut algorithm).accept = Some(Formula::Compiled(never));
    let execution = run(&algorithm, toy());
    assert_eq!(execution.result, AlgResult::Failure);
    assert_eq!(
        execution.message,
        "none of 100 crystals has a fit that can be used; crystal 1: not accepted"
    );
}

#[test]
fn rules_that_fail_are_named() {
    struct Failing;
    impl crate::fit::RuleFunction<Histogram, bool> for Failing {
        fn ask(&self, _: &Histogram) -> Result<bool, Failure> {
            Err(Failure {
                message: "there is no such property".into(),
                hint: Some("did you mean `entries`?".into()),
                place: place(31),
            })
        }
        fn source(&self) -> &str {
            "h.entires > 3"
        }
    }
    let mut failing = algorithm(vec![("m_CalibConst", column("mean"))]);
    declared(&mut failing).enough_data = Some(crate::fit::Rule(std::sync::Arc::new(Failing)));
    let execution = run(&failing, toy());
    assert_eq!(execution.result, AlgResult::Failure);
    assert_eq!(
        execution.message,
        "the rule `enough_data` failed in crystal 1: there is no such property; did you mean `entries`?"
    );
    assert_eq!(execution.place, Some(place(31)));
    let mut wrong = algorithm(vec![("m_CalibConst", column("mean"))]);
    declared(&mut wrong).accept = Some(Formula::Compiled(column("mean")));
    let execution = run(&wrong, toy());
    assert_eq!(execution.result, AlgResult::Failure);
    assert!(
        execution.message.starts_with("the rule `accept` failed: "),
        "{}",
        execution.message
    );
}

#[test]
fn a_rule_that_panics_is_a_failure_that_says_so() {
    let mut breaking = algorithm(vec![("m_CalibConst", column("mean"))]);
    declared(&mut breaking).enough_data = Some(rule("breaks", |h: &Histogram| {
        assert!(h.entries() < 1.0, "beyond the last bin");
        true
    }));
    let execution = run(&breaking, toy());
    assert_eq!(execution.result, AlgResult::Failure);
    assert_eq!(
        execution.message,
        "algorithm Offsets panicked: beyond the last bin; this is a bug of b2caf"
    );
    assert!(execution.payloads.is_empty());
}

#[test]
fn rules_in_rust_have_a_source() {
    let rule = rule("h.entries > 3", |h: &Histogram| h.entries() > 3.0);
    assert_eq!(format!("{rule:?}"), "h.entries > 3");
}
