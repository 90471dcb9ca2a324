//! `b2caf prompt local`: payloads that are made elsewhere, taken over from their staging tags.

use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::db;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::table::Table;
use super::args::LocalArguments;
use crate::conditions::tags::{Allowed, Copying, Selection, TagEntry, TagStore};
use crate::report::Accent;
use crate::settings::local_calibrations;

/// What was taken over from one staging tag.
struct Taken {
    subsystem: &'static str,
    tag: String,
    added: Vec<TagEntry>,
}

/// Copies the payloads of upstream's table from each staging tag, cut to the runs, in place of what the target
/// has for them.
pub(super) fn local(arguments: &LocalArguments, answer: &Answer) -> Result<Exit, Failure> {
    let store = if arguments.dry_run {
        TagStore::open_read_only(&arguments.store)
    } else {
        TagStore::open_to_change(&arguments.store)
    };
    let store = store.map_err(db::refused)?;
    store.tag(&arguments.target).map_err(db::refused)?;
    let known = store.tags().map_err(db::refused)?;
    let mut taken = Vec::new();
    for (subsystem, (tag, payloads)) in local_calibrations() {
        if payloads.is_empty() {
            continue;
        }
        if !known.iter().any(|one| one.name == tag) {
            answer.warn(&format!(
                "there is no tag {tag}: nothing is taken over for {subsystem}"
            ));
            continue;
        }
        let selection = Selection {
            names: payloads.iter().map(|name| (*name).to_owned()).collect(),
            without: Vec::new(),
            runs: Some(arguments.requested_iov),
            cut: true,
        };
        let copying = Copying {
            replace: true,
            // Local payloads need not cover every run.
            allowed: Allowed {
                gaps: true,
                overlaps: false,
            },
            dry_run: arguments.dry_run,
        };
        let copied = store
            .copy(&tag, &arguments.target, &selection, copying)
            .map_err(db::refused)?;
        let added = copied.added;
        taken.push(Taken {
            subsystem,
            tag,
            added,
        });
    }
    answer.show(|| document(&taken, arguments), || table(&taken));
    Ok(Exit::Done)
}

fn document(taken: &[Taken], arguments: &LocalArguments) -> Value {
    let entry = |entry: &TagEntry| json!({"payload": entry.payload.name, "revision": entry.payload.revision, "iov": entry.iov});
    let one = |taken: &Taken| {
        json!({
            "subsystem": taken.subsystem,
            "from": taken.tag,
            "payloads": taken.added.iter().map(entry).collect::<Vec<_>>(),
        })
    };
    json!({
        "to": arguments.target,
        "dry_run": arguments.dry_run,
        "taken_over": taken.iter().map(one).collect::<Vec<_>>(),
    })
}

fn table(taken: &[Taken]) -> Table {
    let mut table = Table::new(&["subsystem", "from", "payload", ">revision", "interval"]);
    for one in taken {
        for entry in &one.added {
            let cells = vec![
                one.subsystem.to_owned(),
                one.tag.clone(),
                entry.payload.name.clone(),
                entry.payload.revision.to_string(),
                entry.iov.to_string(),
            ];
            table.marked(Some(Accent::Done), cells);
        }
    }
    table
}
