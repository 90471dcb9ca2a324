//! What stood behind a run: everything a report tells that is no result.
//!
//! There are no times, hosts and numbers of threads in it: equal input gives an equal background.

use std::collections::BTreeSet;
use std::path::PathBuf;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::collect::{Collector, Storage};
use crate::conditions::{Chain, Payload, Store};
use crate::hist::ChannelRange;
use crate::iov::{ExpRun, IoV};
use crate::plan::{Calibration, Collection, Plan};

use super::{Options, Outcome};

/// What stood behind a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Background {
    /// Programs and libraries with their versions.
    pub versions: IndexMap<String, String>,
    /// The settings of the script.
    pub settings: Value,
    /// Its `expert_config` as it was in force: that of the settings, changed by the configuration.
    pub expert_config: Value,
    /// Of official scripts: whether all texts are those of the release, or which are not.
    pub release: Option<String>,
    /// The texts that took part, in the order of loading.
    pub sources: Vec<SourceText>,
    /// Where constants to start from came from.
    pub constants: Vec<String>,
    /// The calibrations as they were described, in the order of the script.
    pub calibrations: Vec<Described>,
    /// Files that were given and did not take part in any calibration.
    pub left_out: Vec<LeftOut>,
    /// Constants that were in force before, where this run has new ones.
    pub previous: Vec<Previous>,
}

/// A text that took part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceText {
    /// Where it was read.
    pub path: PathBuf,
    /// Its hash.
    pub hash: String,
    /// The text.
    pub text: String,
}

/// A file that did not take part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// The file.
    pub path: PathBuf,
    /// The runs it holds.
    pub iov: IoV,
    /// Why.
    pub why: String,
}

/// A calibration as it was described.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Described {
    /// Its name.
    pub name: String,
    /// The calibrations it waits for.
    pub depends_on: Vec<String>,
    /// Iterations at most.
    pub max_iterations: u32,
    /// Runs that are left out.
    pub ignored_runs: Vec<ExpRun>,
    /// Its samples.
    pub collections: Vec<Sample>,
    /// Name, strategy and parameters of each algorithm.
    pub algorithms: Vec<(String, String, Value)>,
}

/// A sample as it was described.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sample {
    /// Its name.
    pub name: String,
    /// Its files with the runs they hold.
    pub files: Vec<(PathBuf, IoV)>,
    /// What is filled.
    pub objects: Vec<Filled>,
}

/// An object that is filled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled {
    /// Its name.
    pub name: String,
    /// `histogram`, `profile`, `efficiency`, `sum`, `table`, `equations` or `records`.
    pub kind: String,
    /// Its channel indices.
    pub channels: Vec<ChannelRange>,
}

/// Constants that were in force before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Previous {
    /// Name of the payload.
    pub name: String,
    /// The run in which they were in force: the first one of a new payload.
    pub run: ExpRun,
    /// Where they come from.
    pub origin: String,
    /// Channel indices by name, one entry per channel.
    pub channels: IndexMap<String, Vec<i64>>,
    /// Members by name, each with one value per channel.
    pub members: IndexMap<String, Vec<f64>>,
}

impl Background {
    /// What stood behind a run that has ended.
    pub(super) fn new(plan: &Plan, options: &Options, outcome: &Outcome) -> Self {
        let texts: IndexMap<_, _> = plan.texts.iter().map(|(path, text)| (path, text)).collect();
        let source = |(path, hash): &(PathBuf, String)| SourceText {
            path: path.clone(),
            hash: hash.clone(),
            text: texts
                .get(path)
                .map_or_else(String::new, |text| (*text).clone()),
        };
        Self {
            versions: options.versions.clone(),
            settings: plan.settings.to_json(),
            expert_config: plan.expert_config.clone(),
            release: plan.release.clone(),
            sources: plan.sources.iter().map(source).collect(),
            constants: options.constants.iter().map(Store::origin).collect(),
            calibrations: plan.calibrations.iter().map(described).collect(),
            left_out: options.left_out.clone(),
            previous: previous(options, outcome),
        }
    }
}

fn described(calibration: &Calibration) -> Described {
    let samples = calibration.collections.iter();
    let algorithms = calibration.algorithms.iter().map(|algorithm| {
        let params = serde_json::to_value(&algorithm.params).unwrap_or_default();
        let strategy = algorithm.strategy.name().to_owned();
        (algorithm.name.clone(), strategy, params)
    });
    Described {
        name: calibration.name.clone(),
        depends_on: calibration.depends_on.clone(),
        max_iterations: calibration.max_iterations,
        ignored_runs: calibration.ignored_runs.clone(),
        collections: samples
            .map(|(name, sample)| of_sample(name, sample))
            .collect(),
        algorithms: algorithms.collect(),
    }
}

fn of_sample(name: &str, sample: &Collection) -> Sample {
    let files = sample.input_files.iter();
    let objects = sample.collector.iter().flat_map(Collector::objects);
    let filled = objects.map(|object| {
        let ranges = object.channels.iter();
        let ranges = ranges.map(|one| ChannelRange::new(&one.name, one.first, one.last));
        Filled {
            name: object.name.clone(),
            kind: kind(&object.storage).to_owned(),
            channels: ranges.collect(),
        }
    });
    Sample {
        name: name.to_owned(),
        files: files.map(|(path, iov)| (path.clone(), *iov)).collect(),
        objects: filled.collect(),
    }
}

fn kind(storage: &Storage) -> &'static str {
    match storage {
        Storage::Histogram(_) => "histogram",
        Storage::Profile(..) => "profile",
        Storage::Efficiency(_) => "efficiency",
        Storage::Sum(_) => "sum",
        Storage::Table(_) => "table",
        Storage::Equations(_) => "equations",
        Storage::Records => "records",
    }
}

/// Constants in force at the beginning of each new payload. Those that cannot be read are left
/// out: nothing of the result depends on them.
fn previous(options: &Options, outcome: &Outcome) -> Vec<Previous> {
    let chain = Chain::new(options.constants.clone());
    let mut seen = BTreeSet::new();
    let mut found = Vec::new();
    for payload in outcome.payloads() {
        let run = payload.iov.low();
        if !seen.insert((payload.name.clone(), run)) {
            continue;
        }
        let Ok(Some((before, constants))) = chain.find_in_force(&payload.name, run) else {
            continue;
        };
        let Payload {
            channels, members, ..
        } = before;
        found.push(Previous {
            name: payload.name.clone(),
            run,
            origin: constants.from,
            channels,
            members,
        });
    }
    found
}
