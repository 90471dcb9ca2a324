//! Rows that are pairs of the rows of an event.

use std::path::Path;

use super::held::{Held, Loaded, gather};
use super::steps::{Rows, Sink, run_steps};
use crate::collect::Error;
use crate::collect::pass::{Key, Op, Pass};
use crate::expr::{BATCH, Scratch};
use crate::iov::ExpRun;

/// Some pairs of the rows that are left.
struct Pairs<'p, 'r> {
    rows: &'p mut (dyn Rows + 'r),
    /// The two rows of each pair.
    sides: [Vec<u32>; 2],
    held: Held,
}

/// Lets steps go over all pairs of rows of the same event, the first before the second, at most
/// [`BATCH`] at a time. With `singles` the rows of pairs that are left go on, each once, with the
/// columns that are read of them later.
///
/// Rows of an event must be neighbours, and all there.
pub(crate) fn run_pairs(
    rows: &mut dyn Rows,
    ops: &[Op],
    singles: Option<&[usize]>,
    scratch: &mut Scratch,
    sink: &mut dyn Sink,
) -> Result<(), Error> {
    let count = rows.held().len();
    let mut left = vec![false; count];
    let entries: Vec<u64> = (0..count).map(|row| rows.entry(row)).collect();
    let mut pairs = all_pairs(&entries);
    loop {
        let (first, second): (Vec<u32>, Vec<u32>) = pairs.by_ref().take(BATCH).unzip();
        if first.is_empty() {
            break;
        }
        let columns = rows.pass().keys.len();
        let mut some = Pairs {
            held: Held::new(first.len(), None, columns),
            sides: [first, second],
            rows: &mut *rows,
        };
        run_steps(&mut some, ops, scratch, sink)?;
        for pair in 0..some.held.len() {
            let position = some.held.position(pair);
            for side in &some.sides {
                left[side[position] as usize] = true;
            }
        }
    }
    if let Some(later) = singles {
        let passed = left.iter().filter(|left| **left).count();
        rows.held_mut().keep(&left, passed, later);
    }
    Ok(())
}

/// All pairs of neighbours of the same entry, the first before the second.
fn all_pairs(entries: &[u64]) -> impl Iterator<Item = (u32, u32)> {
    let end = |first: usize| {
        let same = entries[first..].iter();
        first + same.take_while(|entry| **entry == entries[first]).count()
    };
    let number = |row: usize| u32::try_from(row).unwrap_or(u32::MAX);
    (0..entries.len()).flat_map(move |first| {
        let second = first + 1..end(first);
        second.map(move |second| (number(first), number(second)))
    })
}

impl Rows for Pairs<'_, '_> {
    fn pass(&self) -> &Pass {
        self.rows.pass()
    }

    fn held(&self) -> &Held {
        &self.held
    }

    fn held_mut(&mut self) -> &mut Held {
        &mut self.held
    }

    fn load(&mut self, number: usize) -> Result<Loaded, Error> {
        // What belongs to the event is the same for both rows.
        let (side, inner) = match self.rows.pass().keys[number].0 {
            Key::Paired(side, inner) => (side, inner),
            _ => (0, number),
        };
        self.rows.need(inner)?;
        let rows: Vec<u32> = (0..self.held.len())
            .map(|pair| self.sides[side][self.held.position(pair)])
            .collect();
        let values = gather(self.rows.held().slice(inner), &rows);
        Ok(Loaded::Values(values))
    }

    fn entry(&self, row: usize) -> u64 {
        let first = self.sides[0][self.held.position(row)];
        self.rows.entry(first as usize)
    }

    fn run(&self, row: usize) -> ExpRun {
        let first = self.sides[0][self.held.position(row)];
        self.rows.run(first as usize)
    }

    fn file(&self) -> &Path {
        self.rows.file()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_stay_within_their_event() {
        let pairs: Vec<(u32, u32)> = all_pairs(&[3, 3, 3, 4, 7, 7]).collect();
        assert_eq!(pairs, [(0, 1), (0, 2), (1, 2), (4, 5)]);
        assert_eq!(all_pairs(&[]).count(), 0);
    }
}
