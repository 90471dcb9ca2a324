//! `b2caf status` beside a run: what it shows while states change, and what it refuses.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use b2caf::caf::{CalibrationState as State, StateDb};

/// An output folder as if a run were at work in it.
struct Run {
    folder: tempfile::TempDir,
    states: StateDb,
    lock: File,
}

impl Run {
    fn begin(names: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let lock = File::create(folder.path().join(".lock")).unwrap();
        lock.lock().unwrap();
        let states = StateDb::create_or_open(folder.path().join(StateDb::FILE)).unwrap();
        states.ensure(names).unwrap();
        Self {
            folder,
            states,
            lock,
        }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

fn status(path: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_b2caf"));
    command.args(["status", "--path"]).arg(path).args(words);
    command.env("NO_COLOR", "1").env_remove("B2CAF_LOG");
    command
}

fn output(path: &Path, words: &[&str]) -> (Output, String, String) {
    let output = status(path, words).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    (output, out, err)
}

#[test]
fn a_run_at_work_is_shown_and_not_disturbed() {
    let run = Run::begin(&["a"]);
    run.states
        .enter("a", State::RunningCollector, 0, "")
        .unwrap();
    let (shown, out, err) = output(run.path(), &[]);
    assert!(shown.status.success());
    assert!(out.contains("running_collector"), "{out}");
    assert_eq!(err, "");
    let (_, json, _) = output(run.path(), &["--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json["running"], true);
    run.states
        .enter("a", State::CollectorCompleted, 0, "")
        .unwrap();
}

#[test]
fn nothing_is_reset_while_a_run_is_at_work() {
    let run = Run::begin(&["a"]);
    run.states
        .enter("a", State::CollectorCompleted, 0, "")
        .unwrap();
    let words = ["reset", "a", "--to", "init", "--yes"];
    let (refused, out, err) = output(run.path(), &words);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(out, "");
    assert!(err.contains(&run.path().display().to_string()), "{err}");
    let row = run.states.row("a").unwrap().unwrap();
    assert_eq!(row.checkpoint, State::CollectorCompleted);
    run.lock.unlock().unwrap();
    let (done, ..) = output(run.path(), &words);
    assert!(done.status.success());
    let row = run.states.row("a").unwrap().unwrap();
    assert_eq!((row.state, row.checkpoint), (State::Init, State::Init));
}

#[test]
fn watching_follows_every_calibration_to_its_end() {
    let run = Run::begin(&["a", "b"]);
    let mut child = status(run.path(), &["--watch"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || lines.next().unwrap().unwrap();
    assert_eq!([next(), next()], ["a  init  0", "b  init  0"]);
    let steps = [
        ("a", State::RunningCollector, 0, ""),
        ("a", State::Completed, 2, ""),
        ("b", State::CollectorFailed, 0, "no file can be read"),
        ("b", State::Failed, 0, "no file can be read"),
    ];
    for (name, state, iteration, message) in steps {
        run.states.enter(name, state, iteration, message).unwrap();
        let expected = format!("{name}  {state}  {iteration}  {message}");
        assert_eq!(next(), expected.trim_end());
    }
    assert!(lines.next().is_none());
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn watching_waits_for_a_run_that_has_just_begun() {
    let folder = tempfile::tempdir().unwrap();
    let lock = File::create(folder.path().join(".lock")).unwrap();
    lock.lock().unwrap();
    let child = status(folder.path(), &["--watch"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(300));
    let states = StateDb::create_or_open(folder.path().join(StateDb::FILE)).unwrap();
    states.ensure(["a"]).unwrap();
    states.enter("a", State::Completed, 0, "").unwrap();
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success());
    let said = String::from_utf8(ended.stdout).unwrap();
    assert!(said.ends_with("a  completed  0\n"), "{said}");
}

#[test]
fn watching_ends_with_the_run() {
    let run = Run::begin(&["a"]);
    let mut child = status(run.path(), &["--watch", "--json"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.next().unwrap().unwrap().contains("\"running\":true"));
    run.lock.unlock().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(1));
}

#[test]
fn looking_leaves_nothing_behind() {
    let run = Run::begin(&["a"]);
    let names = || {
        let entries = fs::read_dir(run.path()).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    let before = names();
    for words in [&[][..], &["--json"]] {
        assert!(output(run.path(), words).0.status.success());
    }
    assert_eq!(names(), before);
    let empty = tempfile::tempdir().unwrap();
    let (refused, ..) = output(empty.path(), &["reset", "a", "--to", "init", "--yes"]);
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0);
}

/// A run of four calibrations with two iterations each; what it says.
fn run_chain(output: &Path) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let ended = Command::new(env!("CARGO_BIN_EXE_b2caf"))
        .arg("run")
        .arg(root.join("tests/interrupted/chain.rhai"))
        .arg("--input")
        .arg(root.join("examples/channel_time/data.json"))
        .arg("--output")
        .arg(output)
        .output()
        .unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(ended.status.success(), "{said}");
    said
}

/// All files but the states and the lock.
fn results(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for path in fs::read_dir(&next).unwrap().map(|e| e.unwrap().path()) {
            if path.is_dir() {
                open.push(path);
            } else if path.file_name().unwrap() != StateDb::FILE && !path.ends_with(".lock") {
                files.insert(path.clone(), fs::read(&path).unwrap());
            }
        }
    }
    files
}

#[test]
fn what_is_reset_is_done_again_with_the_same_result() {
    let folder = tempfile::tempdir().unwrap();
    let output_folder = folder.path().join("results");
    run_chain(&output_folder);
    let expected = results(&output_folder);
    let everything = |words: &[&str]| {
        let (done, table, said) = output(&output_folder, words);
        assert!(done.status.success(), "{said}");
        let states = table.lines().skip(1);
        states.filter(|line| line.contains(" completed ")).count()
    };
    assert_eq!(everything(&[]), 4);
    everything(&["reset", "first", "--to", "init", "-y"]);
    everything(&["reset", "second", "--to", "collector_completed", "-y"]);
    everything(&["reset", "third", "--to", "init", "--iteration", "1", "-y"]);
    let left = everything(&["reset", "alone", "--to", "completed", "-y"]);
    assert_eq!(left, 1);
    let said = run_chain(&output_folder);
    assert!(said.contains("alone was complete"), "{said}");
    for name in ["first", "second", "third"] {
        assert!(!said.contains(&format!("{name} was complete")), "{said}");
    }
    everything(&["--watch"]);
    assert_eq!(everything(&[]), 4);
    let found = results(&output_folder);
    assert!(found.keys().eq(expected.keys()));
    for (name, bytes) in &expected {
        assert!(found[name] == *bytes, "{} differs", name.display());
    }
}
