//! What happens while a plan runs, for whoever wants to know.

use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;

use super::state::CalibrationState;
use super::{AlgorithmOutcome, CalibrationOutcome, CollectionOutcome, Outcome, PayloadOutcome};

/// Something that happened. As JSON: an object with `event` and the fields of the variant.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// The plan is checked, the output folder is ours.
    Started {
        /// Name in the settings of the script.
        name: String,
        /// Calibrations in the order in which they will run.
        calibrations: Vec<String>,
        /// The output folder.
        output: PathBuf,
    },
    /// A calibration begins.
    CalibrationStarted {
        /// Its name.
        calibration: String,
    },
    /// A calibration goes on where an earlier run left it.
    Continued {
        /// Its name.
        calibration: String,
        /// The iteration it was in.
        iteration: u32,
        /// What had been reached: `init`, `collector_completed` or `completed`.
        state: CalibrationState,
    },
    /// A pass over the data, and what follows from it, begins.
    IterationStarted {
        /// The calibration.
        calibration: String,
        /// Number of the pass, from 0.
        iteration: u32,
        /// Passes at most.
        max_iterations: u32,
    },
    /// Programs of the path begin with the input files.
    ProgramsStarted {
        /// The calibration.
        calibration: String,
        /// The collection.
        collection: String,
        /// Names of the steps, in their order.
        programs: Vec<String>,
        /// Input files.
        files: u64,
    },
    /// What the programs make of an input file is there.
    FileMade {
        /// The input file.
        file: PathBuf,
    },
    /// Reading begins.
    CollectStarted {
        /// The calibration.
        calibration: String,
        /// The collection.
        collection: String,
        /// Name of the collector.
        collector: String,
        /// Files to read.
        files: u64,
        /// Entries in them.
        entries: u64,
    },
    /// The first entry of a file is about to be read. Files may be read at the same time.
    FileStarted {
        /// The file.
        file: PathBuf,
        /// Its entries.
        entries: u64,
    },
    /// So many more entries of the collection are done.
    EntriesDone {
        /// More entries.
        entries: u64,
    },
    /// The last entry of a file was read.
    FileCollected {
        /// The file.
        file: PathBuf,
    },
    /// A collection is complete.
    Collected {
        /// The calibration.
        calibration: String,
        /// Files, events, cut flow.
        collection: CollectionOutcome,
        /// Whether the objects of an earlier pass were used again: nothing they depend on changed.
        reused: bool,
        /// How long it took; not part of the written event, which is the same each time.
        #[serde(skip)]
        took: Duration,
    },
    /// An algorithm begins.
    AlgorithmStarted {
        /// The calibration.
        calibration: String,
        /// The algorithm.
        algorithm: String,
        /// Its strategy.
        strategy: String,
        /// Number of the pass, from 0.
        iteration: u32,
        /// Passes at most.
        max_iterations: u32,
    },
    /// An algorithm ended, well or not.
    AlgorithmDone {
        /// The calibration.
        calibration: String,
        /// Its executions.
        algorithm: AlgorithmOutcome,
        /// Whether it was taken over from an earlier run: nothing it depends on changed.
        #[serde(skip_serializing_if = "std::ops::Not::not")]
        reused: bool,
        /// How long it took; not part of the written event, which is the same each time.
        #[serde(skip)]
        took: Duration,
    },
    /// A payload was written.
    PayloadWritten {
        /// The calibration.
        calibration: String,
        /// The payload.
        payload: PayloadOutcome,
    },
    /// A calibration ended, well or not.
    CalibrationDone {
        /// Everything about it.
        calibration: CalibrationOutcome,
    },
    /// Nothing is left to do.
    Finished {
        /// Everything that came out.
        outcome: Outcome,
    },
}

/// Is told what happens. Called from one thread at a time, not always the same one.
pub trait Observer: Send {
    /// Something happened.
    fn event(&mut self, event: &Event);
}

/// Does not want to know.
#[derive(Clone, Copy, Debug, Default)]
pub struct NullObserver;

impl Observer for NullObserver {
    fn event(&mut self, _event: &Event) {}
}
