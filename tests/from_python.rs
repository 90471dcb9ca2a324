//! The page `docs/from-python.md`: each of its rows is tried out by a script.

#![cfg(feature = "cli")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn page() -> String {
    fs::read_to_string(project().join("docs/from-python.md")).unwrap()
}

/// A line of a table: its id, the Rhai forms, and the scripts to look at.
struct Row {
    id: String,
    forms: Vec<String>,
    links: Vec<String>,
}

/// Cells of a line of a table; a `\|` is part of a cell.
fn cells(line: &str) -> Vec<String> {
    let hidden = line.replace("\\|", "\u{0}");
    let inner = hidden.trim().trim_matches('|');
    inner
        .split('|')
        .map(|cell| cell.trim().replace('\u{0}', "|"))
        .collect()
}

/// What stands between single or double backticks.
fn code(cell: &str) -> Vec<String> {
    let mut found = Vec::new();
    for part in cell.split("<br>") {
        let double = part
            .strip_prefix("``")
            .and_then(|rest| rest.strip_suffix("``"));
        let single = part
            .strip_prefix('`')
            .and_then(|rest| rest.strip_suffix('`'));
        let text = double
            .or(single)
            .unwrap_or_else(|| panic!("`{cell}` holds more than code"));
        found.push(text.trim().to_owned());
    }
    found
}

/// Where the links of a cell lead to.
fn links(cell: &str) -> Vec<String> {
    let behind = cell.split("](").skip(1);
    behind
        .map(|rest| rest.split(')').next().unwrap_or_default().to_owned())
        .collect()
}

fn rows() -> Vec<Row> {
    let page = page();
    let lines = page.lines().filter(|line| line.starts_with("| `"));
    let rows = lines.map(|line| {
        let cells = cells(line);
        assert_eq!(cells.len(), 5, "{line}");
        Row {
            id: cells[0].trim_matches('`').to_owned(),
            forms: code(&cells[2]),
            links: links(&cells[3]),
        }
    });
    rows.collect()
}

fn folder() -> PathBuf {
    project().join("tests/from_python")
}

/// The script of a row: alone, or in a folder of its own with the data for a whole calibration.
fn script(id: &str) -> PathBuf {
    let alone = folder().join(format!("{id}.rhai"));
    if alone.is_file() {
        alone
    } else {
        folder().join(id).join("script.rhai")
    }
}

/// Blanks and ends of lines are one blank each.
fn normal(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Whether a form occurs in a text; `…` in it stands for anything.
fn occurs(form: &str, text: &str) -> bool {
    let mut rest = text;
    for part in form.split('…').map(normal) {
        let Some(at) = rest.find(&part) else {
            return false;
        };
        rest = &rest[at + part.len()..];
    }
    true
}

fn program(output: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_b2caf"));
    command
        .current_dir(project())
        .env("XDG_CACHE_HOME", output.join(".cache"))
        .env("NO_COLOR", "1")
        .env_remove("B2CAF_SCRIPTS");
    command
}

/// Tries out the script of a row: its value is `true`, or the calibration that it describes is sound. With a list of
/// payloads beside it the calibration is run, and those are what it leaves.
fn tried(script: &Path, output: &Path) -> Result<(), String> {
    let beside = |name: &str| script.with_file_name(name);
    let whole = script.ends_with("script.rhai");
    let expected = fs::read_to_string(beside("payloads.txt")).ok();
    let expected = expected.filter(|_| whole);
    let mut command = program(output);
    if whole {
        command.arg("run").arg(script);
        command.arg("--input").arg(beside("data.json"));
        command.arg("--output").arg(output.join("results"));
        if beside("config.json").is_file() {
            command.arg("--config").arg(beside("config.json"));
        }
        if expected.is_none() {
            command.arg("--dry-run");
        }
    } else {
        command.arg("eval").arg(script);
    }
    let ran = command.output().map_err(|error| error.to_string())?;
    let value = String::from_utf8_lossy(&ran.stdout);
    if !ran.status.success() || !(whole || value.trim() == "true") {
        return Err(format!("{value}{}", String::from_utf8_lossy(&ran.stderr)));
    }
    let Some(expected) = expected else {
        return Ok(());
    };
    let left = payloads(&output.join("results"))?;
    let expected: BTreeSet<String> = expected.lines().map(str::to_owned).collect();
    if left == expected {
        return Ok(());
    }
    Err(format!("{left:?} in place of {expected:?}"))
}

/// Name and interval of each payload of a result.
fn payloads(results: &Path) -> Result<BTreeSet<String>, String> {
    let database = results.join("outputdb/database.txt");
    let text = fs::read_to_string(database).map_err(|error| error.to_string())?;
    let lines = text.lines().map(|line| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let name = words[0].trim_start_matches("dbstore/");
        format!("{name} {}", words[2])
    });
    Ok(lines.collect())
}

#[test]
fn every_row_has_a_script_and_every_script_a_row() {
    let rows = rows();
    let ids: BTreeSet<String> = rows.iter().map(|row| row.id.clone()).collect();
    assert_eq!(ids.len(), rows.len(), "an id is given twice");
    assert!(!rows.is_empty());
    let scripts: BTreeSet<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| path.file_stem().unwrap().to_string_lossy().into_owned())
        .collect();
    assert_eq!(ids, scripts);
}

#[test]
fn the_scripts_to_look_at_are_there() {
    for row in rows() {
        for link in row.links {
            let path = project().join("docs").join(&link);
            assert!(path.is_file(), "{}: there is no {link}", row.id);
        }
    }
}

#[test]
fn the_rhai_form_of_each_row_stands_in_its_script() {
    for row in rows() {
        let text = normal(&fs::read_to_string(script(&row.id)).unwrap());
        for form in &row.forms {
            assert!(occurs(form, &text), "{}: `{form}` is not tried", row.id);
        }
    }
}

#[test]
fn the_rhai_form_of_each_row_does_what_the_python_call_does() {
    let mut wrong = Vec::new();
    for row in rows() {
        let output = tempfile::tempdir().unwrap();
        if let Err(said) = tried(&script(&row.id), output.path()) {
            wrong.push(format!("{}: {said}", row.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn cells_and_forms_are_read_as_they_are_written() {
    let line = "| `a` | `x` | `|x| y`<br>`` `NOT` `` | [`s`](../s.rhai), – | – |";
    let line = line.replace("`|x| y`", "`\\|x\\| y`");
    let cells = cells(&line);
    assert_eq!(code(&cells[2]), ["|x| y", "`NOT`"]);
    assert_eq!(links(&cells[3]), ["../s.rhai"]);
    assert!(occurs("a … d", "a b c d") && !occurs("d … a", "a b c d"));
}
