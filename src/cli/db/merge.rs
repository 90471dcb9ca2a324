//! `b2caf db tag diff` and `b2caf db tag merge`.

use std::path::Path;

use serde_json::{Value, json};

use crate::conditions::tags::{Side, TagStore, diff_tags};
use crate::report::Accent;

use super::super::answer::Answer;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::table::Table;
use super::args::{DiffArguments, LookArguments, MergeArguments};
use super::entries::{cells, document, titles};
use super::faults;
use super::refused::refused;

/// Shows what one tag has and another has not.
pub(super) fn diff(
    store: &Path,
    arguments: &DiffArguments,
    answer: &Answer,
) -> Result<Exit, Failure> {
    let store = TagStore::open_read_only(store).map_err(refused)?;
    let selection = arguments.selection.selection(false);
    let first = selection.of(&store.entries(&arguments.first).map_err(refused)?);
    let second = selection.of(&store.entries(&arguments.second).map_err(refused)?);
    let mut rows = diff_tags(&first, &second);
    rows.retain(|(side, _)| arguments.full || *side != Side::Both);
    answer.show(
        || {
            let rows: Vec<Value> = rows
                .iter()
                .map(|(side, entry)| {
                    let mut document = document(entry);
                    document["in"] = match side {
                        Side::First => "first",
                        Side::Second => "second",
                        Side::Both => "both",
                    }
                    .into();
                    document
                })
                .collect();
            json!({ "first": arguments.first, "second": arguments.second, "entries": rows })
        },
        || {
            let mut columns = vec![""];
            columns.extend(titles(arguments.look));
            let mut table = Table::new(&columns);
            for (side, entry) in &rows {
                let (sign, accent) = match side {
                    Side::First => ("-", Some(Accent::Failed)),
                    Side::Second => ("+", Some(Accent::Done)),
                    Side::Both => ("", None),
                };
                let mut row = vec![sign.to_owned()];
                row.extend(cells(entry, arguments.look));
                table.marked(accent, row);
            }
            table
        },
    );
    Ok(Exit::Done)
}

/// Puts tags together.
pub(super) fn merge(
    store: &Path,
    arguments: &MergeArguments,
    answer: &Answer,
) -> Result<Exit, Failure> {
    let MergeArguments {
        tags,
        into,
        run_range,
        dry_run,
    } = arguments;
    let opened = if *dry_run {
        TagStore::open_read_only(store)
    } else {
        TagStore::open_to_change(store)
    };
    let merged = opened
        .map_err(refused)?
        .merge(tags, into, *run_range, *dry_run);
    let (rows, found) = merged.map_err(refused)?;
    if !answer.json {
        for fault in &found {
            answer.warn(&format!("{fault}; the highest revision is taken"));
        }
    }
    answer.show(
        || {
            let entries: Vec<Value> = rows
                .iter()
                .map(|row| {
                    let mut document = document(&row.entry);
                    document["source"] = row.source.clone().into();
                    document
                })
                .collect();
            json!({
                "into": into,
                "dry_run": dry_run,
                "entries": entries,
                "warnings": found.iter().map(faults::document).collect::<Vec<_>>(),
            })
        },
        || {
            let look = LookArguments {
                human_readable: false,
                checksums: false,
            };
            let mut columns = titles(look);
            columns.push("source");
            let mut table = Table::new(&columns);
            for row in &rows {
                let mut cells = cells(&row.entry, look);
                cells.push(row.source.clone());
                table.row(cells);
            }
            table
        },
    );
    Ok(Exit::Done)
}
