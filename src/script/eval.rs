//! Any script with the whole API, and its last value.

use std::path::Path;

use serde_json::Value;

use super::bindings::{from_json, to_json};
use super::engine::Options;
use super::load::{Text, unreadable};
use super::{Diagnostic, resolver};

/// Runs a script with these variables and gives its last value as JSON, and what it said.
///
/// # Errors
/// Everything that is wrong with it, or a last value that JSON cannot hold.
pub fn eval(
    path: &Path,
    arguments: &[(String, Value)],
    options: &Options,
) -> (Result<Value, Vec<Diagnostic>>, Vec<Diagnostic>) {
    let text = Text::new(path, options);
    let found = match std::fs::read_to_string(path) {
        Ok(found) => found,
        Err(error) => {
            return (Err(vec![unreadable(path, &error)]), Vec::new());
        }
    };
    let variables = arguments
        .iter()
        .map(|(name, value)| (name.clone(), from_json(value)))
        .collect();
    let value = resolver::last_value(&text.engine, &text.name, path, found, variables)
        .map_err(|error| text.explain(&error))
        .and_then(|value| {
            to_json(&value).map_err(|what| {
                let message = format!("the last value holds {what}, which JSON cannot hold");
                vec![
                    Diagnostic::error("script::no-json", message)
                        .hint("end with to_string() or numbers of it"),
                ]
            })
        });
    (value, text.context.take_messages())
}
