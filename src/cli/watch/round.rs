//! One round: a plan made anew, what changed done again, results beside the last ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use serde::Serialize;

use crate::backend::both;
use crate::caf::{self, Behind, Event, Memory, Observer, Outcome, Writing};
use crate::plan::{self, Plan};
use crate::script::draw;

use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::meter::Meter;
use super::super::progress::Talk;
use super::super::report;
use super::super::run::{Job, Prepared, ended, prepare, problems, refused};
use super::super::terminal::Terminal;
use super::files::{Files, Look, folder_of};
use super::moves::{Moved, moves};

/// Results that others took the place of.
const OLD: &str = "old";
/// Results of a round that did not end well.
const FAILED: &str = "failed";

/// A step of a round, and why it was done.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Stage {
    /// `collect` or `algorithm`.
    pub(super) step: &'static str,
    pub(super) calibration: String,
    /// The collection or the algorithm.
    pub(super) name: String,
    pub(super) reused: bool,
    /// What changed; empty for what was reused.
    pub(super) why: Vec<String>,
    #[serde(skip)]
    pub(super) took: Duration,
}

/// What a round needs.
pub(super) struct Task {
    pub(super) job: Job,
    /// The results that are up.
    pub(super) output: PathBuf,
    /// The last plan that ran, and what came out of it.
    pub(super) last: Option<Arc<Last>>,
    pub(super) memory: Arc<Memory>,
    pub(super) stop: Arc<AtomicBool>,
    pub(super) terminal: Terminal,
    /// Whether the user wants everything done again.
    pub(super) all: bool,
    /// When the change was seen.
    pub(super) began: Instant,
}

/// The last round that ended well.
pub(super) struct Last {
    pub(super) plan: Plan,
    pub(super) outcome: Outcome,
}

/// What came of a round.
pub(super) struct Round {
    pub(super) result: Result<Done, Failure>,
    /// Texts and input files that took part, and what they were; `None` without a plan.
    pub(super) files: Option<(Files, Look)>,
    pub(super) stopped: bool,
    pub(super) took: Duration,
}

/// A round that ran to its end.
pub(super) struct Done {
    pub(super) last: Arc<Last>,
    pub(super) exit: Exit,
    pub(super) stages: Vec<Stage>,
    pub(super) moved: Vec<Moved>,
    /// What the script is to blame for.
    pub(super) problems: String,
    /// Where the page is.
    pub(super) page: PathBuf,
}

impl Task {
    /// Runs a round.
    pub(super) fn run(mut self) -> Round {
        let began = self.began;
        let mut talk = Talk::new(self.terminal, false);
        let mut files = None;
        let mut stopped = false;
        let result =
            prepare(&self.job, self.terminal, &mut talk, &|_, _, _| {}).and_then(|ready| {
                let read = files_of(&ready.plan);
                let look = read.look();
                files = Some((read, look));
                self.execute(ready, &mut stopped)
            });
        Round {
            result,
            files,
            stopped,
            took: began.elapsed(),
        }
    }

    fn execute(&mut self, ready: Prepared, stopped: &mut bool) -> Result<Done, Failure> {
        let Prepared {
            script,
            plan,
            mut options,
            ..
        } = ready;
        let next = beside(&self.output, "next");
        let cannot = |error: std::io::Error| {
            let message = format!("cannot put results into {}: {error}", self.output.display());
            Failure::new(Exit::Usage, "output::write", message)
                .hint("choose another folder with --output")
        };
        options.output.clone_from(&next);
        options.overwrite = true;
        // A watch that was cut off begins again.
        let behind = Arc::new(Behind::default());
        options.writing = Writing::Passing(Arc::clone(&behind));
        options.cache = Some(beside(&self.output, "cache"));
        options.memory = Some(Arc::clone(&self.memory));
        options.stop = Some(Arc::clone(&self.stop));
        let mut stages = Stages {
            plan: &plan,
            last: self.last.as_deref(),
            found: Vec::new(),
            all: self.all,
            terminal: self.terminal,
            meter: None,
        };
        let outcome = caf::run(&plan, &options, &mut stages);
        stages.measure(None);
        let stages = stages.found;
        let outcome = match outcome {
            Ok(outcome) => outcome,
            Err(caf::Error::Stopped) => {
                *stopped = true;
                return Err(refused(caf::Error::Stopped, &script, self.terminal));
            }
            Err(error) => return Err(refused(error, &script, self.terminal)),
        };
        let exit = ended(&outcome);
        let last = self.last.as_deref();
        let what_moved = || match last {
            Some(last) => moves((&last.outcome, &self.output), (&outcome, &next)),
            None => Vec::new(),
        };
        let page = || report::of_last_run(&next, &self.memory);
        let (page, moved) = both(page, what_moved);
        page?;
        behind
            .wait()
            .map_err(|error| refused(error, &script, self.terminal))?;
        // What did not end well is kept aside: the last good results stay up.
        let target = match exit {
            Exit::Done => self.output.clone(),
            _ => beside(&self.output, FAILED),
        };
        replace(&next, &target).map_err(cannot)?;
        let problems = problems(&outcome, &script);
        let problems = draw_all(&problems, self.terminal);
        Ok(Done {
            page: target.join("report.html"),
            last: Arc::new(Last { plan, outcome }),
            exit,
            stages,
            moved,
            problems,
        })
    }
}

fn draw_all(problems: &[crate::script::Diagnostic], terminal: Terminal) -> String {
    let drawn = problems
        .iter()
        .map(|problem| draw(problem, terminal.colour));
    drawn.collect()
}

/// A folder beside the results.
pub(super) fn beside(output: &Path, what: &str) -> PathBuf {
    let name = output.file_name().unwrap_or_default().to_string_lossy();
    output.with_file_name(format!(".{name}.{what}"))
}

/// Puts a folder in the place of another one, which [`tidy`] removes.
fn replace(from: &Path, to: &Path) -> std::io::Result<()> {
    let old = beside(to, OLD);
    if old.exists() {
        fs::remove_dir_all(&old)?;
    }
    if to.exists() {
        fs::rename(to, &old)?;
    }
    fs::rename(from, to).inspect_err(|_| {
        // The last good results stay. The first error is the one worth telling.
        let _ = fs::rename(&old, to);
    })
}

/// Removes results that others have taken the place of.
pub(super) fn tidy(output: &Path) {
    for results in [output.to_path_buf(), beside(output, FAILED)] {
        // What stays is removed, or told of, when room for the next results is made.
        let _ = fs::remove_dir_all(beside(&results, OLD));
    }
}

/// Texts of the script and files of its samples, with all that may join them.
fn files_of(plan: &Plan) -> Files {
    let mut files = Files::default();
    for (text, _) in &plan.sources {
        files.add(text);
    }
    for calibration in &plan.calibrations {
        for sample in calibration.collections.values() {
            for file in sample.input_files.keys() {
                files.add(file);
                files.add_all(&folder_of(file), "root");
            }
        }
    }
    files
}

/// Notes the steps of a round.
struct Stages<'a> {
    plan: &'a Plan,
    last: Option<&'a Last>,
    found: Vec<Stage>,
    all: bool,
    terminal: Terminal,
    /// How far the step under way is.
    meter: Option<Meter>,
}

impl Stages<'_> {
    /// A meter in place of the one before.
    fn measure(&mut self, meter: Option<Meter>) {
        if let Some(old) = std::mem::replace(&mut self.meter, meter) {
            old.end();
        }
    }

    /// Shows how far the step under way is, where that can be drawn.
    fn show(&mut self, event: &Event) {
        let terminal = self.terminal;
        match event {
            Event::ProgramsStarted { files, .. } => {
                let note = String::new();
                let meter = Meter::counting(terminal, "Prepare", "files", *files, note);
                self.measure(Some(meter));
            }
            Event::CollectStarted { files, entries, .. } => {
                let note = format!("{files} files");
                let meter = Meter::counting(terminal, "Collect", "entries", *entries, note);
                self.measure(Some(meter));
            }
            Event::AlgorithmStarted { algorithm, .. } => {
                let meter = Meter::waiting(terminal, "Fit", algorithm.clone());
                self.measure(Some(meter));
            }
            Event::FileMade { .. } => self.more(1),
            Event::EntriesDone { entries } => self.more(*entries),
            Event::Collected { .. } | Event::AlgorithmDone { .. } => self.measure(None),
            _ => {}
        }
    }

    fn more(&mut self, count: u64) {
        if let Some(meter) = &mut self.meter {
            // Without a terminal a round says itself when it has ended.
            let _ = meter.more(count);
        }
    }

    fn calibrations(&self, name: &str) -> Option<(&plan::Calibration, &plan::Calibration)> {
        let of = |plan: &'_ Plan| plan.calibrations.iter().position(|c| c.name == name);
        let last = &self.last?.plan;
        Some((
            &last.calibrations[of(last)?],
            &self.plan.calibrations[of(self.plan)?],
        ))
    }

    fn why_collected(&self, calibration: &str, collection: &str) -> Vec<String> {
        if self.all {
            return vec!["asked for".into()];
        }
        let Some((before, after)) = self.calibrations(calibration) else {
            return vec!["nothing is known of it yet".into()];
        };
        let changes = plan::collection_changes(before, after, collection);
        match changes.is_empty() {
            true => vec!["input files or constants".into()],
            false => changes.into_iter().map(str::to_owned).collect(),
        }
    }

    fn why_executed(&self, calibration: &str, algorithm: &str) -> Vec<String> {
        if self.all {
            return vec!["asked for".into()];
        }
        let Some((before, after)) = self.calibrations(calibration) else {
            return vec!["nothing is known of it yet".into()];
        };
        let find =
            |one: &'_ plan::Calibration| one.algorithms.iter().position(|a| a.name == algorithm);
        let (Some(old), Some(new)) = (find(before), find(after)) else {
            return vec!["it is new".into()];
        };
        let changes = plan::algorithm_changes(&before.algorithms[old], &after.algorithms[new]);
        match changes.is_empty() {
            true => vec!["data or constants".into()],
            false => changes.into_iter().map(str::to_owned).collect(),
        }
    }
}

impl Observer for Stages<'_> {
    fn event(&mut self, event: &Event) {
        self.show(event);
        let stage = match event {
            Event::Collected {
                calibration,
                collection,
                reused,
                took,
            } => Stage {
                step: "collect",
                calibration: calibration.clone(),
                name: match collection.name.as_str() {
                    "default" => collection.collector.clone(),
                    name => name.to_owned(),
                },
                reused: *reused,
                why: match reused {
                    true => Vec::new(),
                    false => self.why_collected(calibration, &collection.name),
                },
                took: *took,
            },
            Event::AlgorithmDone {
                calibration,
                algorithm,
                reused,
                took,
            } => Stage {
                step: "algorithm",
                calibration: calibration.clone(),
                name: algorithm.name.clone(),
                reused: *reused,
                why: match reused {
                    true => Vec::new(),
                    false => self.why_executed(calibration, &algorithm.name),
                },
                took: *took,
            },
            _ => return,
        };
        self.found.push(stage);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_are_replaced_as_a_whole_or_stay() {
        let folder = tempfile::tempdir().unwrap();
        let (next, up) = (folder.path().join("next"), folder.path().join("up"));
        let put = |folder: &Path, text: &str| {
            fs::create_dir(folder).unwrap();
            fs::write(folder.join("page"), text).unwrap();
        };
        let page = || fs::read_to_string(up.join("page")).unwrap();
        put(&next, "first");
        replace(&next, &up).unwrap();
        put(&next, "second");
        replace(&next, &up).unwrap();
        assert_eq!(page(), "second");
        assert!(beside(&up, OLD).exists());
        tidy(&up);
        assert!(!beside(&up, OLD).exists());
        // Nothing to put there.
        replace(&next, &up).unwrap_err();
        tidy(&up);
        assert_eq!(page(), "second");
    }
}
