//! A calibration that does what a case tells it to, on real folders and a real database.

use std::fs;
use std::path::{Path, PathBuf};

use b2caf::caf::machine::{CalibrationActions, Stop};
use b2caf::caf::{CalibrationState, Error, StateDb, remove_iterations_after};
use serde_json::{Value, json};

pub(crate) const NAME: &str = "cal";

/// Carries out what the machine asks for as the vectors say, and writes down what it was asked.
pub(crate) struct StandIn<'a> {
    pub(crate) input: &'a Value,
    pub(crate) output: PathBuf,
    pub(crate) db: &'a StateDb,
    pub(crate) trace: Vec<Value>,
    pub(crate) writes: Vec<Value>,
    /// Messages of the states that were entered.
    pub(crate) messages: Vec<(CalibrationState, String)>,
    pub(crate) iteration: u32,
}

impl StandIn<'_> {
    fn folder(&self) -> PathBuf {
        self.output.join(NAME)
    }

    /// What happens in an iteration: the last entry of the list repeats.
    fn behaviour(&self, iteration: u32) -> &Value {
        behaviour(self.input, iteration)
    }

    fn write(&mut self, column: &str, value: impl Into<Value>) {
        self.writes.push(json!([column, value.into()]));
    }

    /// The databases handed to the algorithms, relative to the output folder.
    fn databases(&self, iteration: u32) -> Vec<String> {
        let before = self.input["dependencies"].as_array().unwrap().iter();
        let mut all: Vec<String> = before
            .map(|_| "dep/outputdb/database.txt".to_owned())
            .collect();
        if iteration > 0 {
            let previous = iteration - 1;
            all.push(format!(
                "{NAME}/{previous}/algorithm_output/outputdb/database.txt"
            ));
        }
        all
    }
}

/// A folder in memory where there is one: every state is written to the disk for good.
pub(crate) fn folder() -> tempfile::TempDir {
    tempfile::tempdir_in("/dev/shm").unwrap_or_else(|_| tempfile::tempdir().unwrap())
}

pub(crate) fn behaviour(input: &Value, iteration: u32) -> &Value {
    let all = input["iterations"].as_array().unwrap();
    all.get(iteration as usize).unwrap_or(all.last().unwrap())
}

impl CalibrationActions for StandIn<'_> {
    fn enter(
        &mut self,
        state: CalibrationState,
        iteration: u32,
        message: &str,
    ) -> Result<(), Error> {
        self.db.enter(NAME, state, iteration, message)?;
        self.write("state", state.name());
        if state.is_checkpoint() {
            self.write("checkpoint", state.name());
        }
        if iteration != self.iteration {
            self.write("iteration", iteration);
            self.iteration = iteration;
        }
        self.messages.push((state, message.to_owned()));
        Ok(())
    }

    fn max_iterations(&self) -> u32 {
        // Passes here, passes after the first one there.
        self.input["max_iterations"].as_u64().unwrap() as u32 + 1
    }

    fn clear_later(&mut self, iteration: u32) -> Result<(), Stop> {
        remove_iterations_after(iteration, &self.folder()).map_err(|e| Stop::failed(e.to_string()))
    }

    fn blocked(&mut self) -> Option<String> {
        let mut states = self.input["dependencies"].as_array().unwrap().iter();
        let open = states.find(|state| *state != "completed")?;
        Some(format!("dep is {open}"))
    }

    fn submit(&mut self, iteration: u32) -> Result<(), Stop> {
        self.trace.push(json!(["collect", iteration]));
        if self.behaviour(iteration)["submit_error"] == true {
            return Err(Stop::failed("no job can be made"));
        }
        Ok(())
    }

    fn collected(&mut self, iteration: u32) -> Result<(), Stop> {
        let ended = self.behaviour(iteration)["collector"].as_array().unwrap();
        match ended.iter().position(|state| state == "failed") {
            Some(number) => Err(Stop::failed(format!("collection {number} failed"))),
            None => Ok(()),
        }
    }

    fn check_collected(&mut self, iteration: u32) -> Result<(), Stop> {
        match self.behaviour(iteration)["output_present"] == true {
            true => Ok(()),
            false => Err(Stop::failed("the collected data are not there")),
        }
    }

    fn run_algorithms(&mut self, iteration: u32) -> Result<bool, Stop> {
        self.trace.push(json!(["algorithms", iteration]));
        let runner = self.behaviour(iteration)["runner"].clone();
        let folder = self.folder().join(iteration.to_string());
        fs::create_dir_all(folder.join("outputdb")).unwrap();
        if runner["final_state"] == "exception" {
            return Err(Stop::failed("the runner threw"));
        }
        self.trace
            .push(json!(["dependent_databases", self.databases(iteration)]));
        let text = format!("iteration {iteration}");
        fs::write(folder.join("outputdb/database.txt"), text).unwrap();
        if runner["final_state"] == "FAILED" {
            return Err(Stop::failed("an algorithm failed"));
        }
        let results = runner["results"].as_object().unwrap().values();
        let codes = results.flat_map(|codes| codes.as_array().unwrap());
        Ok(codes.into_iter().any(|code| code == 1))
    }

    fn finish(&mut self, iteration: u32) -> Result<(), Stop> {
        let result = self.folder().join("outputdb");
        fs::create_dir_all(&result).unwrap();
        let from = self.folder().join(iteration.to_string());
        let from = from.join("outputdb/database.txt");
        fs::copy(from, result.join("database.txt")).unwrap();
        Ok(())
    }
}

/// Names of the folders in a folder, sorted.
pub(crate) fn folders(of: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(of) else {
        return Vec::new();
    };
    let entries = entries.map(Result::unwrap).filter(|e| e.path().is_dir());
    let mut names: Vec<String> = entries
        .map(|e| e.file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}
