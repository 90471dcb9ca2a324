//! What scripts say about themselves, for people.

use std::collections::BTreeMap;

use crate::report::{Accent, Style};
use crate::script::directory::{Catalogue, Entry, Settings};
use crate::settings::{CalibrationSettings, ValidationSettings};

use super::super::terminal::Terminal;

/// Columns of a line of a card.
const WIDTH: usize = 96;

/// One script.
pub(super) fn card(entry: &Entry, out: Terminal) -> String {
    match &entry.settings {
        Settings::Calibration(settings) => calibration(entry, settings, out),
        Settings::Validation(settings) => validation(entry, settings, out),
    }
}

fn calibration(entry: &Entry, settings: &CalibrationSettings, out: Terminal) -> String {
    let formats: Vec<&str> = settings
        .input_data_formats
        .iter()
        .map(String::as_str)
        .collect();
    let right = format!(
        "{} · {} · {}",
        settings.subsystem,
        settings.expert_username,
        formats.join(", ")
    );
    let mut text = heading(&settings.name, &right, out);
    text += &description(&settings.description);
    text += &line("script", &entry.script, out);
    for name in &settings.input_data_names {
        let filters = settings.input_data_filters.get(name);
        let filters = filters.map_or_else(String::new, |filters| filters.join(", "));
        text += &line("input", format!("{name}    {filters}").trim_end(), out);
    }
    let after = settings.dependency_names();
    if !after.is_empty() {
        text += &line("after", &after.join(", "), out);
    }
    match &settings.produced_payloads {
        Some(payloads) if !payloads.is_empty() => {
            text += &line("produces", &payloads.join(", "), out);
        }
        _ => {}
    }
    for (key, value) in &settings.expert_config {
        text += &line("config", &format!("{key} = {value}"), out);
    }
    text
}

fn validation(entry: &Entry, settings: &ValidationSettings, out: Terminal) -> String {
    let mut text = heading(&settings.name, "validation", out);
    text += &description(&settings.description);
    text += &line("script", &entry.script, out);
    if let Some(files) = &settings.download_files {
        text += &line("files", &files.join(", "), out);
    }
    for (key, value) in &settings.expert_config {
        text += &line("config", &format!("{key} = {value}"), out);
    }
    text
}

fn heading(name: &str, right: &str, out: Terminal) -> String {
    let room = WIDTH.saturating_sub(name.chars().count() + right.chars().count());
    let room = " ".repeat(room.max(2));
    format!(
        "{}{room}{}\n",
        out.paint(Accent::Name, name),
        out.paint(Accent::Dim, right)
    )
}

/// Lines of a description, broken at blanks.
fn description(text: &str) -> String {
    let mut lines = String::new();
    for paragraph in text
        .split("\n\n")
        .filter(|paragraph| !paragraph.trim().is_empty())
    {
        let mut line = String::from(" ");
        for word in paragraph.split_whitespace() {
            if line.chars().count() + word.chars().count() + 1 > WIDTH {
                lines += &format!("{line}\n");
                line = String::from(" ");
            }
            line += &format!(" {word}");
        }
        lines += &format!("{line}\n");
    }
    lines
}

fn line(word: &str, text: &str, out: Terminal) -> String {
    format!(
        "  {} {text}\n",
        out.paint(Accent::Dim, &format!("{word:<10}"))
    )
}

/// All scripts by subsystem.
pub(super) fn list(catalogue: &Catalogue, out: Terminal) -> String {
    let mut groups: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in &catalogue.entries {
        let group = match &entry.settings {
            Settings::Calibration(settings) => settings.subsystem.as_str(),
            Settings::Validation(_) => "validations",
        };
        groups.entry(group).or_default().push(entry);
    }
    let width = |entry: &Entry| entry.script.chars().count();
    let width = catalogue.entries.iter().map(width).max().unwrap_or(0);
    let mut text = String::new();
    for (group, entries) in groups {
        text += &format!("{}\n", out.paint(Accent::Name, group));
        for entry in entries {
            text += &format!("  {:<width$}  {}\n", entry.script, entry.settings.name());
        }
    }
    text
}
