//! Work across channels, and payloads with other channels than the fits.

use std::sync::Arc;

use crate::calibrate::{AlgResult, Algorithm, Combine, Data, Execution, Expand};
use crate::expr::build::{column, number};
use crate::expr::{BinaryOp, Column, Expr, Failure, Formula, Node, Place, Table};
use crate::iov::ExpRun;

use super::toy::{Random, Toy, algorithm, declared, if_ok, run};

/// What a function makes of the fits.
#[derive(Debug)]
struct Made(fn(&Table) -> Table);

impl Combine for Made {
    fn source(&self) -> &str {
        "made \"offset\""
    }

    fn place(&self) -> Place {
        Place {
            source: 1,
            line: 8,
            column: 1,
        }
    }

    fn combine(&self, _: &Data, fits: &Table) -> Result<Table, Failure> {
        Ok((self.0)(fits))
    }
}

/// Three crystals; the second one has too few values.
fn toy() -> Toy {
    let mut random = Random(3);
    let mut values =
        |n: usize, mean: f64| -> Vec<f64> { (0..n).map(|_| mean + random.normal()).collect() };
    let values = [values(500, -1.0), Vec::new(), values(500, 2.0)];
    Toy::crystals(&values, &[ExpRun::new(7, 1)])
}

fn executed(members: Vec<(&str, Expr)>, change: impl FnOnce(&mut Algorithm)) -> Execution {
    let mut algorithm = algorithm(members);
    declared(&mut algorithm).tolerate = 1.0;
    change(&mut algorithm);
    run(&algorithm, toy())
}

fn combined(made: fn(&Table) -> Table, members: Vec<(&str, Expr)>) -> Execution {
    executed(members, |algorithm| {
        declared(algorithm).combine = Some(Arc::new(Made(made)))
    })
}

fn with_offset(fits: &Table) -> Table {
    let mean = fits.column("mean").and_then(Column::to_floats).unwrap();
    let offset = mean
        .iter()
        .map(|m| if m.is_nan() { 7.0 } else { m - mean[0] });
    let offset = Column::Float(offset.collect());
    fits.with("offset", offset).unwrap()
}

#[test]
fn a_column_that_was_made_is_asked_of_every_channel() {
    let backwards = |fits: &Table| {
        let with = with_offset(fits);
        let Some(Column::Int(channels)) = with.column("channel") else {
            panic!("there are channels");
        };
        let key = Column::Int(channels.iter().map(|n| -n).collect());
        with.sorted_by(&key)
    };
    let execution = combined(backwards, vec![("a", column("offset"))]);
    assert_eq!(execution.result, AlgResult::Ok, "{}", execution.message);
    let payload = &execution.payloads[0].payload;
    assert_eq!(payload.channels["crystal"], [1, 2, 3]);
    let found = &payload.members["a"];
    assert!(
        found[0] == 0.0 && found[1] == 7.0 && (found[2] - 3.0).abs() < 0.3,
        "{found:?}"
    );
    assert!(execution.fits.unwrap().column("offset").is_some());
    assert!(execution.warnings[0].contains("as the payload closure says"));
    // What it does not look at keeps what is in force, which is nothing here.
    let execution = combined(with_offset, vec![("a", column("mean"))]);
    assert!(
        execution
            .message
            .contains("without constants in force to keep: 2")
    );
}

#[test]
fn what_combine_gives_must_have_a_row_per_channel() {
    let cases: [(fn(&Table) -> Table, &str); 4] = [
        (
            |fits| fits.filtered(&[true, false, true]),
            "loses 1 channel: 2;",
        ),
        (
            |fits| {
                let mut twice = fits.clone();
                twice.append(&fits.filtered(&[true, false, false])).unwrap();
                twice
            },
            "gives channel 1 twice",
        ),
        (|_| Table::new(), "with the columns `channel` and `ok`"),
        (
            |fits| {
                let channels = Column::Int(vec![1, 2, 9]);
                let mut other = Table::new();
                other.push("channel", channels).unwrap();
                other
                    .push("ok", fits.column("ok").unwrap().clone())
                    .unwrap();
                other
            },
            "loses 1 channel: 3;",
        ),
    ];
    for (made, said) in cases {
        let execution = combined(made, vec![("a", if_ok(column("mean"), 0.0))]);
        assert_eq!(execution.result, AlgResult::Failure);
        assert!(execution.message.contains(said), "{}", execution.message);
        assert_eq!(execution.place.map(|place| place.line), Some(8));
        assert!(execution.payloads.is_empty());
    }
}

/// Channel n of the payload takes row n - 10.
fn expand(algorithm: &mut Algorithm) {
    let row = Node::Binary(
        BinaryOp::Sub,
        column("channel"),
        number(10.0),
        Place::default(),
    );
    declared(algorithm).expand = Some(Expand {
        channel: "cell".into(),
        first: 11,
        last: 14,
        row: Formula::Compiled(row.into()),
        place: Place::default(),
    });
}

#[test]
fn a_payload_may_have_other_channels() {
    let members = vec![("a", if_ok(column("mean"), -9.0)), ("n", column("entries"))];
    let execution = executed(members, expand);
    assert_eq!(execution.result, AlgResult::Ok, "{}", execution.message);
    let payload = &execution.payloads[0].payload;
    assert_eq!(payload.channels["cell"], [11, 12, 13, 14]);
    let fits = execution.fits.unwrap();
    let mean = fits.column("mean").and_then(Column::to_floats).unwrap();
    assert_eq!(payload.members["a"], [mean[0], -9.0, mean[2], -9.0]);
    assert_eq!(payload.members["n"], [500.0, 0.0, 500.0, 0.0]);
    // Without a row there is no fit, and nothing to keep.
    let execution = executed(vec![("a", column("mean"))], expand);
    let said = &execution.message;
    assert!(
        said.contains("without constants in force to keep: 12, 14"),
        "{said}"
    );
}
