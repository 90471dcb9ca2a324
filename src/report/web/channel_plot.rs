//! Constants along their channels, with errors.

use std::fmt::Write as _;

use super::frame::{Field, at, open};

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 270.0;
const FIELD: Field = Field {
    left: 66.0,
    right: 750.0,
    top: 26.0,
    bottom: 226.0,
};
/// From so many points on they are smaller.
const MANY: usize = 300;

/// Values along channels.
pub(super) struct Along<'a> {
    pub(super) title: String,
    /// Title of the axis of channels, and of the values.
    pub(super) axes: (&'a str, &'a str),
    pub(super) channels: &'a [i64],
    pub(super) values: &'a [f64],
    /// As many, or none; those that are not positive say nothing.
    pub(super) errors: &'a [f64],
}

/// A drawing of values along channels. Few values far out do not press the others flat: the axis
/// goes to twice the range that all but one in a hundred need, and what is beyond is drawn at its edge.
pub(super) fn along(what: &Along<'_>) -> String {
    let (first, last) = ends(what.channels);
    let room = 0.5_f64.max(0.01 * (last - first));
    let across = FIELD.across(first - room, last + room);
    let (low, high) = reach(what);
    let up = FIELD.upwards_around([low, high].into_iter());
    let (mut dots, mut far, mut bars) = (String::new(), String::new(), String::new());
    for (number, (channel, value)) in what.channels.iter().zip(what.values).enumerate() {
        #[expect(clippy::cast_precision_loss, reason = "a place on paper")]
        let x = across.place(*channel as f64);
        if !value.is_finite() {
            continue;
        }
        let y = up.place(*value);
        if !(FIELD.top..=FIELD.bottom).contains(&y) {
            let edge = y.clamp(FIELD.top + 3.0, FIELD.bottom - 3.0);
            let _ = write!(far, "M{} {}h0", at(x), at(edge));
            continue;
        }
        let _ = write!(dots, "M{} {}h0", at(x), at(y));
        let error = what.errors.get(number).copied().unwrap_or(0.0);
        if error > 0.0 && error.is_finite() {
            let ends = [up.place(value - error), up.place(value + error)];
            let ends = ends.map(|end| end.clamp(FIELD.top, FIELD.bottom));
            if ends[0] - ends[1] > 1.0 {
                let _ = write!(bars, "M{} {}V{}", at(x), at(ends[0]), at(ends[1]));
            }
        }
    }
    let size = if what.values.len() < MANY { 4.0 } else { 1.8 };
    let mut svg = open(WIDTH, HEIGHT, &what.title);
    let _ = write!(
        svg,
        "<text class=\"title\" x=\"{}\" y=\"15\">{}</text>{}<path class=\"err\" d=\"{bars}\"/>\
         <path class=\"dot blue\" style=\"stroke-width:{size}\" d=\"{dots}\"/><path class=\"dot red\" d=\"{far}\"/>{}{}</svg>",
        FIELD.left,
        super::markup::brief(&what.title, 90),
        FIELD.beside(&up, 5, what.axes.1),
        FIELD.border(),
        FIELD.below(&across, 10, Some(what.axes.0)),
    );
    svg
}

#[expect(clippy::cast_precision_loss, reason = "a place on paper")]
fn ends(channels: &[i64]) -> (f64, f64) {
    let first = channels.iter().min().copied().unwrap_or(0);
    let last = channels.iter().max().copied().unwrap_or(0);
    (first as f64, last as f64)
}

/// Lowest and highest value that is shown.
fn reach(what: &Along<'_>) -> (f64, f64) {
    let mut sorted: Vec<f64> = what
        .values
        .iter()
        .copied()
        .filter(|v| v.is_finite())
        .collect();
    sorted.sort_by(f64::total_cmp);
    core(&sorted)
}

/// The range of sorted numbers; that of the middle 98 % with half as much room on both sides, where a few
/// are much farther out.
pub(super) fn core(sorted: &[f64]) -> (f64, f64) {
    let (Some(least), Some(most)) = (sorted.first(), sorted.last()) else {
        return (0.0, 1.0);
    };
    let cut = sorted.len() / 100;
    let (low, high) = (sorted[cut], sorted[sorted.len() - 1 - cut]);
    let room = high - low;
    if sorted.len() < 30 || room <= 0.0 {
        return (*least, *most);
    }
    (least.max(low - 0.5 * room), most.min(high + 0.5 * room))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_values_far_out_do_not_press_the_others_flat() {
        let mut values: Vec<f64> = (0..200).map(|n| f64::from(n) / 200.0).collect();
        let (low, high) = core(&values);
        assert!(low <= 0.0 && high >= 0.995, "{low} {high}");
        values.push(1000.0);
        let (low, high) = core(&values);
        assert!(low <= 0.0 && (1.0..2.0).contains(&high), "{low} {high}");
        // Of few values all are shown.
        assert_eq!(core(&[0.0, 1.0, 1000.0]), (0.0, 1000.0));
        assert_eq!(core(&[]), (0.0, 1.0));
    }
}
