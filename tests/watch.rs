//! `b2caf watch` under a user who edits: what is done again, what is reused, and that the results are those of `run`.

#![cfg(all(feature = "cli", unix))]

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// Longer than any round takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(240);
/// Without news for so long there are none.
const SILENCE: Duration = Duration::from_secs(5);

const SCRIPT: &str = r#"//! Time of each channel.
import "std/models" as models;
import "cuts" as cuts;

export const settings = CalibrationSettings(#{
    name: "Watched", expert_username: "mmuster", subsystem: "example", description: __doc__,
    input_data_formats: ["cdst"], input_data_names: ["cosmics"],
});

fn get_calibrations(input_data, kwargs) {
    let collector = Collector("Times")
        .each("hits")
        .select("energetic", |h| h.energy > cuts::least())
        .histogram("dt", |h| h.time - h.t0, regular(60, -15.0, 15.0, "ns"))
        .per_channel("channel", |h| h.channel, 1..=120);
    let algorithm = Algorithm("Offsets")
        .fit("dt", models::gaussian_on_constant())
        .payload("ExampleChannelTime", "ExampleChannelTime", |c| #{ offset: if c.ok { c.mean } else { 0.0 } });
    [Calibration("times", #{ collector: collector, algorithms: [algorithm], input_files: input_data.cosmics })]
}
"#;

const CUTS: &str = "fn least() { 0.3 }\n";

/// A watch at work, in a folder of its own.
struct Watch {
    folder: tempfile::TempDir,
    child: Child,
    lines: Receiver<Value>,
}

impl Watch {
    fn start(more: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs::write(at("times.rhai"), SCRIPT).unwrap();
        fs::write(at("cuts.rhai"), CUTS).unwrap();
        for run in ["run0001", "run0002", "run0003"] {
            fs::create_dir(at(run)).unwrap();
            let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/channel_time");
            for entry in fs::read_dir(example.join(run)).unwrap() {
                let from = entry.unwrap().path();
                fs::copy(&from, at(run).join(from.file_name().unwrap())).unwrap();
            }
        }
        write_input(folder.path(), 2);
        let mut child = command(folder.path())
            .args(["watch", "times.rhai", "--input", "data.json", "--json"])
            .args(more)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::from(fs::File::create(at("said.txt")).unwrap()))
            .spawn()
            .unwrap();
        let (send, lines) = channel();
        let out = BufReader::new(child.stdout.take().unwrap());
        thread::spawn(move || {
            for line in out.lines().map_while(Result::ok) {
                let _ = send.send(serde_json::from_str(&line).unwrap());
            }
        });
        Self {
            folder,
            child,
            lines,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn said(&self) -> String {
        fs::read_to_string(self.path("said.txt")).unwrap()
    }

    /// The next round that ends.
    #[track_caller]
    fn round(&self) -> Round {
        match self.lines.recv_timeout(PATIENCE) {
            Ok(line) => Round(line),
            Err(error) => panic!("no round: {error}; {}", self.said()),
        }
    }

    /// The last round of those that follow a change, however many there are.
    #[track_caller]
    fn last_round(&self) -> Round {
        let mut last = self.round();
        loop {
            match self.lines.recv_timeout(SILENCE) {
                Ok(line) => last = Round(line),
                Err(RecvTimeoutError::Timeout) => return last,
                Err(error) => panic!("{error}; {}", self.said()),
            }
        }
    }

    /// Replaces a part of a file in place.
    #[track_caller]
    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.path(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{text}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    /// The results are those of a run of its own, byte by byte.
    #[track_caller]
    fn is_like_a_fresh_run(&self) {
        let output = command(self.folder.path())
            .args(["run", "times.rhai", "--input", "data.json"])
            .args(["--output", "fresh", "--overwrite"])
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let (watched, fresh) = (
            files(&self.path("watch_results")),
            files(&self.path("fresh")),
        );
        let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&watched), names(&fresh));
        assert!(
            names(&fresh)
                .iter()
                .any(|name| name.ends_with("database.txt"))
        );
        for (name, bytes) in &watched {
            assert!(bytes == &fresh[name], "{name} differs");
        }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_b2caf"));
    command
        .current_dir(folder)
        .env("XDG_CACHE_HOME", folder.join("cache"))
        .env("NO_COLOR", "1");
    command
}

/// The input data file with so many runs.
fn write_input(folder: &Path, runs: usize) {
    let entry = |run: usize| format!("[\"run000{run}\", [7, {run}]]");
    let entries: Vec<String> = (1..=runs).map(entry).collect();
    let text = format!("{{\"cosmics\": [{}]}}", entries.join(", "));
    fs::write(folder.join("data.json"), text).unwrap();
}

/// Everything in a folder but the state of its run.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, into: &mut BTreeMap<String, Vec<u8>>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path
                .strip_prefix(root)
                .unwrap()
                .to_string_lossy()
                .into_owned();
            // Times of states are in the one, the other is empty.
            if name.starts_with("caf_state.db") || name == ".lock" || name == ".cache" {
                continue;
            }
            match path.is_dir() {
                true => walk(root, &path, into),
                false => drop(into.insert(name, fs::read(path).unwrap())),
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(folder, folder, &mut found);
    found
}

/// What a round says of itself.
struct Round(Value);

impl Round {
    /// Step, whether it was reused, and why not.
    fn stages(&self) -> Vec<(String, bool, String)> {
        let stages = self.0["stages"].as_array();
        let stages = stages.unwrap_or_else(|| panic!("no stages: {}", self.0));
        let words = |why: &Value| {
            let all = why.as_array().unwrap().iter();
            all.map(|one| one.as_str().unwrap().to_owned())
                .collect::<Vec<_>>()
                .join(", ")
        };
        let stage = |stage: &Value| {
            let reused = stage["reused"].as_bool().unwrap();
            (
                stage["step"].as_str().unwrap().to_owned(),
                reused,
                words(&stage["why"]),
            )
        };
        stages.iter().map(stage).collect()
    }

    #[track_caller]
    fn is(&self, collect: (bool, &str), algorithm: (bool, &str)) {
        assert_eq!(self.0["exit"], 0, "{}", self.0);
        let expected = [("collect", collect), ("algorithm", algorithm)];
        let expected =
            expected.map(|(step, (reused, why))| (step.to_owned(), reused, why.to_owned()));
        assert_eq!(self.stages(), expected);
    }

    #[track_caller]
    fn fails(&self, exit: i32, message: &str) {
        assert_eq!(self.0["exit"], exit, "{}", self.0);
        let said = self.0["error"].as_str().unwrap();
        assert!(said.contains(message), "{said}");
    }
}

const REUSED: (bool, &str) = (true, "");

#[test]
fn only_what_changed_is_done_again_and_results_are_those_of_a_run() {
    let watch = Watch::start(&[]);
    let new = (false, "nothing is known of it yet");
    watch.round().is(new, new);
    watch.is_like_a_fresh_run();
    let data = (false, "data or constants");

    // The model.
    watch.edit(
        "times.rhai",
        "gaussian_on_constant()",
        "gaussian_on_constant().limits(\"sigma\", 0.1, 9.0)",
    );
    let round = watch.last_round();
    round.is(REUSED, (false, "model"));
    assert_eq!(round.0["changed"], serde_json::json!(["times.rhai"]));
    watch.is_like_a_fresh_run();

    // A cut.
    watch.edit(
        "times.rhai",
        "h.energy > cuts::least()",
        "h.energy > 2.0 * cuts::least()",
    );
    let round = watch.last_round();
    round.is((false, "cuts"), data);
    let moved = &round.0["moved"][0];
    assert_eq!(moved["name"], "ExampleChannelTime");
    assert!(moved["changed"].as_u64() > Some(0), "{moved}");
    watch.is_like_a_fresh_run();

    // An axis.
    watch.edit("times.rhai", "regular(60, ", "regular(75, ");
    watch.last_round().is((false, "objects"), data);
    watch.is_like_a_fresh_run();

    // The settings, which change nothing that is calculated.
    watch.edit(
        "times.rhai",
        "name: \"Watched\"",
        "name: \"Watched closely\"",
    );
    watch.last_round().is(REUSED, REUSED);
    watch.is_like_a_fresh_run();

    // An imported module.
    watch.edit("cuts.rhai", "0.3", "0.25");
    watch.last_round().is((false, "cuts"), data);
    watch.is_like_a_fresh_run();

    // A mistake: the last good results stay.
    let before = files(&watch.path("watch_results"));
    watch.edit("times.rhai", "let algorithm =", "let algorithm ==");
    watch.last_round().fails(3, "times.rhai:16");
    assert!(watch.said().contains("the last good results stay"));
    assert!(
        files(&watch.path("watch_results")) == before,
        "the results are others"
    );

    // Back to good.
    watch.edit("times.rhai", "let algorithm ==", "let algorithm =");
    watch.last_round().is(REUSED, REUSED);
    watch.is_like_a_fresh_run();

    // An editor that writes another file and renames it.
    let text = fs::read_to_string(watch.path("times.rhai")).unwrap();
    let text = text.replace(
        "if c.ok { c.mean } else { 0.0 }",
        "if c.ok { -c.mean } else { 0.0 }",
    );
    fs::write(watch.path(".times.rhai.swp"), text).unwrap();
    fs::rename(watch.path(".times.rhai.swp"), watch.path("times.rhai")).unwrap();
    watch.last_round().is(REUSED, (false, "payloads"));
    watch.is_like_a_fresh_run();

    // Deleted, and restored.
    let text = fs::read(watch.path("cuts.rhai")).unwrap();
    fs::remove_file(watch.path("cuts.rhai")).unwrap();
    watch.last_round().fails(3, "cuts");
    fs::write(watch.path("cuts.rhai"), text).unwrap();
    watch.last_round().is(REUSED, REUSED);
    watch.is_like_a_fresh_run();

    // Another run in the input.
    write_input(watch.folder.path(), 3);
    watch.last_round().is((false, "input files"), data);
    watch.is_like_a_fresh_run();

    // An input file that is another one.
    let other = watch.path("run0002/hits_0.root");
    fs::copy(&other, watch.path("run0001/hits_1.root")).unwrap();
    let round = watch.last_round();
    if round.0["exit"] == 0 {
        round.is((false, "input files or constants"), data);
        watch.is_like_a_fresh_run();
    } else {
        // Its events are not of run 1.
        assert!(round.0.to_string().contains("run"), "{}", round.0);
    }
}

#[test]
fn many_saves_at_once_end_with_the_last_one() {
    let watch = Watch::start(&[]);
    watch.round();
    let began = Instant::now();
    for number in 0..100 {
        let text = SCRIPT.replace("regular(60, ", &format!("regular({}, ", 40 + number));
        // Half of them in two parts, as editors that do not rename write.
        let mut file = fs::File::create(watch.path("times.rhai")).unwrap();
        if number % 2 == 0 {
            file.write_all(&text.as_bytes()[..text.len() / 2]).unwrap();
            file.flush().unwrap();
            thread::sleep(Duration::from_millis(2));
            file.write_all(&text.as_bytes()[text.len() / 2..]).unwrap();
        } else {
            file.write_all(text.as_bytes()).unwrap();
        }
        drop(file);
        thread::sleep(Duration::from_millis(7));
    }
    assert!(began.elapsed() < PATIENCE);
    let round = watch.last_round();
    assert_eq!(round.0["exit"], 0, "{}", round.0);
    watch.is_like_a_fresh_run();
}

#[test]
fn a_calibration_that_fails_leaves_the_last_good_results() {
    let watch = Watch::start(&["--sample", "1"]);
    watch.round();
    let before = files(&watch.path("watch_results"));
    watch.edit("times.rhai", "if c.ok { c.mean } else { 0.0 }", "c.mean");
    let round = watch.last_round();
    assert_eq!(round.0["exit"], 1, "{}", round.0);
    let page = round.0["report"].as_str().unwrap();
    assert!(watch.path(page).is_file(), "{page}");
    assert!(
        files(&watch.path("watch_results")) == before,
        "the results are others"
    );
    watch.edit(
        "times.rhai",
        "offset: c.mean",
        "offset: if c.ok { c.mean } else { 0.0 }",
    );
    let round = watch.last_round();
    assert_eq!(round.0["exit"], 0, "{}", round.0);
    assert!(
        files(&watch.path("watch_results")) == before,
        "the same script gives the same"
    );
}

#[test]
fn the_page_tells_of_new_reports_and_of_mistakes() {
    let watch = Watch::start(&["--serve"]);
    watch.round();
    let said = watch.said();
    let address = said
        .split("http://")
        .nth(1)
        .unwrap()
        .split('/')
        .next()
        .unwrap();
    let ask = |path: &str| {
        let mut stream = TcpStream::connect(address).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\n\r\n").unwrap();
        stream
    };
    let mut page = String::new();
    ask("/").read_to_string(&mut page).unwrap();
    assert!(
        page.contains("ExampleChannelTime") && page.contains("EventSource"),
        "{page}"
    );
    let stream = ask("/events");
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut events = BufReader::new(stream).lines().map(Result::unwrap);
    assert!(events.any(|line| line == ": here"));
    watch.edit("times.rhai", "h.energy >", "h.enregy >");
    assert!(events.any(|line| line == "event: trouble"));
    assert!(events.next().unwrap().contains("enregy"));
    watch.edit("times.rhai", "h.enregy >", "h.energy >");
    assert!(events.any(|line| line == "event: report"));
}

#[test]
fn a_folder_of_something_else_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("watch_results")).unwrap();
    fs::write(folder.path().join("watch_results/thesis.tex"), "x").unwrap();
    let output = command(folder.path())
        .args(["watch", "times.rhai", "--input", "data.json"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("is not empty and does not come from b2caf"),
        "{said}"
    );
    assert!(folder.path().join("watch_results/thesis.tex").is_file());
}
