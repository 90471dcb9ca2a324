//! Each cut by itself: how many of all rows pass it, whatever the others say.

use super::steps::Rows;
use crate::collect::pass::{Action, Key, Op};
use crate::expr::{Column, Scratch, Slice};

use super::held::Loaded;

/// Tells of each cut how many rows there are and how many pass it, as if there were no other one;
/// a join goes on with the rows that have a related element. `false` where a step cannot do with
/// the rows that an earlier cut would have taken away: what comes after it is not known.
pub(crate) fn count_alone(
    rows: &mut dyn Rows,
    ops: &[Op],
    scratch: &mut Scratch,
    count: &mut dyn FnMut(usize, usize, usize),
) -> bool {
    for op in ops {
        if matches!(op.action, Action::Fill(_)) {
            continue;
        }
        let Some(column) = values(rows, op, scratch) else {
            return false;
        };
        match (op.action, column) {
            (Action::Define(number), column) => {
                rows.held_mut().put(number, Loaded::Values(column));
            }
            (Action::Select(cut), Column::Bool(mask)) => {
                let passed = mask.iter().filter(|passes| **passes).count();
                count(cut, mask.len(), passed);
                if is_join(rows, op) {
                    rows.held_mut().keep(&mask, passed, &op.later);
                }
            }
            _ => {}
        }
    }
    true
}

/// Whether a cut asks for a related element.
fn is_join(rows: &dyn Rows, op: &Op) -> bool {
    let mut columns = op.evaluator.columns().iter();
    columns.any(|number| matches!(rows.pass().keys[*number].0, Key::Partner(_)))
}

/// The values of a step; `None` if there is a row for which it has none.
fn values(rows: &mut dyn Rows, op: &Op, scratch: &mut Scratch) -> Option<Column> {
    for &number in op.evaluator.columns() {
        rows.need(number).ok()?;
    }
    let columns = op.evaluator.columns().iter();
    let inputs: Vec<Slice<'_>> = columns.map(|number| rows.held().slice(*number)).collect();
    let count = rows.held().len();
    let values = op.evaluator.evaluate(&inputs, count, scratch).ok()?;
    let mut column = Column::empty(op.evaluator.types()[0]);
    column.append(values.get(0)).then_some(column)
}
