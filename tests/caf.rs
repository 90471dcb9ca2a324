//! From files to payloads without a script: the example of the README as a Rust developer has it.

#[macro_use]
mod support;
#[path = "support/results.rs"]
mod results;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use b2caf::caf::{self, Event, NullObserver, Observer, Options, State};
use b2caf::calibrate::{
    AlgResult, Algorithm, Declared, FitStep, Kind, Params, PayloadRule, Strategy,
};
use b2caf::collect::{Binning, Collector, Object, PerChannel, Step, Storage};
use b2caf::conditions::Store;
use b2caf::expr::build::{binary, column, number, sub};
use b2caf::expr::{BinaryOp, Expr, Formula, Node, Place};
use b2caf::fit::models;
use b2caf::hist::{Axis, Histogram};
use b2caf::iov::{ExpRun, IoV};
use b2caf::plan::{Calibration, Collection, Plan};
use b2caf::settings::{CalibrationSettings, FieldValue};
use indexmap::IndexMap;
use serde_json::Value;

use results::content;

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/channel_time")
}

fn compiled(expr: Expr) -> Formula {
    Formula::Compiled(expr)
}

fn select(name: &str, op: BinaryOp, of: &str, limit: Value) -> Step {
    let limit = match limit.as_i64() {
        Some(whole) => Arc::new(Node::Constant(b2caf::expr::Value::Int(whole))),
        None => number(limit.as_f64().unwrap()),
    };
    let condition = binary(op, &column(of), &limit);
    Step::Select(name.into(), compiled(condition), Place::default())
}

fn collector() -> Collector {
    let mut collector = Collector::new("ChannelTime");
    let place = Place::default();
    collector.steps = vec![
        select("cosmic trigger", BinaryOp::Eq, "trigger", 1.into()),
        Step::Each("hits".into(), place),
        select("energetic", BinaryOp::Gt, "energy", 0.3.into()),
        Step::Define(
            "dt".into(),
            compiled(sub(&column("time"), &column("t0"))),
            place,
        ),
        Step::Fill(Object {
            name: "dt".into(),
            storage: Storage::Histogram(vec![Binning {
                value: compiled(column("dt")),
                axis: Axis::Regular {
                    bins: 120,
                    low: -15.0,
                    high: 15.0,
                    unit: "ns".into(),
                },
            }]),
            channels: vec![PerChannel {
                name: "channel".into(),
                index: compiled(column("channel")),
                first: 1,
                last: 120,
            }],
            place,
        }),
    ];
    collector
}

fn if_ok(yes: &str, no: f64) -> Formula {
    let place = Place::default();
    compiled(Arc::new(Node::If(
        column("ok"),
        column(yes),
        number(no),
        place,
    )))
}

fn algorithm(min_entries: f64) -> Algorithm {
    let rule = models::rule(
        format!("h.entries >= {min_entries}"),
        move |h: &Histogram| h.entries() >= min_entries,
    );
    let small = |name: &str, limit| binary(BinaryOp::Lt, &column(name), &number(limit));
    let accept = binary(BinaryOp::And, &small("sigma", 2.0), &small("chi2_ndf", 3.0));
    Algorithm {
        name: "ChannelTimeOffset".into(),
        kind: Kind::Declared(Declared {
            fits: vec![FitStep {
                object: "dt".into(),
                model: models::on_constant(models::gaussian()),
                options: Default::default(),
                place: Place::default(),
            }],
            enough_data: Some(rule),
            accept: Some(compiled(accept)),
            tolerate: 0.01,
            payloads: vec![PayloadRule {
                name: "ExampleChannelTime".into(),
                class: "ExampleCalib".into(),
                members: vec![
                    ("m_CalibConst".into(), if_ok("mean", 0.0)),
                    ("m_CalibConstUnc".into(), if_ok("mean_error", -1.0)),
                ],
                place: Place::default(),
            }],
            ..Declared::default()
        }),
        strategy: Strategy::SingleIOV,
        params: Params {
            apply_iov: Some("7,1,-1,-1".parse().unwrap()),
            ..Params::default()
        },
        place: Place::default(),
    }
}

fn files() -> IndexMap<PathBuf, IoV> {
    let mut files = IndexMap::new();
    for run in 1..=3 {
        let folder = example().join(format!("run000{run}"));
        let mut inside: Vec<PathBuf> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.extension().is_some_and(|end| end == "root"))
            .collect();
        inside.sort();
        let iov = IoV::single(ExpRun::new(7, run)).unwrap();
        files.extend(inside.into_iter().map(|path| (path, iov)));
    }
    files
}

fn plan(requested: &str, min_entries: f64) -> Plan {
    let text = |text: &str| FieldValue::Text(text.into());
    let settings = CalibrationSettings::from_fields(IndexMap::from([
        ("name".into(), text("Example channel time")),
        ("expert_username".into(), text("mmuster")),
        ("subsystem".into(), text("example")),
        ("description".into(), text("A test.")),
        ("input_data_formats".into(), FieldValue::texts(["cdst"])),
        ("input_data_names".into(), FieldValue::texts(["cosmics"])),
    ]));
    let collection = Collection {
        collector: Some(collector()),
        input_files: files(),
        path: Default::default(),
    };
    let calibration = Calibration {
        name: "channel_time".into(),
        collections: IndexMap::from([("default".into(), collection)]),
        algorithms: vec![algorithm(min_entries)],
        depends_on: Vec::new(),
        ignored_runs: Vec::new(),
        max_iterations: 5,
        save_payloads: true,
        granularity: None,
        place: Place::default(),
    };
    Plan {
        settings: settings.unwrap(),
        calibrations: vec![calibration],
        requested_iov: requested.parse().unwrap(),
        sources: Vec::new(),
        release: None,
        texts: Vec::new(),
        expert_config: serde_json::Value::Null,
    }
}

#[test]
fn the_example_recovers_its_truth() {
    let folder = tempfile::tempdir().unwrap();
    let mut events = Listening::default();
    let options = Options::new(folder.path().join("results"));
    let outcome = caf::run(&plan("7,1,7,3", 100.0), &options, &mut events).unwrap();
    let calibration = &outcome.calibrations[0];
    assert_eq!(
        calibration.state,
        State::Completed,
        "{}",
        calibration.message
    );
    let store = Store::new(options.output.join("outputdb"));
    let payload = store
        .find("ExampleChannelTime", ExpRun::new(8, 0))
        .unwrap()
        .unwrap();
    let truth: Value =
        serde_json::from_slice(&fs::read(example().join("truth.json")).unwrap()).unwrap();
    let dead = truth["dead"].as_array().unwrap();
    let offsets = truth["offsets"].as_array().unwrap();
    assert_eq!(payload.channels["channel"], (1..=120).collect::<Vec<i64>>());
    let mut pulls = Vec::new();
    for (i, offset) in offsets.iter().enumerate() {
        let (value, error) = (payload.members[0][i], payload.members[1][i]);
        if dead.contains(&Value::from(i + 1)) {
            assert_eq!((value, error), (0.0, -1.0));
        } else {
            assert!(error > 0.0);
            pulls.push((value - offset.as_f64().unwrap()) / error);
        }
    }
    let n = pulls.len() as f64;
    let mean = pulls.iter().sum::<f64>() / n;
    let width = (pulls.iter().map(|p| (p - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    say!("{n} channels: mean pull {mean:.3}, width {width:.3}");
    assert!(
        mean.abs() < 3.0 / n.sqrt() && (width - 1.0).abs() < 0.15,
        "{mean} {width}"
    );
    let execution = &calibration.algorithms[0].executions[0];
    assert_eq!(execution.runs, 3);
    assert_eq!(execution.fits.as_ref().unwrap().lacking, [77]);
    // Progress adds up to what was read.
    let entries: u64 = events
        .of("entries_done")
        .map(|e| e["entries"].as_u64().unwrap())
        .sum();
    let started = events.of("collect_started").next().unwrap();
    assert_eq!(started["entries"].as_u64(), Some(entries));
    assert_eq!(events.of("file_collected").count(), files().len());
}

#[derive(Default)]
struct Listening(Vec<Value>);

impl Listening {
    fn of(&self, name: &str) -> impl Iterator<Item = &Value> {
        self.0.iter().filter(move |event| event["event"] == name)
    }
}

impl Observer for Listening {
    fn event(&mut self, event: &Event) {
        self.0.push(serde_json::to_value(event).unwrap());
    }
}

#[test]
fn threads_do_not_change_a_byte() {
    let folder = tempfile::tempdir().unwrap();
    let results = [1, 2, 8].map(|threads| {
        let mut options = Options::new(folder.path().join(threads.to_string()));
        options.threads = Some(threads);
        caf::run(&plan("7,1,7,3", 100.0), &options, &mut NullObserver).unwrap();
        content(&options.output)
    });
    assert!(results[0].len() > 5);
    assert!(results[0] == results[1] && results[0] == results[2]);
}

#[test]
fn what_was_collected_is_kept_and_what_was_lost_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(folder.path());
    let mut narrow = plan("7,1,7,3", 100.0);
    let steps = &mut narrow.calibrations[0].collections[0]
        .collector
        .as_mut()
        .unwrap()
        .steps;
    let Some(Step::Fill(object)) = steps.last_mut() else {
        panic!("the last step fills");
    };
    object.channels[0].last = 100;
    let outcome = caf::run(&narrow, &options, &mut NullObserver).unwrap();
    let kept = folder
        .path()
        .join("channel_time/0/collector_output/default/objects.json");
    let kept: Value = serde_json::from_slice(&fs::read(kept).unwrap()).unwrap();
    let (mut inside, mut outside) = (0, 0);
    for run in kept["objects"][0]["runs"].as_array().unwrap() {
        let block = &run[1]["block"];
        outside += block["outside"].as_u64().unwrap();
        for channel in block["filled"].as_array().unwrap() {
            let counts = channel["counts"].as_array().unwrap();
            inside += counts
                .iter()
                .map(|count| count.as_u64().unwrap())
                .sum::<u64>();
        }
    }
    let collection = &outcome.calibrations[0].collections[0];
    assert_eq!(inside + outside, collection.cuts[1].after);
    assert!(outside > 0);
    assert_eq!(collection.warnings.len(), 1);
    let digits: String = collection.warnings[0]
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    assert_eq!(digits, outside.to_string());
    assert!(
        collection.warnings[0].ends_with("rows of a channel outside of its range are not in it")
    );
}

#[test]
fn requested_runs_only() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(folder.path());
    let outcome = caf::run(&plan("7,2,7,2", 10.0), &options, &mut NullObserver).unwrap();
    let calibration = &outcome.calibrations[0];
    assert_eq!(calibration.collections[0].files, 2);
    let execution = &calibration.algorithms[0].executions[0];
    assert_eq!(execution.data, Some((ExpRun::new(7, 2), ExpRun::new(7, 2))));
    let outside = tempfile::tempdir().unwrap();
    let options = Options::new(outside.path());
    let outcome = caf::run(&plan("8,0,-1,-1", 10.0), &options, &mut NullObserver).unwrap();
    assert!(outcome.only_lacks_data());
    assert_eq!(
        outcome.calibrations[0].message,
        "ChannelTimeOffset: no event was collected, so there is no run with data"
    );
}

#[test]
fn not_enough_data_says_how_much_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options::new(folder.path());
    let outcome = caf::run(&plan("7,1,7,3", 1e9), &options, &mut NullObserver).unwrap();
    let execution = &outcome.calibrations[0].algorithms[0].executions[0];
    assert_eq!(execution.result, AlgResult::NotEnoughData);
    let message = &execution.message;
    assert!(
        message.starts_with("120 of 120 channels without enough data (they have 0 to "),
        "{message}"
    );
    assert!(message.ends_with(" entries), 1 allowed"), "{message}");
    assert!(!folder.path().join("outputdb").exists());
}

#[test]
fn unknown_columns_are_found_before_anything_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = plan("7,1,7,3", 100.0);
    let collection = &mut wrong.calibrations[0].collections[0];
    let steps = &mut collection.collector.as_mut().unwrap().steps;
    steps[2] = select("energetic", BinaryOp::Gt, "enrgy", 0.3.into());
    let options = Options::new(folder.path().join("results"));
    let error = caf::run(&wrong, &options, &mut NullObserver).unwrap_err();
    let caf::Error::Plan(error) = error else {
        panic!("{error}");
    };
    assert_eq!(error.problems().len(), 1);
    assert!(
        error.problems()[0]
            .hint
            .as_ref()
            .unwrap()
            .contains("energy")
    );
    assert!(!options.output.exists());
}
