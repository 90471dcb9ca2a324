//! From files to objects.

use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use indexmap::IndexMap;
use serde::Serialize as _;

use crate::calibrate::words::counted;
use crate::calibrate::{Channels, Objects};
use crate::collect::{self, ChainConstants, Collected, Collector, Granularity, MissedCount};
use crate::conditions::{Chain, InForce};
use crate::expr::Table;
use crate::hist::Block;
use crate::iov::{ExpRun, IoV};
use crate::plan::{self, Calibration, Order, Plan, Problem};

use super::collecting::{Collecting, FilesRead, Gathered, Keep};
use super::constants::{Expected, LookedUp};
use super::files::read_json;
use super::lines::Lines;
use super::local_database::{identity, local_database};
use super::relay::Relay;
use super::without_data::{Runs, without_data};
use super::{CollectionOutcome, Cut, Error, Observer, Options};

/// Reads the files.
pub(super) struct Reading {
    pub(super) threads: Option<usize>,
    /// Folder for what programs make of input files, and for what they are given.
    pub(super) cache: PathBuf,
    /// Ends the work when it becomes true.
    pub(super) stop: Option<Arc<AtomicBool>>,
}

impl Collecting for Reading {
    fn collect(
        &self,
        calibration: &Calibration,
        collection: &str,
        requested: &IoV,
        constants: &Chain,
        observer: &mut dyn Observer,
    ) -> Result<Gathered, Error> {
        let Some(collector) = collector(calibration, collection) else {
            return Ok(without_data(calibration, collection, requested));
        };
        let sample = &calibration.collections[collection];
        let files: Vec<(PathBuf, IoV)> = sample
            .input_files
            .iter()
            .filter(|(_, iov)| iov.overlaps(requested) && !is_ignored(iov, calibration))
            .map(|(path, iov)| (path.clone(), *iov))
            .collect();
        if files.is_empty() {
            return Ok(nothing(collection, &collector, requested));
        }
        let given = match sample.path.needs_payloads() {
            true => Some(local_database(constants, &self.cache.join("payloads"))?),
            false => None,
        };
        let options = collect::Options {
            threads: self.threads.unwrap_or(0),
            cache: Some(self.cache.join("external")),
            payloads: given.clone(),
        };
        let stop = self.stop.as_deref();
        let names = [calibration.name.as_str(), collection, &collector.name];
        let relay = Relay::new(observer, names, stop);
        let constants = ChainConstants::new(&constants_of(&collector, constants))?;
        let path = &sample.path;
        let collected =
            collect::collect_along(path, &collector, &files, &constants, options, &relay)
                .map_err(|error| told_along(path, error))?;
        let runs: Vec<ExpRun> = collected.runs.iter().map(|count| count.run).collect();
        let looked_up = LookedUp::new(&collector, &runs, &constants);
        let outcome = outcome(collection, &collected);
        let objects = Read {
            given: given.map(|payloads| payloads.identity),
            ..Read::new(&collector, Some(collected), looked_up)
        };
        Ok(Gathered::new(Arc::new(objects), outcome))
    }

    fn load(
        &self,
        calibration: &Calibration,
        collection: &str,
        file: &Path,
        constants: &Chain,
    ) -> Option<Arc<dyn Keep>> {
        let Some(collector) = collector(calibration, collection) else {
            return Some(Arc::new(Runs::new(calibration, read_json(file)?)));
        };
        let collected: Option<Collected> = read_json(file)?;
        let runs = collected.iter().flat_map(|collected| &collected.runs);
        let runs: Vec<ExpRun> = runs.map(|count| count.run).collect();
        let given = match calibration.collections[collection].path.needs_payloads() {
            true => Some(identity(constants).ok()?),
            false => None,
        };
        let constants = ChainConstants::new(&constants_of(&collector, constants)).ok()?;
        let looked_up = LookedUp::new(&collector, &runs, &constants);
        Some(Arc::new(Read {
            given,
            ..Read::new(&collector, collected, looked_up)
        }))
    }
}

/// Whether a file holds nothing but a run that is left out.
fn is_ignored(iov: &IoV, calibration: &Calibration) -> bool {
    iov.low() == iov.high() && calibration.ignored_runs.contains(&iov.low())
}

/// The constants as a collector needs them: none, without a look at the stores, if it asks for none.
fn constants_of(collector: &Collector, constants: &Chain) -> Chain {
    if collector.reads_payloads().is_empty() {
        Chain::default()
    } else {
        constants.clone()
    }
}

/// Whether every collector fits the columns of its first file and finds its constants; no event
/// is read.
pub(super) fn check_columns(plan: &Plan, order: &Order, options: &Options) -> Result<(), Error> {
    let start = Chain::new(options.constants.clone());
    let start = ChainConstants::new(&start)?;
    let mut problems = Vec::new();
    for (position, calibration) in plan.calibrations.iter().enumerate() {
        let before = &order.waits_for[position];
        let constants = Expected {
            before: before.iter().map(|n| &plan.calibrations[*n]).collect(),
            own: calibration,
            all: &plan.calibrations,
            start: &start,
        };
        for (name, collection) in &calibration.collections {
            let Some(collector) = collector(calibration, name) else {
                continue;
            };
            let Some((path, iov)) = collection.input_files.first() else {
                continue;
            };
            let (before, first) = (&collection.path, (path.clone(), *iov));
            let checked = collect::check_along(before, &collector, &first, &constants);
            match checked.map_err(|error| told_along(before, error)) {
                Ok(()) => {}
                // The same collector may serve several calibrations.
                Err(Error::Plan(plan::Error::Refused(more))) => {
                    problems.extend(
                        more.into_iter()
                            .filter(|one| !problems.contains(one))
                            .collect::<Vec<_>>(),
                    );
                }
                Err(error) => return Err(error),
            }
        }
    }
    if problems.is_empty() {
        return Ok(());
    }
    Err(Error::Plan(plan::Error::Refused(problems)))
}

/// The collector of a collection, as the calibration wants it.
fn collector(calibration: &Calibration, collection: &str) -> Option<Collector> {
    let mut collector = calibration.collections.get(collection)?.collector.clone()?;
    if let Some(granularity) = calibration.granularity {
        collector.granularity = granularity;
    }
    Some(collector)
}

/// As [`told`]; what a program did not do has its place where the path asks for it.
fn told_along(path: &collect::Path, error: collect::Error) -> Error {
    let step = match &error {
        collect::Error::Program { source, .. } => source.step(),
        collect::Error::NoProgram(error) => error.step(),
        _ => None,
    };
    let program = step.and_then(|step| path.programs().find(|program| program.name == step));
    let Some(program) = program else {
        return told(error);
    };
    let problem = Problem::new("collect::program", program.place, error.to_string());
    let problem = Box::new(problem);
    Error::Program { problem }
}

/// What went wrong in words for the user: the script's fault has a place in the script.
fn told(error: collect::Error) -> Error {
    let (code, failure, message) = match &error {
        collect::Error::Description { file, failure } => {
            let message = format!("{} (columns of {})", failure.message, file.display());
            ("collect::column", failure, message)
        }
        collect::Error::Constants { failure, .. } => {
            ("collect::constants", failure, failure.message.clone())
        }
        collect::Error::Row {
            file,
            entry,
            run,
            failure,
        } => {
            let at = format!("{}, entry {entry}, run {run}", file.display());
            (
                "collect::row",
                failure,
                format!("{} (at {at})", failure.message),
            )
        }
        collect::Error::Stopped => return Error::Stopped,
        _ => {
            return Error::Input {
                message: error.to_string(),
            };
        }
    };
    let mut problem = Problem::new(code, failure.place, message);
    problem.hint.clone_from(&failure.hint);
    Error::Plan(plan::Error::Refused(vec![problem]))
}

fn outcome(name: &str, collected: &Collected) -> CollectionOutcome {
    CollectionOutcome {
        name: name.into(),
        collector: collected.collector.clone(),
        files: collected.files.len() as u64,
        events: collected.events(),
        rows: collected.rows,
        row_name: collected.row_name.clone(),
        cuts: collected
            .cuts
            .iter()
            .map(|cut| Cut {
                name: cut.name.clone(),
                before: cut.before,
                after: cut.after,
                alone_before: cut.alone_before,
                alone_after: cut.alone_after,
            })
            .collect(),
        warnings: warnings(collected),
    }
}

/// What did not get into an object, and why.
const LOST: [(&str, &str); 4] = [
    ("row", "of a channel outside of its range"),
    ("row", "without a finite number"),
    ("row", "with NaN instead of a number"),
    (
        "equation",
        "with a channel outside of the range, a number that is not finite, or different right sides",
    ),
];

/// Rows that came to an object and did not get into it: never silently.
fn warnings(collected: &Collected) -> Vec<String> {
    let mut warnings: Vec<String> = collected.missed.iter().map(missed).collect();
    for name in collected.names() {
        // Tables take every row.
        let mut lost = [0; 4];
        for block in collected.blocks(name) {
            let more = match block {
                Block::Counts(block) => [block.outside(), 0, block.not_a_number(), 0],
                Block::Profile(block) => {
                    [block.outside(), block.not_finite(), block.not_a_number(), 0]
                }
                Block::Efficiency(block) => [block.outside(), 0, 0, 0],
                Block::Sum(block) => [block.outside(), block.not_finite(), 0, 0],
                Block::Equations(block) => [0, 0, 0, block.left_out()],
            };
            lost.iter_mut()
                .zip(more)
                .for_each(|(sum, more)| *sum += more);
        }
        for ((what, why), count) in LOST.into_iter().zip(lost) {
            if count > 0 {
                let rows = counted(count, what);
                warnings.push(format!("{name}: {rows} {why} are not in it"));
            }
        }
    }
    warnings
}

fn missed(count: &MissedCount) -> String {
    let MissedCount {
        payload, member, ..
    } = count;
    let rows = counted(count.rows, "row");
    format!("{payload}.{member}: {rows} of a channel that {payload} does not have gave NaN")
}

/// Nothing to read: all files lie outside of what was asked for.
fn nothing(name: &str, collector: &Collector, requested: &IoV) -> Gathered {
    let outcome = CollectionOutcome {
        name: name.into(),
        collector: collector.name.clone(),
        files: 0,
        events: 0,
        rows: 0,
        row_name: "events".into(),
        cuts: Vec::new(),
        warnings: vec![format!(
            "no input file lies in the requested interval {requested}"
        )],
    };
    let objects = Read::new(collector, None, LookedUp::default());
    Gathered::new(Arc::new(objects), outcome)
}

/// Collected objects as an algorithm sees them.
struct Read {
    collected: Option<Collected>,
    looked_up: LookedUp,
    /// Identity of the constants that programs were given, if any asked for them.
    given: Option<String>,
    /// What a channel of each object is called; empty for single objects.
    channel_names: IndexMap<String, String>,
    by_run: bool,
}

impl Read {
    fn new(collector: &Collector, collected: Option<Collected>, looked_up: LookedUp) -> Self {
        let name = |object: &collect::Object| {
            let channel = object.channels.first();
            (
                object.name.clone(),
                channel.map_or_else(String::new, |c| c.name.clone()),
            )
        };
        Self {
            collected,
            looked_up,
            given: None,
            channel_names: collector.objects().map(name).collect(),
            by_run: collector.granularity == Granularity::Run,
        }
    }
}

impl Read {
    /// What was collected, if that object is part of it.
    fn has(&self, object: &str) -> Option<&Collected> {
        let collected = self.collected.as_ref()?;
        self.channel_names.contains_key(object).then_some(collected)
    }
}

impl Keep for Read {
    fn write(&self, to: &mut dyn io::Write) -> io::Result<()> {
        // Millions of small pieces: each would ask `to` what it is.
        let mut buffer = BufWriter::with_capacity(1 << 16, to);
        let formatter = Lines::default();
        let mut serializer = serde_json::Serializer::with_formatter(&mut buffer, formatter);
        self.collected.serialize(&mut serializer)?;
        buffer.write_all(b"\n")?;
        buffer.flush()
    }

    fn must_collect_again(&self, now: &Chain) -> Result<bool, Error> {
        if let Some(given) = &self.given
            && *given != identity(now)?
        {
            return Ok(true);
        }
        self.looked_up.must_collect_again(now)
    }

    fn read(&self) -> FilesRead {
        let one = self.collected.as_ref();
        one.map_or_else(FilesRead::default, |one| FilesRead {
            files: one.files.clone(),
            runs: one.runs.clone(),
        })
    }

    fn looked_up(&self) -> Vec<InForce> {
        self.looked_up.list()
    }
}

impl Objects for Read {
    fn runs(&self) -> Vec<ExpRun> {
        let runs = self.collected.iter().flat_map(|collected| &collected.runs);
        runs.map(|count| count.run).collect()
    }

    fn by_run(&self) -> bool {
        self.by_run
    }

    fn channels(&self, object: &str, runs: &[ExpRun]) -> Result<Option<Channels>, String> {
        let (Some(name), Some(collected)) = (self.channel_names.get(object), &self.collected)
        else {
            return Ok(None);
        };
        let histograms = collected
            .histograms(object, runs)
            .map_err(|error| error.to_string())?;
        Ok(Some(Channels {
            name: name.clone(),
            histograms,
        }))
    }

    fn block(&self, object: &str, runs: &[ExpRun]) -> Result<Option<Block>, String> {
        let Some(collected) = self.has(object) else {
            return Ok(None);
        };
        let block = collected.block(object, runs);
        block.map(Some).map_err(|error| error.to_string())
    }

    fn table(&self, object: &str, runs: &[ExpRun]) -> Result<Option<Table>, String> {
        let Some(collected) = self.has(object) else {
            return Ok(None);
        };
        let table = collected.table(object, runs);
        table.map(Some).map_err(|error| error.to_string())
    }

    fn names(&self) -> Vec<String> {
        self.channel_names.keys().cloned().collect()
    }
}
