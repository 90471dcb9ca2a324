//! Values of scripts as JSON and back.

use std::sync::Arc;

use rhai::Dynamic;
use serde_json::{Map, Number, Value};

use super::super::kinds::a_kind;
use super::ordered::Ordered;
use crate::iov::{ExpRun, IoV};

/// A JSON value as a script sees it; objects keep their order.
pub(crate) fn from_json(value: &Value) -> Dynamic {
    match value {
        Value::Null => Dynamic::UNIT,
        Value::Bool(value) => (*value).into(),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(whole), _) => whole.into(),
            (None, Some(float)) => float.into(),
            (None, None) => Dynamic::UNIT,
        },
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => items.iter().map(from_json).collect::<Vec<_>>().into(),
        Value::Object(map) => {
            let members = map
                .iter()
                .map(|(key, value)| (key.clone(), from_json(value)));
            Dynamic::from(Ordered(Arc::new(members.collect())))
        }
    }
}

/// A value of a script as JSON; `Err` names what JSON cannot hold.
pub(crate) fn to_json(value: &Dynamic) -> Result<Value, String> {
    if value.is_unit() {
        return Ok(Value::Null);
    }
    if let Ok(value) = value.as_bool() {
        return Ok(value.into());
    }
    if let Ok(value) = value.as_int() {
        return Ok(value.into());
    }
    if let Ok(value) = value.as_float() {
        return Number::from_f64(value)
            .map(Value::Number)
            .ok_or_else(|| format!("the number {value}"));
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        return Ok(text.as_str().into());
    }
    if let Some(items) = value.read_lock::<rhai::Array>() {
        return items.iter().map(to_json).collect();
    }
    if let Some(map) = value.read_lock::<rhai::Map>() {
        let members = map
            .iter()
            .map(|(key, value)| Ok((key.to_string(), to_json(value)?)));
        return members
            .collect::<Result<Map<_, _>, String>>()
            .map(Value::Object);
    }
    if let Some(map) = value.read_lock::<Ordered>() {
        let members = map
            .0
            .iter()
            .map(|(key, value)| Ok((key.clone(), to_json(value)?)));
        return members
            .collect::<Result<Map<_, _>, String>>()
            .map(Value::Object);
    }
    other(value)
}

fn other(value: &Dynamic) -> Result<Value, String> {
    if let Some(iov) = value.read_lock::<IoV>() {
        return serde_json::to_value(*iov).map_err(|error| error.to_string());
    }
    if let Some(run) = value.read_lock::<ExpRun>() {
        return serde_json::to_value(*run).map_err(|error| error.to_string());
    }
    if let Some(files) = value.read_lock::<crate::dataset::FileMap>() {
        let pairs = files.iter().map(|(path, iov)| {
            let iov = <[i32; 4]>::from(iov);
            Value::from(vec![
                Value::from(path.display().to_string()),
                Value::from(iov.to_vec()),
            ])
        });
        return Ok(Value::Array(pairs.collect()));
    }
    if let Some(settings) = value.read_lock::<super::settings::SettingsHandle>() {
        return Ok(settings.0.to_json());
    }
    if let Some(fitted) = value.read_lock::<super::fits::Fitted>() {
        return Ok(super::profile::to_json(&fitted.fit));
    }
    if let Some(fitted) = value.read_lock::<super::systems::FittedRows>() {
        return Ok(super::profile::to_json(&fitted.fit));
    }
    if let Some(table) = value.read_lock::<super::tables::Table>() {
        return Ok(super::profile::table_to_json(&table.0));
    }
    if let Some(matrix) = value.read_lock::<super::matrices::Matrix>() {
        return Ok(matrix.to_json());
    }
    Err(a_kind(value))
}
