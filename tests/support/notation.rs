//! Values of objects as JSON, as `tests/root_check/notation.py` describes it.

use b2caf::root::{ClassDeclaration, Record, Streaming, Value};
use serde_json::{Map, Value as Json, json};

/// A value in the notation.
pub(crate) fn json(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Bool(truth) => json!(truth),
        Value::Int(whole) => json!(whole),
        Value::Float(number) => float(*number),
        Value::Text(text) => json!(&**text),
        Value::Ints(all) => json!(all),
        Value::Floats(all) => all.iter().map(|number| float(*number)).collect(),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(pairs) => pairs
            .iter()
            .map(|(k, v)| json!([json(k), json(v)]))
            .collect(),
        Value::Object(record) => object(record),
    }
}

fn float(number: f64) -> Json {
    match number {
        n if n.is_nan() => json!("nan"),
        n if n.is_infinite() && n > 0.0 => json!("inf"),
        n if n.is_infinite() => json!("-inf"),
        n => json!(n),
    }
}

fn object(record: &Record) -> Json {
    let get = |name: &str| record.get(name).map_or(Json::Null, json);
    let names: Vec<&str> = record.members.iter().map(|(name, _)| &**name).collect();
    match (&*record.class, names.as_slice()) {
        (_, ["first", "second"]) => json!([get("first"), get("second")]),
        (_, ["fCoordinates"]) => get("fCoordinates"),
        ("TMatrixTSym<double>", _) => {
            let full = get("fElements");
            let elements = full.as_array().map_or(0, Vec::len);
            json!({
                "fNrows": elements.isqrt(), "fNcols": elements.isqrt(), "fRowLwb": 0, "fColLwb": 0,
                "fNelems": elements, "full": full,
            })
        }
        ("TClonesArray", _) => {
            let class = get("class");
            let name = format!("{}s", class.as_str().unwrap_or_default());
            json!({ "class": class, "fName": name, "objects": get("objects") })
        }
        ("TH2F", _) => histogram(record),
        (_, _) => {
            let members = record.members.iter().map(|(name, value)| {
                let value = match value {
                    Value::List(items) if &**name == "m_objects" => objects(items),
                    other => json(other),
                };
                (name.to_string(), value)
            });
            Json::Object(members.collect::<Map<_, _>>())
        }
    }
}

/// A `TObjArray`.
fn objects(items: &[Value]) -> Json {
    let class = items
        .first()
        .and_then(Value::as_record)
        .map(|record| record.class.to_string());
    json!({ "class": class, "fLowerBound": 0, "fName": "", "objects": items.iter().map(json).collect::<Json>() })
}

fn histogram(record: &Record) -> Json {
    let get = |name: &str| record.get(name).map_or(Json::Null, json);
    let axis = |name: &str| {
        let axis = record.get(name).and_then(Value::as_record);
        let of = |member: &str| axis.and_then(|a| a.get(member)).map_or(Json::Null, json);
        let edges = match of("fXbins") {
            Json::Null => json!([]),
            edges => edges,
        };
        json!({ "title": of("fTitle"), "fNbins": of("fNbins"), "fXmin": of("fXmin"), "fXmax": of("fXmax"), "fXbins": edges })
    };
    let names = [
        "fTsumw", "fTsumw2", "fTsumwx", "fTsumwx2", "fTsumwy", "fTsumwy2", "fTsumwxy",
    ];
    let stats: Vec<Json> = names
        .iter()
        .map(|name| get(name))
        .map(|v| if v.is_null() { json!(0.0) } else { v })
        .collect();
    let array = record.get("fArray").map_or(json!([]), json);
    json!({
        "fName": get("fName"), "fTitle": get("fTitle"), "fNcells": get("fNcells"), "fEntries": get("fEntries"),
        "fArray": array, "fSumw2": if get("fSumw2").is_null() { json!([]) } else { get("fSumw2") },
        "fXaxis": axis("fXaxis"), "fYaxis": axis("fYaxis"), "stats": stats,
    })
}

/// The same value with other names of classes.
pub(crate) fn renamed(value: &Value, name: &dyn Fn(&str) -> String) -> Value {
    let each = |items: &[Value]| items.iter().map(|item| renamed(item, name)).collect();
    match value {
        Value::List(items) => Value::List(each(items)),
        Value::Map(pairs) => {
            let pairs = pairs
                .iter()
                .map(|(k, v)| (renamed(k, name), renamed(v, name)));
            Value::Map(pairs.collect())
        }
        Value::Object(record) => {
            let members = record.members.iter();
            members
                .fold(
                    Record::new(&name(&record.class)),
                    |made, (member, value)| made.with(member, renamed(value, name)),
                )
                .into()
        }
        other => other.clone(),
    }
}

/// A declaration as it stands in a file.
pub(crate) fn declaration(class: &ClassDeclaration) -> Json {
    let members = class.members.iter().map(
        |member| json!({ "name": member.name, "type": member.cpp_type, "title": member.title }),
    );
    let mut made = json!({
        "name": class.name, "bases": class.bases, "members": members.collect::<Json>(),
        "streaming": if class.streaming == Streaming::Generated { "generated" } else { "info" },
    });
    if let Some(version) = class.version {
        made["version"] = json!(version);
    }
    made
}
