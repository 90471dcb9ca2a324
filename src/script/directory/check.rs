//! Everything that can be said about all scripts before any data are there.

use std::collections::BTreeSet;

use serde_json::Map;

use super::catalogue::Settings;
use super::sample::{EXPERIMENT, RUNS, Sample};
use super::{Catalogue, Directory, DirectoryError, Entry, Kind, Order, OrderError};
use crate::calibrate;
use crate::conditions::Library;
use crate::dataset::InputData;
use crate::iov::{ExpRun, IoV};
use crate::plan::{self, Plan};
use crate::script::{Diagnostic, Options, Script, Validation};
use crate::settings::nearest;

/// What was found about one script.
#[derive(Clone, Debug)]
pub struct Verdict {
    /// Name of the script.
    pub script: String,
    /// Name in its settings, if they could be read.
    pub name: Option<String>,
    /// Payloads it says it makes.
    pub produces: Vec<String>,
    /// Names of the scripts it depends on.
    pub after: Vec<String>,
    /// Everything that is wrong with it.
    pub problems: Vec<Diagnostic>,
}

/// Checks scripts of one kind: all of them, or those that are named.
///
/// Of each script: text and settings; with all others: names, dependencies, formats, payloads that are looked
/// up. `get_calibrations` is called with sample input (files with events, but without columns), and what it
/// returns is checked as before a run.
///
/// # Errors
/// When the directory cannot be read, a name is none of a script, or no sample can be written.
pub fn check(
    directory: &Directory,
    kind: Kind,
    names: &[String],
) -> Result<Vec<Verdict>, DirectoryError> {
    let wanted = names
        .iter()
        .map(|name| directory.script(kind, name))
        .collect::<Result<BTreeSet<_>, _>>()?;
    let catalogue = Catalogue::read(directory, kind)?;
    let sample = Sample::new().map_err(|source| DirectoryError::File {
        action: "write sample input into",
        path: std::env::temp_dir(),
        source,
    })?;
    let among = Among::new(&catalogue);
    let mut verdicts = Vec::new();
    for entry in &catalogue.entries {
        verdicts.push(one(entry, &among, &sample));
    }
    for (script, problems) in &catalogue.problems {
        verdicts.push(Verdict {
            script: script.clone(),
            name: None,
            produces: Vec::new(),
            after: Vec::new(),
            problems: problems.clone(),
        });
    }
    verdicts.sort_by(|a, b| a.script.cmp(&b.script));
    if !wanted.is_empty() {
        let stems: Vec<_> = wanted.iter().filter_map(|path| path.file_stem()).collect();
        verdicts.retain(|verdict| stems.iter().any(|stem| *stem == verdict.script.as_str()));
    }
    Ok(verdicts)
}

/// What scripts must know of each other.
struct Among {
    /// Problems between scripts, with the script each belongs to.
    between: Vec<(String, OrderError)>,
    /// Payloads that some script makes.
    made: BTreeSet<String>,
}

impl Among {
    fn new(catalogue: &Catalogue) -> Self {
        let calibrations = catalogue
            .entries
            .iter()
            .filter_map(|entry| match &entry.settings {
                Settings::Calibration(settings) => Some(settings),
                Settings::Validation(_) => None,
            });
        let made = calibrations.flat_map(|settings| settings.produced_payloads.clone());
        let mut between = Vec::new();
        for error in Order::of(catalogue).err().unwrap_or_default() {
            let scripts = match &error {
                OrderError::Cycle(scripts) => scripts.iter().skip(1).cloned().collect(),
                OrderError::Twice { scripts, .. } => scripts.clone(),
                OrderError::Unknown { script, .. } | OrderError::Format { script, .. } => {
                    vec![script.clone()]
                }
            };
            between.extend(scripts.into_iter().map(|script| (script, error.clone())));
        }
        Self {
            between,
            made: made.flatten().collect(),
        }
    }
}

fn one(entry: &Entry, among: &Among, sample: &Sample) -> Verdict {
    let mut verdict = Verdict {
        script: entry.script.clone(),
        name: Some(entry.settings.name().to_owned()),
        produces: Vec::new(),
        after: Vec::new(),
        problems: Vec::new(),
    };
    let between: Vec<&OrderError> = among
        .between
        .iter()
        .filter(|(script, _)| *script == entry.script)
        .map(|(_, error)| error)
        .collect();
    let Settings::Calibration(settings) = &entry.settings else {
        let loaded = Validation::load(&entry.path, &Options::default());
        verdict.problems.extend(loaded.err().unwrap_or_default());
        return verdict;
    };
    verdict.produces = settings.produced_payloads.clone().unwrap_or_default();
    verdict.after = settings
        .dependency_names()
        .iter()
        .map(|name| (*name).to_owned())
        .collect();
    let bare =
        |error: &&OrderError| Diagnostic::error(error.code(), error.to_string()).hint(error.hint());
    match Script::load(&entry.path, &Options::default()) {
        Err(problems) => {
            verdict.problems.extend(between.iter().map(bare));
            verdict.problems.extend(problems);
        }
        Ok(script) => {
            let placed = between
                .iter()
                .map(|error| script.at_setting(key_of(error), bare(error)));
            verdict.problems.extend(placed);
            verdict
                .problems
                .extend(planned(entry, &script, among, sample));
        }
    }
    verdict
}

/// The key of the settings that a problem between scripts is about.
fn key_of(error: &OrderError) -> &'static str {
    match error {
        OrderError::Twice { .. } => "name",
        _ => "depends_on",
    }
}

/// What is wrong with the calibrations that a script makes of sample input.
fn planned(entry: &Entry, script: &Script, among: &Among, sample: &Sample) -> Vec<Diagnostic> {
    let unusable = |what: String| vec![Diagnostic::error("prompt::sample-input", what)];
    let document = match sample.input(&entry.script, script.settings()) {
        Ok(document) => document,
        Err(error) => return unusable(format!("no sample input can be written: {error}")),
    };
    let input = match InputData::read(&document, |_, _| Ok(())) {
        Ok(input) => input,
        Err(error) => return unusable(error.to_string()),
    };
    let ends = [*RUNS.start(), *RUNS.end()].map(|run| ExpRun::new(EXPERIMENT, run));
    let requested = IoV::new(ends[0], ends[1]).unwrap_or(IoV::EVERYTHING);
    let plan = match script.plan(&input, requested, &Map::new()) {
        Ok(plan) => plan,
        Err(problems) => return problems,
    };
    let mut problems = match plan::check(&plan) {
        Ok(_) => Vec::new(),
        Err(error) => script.diagnostics_of(&error),
    };
    problems.extend(unlisted(&plan, script));
    problems.extend(unknown_payloads(&plan, script, among));
    problems
}

/// Payloads that are declared and saved, but not listed in the settings.
fn unlisted(plan: &Plan, script: &Script) -> Vec<Diagnostic> {
    let Some(listed) = &plan.settings.produced_payloads else {
        return Vec::new();
    };
    let mut problems = Vec::new();
    for calibration in plan.calibrations.iter().filter(|one| one.save_payloads) {
        for algorithm in &calibration.algorithms {
            let calibrate::Kind::Declared(declared) = &algorithm.kind else {
                continue;
            };
            for rule in declared
                .payloads
                .iter()
                .filter(|rule| !listed.contains(&rule.name))
            {
                let name = &rule.name;
                let message =
                    format!("`produced_payloads` does not list {name}, which is written here");
                let problem = plan::Problem::new("prompt::unlisted-payload", rule.place, message)
                    .hint(format!(
                        "add \"{name}\" to `produced_payloads` of the settings"
                    ));
                problems.push(problem);
            }
        }
    }
    match problems.is_empty() {
        true => Vec::new(),
        false => script.diagnostics_of(&plan::Error::Refused(problems)),
    }
}

/// Payloads that are looked up, that nobody makes, and whose names look misspelt.
fn unknown_payloads(plan: &Plan, script: &Script, among: &Among) -> Vec<Diagnostic> {
    let library = Library::standard();
    let known = |name: &str| library.payload(name).is_some() || among.made.contains(name);
    let mut problems: Vec<plan::Problem> = Vec::new();
    let samples = plan
        .calibrations
        .iter()
        .flat_map(|one| one.collections.values());
    for collector in samples.filter_map(|sample| sample.collector.as_ref()) {
        for (member, place) in collector.lookups() {
            let name = &*member.payload;
            let said = problems.iter().any(|problem| problem.place == place);
            if known(name) || said {
                continue;
            }
            let all = library
                .payload_names()
                .chain(among.made.iter().map(String::as_str));
            // A name like no other may be one of the conditions database.
            let Some(near) = nearest(name, all) else {
                continue;
            };
            let message =
                format!("no script makes a payload `{name}`, and none of that name is known");
            let problem = plan::Problem::new("prompt::unknown-payload", place, message)
                .hint(format!("did you mean `{near}`?"));
            problems.push(problem);
        }
    }
    match problems.is_empty() {
        true => Vec::new(),
        false => script.diagnostics_of(&plan::Error::Refused(problems)),
    }
}
