//! `b2caf db upload` and `b2caf db download`.

use std::path::Path;

use serde_json::{Value, json};

use crate::conditions::tags::{TagEntry, TagStore, Uploaded, look_inside};
use crate::report::Accent;

use super::super::answer::Answer;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::table::Table;
use super::args::{DownloadArguments, UploadArguments};
use super::entries::document;
use super::faults::{self, refused_with_faults, several};
use super::refused::refused;

/// Puts a testing store into a tag.
pub(super) fn upload(
    store: &Path,
    arguments: &UploadArguments,
    answer: &Answer,
) -> Result<Exit, Failure> {
    let UploadArguments {
        tag, from, dry_run, ..
    } = arguments;
    let opened = if *dry_run {
        TagStore::open_read_only(store)
    } else {
        TagStore::open_to_change(store)
    };
    let allowed = arguments.allowed.allowed();
    let uploaded = opened
        .map_err(refused)?
        .upload(from, tag, allowed, *dry_run, &look_inside)
        .map_err(|error| refused_with_faults(error, "nothing is uploaded", answer))?;
    if !answer.json {
        for fault in &uploaded.warnings {
            answer.warn(&fault.to_string());
        }
    }
    answer.show(|| report(arguments, &uploaded), || table(&uploaded));
    let would = if *dry_run { "would be new" } else { "new" };
    answer.say(&format!(
        "{tag}: {} and {} {would}, {} read",
        several(uploaded.new_payloads(), "payload"),
        several(uploaded.new_intervals(), "interval"),
        several(uploaded.lines, "line")
    ));
    Ok(Exit::Done)
}

fn table(uploaded: &Uploaded) -> Table {
    let mut table = Table::new(&["name", ">revision", "valid", "payload", "interval"]);
    for row in &uploaded.entries {
        let word = |new: bool| if new { "new" } else { "known" }.to_owned();
        let accent = row.new_interval.then_some(Accent::Done);
        table.marked(
            accent,
            vec![
                row.entry.payload.name.clone(),
                row.entry.payload.revision.to_string(),
                row.entry.iov.to_string(),
                word(row.new_payload),
                word(row.new_interval),
            ],
        );
    }
    table
}

fn report(arguments: &UploadArguments, uploaded: &Uploaded) -> Value {
    let entries: Vec<Value> = uploaded
        .entries
        .iter()
        .map(|row| {
            let mut document = document(&row.entry);
            document["new_payload"] = row.new_payload.into();
            document["new_interval"] = row.new_interval.into();
            document
        })
        .collect();
    json!({
        "tag": arguments.tag,
        "dry_run": arguments.dry_run,
        "lines": uploaded.lines,
        "new_payloads": uploaded.new_payloads(),
        "new_intervals": uploaded.new_intervals(),
        "entries": entries,
        "warnings": uploaded.warnings.iter().map(faults::document).collect::<Vec<_>>(),
    })
}

/// Makes a testing store of a tag.
pub(super) fn download(
    store: &Path,
    arguments: &DownloadArguments,
    answer: &Answer,
) -> Result<Exit, Failure> {
    let (tag, Some(into)) = (&arguments.tag, &arguments.into) else {
        return Err(Failure::new(
            Exit::Usage,
            "usage::missing",
            "name the folder for the payloads",
        ));
    };
    let store = TagStore::open_read_only(store).map_err(refused)?;
    let entries = store.download(tag, arguments.run_range, into);
    let entries = entries.map_err(refused)?;
    answer.show(
        || {
            let entries: Vec<Value> = entries.iter().map(document).collect();
            json!({ "tag": tag, "folder": into, "entries": entries })
        },
        || entry_table(&entries),
    );
    let lines = several(entries.len(), "line");
    answer.say(&format!("{}: {lines}", into.display()));
    Ok(Exit::Done)
}

/// Entries of a tag, one row each.
pub(super) fn entry_table(entries: &[TagEntry]) -> Table {
    let mut table = Table::new(&["name", ">revision", "valid"]);
    for entry in entries {
        table.row(vec![
            entry.payload.name.clone(),
            entry.payload.revision.to_string(),
            entry.iov.to_string(),
        ]);
    }
    table
}
