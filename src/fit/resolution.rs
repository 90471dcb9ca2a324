//! Whether bins are narrow enough for the curve that was found.
//!
//! A peak much narrower than a bin fits any single count: such a minimum is deep and means nothing.

use std::ops::Range;

use crate::expr::Column;

use super::curve::Slopes;
use super::objective::{Memory, Region, Rows};
use super::problem::{Formula, Problem};
use super::select::NODES;

/// Part of the largest value by which the curve must change from bin to bin to be looked at.
const STEEP: f64 = 0.5;

/// The first bin whose part of the curve is misjudged by more than half of the largest value (a
/// tenth where the curve is averaged over bins), compared with an average over twice five places.
pub(crate) fn unresolved(
    problem: &Problem,
    values: &[f64],
    curve: &[f64],
    memory: &mut Memory,
) -> Option<f64> {
    let parts = problem.parts.iter().zip(problem.data.ranges());
    let mut parts = parts.filter(|(part, _)| !part.widths.is_empty());
    parts.find_map(|(part, (section, range))| {
        let own: Vec<f64> = section.parameters.iter().map(|k| values[*k]).collect();
        unresolved_bin(problem, part, &own, &range, &curve[range.clone()], memory)
    })
}

fn unresolved_bin(
    problem: &Problem,
    part: &Formula,
    parameters: &[f64],
    range: &Range<usize>,
    curve: &[f64],
    memory: &mut Memory,
) -> Option<f64> {
    let top = curve.iter().fold(0.0, |top: f64, f| top.max(f.abs()));
    let steep = |i: usize, j: usize| (curve[i] - curve[j]).abs() > STEEP * top;
    let bins = curve.len();
    let suspects: Vec<usize> = (0..bins)
        .filter(|&i| (i > 0 && steep(i, i - 1)) || (i + 1 < bins && steep(i, i + 1)))
        .collect();
    if suspects.is_empty() {
        return None;
    }
    let centres = &problem.data.x[range.clone()];
    let fine = finer(part, parameters, &suspects, centres, memory);
    let allowed = if part.weights.len() > 1 { 0.1 } else { 0.5 };
    let misjudged = |(i, fine): (&&usize, &f64)| !((curve[**i] - fine).abs() <= allowed * top);
    let both = suspects.iter().zip(&fine);
    both.clone()
        .find(|(i, fine)| misjudged((i, fine)))
        .map(|(i, _)| centres[*i])
}

/// The averages of the curve over some bins, each from twice five places.
fn finer(
    part: &Formula,
    parameters: &[f64],
    bins: &[usize],
    centres: &[f64],
    memory: &mut Memory,
) -> Vec<f64> {
    let halves = [-0.25, 0.25];
    let mut x = Vec::new();
    for &i in bins {
        let (centre, width) = (centres[i], part.widths[i]);
        for half in halves {
            let places = NODES.iter().map(|(at, _)| half + 0.5 * at);
            x.extend(places.map(|at| centre + at * width));
        }
    }
    let weights: Vec<f64> = halves
        .iter()
        .flat_map(|_| NODES.iter().map(|(_, weight)| 0.5 * weight))
        .collect();
    let own: Vec<usize> = (0..parameters.len()).collect();
    let mut fine = Slopes::default();
    fine.value.resize(bins.len(), 0.0);
    fine.first.resize(own.len() * bins.len(), 0.0);
    let rows = Rows {
        columns: &[Column::Float(x)],
        weights: &weights,
        places: bins.len(),
    };
    let region = Region {
        begin: 0,
        second: 0,
        parameters: &own,
    };
    part.objective
        .evaluate(rows, parameters, false, memory, region, &mut fine);
    fine.value
}
