//! Runs side by side, and intervals over them.

use std::fmt::Write as _;

use super::frame::{at, open};
use super::markup::{brief, text};
use crate::iov::{ExpRun, IoV};

const WIDTH: f64 = 1120.0;
const LEFT: f64 = 230.0;
const RIGHT: f64 = 1096.0;
/// Room for a run at most.
const RUN: f64 = 110.0;
const ROW: f64 = 22.0;
/// Names of runs at most.
const NAMES: usize = 12;

/// What is drawn in a row.
pub(super) enum Lane {
    /// Runs with a number each: `events`.
    Columns(Vec<(ExpRun, u64)>),
    /// Intervals; the class says how they are drawn.
    Bars(&'static str, Vec<IoV>),
}

/// A drawing of rows with their names over the runs that occur in them; empty without any run.
pub(super) fn run_axis(lanes: &[(String, Lane)]) -> String {
    let runs = known(lanes);
    if runs.is_empty() || lanes.is_empty() {
        return String::new();
    }
    let step = ((RIGHT - LEFT) / runs.len() as f64).min(RUN);
    let height = 16.0 + ROW * lanes.len() as f64 + 40.0;
    let mut svg = open(WIDTH, height, "runs and intervals");
    let bottom = 12.0 + ROW * lanes.len() as f64;
    svg.push_str(&names(&runs, step, bottom));
    for (number, (name, lane)) in lanes.iter().enumerate() {
        let top = 12.0 + ROW * number as f64;
        let _ = write!(
            svg,
            "<text class=\"end\" x=\"{}\" y=\"{}\">{}</text>",
            LEFT - 8.0,
            top + 14.0,
            brief(name, 34)
        );
        match lane {
            Lane::Columns(columns) => svg.push_str(&columns_of(columns, &runs, step, top)),
            Lane::Bars(class, all) => svg.push_str(&bars(class, all, &runs, step, top)),
        }
    }
    svg.push_str("</svg>");
    svg
}

/// All runs that are named, sorted.
fn known(lanes: &[(String, Lane)]) -> Vec<ExpRun> {
    let mut runs: Vec<ExpRun> = Vec::new();
    for (_, lane) in lanes {
        match lane {
            Lane::Columns(columns) => runs.extend(columns.iter().map(|(run, _)| *run)),
            Lane::Bars(_, all) => {
                let ends = all.iter().flat_map(|iov| [iov.low(), iov.high()]);
                // Run 0 and open ends are no runs with data.
                runs.extend(ends.filter(|run| run.exp >= 0 && run.run > 0));
            }
        }
    }
    runs.sort_unstable();
    runs.dedup();
    runs
}

fn names(runs: &[ExpRun], step: f64, bottom: f64) -> String {
    let right = LEFT + step * runs.len() as f64;
    let each = runs.len().div_ceil(NAMES).max(1);
    let (mut svg, mut path) = (String::new(), String::new());
    for (number, run) in runs.iter().enumerate() {
        let x = LEFT + step * (number as f64 + 0.5);
        let new = number == 0 || runs[number - 1].exp != run.exp;
        if new && number > 0 {
            let _ = write!(
                svg,
                "<path class=\"gl strong\" d=\"M{0} 8V{bottom}\"/>",
                at(x - 0.5 * step)
            );
        }
        if number % each == 0 {
            let _ = write!(path, "M{} {bottom}v4", at(x));
            let _ = write!(
                svg,
                "<text class=\"tick mid\" x=\"{}\" y=\"{}\">{}</text>",
                at(x),
                bottom + 16.0,
                text(&run.to_string())
            );
        }
    }
    format!(
        "{svg}<path class=\"ax\" d=\"M{LEFT} {bottom}H{right}{path}\"/><text class=\"end\" x=\"{right}\" y=\"{}\">experiment,run</text>",
        bottom + 34.0
    )
}

fn columns_of(columns: &[(ExpRun, u64)], runs: &[ExpRun], step: f64, top: f64) -> String {
    let most = columns
        .iter()
        .map(|(_, count)| *count)
        .max()
        .unwrap_or(0)
        .max(1);
    let mut path = String::new();
    let room = (ROW - 4.0).max(1.0);
    for (run, count) in columns {
        let Ok(place) = runs.binary_search(run) else {
            continue;
        };
        #[expect(clippy::cast_precision_loss, reason = "a place on paper")]
        let height = (*count as f64 / most as f64 * room).max(if *count > 0 { 1.0 } else { 0.0 });
        let from = LEFT + step * (place as f64 + 0.1);
        let _ = write!(
            path,
            "M{} {}v{}h{}v{}z",
            at(from),
            at(top + ROW - 2.0),
            at(-height),
            at(0.8 * step),
            at(height)
        );
    }
    format!("<path class=\"fill line\" d=\"{path}\"/>")
}

fn bars(class: &str, all: &[IoV], runs: &[ExpRun], step: f64, top: f64) -> String {
    let mut svg = String::new();
    for iov in all {
        let from = runs.partition_point(|run| *run < iov.low());
        let to = runs.partition_point(|run| iov.contains_run(*run) || *run < iov.low());
        let (from, to) = (LEFT + step * from as f64, LEFT + step * to as f64);
        // An interval without any known run is still seen.
        let width = (to - from - 2.0).max(3.0);
        let open = iov.high().exp == -1 || iov.high().run == -1;
        let _ = write!(
            svg,
            "<rect class=\"{class}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\"><title>{}</title></rect>",
            at(from + 1.0),
            top + 4.0,
            at(width),
            ROW - 8.0,
            text(&iov.to_string())
        );
        let right = LEFT + step * runs.len() as f64;
        if open && to >= right - 1.0 {
            let _ = write!(
                svg,
                "<path class=\"{class}\" d=\"M{right} {}l14 {}l-14 {}z\"/>",
                top + 4.0,
                (ROW - 8.0) / 2.0,
                (ROW - 8.0) / 2.0
            );
        }
    }
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn intervals_end_with_their_runs_and_open_ones_point_on() {
        let run = |number| ExpRun::new(7, number);
        let lanes = |intervals: &[&str]| {
            let columns = [1, 2, 3].map(|number| (run(number), 10)).to_vec();
            let bars = intervals.iter().map(|iov| iov.parse().unwrap()).collect();
            vec![
                ("events".to_owned(), Lane::Columns(columns)),
                ("payload".to_owned(), Lane::Bars("iov", bars)),
            ]
        };
        let closed = run_axis(&lanes(&["7,1,7,2", "7,3,7,3"]));
        let widths: Vec<&str> = closed
            .split("<rect class=\"iov\"")
            .skip(1)
            .filter_map(|rect| rect.split("width=\"").nth(1)?.split('"').next())
            .collect();
        // Two runs and one, less the space between them.
        assert_eq!(widths, ["218", "108"]);
        assert!(!closed.contains("<path class=\"iov\""));
        let open = run_axis(&lanes(&["7,0,-1,-1"]));
        assert!(open.contains("<path class=\"iov\""));
        assert!(open.contains("width=\"328\""), "{open}");
        assert_eq!(run_axis(&[]), "");
    }
}
