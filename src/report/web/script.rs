//! The script with the settings in force, and the versions of programs.

use std::fmt::Write as _;

use serde_json::Value;

use super::markup::{Rows, fold, note, text};
use super::material::Material;

/// Letters of a text that are shown.
const MOST: usize = 400_000;

/// The section with script and settings.
pub(super) fn script(material: &Material<'_>) -> String {
    let background = &material.background;
    let mut html = String::new();
    if let Some(release) = &background.release {
        html.push_str(&note(release));
    }
    html.push_str(&settings(&background.settings, &background.expert_config));
    html.push_str(&algorithms(material));
    for (number, source) in background.sources.iter().enumerate() {
        let summary = format!(
            "{} (blake3 {})",
            source.path.display(),
            source.hash.get(..12).unwrap_or(&source.hash)
        );
        html.push_str(&fold(
            &summary,
            number == 0 && source.text.len() < 6000,
            &listing(&source.text),
        ));
    }
    html
}

/// A text with the numbers of its lines.
fn listing(source: &str) -> String {
    if source.is_empty() {
        return note("The text was not kept.");
    }
    let mut shown = 0;
    let mut html = String::from("<pre class=\"code\">");
    for (number, line) in source.lines().enumerate() {
        shown += line.len() + 1;
        if shown > MOST {
            html.push_str("…\n");
            break;
        }
        let _ = writeln!(html, "<i>{:>4}</i>  {}", number + 1, text(line));
    }
    html.push_str("</pre>\n");
    html
}

fn settings(settings: &Value, in_force: &Value) -> String {
    let mut table = Rows::new(&["setting", "value"]);
    for (name, value) in settings.as_object().into_iter().flatten() {
        let value = match name.as_str() {
            "expert_config" if !in_force.is_null() => in_force,
            _ => value,
        };
        let shown = match value {
            Value::String(one) => format!("<div class=\"said\">{}</div>", text(one)),
            Value::Array(list) if list.is_empty() => "–".into(),
            Value::Array(list) if list.iter().all(Value::is_string) => {
                let words: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
                text(&words.join(", "))
            }
            Value::Null => "–".into(),
            other => {
                let long = serde_json::to_string_pretty(other).unwrap_or_default();
                format!("<pre>{}</pre>", text(&long))
            }
        };
        table.row(&[text(name), shown]);
    }
    match table.is_empty() {
        true => note("The settings were not kept."),
        false => table.html(),
    }
}

fn algorithms(material: &Material<'_>) -> String {
    let mut table = Rows::new(&["calibration", "algorithm", "strategy", "parameters"]);
    for one in &material.background.calibrations {
        for (name, strategy, params) in &one.algorithms {
            let params = params.as_object().into_iter().flatten();
            let params = params.filter(|(_, value)| !value.is_null());
            let params: Vec<String> = params
                .map(|(name, value)| format!("{name}: {value}"))
                .collect();
            table.row(&[
                text(&one.name),
                text(name),
                text(strategy),
                text(&params.join(", ")),
            ]);
        }
    }
    match table.is_empty() {
        true => String::new(),
        false => table.html(),
    }
}

/// The section with versions.
pub(super) fn versions(material: &Material<'_>) -> String {
    let mut table = Rows::new(&["", ""]);
    for (program, version) in &material.background.versions {
        table.row(&[text(program), text(version)]);
    }
    table.row(&[
        "fingerprint of the plan".into(),
        format!("<code>{}</code>", text(&material.outcome.fingerprint)),
    ]);
    let constants = &material.background.constants;
    let constants = match constants.is_empty() {
        true => "none".to_owned(),
        false => constants.join(" · "),
    };
    table.row(&["constants to start from".into(), text(&constants)]);
    format!(
        "{}{}",
        table.html(),
        note(
            "Neither clock, host nor number of threads is written here: the same input gives the same page, byte by byte. `b2caf status --path FOLDER --json` tells the host and the times."
        )
    )
}
