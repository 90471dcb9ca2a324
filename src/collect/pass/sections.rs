//! Steps over the same kind of rows, and what is still read after each of them.

use super::compile::Op;
use super::slots::{Key, Slots};

/// Steps over the same kind of rows.
#[derive(Debug)]
pub(crate) enum Section {
    /// Over rows.
    Rows(Vec<Op>),
    /// Over pairs of the rows that are left.
    Pairs {
        ops: Vec<Op>,
        /// If it goes on with the rows of the pairs that are left: what is read of them then.
        singles: Option<Vec<usize>>,
    },
}

impl Section {
    pub(crate) fn ops(&self) -> &[Op] {
        match self {
            Self::Rows(ops) | Self::Pairs { ops, .. } => ops,
        }
    }
}

impl Section {
    pub(super) fn into_ops(self) -> Vec<Op> {
        match self {
            Self::Rows(ops) | Self::Pairs { ops, .. } => ops,
        }
    }

    /// Notes what is read after each step; `after` is what later sections read of the rows, to
    /// which this one adds its own.
    pub(super) fn mark_later(&mut self, slots: &Slots, after: &mut Vec<usize>) {
        match self {
            Self::Rows(ops) => mark_later(slots, ops, after),
            Self::Pairs { ops, singles } => {
                mark_later(slots, ops, &[]);
                if let Some(later) = singles {
                    later.clone_from(after);
                }
            }
        }
        after.extend(read_by(slots, self.ops()));
        after.sort_unstable();
        after.dedup();
    }
}

/// Everything that these steps read.
fn read_by(slots: &Slots, ops: &[Op]) -> Vec<usize> {
    let mut read: Vec<usize> = ops.iter().flat_map(|op| needs(slots, op)).collect();
    read.sort_unstable();
    read.dedup();
    read
}

/// Notes for each step what is read after it.
pub(super) fn mark_later(slots: &Slots, ops: &mut [Op], after: &[usize]) {
    let mut later = after.to_vec();
    for op in ops.iter_mut().rev() {
        op.later.clone_from(&later);
        for column in needs(slots, op) {
            if !later.contains(&column) {
                later.push(column);
            }
        }
    }
}

/// What a step reads, with the columns that are repeated for elements.
fn needs(slots: &Slots, op: &Op) -> Vec<usize> {
    let mut needed = op.evaluator.columns().to_vec();
    let number = |wanted: &Key| slots.keys.iter().position(|(key, _)| key == wanted);
    let mut at = 0;
    while let Some(&column) = needed.get(at) {
        match &slots.keys[column].0 {
            Key::Repeated(_, inner) => needed.extend(number(inner)),
            Key::Paired(_, inner) => needed.push(*inner),
            Key::Joined(join, _) => needed.extend(number(&Key::Partner(*join))),
            _ => {}
        }
        at += 1;
    }
    needed
}
