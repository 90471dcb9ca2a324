//! What is written beside a payload: where it came from.

use serde_json::{Value, json};

use crate::calibrate::Execution;
use crate::plan::{Calibration, Plan, calibration_fingerprint};

use super::Options;

/// Script, inputs, settings in force, versions. No clock, no host, no number of threads: equal
/// input gives equal facts.
pub(super) fn facts(
    plan: &Plan,
    calibration: &Calibration,
    options: &Options,
    iteration: u32,
    algorithm: &str,
    execution: &Execution,
) -> Value {
    let sources: Vec<Value> = plan
        .sources
        .iter()
        .map(|(path, hash)| json!({"path": path.to_string_lossy(), "hash": hash}))
        .collect();
    let inputs: serde_json::Map<String, Value> = calibration
        .collections
        .iter()
        .map(|(name, collection)| {
            let files = collection.input_files.iter();
            let files: Vec<Value> = files
                .map(|(path, iov)| json!([path.to_string_lossy(), iov]))
                .collect();
            (name.clone(), Value::Array(files))
        })
        .collect();
    json!({
        "calibration": calibration.name,
        "algorithm": algorithm,
        "iteration": iteration,
        "runs": execution.runs,
        "requested_iov": plan.requested_iov,
        "fingerprint": calibration_fingerprint(calibration),
        "sources": sources,
        "settings": plan.settings.to_json(),
        "inputs": inputs,
        "constants": options.constants,
        "versions": options.versions,
    })
}
