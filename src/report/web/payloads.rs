//! The payloads that were written, and where they came from.

use serde_json::Value;

use super::markup::{Rows, fold, note, text, warning};
use super::material::Material;
use super::overview::interval;
use crate::calibrate::words::counted;

/// Payloads that are listed, and those whose provenance is.
const MOST: (usize, usize) = (400, 40);
/// Facts that are shown elsewhere on the page, or too long.
const ELSEWHERE: [&str; 2] = ["settings", "inputs"];

/// The section.
pub(super) fn payloads(material: &Material<'_>) -> String {
    let all: Vec<_> = material.outcome.payloads().collect();
    if all.is_empty() {
        return note("No payload was written.");
    }
    let mut table = Rows::new(&["payload", "class", "valid", "file", "MD5"]);
    for payload in all.iter().take(MOST.0) {
        table.row(&[
            text(&payload.name),
            text(&payload.class),
            text(&interval(&payload.iov)),
            text(&payload.file.to_string_lossy()),
            format!("<code>{}</code>", text(&payload.checksum)),
        ]);
    }
    let mut html = table.html();
    if all.len() > MOST.0 {
        html.push_str(&note(&format!(
            "and {} more, in outputdb/database.txt",
            all.len() - MOST.0
        )));
    }
    html.push_str("<h3>Where they came from</h3>\n");
    for payload in all.iter().take(MOST.1) {
        let summary = format!("{}, {}", payload.name, interval(&payload.iov));
        let body = match material
            .results
            .provenance(&payload.name, &payload.revision)
        {
            Err(why) => warning(&why),
            Ok(None) => note("Nothing is written about it."),
            Ok(Some(found)) => {
                let origins = found
                    .origins
                    .iter()
                    .filter(|origin| origin.iov == payload.iov);
                origins.map(|origin| facts(&origin.facts)).collect()
            }
        };
        html.push_str(&fold(&summary, false, &body));
    }
    if all.len() > MOST.1 {
        html.push_str(&note(&format!(
            "and {} more, beside the payload files",
            all.len() - MOST.1
        )));
    }
    html
}

fn facts(facts: &Value) -> String {
    let mut table = Rows::new(&["", ""]);
    for (name, value) in facts.as_object().into_iter().flatten() {
        if ELSEWHERE.contains(&name.as_str()) {
            continue;
        }
        let shown = match value {
            Value::Array(list) if list.len() > 12 => {
                let first: Vec<String> = list.iter().take(12).map(plain).collect();
                format!("{} · … ({} in all)", first.join(" · "), list.len())
            }
            Value::Array(list) => match list.is_empty() {
                true => "none".into(),
                false => list.iter().map(plain).collect::<Vec<_>>().join(" · "),
            },
            other => plain(other),
        };
        table.row(&[
            format!("<b>{}</b>", text(&name.replace('_', " "))),
            text(&shown),
        ]);
    }
    let inputs = facts.get("inputs").and_then(Value::as_object);
    for (collection, files) in inputs.into_iter().flatten() {
        let count = files.as_array().map_or(0, Vec::len) as u64;
        table.row(&[
            format!("<b>input {}</b>", text(collection)),
            counted(count, "file"),
        ]);
    }
    table.html()
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(string) => string.clone(),
        Value::Null => "–".into(),
        Value::Object(map) => map
            .iter()
            .map(|(name, value)| format!("{name} {}", plain(value)))
            .collect::<Vec<_>>()
            .join(", "),
        other => other.to_string(),
    }
}
