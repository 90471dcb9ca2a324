//! The example a newcomer runs: do the constants agree with the truth the data were made with?

#[macro_use]
mod support;
#[path = "support/payloads.rs"]
mod payloads;
#[path = "support/results.rs"]
mod results;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use results::content;

fn example() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/channel_time")
}

/// Runs the example into `output` with more words on the command line.
fn run(output: &Path, more: &[&str]) -> Output {
    run_script(&example().join("channel_time.rhai"), output, more)
}

/// Runs a script over the data of the example.
fn run_script(script: &Path, output: &Path, more: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_b2caf"))
        .arg("run")
        .arg(script)
        .arg("--input")
        .arg(example().join("data.json"))
        .arg("--output")
        .arg(output)
        .args(more)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// The one payload file of a store that its `database.txt` names, and its IoV.
fn payload(store: &Path) -> (Value, String) {
    let lines = fs::read_to_string(store.join("database.txt")).unwrap();
    let mut words = lines.lines().next().unwrap().split_whitespace();
    let name = words.next().unwrap().strip_prefix("dbstore/").unwrap();
    let iov = words.nth(1).unwrap().to_owned();
    (payloads::payload(store, name), iov)
}

fn numbers(value: &Value) -> Vec<f64> {
    value
        .as_array()
        .unwrap()
        .iter()
        .map(|number| number.as_f64().unwrap())
        .collect()
}

#[test]
fn offsets_agree_with_the_truth() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("results");
    run(&output, &[]);
    let (payload, iov) = payload(&output.join("outputdb"));
    assert_eq!(iov, "7,1,-1,-1");
    let truth: Value =
        serde_json::from_slice(&fs::read(example().join("truth.json")).unwrap()).unwrap();
    let offsets = numbers(&truth["offsets"]);
    let dead: Vec<i64> = truth["dead"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| n.as_i64().unwrap())
        .collect();
    let channels = numbers(&payload["channels"]["channel"]);
    let found = numbers(&payload["members"]["m_CalibConst"]);
    let errors = numbers(&payload["members"]["m_CalibConstUnc"]);
    assert_eq!(channels.len(), offsets.len());
    let mut pulls = Vec::new();
    for (position, channel) in channels.iter().enumerate() {
        let channel = *channel as i64;
        if dead.contains(&channel) {
            assert_eq!(
                (found[position], errors[position]),
                (0.0, -1.0),
                "channel {channel} is dead"
            );
        } else {
            assert!(errors[position] > 0.0, "channel {channel} has no fit");
            pulls.push((found[position] - offsets[channel as usize - 1]) / errors[position]);
        }
    }
    let n = pulls.len() as f64;
    let mean = pulls.iter().sum::<f64>() / n;
    let width = (pulls.iter().map(|pull| (pull - mean).powi(2)).sum::<f64>() / (n - 1.0)).sqrt();
    say!(
        "{n} channels: mean pull {mean:.3} (allowed {:.3}), width {width:.3}",
        3.0 / n.sqrt()
    );
    assert!(mean.abs() < 3.0 / n.sqrt(), "mean pull {mean}");
    assert!((width - 1.0).abs() < 0.15, "width of the pulls {width}");
}

/// The same offsets by an algorithm that a script writes itself, from a table of hits.
#[test]
fn offsets_of_a_scripted_algorithm_agree_with_the_truth() {
    let folder = tempfile::tempdir().unwrap();
    let script =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/run/scripted_tables/script.rhai");
    let mut results = Vec::new();
    for threads in ["1", "4"] {
        let output = folder.path().join(threads);
        run_script(&script, &output, &["--threads", threads]);
        results.push(content(&output));
    }
    assert!(results[0] == results[1]);
    let (payload, iov) = payload(&folder.path().join("1/outputdb"));
    assert_eq!(iov, "7,1,-1,-1");
    let truth: Value =
        serde_json::from_slice(&fs::read(example().join("truth.json")).unwrap()).unwrap();
    let offsets = numbers(&truth["offsets"]);
    let dead = numbers(&truth["dead"]);
    let channels = numbers(&payload["channels"]["channel"]);
    let found = numbers(&payload["members"]["offset"]);
    assert_eq!(channels.len(), offsets.len());
    let at = |channel: f64| found[channels.iter().position(|c| *c == channel).unwrap()];
    let mut squares = Vec::new();
    for channel in &channels {
        if dead.contains(channel) {
            let neighbours = 0.5 * (at(channel - 1.0) + at(channel + 1.0));
            assert!(
                (at(*channel) - neighbours).abs() < 1e-12,
                "channel {channel}"
            );
        } else {
            squares.push((at(*channel) - offsets[*channel as usize - 1]).powi(2));
        }
    }
    // 0.8 ns from at least 100 hits, a tenth of them noise.
    let rms = (squares.iter().sum::<f64>() / squares.len() as f64).sqrt();
    say!("{} channels: rms {rms:.4} ns", squares.len());
    assert!(rms < 0.1, "rms {rms}");
}

#[test]
fn threads_do_not_change_a_byte() {
    let folder = tempfile::tempdir().unwrap();
    let mut results = Vec::new();
    for threads in ["1", "2", "8"] {
        let output = folder.path().join(threads);
        run(&output, &["--threads", threads]);
        results.push(content(&output));
    }
    assert!(results[0].len() > 2);
    assert!(results[0] == results[1] && results[0] == results[2]);
}

/// Payload files of a result by their name.
fn payload_files(output: &Path) -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = fs::read_dir(output.join("outputdb"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "root"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

#[test]
fn payloads_have_the_same_bytes_in_any_folder_and_time_zone() {
    use md5::{Digest, Md5};
    let folder = tempfile::tempdir().unwrap();
    let mut results = Vec::new();
    for (place, zone) in [
        ("here", "UTC"),
        ("some where/else", "Asia/Tokyo"),
        ("third", "America/Denver"),
    ] {
        let output = folder.path().join(place).join("results");
        fs::create_dir_all(output.parent().unwrap()).unwrap();
        let ran = Command::new(env!("CARGO_BIN_EXE_b2caf"))
            .arg("run")
            .arg(example().join("channel_time.rhai"))
            .arg("--input")
            .arg(example().join("data.json"))
            .arg("--output")
            .arg(&output)
            .current_dir(output.parent().unwrap())
            .env("TZ", zone)
            .output()
            .unwrap();
        assert!(
            ran.status.success(),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
        results.push(payload_files(&output));
        // The clock goes on: ROOT's times count whole seconds.
        std::thread::sleep(std::time::Duration::from_millis(1100));
    }
    assert_eq!(results[0].len(), 1);
    assert!(results.iter().all(|files| *files == results[0]));
    for (name, bytes) in &results[0] {
        let sum = format!("{:x}", Md5::digest(bytes));
        let revision = name.rsplit_once("_rev_").unwrap().1.replace(".root", "");
        assert!(sum.starts_with(&revision), "{name} {sum}");
    }
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("results");
    run(&output, &["--dry-run"]);
    assert!(!output.exists());
}

#[test]
fn json_lines_are_json() {
    let folder = tempfile::tempdir().unwrap();
    let output = run(&folder.path().join("results"), &["--json"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.lines().count() > 2);
    for line in text.lines() {
        let value: Value = serde_json::from_str(line).unwrap();
        assert!(value.is_object(), "{line}");
    }
}
