//! Algorithms and strategies: from collected objects to payloads.
//!
//! Takes collected objects per run and an [`Algorithm`], gives result codes and payload values
//! with their IoV. It knows neither Rhai, terminals nor queues.
//!
//! Weaknesses of upstream that belong here, and the tests that hold them off. Where none of another file
//! is named, the test is in `tests/strategies_golden.rs`, which has a rule for each.
//!
//! | upstream | here | test |
//! |---|---|---|
//! | 8: an exception ends a strategy in one line, without its record | it is a failure of that execution with sentence and place; a panic too, which calls itself a bug | rule `RAISED`; `a_panic_ends_one_execution_only` |
//! | 9: SimpleRunByRun completes with failed runs | it ends as its worst run | rule `SIMPLE_STATE` |
//! | 10: what failed is not reported, a success held back is lost | both are reported, the success is committed | rules `BAD_UNTOLD`, `HELD`, `EMPTY_UNTOLD` |
//! | 12: SingleIOV without runs calibrates on all data | not enough data, with the reason | rule `NO_RUNS`; `no_run_is_left` |
//! | 13: gaps count −1 as a number, and results without payload as covered | gaps are what lies between the intervals of a payload | rule `GAPS`; `overlaps_are_refused_and_gaps_told_per_payload` |
//! | 16: ignored runs crash both sequential strategies | they are left out by all strategies | rule `IGNORED` |
//! | 17: doubled boundaries run data twice, a narrow coverage gives backwards labels | each boundary counts once, in order; such a coverage is refused; payloads that overlap are refused | rules `DOUBLED`, `NARROW`, `NOT_AN_INTERVAL`; `overlaps_are_refused_and_gaps_told_per_payload` |
//! | 20: two algorithms of one class share results | names within a calibration differ, which the plan checks | `algorithms_of_one_calibration_have_different_names` of `tests/plan.rs` |
//! | 24: unknown parameters are ignored | an unknown key is refused with the nearest name, one that the strategy does not read with the strategy that does | `tests/diagnostics/params-of-algorithm.rhai`; `each_strategy_reads_its_own_params` of `tests/plan.rs` |
//! | 25: `max_iterations` N gives N+1 passes | it counts every pass | `all_problems_come_at_once_in_the_order_of_the_script` of `tests/plan.rs`; `iterations_end_when_all_are_used` |
//! | 26: a step of 0 completes with nothing done | steps and boundaries are checked with the plan, and again here | rules `STEP_ZERO`, `STEP_BELOW_ZERO`; `boundaries_come_from_somewhere_and_are_runs` of `tests/plan.rs` |
//! | 30: forked children send results as pickled objects | a strategy gives plain data, a [`StrategyOutcome`], in the same process | `a_script_sees_runs_and_executes_once_what_it_asks_twice` |
//! | 37: a fatal call ends the whole process | nothing but the execution ends | `a_panic_ends_one_execution_only`, `set_up_that_fails_or_panics_or_saves_is_a_failure_of_each_execution` |
//!
//! # Work across channels
//!
//! [`Declared::combine`] takes the table of fits, after they were accepted, and gives the table that
//! payloads are made of: it may have more columns, and must have a row for each channel of the
//! fits. A payload whose closure looks at a column that it made is asked of every channel, as
//! where it looks at `ok`: whoever made the column knew which channels are not ok.
//! [`Declared::expand`] gives the payload other channels, each with the row of the fits that it
//! takes; one that takes no row of them is not ok. `previous` is that of the payload's channel.
//!
//! Two more choices. `iov_coverage` must hold all runs with data: a payload that is not valid for runs it was
//! made of helps nobody. `has_experiment_settings` asks [`Scripted::experiment_settings`] before each experiment of
//! `SequentialRunByRun`; upstream leaves that to strategies derived from its own.

mod across;
mod algorithm;
mod columns;
mod contain;
mod declared;
mod describe;
mod execution;
mod global;
mod hooks;
mod in_force;
mod lack;
mod objects;
mod opaque;
mod payloads;
mod plot;
mod scripted;
mod seen;
mod state;
mod strategy;
mod summary;
mod test_calibration;
mod timeline;
pub mod words;

#[cfg(test)]
mod tests;

pub use across::{Combine, Expand};
pub use algorithm::{AlgResult, Algorithm, Declared, FitStep, Kind, Params, PayloadRule, Strategy};
pub use columns::{PREVIOUS, columns_of, row_table};
pub use describe::{describe, describe_model, forget_places};
pub use execution::{Execution, Input, Used, execute};
pub use global::{
    Choice, ConstraintRule, Global, Hierarchy, LEVELS, MOTIONS, component_names, is_written,
    parameter_row,
};
pub use objects::{Channels, Objects};
pub use opaque::Opaque;
pub use payloads::misfit;
pub use plot::{AxisTitle, Places, Plot, Series};
pub use scripted::{Answer, Data, Saved, Scripted, ScriptedStrategy};
pub use seen::{BATCHES, Seen};
pub use state::{AlgorithmState, AlgorithmTrigger};
pub use strategy::{Commit, Executed, StrategyOutcome, StrategyRun, Task, run_strategy};
pub use summary::{FitSummary, Worst};
pub use timeline::{Block, Event, Interval, Intervals, Piece, Stretch, TimelineError, lay_out};
