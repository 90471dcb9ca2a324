//! What the README says is what the program does.

#[path = "support/path.rs"]
mod path;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(project().join(path)).unwrap()
}

/// The text of each fenced block of a language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    let start = format!("```{language}\n");
    text.split(start.as_str())
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap().to_owned())
        .collect()
}

/// Lines without what depends on the machine: times, number of threads, blanks before times.
fn lines(text: &str) -> Vec<String> {
    let same = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let time = words.last() == Some(&"s");
        let words = if time {
            &words[..words.len() - 2]
        } else {
            &words[..]
        };
        words.join(" ")
    };
    text.lines()
        .map(same)
        .filter(|line| !line.is_empty() && !line.starts_with("Backend"))
        .collect()
}

#[test]
fn the_script_is_the_example() {
    let script = blocks(&read("README.md"), "rhai").remove(0);
    assert_eq!(script, read("examples/channel_time/channel_time.rhai"));
}

#[test]
fn the_commands_are_those_of_the_checks() {
    let checks = read(".ci/run");
    for block in blocks(&read("README.md"), "sh") {
        // What needs nothing but the program is run below.
        for command in block.lines().filter(|_| !block.starts_with("b2caf")) {
            assert!(
                checks.contains(command),
                "`{command}` is not run by .ci/run"
            );
        }
    }
}

#[test]
fn the_run_prints_what_the_readme_shows() {
    let folder = tempfile::tempdir().unwrap();
    let ended = Command::new(env!("CARGO_BIN_EXE_b2caf"))
        .arg("run")
        .arg(project().join("examples/channel_time/channel_time.rhai"))
        .arg("--input")
        .arg(project().join("examples/channel_time/data.json"))
        .current_dir(folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    let shown = blocks(&read("README.md"), "text").remove(0);
    assert_eq!(lines(&shown), lines(&said));
}

#[test]
fn the_first_commands_run_in_an_empty_folder() {
    let folder = tempfile::tempdir().unwrap();
    let path = path::with_program();
    let first = blocks(&read("README.md"), "sh").remove(0);
    assert!(first.starts_with("b2caf new "), "{first}");
    let ran = Command::new("sh")
        .args(["-e", "-c", &first])
        .current_dir(folder.path())
        .env("PATH", path)
        .output()
        .unwrap();
    assert!(ran.status.success(), "{ran:?}");
    let store = folder
        .path()
        .join("demo/calibration_results/outputdb/database.txt");
    assert!(store.is_file());
}

/// Every example of the page about fits runs.
#[test]
fn the_examples_about_fits_run() {
    let folder = tempfile::tempdir().unwrap();
    let examples = blocks(&read("docs/fits.md"), "rhai");
    assert!(examples.len() >= 3);
    for example in examples {
        let file = folder.path().join("example.rhai");
        fs::write(&file, &example).unwrap();
        let program = env!("CARGO_BIN_EXE_b2caf");
        let output = Command::new(program)
            .arg("eval")
            .arg(&file)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{example}\n{said}");
    }
}
