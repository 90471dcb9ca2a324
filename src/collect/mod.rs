//! One pass over events that fills objects per run, and what happens to events before it.
//!
//! Takes a [`Collector`] and files with their IoV, gives one set of objects per run (or one for
//! all) and a cut flow. It knows neither fits nor backends.

mod before;
mod chain;
mod collector;
mod constants;
mod error;
mod export;
mod fill;
mod gate;
mod input;
mod made;
mod native;
mod output;
mod pass;
mod progress;
mod rows;
mod run;
mod schema;
mod whole;

pub use before::{External, Logic, Path, PathStep, Payloads, ProgramError, Sent, Trigger};
pub use chain::{ChainConstants, no_member};
pub use collector::{
    Binning, Collector, Equations, Granularity, Join, Object, PerChannel, Step, Storage,
};
pub use constants::{Constants, MissedCount, NoConstants};
pub use error::{Difference, Error};
pub use export::CollectorFile;
pub use made::Generator;
pub use native::{Native, Refused};
pub use output::{Collected, CutCount, FileCount, RunCount};
pub use progress::{Progress, Silent};
pub use run::{Options, check, check_along, collect, collect_along};
pub use schema::RunNames;
