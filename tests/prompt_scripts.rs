//! The official scripts: their settings against upstream's, and runs on files with events.

#![cfg(feature = "cli")]

#[macro_use]
mod support;
#[path = "support/payloads.rs"]
mod payloads;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use b2caf::conditions::Store;
use b2caf::dataset::FileCards;
use b2caf::script::{Options, Script};
use serde_json::{Value, json};

const SCRIPTS: &str = "scripts/prompt/calibrations";

fn own(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn data() -> PathBuf {
    std::env::var_os("B2CAF_TEST_DATA").map_or_else(|| own("../shared/data"), PathBuf::from)
}

fn read_json(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

#[test]
fn settings_of_the_scripts_are_those_of_upstream() {
    let golden = data().join("golden/settings.json");
    if !golden.is_file() {
        say!("skipped: there is no {}", golden.display());
        return;
    }
    let golden = read_json(&golden);
    let mut compared = 0;
    for entry in fs::read_dir(own(SCRIPTS)).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let Some(expected) = golden["scripts"].get(&name) else {
            continue;
        };
        let script = Script::load(&path, &Options::default()).unwrap();
        let found = script.settings().to_json();
        for (key, expected) in expected.as_object().unwrap() {
            assert_eq!(&found[key], expected, "{name}: {key}");
        }
        compared += 1;
    }
    say!("{compared} scripts have the settings of upstream");
    assert!(compared > 0);
}

/// A run of the program in a folder of its own.
struct Run {
    folder: tempfile::TempDir,
}

impl Run {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a script over samples of the form of an input data file; what it says, and whether it
    /// went well.
    fn run(&self, script: &Path, samples: &Value, more: &[&str]) -> (String, bool) {
        let input = self.path("data.json");
        fs::write(&input, samples.to_string()).unwrap();
        let output = Command::new(env!("CARGO_BIN_EXE_b2caf"))
            .arg("run")
            .arg(script)
            .arg("--input")
            .arg(&input)
            .arg("--output")
            .arg(self.path("results"))
            .args(["--threads", "2"])
            .args(more)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (said, output.status.success())
    }

    /// Runs a script given as text.
    fn run_text(&self, script: &str, samples: &Value) -> (String, bool) {
        let path = self.path("script.rhai");
        let settings = r#"//! A test.
export const settings = CalibrationSettings(#{
    name: "Test", expert_username: "me", subsystem: "example", description: __doc__,
    input_data_formats: ["raw"], input_data_names: ["physics"],
});
"#;
        fs::write(&path, format!("{settings}{script}")).unwrap();
        self.run(&path, samples, &[])
    }

    /// The lines of the result: name, revision and interval of each payload.
    fn payloads(&self) -> Vec<[String; 3]> {
        let text = fs::read_to_string(self.path("results/outputdb/database.txt")).unwrap();
        let words = |line: &str| {
            let mut words = line.split_whitespace().map(str::to_owned);
            let name = words.next().unwrap().replace("dbstore/", "");
            [name, words.next().unwrap(), words.next().unwrap()]
        };
        text.lines().map(words).collect()
    }

    fn member(&self, payload: &[String; 3], member: &str) -> f64 {
        let [name, revision, _] = payload;
        let store = Store::new(self.path("results/outputdb"));
        let database = store.database().unwrap();
        let mut records = database.records.iter();
        let record = records.find(|r| (&r.name, &r.revision) == (name, revision));
        store.read(record.unwrap()).unwrap().members[member][0]
    }
}

fn events(parts: &[(u32, [i32; 2])]) -> Value {
    let file = |part: &u32| own(&format!("tests/data/events/part_{part}.root"));
    parts
        .iter()
        .map(|(part, run)| json!([file(part), run]))
        .collect()
}

/// Mean and error of the made-up numbers, which lie at 42.
fn check_mean(run: &Run, payload: &[String; 3], spread: f64, entries: f64) {
    let (mean, error) = (
        run.member(payload, "m_mean"),
        run.member(payload, "m_meanError"),
    );
    let expected = spread / entries.sqrt();
    // Bins are 1 wide; four standard deviations.
    assert!((mean - 42.0).abs() < 4.0 * expected + 0.05, "{mean}");
    assert!((error / expected - 1.0).abs() < 0.2, "{error} {expected}");
}

#[test]
fn the_simple_example_finds_the_mean_that_is_made_up() {
    let run = Run::new();
    let samples = json!({ "physics": events(&[(1, [7, 1]), (2, [7, 1]), (5, [7, 3])]) });
    let (said, well) = run.run(&own(SCRIPTS).join("example_simple.rhai"), &samples, &[]);
    assert!(well, "{said}");
    let payloads = run.payloads();
    let names: Vec<&str> = payloads.iter().map(|p| p[0].as_str()).collect();
    assert_eq!(names, ["TestCalibMean", "TestCalibObjects"]);
    assert!(payloads.iter().all(|p| p[2] == "7,1,-1,-1"));
    // 60, 15 and 110 events of ten entries.
    check_mean(&run, &payloads[0], 4.0, 1850.0);
}

/// Events of `first` to `last` that the prescale of the complex example keeps.
fn kept(run: i32, first: u64, last: u64) -> u64 {
    let kept = (first..=last).filter(|event| b2caf::dataset::keeps(0.2, 1, 7, run, *event));
    kept.count() as u64
}

#[test]
fn the_complex_example_puts_samples_together_and_changes_at_boundaries() {
    let run = Run::new();
    let samples = json!({
        "physics": events(&[(1, [7, 1]), (2, [7, 1]), (5, [7, 3])]),
        "cosmics": events(&[(1, [7, 1]), (2, [7, 1])]),
        "Bcosmics": events(&[(5, [7, 3])]),
    });
    let config = run.path("config.json");
    let boundaries = json!({ "expert_config": { "payload_boundaries": [[7, 3]] } });
    fs::write(&config, boundaries.to_string()).unwrap();
    let script = own(SCRIPTS).join("example_complex.rhai");
    let (said, well) = run.run(&script, &samples, &["--config", config.to_str().unwrap()]);
    assert!(well, "{said}");
    // The cosmics are not part of the result; part 5 begins with event 191, and has 110.
    let payloads = run.payloads();
    let lines: Vec<[&str; 2]> = payloads
        .iter()
        .map(|p| [p[0].as_str(), p[2].as_str()])
        .collect();
    assert_eq!(
        lines,
        [["TestCalibMean", "7,1,7,2"], ["TestCalibMean", "7,3,-1,-1"]]
    );
    let counts = [kept(1, 1, 75), kept(3, 191, 290)];
    for (payload, events) in payloads.iter().zip(counts) {
        check_mean(&run, payload, 4.0, 10.0 * events as f64);
    }
    let collected = |calibration: &str, collection: &str| {
        let path = format!("results/{calibration}/0/collector_output/{collection}/summary.json");
        let summary = read_json(&run.path(&path));
        summary["events"].as_u64().unwrap()
    };
    assert_eq!(
        collected("TestCalibration_physics", "physics"),
        counts[0] + counts[1]
    );
    assert_eq!(collected("TestCalibration_cosmics", "cosmics"), 75);
    assert_eq!(collected("TestCalibration_cosmics", "Bcosmics"), 100);
    // 750 numbers of width 10 and 1000 of width 1, in one histogram.
    let folder = "results/TestCalibration_cosmics/outputdb";
    let mean = payloads::payload(&run.path(folder), "TestCalibMean");
    let error = mean["members"]["m_meanError"][0].as_f64().unwrap();
    let expected = (750.0_f64 * 100.0 + 1000.0).sqrt() / 1750.0;
    assert!((error / expected - 1.0).abs() < 0.15, "{error} {expected}");
}

#[test]
fn the_simple_example_runs_on_basf2_files() {
    let mut ran = 0;
    let files = fs::read_dir(data().join("basf2")).into_iter().flatten();
    for entry in files {
        let path = entry.unwrap().path();
        let cards = FileCards::shared();
        let iov = cards
            .metadata(&path)
            .ok()
            .flatten()
            .and_then(|m| m.iov().ok().flatten());
        let entries = cards.entries(&path, "tree").unwrap_or(0);
        let Some(iov) = iov.filter(|iov| iov.low() == iov.high() && entries >= 10) else {
            continue;
        };
        let run = Run::new();
        let low = iov.low();
        let samples = json!({ "physics": [[path, [low.exp, low.run]]] });
        let (said, well) = run.run(&own(SCRIPTS).join("example_simple.rhai"), &samples, &[]);
        assert!(well, "{}: {said}", path.display());
        check_mean(&run, &run.payloads()[0], 4.0, 10.0 * entries as f64);
        ran += 1;
    }
    match ran {
        0 => say!("skipped: there are no basf2 files in {}", data().display()),
        _ => say!("the simple example ran on {ran} basf2 files"),
    }
}

#[test]
fn a_step_without_data_has_the_runs_of_files_that_are_not_opened() {
    let run = Run::new();
    let script = r#"
fn get_calibrations(input_data, kwargs) {
    let files = FileMap([["/nowhere/a.root", IoV(7, 1, 7, 1)], ["/nowhere/b.root", IoV(7, 4, 7, 9)]]);
    let merge = Calibration("merge", #{
        algorithms: [Algorithm("Merge").calibrate(|data| {
            data.save("TestCalibMean", #{ m_mean: 1.0 * data.runs.len(), m_meanError: 0.0 });
            AlgResult::ok
        })],
        input_files: files,
    });
    [merge.cover(kwargs.requested_iov)]
}
"#;
    let samples = json!({ "physics": events(&[(1, [7, 1]), (5, [7, 9])]) });
    let (said, well) = run.run_text(script, &samples);
    assert!(well, "{said}");
    let payloads = run.payloads();
    assert_eq!(
        run.member(&payloads[0], "m_mean"),
        3.0,
        "7,1 and 7,4 and 7,9"
    );
    assert_eq!(payloads[0][2], "7,1,7,9");
}

#[cfg(unix)]
#[test]
fn a_program_gets_the_constants_of_earlier_steps_and_runs_again_when_they_change() {
    let run = Run::new();
    let notes = run.path("notes");
    let steering = run.path("copy.sh");
    let text = format!(
        "grep -c TestCalibMean \"$3\" >> {}\ncp \"$1\" \"$2\"\n",
        notes.display()
    );
    fs::write(&steering, text).unwrap();
    let script = r#"
fn get_calibrations(input_data, kwargs) {
    let one = |name, path| Calibration(name, #{
        collector: register_module("CaTest"),
        pre_collector_path: path,
        algorithms: [TestCalibrationAlgorithm()],
        input_files: input_data.physics,
    });
    let with_payloads = Path().external("copy", #{
        command: ["sh", "copy.sh", "{input}", "{output}", "{payloads}"], files: ["copy.sh"],
    });
    let first = one.call("first", Path());
    let second = one.call("second", with_payloads);
    let third = one.call("third", with_payloads);
    chain([first, second, third])
}
"#;
    let samples = json!({ "physics": events(&[(1, [7, 1])]) });
    let (said, well) = run.run_text(script, &samples);
    assert!(well, "{said}");
    // The first found constants; the second found the same ones again, so nothing is new.
    let noted = fs::read_to_string(&notes).unwrap();
    assert!(noted.lines().all(|line| line != "0"), "{noted}");
    let made = fs::read_dir(run.path("results/.cache/external"))
        .unwrap()
        .count();
    assert_eq!(made, noted.lines().count());
    // What programs made outlives the results.
    let again = run.path("script.rhai");
    let (said, well) = run.run(&again, &samples, &["--overwrite"]);
    assert!(well, "{said}");
    assert_eq!(fs::read_to_string(&notes).unwrap(), noted);
}

#[cfg(unix)]
#[test]
fn a_run_can_begin_again_after_a_program_that_failed() {
    let run = Run::new();
    let script = r#"
fn get_calibrations(input_data, kwargs) {
    [Calibration("one", #{
        collector: register_module("CaTest"),
        pre_collector_path: Path().external("copy", #{
            command: ["sh", "copy.sh", "{input}", "{output}"], files: ["copy.sh"],
        }),
        algorithms: [TestCalibrationAlgorithm()],
        input_files: input_data.physics,
    })]
}
"#;
    let samples = json!({ "physics": events(&[(1, [7, 1])]) });
    fs::write(run.path("copy.sh"), "echo 'no such tape' >&2; exit 4\n").unwrap();
    let (said, well) = run.run_text(script, &samples);
    assert!(!well);
    assert!(said.contains("ended with exit code 4"), "{said}");
    assert!(said.contains("no such tape"), "{said}");
    fs::write(run.path("copy.sh"), "cp \"$1\" \"$2\"\n").unwrap();
    let (said, well) = run.run_text(script, &samples);
    assert!(well, "{said}");
}
