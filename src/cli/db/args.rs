//! Every word of `b2caf db`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::payload_args::{DumpArguments, PayloadDiffArguments};
use super::server_args::{ABOUT_SERVERS, HEADING, ServerArguments, TagType, WritingArguments};
use crate::conditions::tags::TagState;
use crate::iov::{ExpRun, IoV};

#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    after_help = "\
Examples:
  b2caf db tag create staging
  b2caf db upload staging calibration_results/outputdb
  b2caf db check --tag staging
  b2caf db find ECLCrystalTimeOffset --run 7,3 --tag staging
  b2caf db download running --server https://server.example/rest/

Tags and payloads are in the folder of --store. Commands that know --server can ask a central
server instead.

Exit codes: 0 done, 1 something was found or nothing was done (faults, no payload, nothing to update, no
consent), 2 wrong usage or against the rules of a tag, 4 a store or a file is unusable."
)]
pub(in super::super) struct DbArguments {
    /// Folder with the global tags (metadata.sqlite and payload files)
    #[arg(
        long,
        short,
        global = true,
        value_name = "DIR",
        default_value = "conditions"
    )]
    pub(super) store: PathBuf,
    /// Print JSON
    #[arg(long, global = true)]
    pub(super) json: bool,
    #[command(subcommand)]
    pub(super) action: DbAction,
}

#[derive(Debug, Subcommand)]
pub(super) enum DbAction {
    /// Make, show, compare, merge and update global tags
    Tag(TagArguments),
    /// Show what is in a tag, or copy some of it into another one
    Iov(IovArguments),
    /// Put the payloads of a testing store into a tag, all of them or none
    Upload(UploadArguments),
    /// Make a testing store of a tag, or take a tag of a server into the store
    Download(DownloadArguments),
    /// Look for everything that is wrong with a testing store or a tag
    Check(CheckArguments),
    /// Say which payload is in force for a run, and why
    Find(FindArguments),
    /// Show what is in a payload: of a file, or the one in force for a run
    Dump(DumpArguments),
    /// Show what differs between two payloads: of files, or those in force for a run
    Diff(PayloadDiffArguments),
}

#[derive(Debug, Args)]
pub(super) struct TagArguments {
    #[command(subcommand)]
    pub(super) action: TagAction,
}

#[derive(Debug, Subcommand)]
pub(super) enum TagAction {
    /// Make an empty tag in state OPEN, and the store if there is none
    Create(CreateArguments),
    /// List all tags
    List(ListArguments),
    /// Show tags, with the next run that a running tag can take
    Show(ShowArguments),
    /// Give a tag another state
    State(StateArguments),
    /// Show what one tag has and another has not
    Diff(DiffArguments),
    /// Put tags together, the first one counting most
    Merge(MergeArguments),
    /// Go on in a running tag with what a staging tag has, from some run on
    Update(UpdateArguments),
}

#[derive(Debug, Args)]
#[command(after_help = format!("\
Examples:
  b2caf db tag create staging_prompt_bucket36
  b2caf db tag create user_me_test --server https://server.example/rest/

{ABOUT_SERVERS}"))]
pub(super) struct CreateArguments {
    /// Name of the tag: letters, digits, + - _ :
    pub(super) name: String,
    #[command(flatten)]
    pub(super) writing: WritingArguments,
    /// Type of the tag on the server
    #[arg(long = "type", value_enum, requires = "server", help_heading = HEADING)]
    pub(super) tag_type: Option<TagType>,
    /// What the tag is for, on the server
    #[arg(long, value_name = "TEXT", requires = "server", help_heading = HEADING)]
    pub(super) description: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = format!("\
Examples:
  b2caf db tag list --with-invalid
  b2caf db tag list --server env

{ABOUT_SERVERS}"))]
pub(super) struct ListArguments {
    #[command(flatten)]
    pub(super) server: ServerArguments,
    /// Tags in state INVALID too
    #[arg(long)]
    pub(super) with_invalid: bool,
}

#[derive(Debug, Args)]
#[command(after_help = format!("\
Examples:
  b2caf db tag show staging running
  b2caf db tag show online --server https://server.example/rest/

{ABOUT_SERVERS}"))]
pub(super) struct ShowArguments {
    #[command(flatten)]
    pub(super) server: ServerArguments,
    /// Names of the tags
    #[arg(required = true)]
    pub(super) names: Vec<String>,
}

#[derive(Debug, Args)]
#[command(after_help = format!("\
Example:
  b2caf db tag state staging validated

OPEN can become TESTING or RUNNING; TESTING can become VALIDATED or OPEN again; VALIDATED can become
PUBLISHED or OPEN again; PUBLISHED and RUNNING can become INVALID, which is the end. PUBLISHED and INVALID
ask for the name of the tag, since there is no way back. On a server, its rules count.

{ABOUT_SERVERS}"))]
pub(super) struct StateArguments {
    #[command(flatten)]
    pub(super) writing: WritingArguments,
    /// Name of the tag
    pub(super) name: String,
    /// The state it shall have
    pub(super) state: TagState,
    /// Do not ask
    #[arg(long, short)]
    pub(super) yes: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  b2caf db tag diff running staging --human-readable

- stands before what only the first tag has, + before what only the second has. Payloads are the same if
their content is, whatever their revisions are.")]
pub(super) struct DiffArguments {
    /// The first tag
    pub(super) first: String,
    /// The second tag
    pub(super) second: String,
    /// What both have, too
    #[arg(long)]
    pub(super) full: bool,
    #[command(flatten)]
    pub(super) selection: SelectionArguments,
    #[command(flatten)]
    pub(super) look: LookArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  b2caf db tag merge --into merged data_main online

The merged tag gives the same payload for every run as the list of tags does. It must be OPEN and empty.")]
pub(super) struct MergeArguments {
    /// Tags, the one that counts most first
    #[arg(required = true)]
    pub(super) tags: Vec<String>,
    /// The tag that is to hold them
    #[arg(long, short = 'o', value_name = "TAG")]
    pub(super) into: String,
    /// Cut everything to these runs: expLow,runLow,expHigh,runHigh with -1 for an open end
    #[arg(long, value_name = "IOV", allow_hyphen_values = true)]
    pub(super) run_range: Option<IoV>,
    /// Show what would be done
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  b2caf db tag update running staging --from 7,120 --dry-run

Runs before the first one keep their payloads. The running tag must be RUNNING, the staging tag VALIDATED;
with --dry-run other states are only told.")]
pub(super) struct UpdateArguments {
    /// The running tag
    pub(super) running: String,
    /// The staging tag
    pub(super) staging: String,
    /// First run for which the payloads of the staging tag are valid, as 7,120
    #[arg(long, short = 'r', value_name = "EXP,RUN", value_parser = run)]
    pub(super) from: Option<ExpRun>,
    /// Payloads of the staging tag may have an end
    #[arg(long, group = "mode")]
    pub(super) allow_closed: bool,
    /// Open the last interval of each payload of the staging tag
    #[arg(long, group = "mode")]
    pub(super) fix_closed: bool,
    /// Each payload of the staging tag is one for all runs (0,0,-1,-1)
    #[arg(long, group = "mode")]
    pub(super) simple_mode: bool,
    /// End payloads that the staging tag does not have
    #[arg(long, group = "mode")]
    pub(super) full_replacement: bool,
    /// Show what would be done
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Do not ask
    #[arg(long, short)]
    pub(super) yes: bool,
}

/// Which entries of a tag are meant.
#[derive(Debug, Args)]
pub(super) struct SelectionArguments {
    /// Only payloads whose names hold this text, in capital or small letters; may be repeated
    #[arg(long, short, value_name = "TEXT")]
    pub(super) filter: Vec<String>,
    /// No payloads whose names hold this text; may be repeated
    #[arg(long, short, value_name = "TEXT")]
    pub(super) exclude: Vec<String>,
    /// Only what is valid for this run, as 7,3
    #[arg(long, value_name = "EXP,RUN", value_parser = run, conflicts_with = "run_range")]
    pub(super) run: Option<ExpRun>,
    /// Only what is valid for some of these runs: expLow,runLow,expHigh,runHigh with -1 for an open end
    #[arg(long, value_name = "IOV", allow_hyphen_values = true)]
    pub(super) run_range: Option<IoV>,
}

/// How entries are shown.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct LookArguments {
    /// Say intervals in words
    #[arg(long)]
    pub(super) human_readable: bool,
    /// Show checksums in place of revisions
    #[arg(long)]
    pub(super) checksums: bool,
}

#[derive(Debug, Args)]
pub(super) struct IovArguments {
    #[command(subcommand)]
    pub(super) action: IovAction,
}

#[derive(Debug, Subcommand)]
pub(super) enum IovAction {
    /// Show what is in a tag
    Show(IovShowArguments),
    /// Put some of a tag into another one
    Copy(IovCopyArguments),
}

#[derive(Debug, Args)]
#[command(after_help = format!("\
Examples:
  b2caf db iov show running --run 7,3 --filter ECL --human-readable
  b2caf db iov show online --server https://server.example/rest/ --run 7,3

{ABOUT_SERVERS}"))]
pub(super) struct IovShowArguments {
    #[command(flatten)]
    pub(super) server: ServerArguments,
    /// The tag
    pub(super) tag: String,
    #[command(flatten)]
    pub(super) selection: SelectionArguments,
    #[command(flatten)]
    pub(super) look: LookArguments,
}

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  b2caf db iov copy data_main staging --filter ECL --run-range 7,0,7,-1 --cut --dry-run"
)]
pub(super) struct IovCopyArguments {
    /// The tag that has them
    pub(super) from: String,
    /// The tag that gets them
    pub(super) to: String,
    #[command(flatten)]
    pub(super) selection: SelectionArguments,
    /// Cut intervals to the runs of --run-range
    #[arg(long, requires = "run_range")]
    pub(super) cut: bool,
    /// What the tag has of the same name for the same runs gives way
    #[arg(long)]
    pub(super) replace: bool,
    #[command(flatten)]
    pub(super) allowed: AllowedArguments,
    /// Show what would be done
    #[arg(long)]
    pub(super) dry_run: bool,
}

/// What is let through.
#[derive(Clone, Copy, Debug, Args)]
pub(super) struct AllowedArguments {
    /// Runs may be without a payload between runs with one
    #[arg(long)]
    pub(super) allow_gaps: bool,
    /// Runs may have two payloads of one name; the highest revision is valid
    #[arg(long)]
    pub(super) allow_overlaps: bool,
}

#[derive(Debug, Args)]
#[command(after_help = format!("\
Examples:
  b2caf db upload staging calibration_results/outputdb --dry-run
  b2caf db upload staging calibration_results/outputdb --server https://server.example/rest/

Of lines with the same payload and interval the last one counts. What the tag has already is left
as it is: the same upload again does nothing. If it is interrupted, the tag has all or nothing.

A server takes payloads one by one: others may see a tag that has some of them. If not all could
be sent, the same command again sends the rest; with --roll-back what was sent is taken out of
the tag again. The tag of a server must be OPEN.

{ABOUT_SERVERS}"))]
pub(super) struct UploadArguments {
    #[command(flatten)]
    pub(super) writing: WritingArguments,
    /// If not everything can be sent to the server, take back what was
    #[arg(long, requires = "server", help_heading = HEADING)]
    pub(super) roll_back: bool,
    /// The tag, which must be OPEN, or RUNNING for later runs
    pub(super) tag: String,
    /// The testing store: its folder or its text file
    pub(super) from: PathBuf,
    #[command(flatten)]
    pub(super) allowed: AllowedArguments,
    /// Check everything and show what would be done
    #[arg(long)]
    pub(super) dry_run: bool,
}

#[derive(Debug, Args)]
#[command(after_help = format!("\
Examples:
  b2caf db download running centraldb --run-range 7,0,7,-1
  b2caf db download online centraldb --server https://server.example/rest/
  b2caf db download online --server https://server.example/rest/

The folder gets a database.txt and the payload files. Intervals are as in the tag, not cut.
Without a folder the tag of the server goes into the store of tags (--store), where it takes the
place of what was downloaded under that name before.

Files of a server are compared with their MD5, and kept in a cache that basf2 uses too;
BELLE2_CONDB_PAYLOADS names folders and addresses to look for them first. What is there already
is not downloaded again.

{ABOUT_SERVERS}"))]
pub(super) struct DownloadArguments {
    /// The tag
    pub(super) tag: String,
    /// The folder; it must not hold a testing store yet
    #[arg(required_unless_present = "server")]
    pub(super) into: Option<PathBuf>,
    /// Only what is valid for some of these runs: expLow,runLow,expHigh,runHigh with -1 for an open end
    #[arg(
        long,
        value_name = "IOV",
        allow_hyphen_values = true,
        requires = "into"
    )]
    pub(super) run_range: Option<IoV>,
    #[command(flatten)]
    pub(super) server: ServerArguments,
    /// Folder that keeps downloaded files [default: basf2-conditions in the folder for temporary files]
    #[arg(long, value_name = "DIR", requires = "server", help_heading = HEADING)]
    pub(super) cache: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  b2caf db check calibration_results/outputdb
  b2caf db check --tag staging")]
pub(super) struct CheckArguments {
    /// A testing store: its folder or its text file
    #[arg(required_unless_present = "tag", conflicts_with = "tag")]
    pub(super) folder: Option<PathBuf>,
    /// A tag of the store
    #[arg(long, value_name = "TAG")]
    pub(super) tag: Option<String>,
    #[command(flatten)]
    pub(super) allowed: AllowedArguments,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  b2caf db find ECLCrystalTimeOffset --run 7,3 --constants calibration_results/outputdb --tag running

Testing stores are asked first, in their order, and in each the last line that matches counts; then tags in
their order, and in each the highest revision counts.")]
pub(super) struct FindArguments {
    /// Name of the payload
    pub(super) payload: String,
    /// The run, as 7,3
    #[arg(long, value_name = "EXP,RUN", value_parser = run)]
    pub(super) run: ExpRun,
    /// A tag to look in; may be repeated
    #[arg(long, short, value_name = "TAG", required_unless_present = "constants")]
    pub(super) tag: Vec<String>,
    /// A testing store to look in; may be repeated
    #[arg(long, value_name = "DIR")]
    pub(super) constants: Vec<PathBuf>,
}

/// A run, as `7,3`.
pub(super) fn run(text: &str) -> Result<ExpRun, String> {
    let wrong =
        || format!("`{text}` is no run: give experiment and run joined by a comma, such as 7,3");
    let (exp, run) = text.split_once(',').ok_or_else(wrong)?;
    let number = |word: &str| word.trim().parse::<i32>().ok().filter(|n| *n >= 0);
    let (exp, run) = number(exp).zip(number(run)).ok_or_else(wrong)?;
    Ok(ExpRun::new(exp, run))
}
