//! Whether bins are narrow enough for the curve that was found.
//!
//! A peak much narrower than a bin fits any single count: such a minimum is deep and means nothing.

use super::Compiled;
use super::compiled::{Memory, Places};
use super::curve::{Curve, Slopes};
use super::select::{NODES, Selected};

/// Part of the largest value by which the curve must change from bin to bin to be looked at.
const STEEP: f64 = 0.5;

/// The first bin whose part of the curve is misjudged by more than half of the largest value (a
/// tenth where the curve is averaged over bins), compared with an average over twice five places.
pub(crate) fn unresolved(
    compiled: &Compiled,
    selected: &Selected,
    parameters: &[f64],
    curve: &[f64],
    memory: &mut Memory,
) -> Option<f64> {
    let top = curve.iter().fold(0.0, |top: f64, f| top.max(f.abs()));
    let steep = |i: usize, j: usize| (curve[i] - curve[j]).abs() > STEEP * top;
    let bins = curve.len().min(selected.widths.len());
    let suspects: Vec<usize> = (0..bins)
        .filter(|&i| (i > 0 && steep(i, i - 1)) || (i + 1 < bins && steep(i, i + 1)))
        .collect();
    if suspects.is_empty() {
        return None;
    }
    let halves = [-0.25, 0.25];
    let mut x = Vec::new();
    for &i in &suspects {
        let (centre, width) = (selected.data.x[i], selected.widths[i]);
        for half in halves {
            x.extend(
                NODES
                    .iter()
                    .map(|(at, _)| centre + (half + 0.5 * at) * width),
            );
        }
    }
    let weights: Vec<f64> = halves
        .iter()
        .flat_map(|_| NODES.iter().map(|(_, weight)| 0.5 * weight))
        .collect();
    let mut fine = Slopes::default();
    let mut places = Places {
        compiled,
        x: &x,
        weights: &weights,
        memory,
    };
    places.evaluate(parameters, false, &mut fine);
    let allowed = if selected.weights.len() > 1 { 0.1 } else { 0.5 };
    let misjudged = |(i, fine): (&&usize, &f64)| !((curve[**i] - fine).abs() <= allowed * top);
    let both = suspects.iter().zip(&fine.value);
    both.clone()
        .find(|(i, fine)| misjudged((i, fine)))
        .map(|(i, _)| selected.data.x[*i])
}
