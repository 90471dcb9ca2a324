//! A fit bin by bin: data with errors, the model, and the pulls below.

use std::fmt::Write as _;

use super::frame::{Field, at, open, titled};
use super::markup::{brief, text};
use crate::fit::Picture;
use crate::hist::Axis as Bins;
use crate::report::axis::Axis;
use crate::report::number;

const WIDTH: f64 = 520.0;
const HEIGHT: f64 = 372.0;
const MAIN: Field = Field {
    left: 62.0,
    right: 510.0,
    top: 42.0,
    bottom: 240.0,
};
const STRIP: Field = Field {
    left: 62.0,
    right: 510.0,
    top: 252.0,
    bottom: 326.0,
};

/// What the legend of a fit says.
pub(super) struct Legend<'a> {
    /// `channel 17`.
    pub(super) title: &'a str,
    /// The object that was fitted.
    pub(super) object: &'a str,
    /// Name of the model.
    pub(super) model: &'a str,
    pub(super) chi2: f64,
    pub(super) ndf: i64,
}

/// A drawing of a fit.
pub(super) fn fit_plot(picture: &Picture, legend: &Legend<'_>) -> String {
    let across = MAIN.across(picture.axis.low(), picture.axis.high());
    let up = MAIN.upwards(lowest(picture), highest(picture));
    let mut svg = open(WIDTH, HEIGHT, &format!("fit of {}", legend.title));
    svg.push_str(&head(legend));
    svg.push_str(&outside(picture, &across));
    svg.push_str(&MAIN.beside(&up, 5, &counted_per(picture)));
    svg.push_str(&data(picture, &across, &up));
    svg.push_str(&curve(picture, &across, &up));
    svg.push_str(&MAIN.border());
    svg.push_str(&MAIN.below(&across, 8, None));
    svg.push_str(&strip(picture, &across));
    let object = match legend.object {
        "" => "value",
        object => object,
    };
    let title = titled(object, picture.axis.unit());
    svg.push_str(&STRIP.below(&across, 8, Some(&title)));
    svg.push_str("</svg>");
    svg
}

fn head(legend: &Legend<'_>) -> String {
    let quality = match legend.ndf {
        0 => "no degree of freedom".to_owned(),
        #[expect(clippy::cast_precision_loss, reason = "degrees of freedom are few")]
        ndf => format!(
            "χ²/ndf = {} / {ndf} = {:.2}",
            number::alone((legend.chi2 * 10.0).round() / 10.0),
            legend.chi2 / ndf as f64
        ),
    };
    let quality = match legend.chi2.is_finite() {
        true => quality,
        false => "no fit".to_owned(),
    };
    format!(
        "<text class=\"title\" x=\"{}\" y=\"15\">{}</text>\
         <path class=\"dot\" d=\"M{} 30h0\"/><path class=\"err\" d=\"M{} 25v10\"/>\
         <text class=\"tick\" x=\"{}\" y=\"34\">data</text>\
         <path class=\"model\" d=\"M{} 30h18\"/><text class=\"tick\" x=\"{}\" y=\"34\">{}</text>\
         <text class=\"tick end\" x=\"{}\" y=\"34\">{}</text>",
        MAIN.left,
        brief(legend.title, 60),
        MAIN.left + 5.0,
        MAIN.left + 5.0,
        MAIN.left + 13.0,
        MAIN.left + 52.0,
        MAIN.left + 75.0,
        brief(legend.model, 28),
        MAIN.right,
        text(&quality),
    )
}

/// `entries / 0.25 ns`.
fn counted_per(picture: &Picture) -> String {
    if !picture.counts {
        return "value".into();
    }
    match &picture.axis {
        Bins::Regular { .. } => {
            let width = number::alone(picture.axis.width(0));
            let per = format!("entries / {width} {}", picture.axis.unit());
            per.trim_end().to_owned()
        }
        Bins::Variable { .. } => "entries per bin".into(),
    }
}

fn highest(picture: &Picture) -> f64 {
    let tops = picture.contents.iter().zip(&picture.errors);
    let tops = tops.map(|(content, error)| content + error);
    let all = tops.chain(picture.model.iter().copied());
    let most = all
        .filter(|top| top.is_finite())
        .fold(f64::NEG_INFINITY, f64::max);
    let low = lowest(picture);
    match most > low {
        true => low + 1.08 * (most - low),
        false => low + 1.0,
    }
}

fn lowest(picture: &Picture) -> f64 {
    let ends = picture.contents.iter().zip(&picture.errors);
    let ends = ends.map(|(content, error)| content - error);
    match picture.counts {
        true => 0.0,
        false => ends.filter(|end| end.is_finite()).fold(0.0, f64::min),
    }
}

/// What was not part of the fit is shaded.
fn outside(picture: &Picture, across: &Axis) -> String {
    let (low, high) = (across.place(picture.range.0), across.place(picture.range.1));
    let mut svg = String::new();
    for (from, to) in [(MAIN.left, low), (high, MAIN.right)] {
        if to - from > 0.5 {
            for field in [MAIN, STRIP] {
                let _ = write!(
                    svg,
                    "<rect class=\"off\" x=\"{from:.1}\" y=\"{}\" width=\"{:.1}\" height=\"{}\"/>",
                    field.top,
                    to - from,
                    field.bottom - field.top
                );
            }
        }
    }
    svg
}

fn data(picture: &Picture, across: &Axis, up: &Axis) -> String {
    let (mut dots, mut bars) = (String::new(), String::new());
    for (bin, (content, error)) in picture.contents.iter().zip(&picture.errors).enumerate() {
        let x = at(across.place(picture.axis.centre(bin)));
        let y = if content.is_finite() { *content } else { 0.0 };
        let _ = write!(dots, "M{x} {}h0", at(up.place(y)));
        if *error > 0.0 && error.is_finite() {
            let low = up.place((y - error).max(if picture.counts { 0.0 } else { f64::MIN }));
            let _ = write!(bars, "M{x} {}V{}", at(low), at(up.place(y + error)));
        }
    }
    let room = (MAIN.right - MAIN.left) / picture.axis.bins().max(1) as f64;
    let size = room.clamp(1.4, 3.8);
    format!(
        "<path class=\"err\" d=\"{bars}\"/><path class=\"dot\" style=\"stroke-width:{size:.1}\" d=\"{dots}\"/>"
    )
}

fn curve(picture: &Picture, across: &Axis, up: &Axis) -> String {
    let steps = picture.curve.len().saturating_sub(1);
    if steps == 0 {
        return String::new();
    }
    let (low, high) = picture.range;
    let mut path = String::new();
    for (step, value) in picture.curve.iter().enumerate() {
        let x = across.place(low + (high - low) * step as f64 / steps as f64);
        let y = up.place(*value).clamp(MAIN.top, MAIN.bottom);
        let pen = if step == 0 { "M" } else { " " };
        let _ = write!(path, "{pen}{} {}", at(x), at(y));
    }
    format!("<path class=\"model\" d=\"{path}\"/>")
}

/// The pulls, each as a bar as wide as its bin.
fn strip(picture: &Picture, across: &Axis) -> String {
    let most = picture
        .pulls
        .iter()
        .fold(0.0, |most: f64, pull| most.max(pull.abs()));
    let reach = if most > 3.0 { 1.1 * most } else { 3.5 };
    let up = STRIP.upwards(-reach, reach);
    let zero = up.place(0.0);
    let mut path = String::new();
    for (bin, pull) in picture.bins.iter().zip(&picture.pulls) {
        let (from, to) = (
            across.place(picture.axis.edge(*bin)),
            across.place(picture.axis.edge(bin + 1)),
        );
        let _ = write!(
            path,
            "M{} {}V{}H{}V{}z",
            at(from),
            at(zero),
            at(up.place(*pull)),
            at(to),
            at(zero)
        );
    }
    let none = match picture.pulls.is_empty() {
        true => format!(
            "<text class=\"tick mid\" x=\"{}\" y=\"{}\">no fit</text>",
            0.5 * (STRIP.left + STRIP.right),
            zero + 4.0
        ),
        false => String::new(),
    };
    format!(
        "{}<path class=\"pull\" d=\"{path}\"/><path class=\"ax\" d=\"M{} {}H{}\"/>{none}{}",
        STRIP.beside(&up, 4, "pull"),
        STRIP.left,
        at(zero),
        STRIP.right,
        STRIP.border()
    )
}
