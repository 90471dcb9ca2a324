//! What is written beside a payload: where it came from.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::calibrate::Execution;
use crate::conditions::{InForce, Store};
use crate::plan::calibration_fingerprint;

use super::iteration::Pass;

/// The constants that collectors and the execution looked at, by name: those of the collectors as far as they
/// are in force in its runs.
fn looked_up<'a>(pass: &'a Pass<'_>, execution: &'a Execution) -> BTreeSet<&'a InForce> {
    let of_runs = |one: &&InForce| execution.runs.iter().any(|run| one.iov.contains_run(*run));
    let collected = pass.looked_up.iter().filter(of_runs);
    collected.chain(&execution.constants).collect()
}

/// Script, inputs, settings in force, versions. No clock, no host, no number of threads: equal
/// input gives equal facts.
pub(super) fn facts(pass: &Pass<'_>, algorithm: &str, execution: &Execution) -> Value {
    let (plan, calibration) = (pass.setting.plan, pass.calibration);
    let options = pass.setting.options;
    let given: Vec<String> = options.constants.iter().map(Store::origin).collect();
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
        "iteration": pass.iteration,
        "runs": execution.runs,
        "requested_iov": plan.requested_iov,
        "fingerprint": calibration_fingerprint(calibration),
        "sources": sources,
        "scripts": plan.release,
        "settings": plan.settings.to_json(),
        "inputs": inputs,
        "constants": given,
        "looked_up": looked_up(pass, execution),
        "versions": options.versions,
    })
}
