//! Running a plan: calibrations in their order, iterations, outputs, and telling an observer.
//!
//! Takes a checked [`crate::plan::Plan`], gives an [`Outcome`] and a folder of results in which
//! nothing is ever half-written. It knows neither scripts, terminals nor exit codes.
//!
//! # Upstream's weaknesses
//!
//! Numbers are those of a list of 41 that `tests/weaknesses.rs` checks for completeness; the test named in a line
//! fails when it is no longer true.
//!
//! | upstream | here | test |
//! |---|---|---|
//! | 2 with no file left a job never leaves `init`, and all wait for ever | files are opened before the first event; whatever fails ends in `failed` | `whatever_fails_ends_in_failed_with_its_cause` |
//! | 3 missing collector output asks for a transition that does not exist | collected again once, else `failed` with the reason | `data_that_are_gone_are_collected_again_once` |
//! | 5 `run` returns normally after failures | an outcome, and the exit code says the same | `run/failure_isolated` |
//! | 6 what waits for a failed calibration stays in `init` | `blocked`, with the reason | `what_waits_for_a_failure_is_blocked_and_the_rest_goes_on` |
//! | 7 the state has no reasons, times or results | reason, last error, and since when; results in `outcome.json` | `the_checkpoint_follows_only_checkpoint_states` |
//! | 15 payloads for testing reach the default collection only; ignored runs look up the wrong map | constants given reach every collection and algorithm; ignored runs concern all collections | `ignored_runs_concern_every_collection` |
//! | 21 a changed script or input is not noticed when a run goes on | refused, naming what has changed | `another_script_or_input_is_refused_with_a_choice` |
//! | 32 everything polls; a trivial calibration takes tens of seconds | the next step begins when the last one ends; `benches/chain.rs` measures it | `each_begins_when_all_it_waits_for_have_ended` |
//! | 33 every look at the state opens a new connection | one connection, one transaction per state | `it_is_read_while_it_is_written` |
//! | 34 state, iteration and jobs are written in separate steps | one transaction; files count only once the state says so | `a_killed_run_goes_on_and_ends_with_the_same_bytes` |
//! | 36 input goes through a set: files are dealt out differently each time | files keep their order, and any number of threads gives the same bytes | `threads_do_not_change_a_byte` |
//! | 38 the output folder alone decides whether a run goes on | the same plan goes on, another one is refused, `--overwrite` begins afresh | `an_earlier_run_is_only_replaced_when_asked` |
//! | 41 strategies, restarts, gaps and settings have no tests | vectors of upstream for all of them, every case run | `calibrations_go_from_their_row_to_the_end` |

mod background;
mod behind;
mod calibration;
mod collecting;
mod constants;
mod error;
mod event;
mod export;
mod files;
mod folder;
mod host;
mod inputs;
mod iteration;
mod iteration_folders;
mod lines;
mod local_database;
pub mod machine;
mod memory;
mod options;
mod outcome;
mod past_execution;
mod provenance;
mod reading;
mod relay;
mod results;
mod run;
mod sign;
mod speaker;
mod state;
mod status;
mod store;
mod without_data;

#[cfg(test)]
mod tests;

pub use background::{Background, Described, Filled, LeftOut, Previous, Sample, SourceText};
pub use behind::Behind;
pub use collecting::FilesRead;
pub use error::Error;
pub use event::{Event, NullObserver, Observer};
pub use export::{ExportError, Exported, export};
pub use files::Writing;
pub use host::Host;
pub use iteration_folders::{iteration_folders, remove_iterations_after};
pub use memory::Memory;
pub use options::Options;
pub use outcome::{
    AlgorithmOutcome, CalibrationOutcome, CollectionOutcome, Cut, ExecutionOutcome, Outcome,
    PayloadOutcome, State,
};
pub use past_execution::PastExecution;
pub use results::{Past, Results};
pub use run::{check, run};
pub use state::{CalibrationState, Row, StateDb, StateError};
pub use status::{is_in_use, open_state, reset};
