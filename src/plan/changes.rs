//! What is different between two descriptions, in words: why something must be done again.

use serde_json::{Value, json};

use crate::calibrate::{Algorithm, describe};
use crate::collect::{Collector, Step};

use super::fingerprint::hash;
use super::{Calibration, Collection};

/// What changed for the objects of a collection: `input files`, `path`, `cuts`, `definitions`, `rows`,
/// `objects`, `options`, `ignored runs`.
#[must_use]
pub fn collection_changes(
    before: &Calibration,
    after: &Calibration,
    collection: &str,
) -> Vec<&'static str> {
    let parts = |calibration: &Calibration| {
        let sample = calibration.collections.get(collection)?;
        Some(collection_parts(calibration, sample))
    };
    match (parts(before), parts(after)) {
        (Some(before), Some(after)) => before
            .into_iter()
            .zip(after)
            .filter(|(before, after)| before.1 != after.1)
            .map(|((name, _), _)| name)
            .collect(),
        _ => vec!["it is new"],
    }
}

fn collection_parts(calibration: &Calibration, sample: &Collection) -> Vec<(&'static str, String)> {
    let steps = |wanted: &dyn Fn(&Step) -> bool| -> Value {
        let all = sample.collector.iter().flat_map(|c: &Collector| &c.steps);
        json!(all.filter(|step| wanted(step)).collect::<Vec<_>>())
    };
    let options = sample.collector.as_ref().map(|c| {
        json!([
            c.name,
            c.tree,
            c.granularity,
            c.max_events_per_run,
            c.prescale,
            c.native
        ])
    });
    let files = sample.input_files.iter().collect::<Vec<_>>();
    let is_row = |step: &Step| {
        let known = matches!(step, Step::Define(..) | Step::Select(..) | Step::Fill(_));
        !known
    };
    let parts = [
        ("input files", json!(files)),
        ("path", json!(sample.path)),
        ("rows", steps(&is_row)),
        (
            "definitions",
            steps(&|step| matches!(step, Step::Define(..))),
        ),
        ("cuts", steps(&|step| matches!(step, Step::Select(..)))),
        ("objects", steps(&|step| matches!(step, Step::Fill(_)))),
        ("options", json!([options, calibration.granularity])),
        ("ignored runs", json!(calibration.ignored_runs)),
    ];
    parts.map(|(name, value)| (name, hash(value))).to_vec()
}

/// What changed for an algorithm: `model`, `rules`, `payloads`, `closures`, `strategy`, `params`.
#[must_use]
pub fn algorithm_changes(before: &Algorithm, after: &Algorithm) -> Vec<&'static str> {
    let (before, after) = (algorithm_parts(before), algorithm_parts(after));
    let both = before.into_iter().zip(after);
    both.filter(|(before, after)| before.1 != after.1)
        .map(|((name, _), _)| name)
        .collect()
}

fn algorithm_parts(algorithm: &Algorithm) -> Vec<(&'static str, String)> {
    let described = describe(algorithm);
    let kind = &described["kind"];
    let rules = ["enough_data", "accept", "tolerate", "combine", "expand"].map(|key| &kind[key]);
    let parts = [
        ("model", json!(kind["fits"])),
        ("rules", json!(rules)),
        ("payloads", json!(kind["payloads"])),
        ("closures", json!(kind["scripted"])),
        ("global fit", json!(kind["global"])),
        ("strategy", json!(described["strategy"])),
        ("params", json!(described["params"])),
    ];
    parts.map(|(name, value)| (name, hash(value))).to_vec()
}
