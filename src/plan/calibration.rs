//! What is to be calibrated, as plain data.

use std::path::PathBuf;

use indexmap::IndexMap;
use serde_json::Value;

use crate::calibrate::Algorithm;
use crate::collect::{Collector, Granularity, Path};
use crate::expr::Place;
use crate::iov::{ExpRun, IoV};
use crate::settings::CalibrationSettings;

/// Everything a script wants to be done.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Settings of the script.
    pub settings: CalibrationSettings,
    /// Calibrations in the order of the script.
    pub calibrations: Vec<Calibration>,
    /// The interval that was asked for.
    pub requested_iov: IoV,
    /// Identity of the script: path and hash of each source text that took part, in order.
    pub sources: Vec<(PathBuf, String)>,
    /// The source texts by path, for people; nothing depends on them.
    pub texts: Vec<(PathBuf, String)>,
    /// The `expert_config` in force: that of the settings, changed by the configuration.
    pub expert_config: Value,
    /// Of official scripts: whether all texts are those of the release, or which are not.
    pub release: Option<String>,
}

/// One step of the graph: collections, algorithms, and how they run.
#[derive(Clone, Debug)]
pub struct Calibration {
    /// Its name, unique in the plan.
    pub name: String,
    /// Samples by name; the first given without a name is `default`.
    pub collections: IndexMap<String, Collection>,
    /// Algorithms in the order of their execution.
    pub algorithms: Vec<Algorithm>,
    /// Names of the calibrations it waits for.
    pub depends_on: Vec<String>,
    /// Runs that are left out: files that hold nothing else are not read, and no algorithm sees them.
    pub ignored_runs: Vec<ExpRun>,
    /// Iterations at most.
    pub max_iterations: u32,
    /// Whether its payloads are part of the result.
    pub save_payloads: bool,
    /// Whether objects are kept apart by run; the collector's own choice if not given.
    pub granularity: Option<Granularity>,
    /// Where it was declared.
    pub place: Place,
}

/// One sample: collector, files and their IoVs.
#[derive(Clone, Debug)]
pub struct Collection {
    /// The pass over events; `None` for a step without data.
    pub collector: Option<Collector>,
    /// Files in their order, with the runs they hold.
    pub input_files: IndexMap<PathBuf, IoV>,
    /// What happens to events before the collector.
    pub path: Path,
}
