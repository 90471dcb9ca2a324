//! The rules of settings against vectors of the upstream code.
//!
//! Where this program is stricter on purpose a rule says so: a predicate on the arguments, together with the
//! problem that must then be reported.

#[macro_use]
mod support;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use b2caf::settings::{
    CalibrationSettings, DATA_FORMATS, Error, FieldValue, INPUT_DATA_FILTERS, MAX_NAME_LENGTH,
    Rule, SUBSYSTEMS, ValidationSettings,
};
use indexmap::IndexMap;
use serde_json::{Map, Value};

/// A knowing deviation: its name, when it applies, and what is reported then.
struct Deviation {
    name: &'static str,
    applies: fn(&Map<String, Value>) -> bool,
    rule: Rule,
}

const DEVIATIONS: &[Deviation] = &[
    Deviation {
        name: "a single text is no list",
        applies: |args| LISTS.iter().any(|field| is_text(args.get(*field))),
        rule: Rule::TextForList,
    },
    Deviation {
        name: "text fields hold text",
        applies: |args| {
            ["name", "expert_username", "subsystem", "description"]
                .iter()
                .any(|field| args.get(*field).is_some_and(|value| !value.is_string()))
        },
        rule: Rule::WrongType,
    },
    Deviation {
        name: "depends_on and payload lists are lists",
        applies: |args| {
            let odd = |value: &Value| !value.is_array() && !value.is_null() && !value.is_string();
            is_text(args.get("depends_on"))
                || args.get("produced_payloads").is_some_and(odd)
                || args.get("download_files").is_some_and(odd)
        },
        rule: Rule::WrongType,
    },
    Deviation {
        name: "an empty text is no map of filters",
        applies: |args| {
            args.get("input_data_filters")
                .is_some_and(|value| !value.is_object() && !value.is_null())
        },
        rule: Rule::WrongType,
    },
    Deviation {
        name: "expert_config is a map, also when empty or false",
        applies: |args| {
            args.get("expert_config")
                .is_some_and(|value| !value.is_object() && !value.is_null())
        },
        rule: Rule::ExpertConfigNotAnObject,
    },
    Deviation {
        name: "no NaN and no infinity in JSON",
        applies: |args| {
            let text = args.get("expert_config").map(Value::to_string);
            text.is_some_and(|text| {
                text.contains(r#""$special":"nan""#) || text.contains(r#""$special":"inf""#)
            })
        },
        rule: Rule::ExpertConfigNotJson,
    },
    Deviation {
        name: "NOT stands before the name of a filter",
        applies: |args| {
            let filters = args.get("input_data_filters").and_then(Value::as_object);
            filters.into_iter().flat_map(Map::values).any(|list| {
                list.as_array().into_iter().flatten().any(|filter| {
                    let filter = filter.as_str().unwrap_or_default().trim_start();
                    filter.find("NOT").is_some_and(|place| place > 0)
                })
            })
        },
        rule: Rule::UnknownFilter,
    },
];

const LISTS: &[&str] = &[
    "input_data_formats",
    "input_data_names",
    "produced_payloads",
    "download_files",
];

fn is_text(value: Option<&Value>) -> bool {
    value.is_some_and(Value::is_string)
}

fn golden() -> Option<Value> {
    let folder = std::env::var_os("B2CAF_TEST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let file = folder.join("golden/settings.json");
    if !file.exists() {
        say!("skipped: there is no {}", file.display());
        return None;
    }
    let text = std::fs::read_to_string(file).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

/// A minimal record of the given name.
fn named(name: &str) -> Arc<CalibrationSettings> {
    let mut fields = IndexMap::new();
    for (field, value) in [
        ("name", name),
        ("expert_username", "u"),
        ("subsystem", "cdc"),
        ("description", "d"),
    ] {
        fields.insert(field.to_owned(), FieldValue::Text(value.to_owned()));
    }
    for field in ["input_data_formats", "input_data_names"] {
        fields.insert(field.to_owned(), FieldValue::texts(["raw"]));
    }
    Arc::new(CalibrationSettings::from_fields(fields).unwrap())
}

/// The value that a script would hand over; an integer as a key of a map becomes text there, as in JSON.
fn field(value: &Value) -> FieldValue {
    let special = value.get("$special").and_then(Value::as_str);
    match (special, value) {
        (Some("nan"), _) => FieldValue::Float(f64::NAN),
        (Some("inf"), _) => FieldValue::Float(f64::INFINITY),
        (Some("int_key_dict"), _) => FieldValue::Map(IndexMap::from([(
            "1".to_owned(),
            FieldValue::Text("a".to_owned()),
        )])),
        (Some(name), _) if name.starts_with("settings:") => {
            FieldValue::Settings(named(&name["settings:".len()..]))
        }
        (Some(other), _) => FieldValue::Other(format!("a value of kind {other}")),
        (None, Value::Array(items)) => FieldValue::List(items.iter().map(field).collect()),
        (None, Value::Object(items)) => {
            FieldValue::Map(items.iter().map(|(k, v)| (k.clone(), field(v))).collect())
        }
        (None, other) => FieldValue::from(other),
    }
}

fn fields(args: &Map<String, Value>) -> IndexMap<String, FieldValue> {
    args.iter().map(|(k, v)| (k.clone(), field(v))).collect()
}

/// Whether one of ours is what upstream calls `rule`.
fn same_rule(rule: &str, ours: Rule) -> bool {
    match rule {
        "name_too_long" => ours == Rule::NameTooLong,
        "no_input_data_formats" => ours == Rule::NoInputDataFormats,
        "unknown_data_format" => matches!(ours, Rule::UnknownDataFormat | Rule::TextForList),
        "no_input_data_names" => ours == Rule::NoInputDataNames,
        "filter_keys_differ_from_names" => ours == Rule::FilterKeysDifferFromNames,
        "unknown_filter" => matches!(ours, Rule::UnknownFilter | Rule::TextForList),
        "unknown_subsystem" => ours == Rule::UnknownSubsystem,
        "expert_config_not_an_object" => ours == Rule::ExpertConfigNotAnObject,
        // A map whose keys are no text is no map to us.
        "expert_config_not_json" => matches!(
            ours,
            Rule::ExpertConfigNotJson | Rule::ExpertConfigNotAnObject
        ),
        "depends_on_element_is_not_settings" => {
            matches!(ours, Rule::DependsOnElementIsNotSettings | Rule::WrongType)
        }
        "missing_argument" => ours == Rule::MissingField,
        "unknown_argument" => ours == Rule::UnknownField,
        "wrong_type" => matches!(
            ours,
            Rule::WrongType | Rule::DependsOnElementIsNotSettings | Rule::TextForList
        ),
        _ => false,
    }
}

/// What construction gave: JSON and text, or the error.
type Outcome = Result<(Value, String), Error>;

fn run(cases: &Value, construct: fn(IndexMap<String, FieldValue>) -> Outcome) {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for case in cases.as_array().unwrap() {
        let args = case["args"].as_object().unwrap();
        let expected = &case["expected"];
        let outcome = construct(fields(args));
        let applying: Vec<&Deviation> = DEVIATIONS.iter().filter(|d| (d.applies)(args)).collect();
        if expected["ok"] == true && !applying.is_empty() {
            let error = outcome.expect_err(&format!("{args:?}"));
            for deviation in applying {
                let rules: Vec<Rule> = error.problems().iter().map(|p| p.rule).collect();
                let found = rules.contains(&deviation.rule);
                assert!(found, "{} for {args:?}: {error}", deviation.name);
                *counts.entry(deviation.name).or_default() += 1;
            }
        } else if expected["ok"] == true {
            let (json, text) = outcome.unwrap_or_else(|error| panic!("{args:?}: {error}"));
            agrees(expected, &json, &text);
            *counts.entry("agrees: accepted").or_default() += 1;
        } else {
            let error = outcome.expect_err(&format!("{args:?}"));
            let rule = expected["rule"].as_str().unwrap();
            // A value of the wrong kind hides what upstream says about its contents.
            let hides = |ours| applying.iter().any(|deviation| deviation.rule == ours);
            let found = error
                .problems()
                .iter()
                .any(|problem| same_rule(rule, problem.rule) || hides(problem.rule));
            assert!(found, "{rule} for {args:?}: {error}");
            *counts.entry("agrees: refused").or_default() += 1;
        }
    }
    for (name, count) in counts {
        say!("{count:5} {name}");
    }
}

fn agrees(expected: &Value, json: &Value, text: &str) {
    assert_eq!(json, &expected["json"]);
    let keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    let order: Vec<&str> = expected["json_key_order"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert_eq!(keys, order);
    let config = |json: &Value| json["expert_config"].to_string();
    assert_eq!(config(json), config(&expected["json"]), "order of keys");
    if let Some(expected) = expected.get("text").and_then(Value::as_str) {
        assert_eq!(text, expected);
    }
}

#[test]
fn calibration_settings() {
    if let Some(golden) = golden() {
        run(&golden["constructor"], |fields| {
            let settings = CalibrationSettings::from_fields(fields)?;
            Ok((settings.to_json(), settings.to_string()))
        });
    }
}

#[test]
fn validation_settings() {
    if let Some(golden) = golden() {
        run(&golden["validation_constructor"], |fields| {
            let settings = ValidationSettings::from_fields(fields)?;
            Ok((settings.to_json(), settings.to_string()))
        });
    }
}

#[test]
fn settings_in_use() {
    let Some(golden) = golden() else { return };
    for (script, json) in golden["scripts"].as_object().unwrap() {
        let mut args = fields(json.as_object().unwrap());
        args.insert("description".to_owned(), FieldValue::Text("d".to_owned()));
        let others = json["depends_on"].as_array().unwrap();
        let others = others.iter().map(|name| named(name.as_str().unwrap()));
        let others = others.map(FieldValue::Settings).collect();
        args.insert("depends_on".to_owned(), FieldValue::List(others));
        let settings = CalibrationSettings::from_fields(args).unwrap();
        let mut ours = settings.to_json();
        ours.as_object_mut().unwrap().shift_remove("description");
        assert_eq!(ours.to_string(), json.to_string(), "{script}");
        for name in CalibrationSettings::FIELDS {
            assert!(settings.field(name).is_some(), "{name}");
        }
    }
    for (script, json) in golden["validation_scripts"].as_object().unwrap() {
        let mut args = fields(json.as_object().unwrap());
        args.insert("description".to_owned(), FieldValue::Text("d".to_owned()));
        let settings = ValidationSettings::from_fields(args).unwrap();
        let mut ours = settings.to_json();
        ours.as_object_mut().unwrap().shift_remove("description");
        assert_eq!(ours.to_string(), json.to_string(), "{script}");
    }
}

#[test]
fn constants() {
    let Some(golden) = golden() else { return };
    let constants = &golden["constants"];
    let sorted = |list: &[&str]| {
        let mut list: Vec<String> = list.iter().map(|&name| name.to_owned()).collect();
        list.sort();
        Value::from(list)
    };
    assert_eq!(sorted(DATA_FORMATS), constants["allowed_data_formats"]);
    assert_eq!(sorted(SUBSYSTEMS), constants["subsystems"]);
    let table: Map<String, Value> = INPUT_DATA_FILTERS
        .iter()
        .map(|(category, filters)| ((*category).to_owned(), Value::from(filters.to_vec())))
        .collect();
    assert_eq!(
        Value::from(table).to_string(),
        constants["input_data_filters"].to_string()
    );
    let fields = |names: &[&str]| Value::from(names.to_vec());
    assert_eq!(
        fields(CalibrationSettings::FIELDS),
        constants["field_order"]
    );
    assert_eq!(
        fields(ValidationSettings::FIELDS),
        constants["validation_field_order"]
    );
    assert_eq!(constants["max_name_length"], MAX_NAME_LENGTH);
}

#[test]
fn all_problems_are_told_at_once() {
    let mut args = IndexMap::new();
    for (name, value) in [
        ("name", FieldValue::Text("x".repeat(65))),
        ("expert_username", FieldValue::Int(5)),
        ("subsystem", FieldValue::Text("elc".to_owned())),
        ("input_data_formats", FieldValue::Text("raw".to_owned())),
        ("input_data_names", FieldValue::texts(["bhabha"])),
        (
            "input_data_filters",
            FieldValue::Map(IndexMap::from([(
                "bhaba".to_owned(),
                FieldValue::texts(["Goood"]),
            )])),
        ),
        (
            "expert_config",
            FieldValue::Map(IndexMap::from([(
                "cuts".to_owned(),
                FieldValue::List(vec![FieldValue::Float(f64::NAN)]),
            )])),
        ),
        ("depend_on", FieldValue::List(Vec::new())),
    ] {
        args.insert(name.to_owned(), value);
    }
    let error = CalibrationSettings::from_fields(args).unwrap_err();
    assert_eq!(
        error.to_string(),
        "10 things are wrong in CalibrationSettings:
  depend_on: there is no such field in CalibrationSettings; did you mean `depends_on`?
  name: has 65 characters, 64 are allowed at most
  expert_username: must be a text, not a whole number
  subsystem: `elc` is no subsystem; did you mean `ecl`?
  description: is missing
  input_data_formats: must be a list of texts, not a single text; write [\"raw\"]
  input_data_filters: `bhaba` is not among input_data_names; did you mean `bhabha`?
  input_data_filters: there are no filters for `bhabha`; add `bhabha: []` if it needs none
  input_data_filters: `Goood`, asked for `bhaba`, is no filter; did you mean `Good`?
  expert_config: `cuts[0]` is NaN, which JSON cannot hold; use maps, lists, finite numbers, texts, true, false or ()"
    );
}
