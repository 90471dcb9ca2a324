//! Everything a report is made of, read once.

use std::sync::Arc;

use crate::caf::{Background, CalibrationOutcome, FilesRead, Outcome, PastExecution, Results};
use crate::conditions::Payload;
use crate::iov::IoV;

/// What a report is made of.
pub(super) struct Material<'a> {
    pub(super) results: &'a Results,
    pub(super) outcome: &'a Outcome,
    pub(super) background: Background,
    /// In the order in which they ran.
    pub(super) calibrations: Vec<Done<'a>>,
    /// Payloads of the result: name and, by interval, each of them; names in the order of the outcome.
    pub(super) payloads: Vec<(String, Vec<(IoV, Payload)>)>,
    /// What could not be read, one sentence each.
    pub(super) missing: Vec<String>,
}

/// One calibration.
pub(super) struct Done<'a> {
    pub(super) outcome: &'a CalibrationOutcome,
    /// Its algorithms with their executions of the last iteration.
    pub(super) algorithms: Vec<(String, Arc<Vec<PastExecution>>)>,
    /// Files and runs of each collection, by its name.
    pub(super) read: Vec<(String, FilesRead)>,
}

impl<'a> Material<'a> {
    /// Reads everything; what cannot be read is told, and the rest is there.
    pub(super) fn gather(results: &'a Results) -> Self {
        let outcome = results.outcome();
        let mut missing = Vec::new();
        let calibrations = outcome.calibrations.iter();
        let calibrations = calibrations
            .map(|one| done(results, one, &mut missing))
            .collect();
        let background = results.background().unwrap_or_else(|why| {
            missing.push(why);
            Background::default()
        });
        let mut names: Vec<&str> = Vec::new();
        for payload in outcome.payloads() {
            if !names.contains(&payload.name.as_str()) {
                names.push(&payload.name);
            }
        }
        let mut payloads = Vec::new();
        for name in names {
            match results.payloads(name) {
                Ok(found) => payloads.push((name.to_owned(), found)),
                Err(why) => missing.push(why),
            }
        }
        Self {
            results,
            outcome,
            background,
            calibrations,
            payloads,
            missing,
        }
    }
}

fn done<'a>(
    results: &Results,
    outcome: &'a CalibrationOutcome,
    missing: &mut Vec<String>,
) -> Done<'a> {
    let mut algorithms = Vec::new();
    for algorithm in &outcome.algorithms {
        match results.executions(&outcome.name, &algorithm.name) {
            Ok(Some(executions)) => algorithms.push((algorithm.name.clone(), executions)),
            Ok(None) => {}
            Err(why) => missing.push(why),
        }
    }
    let mut read = Vec::new();
    for collection in &outcome.collections {
        match results.files_read(&outcome.name, &collection.name) {
            Ok(files) => read.push((collection.name.clone(), files)),
            Err(why) => missing.push(why),
        }
    }
    Done {
        outcome,
        algorithms,
        read,
    }
}
