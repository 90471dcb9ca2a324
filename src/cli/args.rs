//! Every word of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::iov::IoV;

use super::db::args::DbArguments;
use super::prompt::args::PromptArguments;

const GREETING: &str = "\
Start here:
  b2caf new demo                                   begin with a script that runs, and a sample
  b2caf run calibration.rhai --input data.json     run a calibration
  b2caf inspect events.root                        see what a ROOT file holds
  b2caf eval snippet.rhai                          try a script and print its last value
  b2caf status                                     see how far the calibrations of a run are
  b2caf export calibration_results                 write what a run collected as ROOT files
  b2caf db upload staging calibration_results/outputdb
                                                   put the payloads of a run into a global tag

Exit codes: 0 done, 1 a calibration failed, 2 wrong usage, 3 script or settings rejected,
4 input unusable, 5 not enough data, 70 a bug in b2caf.";

/// Calibrates the Belle II detector: a script and ROOT files in, payloads with intervals of validity out.
#[derive(Debug, Parser)]
#[command(name = "b2caf", version, after_help = GREETING)]
pub(super) struct Arguments {
    /// When to use colours
    #[arg(long, global = true, value_enum, default_value_t = Colour::Auto, value_name = "WHEN")]
    pub(super) color: Colour,
    /// Show results and errors only
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
    /// Tell more about what is done (twice: everything)
    #[arg(long, short, global = true, action = clap::ArgAction::Count)]
    pub(super) verbose: u8,
    #[command(subcommand)]
    pub(super) command: Option<Command>,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    /// On a terminal, unless NO_COLOR is set; anywhere with CLICOLOR_FORCE
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Begin a calibration: a script that runs, with a small sample
    New(NewArguments),
    /// Run a calibration script over input files
    Run(RunArguments),
    /// Run a calibration again whenever something it reads is saved
    Watch(WatchArguments),
    /// List trees, branches and histograms of a ROOT file
    Inspect(InspectArguments),
    /// Write what a run collected as ROOT files with upstream's layout
    Export(ExportArguments),
    /// Make the report of a run again from its results
    Report(ReportArguments),
    /// Run any script with the whole API and print its last value as JSON
    Eval(EvalArguments),
    /// Find out which runs files hold
    Filemap(FilemapArguments),
    /// Look up what scripts may name, or print definitions for editors
    Api(ApiArguments),
    /// Explain the code of an error: what happened, why, and what to do
    Explain(ExplainArguments),
    /// Show how far the calibrations of a run are, also while it runs
    Status(StatusArguments),
    /// Official scripts: list them, order them, check them, run them
    Prompt(PromptArguments),
    /// Global tags: collect payloads, check them, find them, hand them on
    Db(DbArguments),
    /// Print what lets a shell complete commands and options
    Completions(CompletionsArguments),
    /// Print a page of the manual, or write all of them
    Man(ManArguments),
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  b2caf new channel_time

The folder has the script, three small ROOT files with data.json that names them, and truth.json with the
constants they were made with. The next commands are printed.")]
pub(super) struct NewArguments {
    /// Name of the folder and of the calibration: a letter, then letters, digits and `_`
    pub(super) name: String,
}

/// What is calibrated, and from what.
#[derive(Debug, Args)]
pub(super) struct JobArguments {
    /// The calibration script (.rhai)
    pub(super) script: PathBuf,
    /// JSON file that names the input files and their runs
    #[arg(long, short, value_name = "DATA.json")]
    pub(super) input: PathBuf,
    /// JSON file with `expert_config` and `requested_iov`
    #[arg(long, value_name = "CAF.json")]
    pub(super) config: Option<PathBuf>,
    /// Interval to calibrate: expLow,runLow,expHigh,runHigh with -1 for an open end [default: that of the input]
    #[arg(long, value_name = "IOV", allow_hyphen_values = true)]
    pub(super) requested_iov: Option<IoV>,
    /// Folder with a database.txt: constants in force before this run, for look-ups and `previous`. May be
    /// repeated; the first folder that has a payload for a run wins
    #[arg(long, value_name = "DIR")]
    pub(super) constants: Vec<PathBuf>,
    /// Global tag with constants in force, asked after the folders of --constants. May be repeated; the first
    /// tag that has a payload for a run wins
    #[arg(long, value_name = "TAG")]
    pub(super) global_tag: Vec<String>,
    /// Store of global tags
    #[arg(long, value_name = "DIR", default_value = "conditions")]
    pub(super) store: PathBuf,
    /// Threads to use [default: all cores]; the result does not depend on it
    #[arg(long, short = 'j', value_name = "N", value_parser = threads)]
    pub(super) threads: Option<std::num::NonZeroUsize>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  b2caf run caf_time.rhai --input data.json --requested-iov 7,1,7,99

data.json names the input: {\"cosmics\": [[\"folder or file.root\", [experiment, run]], …]}.
Payloads come out in calibration_results/outputdb.")]
pub(super) struct RunArguments {
    #[command(flatten)]
    pub(super) job: JobArguments,
    /// Folder for everything that comes out
    #[arg(long, short, value_name = "DIR", default_value = "calibration_results")]
    pub(super) output: PathBuf,
    /// Replace the results of an earlier run in the output folder
    #[arg(long)]
    pub(super) overwrite: bool,
    /// Check everything and show what would be run
    #[arg(long)]
    pub(super) dry_run: bool,
    /// Print events and result as JSON lines on stdout
    #[arg(long)]
    pub(super) json: bool,
}

/// A number of threads.
fn threads(text: &str) -> Result<std::num::NonZeroUsize, String> {
    text.parse()
        .map_err(|_| "give a whole number from 1 on, or leave it out for all cores".to_owned())
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  b2caf watch caf_time.rhai --input data.json --serve

A script, a module, the configuration or an input file that is saved begins a new round. What did not change
is reused, and the results are those that `b2caf run` would leave. Those of a round that does not end well
are kept in .watch_results.failed; the last good ones stay.")]
pub(super) struct WatchArguments {
    #[command(flatten)]
    pub(super) job: JobArguments,
    /// Folder for the last good results, which are replaced each time
    #[arg(long, short, value_name = "DIR", default_value = "watch_results")]
    pub(super) output: PathBuf,
    /// Read the first N files of each run only
    #[arg(long, value_name = "N")]
    pub(super) sample: Option<std::num::NonZeroUsize>,
    /// Show the report on this machine, on a free port or on this one, and renew it by itself
    #[arg(long, value_name = "PORT", num_args = 0..=1, default_missing_value = "0")]
    pub(super) serve: Option<u16>,
    /// Print a line of JSON on stdout for each round
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "Example:\n  b2caf inspect events.root --sums")]
pub(super) struct InspectArguments {
    /// The ROOT file
    pub(super) file: PathBuf,
    /// Read everything and show the number of values and their sum for each branch
    #[arg(long)]
    pub(super) sums: bool,
    /// Print JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  b2caf export calibration_results --calibration channel_time

Beside each objects.json of the results there is then a CollectorOutput.root, whose path is printed:
  <collector>/RunRange                                   tree with exp and run; its title is the granularity
  <collector>/<object>/<object>_<exp>.<run>/<object>_1   of each run, or _-1.-1 of all runs together

Histograms, profiles and tables are those of ROOT; an efficiency is the two histograms <object>_passed and
<object>_total, a sum is a tree. Channels are the first axis: TH2D of channel and bins, TProfile2D of profiles.")]
pub(super) struct ExportArguments {
    /// Output folder of the run
    #[arg(value_name = "RESULTS_DIR", default_value = "calibration_results")]
    pub(super) results: PathBuf,
    /// Only what was collected for this calibration
    #[arg(long, value_name = "NAME")]
    pub(super) calibration: Option<String>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  b2caf report calibration_results --output channel_time.html

Each run writes report.html into its results; the path of the page is printed.")]
pub(super) struct ReportArguments {
    /// Output folder of the run
    #[arg(value_name = "RESULTS_DIR", default_value = "calibration_results")]
    pub(super) results: PathBuf,
    /// Where the page goes [default: report.html in the results]
    #[arg(long, short, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  echo 'IoV(7, 1, 7, 99).open_ended().to_string()' > try.rhai
  b2caf eval try.rhai")]
pub(super) struct EvalArguments {
    /// The script (.rhai)
    pub(super) script: PathBuf,
    /// A variable of the script: a JSON value, or a text, or @FILE for the JSON in a file
    #[arg(long = "arg", short, value_name = "NAME=VALUE")]
    pub(super) arguments: Vec<String>,
}

/// Forms of the reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum ApiForm {
    /// For reading in a terminal
    Text,
    /// A page
    Markdown,
    /// A definition file for editors that know Rhai
    Definitions,
    /// For programs
    Json,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  b2caf api fit_each
  b2caf api Histogram
  b2caf api --form definitions > b2caf.d.rhai")]
pub(super) struct ApiArguments {
    /// A name, a kind of value, a module, or a part of one [default: everything]
    pub(super) word: Option<String>,
    /// What to print
    #[arg(long, value_enum, default_value_t = ApiForm::Text, value_name = "FORM")]
    pub(super) form: ApiForm,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  b2caf explain plan::no-files
  b2caf explain plan")]
pub(super) struct ExplainArguments {
    /// The code between the brackets of an error, or the part before its `::` [default: lists all]
    pub(super) code: Option<String>,
}

/// Where the runs of a file are looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Method {
    /// From the path of a file of raw data
    Raw,
    /// From what the file says about itself
    Metadata,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  b2caf filemap '/data/skim/*/*.root' --print-map

The map is JSON: {\"file\": [expLow, runLow, expHigh, runHigh], …}. With a name that ends in .pkl it is a
Python pickle of the same.")]
pub(super) struct FilemapArguments {
    /// Files: a path with wildcards, or a folder for all *.root below it
    #[arg(value_name = "PATTERN")]
    pub(super) pattern: String,
    /// Where the runs come from
    #[arg(long, short, value_enum, default_value_t = Method::Metadata, value_name = "METHOD")]
    pub(super) method: Method,
    /// File for the map
    #[arg(
        long,
        short = 'f',
        value_name = "FILE",
        default_value = "file_iov_map.json"
    )]
    pub(super) output_file: PathBuf,
    /// Leave out paths in which this regular expression is found
    #[arg(long, value_name = "REGEX")]
    pub(super) filter_regex: Option<String>,
    /// Print the map, too
    #[arg(long, short)]
    pub(super) print_map: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  b2caf status --watch
  b2caf status reset channel_time --to init

Iterations are counted from 0, as their folders are. Without --watch the exit code is 0 whatever the
states are; with it, it is that of the run.")]
pub(super) struct StatusArguments {
    /// Output folder of the run
    #[arg(
        long,
        short,
        global = true,
        value_name = "DIR",
        default_value = "calibration_results"
    )]
    pub(super) path: PathBuf,
    /// Print JSON, with the times
    #[arg(long)]
    pub(super) json: bool,
    /// Go on until all calibrations have ended
    #[arg(long, short)]
    pub(super) watch: bool,
    #[command(subcommand)]
    pub(super) action: Option<StatusAction>,
}

#[derive(Debug, Subcommand)]
pub(super) enum StatusAction {
    /// Make the next run do a part of a calibration again
    Reset(ResetArguments),
}

#[derive(Debug, Args)]
pub(super) struct ResetArguments {
    /// The calibration
    pub(super) name: String,
    /// State from which the next run goes on
    #[arg(long, value_enum, value_name = "CHECKPOINT")]
    pub(super) to: Checkpoint,
    /// Iteration from which it goes on, from 0 [default: 0 for init, else the one it is in]
    #[arg(long, value_name = "N")]
    pub(super) iteration: Option<u32>,
    /// Do not ask
    #[arg(long, short)]
    pub(super) yes: bool,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  b2caf completions bash > ~/.local/share/bash-completion/completions/b2caf
  b2caf completions zsh > ~/.zfunc/_b2caf
  b2caf completions fish > ~/.config/fish/completions/b2caf.fish")]
pub(super) struct CompletionsArguments {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  b2caf man run | man -l -
  b2caf man --into ~/.local/share/man/man1")]
pub(super) struct ManArguments {
    /// The command the page is about, such as `db tag create` [default: b2caf itself]
    pub(super) command: Vec<String>,
    /// Folder for the pages of all commands
    #[arg(long, value_name = "DIR", conflicts_with = "command")]
    pub(super) into: Option<PathBuf>,
}

/// The states from which a run can go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub(super) enum Checkpoint {
    /// Everything of the iteration is done again
    Init,
    /// The data stay, the algorithms run again
    CollectorCompleted,
    /// Nothing is done again
    Completed,
}
