//! Rows that are elements of an array.

use std::path::Path;

use super::events::{Events, joined, place};
use super::held::{Held, Loaded, gather};
use super::read::{Stretch, values};
use super::steps::Rows;
use crate::collect::Error;
use crate::collect::pass::{Key, Pass};
use crate::collect::schema::{Array, Source};
use crate::expr::{BATCH, Column, Type};
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

/// Calls `work` for all elements of the events that are left, at most [`BATCH`] at a time; those of
/// one event stay together if the steps ask for it, however many they are.
pub(crate) fn each_slice<'b, 'f>(
    events: &mut Events<'b, 'f>,
    array: usize,
    work: &mut dyn FnMut(&mut Elements<'_, 'b, 'f>) -> Result<(), Error>,
) -> Result<(), Error> {
    let whole = events.pass().keeps_events();
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut event_rows: Vec<u32> = Vec::new();
    for (row, (mut first, mut count)) in (0_u32..).zip(events.elements(array)?) {
        if whole && !event_rows.is_empty() && event_rows.len() + count > BATCH {
            let rows = (
                std::mem::take(&mut stretches),
                std::mem::take(&mut event_rows),
            );
            work(&mut Elements::new(events, rows))?;
        }
        while !whole && event_rows.len() + count >= BATCH {
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

/// Where an element lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    /// Its event, as a row of events.
    pub(super) event: u32,
    /// Its place among all elements of the batch.
    pub(super) at: usize,
    /// Its number in the event, and how many there are.
    pub(super) number: usize,
    pub(super) count: usize,
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

    pub(super) fn events(&mut self) -> &mut Events<'b, 'f> {
        self.events
    }

    /// Values of the elements of an array that lie there.
    pub(super) fn read(
        &mut self,
        array: &Array,
        source: &Source,
        kind: Type,
        stretches: &[Stretch],
    ) -> Result<Column, Error> {
        let (field, member) = place(source);
        let batch = self.events.batch();
        let path = batch.path().to_path_buf();
        let chunk = batch.member(array, field)?;
        values(chunk, kind, stretches, member).map_err(Error::file(&path))
    }

    /// Where the rows that are left lie, which are elements of an array.
    pub(super) fn places(&mut self, array: usize) -> Result<Vec<Place>, Error> {
        let events = self.events.elements(array)?;
        let all: Vec<usize> = self
            .stretches
            .iter()
            .flat_map(|(first, count)| *first..first + count)
            .collect();
        let place = |row: usize| {
            let position = self.held.position(row);
            let event = self.event_rows[position];
            let (first, count) = events[event as usize];
            Place {
                event,
                at: all[position],
                number: all[position] - first,
                count,
            }
        };
        Ok((0..self.held.len()).map(place).collect())
    }

    /// The event of each row that is left.
    pub(super) fn event_rows_left(&self) -> Vec<u32> {
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
        Ok(Loaded::Values(match key {
            Key::Element(array, source) => {
                let all =
                    self.read(&pass.arrays[*array], source, *kind, &self.stretches.clone())?;
                self.held.of_left(all)
            }
            Key::Index(array) => {
                let places = self.places(*array)?;
                Column::Int(places.iter().map(|place| place.number as i64).collect())
            }
            Key::Partner(join) => Column::Int(self.partners(&pass.joins[*join])?),
            Key::Joined(join, source) => self.joined(*join, source, *kind)?,
            _ => {
                self.events.need(number)?;
                gather(self.events.held().slice(number), &self.event_rows_left())
            }
        }))
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
