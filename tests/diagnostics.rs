//! What is said about wrong scripts: each file of `tests/diagnostics` begins with the exact words.
//!
//! `B2CAF_BLESS=1` writes what is said now into the files; read the difference before keeping it.

#![cfg(feature = "script")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use b2caf::dataset::InputData;
use b2caf::iov::IoV;
use b2caf::script::{Diagnostic, Options, Script, draw, eval};

fn cases() -> Vec<PathBuf> {
    // Relative, since the paths are part of what is said.
    let mut cases: Vec<PathBuf> = fs::read_dir("tests/diagnostics")
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "rhai"))
        .collect();
    cases.sort();
    cases
}

/// Everything that is said about a script: a calibration is planned, anything else evaluated.
fn said(path: &Path, body: &str) -> String {
    let mut options = Options::default();
    if body.contains("// few operations") {
        options.operations = 100_000;
    }
    if body.contains("// little time") {
        options.time = Duration::from_millis(50);
    }
    let told = if body.contains("get_calibrations") || body.contains("CalibrationSettings") {
        planned(path, &options)
    } else {
        let (value, mut messages) = eval(path, &[], &options);
        match value {
            Ok(value) => format!("{}{value}\n", drawn(&messages)),
            Err(errors) => {
                messages.extend(errors);
                drawn(&messages)
            }
        }
    };
    told.replace('\\', "/")
}

fn planned(path: &Path, options: &Options) -> String {
    let script = match Script::load(path, options) {
        Ok(script) => script,
        Err(errors) => return drawn(&errors),
    };
    let plan = script.plan(
        &InputData::default(),
        IoV::EVERYTHING,
        &serde_json::Map::new(),
    );
    let mut messages = script.take_messages();
    match plan {
        Ok(plan) => match b2caf::plan::check(&plan) {
            Ok(_) => drawn(&messages) + "a plan\n",
            Err(error) => {
                messages.extend(script.diagnostics_of(&error));
                drawn(&messages)
            }
        },
        Err(errors) => {
            messages.extend(errors);
            drawn(&messages)
        }
    }
}

fn drawn(all: &[Diagnostic]) -> String {
    all.iter().map(|one| draw(one, false)).collect()
}

/// The leading comment without its marks, and the rest.
fn split(text: &str) -> (String, &str) {
    let mut expected = String::new();
    let mut rest = text;
    while let Some(line) = rest
        .split_inclusive('\n')
        .next()
        .filter(|l| l.starts_with("//"))
    {
        let bare = line.trim_end().trim_start_matches("//");
        expected.push_str(bare.strip_prefix(' ').unwrap_or(bare));
        expected.push('\n');
        rest = &rest[line.len()..];
    }
    (expected, rest)
}

fn tidy(text: &str) -> String {
    let lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    lines.join("\n").trim_end().to_owned() + "\n"
}

fn with_comment(expected: &str, body: &str) -> String {
    let comment = expected.lines().map(|line| match line {
        "" => "//\n".to_owned(),
        line => format!("// {line}\n"),
    });
    comment.collect::<String>() + body
}

#[test]
fn every_wrong_script_is_answered_in_these_words() {
    let bless = std::env::var_os("B2CAF_BLESS").is_some();
    let mut wrong = Vec::new();
    for path in cases() {
        let mut text = fs::read_to_string(&path).unwrap();
        if bless {
            // The comment moves the lines it speaks of: until it speaks of itself correctly.
            for _ in 0..5 {
                let (_, body) = split(&text);
                let new = with_comment(&tidy(&said(&path, body)), body);
                fs::write(&path, &new).unwrap();
                if new == text {
                    break;
                }
                text = new;
            }
        }
        let (expected, body) = split(&text);
        let found = tidy(&said(&path, body));
        if found != tidy(&expected) {
            wrong.push(format!(
                "{}:\nexpected\n{expected}\nfound\n{found}",
                path.display()
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_loop_of_closures_ends_in_time_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("script.rhai");
    fs::write(
        &path,
        "for n in 0..100000000 { [1, 2].map(|x| [1, 2].map(|y| x + y)); }",
    )
    .unwrap();
    let options = Options {
        time: Duration::from_millis(50),
        ..Options::default()
    };
    let start = std::time::Instant::now();
    let errors = eval(&path, &[], &options).0.unwrap_err();
    assert_eq!(errors[0].code, "script::too-long");
    assert!(errors[0].trace.is_empty());
    assert!(start.elapsed() < Duration::from_secs(5));
}
