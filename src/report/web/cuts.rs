//! The cut flow.

use std::fmt::Write as _;

use super::markup::{Rows, note, text};
use super::material::Material;
use crate::caf::CollectionOutcome;
use crate::calibrate::words::grouped;
use crate::report::number::percent;

/// The section.
pub(super) fn cuts(material: &Material<'_>) -> String {
    let mut html = String::new();
    for one in &material.outcome.calibrations {
        for collection in one.collections.iter().filter(|c| !c.cuts.is_empty()) {
            let _ = write!(
                html,
                "<h3>{}, {} ({})</h3>\n{}",
                text(&one.name),
                text(&collection.name),
                text(&collection.collector),
                flow(collection)
            );
        }
    }
    match html.is_empty() {
        true => note("No collector has a named cut."),
        false => html,
    }
}

fn flow(collection: &CollectionOutcome) -> String {
    let mut table = Rows::new(&[
        "cut",
        "#before",
        "#after",
        "#of those before",
        "",
        "#of all",
        "#alone",
    ]);
    table.row(&[
        "events".into(),
        String::new(),
        grouped(collection.events),
        String::new(),
        String::new(),
        String::new(),
        String::new(),
    ]);
    let mut whole: Option<u64> = None;
    let mut last: Option<u64> = None;
    for cut in &collection.cuts {
        // A cut of elements after one of events counts other rows.
        if last.is_none_or(|last| last != cut.before) {
            whole = Some(cut.before);
        }
        let all = whole.unwrap_or(cut.before);
        table.row(&[
            text(&cut.name),
            grouped(cut.before),
            grouped(cut.after),
            percent(cut.after, cut.before),
            bar(cut.after, cut.before),
            percent(cut.after, all),
            percent(cut.alone_after, cut.alone_before),
        ]);
        last = Some(cut.after);
    }
    let shown = collection.cuts.iter().map(|cut| cut.alone_before).max();
    let alone = match shown.unwrap_or(0) {
        0 => String::new(),
        some => note(&format!(
            "Alone is each cut by itself, whatever the others say, of {} rows from the beginnings of the files.",
            grouped(some)
        )),
    };
    let rows = match collection.row_name.as_str() {
        "events" => String::new(),
        name => note(&format!(
            "{} rows of {name} came to the cuts of rows.",
            grouped(collection.rows)
        )),
    };
    format!("{}{rows}{alone}", table.html())
}

/// A part as the filled part of a bar.
fn bar(part: u64, whole: u64) -> String {
    #[expect(clippy::cast_precision_loss, reason = "a length on paper")]
    let width = 100.0 * part as f64 / whole.max(1) as f64;
    format!(
        "<svg class=\"bar\" viewBox=\"0 0 100 8\" aria-hidden=\"true\"><rect class=\"off\" width=\"100\" height=\"8\"/><rect class=\"fill\" width=\"{width:.1}\" height=\"8\"/></svg>"
    )
}
