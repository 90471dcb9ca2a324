//! Where payloads begin and end, and where there is none.

use super::markup::{Rows, figure, note, text};
use super::material::Material;
use super::overview::interval;
use super::run_axis::{Lane, run_axis};
use crate::iov::IoV;

/// Payload names that are drawn.
const MOST: usize = 40;

/// The section.
pub(super) fn coverage(material: &Material<'_>) -> String {
    let mut lanes: Vec<(String, Lane)> = Vec::new();
    for one in &material.calibrations {
        for (collection, read) in &one.read {
            let runs: Vec<_> = read
                .runs
                .iter()
                .map(|run| (run.run, run.collected))
                .collect();
            let known =
                |(_, lane): &(String, Lane)| matches!(lane, Lane::Columns(all) if *all == runs);
            if !runs.is_empty() && !lanes.iter().any(known) {
                lanes.push((format!("events, {collection}"), Lane::Columns(runs)));
            }
        }
    }
    for (name, all) in material.payloads.iter().take(MOST) {
        let intervals: Vec<IoV> = all.iter().map(|(iov, _)| *iov).collect();
        lanes.push((name.clone(), Lane::Bars("iov", intervals)));
    }
    let mut gaps = Rows::new(&["calibration", "algorithm", "runs without payload"]);
    for one in &material.outcome.calibrations {
        for algorithm in one.algorithms.iter().filter(|a| !a.gaps.is_empty()) {
            lanes.push((
                format!("gaps, {}", algorithm.name),
                Lane::Bars("gap", algorithm.gaps.clone()),
            ));
            let shown: Vec<String> = algorithm.gaps.iter().take(20).map(interval).collect();
            let more = match algorithm.gaps.len() {
                all if all > 20 => format!(" and {} more", all - 20),
                _ => String::new(),
            };
            gaps.row(&[
                text(&one.name),
                text(&algorithm.name),
                text(&format!("{}{more}", shown.join(" · "))),
            ]);
        }
    }
    let drawing = run_axis(&lanes);
    let mut html = match drawing.is_empty() {
        true => note("There is neither a run nor an interval to draw."),
        false => figure("full", &drawing, ""),
    };
    html.push_str(&match gaps.is_empty() {
        true => note("No gaps between payloads."),
        false => gaps.html(),
    });
    html
}
