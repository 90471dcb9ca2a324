//! The class layouts of `stdlib/payloads`, by the name of the payload.

use std::path::Path;

use b2caf::root::{ClassDeclaration, Classes, EnumDeclaration, Streaming};
use serde::Deserialize;
use serde_json::Value as Json;

/// What is known of one payload.
pub(crate) struct Standard {
    pub(crate) classes: Classes,
    pub(crate) payload: Json,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    payloads: Vec<Json>,
    #[serde(default, rename = "channels")]
    _channels: Json,
    #[serde(default)]
    enums: Vec<EnumDeclaration>,
    classes: Vec<ClassDeclaration>,
}

impl Standard {
    /// Whether a class of it has an old generated streamer.
    pub(crate) fn generated(&self) -> bool {
        let mut names = self.classes.names();
        names.any(|name| self.classes.declaration(name).unwrap().streaming == Streaming::Generated)
    }
}

/// Whether a name fits one with `<…>` for numbers.
fn fits(pattern: &str, name: &str) -> bool {
    let mut parts = pattern.split(['<', '>']);
    let mut rest = name;
    let mut number = false;
    parts.all(|part| {
        let whole = match (number, rest.strip_prefix(part)) {
            (true, _) => {
                let digits = rest.trim_start_matches(|c: char| c.is_ascii_digit());
                let some = digits.len() < rest.len();
                rest = digits;
                some
            }
            (false, Some(after)) => {
                rest = after;
                true
            }
            (false, None) => false,
        };
        number = !number;
        whole
    }) && rest.is_empty()
}

/// What is known of the payload of that name.
pub(crate) fn of(name: &str) -> Standard {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("stdlib/payloads");
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let file: File = serde_json::from_str(&text).unwrap_or_else(|e| panic!("{path:?}: {e}"));
        let mut payloads = file.payloads.into_iter();
        if let Some(payload) = payloads.find(|p| fits(p["name"].as_str().unwrap(), name)) {
            let classes = Classes::new(&file.classes, &file.enums).unwrap();
            return Standard { classes, payload };
        }
    }
    panic!("no layout for payload {name}");
}
