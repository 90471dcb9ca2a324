//! A newcomer's first minute: `b2caf new`, and the lines that it prints.

#![cfg(feature = "cli")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn program(folder: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_b2caf"));
    program.current_dir(folder).env("NO_COLOR", "1");
    program
}

/// Runs lines of a shell that finds the program.
fn shell(folder: &Path, lines: &str) -> Output {
    let program = Path::new(env!("CARGO_BIN_EXE_b2caf"));
    let path = format!(
        "{}:{}",
        program.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    Command::new("sh")
        .args(["-e", "-c", lines])
        .current_dir(folder)
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// The commands that are printed to go on with.
fn printed(said: &str) -> String {
    let (_, lines) = said.split_once("Go on with:\n").unwrap();
    lines
        .lines()
        .map(|line| format!("{}\n", line.trim()))
        .collect()
}

#[test]
fn the_lines_that_are_printed_calibrate_the_sample() {
    let folder = tempfile::tempdir().unwrap();
    let made = program(folder.path())
        .args(["new", "demo"])
        .output()
        .unwrap();
    assert!(made.status.success() && made.stdout.is_empty(), "{made:?}");
    let lines = printed(&text(&made.stderr));
    assert!(lines.contains("b2caf run demo.rhai"), "{lines}");
    let ran = shell(folder.path(), &lines);
    let (out, said) = (text(&ran.stdout), text(&ran.stderr));
    assert!(ran.status.success(), "{lines}{out}{said}");
    // What is said of every file is there.
    for word in text(&made.stderr).split_whitespace() {
        if word.starts_with("demo/") {
            assert!(folder.path().join(word).is_file(), "{word}");
        }
    }
    let truth = fs::read_to_string(folder.path().join("demo/truth.json")).unwrap();
    compare(&out, &serde_json::from_str(&truth).unwrap());
    of_this_machine(&folder.path().join("demo"));
}

/// What the state of the run says of the machine.
fn of_this_machine(folder: &Path) {
    let shown = program(folder).args(["status", "--json"]).output().unwrap();
    let shown: Value = serde_json::from_slice(&shown.stdout).unwrap();
    let host = &shown["host"];
    let cores = std::thread::available_parallelism().unwrap().get();
    assert_eq!(host["cores"], cores, "{host}");
    assert_eq!(host["threads"], cores, "{host}");
    assert_eq!(host["version"], env!("CARGO_PKG_VERSION"));
    let shown = program(folder).arg("status").output().unwrap();
    let last = text(&shown.stdout).lines().last().unwrap().to_owned();
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    assert!(
        last.starts_with("b2caf ") && last.contains(&system),
        "{last}"
    );
}

/// The table of constants that was printed, against what the sample was made with.
fn compare(table: &str, truth: &Value) {
    let rows: Vec<Vec<f64>> = table
        .lines()
        .map(|line| {
            line.split_whitespace()
                .map(str::parse)
                .collect::<Result<_, _>>()
        })
        .filter_map(Result::ok)
        .filter(|row: &Vec<f64>| row.len() == 3)
        .collect();
    assert_eq!(rows.len(), 16, "{table}");
    let mut pulls = Vec::new();
    for row in rows {
        match truth[row[0].to_string()].as_f64() {
            Some(offset) => pulls.push((row[1] - offset) / row[2]),
            None => assert_eq!(row[1..], [0.0, -1.0], "the dead channel has no constant"),
        }
    }
    assert_eq!(pulls.len(), 15);
    // Fifteen pulls: none beyond four sigmas, and the sum of their squares as probable as 1 in 1000.
    let largest = pulls.iter().fold(0.0, |all: f64, pull| all.max(pull.abs()));
    let chi2: f64 = pulls.iter().map(|pull| pull * pull).sum();
    assert!(largest < 4.0 && (3.48..37.7).contains(&chi2), "{pulls:?}");
}

#[test]
fn the_sample_has_the_same_bytes_everywhere() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["one", "two"] {
        let made = program(folder.path()).args(["new", name]).output().unwrap();
        assert!(made.status.success(), "{made:?}");
    }
    let read = |name: &str| fs::read(folder.path().join(name)).unwrap();
    for file in [
        "data.json",
        "truth.json",
        "run1.root",
        "run2.root",
        "run3.root",
    ] {
        assert_eq!(
            read(&format!("one/{file}")),
            read(&format!("two/{file}")),
            "{file}"
        );
    }
    assert_ne!(read("one/run1.root"), read("one/run2.root"));
    // First and last numbers of the sample, which must not depend on the machine.
    let truth: Value = serde_json::from_slice(&read("one/truth.json")).unwrap();
    assert_eq!((&truth["1"], &truth["16"]), (&2.321.into(), &0.724.into()));
    let listed = program(folder.path())
        .args(["inspect", "one/run3.root", "--sums"])
        .output()
        .unwrap();
    assert!(
        text(&listed.stdout).contains("channel   int32_t   4000 values, sum 33146\n"),
        "{listed:?}"
    );
}

#[test]
fn the_names_of_script_calibration_and_payload_come_from_the_name() {
    let folder = tempfile::tempdir().unwrap();
    let made = program(folder.path())
        .args(["new", "crystal_time", "--quiet"])
        .output()
        .unwrap();
    assert!(made.status.success() && made.stderr.is_empty(), "{made:?}");
    let script = fs::read_to_string(folder.path().join("crystal_time/crystal_time.rhai")).unwrap();
    assert!(
        script.contains("\"CrystalTimeOffset\"") && script.contains("Calibration(\"crystal_time\"")
    );
    assert!(
        !script.contains("{name}") && !script.contains("{payload}"),
        "{script}"
    );
}

#[test]
fn a_folder_that_is_there_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("demo")).unwrap();
    fs::write(folder.path().join("demo/demo.rhai"), "mine").unwrap();
    let made = program(folder.path())
        .args(["new", "demo"])
        .output()
        .unwrap();
    assert_eq!(made.status.code(), Some(2));
    assert_eq!(
        text(&made.stderr),
        "error[new::exists]: demo is there already\n  hint: choose another name, or move it away: mv demo demo_old\n"
    );
    let kept = fs::read_to_string(folder.path().join("demo/demo.rhai")).unwrap();
    assert_eq!(kept, "mine");
    assert_eq!(fs::read_dir(folder.path().join("demo")).unwrap().count(), 1);
}
