//! `b2caf run`: a script and input files in, payloads out.

use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::caf::{self, CalibrationOutcome, LeftOut, Outcome, State};
use crate::conditions::Store;
use crate::dataset::{self, InputData};
use crate::iov::IoV;
use crate::plan::{self, Plan};
use crate::report::report_line;
use crate::script::{self, Script};

use super::args::{JobArguments, RunArguments};
use super::card;
use super::config::{Config, check_expert_config};
use super::exit::Exit;
use super::failure::{Failure, draw, more_about};
use super::interrupt;
use super::progress::Talk;
use super::report;
use super::tag_constants::TagConstants;
use super::terminal::{Terminal, to_stderr, to_stdout};

/// What is run, and how.
#[derive(Debug, Default)]
pub(super) struct Job {
    pub(super) script: PathBuf,
    pub(super) input: PathBuf,
    pub(super) config: Config,
    /// Asked for on the command line.
    pub(super) requested_iov: Option<IoV>,
    /// Folders with constants to start from; the first one that has a payload wins.
    pub(super) constants: Vec<PathBuf>,
    /// Global tags, asked after those; the first one that has a payload wins.
    pub(super) global_tags: Vec<String>,
    /// The store of the tags.
    pub(super) store: PathBuf,
    pub(super) output: PathBuf,
    pub(super) overwrite: bool,
    pub(super) threads: Option<usize>,
    pub(super) dry_run: bool,
    pub(super) json: bool,
    /// Files of each run at most, of each sample.
    pub(super) sample: Option<usize>,
}

impl Job {
    /// What the command line says of script and input, with the configuration read.
    pub(super) fn new(arguments: &JobArguments, terminal: Terminal) -> Result<Self, Failure> {
        let config = match &arguments.config {
            Some(path) => Config::read(path, terminal)?,
            None => Config::default(),
        };
        Ok(Self {
            script: arguments.script.clone(),
            input: arguments.input.clone(),
            requested_iov: arguments.requested_iov,
            constants: arguments.constants.clone(),
            global_tags: arguments.global_tag.clone(),
            store: arguments.store.clone(),
            threads: arguments.threads.map(Into::into),
            config,
            ..Self::default()
        })
    }
}

/// Runs the command.
pub(super) fn run(arguments: &RunArguments, terminal: Terminal) -> Result<Exit, Failure> {
    let job = Job {
        output: arguments.output.clone(),
        overwrite: arguments.overwrite,
        dry_run: arguments.dry_run,
        json: arguments.json,
        ..Job::new(&arguments.job, terminal)?
    };
    execute(&job, terminal).map(|(exit, _)| exit)
}

/// A job that is ready to run: everything was checked that can be without reading an event.
pub(super) struct Prepared {
    pub(super) script: Script,
    pub(super) plan: Plan,
    pub(super) options: caf::Options,
    /// Files of constants that were looked up in tags.
    _of_tags: TagConstants,
}

/// Reads script and input and makes the plan, which is told to `planned`.
pub(super) fn prepare(
    job: &Job,
    terminal: Terminal,
    talk: &mut Talk,
    planned: &dyn Fn(&Plan, &InputData, &Talk),
) -> Result<Prepared, Failure> {
    let script = load(job, terminal)?;
    let known = &script.settings().expert_config;
    check_expert_config(&job.config.expert_config, known, terminal)?;
    let input = read_input(job, &script)?;
    let requested = requested_iov(job, &input);
    let files: usize = input.samples().map(|(_, files)| files.len()).sum();
    tracing::info!(files, %requested, "the input is read");
    let (input, left_out) = choose_input(input, requested, talk)?;
    let input = match job.sample {
        Some(most) => input.sampled(most),
        None => input,
    };
    let plan = make_plan(
        &script,
        &input,
        requested,
        &job.config.expert_config,
        terminal,
        talk,
    )?;
    tracing::info!(
        calibrations = plan.calibrations.len(),
        fingerprint = plan::fingerprint(&plan),
        "the plan is made"
    );
    planned(&plan, &input, talk);
    let mut options = caf::Options::new(&job.output);
    let folders = job.constants.iter().chain(&job.config.testing_payloads);
    options.constants = folders.map(Store::new).collect();
    // Of a chain in a configuration the last tag counts most, as upstream has it.
    let chain = job.config.database_chain.iter().rev();
    let tags: Vec<String> = job.global_tags.iter().chain(chain).cloned().collect();
    let of_tags = TagConstants::new(&tags, &job.store, requested)?;
    options.constants.extend_from_slice(&of_tags.stores);
    options.left_out = left_out;
    options.overwrite = job.overwrite;
    options.threads = job.threads;
    Ok(Prepared {
        script,
        plan,
        options,
        _of_tags: of_tags,
    })
}

/// Runs a job; the outcome is there unless it was a dry run.
///
/// Cheap things are checked first, everything before the first event is read.
pub(super) fn execute(job: &Job, terminal: Terminal) -> Result<(Exit, Option<Outcome>), Failure> {
    let mut talk = Talk::new(terminal, job.json);
    let header = |plan: &Plan, input: &InputData, talk: &Talk| {
        let header = card::header(plan, input, &job.output, threads(job), terminal);
        talk.say(header.trim_end_matches('\n'));
    };
    let ready = prepare(job, terminal, &mut talk, &header)?;
    let Prepared { script, plan, .. } = &ready;
    if job.dry_run {
        return dry_run(plan, &ready.options, script, job.json, terminal).map(|exit| (exit, None));
    }
    interrupt::prepare(terminal);
    let outcome = match caf::run(plan, &ready.options, &mut talk) {
        Ok(outcome) => outcome,
        Err(error) => return Err(refused(error, script, terminal)),
    };
    match report::of_run(&job.output) {
        Ok(page) => talk.say(&report_line(&page.to_string_lossy(), &terminal)),
        Err(failure) => talk.warn(&failure.text(terminal)),
    }
    // Strategies of the script may have said something.
    let said = script.take_messages();
    if !said.is_empty() {
        talk.say(draw(&said, terminal).trim_end());
    }
    let places = problems(&outcome, script);
    if !places.is_empty() {
        let text = draw(&places, terminal);
        to_stderr(&text);
        to_stderr(&more_about(&text, terminal));
    }
    if terminal.quiet {
        to_stderr(&not_completed(&outcome, terminal));
    }
    Ok((ended(&outcome), Some(outcome)))
}

/// What went wrong at which place of the script.
pub(super) fn problems(outcome: &Outcome, script: &Script) -> Vec<script::Diagnostic> {
    let calibrations = outcome.calibrations.iter();
    let problems = calibrations.flat_map(|calibration| calibration.problems.clone());
    let problems: Vec<plan::Problem> = problems.collect();
    match problems.is_empty() {
        true => Vec::new(),
        false => script.diagnostics_of(&plan::Error::Refused(problems)),
    }
}

fn load(job: &Job, terminal: Terminal) -> Result<Script, Failure> {
    Script::load(&job.script, &script::Options::default())
        .map_err(|diagnostics| Failure::drawn(Exit::Script, draw(&diagnostics, terminal)))
}

fn threads(job: &Job) -> usize {
    let all = || std::thread::available_parallelism().map_or(1, Into::into);
    job.threads.unwrap_or_else(all)
}

fn read_input(job: &Job, script: &Script) -> Result<InputData, Failure> {
    let unusable = |error: dataset::Error| {
        let failure = Failure::new(Exit::Input, error.code(), error.to_string());
        match error {
            dataset::Error::MissingNames { missing, .. } => {
                let empty = missing.iter().map(|name| format!("\"{name}\": []"));
                let empty: Vec<String> = empty.collect();
                failure.hint(format!(
                    "correct the name there, or add {} if there are none",
                    empty.join(", ")
                ))
            }
            _ => failure,
        }
    };
    let input = InputData::read(&job.input, dataset::check_file).map_err(unusable)?;
    let names = &script.settings().input_data_names;
    input
        .require(names.iter().map(String::as_str))
        .map_err(unusable)?;
    Ok(input)
}

/// What was asked for: the command line first, then the configuration, then the runs of the input.
fn requested_iov(job: &Job, input: &InputData) -> IoV {
    let asked = job.requested_iov.or(job.config.requested_iov);
    asked.unwrap_or_else(|| {
        let iovs = input.samples().flat_map(|(_, files)| files.values());
        iovs.reduce(|all, iov| all.hull(&iov))
            .unwrap_or(IoV::EVERYTHING)
    })
}

/// The files within the requested interval, and those that are not.
fn choose_input(
    input: InputData,
    requested: IoV,
    talk: &mut Talk,
) -> Result<(InputData, Vec<LeftOut>), Failure> {
    let (kept, left_out) = input.within(&requested);
    if kept.samples().all(|(_, files)| files.is_empty()) {
        let message =
            format!("none of the input files lies within the requested interval {requested}");
        return Err(Failure::new(Exit::Input, "input::outside", message)
            .hint("give another --requested-iov, or other files"));
    }
    if let Some(first) = left_out.first() {
        talk.warn(&format!(
            "{} files are left out: they do not lie within the requested interval {requested}, such as {} with {}",
            left_out.len(),
            first.path.display(),
            first.iov,
        ));
    }
    let empty: Vec<&str> = kept.empty_samples().collect();
    if !empty.is_empty() {
        talk.warn(&format!("no files for {}", empty.join(", ")));
    }
    let outside = left_out.into_iter().map(|file| LeftOut {
        path: file.path,
        iov: file.iov,
        why: format!("not within the requested interval {requested}"),
    });
    Ok((kept, outside.collect()))
}

fn make_plan(
    script: &Script,
    input: &InputData,
    requested: IoV,
    expert_config: &Map<String, Value>,
    terminal: Terminal,
    talk: &Talk,
) -> Result<Plan, Failure> {
    let plan = script.plan(input, requested, expert_config);
    let messages = script.take_messages();
    if !messages.is_empty() {
        talk.say(draw(&messages, terminal).trim_end());
    }
    plan.map_err(|diagnostics| Failure::drawn(Exit::Script, draw(&diagnostics, terminal)))
}

fn dry_run(
    plan: &Plan,
    options: &caf::Options,
    script: &Script,
    json: bool,
    terminal: Terminal,
) -> Result<Exit, Failure> {
    let order = plan::check(plan).map_err(|error| refused(error.into(), script, terminal))?;
    caf::check(plan, options).map_err(|error| refused(error, script, terminal))?;
    let names: Vec<&str> = order
        .sequence
        .iter()
        .map(|i| plan.calibrations[*i].name.as_str())
        .collect();
    let text = if json {
        let fingerprint = plan::fingerprint(plan);
        format!(
            "{}\n",
            serde_json::json!({"calibrations": names, "fingerprint": fingerprint})
        )
    } else {
        card::plan_table(plan, &order.sequence)
    };
    to_stdout(&text);
    Ok(Exit::Done)
}

/// A plan that could not be run: whose fault is it?
pub(super) fn refused(error: caf::Error, script: &Script, terminal: Terminal) -> Failure {
    let code = error.code();
    match error {
        caf::Error::Plan(error) => {
            let diagnostics = script.diagnostics_of(&error);
            Failure::drawn(Exit::Script, draw(&diagnostics, terminal))
        }
        caf::Error::Program { problem } => {
            let error = plan::Error::Refused(vec![*problem]);
            let diagnostics = script.diagnostics_of(&error);
            Failure::drawn(Exit::Input, draw(&diagnostics, terminal))
        }
        caf::Error::Input { .. } => Failure::new(Exit::Input, code, error.to_string()),
        caf::Error::NoConstants { .. }
        | caf::Error::NotAFolder { .. }
        | caf::Error::NotOurs { .. }
        | caf::Error::OtherPlan { .. }
        | caf::Error::ChangedInput { .. }
        | caf::Error::OtherConstants
        | caf::Error::InUse { .. }
        | caf::Error::State(_)
        | caf::Error::Output { .. } => Failure::new(Exit::Usage, code, error.to_string()),
        caf::Error::Panicked { .. } => Failure::new(Exit::Bug, code, error.to_string()),
        other => Failure::new(Exit::CalibrationFailed, code, other.to_string()),
    }
}

/// Why calibrations did not complete that have no place in the script: the only word about them
/// where nothing else is said.
fn not_completed(outcome: &Outcome, terminal: Terminal) -> String {
    let without_place = outcome
        .calibrations
        .iter()
        .filter(|calibration| calibration.problems.is_empty());
    let error = |calibration: &CalibrationOutcome| {
        let code = match calibration.state {
            State::Completed => return None,
            State::Failed => "calibrate::failed",
            State::NotEnoughData => "calibrate::not-enough-data",
            State::Blocked => "calibrate::blocked",
        };
        let message = format!("{}: {}", calibration.name, calibration.message);
        let failure = Failure::new(Exit::CalibrationFailed, code, message);
        Some(failure.text(terminal))
    };
    without_place.filter_map(error).collect()
}

pub(super) fn ended(outcome: &Outcome) -> Exit {
    if outcome.completed() {
        Exit::Done
    } else if outcome.only_lacks_data() {
        Exit::NotEnoughData
    } else {
        Exit::CalibrationFailed
    }
}
