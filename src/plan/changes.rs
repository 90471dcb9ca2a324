//! What is different between two descriptions, in words: why something must be done again.

use serde_json::{Value, json};

use crate::calibrate::{Algorithm, describe};
use crate::collect::{Collector, Step};

use super::fingerprint::hash;
use super::{Calibration, Collection};

/// What changed for the objects of a collection: `input files`, `path`, `rows`, `definitions`, `cuts`,
/// `objects`, `order of steps`, `options`, `ignored runs`.
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

/// Everything that objects of a collection hang on but the content of files and constants, in parts
/// that are hashed; together they are the whole description.
pub(super) fn collection_parts(
    calibration: &Calibration,
    sample: &Collection,
) -> Vec<(&'static str, String)> {
    let all = sample
        .collector
        .iter()
        .flat_map(|collector| &collector.steps);
    let all: Vec<(&'static str, &Step)> = all.map(|step| (part_of(step), step)).collect();
    let steps = |part: &str| -> Value {
        let own = all.iter().filter(|(known, _)| *known == part);
        json!(own.map(|(_, step)| step).collect::<Vec<_>>())
    };
    let order: Vec<&str> = all.iter().map(|(part, _)| *part).collect();
    let options = sample.collector.as_ref().map(|collector| Collector {
        steps: Vec::new(),
        ..collector.clone()
    });
    let parts = [
        (
            "input files",
            json!(sample.input_files.iter().collect::<Vec<_>>()),
        ),
        ("path", json!(sample.path)),
        ("rows", steps("rows")),
        ("definitions", steps("definitions")),
        ("cuts", steps("cuts")),
        ("objects", steps("objects")),
        ("order of steps", json!(order)),
        ("options", json!([options, calibration.granularity])),
        ("ignored runs", json!(calibration.ignored_runs)),
    ];
    parts.map(|(name, value)| (name, hash(value))).to_vec()
}

/// The part of a collector that a step belongs to.
fn part_of(step: &Step) -> &'static str {
    match step {
        Step::Define(..) => "definitions",
        Step::Select(..) => "cuts",
        Step::Fill(_) => "objects",
        _ => "rows",
    }
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
