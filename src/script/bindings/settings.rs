//! `CalibrationSettings` and its filter table; the rules are in the room `settings`.

use std::sync::Arc;

use indexmap::IndexMap;
use rhai::{Array, Dynamic, Engine, Map};

use super::super::kinds::a_kind;
use super::super::raise::{Fallible, Message, Raised};
use super::ordered::Ordered;
use crate::settings::{
    self, CalibrationSettings, FieldValue, INPUT_DATA_FILTERS, ValidationSettings,
};

/// The settings of a script.
#[derive(Clone, Debug)]
pub(crate) struct SettingsHandle(pub(crate) Arc<CalibrationSettings>);

/// The settings of a validation.
#[derive(Clone, Debug)]
pub(crate) struct ValidationHandle(pub(crate) Arc<ValidationSettings>);

/// `INPUT_DATA_FILTERS`: category → name → name.
pub(crate) fn filters() -> Dynamic {
    let of = |names: &[&str]| {
        let members = names
            .iter()
            .map(|name| ((*name).to_owned(), Dynamic::from((*name).to_owned())));
        Dynamic::from(Ordered(Arc::new(members.collect())))
    };
    let categories = INPUT_DATA_FILTERS
        .iter()
        .map(|(category, names)| ((*category).to_owned(), of(names)));
    Dynamic::from(Ordered(Arc::new(categories.collect())))
}

fn field(value: &Dynamic) -> FieldValue {
    if value.is_unit() {
        return FieldValue::Nothing;
    }
    if let Ok(value) = value.as_bool() {
        return FieldValue::Bool(value);
    }
    if let Ok(value) = value.as_int() {
        return FieldValue::Int(value);
    }
    if let Ok(value) = value.as_float() {
        return FieldValue::Float(value);
    }
    if let Ok(text) = value.as_immutable_string_ref() {
        return FieldValue::Text(text.to_string());
    }
    if let Some(items) = value.read_lock::<Array>() {
        return FieldValue::List(items.iter().map(field).collect());
    }
    if let Some(map) = value.read_lock::<Map>() {
        return FieldValue::Map(
            map.iter()
                .map(|(key, value)| (key.to_string(), field(value)))
                .collect(),
        );
    }
    if let Some(map) = value.read_lock::<Ordered>() {
        return FieldValue::Map(
            map.0
                .iter()
                .map(|(key, value)| (key.clone(), field(value)))
                .collect(),
        );
    }
    if let Some(settings) = value.read_lock::<SettingsHandle>() {
        return FieldValue::Settings(Arc::clone(&settings.0));
    }
    FieldValue::Other(a_kind(value))
}

fn value(field: &FieldValue) -> Dynamic {
    match field {
        FieldValue::Bool(value) => (*value).into(),
        FieldValue::Int(value) => (*value).into(),
        FieldValue::Float(value) => (*value).into(),
        FieldValue::Text(text) => text.as_str().into(),
        FieldValue::List(items) => items.iter().map(value).collect::<Vec<_>>().into(),
        FieldValue::Map(map) => {
            let members = map.iter().map(|(key, member)| (key.clone(), value(member)));
            Dynamic::from(Ordered(Arc::new(members.collect())))
        }
        FieldValue::Settings(settings) => Dynamic::from(SettingsHandle(Arc::clone(settings))),
        _ => Dynamic::UNIT,
    }
}

fn fields(map: &Map) -> IndexMap<String, FieldValue> {
    map.iter()
        .map(|(key, value)| (key.to_string(), field(value)))
        .collect()
}

/// One message per problem, each at the place of its key.
fn refuse(error: &settings::Error) -> Box<rhai::EvalAltResult> {
    let messages = error.problems().iter().map(|problem| Message {
        text: format!("{}: {}", problem.field, problem.sentence),
        hint: problem.hint.clone(),
        key: Some(problem.field.clone()),
        ..Message::default()
    });
    let messages = messages.collect();
    Raised {
        code: "settings::refused",
        messages,
    }
    .boxed()
}

fn read<T: Fn(&str) -> Option<FieldValue>>(of: T, names: &[&str], name: &str) -> Fallible<Dynamic> {
    of(name).map(|field| value(&field)).ok_or_else(|| {
        let near = crate::settings::nearest(name, names.iter().copied());
        Raised::new(
            "script::unknown-key",
            format!("settings have no field `{name}`"),
        )
        .maybe_hint(near.map(|near| format!("did you mean `{near}`?")))
        .boxed()
    })
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<SettingsHandle>("Settings")
        .register_type_with_name::<ValidationHandle>("Settings")
        .register_fn("CalibrationSettings", |map: Map| {
            CalibrationSettings::from_fields(fields(&map))
                .map(|made| SettingsHandle(Arc::new(made)))
                .map_err(|error| refuse(&error))
        })
        .register_fn("ValidationSettings", |map: Map| {
            ValidationSettings::from_fields(fields(&map))
                .map(|made| ValidationHandle(Arc::new(made)))
                .map_err(|error| refuse(&error))
        })
        .register_indexer_get(|settings: &mut SettingsHandle, name: &str| {
            read(
                |name| settings.0.field(name),
                CalibrationSettings::FIELDS,
                name,
            )
        })
        .register_indexer_get(|settings: &mut ValidationHandle, name: &str| {
            read(
                |name| settings.0.field(name),
                ValidationSettings::FIELDS,
                name,
            )
        });
}
