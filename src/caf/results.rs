//! The results of a run that has ended, read again.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::folder::BACKGROUND;
use super::iteration_folders::iteration_folders;
use super::memory::Executions;
use super::{Background, FilesRead, Memory, Outcome, PastExecution};
use crate::calibrate::{Channels, Objects};
use crate::collect::Collected;
use crate::conditions::{Payload, Provenance, Store};
use crate::expr::Table;
use crate::hist::Block;
use crate::iov::{ExpRun, IoV};

/// The output folder of a run.
#[derive(Debug)]
pub struct Results {
    root: PathBuf,
    outcome: Outcome,
    /// Executions that need not be read.
    known: Executions,
}

impl Results {
    /// Opens the folder.
    ///
    /// # Errors
    /// When it holds no results of a run, in a sentence.
    pub fn open(root: &Path) -> Result<Self, String> {
        let file = root.join("outcome.json");
        if !file.is_file() {
            return Err(format!(
                "{} holds no results of a run: there is no outcome.json",
                root.display()
            ));
        }
        Ok(Self {
            root: root.to_path_buf(),
            outcome: read(&file)?,
            known: Executions::default(),
        })
    }

    /// The results of the last run that was given this memory: what it remembers is not read.
    ///
    /// # Errors
    /// As [`Results::open`].
    pub fn of_last_run(root: &Path, memory: &Memory) -> Result<Self, String> {
        Ok(Self {
            known: memory.executions(),
            ..Self::open(root)?
        })
    }

    /// What came of the run.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// The payloads of a name in the result, by interval.
    ///
    /// # Errors
    /// When they cannot be read, in a sentence.
    pub fn payloads(&self, name: &str) -> Result<Vec<(IoV, Payload)>, String> {
        of_store(&self.root.join("outputdb"), &|known| known == name)
    }

    /// The payloads of an iteration by interval and name; none if it stored none.
    ///
    /// # Errors
    /// When they cannot be read, in a sentence.
    pub fn payloads_in(
        &self,
        calibration: &str,
        iteration: u32,
    ) -> Result<Vec<(IoV, Payload)>, String> {
        let folder = self.root.join(calibration).join(iteration.to_string());
        let folder = folder.join("algorithm_output").join("outputdb");
        match folder.join("database.txt").is_file() {
            true => of_store(&folder, &|_| true),
            false => Ok(Vec::new()),
        }
    }

    /// Where the payloads of a name in the result came from.
    ///
    /// # Errors
    /// When that cannot be read, in a sentence.
    pub fn provenance(&self, name: &str, revision: &str) -> Result<Option<Provenance>, String> {
        let store = Store::new(self.root.join("outputdb"));
        let found = store.provenance(name, revision);
        found.map_err(|error| error.to_string())
    }

    /// What stood behind the run; empty for results of a version that did not keep it.
    ///
    /// # Errors
    /// When it cannot be read, in a sentence.
    pub fn background(&self) -> Result<Background, String> {
        let file = self.root.join(BACKGROUND);
        match file.is_file() {
            true => read(&file),
            false => Ok(Background::default()),
        }
    }

    /// Files and runs that were read for a collection in the last iteration.
    ///
    /// # Errors
    /// When it cannot be read, in a sentence.
    pub fn files_read(&self, calibration: &str, collection: &str) -> Result<FilesRead, String> {
        let Some(last) = self.iterations(calibration)?.last().copied() else {
            return Ok(FilesRead::default());
        };
        let folder = self.root.join(calibration).join(last.to_string());
        let folder = folder.join("collector_output").join(collection);
        match folder.join("read.json") {
            file if file.is_file() => read(&file),
            _ => Ok(FilesRead::default()),
        }
    }

    /// The executions of an algorithm in the last iteration; `None` if there is no such algorithm.
    ///
    /// # Errors
    /// When they cannot be read, in a sentence.
    pub fn executions(
        &self,
        calibration: &str,
        algorithm: &str,
    ) -> Result<Option<Arc<Vec<PastExecution>>>, String> {
        match self.iterations(calibration)?.last() {
            Some(last) => self.executions_in(calibration, algorithm, *last),
            None => Ok(None),
        }
    }

    /// The executions of an algorithm in an iteration; `None` if there are none.
    ///
    /// # Errors
    /// When they cannot be read, in a sentence.
    pub fn executions_in(
        &self,
        calibration: &str,
        algorithm: &str,
        iteration: u32,
    ) -> Result<Option<Arc<Vec<PastExecution>>>, String> {
        let key = (calibration.to_owned(), iteration, algorithm.to_owned());
        if let Some(known) = self.known.get(&key) {
            return Ok(Some(Arc::clone(known)));
        }
        let folder = self.root.join(calibration).join(iteration.to_string());
        let file = folder
            .join("algorithm_output")
            .join(format!("{algorithm}.json"));
        if !file.is_file() {
            return Ok(None);
        }
        read(&file).map(|found| Some(Arc::new(found)))
    }

    /// What was collected for a calibration in the last iteration, all collections together.
    ///
    /// # Errors
    /// When it cannot be read, in a sentence.
    pub fn objects(&self, calibration: &str) -> Result<Past, String> {
        let known = self.outcome.calibrations.iter();
        let found = known.clone().find(|one| one.name == calibration);
        let iterations = self.iterations(calibration)?;
        let mut collections = Vec::new();
        for collection in found.iter().flat_map(|one| &one.collections) {
            // Objects that did not change are only in the folder of the iteration that made them.
            let file = iterations.iter().rev().find_map(|number| {
                let folder = self.root.join(calibration).join(number.to_string());
                let folder = folder.join("collector_output").join(&collection.name);
                Some(folder.join("objects.json")).filter(|file| file.is_file())
            });
            let Some(file) = file else { continue };
            let collected: Option<Collected> = read(&file)?;
            collections.extend(collected.map(|one| (file, one)));
        }
        Ok(Past(collections))
    }

    /// Numbers of the iterations of a calibration, from 0.
    ///
    /// # Errors
    /// When the folder cannot be read, in a sentence.
    pub fn iterations(&self, calibration: &str) -> Result<Vec<u32>, String> {
        let folder = self.root.join(calibration);
        iteration_folders(&folder)
            .map_err(|error| format!("cannot read {}: {error}", folder.display()))
    }
}

/// The payloads of a store whose name is wanted, by interval.
fn of_store(folder: &Path, wanted: &dyn Fn(&str) -> bool) -> Result<Vec<(IoV, Payload)>, String> {
    let store = Store::new(folder);
    let database = store.database().map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    for record in database
        .records
        .iter()
        .filter(|record| wanted(&record.name))
    {
        let payload = store.read(record).map_err(|error| error.to_string())?;
        found.push((record.iov.unwrap_or(IoV::EVERYTHING), payload));
    }
    found.sort_by_key(|(iov, _)| *iov);
    Ok(found)
}

fn read<T: DeserializeOwned>(file: &Path) -> Result<T, String> {
    let failed = |error: &dyn std::fmt::Display| format!("cannot read {}: {error}", file.display());
    let bytes = fs::read(file).map_err(|error| failed(&error))?;
    serde_json::from_slice(&bytes).map_err(|error| failed(&error))
}

/// Collected objects of collections, and the files that keep them.
#[derive(Debug)]
pub struct Past(Vec<(PathBuf, Collected)>);

impl Past {
    /// What was collected in collections that have the object.
    fn holders(&self, object: &str) -> impl Iterator<Item = &(PathBuf, Collected)> {
        let all = self.0.iter();
        all.filter(move |(_, one)| one.names().any(|name| name == object))
    }
}

/// For `map_err`: an object of `file` is not what is asked for, or does not fit the others.
fn of_file<E: std::fmt::Display>(file: &Path) -> impl Fn(E) -> String {
    move |error| format!("{}: {error}", file.display())
}

impl Objects for Past {
    fn runs(&self) -> Vec<ExpRun> {
        let runs = self.0.iter().flat_map(|(_, one)| &one.runs);
        let mut runs: Vec<ExpRun> = runs.map(|count| count.run).collect();
        runs.sort_unstable();
        runs.dedup();
        runs
    }

    fn by_run(&self) -> bool {
        true
    }

    fn channels(&self, _: &str, _: &[ExpRun]) -> Result<Option<Channels>, String> {
        Ok(None)
    }

    fn block(&self, object: &str, runs: &[ExpRun]) -> Result<Option<Block>, String> {
        let mut whole: Option<Block> = None;
        for (file, one) in self.holders(object) {
            let block = one.block(object, runs).map_err(of_file(file))?;
            match &mut whole {
                Some(whole) => whole.merge(&block).map_err(of_file(file))?,
                None => whole = Some(block),
            }
        }
        Ok(whole)
    }

    fn table(&self, object: &str, runs: &[ExpRun]) -> Result<Option<Table>, String> {
        let mut whole: Option<Table> = None;
        for (file, one) in self.holders(object) {
            let table = one.table(object, runs).map_err(of_file(file))?;
            match &mut whole {
                Some(whole) => whole.append(&table).map_err(of_file(file))?,
                None => whole = Some(table),
            }
        }
        Ok(whole)
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for name in self.0.iter().flat_map(|(_, one)| one.names()) {
            if !names.iter().any(|known| known == name) {
                names.push(name.to_owned());
            }
        }
        names
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const RUN: ExpRun = ExpRun { exp: 7, run: 1 };

    /// What a collection kept: a table `hits` with one column of this name, and a sum `seen`.
    fn kept(file: &str, column: &str) -> (PathBuf, Collected) {
        let table = |values: &[i64]| {
            let columns = json!({ column: { "int": values } });
            json!({ "table": { "columns": columns, "rows": values.len() } })
        };
        let hits =
            json!({ "name": "hits", "empty": table(&[]), "runs": [[[7, 1], table(&[3, 4])]] });
        let collected = json!({
            "collector": "Hits", "granularity": "run", "row_name": "events", "rows": 2, "files": [],
            "runs": [{ "run": [7, 1], "read": 2, "collected": 2 }], "cuts": [], "objects": [hits],
        });
        (file.into(), serde_json::from_value(collected).unwrap())
    }

    #[test]
    fn rows_are_counted_over_all_collections() {
        let past = Past(vec![
            kept("a/objects.json", "wire"),
            kept("b/objects.json", "wire"),
        ]);
        assert_eq!(past.rows("hits", &[RUN]), Ok(Some(4)));
        assert_eq!(past.rows("tracks", &[RUN]), Ok(None));
        assert_eq!(past.table("tracks", &[RUN]).unwrap(), None);
    }

    #[test]
    fn a_table_that_cannot_be_put_together_is_an_error_with_its_file() {
        let past = Past(vec![
            kept("a/objects.json", "wire"),
            kept("b/objects.json", "cell"),
        ]);
        let said = past.rows("hits", &[RUN]).unwrap_err();
        assert!(said.starts_with("b/objects.json: "), "{said}");
        assert!(said.contains("cell"), "{said}");
        assert_eq!(past.table("hits", &[RUN]).unwrap_err(), said);
        let said = past.block("hits", &[RUN]).unwrap_err();
        assert!(said.starts_with("a/objects.json: "), "{said}");
    }
}
