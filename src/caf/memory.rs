//! What runs of one process remember for the next: objects that were collected, and what algorithms made of them.
//!
//! A thing is found again by the fingerprint of everything it hangs on: description without places in
//! the script, files by size and time of change, constants by content. What is found gives the same
//! bytes as if it were made again.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::json;

use crate::calibrate::{AlgResult, Algorithm, StrategyOutcome, describe};
use crate::conditions::Chain;
use crate::iov::IoV;
use crate::plan::{self, Calibration};

use super::collecting::{Collecting, Gathered, Keep};
use super::inputs::stamp;
use super::iteration::Pass;
use super::local_database::identity;
use super::{Error, Observer, PastExecution};

/// Runs for which something is kept that none of them asked for: one may go back.
const KEPT: u64 = 4;

/// What is remembered from run to run.
#[derive(Default)]
pub struct Memory(Mutex<Shelves>);

/// What algorithms left: by calibration, iteration and algorithm.
pub(super) type Executions = BTreeMap<(String, u32, String), Arc<Vec<PastExecution>>>;

#[derive(Default)]
struct Shelves {
    /// Number of the run at hand.
    run: u64,
    collected: BTreeMap<String, (u64, Vec<Gathered>)>,
    algorithms: BTreeMap<String, (u64, Arc<StrategyOutcome>)>,
    /// Of the run at hand.
    executions: Executions,
}

impl std::fmt::Debug for Memory {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let shelves = self.shelves();
        let (objects, algorithms) = (shelves.collected.len(), shelves.algorithms.len());
        write!(f, "Memory({objects} collections, {algorithms} algorithms)")
    }
}

impl Memory {
    fn shelves(&self) -> MutexGuard<'_, Shelves> {
        // Entries are replaced as a whole: one that panicked left nothing half-done.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A run begins.
    pub(super) fn begin(&self) {
        let mut shelves = self.shelves();
        shelves.run += 1;
        shelves.executions.clear();
    }

    /// Forgets what the last runs did not ask for, and what the last one wrote.
    pub fn tidy(&self) {
        let mut shelves = self.shelves();
        shelves.executions.clear();
        let oldest = shelves.run.saturating_sub(KEPT);
        shelves.collected.retain(|_, (run, _)| *run >= oldest);
        shelves.algorithms.retain(|_, (run, _)| *run >= oldest);
    }

    /// Forgets everything.
    pub fn clear(&self) {
        let mut shelves = self.shelves();
        shelves.collected.clear();
        shelves.algorithms.clear();
        shelves.executions.clear();
    }

    /// What the last run wrote of its algorithms.
    pub(super) fn executions(&self) -> Executions {
        self.shelves().executions.clone()
    }

    /// Keeps what is written of an algorithm.
    pub(super) fn keep_executions(
        &self,
        key: (String, u32, String),
        executions: &Arc<Vec<PastExecution>>,
    ) {
        let mut shelves = self.shelves();
        shelves.executions.insert(key, Arc::clone(executions));
    }

    fn collected(&self, key: &str, constants: &Chain) -> Option<Gathered> {
        let mut shelves = self.shelves();
        let run = shelves.run;
        let (asked, found) = shelves.collected.get_mut(key)?;
        // Where constants cannot be compared the objects are collected again.
        let fits = |one: &&Gathered| matches!(one.objects.must_collect_again(constants), Ok(false));
        let found = found.iter().find(fits)?.clone();
        *asked = run;
        Some(found)
    }

    fn keep(&self, key: String, gathered: &Gathered) {
        let mut shelves = self.shelves();
        let run = shelves.run;
        let (asked, kept) = shelves.collected.entry(key).or_default();
        if *asked != run {
            kept.clear();
        }
        *asked = run;
        kept.push(gathered.clone());
    }

    /// What an algorithm made of the same objects and constants.
    pub(super) fn algorithm(&self, key: &str) -> Option<Arc<StrategyOutcome>> {
        let mut shelves = self.shelves();
        let run = shelves.run;
        let (asked, found) = shelves.algorithms.get_mut(key)?;
        *asked = run;
        Some(Arc::clone(found))
    }

    /// Keeps what an algorithm found. A failure is not kept: its places in the script may move.
    pub(super) fn keep_algorithm(&self, key: String, done: &Arc<StrategyOutcome>) {
        if !matches!(done.result, AlgResult::Ok | AlgResult::Iterate) {
            return;
        }
        let mut shelves = self.shelves();
        let run = shelves.run;
        shelves.algorithms.insert(key, (run, Arc::clone(done)));
    }
}

/// The fingerprint of an algorithm with everything it is given; `None` if its objects have none.
pub(super) fn algorithm_key(
    pass: &Pass<'_>,
    algorithm: &Algorithm,
    constants: &Chain,
) -> Result<Option<String>, Error> {
    let Some(data) = &pass.data else {
        return Ok(None);
    };
    let earlier = pass.earlier.iter().cloned().collect();
    let key = json!([
        describe(algorithm),
        data,
        pass.iteration,
        pass.setting.plan.requested_iov,
        pass.calibration.ignored_runs,
        identity(constants)?,
        identity(&Chain::new(earlier))?,
        // Messages name it.
        pass.calibration.name,
    ]);
    Ok(Some(plan::hash(key)))
}

/// Another way from files to objects, behind a memory.
pub(super) struct Remembering<'a> {
    pub(super) collecting: &'a dyn Collecting,
    pub(super) memory: &'a Memory,
}

impl Collecting for Remembering<'_> {
    fn collect(
        &self,
        calibration: &Calibration,
        collection: &str,
        requested: &IoV,
        constants: &Chain,
        observer: &mut dyn Observer,
    ) -> Result<Gathered, Error> {
        let files = calibration.collections[collection].input_files.keys();
        let stamps: Vec<(u64, u64)> = files.map(|path| stamp(path).unwrap_or_default()).collect();
        let described = plan::collection_fingerprint(calibration, collection);
        let key = plan::hash(json!([described, requested, stamps]));
        if let Some(found) = self.memory.collected(&key, constants) {
            return Ok(Gathered {
                remembered: true,
                ..found
            });
        }
        let collecting = self.collecting;
        let mut gathered =
            collecting.collect(calibration, collection, requested, constants, observer)?;
        let looked_up = serde_json::to_value(gathered.objects.looked_up()).unwrap_or_default();
        gathered.key = Some(plan::hash(json!([key, looked_up])));
        self.memory.keep(key, &gathered);
        Ok(gathered)
    }

    fn load(
        &self,
        calibration: &Calibration,
        collection: &str,
        file: &Path,
        constants: &Chain,
    ) -> Option<Arc<dyn Keep>> {
        self.collecting
            .load(calibration, collection, file, constants)
    }
}

/// Where the results of programs are kept: beside the results, if nowhere else.
pub(super) fn cache(given: Option<&PathBuf>, output: &Path, name: &str) -> PathBuf {
    given.cloned().unwrap_or_else(|| output.join(name))
}
