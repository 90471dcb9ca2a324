//! Experiments, runs and intervals of validity.
//!
//! Takes pairs and quadruples of numbers, gives ordered runs, intervals and sets of them that answer
//! `contains` and `overlaps`, and lists of runs cut at boundaries. It knows neither files nor payloads.
//!
//! How odd corners of upstream are treated. [`upstream::Interval`] does exactly as upstream; the rest of the
//! room differs on purpose. The tests are those of `tests/iov_golden.rs` and `tests/utils_golden.rs`.
//!
//! | upstream | here | test |
//! |---|---|---|
//! | ends in the wrong order are swapped | refused; [`upstream::Interval::repaired`] swaps | `pairs` |
//! | a run without an experiment is dropped | refused; `repaired` drops it | `pairs` |
//! | every interval contains the empty one | an [`IoV`] is never empty; a set without runs is [`IovSet::new`] | `pairs` |
//! | −1 as first run is compared as a number | it is run 0 | `pairs`, `order` |
//! | the runs beside an open end are a gap | [`ExpRun::gap_to`] knows none there | `find_gap` |
//! | overlapping or unsorted intervals have gaps | [`gaps`] are what no interval holds | `find_gaps_in_iov_list` |
//! | trimming counts on from −1 behind an open end | [`IoV::trim`] leaves nothing there | `trim_overlap` |
//! | digits followed by rubbish are read | refused; [`upstream::Interval::read`] reads them | `text` |
//! | first and last of unsorted runs are an interval | [`IoV::of_runs`] takes least and greatest | `iov_from_runs` |
//! | unsorted runs give an experiment twice | [`split_by_experiment`] gives each once | `split_runs_by_exp` |
//! | doubled or unsorted boundaries run data twice | [`runs_between_boundaries`] sorts them | `find_run_lists_from_boundaries` |
//! | no runs, no boundaries: an index error | [`Error::NoRuns`], [`Error::NoBoundaries`], an empty list | same |
//!
//! # Upstream's weaknesses
//!
//! Numbers are those of a list of 41 that `tests/weaknesses.rs` checks for completeness; the test named in a line
//! fails when it is no longer true.
//!
//! | upstream | here | test |
//! |---|---|---|
//! | 18 every interval contains the empty one | there is no empty [`IoV`] | `pairs` |

mod client;
mod exp_run;
mod interval;
mod point;
mod runs;
mod set;
pub mod upstream;

pub use exp_run::ExpRun;
pub use interval::{Error, IoV};
pub use runs::{gaps, runs_between_boundaries, runs_within, split_by_experiment};
pub use set::IovSet;
