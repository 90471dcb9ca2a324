//! The step from files to objects, as the rest of the room sees it.

use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::calibrate::{Channels, Objects};
use crate::collect::{FileCount, RunCount};
use crate::conditions::{Chain, InForce};
use crate::expr::Table;
use crate::hist::Block;
use crate::iov::{ExpRun, IoV};
use crate::plan::Calibration;

use super::{CollectionOutcome, Error, Observer};

/// Collected objects that can be kept as a file.
pub(super) trait Keep: Objects {
    /// Writes all objects; equal objects give equal bytes.
    fn write(&self, to: &mut dyn io::Write) -> io::Result<()>;

    /// Whether they would be others with the constants that are in force now.
    fn must_collect_again(&self, _now: &Chain) -> Result<bool, Error> {
        Ok(false)
    }

    /// The files and runs they come from.
    fn read(&self) -> FilesRead {
        FilesRead::default()
    }

    /// The constants that were looked at, by name.
    fn looked_up(&self) -> Vec<InForce> {
        Vec::new()
    }
}

/// Files and runs that were read for a collection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesRead {
    /// Files in their order, with their entries.
    pub files: Vec<FileCount>,
    /// Runs with events in the files, sorted.
    pub runs: Vec<RunCount>,
}

/// The objects of one collection, and how they came about.
#[derive(Clone)]
pub(super) struct Gathered {
    pub(super) objects: Arc<dyn Keep>,
    pub(super) outcome: CollectionOutcome,
    /// The fingerprint of everything the objects hang on, where one is kept.
    pub(super) key: Option<String>,
    /// Whether an earlier run of this process collected them.
    pub(super) remembered: bool,
}

impl Gathered {
    pub(super) fn new(objects: Arc<dyn Keep>, outcome: CollectionOutcome) -> Self {
        Self {
            objects,
            outcome,
            key: None,
            remembered: false,
        }
    }
}

/// Turns the files of a collection into objects.
pub(super) trait Collecting: Sync {
    /// One pass over the files of a collection.
    fn collect(
        &self,
        calibration: &Calibration,
        collection: &str,
        requested: &IoV,
        constants: &Chain,
        observer: &mut dyn Observer,
    ) -> Result<Gathered, Error>;

    /// Objects that were kept as a file, collected with these constants in force; `None` if they
    /// cannot be read.
    fn load(
        &self,
        calibration: &Calibration,
        collection: &str,
        file: &Path,
        constants: &Chain,
    ) -> Option<Arc<dyn Keep>>;
}

/// The objects of all collections of a calibration.
pub(super) struct Together(Vec<(String, Arc<dyn Objects>)>);

impl Together {
    pub(super) fn new(gathered: &[Gathered]) -> Self {
        let one = |one: &Gathered| -> (String, Arc<dyn Objects>) {
            (one.outcome.name.clone(), Arc::clone(&one.objects) as _)
        };
        Self(gathered.iter().map(one).collect())
    }
}

impl Objects for Together {
    fn runs(&self) -> Vec<ExpRun> {
        let runs = self.0.iter().flat_map(|(_, one)| one.runs());
        runs.collect::<BTreeSet<_>>().into_iter().collect()
    }

    fn by_run(&self) -> bool {
        self.0.iter().all(|(_, one)| one.by_run())
    }

    fn channels(&self, object: &str, runs: &[ExpRun]) -> Result<Option<Channels>, String> {
        let mut found = Vec::new();
        for (_, one) in &self.0 {
            found.extend(one.channels(object, runs)?);
        }
        let several = found.len() > 1;
        let Some(first) = found.into_iter().next() else {
            return Ok(None);
        };
        // One collection need not be put together, and may come without blocks.
        let sum = match several {
            true => self.block(object, runs)?.and_then(|sum| sum.histograms()),
            false => None,
        };
        Ok(Some(Channels {
            histograms: sum.unwrap_or(first.histograms),
            name: first.name,
        }))
    }

    fn rows(&self, object: &str, runs: &[ExpRun]) -> Result<Option<u64>, String> {
        let mut all = None;
        for (name, one) in &self.0 {
            let rows = one.rows(object, runs);
            let rows = rows.map_err(|error| format!("collection {name}: {error}"))?;
            if let Some(rows) = rows {
                all = Some(all.unwrap_or(0) + rows);
            }
        }
        Ok(all)
    }

    fn block(&self, object: &str, runs: &[ExpRun]) -> Result<Option<Block>, String> {
        let mut sum: Option<Block> = None;
        for (name, one) in &self.0 {
            match (one.block(object, runs)?, &mut sum) {
                (None, _) => {}
                (Some(block), None) => sum = Some(block),
                (Some(block), Some(sum)) => sum
                    .merge(&block)
                    .map_err(|error| format!("collection {name}: {error}"))?,
            }
        }
        Ok(sum)
    }

    fn table(&self, object: &str, runs: &[ExpRun]) -> Result<Option<Table>, String> {
        let mut all: Option<Table> = None;
        for (name, one) in &self.0 {
            match (one.table(object, runs)?, &mut all) {
                (None, _) => {}
                (Some(table), None) => all = Some(table),
                (Some(table), Some(all)) => all
                    .append(&table)
                    .map_err(|error| format!("collection {name}: {error}"))?,
            }
        }
        Ok(all)
    }

    fn names(&self) -> Vec<String> {
        let names = self.0.iter().flat_map(|(_, one)| one.names());
        let mut seen = Vec::new();
        for name in names {
            if !seen.contains(&name) {
                seen.push(name);
            }
        }
        seen
    }

    fn collections(&self) -> Vec<(String, Arc<dyn Objects>)> {
        self.0.clone()
    }
}
