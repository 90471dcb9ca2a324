//! Plans, and objects that come from nowhere.

use std::path::Path as FilePath;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::Value;

use crate::caf::collecting::{Collecting, Gathered, Keep};
use crate::caf::run::run_with;
use crate::caf::{CollectionOutcome, Error, Event, Observer, Options, Outcome};
use crate::calibrate::{
    Algorithm, Channels, Declared, FitStep, Kind, Objects, Params, PayloadRule, Strategy,
};
use crate::collect::{Binning, Collector, Object, Step, Storage};
use crate::conditions::Chain;
use crate::expr::build::column;
use crate::expr::{Expr, Formula, Node, Path, Place};
use crate::fit::models;
use crate::hist::{Axis, Histogram};
use crate::iov::{ExpRun, IoV};
use crate::plan::{Calibration, Collection, Plan};
use crate::settings::{CalibrationSettings, FieldValue};

fn axis() -> Axis {
    Axis::Regular {
        bins: 100,
        low: 0.0,
        high: 100.0,
        unit: "ns".into(),
    }
}

/// One run whose `MyHisto` is a Gaussian of width 4 around `mean`.
struct Made {
    mean: f64,
    entries: f64,
}

impl Objects for Made {
    fn runs(&self) -> Vec<ExpRun> {
        vec![ExpRun::new(7, 1)]
    }

    fn by_run(&self) -> bool {
        true
    }

    fn channels(&self, object: &str, _runs: &[ExpRun]) -> Result<Option<Channels>, String> {
        if object != "MyHisto" {
            return Ok(None);
        }
        let weight =
            |bin: f64| crate::expr::maths::exp(-0.5 * ((bin + 0.5 - self.mean) / 4.0).powi(2));
        let total: f64 = (0..100).map(|bin| weight(f64::from(bin))).sum();
        let mut counts = vec![0.0];
        counts.extend((0..100).map(|bin| (self.entries * weight(f64::from(bin)) / total).round()));
        Ok(Some(Channels {
            name: String::new(),
            histograms: vec![(0, Histogram::of_counts(axis(), counts))],
        }))
    }

    fn rows(&self, object: &str, _runs: &[ExpRun]) -> Result<Option<u64>, String> {
        Ok((object == "MyTree").then_some(1000))
    }
}

impl Keep for Made {
    fn write(&self, to: &mut dyn std::io::Write) -> std::io::Result<()> {
        writeln!(to, "[{}, {}]", self.mean, self.entries)
    }
}

/// Collects by the name of the file: `mean_45.5`, `entries_20`, `broken`.
pub(super) struct Making;

impl Collecting for Making {
    fn collect(
        &self,
        calibration: &Calibration,
        collection: &str,
        _requested: &IoV,
        _constants: &Chain,
        _observer: &mut dyn Observer,
    ) -> Result<Gathered, Error> {
        let mut made = Made {
            mean: 42.0,
            entries: 10_000.0,
        };
        for file in calibration.collections[collection].input_files.keys() {
            let name = file.to_string_lossy();
            if let Some(mean) = name.strip_prefix("mean_") {
                made.mean = mean.parse().unwrap();
            } else if let Some(entries) = name.strip_prefix("entries_") {
                made.entries = entries.parse().unwrap();
            } else if name == "broken" {
                return Err(Error::Input {
                    message: "broken: this file is cut off".into(),
                });
            }
        }
        let outcome = CollectionOutcome {
            name: collection.into(),
            collector: "CaTest".into(),
            files: 1,
            events: 1000,
            rows: 1000,
            row_name: "events".into(),
            cuts: Vec::new(),
            warnings: Vec::new(),
        };
        Ok(Gathered::new(Arc::new(made), outcome))
    }

    fn load(
        &self,
        _calibration: &Calibration,
        _collection: &str,
        file: &FilePath,
        _constants: &Chain,
    ) -> Option<Arc<dyn Keep>> {
        let numbers: [f64; 2] = serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
        let [mean, entries] = numbers;
        Some(Arc::new(Made { mean, entries }))
    }
}

/// Remembers all events as JSON.
#[derive(Default)]
pub(super) struct Listening(pub(super) Vec<Value>);

impl Observer for Listening {
    fn event(&mut self, event: &Event) {
        self.0.push(serde_json::to_value(event).unwrap());
    }
}

fn collector() -> Collector {
    let mut collector = Collector::new("CaTest");
    for (name, storage) in [
        (
            "MyHisto",
            Storage::Histogram(vec![Binning {
                value: Formula::Compiled(column("value")),
                axis: axis(),
            }]),
        ),
        ("MyTree", Storage::Table(Vec::new())),
    ] {
        collector.steps.push(Step::Fill(Object {
            name: name.into(),
            storage,
            channels: Vec::new(),
            place: Place::default(),
        }));
    }
    collector
}

fn algorithm(name: &str, kind: Kind) -> Algorithm {
    Algorithm {
        name: name.into(),
        kind,
        strategy: Strategy::SingleIOV,
        params: Params {
            apply_iov: Some("7,0,-1,-1".parse().unwrap()),
            ..Params::default()
        },
        place: Place::default(),
    }
}

/// Writes the mean of a Gaussian as `Offset`.
pub(super) fn gaussian(payload: &str, member: Expr) -> Algorithm {
    let declared = Declared {
        fits: vec![FitStep {
            object: "MyHisto".into(),
            model: models::gaussian(),
            options: Default::default(),
            place: Place::default(),
        }],
        enough_data: None,
        accept: None,
        tolerate: 0.01,
        payloads: vec![PayloadRule {
            name: payload.into(),
            class: "Example".into(),
            members: vec![("m_mean".into(), Formula::Compiled(member))],
            place: Place::default(),
        }],
        ..Declared::default()
    };
    algorithm(&format!("Fit{payload}"), Kind::Declared(declared))
}

/// `c.previous.m_mean`
pub(super) fn previous_mean() -> Expr {
    let path = Path(vec!["previous".into(), "m_mean".into()]);
    Arc::new(Node::Column(path, Place::default()))
}

/// A calibration with `TestCalibrationAlgorithm` over one file; see [`Making`].
pub(super) fn calibration(name: &str, file: &str, depends_on: &[&str]) -> Calibration {
    let collection = Collection {
        collector: Some(collector()),
        input_files: IndexMap::from([(file.into(), IoV::EVERYTHING)]),
        path: Default::default(),
    };
    Calibration {
        name: name.into(),
        collections: IndexMap::from([("default".into(), collection)]),
        algorithms: vec![algorithm("TestCalibrationAlgorithm", Kind::TestCalibration)],
        depends_on: depends_on.iter().map(ToString::to_string).collect(),
        ignored_runs: Vec::new(),
        max_iterations: 5,
        save_payloads: true,
        granularity: None,
        place: Place::default(),
    }
}

pub(super) fn plan(calibrations: Vec<Calibration>) -> Plan {
    let text = |text: &str| FieldValue::Text(text.into());
    let settings = CalibrationSettings::from_fields(IndexMap::from([
        ("name".into(), text("Example")),
        ("expert_username".into(), text("expert")),
        ("subsystem".into(), text("example")),
        ("description".into(), text("A test.")),
        ("input_data_formats".into(), FieldValue::texts(["raw"])),
        ("input_data_names".into(), FieldValue::texts(["physics"])),
    ]));
    Plan {
        settings: settings.unwrap(),
        calibrations,
        requested_iov: "7,0,7,9".parse().unwrap(),
        sources: vec![("script.rhai".into(), "abc".into())],
        release: None,
        texts: Vec::new(),
        expert_config: serde_json::Value::Null,
    }
}

/// Runs calibrations with everything made up; the outcome and all events.
pub(super) fn run(
    calibrations: Vec<Calibration>,
    output: &FilePath,
    overwrite: bool,
) -> Result<(Outcome, Vec<Value>), Error> {
    let mut options = Options::new(output);
    options.overwrite = overwrite;
    options.threads = Some(1);
    let mut listening = Listening::default();
    let outcome = run_with(&plan(calibrations), &options, &Making, &mut listening)?;
    Ok((outcome, listening.0))
}
