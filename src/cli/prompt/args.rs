//! Words of `b2caf prompt`.

use std::path::PathBuf;

use crate::iov::IoV;
use clap::{ArgGroup, Args, Subcommand, ValueEnum};

#[derive(Debug, Args)]
#[command(after_help = "\
Scripts are those of --scripts, else of the variable B2CAF_SCRIPTS, else of the checkout one stands in
(scripts/prompt/calibrations), else those of this release.

Examples:
  b2caf prompt show
  b2caf prompt show example_simple --json
  b2caf prompt graph --script caf_ecms
  b2caf prompt check
  b2caf prompt run Local caf_config.json input_data.json")]
pub(in super::super) struct PromptArguments {
    /// Folder with prompt/calibrations and lib, in place of the scripts of the release
    #[arg(long, global = true, value_name = "DIR")]
    pub(super) scripts: Option<PathBuf>,
    #[command(subcommand)]
    pub(super) command: PromptCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum PromptCommand {
    /// List the official scripts, or show what one says about itself
    Show(ShowArguments),
    /// Order all scripts by what they depend on and by data format
    Graph(GraphArguments),
    /// Run an official script: configuration and input data in, payloads in caf_outputdb_results out
    Run(RunArguments),
    /// Take payloads over that are made outside of calibrations, from their staging tags
    Local(LocalArguments),
    /// Look at the results of a run with a validation script: plots, and sentences that must hold
    Validate(ValidateArguments),
    /// Check every script: texts, settings, names, dependencies, calibrations on sample input
    Check(CheckArguments),
}

#[derive(Debug, Args)]
pub(super) struct ShowArguments {
    /// Show the settings of this script
    #[arg(value_name = "SCRIPT")]
    pub(super) name: Option<String>,
    /// The same, as upstream's tool has it
    #[arg(long, value_name = "SCRIPT", conflicts_with = "name")]
    pub(super) script_name: Option<String>,
    /// Validation scripts instead of calibrations
    #[arg(long)]
    pub(super) validation: bool,
    /// Payloads that are taken over from staging tags
    #[arg(long)]
    pub(super) local: bool,
    /// Text as upstream has it
    #[arg(long, hide = true)]
    pub(super) upstream: bool,
    /// The text of the script, to copy and change it
    #[arg(long)]
    pub(super) source: bool,
    /// The settings of all scripts
    #[arg(long, conflicts_with_all = ["name", "script_name", "local"])]
    pub(super) all: bool,
    /// Print JSON: the list of names, or the settings
    #[arg(long)]
    pub(super) json: bool,
}

/// Forms of a graph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Form {
    /// A table
    Text,
    /// For Graphviz
    Dot,
    /// For programs
    Json,
}

#[derive(Debug, Args)]
pub(super) struct GraphArguments {
    /// Only this script and what must come before it
    #[arg(long, value_name = "SCRIPT")]
    pub(super) script: Option<String>,
    /// What to print
    #[arg(long, value_enum, default_value_t = Form::Text, value_name = "FORM")]
    pub(super) form: Form,
    /// Print JSON
    #[arg(long, conflicts_with = "form")]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Exit codes: 0 all scripts pass, 3 one or more fail.")]
pub(super) struct CheckArguments {
    /// Check only these scripts (their dependencies are read, too)
    #[arg(value_name = "SCRIPT")]
    pub(super) names: Vec<String>,
    /// Validation scripts instead of calibrations
    #[arg(long)]
    pub(super) validation: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(
    infer_long_args = true,
    after_help = "\
The configuration, a JSON object:
  caf_script        name of the script
  database_chain    global tags with constants in force; the last one counts most
  requested_iov     [expLow, runLow, expHigh, runHigh], -1 for an open end
  expert_config     values in place of the script's defaults, key by key (optional)
  backend_args      for a batch system (optional)
  testing_payloads  a local database.txt that comes before the tags; needs --permissive (optional)

The input data, a JSON object: {\"name\": [[\"file or folder\", [experiment, run]], …], …}"
)]
pub(super) struct RunArguments {
    #[command(subcommand)]
    pub(super) backend: Backend,
}

/// Where collectors run.
#[derive(Debug, Subcommand)]
pub(super) enum Backend {
    /// On this machine
    #[command(name = "Local")]
    Local(LocalBackend),
    /// Load Sharing Facility
    #[command(name = "LSF")]
    Lsf(Queued),
    /// Portable Batch System
    #[command(name = "PBS")]
    Pbs(Queued),
    /// HTCondor
    #[command(name = "HTCondor")]
    HTCondor(HTCondor),
}

#[derive(Debug, Args)]
pub(super) struct LocalBackend {
    /// How much is done at the same time [default: all cores]; the result does not depend on it
    #[arg(long, value_name = "N")]
    pub(super) max_processes: Option<std::num::NonZeroUsize>,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Queued {
    /// Batch queue
    #[arg(long, value_name = "QUEUE")]
    pub(super) queue: Option<String>,
    #[command(flatten)]
    pub(super) limits: Limits,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Args)]
pub(super) struct HTCondor {
    /// Whether jobs get the environment of whoever submits them
    #[arg(long, value_name = "BOOL")]
    pub(super) getenv: Option<String>,
    /// HTCondor universe
    #[arg(long, value_name = "NAME")]
    pub(super) universe: Option<String>,
    /// Text put before local paths of input files
    #[arg(long, value_name = "PREFIX", default_value = "")]
    pub(super) path_prefix: String,
    #[command(flatten)]
    pub(super) limits: Limits,
    #[command(flatten)]
    pub(super) common: Common,
}

#[derive(Debug, Args)]
pub(super) struct Limits {
    /// No more jobs are submitted while there are so many
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(super) global_job_limit: u32,
    /// Seconds between two looks at that limit
    #[arg(long, value_name = "S", default_value_t = 30)]
    pub(super) submission_check_heartbeat: u32,
}

/// Names that upstream's messages have.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "UPPER")]
pub(super) enum LogLevel {
    Debug,
    Info,
    Result,
    Warning,
    Error,
    Fatal,
}

#[derive(Debug, Args)]
#[command(group = ArgGroup::new("splitting").args(["max_files_per_subjob", "max_subjobs"]))]
pub(super) struct Common {
    /// JSON file with script, tags, interval and settings
    #[arg(value_name = "caf_config")]
    pub(super) caf_config: PathBuf,
    /// JSON file with input files and their runs
    #[arg(value_name = "input_data")]
    pub(super) input_data: PathBuf,
    /// Which messages are shown
    #[arg(long, value_enum, default_value_t = LogLevel::Info, value_name = "LEVEL")]
    pub(super) log_level: LogLevel,
    /// Show everything, as deep as this
    #[arg(long, value_name = "N")]
    pub(super) debug_level: Option<i32>,
    /// Seconds between two looks at jobs; nothing waits here
    #[arg(long, value_name = "S", default_value_t = 60)]
    pub(super) heartbeat: u32,
    /// Input files of a job at most
    #[arg(long, value_name = "N")]
    pub(super) max_files_per_subjob: Option<u32>,
    /// Jobs of a collection at most
    #[arg(long, value_name = "N")]
    pub(super) max_subjobs: Option<u32>,
    /// Check everything and show what would be run
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Replace an existing caf_outputdb_results
    #[arg(long)]
    pub(super) overwrite_output_db: bool,
    /// Begin anew instead of going on in an existing calibration_results
    #[arg(long)]
    pub(super) overwrite_working_dir: bool,
    /// Allow a script by its path, and testing_payloads
    #[arg(long)]
    pub(super) permissive: bool,
    /// Store of global tags
    #[arg(long, value_name = "DIR", default_value = "conditions")]
    pub(super) store: PathBuf,
    /// Print events and result as JSON lines on stdout
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  b2caf prompt validate ecl_timing --job calibration_results

What comes out lies in validation_results: validation.html with plots and checks, validation.json, and tables.
A configuration is a JSON object with validation_script, job_path, requested_iov and expert_config.
Exit codes: 0 all checks hold, 1 some do not, 3 the script is rejected or stops.")]
pub(super) struct ValidateArguments {
    /// The validation script, by its name
    #[arg(value_name = "SCRIPT")]
    pub(super) script: Option<String>,
    /// JSON file with what is to be done
    #[arg(long, value_name = "VALIDATION.json")]
    pub(super) config: Option<PathBuf>,
    /// Output folder of the run [default: calibration_results]
    #[arg(long, value_name = "DIR")]
    pub(super) job: Option<PathBuf>,
    /// Interval the script is asked about: expLow,runLow,expHigh,runHigh [default: everything]
    #[arg(long, value_name = "IOV", allow_hyphen_values = true)]
    pub(super) requested_iov: Option<IoV>,
    /// Folder for what comes out [default: validation_results]
    #[arg(long, short, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
    /// Replace what is there
    #[arg(long)]
    pub(super) overwrite_working_dir: bool,
    /// Allow a script by its path
    #[arg(long)]
    pub(super) permissive: bool,
    /// Print the findings as JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  b2caf prompt local staging --requested-iov 7,1,7,99 --dry-run

`b2caf prompt show --local` lists the tags and payloads. What the target has for the runs gives way.")]
pub(super) struct LocalArguments {
    /// The tag that takes them
    #[arg(value_name = "TAG")]
    pub(super) target: String,
    /// Runs to which intervals are cut: expLow,runLow,expHigh,runHigh with -1 for an open end
    #[arg(long, value_name = "IOV", allow_hyphen_values = true)]
    pub(super) requested_iov: IoV,
    /// Store of global tags
    #[arg(long, value_name = "DIR", default_value = "conditions")]
    pub(super) store: PathBuf,
    /// Show what would be done
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}
