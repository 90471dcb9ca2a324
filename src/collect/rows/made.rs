//! Rows of made-up numbers.

use std::path::Path;

use super::events::Events;
use super::held::{Held, Loaded, gather};
use super::steps::Rows;
use crate::collect::pass::{Key, Pass};
use crate::collect::{Error, Generator};
use crate::expr::BATCH;
use crate::iov::ExpRun;

/// Some made-up rows of the events that are left.
struct Made<'e, 'b, 'f> {
    events: &'e mut Events<'b, 'f>,
    generator: Generator,
    /// The event of each, as a row of `events`, and its number within the event.
    numbers: Vec<(u32, u32)>,
    held: Held,
}

/// Calls `work` for the made-up rows of the events that are left, at most [`BATCH`] at a time.
pub(crate) fn made_slices(
    events: &mut Events<'_, '_>,
    generator: Generator,
    work: &mut dyn FnMut(&mut dyn Rows) -> Result<(), Error>,
) -> Result<(), Error> {
    let left = u32::try_from(events.held().len()).unwrap_or(u32::MAX);
    let mut all = (0..left).flat_map(|row| (0..generator.entries).map(move |n| (row, n)));
    loop {
        let numbers: Vec<(u32, u32)> = all.by_ref().take(BATCH).collect();
        if numbers.is_empty() {
            return Ok(());
        }
        let columns = events.pass().keys.len();
        work(&mut Made {
            events: &mut *events,
            generator,
            held: Held::new(numbers.len(), None, columns),
            numbers,
        })?;
    }
}

impl Made<'_, '_, '_> {
    fn event_row(&self, row: usize) -> usize {
        self.numbers[self.held.position(row)].0 as usize
    }
}

impl Rows for Made<'_, '_, '_> {
    fn pass(&self) -> &Pass {
        self.events.pass()
    }

    fn held(&self) -> &Held {
        &self.held
    }

    fn held_mut(&mut self) -> &mut Held {
        &mut self.held
    }

    fn load(&mut self, number: usize) -> Result<Loaded, Error> {
        let left = (0..self.held.len()).map(|row| self.numbers[self.held.position(row)]);
        if let Key::Made(column) = self.events.pass().keys[number].0 {
            let rows = left.map(|(row, n)| (self.events.id(row as usize), n));
            return Ok(Loaded::Values(self.generator.column(column, rows)));
        }
        let rows: Vec<u32> = left.map(|(row, _)| row).collect();
        self.events.need(number)?;
        Ok(Loaded::Values(gather(
            self.events.held().slice(number),
            &rows,
        )))
    }

    fn entry(&self, row: usize) -> u64 {
        self.events.entry(self.event_row(row))
    }

    fn run(&self, row: usize) -> ExpRun {
        self.events.run(self.event_row(row))
    }

    fn file(&self) -> &Path {
        self.events.file()
    }
}
