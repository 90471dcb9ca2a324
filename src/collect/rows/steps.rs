//! Steps over rows: columns in, cuts and objects out.

use std::path::Path;

use super::held::{Held, Loaded};
use crate::collect::Error;
use crate::collect::pass::{Action, Key, Op, Pass};
use crate::expr::{Column, Evaluator, Failure, Outputs, Scratch, Slice};
use crate::iov::ExpRun;

/// Rows that steps go over.
pub(crate) trait Rows {
    /// What the numbers of columns mean.
    fn pass(&self) -> &Pass;
    /// The rows that are left, and their columns.
    fn held(&self) -> &Held;
    /// The same, to be changed.
    fn held_mut(&mut self) -> &mut Held;
    /// A column that is not there yet, for the rows that are left.
    fn load(&mut self, number: usize) -> Result<Loaded, Error>;
    /// Entry of the file to which a row that is left belongs.
    fn entry(&self, row: usize) -> u64;
    /// Run to which a row that is left belongs.
    fn run(&self, row: usize) -> ExpRun;
    /// The file.
    fn file(&self) -> &Path;

    /// Sees to it that a column is there.
    fn need(&mut self, number: usize) -> Result<(), Error> {
        if !self.held().has(number) {
            let column = self.load(number)?;
            self.held_mut().put(number, column);
        }
        Ok(())
    }
}

/// What becomes of the rows.
pub(crate) trait Sink {
    /// So many rows came to a cut, so many passed.
    fn cut(&mut self, cut: usize, before: usize, after: usize);
    /// Values of the rows for an object; `entry` tells the entry of the file of each row.
    fn fill(&mut self, object: usize, values: &Outputs<'_>, entry: &dyn Fn(usize) -> u64);
}

/// Lets steps go over rows, until none are left.
pub(crate) fn run_steps(
    rows: &mut dyn Rows,
    ops: &[Op],
    scratch: &mut Scratch,
    sink: &mut dyn Sink,
) -> Result<(), Error> {
    for op in ops {
        let before = rows.held().len();
        if before == 0 {
            break;
        }
        for &number in op.evaluator.columns() {
            rows.need(number)?;
        }
        match (op.action, evaluate(rows, op, scratch, sink)?) {
            (Action::Define(number), Some(column)) => {
                rows.held_mut().put(number, Loaded::Values(column));
            }
            (Action::Select(cut), Some(Column::Bool(mask))) => {
                let after = mask.iter().filter(|passes| **passes).count();
                sink.cut(cut, before, after);
                rows.held_mut().keep(&mask, after, &op.later);
            }
            _ => {}
        }
    }
    Ok(())
}

/// The values of a step; those of objects go straight into the sink.
fn evaluate(
    rows: &dyn Rows,
    op: &Op,
    scratch: &mut Scratch,
    sink: &mut dyn Sink,
) -> Result<Option<Column>, Error> {
    let columns = op.evaluator.columns().iter();
    let inputs: Vec<Slice<'_>> = columns.map(|number| rows.held().slice(*number)).collect();
    let count = rows.held().len();
    let again = scratch.another();
    let values = match op.evaluator.evaluate(&inputs, count, scratch) {
        Ok(values) => values,
        Err(failure) => return Err(first_failure(rows, &op.evaluator, failure, again)),
    };
    if let Action::Fill(object) = op.action {
        sink.fill(object, &values, &|row| rows.entry(row));
        return Ok(None);
    }
    let mut column = Column::empty(op.evaluator.types()[0]);
    let fits = column.append(values.get(0));
    debug_assert!(fits, "an evaluator keeps to its types");
    Ok(Some(column))
}

/// Finds the first row that fails: the shortest beginning of the rows that does not evaluate.
fn first_failure(
    rows: &dyn Rows,
    evaluator: &Evaluator,
    whole: Failure,
    mut scratch: Scratch,
) -> Error {
    let (mut good, mut bad) = (0, rows.held().len());
    let mut failure = whole;
    while bad - good > 1 {
        let middle = good + (bad - good) / 2;
        let inputs = beginnings(rows, evaluator, middle);
        match evaluator.evaluate(&inputs, middle, &mut scratch) {
            Ok(_) => good = middle,
            Err(earlier) => (bad, failure) = (middle, earlier),
        }
    }
    Error::Row {
        file: rows.file().to_path_buf(),
        entry: rows.entry(bad - 1),
        run: rows.run(bad - 1),
        failure: Box::new(failure),
    }
}

/// The inputs of the first `count` rows.
fn beginnings<'r>(rows: &'r dyn Rows, evaluator: &Evaluator, count: usize) -> Vec<Slice<'r>> {
    let keys = &rows.pass().keys;
    let elements = |array: &usize| {
        let offsets = evaluator
            .columns()
            .iter()
            .find(|number| matches!(&keys[**number].0, Key::Offsets(other) if other == array));
        match offsets.map(|number| rows.held().slice(*number)) {
            Some(Slice::Offsets(offsets)) => offsets[count] - offsets[0],
            _ => count,
        }
    };
    evaluator
        .columns()
        .iter()
        .map(|number| {
            let length = match &keys[*number].0 {
                Key::Offsets(_) => count + 1,
                Key::Element(array, _) | Key::Repeated(array, _) => elements(array),
                _ => count,
            };
            beginning(rows.held().slice(*number), length)
        })
        .collect()
}

fn beginning(slice: Slice<'_>, count: usize) -> Slice<'_> {
    match slice {
        Slice::Bool(v) => Slice::Bool(&v[..count]),
        Slice::Int(v) => Slice::Int(&v[..count]),
        Slice::Float(v) => Slice::Float(&v[..count]),
        Slice::Text(v) => Slice::Text(&v[..count]),
        Slice::Offsets(v) => Slice::Offsets(&v[..count]),
    }
}
