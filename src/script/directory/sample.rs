//! Input that scripts are tried with: files without anything that a detector measured.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::conditions::Library;
use crate::root::{TableColumn, TableValues, Writer};
use crate::settings::CalibrationSettings;

/// Runs of the sample, all of one experiment.
pub(super) const RUNS: std::ops::RangeInclusive<i32> = 1..=40;
/// Experiment of the sample.
pub(super) const EXPERIMENT: i32 = 7;
/// Files of each run.
const FILES: u32 = 3;
/// Events of each file: selections by their number find enough.
const EVENTS: usize = 1_000_000;

/// A folder with files for any script.
pub(super) struct Sample {
    folder: tempfile::TempDir,
    events: PathBuf,
}

impl Sample {
    pub(super) fn new() -> io::Result<Self> {
        let folder = tempfile::tempdir()?;
        let events = folder.path().join("events.root");
        let column = TableColumn {
            name: "sample",
            values: TableValues::Bool(&vec![false; EVENTS]),
        };
        let mut writer = Writer::new(Library::standard().classes());
        let written = writer.table("tree", "", &[column]);
        let bytes = written.and_then(|()| writer.finish());
        fs::write(&events, bytes.map_err(io::Error::other)?)?;
        Ok(Self { folder, events })
    }

    /// An input data file with some files for each sample of a script.
    pub(super) fn input(
        &self,
        script: &str,
        settings: &CalibrationSettings,
    ) -> io::Result<PathBuf> {
        let top = self.folder.path().join(script);
        let mut samples = Map::new();
        for name in &settings.input_data_names {
            let mut files = Vec::new();
            for run in RUNS {
                for number in 0..FILES {
                    let file = self.file(&top, name, run, number)?;
                    files.push(json!([file, [EXPERIMENT, run]]));
                }
            }
            samples.insert(name.clone(), Value::Array(files));
        }
        fs::create_dir_all(&top)?;
        let document = top.join("input_data.json");
        fs::write(&document, Value::Object(samples).to_string())?;
        Ok(document)
    }

    /// A file under a path of the form that raw data have.
    fn file(&self, top: &Path, name: &str, run: i32, number: u32) -> io::Result<PathBuf> {
        let folder = top.join(name);
        let folder = folder.join(format!("e{EXPERIMENT:04}/4S/r{run:05}/sub00"));
        fs::create_dir_all(&folder)?;
        let file = folder.join(format!("{name}.{EXPERIMENT:04}.{run:05}.f{number:05}.root"));
        match fs::hard_link(&self.events, &file) {
            Ok(()) => Ok(file),
            Err(_) => fs::copy(&self.events, &file).map(|_| file),
        }
    }
}
