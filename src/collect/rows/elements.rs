//! Rows that are elements of an array.

use std::path::Path;

use super::events::{Events, joined, place};
use super::held::{Held, Loaded, gather};
use super::read::{Stretch, values};
use super::steps::Rows;
use crate::collect::Error;
use crate::collect::pass::{Key, Pass};
use crate::expr::BATCH;
use crate::iov::ExpRun;

/// Some elements of the events that are left.
pub(crate) struct Elements<'e, 'b, 'f> {
    events: &'e mut Events<'b, 'f>,
    /// Where they lie in the columns of the array.
    stretches: Vec<Stretch>,
    /// The event of each, as a row of `events`.
    event_rows: Vec<u32>,
    held: Held,
}

/// Calls `work` for all elements of the events that are left, at most [`BATCH`] at a time.
pub(crate) fn each_slice<'b, 'f>(
    events: &mut Events<'b, 'f>,
    array: usize,
    work: &mut dyn FnMut(&mut Elements<'_, 'b, 'f>) -> Result<(), Error>,
) -> Result<(), Error> {
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut event_rows: Vec<u32> = Vec::new();
    for (row, (mut first, mut count)) in (0_u32..).zip(events.elements(array)?) {
        while event_rows.len() + count >= BATCH {
            let part = BATCH - event_rows.len();
            stretches.push((first, part));
            event_rows.extend(std::iter::repeat_n(row, part));
            (first, count) = (first + part, count - part);
            let rows = (
                std::mem::take(&mut stretches),
                std::mem::take(&mut event_rows),
            );
            work(&mut Elements::new(events, rows))?;
        }
        stretches.push((first, count));
        event_rows.extend(std::iter::repeat_n(row, count));
    }
    if !event_rows.is_empty() {
        work(&mut Elements::new(events, (stretches, event_rows)))?;
    }
    Ok(())
}

impl<'e, 'b, 'f> Elements<'e, 'b, 'f> {
    fn new(
        events: &'e mut Events<'b, 'f>,
        (stretches, event_rows): (Vec<Stretch>, Vec<u32>),
    ) -> Self {
        let columns = events.pass().keys.len();
        Self {
            events,
            stretches: joined(&stretches),
            held: Held::new(event_rows.len(), None, columns),
            event_rows,
        }
    }

    /// The event of each row that is left.
    fn event_rows_left(&self) -> Vec<u32> {
        match &self.held.left {
            Some(left) => left
                .iter()
                .map(|row| self.event_rows[*row as usize])
                .collect(),
            None => self.event_rows.clone(),
        }
    }
}

impl Rows for Elements<'_, '_, '_> {
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
        let pass = self.events.pass;
        let (key, kind) = &pass.keys[number];
        let column = if let Key::Element(array, source) = key {
            let (field, member) = place(source);
            let batch = self.events.batch();
            let path = batch.path().to_path_buf();
            let chunk = batch.member(&pass.arrays[*array], field)?;
            let all = values(chunk, *kind, &self.stretches, member).map_err(Error::file(&path))?;
            self.held.of_left(all)
        } else {
            self.events.need(number)?;
            gather(self.events.held().slice(number), &self.event_rows_left())
        };
        Ok(Loaded::Values(column))
    }

    fn entry(&self, row: usize) -> u64 {
        self.events
            .entry(self.event_rows[self.held.position(row)] as usize)
    }

    fn run(&self, row: usize) -> ExpRun {
        self.events
            .run(self.event_rows[self.held.position(row)] as usize)
    }

    fn file(&self) -> &Path {
        self.events.file()
    }
}
