//! The output folder: whose it is, and that nothing is left half-written.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::caf::State;
use crate::conditions::Store;

use super::toy::{calibration, run};

/// All files below a folder with their content.
fn content(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(next) = open.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else {
                let name = path
                    .strip_prefix(folder)
                    .unwrap()
                    .to_string_lossy()
                    .into_owned();
                // The state says when something happened, which is never the same.
                if !name.starts_with("caf_state.db") {
                    files.insert(name, fs::read(&path).unwrap());
                }
            }
        }
    }
    files
}

fn message(output: &Path, overwrite: bool) -> String {
    let ended = run(vec![calibration("cal", "mean_42", &[])], output, overwrite);
    ended.unwrap_err().to_string()
}

#[test]
fn equal_input_gives_equal_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let runs = ["a", "b/deeper"].map(|name| {
        let output = folder.path().join(name);
        let calibrations = vec![
            calibration("high", "mean_45", &[]),
            calibration("cal", "mean_42", &["high"]),
        ];
        run(calibrations, &output, false).unwrap();
        content(&output)
    });
    assert!(runs[0].len() > 10);
    assert_eq!(
        runs[0].keys().collect::<Vec<_>>(),
        runs[1].keys().collect::<Vec<_>>()
    );
    assert!(runs[0] == runs[1]);
}

#[test]
fn an_earlier_run_is_only_replaced_when_asked() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path();
    let calibrations = || {
        vec![
            calibration("old", "mean_42", &[]),
            calibration("cal", "mean_43", &[]),
        ]
    };
    run(calibrations(), output, false).unwrap();
    fs::write(output.join("notes.txt"), "mine").unwrap();
    let before = content(output);
    assert_eq!(
        message(output, false),
        format!(
            "the output folder {} cannot be continued: the input files, the configuration or the requested interval have changed for calibration cal; replace what is there with --overwrite, or choose another one with --output",
            output.display()
        )
    );
    assert!(content(output) == before);
    run(vec![calibration("cal", "mean_42", &[])], output, true).unwrap();
    let after = content(output);
    assert_eq!(after["notes.txt"], b"mine");
    assert!(after.keys().all(|name| !name.starts_with("old/")));
    assert_eq!(
        String::from_utf8_lossy(&after["outputdb/database.txt"])
            .lines()
            .count(),
        2
    );
}

#[test]
fn other_peoples_folders_are_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("thesis.tex"), "years of work").unwrap();
    for overwrite in [false, true] {
        assert_eq!(
            message(folder.path(), overwrite),
            format!(
                "the output folder {} is not empty and does not come from b2caf; choose another one with --output",
                folder.path().display()
            )
        );
    }
    assert_eq!(content(folder.path()).len(), 1);
    let file = folder.path().join("thesis.tex");
    assert_eq!(
        message(&file, true),
        format!(
            "the output folder {} is a file; choose another one with --output",
            file.display()
        )
    );
    let below = file.join("results");
    assert!(message(&below, false).starts_with(&format!(
        "cannot write to the output folder {}: ",
        below.display()
    )));
    // An empty folder is as good as none.
    let empty = folder.path().join("empty");
    fs::create_dir(&empty).unwrap();
    run(vec![calibration("cal", "mean_42", &[])], &empty, false).unwrap();
}

#[test]
fn a_run_that_cannot_go_on_leaves_nothing_half_written() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("results");
    let error = run(vec![calibration("cal", "broken", &[])], &output, false).unwrap_err();
    assert_eq!(error.to_string(), "broken: this file is cut off");
    assert!(!output.exists());
    // What had ended before stays.
    let calibrations = vec![
        calibration("cal", "mean_42", &[]),
        calibration("bad", "broken", &[]),
    ];
    let (outcome, _) = run(calibrations, &output, false).unwrap();
    let bad = &outcome.calibrations[1];
    assert_eq!(
        (bad.state, bad.message.as_str()),
        (State::Failed, "broken: this file is cut off")
    );
    let files = content(&output);
    assert!(files.contains_key("outputdb/database.txt"));
    assert!(
        files
            .keys()
            .all(|name| !name.contains("partial") && !name.starts_with("bad"))
    );
}

#[test]
fn a_wrong_plan_touches_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("results");
    let mut wrong = calibration("cal", "mean_42", &[]);
    wrong.algorithms.clear();
    let error = run(vec![wrong], &output, false).unwrap_err().to_string();
    assert!(
        error.starts_with("the plan cannot run:\n  calibration cal has no algorithms"),
        "{error}"
    );
    assert!(!output.exists());
}

#[test]
fn constants_that_are_given_must_be_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut options = crate::caf::Options::new(folder.path().join("results"));
    options.constants = vec![Store::new(folder.path().join("nowhere"))];
    let plan = super::toy::plan(vec![calibration("cal", "mean_42", &[])]);
    let observer = &mut crate::caf::NullObserver;
    let error =
        crate::caf::run::run_with(&plan, &options, &super::toy::Making, observer).unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "there are no constants to start from in {}: a folder with a database.txt is needed",
            folder.path().join("nowhere").display()
        )
    );
    assert!(!options.output.exists());
}

#[test]
fn a_full_disk_is_told_in_the_same_words_wherever_it_was_met() {
    let full = || std::io::Error::from(std::io::ErrorKind::StorageFull);
    let path = Path::new("results/outputdb/database.txt");
    let own = crate::caf::Error::output(path)(full()).to_string();
    let of_store = crate::caf::Error::from(crate::conditions::Error::Io {
        action: "write",
        path: path.into(),
        source: full(),
    });
    assert_eq!(of_store.to_string(), own);
    assert!(own.contains("run the same command again"), "{own}");
}
