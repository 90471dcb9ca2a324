//! The configuration file of a run: what the expert or the automatic system sets.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use crate::iov::IoV;
use crate::report::{Accent, Style};
use crate::settings::nearest;

use super::exit::Exit;
use super::failure::Failure;
use super::terminal::{Terminal, to_stderr};

/// What a configuration file may say: upstream's keys.
#[derive(Debug, Default)]
pub(super) struct Config {
    /// The script; only `b2caf prompt run` takes it from here.
    pub(super) caf_script: Option<String>,
    /// Values that replace defaults of the script, key by key.
    pub(super) expert_config: Map<String, Value>,
    /// The interval to calibrate.
    pub(super) requested_iov: Option<IoV>,
    /// Global tags; the last one counts most.
    pub(super) database_chain: Vec<String>,
    /// What a batch system is told; nothing here reads it yet.
    pub(super) backend_args: Map<String, Value>,
    /// Folder of a testing store whose payloads come before those of the tags.
    pub(super) testing_payloads: Option<PathBuf>,
}

const KEYS: [&str; 6] = [
    "caf_script",
    "database_chain",
    "requested_iov",
    "backend_args",
    "expert_config",
    "testing_payloads",
];

impl Config {
    /// Reads the file; a key that nobody reads is warned of, one that looks misspelt is refused.
    ///
    /// # Errors
    /// When it cannot be read, is no JSON object, or a value is of another kind than its key asks for.
    pub(super) fn read(path: &Path, terminal: Terminal) -> Result<Self, Failure> {
        let refused = |code| {
            move |(message, hint): (String, &str)| {
                let message = format!("configuration {}: {message}", path.display());
                Failure::new(Exit::Usage, code, message).hint(hint)
            }
        };
        let text = std::fs::read_to_string(path).map_err(|error| {
            let hint = "check --config, or the name given";
            refused("config::unreadable")((format!("cannot be read: {error}"), hint))
        })?;
        let object = match serde_json::from_str::<Value>(&text) {
            Ok(Value::Object(object)) => object,
            Ok(_) => {
                let hint = "write {\"expert_config\": {…}}";
                return Err(refused("config::no-json")((
                    "is no JSON object".into(),
                    hint,
                )));
            }
            Err(error) => {
                let message = format!("is not JSON: {error}");
                return Err(refused("config::no-json")((
                    message,
                    "mend the place named",
                )));
            }
        };
        let mut config = Self::default();
        for (key, value) in object {
            if config.set(&key, value).map_err(refused("config::value"))? {
                continue;
            }
            if let Some(near) = nearest(&key, KEYS) {
                let message = format!("nothing reads the key `{key}`; did you mean `{near}`?");
                return Err(refused("config::unknown-key")((
                    message,
                    "mend or remove it",
                )));
            }
            unknown(path, &key, terminal);
        }
        Ok(config)
    }

    /// Sets one key; `false` if there is no such key.
    fn set(&mut self, key: &str, value: Value) -> Result<bool, (String, &'static str)> {
        let is_no = |what: &str, hint| Err((format!("`{key}` is no {what}"), hint));
        match (key, value) {
            ("expert_config", Value::Object(map)) => self.expert_config = map,
            ("expert_config", _) => return is_no("object", "write {…}"),
            ("backend_args", Value::Object(map)) => self.backend_args = map,
            ("backend_args", Value::Null) => {}
            ("backend_args", _) => return is_no("object", "write {…}"),
            ("caf_script", Value::String(name)) => self.caf_script = Some(name),
            ("caf_script", _) => return is_no("text", "write the name of a script"),
            ("testing_payloads", Value::Null) => {}
            ("testing_payloads", Value::String(file)) => {
                let file = PathBuf::from(file);
                let is_text = file.file_name().is_some_and(|name| name == "database.txt");
                let folder = if is_text { file.parent() } else { None };
                self.testing_payloads = Some(folder.map_or(file.clone(), Path::to_path_buf));
            }
            ("testing_payloads", _) => return is_no("text", "write the path of a database.txt"),
            ("database_chain", value) => match serde_json::from_value(value) {
                Ok(tags) => self.database_chain = tags,
                Err(_) => return is_no("list of global tags", "write [\"tag\", …]"),
            },
            ("requested_iov", value) => match serde_json::from_value(value) {
                Ok(iov) => self.requested_iov = Some(iov),
                Err(error) => {
                    let hint = "write [expLow, runLow, expHigh, runHigh]";
                    return Err((format!("`requested_iov`: {error}"), hint));
                }
            },
            _ => return Ok(false),
        }
        Ok(true)
    }
}

/// Looks at what is to replace defaults of a script: a key that looks misspelt is refused, one that
/// the script does not declare is told.
///
/// # Errors
/// When a key is nearly one of those that are known.
pub(super) fn check_expert_config(
    given: &Map<String, Value>,
    known: &Map<String, Value>,
    terminal: Terminal,
) -> Result<(), Failure> {
    for key in given.keys().filter(|key| !known.contains_key(*key)) {
        let message = format!("`expert_config` of the script has no key `{key}`");
        let names = || known.keys().map(String::as_str);
        if let Some(near) = nearest(key, names()) {
            let failure = Failure::new(Exit::Usage, "config::unknown-key", message);
            return Err(failure.hint(format!("did you mean `{near}`?")));
        }
        let warning = terminal.paint(Accent::Warning, "warning");
        let all: Vec<&str> = names().collect();
        let all = match all.is_empty() {
            true => "it has none".to_owned(),
            false => format!("it has {}", all.join(", ")),
        };
        to_stderr(&format!("{warning}: {message}; {all}\n"));
    }
    Ok(())
}

/// A key of somebody else, or of a later version.
fn unknown(path: &Path, key: &str, terminal: Terminal) {
    let hint = format!("known are {}", KEYS.join(", "));
    let warning = terminal.paint(Accent::Warning, "warning");
    let path = path.display();
    to_stderr(&format!(
        "{warning}: configuration {path}: nothing reads the key `{key}`; {hint}\n"
    ));
}
