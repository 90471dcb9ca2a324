//! The states as JSON.

use std::path::Path;

use serde_json::{Value, json};

use crate::caf::Row;

use super::moment::moment;

/// Everything that is known, with the times.
pub(super) fn document(path: &Path, rows: &[Row], running: Option<bool>) -> Value {
    let rows: Vec<Value> = rows.iter().map(calibration).collect();
    json!({ "path": path, "running": running, "calibrations": rows })
}

fn calibration(row: &Row) -> Value {
    json!({
        "name": row.name,
        "state": row.state.name(),
        "checkpoint": row.checkpoint.name(),
        "iteration": row.iteration,
        "message": row.message,
        "error": row.error,
        "started": row.started.map(moment),
        "since": moment(row.since),
    })
}
