//! `b2caf db iov`: what is in a tag.

use std::path::Path;

use serde_json::{Value, json};

use crate::conditions::tags::{Copying, TagEntry, TagStore};
use crate::report::Accent;

use super::super::answer::Answer;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::table::Table;
use super::args::{IovAction, IovCopyArguments, IovShowArguments};
use super::entries::{cells, document, titles, without_repeated};
use super::faults::{self, refused_with_faults};
use super::refused::refused;
use super::server_tag;

/// Runs the command.
pub(super) fn iov(store: &Path, action: &IovAction, answer: &Answer) -> Result<Exit, Failure> {
    match action {
        IovAction::Show(on) if on.server.is_asked() => server_tag::show_iovs(on, answer),
        IovAction::Show(arguments) => show(store, arguments, answer),
        IovAction::Copy(arguments) => copy(store, arguments, answer),
    }
}

fn show(store: &Path, arguments: &IovShowArguments, answer: &Answer) -> Result<Exit, Failure> {
    let store = TagStore::open_read_only(store).map_err(refused)?;
    let entries = store.entries(&arguments.tag).map_err(refused)?;
    show_entries(&entries, arguments, answer);
    Ok(Exit::Done)
}

/// Shows those entries that are meant.
pub(super) fn show_entries(entries: &[TagEntry], arguments: &IovShowArguments, answer: &Answer) {
    let IovShowArguments {
        tag,
        selection,
        look,
        ..
    } = arguments;
    let entries = selection.selection(false).of(entries);
    answer.show(
        || {
            let entries: Vec<Value> = entries.iter().map(document).collect();
            json!({ "tag": tag, "entries": entries })
        },
        || {
            let mut table = Table::new(&titles(*look));
            let mut above = Vec::new();
            for entry in &entries {
                let mut cells = cells(entry, *look);
                if look.human_readable {
                    without_repeated(&mut cells, &mut above);
                }
                table.row(cells);
            }
            table
        },
    );
}

fn copy(store: &Path, arguments: &IovCopyArguments, answer: &Answer) -> Result<Exit, Failure> {
    let IovCopyArguments { from, to, .. } = arguments;
    let opened = if arguments.dry_run {
        TagStore::open_read_only(store)
    } else {
        TagStore::open_to_change(store)
    };
    let copying = Copying {
        replace: arguments.replace,
        allowed: arguments.allowed.allowed(),
        dry_run: arguments.dry_run,
    };
    let selection = arguments.selection.selection(arguments.cut);
    let copied = opened
        .map_err(refused)?
        .copy(from, to, &selection, copying)
        .map_err(|error| refused_with_faults(error, "nothing is copied", answer))?;
    if !answer.json {
        for fault in &copied.warnings {
            answer.warn(&fault.to_string());
        }
    }
    answer.show(
        || {
            json!({
                "from": from,
                "to": to,
                "dry_run": arguments.dry_run,
                "removed": copied.removed.iter().map(document).collect::<Vec<_>>(),
                "added": copied.added.iter().map(document).collect::<Vec<_>>(),
                "warnings": copied.warnings.iter().map(faults::document).collect::<Vec<_>>(),
            })
        },
        || {
            let look = super::args::LookArguments {
                human_readable: false,
                checksums: false,
            };
            let mut columns = vec![""];
            columns.extend(titles(look));
            let mut table = Table::new(&columns);
            let gone = copied.removed.iter().map(|e| ("-", Accent::Failed, e));
            let new = copied.added.iter().map(|e| ("+", Accent::Done, e));
            for (sign, accent, entry) in gone.chain(new) {
                let mut row = vec![sign.to_owned()];
                row.extend(cells(entry, look));
                table.marked(Some(accent), row);
            }
            table
        },
    );
    Ok(Exit::Done)
}
