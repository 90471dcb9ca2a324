//! Entries of one file that are read together.

use std::ops::Range;
use std::path::Path;

use crate::collect::Error;
use crate::collect::schema::{Array, FieldId};
use crate::iov::ExpRun;
use crate::root::{Cache, Chunk, Column};

/// The columns of one file that a pass reads.
pub(crate) trait FileColumns {
    /// The file.
    fn path(&self) -> &Path;
    /// The column that the pass knows by that number.
    fn column(&self, field: FieldId) -> &Column;
}

/// A range of entries of one file; columns are read when they are first asked for.
pub(crate) struct Batch<'a> {
    file: &'a dyn FileColumns,
    cache: &'a mut Cache,
    entries: Range<u64>,
    chunks: Vec<(FieldId, Chunk)>,
    runs: Runs,
    /// Numbers of the events, if somebody needs them.
    numbers: Vec<u64>,
}

/// To which runs the entries of a batch belong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Runs {
    /// All to one.
    One(ExpRun),
    /// One per entry.
    Several(Vec<ExpRun>),
}

impl Runs {
    /// Run of the entry at a position.
    pub(crate) fn of(&self, position: usize) -> ExpRun {
        match self {
            Self::One(run) => *run,
            Self::Several(runs) => runs[position],
        }
    }
}

impl<'a> Batch<'a> {
    pub(crate) fn new(
        file: &'a dyn FileColumns,
        cache: &'a mut Cache,
        entries: Range<u64>,
    ) -> Self {
        Self {
            file,
            cache,
            entries,
            chunks: Vec::new(),
            runs: Runs::One(ExpRun::new(-1, -1)),
            numbers: Vec::new(),
        }
    }

    /// Says to which runs the entries belong.
    pub(crate) fn set_runs(&mut self, runs: Runs) {
        self.runs = runs;
    }

    /// Says the number of each event.
    pub(crate) fn set_numbers(&mut self, numbers: Vec<u64>) {
        self.numbers = numbers;
    }

    /// Number of the event at a position in the batch, if it was said.
    pub(crate) fn number(&self, position: usize) -> u64 {
        self.numbers.get(position).copied().unwrap_or(0)
    }

    /// Run of the entry at a position in the batch.
    pub(crate) fn run(&self, position: usize) -> ExpRun {
        self.runs.of(position)
    }

    /// The file.
    pub(crate) fn path(&self) -> &Path {
        self.file.path()
    }

    /// Name of a column in the file.
    pub(crate) fn name(&self, field: FieldId) -> &str {
        self.file.column(field).name()
    }

    /// First entry.
    pub(crate) fn first(&self) -> u64 {
        self.entries.start
    }

    /// Number of entries.
    pub(crate) fn len(&self) -> usize {
        usize::try_from(self.entries.end - self.entries.start).unwrap_or(usize::MAX)
    }

    /// The values of a column.
    pub(crate) fn chunk(&mut self, field: FieldId) -> Result<&Chunk, Error> {
        if let Some(known) = self.chunks.iter().position(|(id, _)| *id == field) {
            return Ok(&self.chunks[known].1);
        }
        let chunk = self
            .file
            .column(field)
            .read(self.entries.clone(), self.cache)
            .map_err(Error::file(self.file.path()))?;
        self.chunks.push((field, chunk));
        Ok(&self.chunks[self.chunks.len() - 1].1)
    }

    /// Where the elements of each entry begin; one more than entries.
    pub(crate) fn offsets(&mut self, array: &Array) -> Result<Vec<usize>, Error> {
        let entries = self.len();
        let chunk = self.chunk(array.measure)?;
        let offsets = chunk.offsets().unwrap_or(&[]);
        debug_assert_eq!(offsets.len(), entries + 1, "jagged columns have offsets");
        Ok(offsets
            .iter()
            .map(|o| usize::try_from(*o).unwrap_or(usize::MAX))
            .collect())
    }

    /// The values of a member of an array, after a look at whether it has as many elements.
    pub(crate) fn member(&mut self, array: &Array, field: FieldId) -> Result<&Chunk, Error> {
        if field == array.measure {
            return self.chunk(field);
        }
        let expected = self.chunk(array.measure)?.offsets().unwrap_or(&[]).to_vec();
        let file = self.file;
        let first = self.entries.start;
        let chunk = self.chunk(field)?;
        let found = chunk.offsets().unwrap_or(&[]);
        if expected != found {
            let lengths = |offsets: &[u64]| -> Vec<u64> {
                offsets.windows(2).map(|pair| pair[1] - pair[0]).collect()
            };
            let (expected, found) = (lengths(&expected), lengths(found));
            let entry = expected
                .iter()
                .zip(&found)
                .position(|(a, b)| a != b)
                .unwrap_or(0);
            return Err(Error::Uneven {
                file: file.path().to_path_buf(),
                entry: first + entry as u64,
                column: file.column(array.measure).name().to_owned(),
                other: file.column(field).name().to_owned(),
                lengths: (
                    expected.get(entry).copied().unwrap_or(0),
                    found.get(entry).copied().unwrap_or(0),
                ),
            });
        }
        Ok(chunk)
    }
}
