//! Rows that are events.

use super::batch::Batch;
use super::held::{Held, Loaded};
use super::read::{Stretch, values};
use super::steps::Rows;
use crate::collect::Error;
use crate::collect::gate::EventId;
use crate::collect::pass::{Key, Pass};
use crate::collect::schema::Source;
use crate::expr::{Column, Type};
use crate::iov::ExpRun;

/// The events of a batch that are left.
pub(crate) struct Events<'b, 'f> {
    pub(super) pass: &'b Pass,
    batch: &'b mut Batch<'f>,
    held: Held,
}

impl<'b, 'f> Events<'b, 'f> {
    /// The events of a batch at these positions; all of them for `None`.
    pub(crate) fn new(
        pass: &'b Pass,
        batch: &'b mut Batch<'f>,
        positions: Option<Vec<u32>>,
    ) -> Self {
        let held = Held::new(batch.len(), positions, pass.keys.len());
        Self { pass, batch, held }
    }

    pub(super) fn batch(&mut self) -> &mut Batch<'f> {
        self.batch
    }

    /// Position in the batch of an event that is left.
    pub(super) fn position(&self, row: u32) -> usize {
        self.held.position(row as usize)
    }

    /// Run and number of an event that is left.
    pub(super) fn id(&self, row: usize) -> EventId {
        let position = self.held.position(row);
        EventId {
            run: self.batch.run(position),
            event: self.batch.number(position),
        }
    }

    /// The elements of each event that is left: the first, and how many.
    pub(super) fn elements(&mut self, array: usize) -> Result<Vec<Stretch>, Error> {
        let offsets = self.batch.offsets(&self.pass.arrays[array])?;
        let of = |position: usize| (offsets[position], offsets[position + 1] - offsets[position]);
        Ok((0..self.held.len())
            .map(|row| of(self.held.position(row)))
            .collect())
    }

    /// Values per event that are in the file or were defined.
    fn values(&mut self, key: &Key, kind: Type) -> Result<Column, Error> {
        if let Some(number) = self.pass.keys.iter().position(|(k, _)| k == key)
            && self.held.has(number)
        {
            let mut copy = Column::empty(kind);
            let fits = copy.append(self.held.slice(number));
            debug_assert!(fits, "columns keep their types");
            return Ok(copy);
        }
        let (Key::Event(source) | Key::Element(_, source)) = key else {
            unreachable!("what was defined is held until its last use");
        };
        let all = [(0, self.batch.len())];
        let column = read(self.batch, source, kind, &all)?;
        Ok(self.held.of_left(column))
    }
}

impl Rows for Events<'_, '_> {
    fn pass(&self) -> &Pass {
        self.pass
    }

    fn held(&self) -> &Held {
        &self.held
    }

    fn held_mut(&mut self) -> &mut Held {
        &mut self.held
    }

    fn load(&mut self, number: usize) -> Result<Loaded, Error> {
        let (key, kind) = &self.pass.keys[number];
        Ok(match key {
            Key::Offsets(array) => {
                let mut offsets = vec![0];
                let mut end = 0;
                for (_, count) in self.elements(*array)? {
                    end += count;
                    offsets.push(end);
                }
                Loaded::Offsets(offsets)
            }
            Key::Element(array, source) => {
                let stretches = joined(&self.elements(*array)?);
                let array = &self.pass.arrays[*array];
                let path = self.batch.path().to_path_buf();
                let (field, member) = place(source);
                let chunk = self.batch.member(array, field)?;
                let column = values(chunk, *kind, &stretches, member);
                Loaded::Elements(column.map_err(Error::file(&path))?)
            }
            Key::Repeated(array, inner) => {
                let stretches = self.elements(*array)?;
                let once = self.values(inner, *kind)?;
                let rows: Vec<u32> = (0_u32..)
                    .zip(&stretches)
                    .flat_map(|(row, (_, count))| std::iter::repeat_n(row, *count))
                    .collect();
                Loaded::Elements(super::held::gather(once.slice(), &rows))
            }
            Key::Event(_) | Key::EventDefined(_) | Key::Defined(_) | Key::Made(_) => {
                Loaded::Values(self.values(key, *kind)?)
            }
            Key::Index(_) | Key::Partner(_) | Key::Joined(..) | Key::Paired(..) => {
                unreachable!("these belong to rows of an array")
            }
        })
    }

    fn entry(&self, row: usize) -> u64 {
        self.batch.first() + self.held.position(row) as u64
    }

    fn run(&self, row: usize) -> ExpRun {
        self.batch.run(self.held.position(row))
    }

    fn file(&self) -> &std::path::Path {
        self.batch.path()
    }
}

/// The column of a source, and which value of its fixed arrays.
pub(super) fn place(source: &Source) -> (usize, Option<u32>) {
    match source {
        Source::Event(field) | Source::Element(field) => (*field, None),
        Source::EventItem(field, item) | Source::ElementItem(field, item) => (*field, Some(*item)),
    }
}

fn read(
    batch: &mut Batch<'_>,
    source: &Source,
    kind: Type,
    stretches: &[Stretch],
) -> Result<Column, Error> {
    let (field, member) = place(source);
    let path = batch.path().to_path_buf();
    values(batch.chunk(field)?, kind, stretches, member).map_err(Error::file(&path))
}

/// Neighbouring stretches as one.
pub(super) fn joined(stretches: &[Stretch]) -> Vec<Stretch> {
    let mut whole: Vec<Stretch> = Vec::new();
    for &(first, count) in stretches {
        match whole.last_mut() {
            Some((start, length)) if *start + *length == first => *length += count,
            _ if count == 0 => {}
            _ => whole.push((first, count)),
        }
    }
    whole
}
