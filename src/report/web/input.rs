//! What was read: files, runs, and what did not take part.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::markup::{Rows, fold, note, text, warning};
use super::material::Material;
use super::overview::interval;
use super::run_axis::{Lane, run_axis};
use crate::caf::FilesRead;
use crate::calibrate::words::{counted, grouped};
use crate::iov::IoV;

/// Rows of a list at most.
const MOST: usize = 500;

/// The section.
pub(super) fn input(material: &Material<'_>) -> String {
    let mut html = String::new();
    if let Some(requested) = &material.outcome.requested_iov {
        let _ = writeln!(
            html,
            "<p>Requested interval: {}</p>",
            text(&interval(requested))
        );
    }
    let mut lanes = Vec::new();
    for one in &material.calibrations {
        let several = material.calibrations.len() > 1;
        for (collection, read) in &one.read {
            let name = match several {
                true => format!("{}/{collection}", one.outcome.name),
                false => collection.clone(),
            };
            if !read.runs.is_empty() {
                let runs = read.runs.iter().map(|run| (run.run, run.collected));
                let most = read.runs.iter().map(|run| run.collected).max().unwrap_or(0);
                let runs: Vec<_> = runs.collect();
                let known =
                    |(_, lane): &(String, Lane)| matches!(lane, Lane::Columns(all) if *all == runs);
                if !lanes.iter().any(known) {
                    let title = format!("{name}: ≤ {} events", grouped(most));
                    lanes.push((title, Lane::Columns(runs)));
                }
            }
        }
    }
    let drawing = run_axis(&lanes);
    if !drawing.is_empty() {
        html.push_str(&super::markup::figure("full", &drawing, ""));
    }
    for one in &material.calibrations {
        for collection in &one.outcome.collections {
            let read = one.read.iter().find(|(name, _)| *name == collection.name);
            let read = read.map(|(_, read)| read);
            html.push_str(&of_collection(
                material,
                &one.outcome.name,
                &collection.name,
                read,
            ));
            html.extend(collection.warnings.iter().map(|one| warning(one)));
        }
    }
    html.push_str(&left_out(material));
    match html.is_empty() {
        true => note("Nothing was read."),
        false => html,
    }
}

fn of_collection(
    material: &Material<'_>,
    calibration: &str,
    collection: &str,
    read: Option<&FilesRead>,
) -> String {
    let mut described = material.background.calibrations.iter();
    let described = described.find(|one| one.name == calibration);
    let mut samples = described.iter().flat_map(|one| &one.collections);
    let given: &[(std::path::PathBuf, IoV)] = samples
        .find(|sample| sample.name == collection)
        .map_or(&[], |sample| sample.files.as_slice());
    let empty = FilesRead::default();
    let read = read.unwrap_or(&empty);
    let entries: BTreeMap<_, _> = read
        .files
        .iter()
        .map(|file| (&file.path, file.entries))
        .collect();
    let mut files = Rows::new(&["file", "runs", "#entries", ""]);
    let mut unused = 0_u64;
    for (path, iov) in given.iter().take(MOST) {
        let found = entries.get(path);
        let why = match found {
            Some(_) => String::new(),
            None if !read.files.is_empty() => {
                "not read: outside of the requested interval, or its run is ignored".into()
            }
            None => "not read".into(),
        };
        unused += u64::from(found.is_none());
        files.row(&[
            text(&path.to_string_lossy()),
            text(&interval(iov)),
            found.map_or_else(|| "–".into(), |entries| grouped(*entries)),
            text(&why),
        ]);
    }
    let mut body = files.html();
    if given.len() > MOST {
        body.push_str(&note(&format!("and {} more", given.len() - MOST)));
    }
    body.push_str(&runs(read));
    let events: u64 = read.runs.iter().map(|run| run.collected).sum();
    let skipped = match unused {
        0 => String::new(),
        some => format!(", {} not read", grouped(some)),
    };
    let summary = format!(
        "{calibration}, {collection}: {} with {} in {}{skipped}",
        counted(given.len() as u64, "file"),
        counted(events, "collected event"),
        counted(read.runs.len() as u64, "run"),
    );
    fold(&summary, false, &body)
}

fn runs(read: &FilesRead) -> String {
    if read.runs.is_empty() {
        return String::new();
    }
    let mut table = Rows::new(&["run", "#events in the files", "#collected"]);
    for run in read.runs.iter().take(MOST) {
        table.row(&[
            text(&run.run.to_string()),
            grouped(run.read),
            grouped(run.collected),
        ]);
    }
    let mut html = table.html();
    if read.runs.len() > MOST {
        html.push_str(&note(&format!("and {} more runs", read.runs.len() - MOST)));
    }
    html
}

fn left_out(material: &Material<'_>) -> String {
    let all = &material.background.left_out;
    let mut table = Rows::new(&["file", "runs", "left out because"]);
    for file in all.iter().take(MOST) {
        table.row(&[
            text(&file.path.to_string_lossy()),
            text(&interval(&file.iov)),
            text(&file.why),
        ]);
    }
    let ignored = material
        .background
        .calibrations
        .iter()
        .filter(|one| !one.ignored_runs.is_empty());
    let mut html: String = ignored
        .map(|one| {
            let runs: Vec<String> = one.ignored_runs.iter().map(ToString::to_string).collect();
            note(&format!(
                "{} ignores the runs {}",
                one.name,
                runs.join(" · ")
            ))
        })
        .collect();
    if !table.is_empty() {
        let summary = format!("{} left out", counted(all.len() as u64, "file"));
        html.push_str(&fold(&summary, all.len() <= 10, &table.html()));
    }
    html
}
