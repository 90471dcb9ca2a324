//! `b2caf prompt run`: an official script with the configuration and input data of the automatic system.

use std::fs;
use std::path::{Path, PathBuf};

use super::super::config::Config;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::run::{Job, execute};
use super::super::terminal::Terminal;
use super::args::{Backend, Common, RunArguments};
use super::refused;
use crate::caf::Outcome;
use crate::script::directory::{Directory, Kind};

/// The folder that a run works in.
const WORKING: &str = "calibration_results";
/// The folder for what the automatic system takes.
const RESULTS: &str = "caf_outputdb_results";

pub(super) fn run(
    arguments: &RunArguments,
    scripts: Option<&Path>,
    terminal: Terminal,
) -> Result<Exit, Failure> {
    let (common, threads) = match &arguments.backend {
        Backend::Local(local) => (&local.common, local.max_processes),
        Backend::Lsf(queued) | Backend::Pbs(queued) => (&queued.common, None),
        Backend::HTCondor(condor) => (&condor.common, None),
    };
    if let Some(name) = unavailable(&arguments.backend).filter(|_| !common.dry_run) {
        let message = format!("jobs cannot be handed to {name} yet");
        return Err(
            Failure::new(Exit::Usage, "prompt::no-backend", message).hint(
                "run it on one machine with `Local`; it uses all cores, and the result is the same",
            ),
        );
    }
    let mut config = Config::read(&common.caf_config, terminal)?;
    if !common.permissive && config.testing_payloads.take().is_some() {
        return Err(Failure::new(
            Exit::Usage,
            "config::value",
            "`testing_payloads` is given without --permissive",
        )
        .hint("add --permissive if these payloads are meant to come before those of the tags"));
    }
    let results = Path::new(RESULTS);
    if results.exists() && !common.overwrite_output_db && !common.dry_run {
        let message = format!("{RESULTS} is there already, with the results of another run");
        return Err(Failure::new(Exit::Usage, "output::exists", message)
            .hint("move it away, or replace it with --overwrite-output-db"));
    }
    let job = Job {
        script: script(&config, common, scripts)?,
        input: common.input_data.clone(),
        store: common.store.clone(),
        output: WORKING.into(),
        overwrite: common.overwrite_working_dir,
        threads: threads.map(Into::into),
        dry_run: common.dry_run,
        json: common.json,
        config,
        ..Job::default()
    };
    let (exit, outcome) = execute(&job, terminal)?;
    if let Some(outcome) = outcome.filter(|_| exit == Exit::Done) {
        collect(&outcome, Path::new(WORKING), results)?;
    }
    Ok(exit)
}

/// The name of a backend that does not work yet.
fn unavailable(backend: &Backend) -> Option<&'static str> {
    match backend {
        Backend::Local(_) => None,
        Backend::Lsf(_) => Some("LSF"),
        Backend::Pbs(_) => Some("PBS"),
        Backend::HTCondor(_) => Some("HTCondor"),
    }
}

/// The script of the configuration: an official one by its name; with --permissive a path counts as it stands.
fn script(config: &Config, common: &Common, scripts: Option<&Path>) -> Result<PathBuf, Failure> {
    let Some(name) = &config.caf_script else {
        let file = common.caf_config.display();
        let message = format!("configuration {file}: `caf_script` is missing");
        return Err(
            Failure::new(Exit::Usage, "config::missing-key", message).hint(
                "write {\"caf_script\": \"caf_example\", …}; `b2caf prompt show` lists the names",
            ),
        );
    };
    let path = Path::new(name);
    let has_folder = path
        .parent()
        .is_some_and(|parent| !parent.as_os_str().is_empty());
    if common.permissive && has_folder {
        return Ok(path.to_path_buf());
    }
    let directory = Directory::find(scripts).map_err(refused)?;
    directory.script(Kind::Calibration, name).map_err(refused)
}

/// Copies the payloads of each calibration that saves them, into a folder of its own.
fn collect(outcome: &Outcome, working: &Path, results: &Path) -> Result<(), Failure> {
    let failed = |action: &str, path: &Path, error: &std::io::Error| {
        let message = format!("cannot {action} {}: {error}", path.display());
        Failure::new(Exit::Usage, "output::write", message)
    };
    // Everything is there before the name is: nobody takes half of it.
    let draft = PathBuf::from(format!("{}.new", results.display()));
    let remove = |old: &Path| match old.exists() {
        true => fs::remove_dir_all(old).map_err(|error| failed("remove", old, &error)),
        false => Ok(()),
    };
    remove(&draft)?;
    fs::create_dir_all(&draft).map_err(|error| failed("make", &draft, &error))?;
    for calibration in outcome.calibrations.iter().filter(|one| one.save_payloads) {
        let from = working.join(&calibration.name).join("outputdb");
        let to = draft.join(&calibration.name);
        copy(&from, &to).map_err(|error| failed("copy the payloads to", &to, &error))?;
    }
    remove(results)?;
    fs::rename(&draft, results).map_err(|error| failed("make", results, &error))
}

/// Copies the files of a folder that has no folders in it.
fn copy(from: &Path, to: &Path) -> std::io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}
