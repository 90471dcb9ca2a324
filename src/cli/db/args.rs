//! Every word of `b2caf db`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::conditions::tags::TagState;
use crate::iov::ExpRun;

#[derive(Debug, Args)]
#[command(
    arg_required_else_help = true,
    after_help = "\
Examples:
  b2caf db tag create staging
  b2caf db upload staging calibration_results/outputdb
  b2caf db check --tag staging
  b2caf db find ECLCrystalTimeOffset --run 7,3 --tag staging

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
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  b2caf db tag create staging_prompt_bucket36")]
pub(super) struct CreateArguments {
    /// Name of the tag: letters, digits, + - _ :
    pub(super) name: String,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  b2caf db tag list --with-invalid")]
pub(super) struct ListArguments {
    /// Tags in state INVALID too
    #[arg(long)]
    pub(super) with_invalid: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  b2caf db tag show staging running")]
pub(super) struct ShowArguments {
    /// Names of the tags
    #[arg(required = true)]
    pub(super) names: Vec<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  b2caf db tag state staging validated

OPEN can become TESTING or RUNNING; TESTING can become VALIDATED or OPEN again; VALIDATED can become
PUBLISHED or OPEN again; PUBLISHED and RUNNING can become INVALID, which is the end. PUBLISHED and INVALID
ask for the name of the tag, since there is no way back.")]
pub(super) struct StateArguments {
    /// Name of the tag
    pub(super) name: String,
    /// The state it shall have
    pub(super) state: TagState,
    /// Do not ask
    #[arg(long, short)]
    pub(super) yes: bool,
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
