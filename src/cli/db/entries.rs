//! Entries of tags as rows.

use serde_json::{Value, json};

use crate::conditions::tags::{Selection, TagEntry};
use crate::iov::IoV;

use super::args::{LookArguments, SelectionArguments};

impl SelectionArguments {
    /// Which entries are meant; intervals are cut to the runs with `cut`.
    pub(super) fn selection(&self, cut: bool) -> Selection {
        let run = self.run.and_then(|run| IoV::single(run).ok());
        Selection {
            names: self.filter.clone(),
            without: self.exclude.clone(),
            runs: run.or(self.run_range),
            cut,
        }
    }
}

/// The titles of columns that [`cells`] fills.
pub(super) fn titles(look: LookArguments) -> Vec<&'static str> {
    let mut titles = vec![
        "name",
        if look.checksums {
            "checksum"
        } else {
            ">revision"
        },
    ];
    if look.human_readable {
        titles.push("valid");
    } else {
        titles.extend([">first exp", ">first run", ">final exp", ">final run"]);
    }
    titles
}

/// An entry as cells.
pub(super) fn cells(entry: &TagEntry, look: LookArguments) -> Vec<String> {
    let payload = &entry.payload;
    let mut cells = vec![
        payload.name.clone(),
        if look.checksums {
            payload.checksum.clone()
        } else {
            payload.revision.to_string()
        },
    ];
    if look.human_readable {
        cells.push(entry.iov.in_words());
    } else {
        cells.extend(<[i32; 4]>::from(entry.iov).map(|number| number.to_string()));
    }
    cells
}

/// Takes away what stands in the row above too, from the left on.
pub(super) fn without_repeated(cells: &mut [String], above: &mut Vec<String>) {
    let whole = cells.to_vec();
    // The interval always stays.
    let last = cells.len().saturating_sub(1);
    for (cell, above) in cells[..last].iter_mut().zip(above.iter()) {
        if cell != above {
            break;
        }
        cell.clear();
    }
    *above = whole;
}

/// An entry as JSON.
pub(super) fn document(entry: &TagEntry) -> Value {
    json!({
        "name": entry.payload.name,
        "revision": entry.payload.revision,
        "checksum": entry.payload.checksum,
        "iov": entry.iov,
    })
}
