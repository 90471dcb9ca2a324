//! An official script with its made-up input, and what it leaves.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use b2caf::conditions::{Library, Payload, Store};
use b2caf::iov::IoV;
use serde_json::{Map, Value, json};

use crate::rows::{self, Rows};

/// Stands in for basf2: the input is what it would make.
const BASF2: &str = r#"#!/bin/sh
while [ $# -gt 0 ]; do
    case "$1" in
        -i) input="$2"; shift ;;
        -o) output="$2"; shift ;;
    esac
    shift
done
cp "$input" "$output"
"#;
/// Rows of the tree by which files are chosen.
const EVENTS: usize = 3000;

/// A script, its input and its configuration, in a folder of its own.
pub(crate) struct Bench {
    script: &'static str,
    folder: tempfile::TempDir,
    samples: Map<String, Value>,
    config: Value,
    files: usize,
    /// The folder of scripts that is used; that of the project if none was changed.
    scripts: PathBuf,
}

impl Bench {
    pub(crate) fn new(script: &'static str, samples: &[&str]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let programs = folder.path().join("programs");
        fs::create_dir(&programs).unwrap();
        let program = programs.join("basf2");
        fs::write(&program, BASF2).unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let samples = samples.iter().map(|name| ((*name).to_owned(), json!([])));
        Self {
            script,
            folder,
            samples: samples.collect(),
            config: json!({}),
            files: 0,
            scripts: Path::new(env!("CARGO_MANIFEST_DIR")).join("scripts"),
        }
    }

    /// Uses copies of the scripts in which one text is another: numbers that would take too much data.
    pub(crate) fn change(&mut self, file: &str, from: &str, to: &str) {
        let own = self.path("scripts");
        if self.scripts != own {
            copy(&self.scripts, &own);
            self.scripts = own;
        }
        let file = self.scripts.join(file);
        let text = fs::read_to_string(&file).unwrap();
        assert!(text.contains(from), "no {from} in {}", file.display());
        fs::write(&file, text.replace(from, to)).unwrap();
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Adds a file of one run to some samples.
    pub(crate) fn file(&mut self, samples: &[&str], run: [i32; 2], trees: &[(&str, &Rows)]) {
        let path = self.path(&format!("part_{}.root", self.files));
        self.files += 1;
        let events = Rows::events(EVENTS);
        let mut trees = trees.to_vec();
        if !trees.iter().any(|(name, _)| *name == "tree") {
            trees.push(("tree", &events));
        }
        rows::write(&path, Library::standard().classes(), run, &trees);
        for sample in samples {
            let files = self.samples[*sample].as_array_mut().unwrap();
            files.push(json!([path, run]));
        }
    }

    /// Values of `expert_config`.
    pub(crate) fn configure(&mut self, config: Value) {
        self.config = config;
    }

    /// Constants to start from, valid for all runs.
    pub(crate) fn constants(&self, payloads: Vec<Payload>) {
        let store = Store::new(self.path("before"));
        let mut commit = store.commit();
        for payload in payloads {
            commit.add(payload, IoV::EVERYTHING, Value::Null).unwrap();
        }
        commit.finish().unwrap();
    }

    /// Runs the script for an interval; what it said, and whether it went well.
    pub(crate) fn tried(&self, requested: &str) -> (String, bool) {
        let script = self
            .scripts
            .join("prompt/calibrations")
            .join(self.script)
            .with_extension("rhai");
        let config = json!({ "expert_config": self.config });
        fs::write(self.path("config.json"), config.to_string()).unwrap();
        let samples = Value::Object(self.samples.clone());
        fs::write(self.path("data.json"), samples.to_string()).unwrap();
        let programs = std::env::var("PATH").unwrap();
        let programs = format!("{}:{programs}", self.path("programs").display());
        let mut command = Command::new(env!("CARGO_BIN_EXE_b2caf"));
        command
            .arg("run")
            .arg(script)
            .arg("--input")
            .arg(self.path("data.json"))
            .arg("--config")
            .arg(self.path("config.json"))
            .arg("--output")
            .arg(self.path("results"))
            .args(["--requested-iov", requested, "--threads", "2"])
            .args(["--overwrite"])
            .env("PATH", programs);
        if self.path("before").exists() {
            command.arg("--constants").arg(self.path("before"));
        }
        let output = command.output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        (said, output.status.success())
    }

    /// Runs the script, which must go well.
    #[track_caller]
    pub(crate) fn run(&self, requested: &str) -> Outcome {
        let (said, well) = self.tried(requested);
        assert!(well, "{said}");
        self.outcome(said)
    }

    /// What a run left that has said so much.
    pub(crate) fn outcome(&self, said: String) -> Outcome {
        let store = Store::new(self.path("results/outputdb"));
        let records = store.database().unwrap().records;
        let constants = records.iter().map(|record| Constants {
            iov: record.iov.unwrap().to_string(),
            payload: store.read(record).unwrap(),
        });
        Outcome {
            constants: constants.collect(),
            said,
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => drop(fs::copy(entry.path(), target).unwrap()),
        }
    }
}

/// What a run left.
pub(crate) struct Outcome {
    constants: Vec<Constants>,
    pub(crate) said: String,
}

impl Outcome {
    /// Payloads of one name, in the order of the text file, which must have these intervals.
    #[track_caller]
    pub(crate) fn of(&self, name: &str, intervals: &[&str]) -> Vec<&Constants> {
        let all = self.constants.iter();
        let all: Vec<&Constants> = all.filter(|one| one.payload.name == name).collect();
        let found: Vec<&str> = all.iter().map(|one| one.iov.as_str()).collect();
        assert_eq!(found, intervals, "{name}: {}", self.said);
        all
    }

    /// The only payload of one name, which must have this interval.
    #[track_caller]
    pub(crate) fn only(&self, name: &str, interval: &str) -> &Constants {
        self.of(name, &[interval])[0]
    }
}

/// A payload with its interval.
pub(crate) struct Constants {
    iov: String,
    pub(crate) payload: Payload,
}

impl Constants {
    /// All values of a member.
    #[track_caller]
    pub(crate) fn values(&self, member: &str) -> &[f64] {
        let members = &self.payload.members;
        let known = || members.keys().collect::<Vec<_>>();
        members
            .get(member)
            .unwrap_or_else(|| panic!("no {member} among {:?}", known()))
    }

    /// The numbers of the channels by their only index, with the values of a member.
    #[track_caller]
    pub(crate) fn channels(&self, member: &str) -> Vec<(i64, f64)> {
        let mut indices = self.payload.channels.values();
        let numbers = indices.next().unwrap();
        assert!(indices.next().is_none());
        let values = self.values(member);
        numbers
            .iter()
            .copied()
            .zip(values.iter().copied())
            .collect()
    }

    /// The value of a channel by its only index.
    #[track_caller]
    pub(crate) fn at(&self, member: &str, channel: i64) -> f64 {
        let all = self.channels(member);
        let found = all.iter().find(|(number, _)| *number == channel);
        found.unwrap_or_else(|| panic!("no channel {channel}")).1
    }
}
