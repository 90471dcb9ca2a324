//! Which files there are, which runs they hold, and what a basf2 file is.
//!
//! Takes the input data file, gives ordered maps from file to interval of validity, the number of events of
//! each file, and the usual choices among files. It does not know what a calibration does with them.
//!
//! Where the choices among files differ from upstream: see [`choose`]; where names of files do: [`Location`].

pub mod basf2;
mod cards;
pub mod choose;
mod document;
mod error;
mod file_map;
mod input;
mod listing;
mod location;
mod order;
mod raw_data;
mod wildcard;

pub use basf2::FileMetaData;
pub use cards::{FileCards, check_file, events_in_basf2_file};
pub use choose::EventCounts;
pub use error::{Error, Fault, InputProblem};
pub use file_map::FileMap;
pub use input::{InputData, LeftOut};
pub use location::{Address, Located, Location, locate_files};
pub use order::{Prescale, event_hash, keeps, random_number, unit_interval};
pub use raw_data::raw_data_iov;
