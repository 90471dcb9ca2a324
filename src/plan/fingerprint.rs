//! The identity of a plan: equal fingerprints give equal results on equal files.

use serde_json::{Value, json};

use crate::calibrate::{describe, forget_places};

use super::changes::collection_parts;
use super::{Calibration, Plan};

/// The fingerprint of the whole plan: 64 hexadecimal digits.
#[must_use]
pub fn fingerprint(plan: &Plan) -> String {
    let calibrations: Vec<Value> = plan.calibrations.iter().map(value).collect();
    let mut settings = plan.settings.to_json();
    if let Value::Object(fields) = &mut settings {
        // For people only: usually the opening comment of the script.
        fields.shift_remove("description");
    }
    hash(json!({
        "settings": settings,
        "requested_iov": plan.requested_iov,
        "calibrations": calibrations,
    }))
}

/// The fingerprint of one calibration: 64 hexadecimal digits.
#[must_use]
pub fn calibration_fingerprint(calibration: &Calibration) -> String {
    hash(value(calibration))
}

/// The fingerprint of what is collected for a collection: 64 hexadecimal digits.
#[must_use]
pub fn collection_fingerprint(calibration: &Calibration, collection: &str) -> String {
    let Some(sample) = calibration.collections.get(collection) else {
        return hash(Value::Null);
    };
    hash(json!([collection, collection_parts(calibration, sample)]))
}

fn value(calibration: &Calibration) -> Value {
    let collections: Vec<Value> = calibration
        .collections
        .iter()
        .map(|(name, collection)| {
            let files: Vec<Value> = collection
                .input_files
                .iter()
                .map(|(path, iov)| json!([path.to_string_lossy(), iov]))
                .collect();
            json!([name, collection.collector, files, collection.path])
        })
        .collect();
    json!({
        "name": calibration.name,
        "collections": collections,
        "algorithms": calibration.algorithms.iter().map(describe).collect::<Vec<_>>(),
        "depends_on": calibration.depends_on,
        "max_iterations": calibration.max_iterations,
        "save_payloads": calibration.save_payloads,
        "granularity": calibration.granularity,
        "ignored_runs": calibration.ignored_runs,
    })
}

/// The hash of a description without the places in it: 64 hexadecimal digits.
#[must_use]
pub fn hash(mut value: Value) -> String {
    forget_places(&mut value);
    blake3::hash(value.to_string().as_bytes())
        .to_hex()
        .to_string()
}
