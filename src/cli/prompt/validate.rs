//! `b2caf prompt validate`: a validation script looks at the results of a run.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::super::exit::Exit;
use super::super::failure::{Failure, draw};
use super::super::terminal::{Terminal, to_stderr, to_stdout};
use super::args::ValidateArguments;
use super::refused;
use crate::caf;
use crate::calibrate::Objects;
use crate::conditions::{Payload, readable};
use crate::iov::IoV;
use crate::report::{Accent, Page, Style};
use crate::script::directory::{Directory, Kind};
use crate::script::{Finding, Findings, Options, Record, Results, Validation};
use crate::settings::nearest;

/// The folder for what comes out.
const RESULTS: &str = "validation_results";

pub(super) fn validate(
    arguments: &ValidateArguments,
    scripts: Option<&Path>,
    terminal: Terminal,
) -> Result<Exit, Failure> {
    let wish = Wish::of(arguments)?;
    let directory = Directory::find(scripts).map_err(refused)?;
    let path = match (arguments.permissive, Path::new(&wish.script)) {
        (true, path) if path.parent().is_some_and(|p| !p.as_os_str().is_empty()) => {
            path.to_path_buf()
        }
        _ => directory
            .script(Kind::Validation, &wish.script)
            .map_err(refused)?,
    };
    let rejected = |problems: Vec<_>| Failure::drawn(Exit::Script, draw(&problems, terminal));
    let validation = Validation::load(&path, &Options::default()).map_err(rejected)?;
    let results = caf::Results::open(&wish.job).map_err(|message| {
        Failure::new(Exit::Input, "run::no-results", message)
            .hint("give the output folder of `b2caf run`")
    })?;
    let folder = prepare(arguments)?;
    let results: Arc<dyn Results> = Arc::new(Past(results));
    let found = validation.run(results, wish.iov, &wish.expert_config);
    let said = validation.take_messages();
    if !said.is_empty() && !terminal.quiet {
        to_stderr(&draw(&said, terminal));
    }
    let found = found.map_err(rejected)?;
    write(&folder, &validation, &found)?;
    tell(&found, &folder, arguments.json, terminal);
    Ok(match found.failed().count() {
        0 => Exit::Done,
        _ => Exit::CalibrationFailed,
    })
}

/// What is asked for, on the command line or in a configuration.
struct Wish {
    script: String,
    job: PathBuf,
    iov: IoV,
    expert_config: Map<String, Value>,
}

const KEYS: [&str; 7] = [
    "validation_script",
    "job_path",
    "input_data_path",
    "download_files",
    "requested_iov",
    "backend_args",
    "expert_config",
];

impl Wish {
    fn of(arguments: &ValidateArguments) -> Result<Self, Failure> {
        let config = match &arguments.config {
            Some(path) => read(path)?,
            None => Map::new(),
        };
        let usage = |code, message: String| Failure::new(Exit::Usage, code, message);
        if let Some(other) = config.keys().find(|key| !KEYS.contains(&key.as_str())) {
            let near = nearest(other, KEYS).map(|near| format!("did you mean `{near}`?"));
            let hint = near.unwrap_or_else(|| format!("known are {}", KEYS.join(", ")));
            let message = format!("the configuration has a key `{other}` that nobody reads");
            return Err(usage("config::unknown-key", message).hint(hint));
        }
        let text = |key: &str| config.get(key).and_then(Value::as_str).map(str::to_owned);
        let script = arguments
            .script
            .clone()
            .or_else(|| text("validation_script"));
        let script = script.ok_or_else(|| {
            usage(
                "config::missing-key",
                "no validation script is named".into(),
            )
            .hint("write `b2caf prompt validate SCRIPT --job calibration_results`")
        })?;
        let job = arguments
            .job
            .clone()
            .or_else(|| text("job_path").map(PathBuf::from));
        let iov = match config.get("requested_iov") {
            Some(value) => serde_json::from_value(value.clone())
                .map_err(|error| usage("config::value", format!("`requested_iov`: {error}")))?,
            None => arguments.requested_iov.unwrap_or(IoV::EVERYTHING),
        };
        let expert_config = match config.get("expert_config") {
            None => Map::new(),
            Some(Value::Object(map)) => map.clone(),
            Some(_) => {
                return Err(usage(
                    "config::value",
                    "`expert_config` is no object".into(),
                ));
            }
        };
        Ok(Self {
            script,
            job: job.unwrap_or_else(|| PathBuf::from("calibration_results")),
            iov,
            expert_config,
        })
    }
}

fn read(path: &Path) -> Result<Map<String, Value>, Failure> {
    let usage = |message: String| {
        Failure::new(
            Exit::Usage,
            "config::unreadable",
            format!("configuration {}: {message}", path.display()),
        )
    };
    let text =
        fs::read_to_string(path).map_err(|error| usage(format!("cannot be read: {error}")))?;
    match serde_json::from_str(&text) {
        Ok(Value::Object(map)) => Ok(map),
        Ok(_) => Err(usage("is no JSON object".into())),
        Err(error) => Err(usage(format!("is not JSON: {error}"))),
    }
}

/// An empty folder for what comes out.
fn prepare(arguments: &ValidateArguments) -> Result<PathBuf, Failure> {
    let folder = arguments
        .output
        .clone()
        .unwrap_or_else(|| PathBuf::from(RESULTS));
    let failed = |error: std::io::Error| {
        Failure::new(
            Exit::Usage,
            "output::write",
            format!("cannot write to {}: {error}", folder.display()),
        )
    };
    if folder.exists() {
        if !arguments.overwrite_working_dir {
            let message = format!(
                "{} is there already, with the results of another validation",
                folder.display()
            );
            return Err(Failure::new(Exit::Usage, "output::exists", message)
                .hint("move it away, or replace it with --overwrite-working-dir"));
        }
        fs::remove_dir_all(&folder).map_err(failed)?;
    }
    fs::create_dir_all(&folder).map_err(failed)?;
    Ok(folder)
}

fn write(folder: &Path, validation: &Validation, found: &Findings) -> Result<(), Failure> {
    let settings = validation.settings();
    let mut page = Page::new(&settings.name, &settings.description);
    for item in &found.items {
        match item {
            Finding::Page(plot) => page.plot(plot),
            Finding::Check(sentence, holds) => page.check(sentence, *holds),
            Finding::Note(text) => page.note(text),
        }
    }
    let mut files = vec![
        ("validation.html", page.html()),
        (
            "validation.json",
            readable(&document(found)).unwrap_or_default(),
        ),
    ];
    files.extend(
        found
            .files
            .iter()
            .map(|(name, text)| (name.as_str(), text.clone())),
    );
    for (name, text) in files {
        let path = folder.join(name);
        fs::write(&path, text).map_err(|error| {
            Failure::new(
                Exit::Usage,
                "output::write",
                format!("cannot write {}: {error}", path.display()),
            )
        })?;
    }
    Ok(())
}

fn document(found: &Findings) -> Value {
    let checks = found.items.iter().filter_map(|item| match item {
        Finding::Check(sentence, holds) => Some(json!({"check": sentence, "holds": holds})),
        _ => None,
    });
    json!({
        "passed": found.failed().count() == 0,
        "checks": checks.collect::<Vec<_>>(),
        "items": found.items,
    })
}

fn tell(found: &Findings, folder: &Path, json: bool, terminal: Terminal) {
    if json {
        to_stdout(&format!("{}\n", document(found)));
        return;
    }
    for item in &found.items {
        match item {
            Finding::Check(sentence, true) => {
                to_stdout(&format!(
                    "{}  {sentence}\n",
                    terminal.paint(Accent::Done, "holds")
                ));
            }
            Finding::Check(sentence, false) => {
                to_stdout(&format!(
                    "{}  {sentence}\n",
                    terminal.paint(Accent::Failed, "fails")
                ));
            }
            Finding::Note(text) => to_stdout(&format!("note   {text}\n")),
            Finding::Page(_) => {}
        }
    }
    let failed = found.failed().count();
    to_stdout(&format!(
        "{} checks, {failed} of them fail; see {}\n",
        found.checks(),
        folder.join("validation.html").display()
    ));
}

/// The results of a run as validations see them.
struct Past(caf::Results);

impl Results for Past {
    fn calibrations(&self) -> Vec<String> {
        let all = self.0.outcome().calibrations.iter();
        all.map(|one| one.name.clone()).collect()
    }

    fn state(&self, calibration: &str) -> Option<String> {
        let mut all = self.0.outcome().calibrations.iter();
        let found = all.find(|one| one.name == calibration)?;
        serde_json::to_value(found.state)
            .ok()?
            .as_str()
            .map(str::to_owned)
    }

    fn payloads(&self, name: &str) -> Result<Vec<(IoV, Payload)>, String> {
        self.0.payloads(name)
    }

    fn results(&self, calibration: &str, algorithm: &str) -> Result<Option<Vec<Record>>, String> {
        let found = self.0.executions(calibration, algorithm)?;
        let committed = |one: &caf::PastExecution| one.execution.committed;
        let record = |one: caf::PastExecution| {
            Some(Record {
                iov: one.execution.iov?,
                code: one.execution.result as i64,
                message: one.execution.message,
                fits: one.fits.unwrap_or_default(),
            })
        };
        Ok(found.map(|all| {
            Arc::unwrap_or_clone(all)
                .into_iter()
                .filter(committed)
                .filter_map(record)
                .collect()
        }))
    }

    fn algorithms(&self, calibration: &str) -> Vec<String> {
        let all = self.0.outcome().calibrations.iter();
        let found = all.filter(|one| one.name == calibration);
        found
            .flat_map(|one| one.algorithms.iter().map(|a| a.name.clone()))
            .collect()
    }

    fn objects(&self, calibration: &str) -> Result<Arc<dyn Objects>, String> {
        Ok(Arc::new(self.0.objects(calibration)?))
    }
}
