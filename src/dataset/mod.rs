//! Which files there are, which runs they hold, and what a basf2 file is.
//!
//! Takes the input data file, gives ordered maps from file to interval of validity, the number of events of
//! each file, and the usual choices among files. It does not know what a calibration does with them.
//!
//! Where the choices among files differ from upstream: see [`choose`]; where names of files do: [`Location`].
//!
//! # Upstream's weaknesses
//!
//! Numbers are those of a list of 41 that `tests/weaknesses.rs` checks for completeness; the test named in a line
//! fails when it is no longer true.
//!
//! | upstream | here | test |
//! |---|---|---|
//! | 4 a pattern that matches nothing is an empty list | an error that names entry and pattern | `everything_wrong_is_told_at_once` |
//! | 11 relative paths become absolute from the root, `file://` matches nothing | relative to the file that names them; `file://` is a path | `parse_file_uri` |
//! | 14 requested runs are chosen by comparing URIs with paths as given | each file has its interval beside it, whatever its name looks like | `requested_runs_only` |
//! | 19 files grouped by neighbouring intervals get lost, a limit of 0 keeps one | all files of an interval are one group; 0 keeps none | `groups_by_iov` |
//! | 28 one external process per file, one after the other | headers are read here, and again only when a file has changed | `a_changed_file_is_read_again` |

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
pub use listing::files as files_of;
pub use location::{Address, Located, Location, locate_files};
pub use order::{Prescale, event_hash, keeps, random_number, unit_interval};
pub use raw_data::raw_data_iov;
