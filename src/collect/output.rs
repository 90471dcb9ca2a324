//! What a pass collected.

use std::borrow::Cow;
use std::path::PathBuf;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::fill::{Objects, Part, Tally};
use super::{Collector, Error, Granularity, MissedCount, Step};
use crate::expr::{Column, ORIGIN, Table, nearest};
use crate::hist::{Block, Histogram};
use crate::iov::ExpRun;

/// A file and its entries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileCount {
    /// The file.
    pub path: PathBuf,
    /// Entries of the tree, as far as they were read.
    pub entries: u64,
}

/// A run and its events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunCount {
    /// Experiment and run.
    pub run: ExpRun,
    /// Events in the files.
    pub read: u64,
    /// Events that were collected: those that prescale and limit left.
    pub collected: u64,
}

/// A cut and the rows that came to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutCount {
    /// Name of the cut.
    pub name: String,
    /// Rows before it.
    pub before: u64,
    /// Rows after it.
    pub after: u64,
    /// Rows from the beginning of each file that were shown to this cut by itself, whatever the
    /// other cuts say; 0 where that cannot be done.
    #[serde(default)]
    pub alone_before: u64,
    /// Those of them that passed.
    #[serde(default)]
    pub alone_after: u64,
}

/// What a pass collected: objects per run, and what became of the rows.
///
/// Equal input gives an equal value, and equal bytes as JSON, whatever the number of threads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Collected {
    /// Name of the collector.
    pub collector: String,
    /// Whether objects are kept apart by run.
    pub granularity: Granularity,
    /// What a row is: `events`, or the name of the array that `each` named.
    pub row_name: String,
    /// Rows before the first step that has one row per element (or per event without `each`).
    pub rows: u64,
    /// Files in their order.
    pub files: Vec<FileCount>,
    /// Runs with events in the files, sorted.
    pub runs: Vec<RunCount>,
    /// Cuts in their order, over all runs.
    pub cuts: Vec<CutCount>,
    /// Look-ups of channels that a payload does not have, by payload and member.
    #[serde(default)]
    pub missed: Vec<MissedCount>,
    /// Objects in the order of their declaration.
    pub(crate) objects: Vec<CollectedObject>,
}

/// An object of all runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct CollectedObject {
    pub(crate) name: String,
    /// Without rows of any run.
    pub(crate) empty: Part,
    /// By run, sorted; no run with one set of objects for all.
    pub(crate) runs: Vec<(Option<ExpRun>, Part)>,
}

impl Collected {
    pub(super) fn new(
        collector: &Collector,
        files: Vec<FileCount>,
        tally: &Tally,
        objects: Objects,
    ) -> Self {
        let array = collector.steps.iter().find_map(|step| match step {
            Step::Each(array, _) => Some(array.clone()),
            Step::Generate(..) => Some("entries".into()),
            _ => None,
        });
        let run = |(run, tally): (&ExpRun, &super::fill::RunTally)| RunCount {
            run: *run,
            read: tally.read,
            collected: tally.collected,
        };
        type Counts = (u64, u64);
        let cut = |(name, (cut, alone)): (Cow<'_, str>, (&Counts, &Counts))| CutCount {
            name: name.into_owned(),
            before: cut.0,
            after: cut.1,
            alone_before: alone.0,
            alone_after: alone.1,
        };
        Self {
            collector: collector.name.clone(),
            granularity: collector.granularity,
            row_name: array.unwrap_or_else(|| "events".into()),
            rows: tally.rows,
            files,
            runs: tally.runs.iter().map(run).collect(),
            cuts: collector
                .cuts()
                .zip(tally.cuts.iter().zip(&tally.alone))
                .map(cut)
                .collect(),
            missed: tally.missed.iter().map(MissedCount::new).collect(),
            objects: objects.finish(),
        }
    }

    /// Events that were collected, of all runs.
    #[must_use]
    pub fn events(&self) -> u64 {
        self.runs.iter().map(|run| run.collected).sum()
    }

    /// Names of the objects in the order of their declaration.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.objects.iter().map(|object| object.name.as_str())
    }

    /// Rows of a table, those of `runs` one run after the other; with one set of objects for all
    /// runs, all rows in the order of files and entries.
    ///
    /// # Errors
    /// When there is no such table.
    pub fn table(&self, name: &str, runs: &[ExpRun]) -> Result<Table, Error> {
        match self.merged(name, runs)?.map(Cow::into_owned) {
            Some(Part::Table(table)) => Ok(table),
            _ => Err(self.missing("table", name)),
        }
    }

    /// A histogram, profile, efficiency or sum, those of `runs` added up; with one set of objects
    /// for all runs, that of all.
    ///
    /// # Errors
    /// When there is no such object.
    pub fn block(&self, name: &str, runs: &[ExpRun]) -> Result<Block, Error> {
        match self.merged(name, runs)?.map(Cow::into_owned) {
            Some(Part::Block(block)) => Ok(*block),
            _ => Err(self.missing(
                "histogram, profile, efficiency, sum or normal equations",
                name,
            )),
        }
    }

    /// The histograms, profiles, efficiencies or sums of that name, those of each run by
    /// themselves.
    pub fn blocks(&self, name: &str) -> impl Iterator<Item = &Block> {
        let object = self.objects.iter().find(move |object| object.name == name);
        let parts = object.into_iter().flat_map(|object| &object.runs);
        parts.filter_map(|(_, part)| match part {
            Part::Block(block) => Some(block.as_ref()),
            _ => None,
        })
    }

    /// The histogram or profile of each channel, those of `runs` added up; channels without rows
    /// have an empty one, a single object is channel 0.
    ///
    /// # Errors
    /// When there is no such object, when it has two dimensions, or more than one channel index.
    pub fn histograms(&self, name: &str, runs: &[ExpRun]) -> Result<Vec<(i64, Histogram)>, Error> {
        let merged = self.merged(name, runs)?;
        let block = match merged.as_deref() {
            Some(Part::Block(block)) => block,
            _ => return Err(self.missing("histogram", name)),
        };
        if !matches!(block.as_ref(), Block::Counts(_) | Block::Profile(_)) {
            return Err(self.missing("histogram", name));
        }
        let one = |channel| block.histogram_of(channel).map(|one| (channel, one));
        let all = block.channels().map(IntoParallelIterator::into_par_iter);
        all.and_then(|all| all.map(one).collect())
            .ok_or_else(|| self.missing("histogram of one dimension and one channel index", name))
    }

    /// An object of several runs; `None` if there is none of that name.
    fn merged(&self, name: &str, runs: &[ExpRun]) -> Result<Option<Cow<'_, Part>>, Error> {
        let Some(object) = self.objects.iter().find(|object| object.name == name) else {
            return Ok(None);
        };
        let chosen = |run: &Option<ExpRun>| run.is_none_or(|run| runs.contains(&run));
        let mut parts = object.runs.iter().filter(|(run, _)| chosen(run));
        let mut whole = match parts.next() {
            Some((run, part)) => with_run(part, *run),
            None => with_run(&object.empty, runs.first().copied()),
        };
        for (run, part) in parts {
            whole
                .to_mut()
                .merge(&with_run(part, *run))
                .map_err(|message| Error::Object {
                    object: name.to_owned(),
                    message,
                })?;
        }
        Ok(Some(whole))
    }

    fn missing(&self, kind: &'static str, name: &str) -> Error {
        let hint = match nearest(name, self.names()) {
            Some(near) if near == name => "; it is something else".to_owned(),
            Some(near) => format!("; did you mean {near}?"),
            None => String::new(),
        };
        Error::NoObject {
            kind,
            object: name.to_owned(),
            hint,
        }
    }
}

/// A table of one run whose rows know their events and, from here on, their run; all else as it is.
fn with_run(part: &Part, run: Option<ExpRun>) -> Cow<'_, Part> {
    let [exp, number, event] = ORIGIN;
    let (Part::Table(table), Some(run)) = (part, run) else {
        return Cow::Borrowed(part);
    };
    if table.column(event).is_none() || table.column(number).is_some() {
        return Cow::Borrowed(part);
    }
    let mut table = table.clone();
    for (name, value) in [(exp, run.exp), (number, run.run)] {
        let column = Column::Int(vec![i64::from(value); table.len()]);
        let pushed = table.push(name, column);
        debug_assert!(pushed.is_ok(), "names differ and lengths are equal");
    }
    Cow::Owned(Part::Table(table))
}
