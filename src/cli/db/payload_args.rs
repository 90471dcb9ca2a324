//! The words of `b2caf db dump` and `b2caf db diff`.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};

use super::args::run;
use crate::iov::ExpRun;

/// Where a payload is looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// A testing store: its folder or its text file.
    Testing(PathBuf),
    /// A tag of the store.
    Tag(String),
}

/// What stands before the name of a tag.
const TAG: &str = "tag:";

impl FromStr for Place {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.strip_prefix(TAG) {
            Some("") => Err("give the name of the tag, such as tag:staging".into()),
            Some(tag) => Ok(Self::Tag(tag.into())),
            None => Ok(Self::Testing(text.into())),
        }
    }
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  b2caf db dump calibration_results/outputdb/dbstore_ExampleChannelTime_rev_3fa94c.root
  b2caf db dump ExampleChannelTime --run 7,3 --from calibration_results/outputdb
  b2caf db dump BeamSpot --run 7,3 --tag staging --event 25000

Numbers by channel are a table. Other objects are shown value by value, each with its path, as
m_objects[2].m_IPPosition.fX = 0.1; of objects that take turns within a run each is shown with
its first event. Where it all comes from is told on stderr, with --json in the same document.
In JSON maps are lists of [key, value].

Exit codes: 0 shown, 1 no such payload for the run, 2 wrong usage, 4 a store or a file is unusable.")]
pub(super) struct DumpArguments {
    /// The payload file; with --run the name of a payload
    #[arg(value_name = "FILE|PAYLOAD")]
    pub(super) what: PathBuf,
    /// The run whose payload is meant, as 7,3
    #[arg(long, value_name = "EXP,RUN", value_parser = run, requires = "place")]
    pub(super) run: Option<ExpRun>,
    /// The testing store to look in: its folder or its text file
    #[arg(long, value_name = "DIR", group = "place", requires = "run")]
    pub(super) from: Option<Place>,
    /// The tag of the store to look in
    #[arg(long, short, value_name = "TAG", group = "place", requires = "run")]
    pub(super) tag: Option<String>,
    /// Only the object for this event of the run
    #[arg(long, value_name = "N")]
    pub(super) event: Option<u32>,
}

/// What the largest changes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum SortedBy {
    /// By the change itself
    Change,
    /// By the change as a part of the value before
    Relative,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  b2caf db diff before.root after.root --worst 20
  b2caf db diff ECLCrystalTimeOffset --run 7,3 --from tag:running --to calibration_results/outputdb
  b2caf db diff ECLCrystalTimeOffset --run 7,3 --to-run 7,90 --from tag:running --plot change.svg

Numbers by channel are compared channel by channel; other objects value by value, by their paths.
Relative changes are parts of the value before (in JSON -0.01 for one per cent less); there is
none where that value is 0.

Exit codes: 0 nothing differs, 1 something does or there is no such payload, 2 wrong usage, 4 a
store or a file is unusable.")]
pub(super) struct PayloadDiffArguments {
    /// A payload file; with --run the name of a payload
    #[arg(value_name = "FILE|PAYLOAD")]
    pub(super) before: PathBuf,
    /// Another payload file
    #[arg(
        value_name = "FILE",
        required_unless_present = "run",
        conflicts_with = "run"
    )]
    pub(super) after: Option<PathBuf>,
    /// The run whose payloads are meant, as 7,3
    #[arg(long, value_name = "EXP,RUN", value_parser = run, requires = "from")]
    pub(super) run: Option<ExpRun>,
    /// Another run for the second payload
    #[arg(long, value_name = "EXP,RUN", value_parser = run, requires = "run")]
    pub(super) to_run: Option<ExpRun>,
    /// Where the first payload is: the folder of a testing store, or tag:NAME for a tag of the store
    #[arg(long, value_name = "PLACE", requires = "run")]
    pub(super) from: Option<Place>,
    /// Where the second payload is; with --to-run it may be left out if it is the same place
    #[arg(long, value_name = "PLACE", requires = "run")]
    pub(super) to: Option<Place>,
    /// Only the objects for this event of the run
    #[arg(long, value_name = "N")]
    pub(super) event: Option<u32>,
    /// How many of the largest changes are shown for each member
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(super) worst: usize,
    /// What the largest changes are
    #[arg(long, value_enum, default_value = "change")]
    pub(super) by: SortedBy,
    /// Draw old and new values and their differences by channel into this SVG file
    #[arg(long, value_name = "FILE")]
    pub(super) plot: Option<PathBuf>,
}
