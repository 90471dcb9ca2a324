//! An algorithm as a JSON value: its identity, for fingerprints and provenance.

use serde_json::{Value, json};

use crate::fit::{Model, Start};

use super::global::describe_global;
use super::{Algorithm, Declared, Kind};

/// Everything about an algorithm that changes what comes out; rules by their source text.
#[must_use]
pub fn describe(algorithm: &Algorithm) -> Value {
    json!({
        "name": algorithm.name,
        "kind": match &algorithm.kind {
            Kind::Declared(declared) => describe_declared(declared),
            Kind::Global(global) => json!({ "global": describe_global(global) }),
            Kind::TestCalibration => json!("TestCalibrationAlgorithm"),
            Kind::TestBoundarySetting => json!("TestBoundarySettingAlgorithm"),
            Kind::Scripted(scripted) => json!({ "scripted": scripted.source() }),
        },
        "strategy": algorithm.strategy,
        "params": algorithm.params,
    })
}

fn describe_declared(declared: &Declared) -> Value {
    let fits = declared.fits.iter().map(|fit| {
        json!({
            "object": fit.object,
            "model": describe_model(&fit.model),
            "options": fit.options,
        })
    });
    let payloads = declared.payloads.iter().map(|payload| {
        let members = payload.members.iter();
        json!({
            "name": payload.name,
            "class": payload.class,
            "members": members.map(|(name, formula)| json!([name, formula])).collect::<Vec<_>>(),
        })
    });
    let mut described = json!({
        "fits": fits.collect::<Vec<_>>(),
        "enough_data": declared.enough_data.as_ref().map(|rule| rule.0.source()),
        "accept": declared.accept,
        "tolerate": declared.tolerate,
        "payloads": payloads.collect::<Vec<_>>(),
    });
    if let Some(combine) = &declared.combine {
        described["combine"] = json!(combine.source());
    }
    if let Some(expand) = &declared.expand {
        described["expand"] = json!([expand.channel, expand.first, expand.last, expand.row]);
    }
    described
}

/// A model as a JSON value: its identity; rules by their source text.
#[must_use]
pub fn describe_model(model: &Model) -> Value {
    let parameters = model.parameters.iter().map(|parameter| {
        json!({
            "name": parameter.name,
            "start": match &parameter.start {
                Start::Unset => Value::Null,
                Start::Value(value) => json!(value),
                Start::Histogram(rule) => json!(rule.0.source()),
            },
            "limits": parameter.limits,
            "fixed": parameter.fixed,
        })
    });
    json!({
        "name": model.name,
        "formula": model.formula,
        "parameters": parameters.collect::<Vec<_>>(),
        "held_at_limit": model.held_at_limit,
        "range": model.range.as_ref().map(|rule| rule.0.source()),
        "prepare": model.prepare.as_ref().map(|rule| rule.0.source()),
        "refit": model.refit.as_ref().map(|refit| json!([refit.times, refit.rule.0.source()])),
    })
}

/// Takes out where things were written: a comment more in the script changes no result.
pub fn forget_places(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(forget_places),
        Value::Object(map) => {
            let place = ["source", "line", "column"];
            if map.len() == place.len() && place.iter().all(|key| map.contains_key(*key)) {
                *value = Value::Null;
                return;
            }
            for (_, entry) in map.iter_mut() {
                forget_places(entry);
            }
        }
        _ => {}
    }
}
