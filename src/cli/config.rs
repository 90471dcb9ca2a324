//! The configuration file of a run: what the expert or the automatic system sets.

use std::path::Path;

use serde_json::{Map, Value};

use crate::iov::IoV;

use super::exit::Exit;
use super::failure::Failure;

/// What a configuration file may say.
#[derive(Debug, Default)]
pub(super) struct Config {
    /// Values that replace defaults of the script, key by key.
    pub(super) expert_config: Map<String, Value>,
    /// The interval to calibrate.
    pub(super) requested_iov: Option<IoV>,
}

/// Keys of upstream's file that other commands use or that change nothing here.
const TOLERATED: [&str; 1] = ["caf_script"];
/// Keys of upstream's file that would change the result and cannot be honoured yet.
const NOT_YET: [&str; 3] = ["database_chain", "backend_args", "testing_payloads"];

impl Config {
    /// Reads the file.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        let refuse = |message: String, hint: &str| {
            Err(Failure::new(
                Exit::Usage,
                format!("configuration {}: {message}", path.display()),
            )
            .hint(hint))
        };
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return refuse(format!("cannot be read: {error}"), "check --config"),
        };
        let object = match serde_json::from_str::<Value>(&text) {
            Ok(Value::Object(object)) => object,
            Ok(_) => return refuse("is no JSON object".into(), "write {\"expert_config\": {…}}"),
            Err(error) => return refuse(format!("is not JSON: {error}"), "mend the place named"),
        };
        let mut config = Self::default();
        for (key, value) in object {
            match (key.as_str(), value) {
                ("expert_config", Value::Object(map)) => config.expert_config = map,
                ("expert_config", _) => {
                    return refuse("`expert_config` is no object".into(), "write {…}");
                }
                ("requested_iov", value) => match serde_json::from_value(value) {
                    Ok(iov) => config.requested_iov = Some(iov),
                    Err(error) => {
                        return refuse(
                            format!("`requested_iov`: {error}"),
                            "write [expLow, runLow, expHigh, runHigh]",
                        );
                    }
                },
                (key, _) if TOLERATED.contains(&key) => {}
                (key, value) if NOT_YET.contains(&key) => {
                    let empty = value.as_array().is_some_and(Vec::is_empty)
                        || value.as_object().is_some_and(Map::is_empty)
                        || value.is_null();
                    if !empty {
                        return refuse(
                            format!("`{key}` is not available yet"),
                            "leave it out or empty",
                        );
                    }
                }
                (key, _) => {
                    return refuse(
                        format!("unknown key `{key}`"),
                        "known are expert_config and requested_iov",
                    );
                }
            }
        }
        Ok(config)
    }
}
