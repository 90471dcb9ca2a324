//! What the framework itself costs: calibrations that do next to nothing, in a row and side by side.
//!
//! `cargo bench --bench chain [-- FOLDER]` prints one line of JSON. Results go to FOLDER, by default
//! to `/dev/shm`, where waiting for a disk takes no time. The peer writes the same files with the
//! same content by plain calls of the operating system, each synced and renamed as ours are.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

use std::error::Error;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use b2caf::caf::{self, NullObserver, Options};
use b2caf::calibrate::{AlgResult, Algorithm, Answer, Data, Kind, Params, Scripted, Strategy};
use b2caf::conditions::Payload;
use b2caf::expr::{Failure, Place};
use b2caf::iov::IoV;
use b2caf::plan::{Calibration, Collection, Plan};
use b2caf::settings::{CalibrationSettings, FieldValue};
use indexmap::IndexMap;

/// Calibrations in each plan.
const CALIBRATIONS: usize = 1000;

/// Saves one number, after so many rounds of arithmetic.
#[derive(Debug)]
struct Trivial {
    number: usize,
    rounds: u64,
}

impl Scripted for Trivial {
    fn source(&self) -> String {
        format!("{self:?}")
    }

    fn finds_boundaries(&self) -> bool {
        false
    }

    fn setup(&self, _: &Data) -> Result<(), Failure> {
        Ok(())
    }

    fn calibrate(&self, data: &Data) -> Result<Answer, Failure> {
        let mut value = self.number as f64;
        for round in 0..self.rounds {
            value = (value + round as f64).sqrt();
        }
        let payload = Payload {
            name: format!("BenchValue{:04}", self.number),
            class: "TestCalibObject".into(),
            channels: IndexMap::new(),
            members: IndexMap::from([("m_value".into(), vec![value])]),
            object: None,
        };
        data.save(payload, None);
        Ok(Answer {
            result: AlgResult::Ok,
            message: String::new(),
        })
    }

    fn boundary_required(&self, _: &Data) -> Result<bool, Failure> {
        Ok(false)
    }
}

fn calibration(number: usize, chained: bool, rounds: u64) -> Calibration {
    let name = |number: usize| format!("step{number:04}");
    let algorithm = Algorithm {
        name: "Trivial".into(),
        kind: Kind::Scripted(Arc::new(Trivial { number, rounds })),
        strategy: Strategy::SingleIOV,
        params: Params::default(),
        place: Place::default(),
    };
    Calibration {
        name: name(number),
        collections: IndexMap::from([("default".into(), without_data())]),
        algorithms: vec![algorithm],
        depends_on: match number {
            0 => Vec::new(),
            _ if chained => vec![name(number - 1)],
            _ => Vec::new(),
        },
        ignored_runs: Vec::new(),
        max_iterations: 1,
        save_payloads: true,
        granularity: None,
        place: Place::default(),
    }
}

/// A step whose runs are those of files that are not opened.
fn without_data() -> Collection {
    let run = b2caf::iov::ExpRun::new(7, 1);
    let files = IoV::single(run).map(|iov| (PathBuf::from("nowhere.root"), iov));
    Collection {
        collector: None,
        input_files: files.into_iter().collect(),
        path: Default::default(),
    }
}

fn plan(chained: bool, rounds: u64) -> Result<Plan, Box<dyn Error>> {
    let text = |text: &str| FieldValue::Text(text.into());
    let settings = CalibrationSettings::from_fields(IndexMap::from([
        ("name".into(), text("Bench")),
        ("expert_username".into(), text("mmuster")),
        ("subsystem".into(), text("example")),
        ("description".into(), text("A bench.")),
        ("input_data_formats".into(), FieldValue::texts(["raw"])),
        ("input_data_names".into(), FieldValue::texts(["physics"])),
    ]))
    .map_err(|problems| format!("{problems:?}"))?;
    Ok(Plan {
        settings,
        calibrations: (0..CALIBRATIONS)
            .map(|number| calibration(number, chained, rounds))
            .collect(),
        requested_iov: IoV::EVERYTHING,
        sources: Vec::new(),
        release: None,
        texts: Vec::new(),
        expert_config: serde_json::Value::Null,
    })
}

/// Seconds that a plan takes.
fn seconds(plan: &Plan, output: &Path, threads: usize) -> Result<f64, Box<dyn Error>> {
    let mut options = Options::new(output);
    options.threads = Some(threads);
    let began = Instant::now();
    let outcome = caf::run(plan, &options, &mut NullObserver)?;
    let seconds = began.elapsed().as_secs_f64();
    match outcome.completed() {
        true => Ok(seconds),
        false => Err(format!("not completed: {:?}", outcome.calibrations.first()).into()),
    }
}

/// All files below a folder with their content.
fn files(folder: &Path) -> Result<Vec<(PathBuf, Vec<u8>)>, Box<dyn Error>> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next)? {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else {
                found.push((path.strip_prefix(folder)?.to_path_buf(), fs::read(&path)?));
            }
        }
    }
    found.sort();
    Ok(found)
}

/// Seconds that it takes to write these files, each under another name first.
fn seconds_of_peer(files: &[(PathBuf, Vec<u8>)], output: &Path) -> Result<f64, Box<dyn Error>> {
    let began = Instant::now();
    for (name, content) in files {
        let path = output.join(name);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        let temporary = path.with_extension("partial");
        let mut file = File::create(&temporary)?;
        file.write_all(content)?;
        file.sync_all()?;
        fs::rename(&temporary, &path)?;
    }
    Ok(began.elapsed().as_secs_f64())
}

/// Seconds that this process has spent on processors so far.
fn processor_seconds() -> Result<f64, Box<dyn Error>> {
    let text = fs::read_to_string("/proc/self/stat")?;
    // The name of the program, in brackets, may hold blanks.
    let rest = text.rsplit(')').next().unwrap_or_default();
    let ticks = rest.split_whitespace().skip(11).take(2);
    let ticks = ticks.map(str::parse::<f64>).sum::<Result<f64, _>>()?;
    // Linux counts hundredths of a second there, whatever the machine.
    Ok(ticks / 100.0)
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().skip(1).find(|word| !word.starts_with('-'));
    let folder = folder.unwrap_or_else(|| "/dev/shm".into());
    let folder = tempfile::tempdir_in(folder)?;
    let at = |name: &str| folder.path().join(name);
    let chain = plan(true, 0)?;
    let row = seconds(&chain, &at("row"), 1)?;
    let again = seconds(&chain, &at("row"), 1)?;
    let written = files(&at("row"))?;
    let peer = seconds_of_peer(&written, &at("peer"))?;
    let side = plan(false, 500_000)?;
    let one = seconds(&side, &at("one"), 1)?;
    let before = processor_seconds()?;
    let two = seconds(&side, &at("two"), 2)?;
    let busy = (processor_seconds()? - before) / (2.0 * two);
    let each = |seconds: f64| seconds * 1e3 / CALIBRATIONS as f64;
    let line = serde_json::json!({
        "calibrations": CALIBRATIONS,
        "chain_ms_each": each(row),
        "chain_continued_ms_each": each(again),
        "files": written.len(),
        "peer_ms_each": each(peer),
        "chain_over_peer": row / peer,
        "independent_one_thread_ms_each": each(one),
        "independent_two_threads_ms_each": each(two),
        "speed_up_of_two_threads": one / two,
        "two_cores_busy": busy,
    });
    println!("{line}");
    Ok(())
}
