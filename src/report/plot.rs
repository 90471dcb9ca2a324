//! Drawings of scripts as SVG.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::axis::Axis;
use crate::calibrate::{AxisTitle, Places, Plot, Series};
use crate::iov::ExpRun;

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 84.0;
const RIGHT: f64 = WIDTH - 20.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = HEIGHT - 56.0;
/// Colours that are told apart by everybody, in the order of the series.
const COLOURS: [&str; 5] = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9"];
/// From so many points on they are smaller.
const MANY: usize = 300;
/// Names of runs along an axis at most.
const NAMES: usize = 10;

/// A drawing in a file of its own, or within a page. Colours of text and lines are those around it.
#[must_use]
pub fn plot_svg(plot: &Plot) -> String {
    let across = Across::new(plot);
    let up = upwards(plot);
    let title = escaped(&plot.title);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{title}\" \
         font-family=\"DejaVu Sans, Verdana, Arial, sans-serif\" font-size=\"13\" fill=\"currentColor\">\n\
         <text x=\"{LEFT}\" y=\"24\" font-size=\"15\" font-weight=\"bold\">{title}</text>\n"
    );
    for (number, text) in up.ticks(6) {
        let y = up.place(number);
        let _ = writeln!(
            svg,
            "<path d=\"M{LEFT} {y:.1}H{RIGHT}\" stroke=\"currentColor\" stroke-opacity=\"0.13\"/>\
             <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\" font-size=\"12\">{text}</text>",
            LEFT - 7.0,
            y + 4.0
        );
    }
    across.ticks(&mut svg);
    let (width, height) = (RIGHT - LEFT, BOTTOM - TOP);
    let _ = writeln!(
        svg,
        "<rect x=\"{LEFT}\" y=\"{TOP}\" width=\"{width}\" height=\"{height}\" fill=\"none\" stroke=\"currentColor\" stroke-opacity=\"0.6\"/>\
         <text x=\"{RIGHT}\" y=\"{}\" text-anchor=\"end\">{}</text>\
         <text transform=\"translate(18 {TOP}) rotate(-90)\" text-anchor=\"end\">{}</text>",
        HEIGHT - 12.0,
        titled(&plot.x),
        titled(&plot.y),
    );
    for (number, series) in plot.series.iter().enumerate() {
        draw(
            &mut svg,
            series,
            COLOURS[number % COLOURS.len()],
            &across,
            &up,
        );
    }
    legend(&mut svg, plot);
    svg += "</svg>\n";
    svg
}

/// Title and unit of an axis, as the field writes them.
fn titled(axis: &AxisTitle) -> String {
    match axis.unit.as_str() {
        "" => escaped(&axis.title),
        unit => format!("{} [{}]", escaped(&axis.title), escaped(unit)),
    }
}

/// An axis for all values with their errors; bins begin at zero.
fn upwards(plot: &Plot) -> Axis {
    let mut numbers = Vec::new();
    let mut from_zero = false;
    for series in &plot.series {
        let (values, errors) = match series {
            Series::Points { y, errors, .. } => (y, errors),
            Series::Histogram {
                contents, errors, ..
            } => {
                from_zero |= contents.iter().all(|content| *content >= 0.0);
                (contents, errors)
            }
            Series::Curve { y, .. } => {
                numbers.extend(y.iter().copied());
                continue;
            }
        };
        for (number, value) in values.iter().enumerate() {
            let error = errors.get(number).copied().unwrap_or(0.0);
            numbers.extend([value - error, value + error]);
        }
    }
    let zero = from_zero && !numbers.iter().any(|number| *number < 0.0);
    if zero {
        let high = numbers
            .iter()
            .copied()
            .filter(|n| n.is_finite())
            .fold(0.0, f64::max);
        let high = if high > 0.0 { 1.08 * high } else { 1.0 };
        return Axis::exact(0.0, high, BOTTOM, TOP);
    }
    Axis::around(numbers.into_iter(), BOTTOM, TOP)
}

/// What is drawn to the right: numbers, or runs side by side.
struct Across {
    axis: Axis,
    /// Places of runs; none for numbers.
    runs: BTreeMap<ExpRun, f64>,
}

impl Across {
    fn new(plot: &Plot) -> Self {
        let mut runs: BTreeMap<ExpRun, f64> = BTreeMap::new();
        let mut numbers: Vec<f64> = Vec::new();
        let mut binned = false;
        for series in &plot.series {
            match series {
                Series::Points {
                    x: Places::Runs(all),
                    ..
                } => {
                    runs.extend(all.iter().map(|run| (*run, 0.0)));
                }
                Series::Points {
                    x: Places::Numbers(all),
                    ..
                } => numbers.extend(all),
                Series::Histogram { edges, .. } => {
                    binned = true;
                    numbers.extend(edges);
                }
                Series::Curve { x, .. } => numbers.extend(x),
            }
        }
        if !runs.is_empty() {
            // Missing runs leave a gap as wide as a run.
            let mut place = 0.0;
            let mut before: Option<ExpRun> = None;
            for (run, at) in &mut runs {
                let next = before.is_none_or(|b| b.exp == run.exp && b.run + 1 == run.run);
                place += if next { 1.0 } else { 2.0 };
                *at = place;
                before = Some(*run);
            }
            let axis = Axis::exact(0.3, place + 0.7, LEFT, RIGHT);
            return Self { axis, runs };
        }
        let finite = numbers.iter().copied().filter(|n| n.is_finite());
        let ends = finite.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), n: f64| {
            (low.min(n), high.max(n))
        });
        let axis = match binned && ends.0 < ends.1 {
            true => Axis::exact(ends.0, ends.1, LEFT, RIGHT),
            false => Axis::around(numbers.into_iter(), LEFT, RIGHT),
        };
        Self { axis, runs }
    }

    fn ticks(&self, svg: &mut String) {
        let numbers: Vec<(f64, String)> = match self.runs.is_empty() {
            true => self.axis.ticks(8),
            false => {
                let each = self.runs.len().div_ceil(NAMES).max(1);
                let named = self.runs.iter().step_by(each);
                named
                    .map(|(run, place)| (*place, run.to_string()))
                    .collect()
            }
        };
        for (number, text) in numbers {
            let x = self.axis.place(number);
            let _ = writeln!(
                svg,
                "<path d=\"M{x:.1} {BOTTOM}v5\" stroke=\"currentColor\"/>\
                 <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\" font-size=\"12\">{text}</text>",
                BOTTOM + 19.0
            );
        }
    }

    fn places(&self, places: &Places) -> Vec<f64> {
        match places {
            Places::Numbers(all) => all.iter().map(|x| self.axis.place(*x)).collect(),
            Places::Runs(all) => {
                let at = |run: &ExpRun| self.runs.get(run).copied().unwrap_or(f64::NAN);
                all.iter().map(|run| self.axis.place(at(run))).collect()
            }
        }
    }
}

fn draw(svg: &mut String, series: &Series, colour: &str, across: &Across, up: &Axis) {
    match series {
        Series::Points { x, y, errors } => {
            let x = across.places(x);
            bars(svg, &x, y, errors, colour, up);
            let size = if y.len() < MANY { 6.0 } else { 3.0 };
            let mut path = String::new();
            for (x, y) in x
                .iter()
                .zip(y)
                .filter(|(x, y)| x.is_finite() && y.is_finite())
            {
                let _ = write!(path, "M{x:.1} {:.1}h0", up.place(*y));
            }
            let _ = writeln!(
                svg,
                "<path d=\"{path}\" stroke=\"{colour}\" stroke-width=\"{size}\" stroke-linecap=\"round\"/>"
            );
        }
        Series::Histogram {
            edges,
            contents,
            errors,
        } => {
            let mut path = String::new();
            for (bin, content) in contents.iter().enumerate() {
                let (from, to) = (
                    across.axis.place(edges[bin]),
                    across.axis.place(edges[bin + 1]),
                );
                let y = up.place(if content.is_finite() { *content } else { 0.0 });
                let _ = match bin {
                    0 => write!(path, "M{from:.1} {:.1}V{y:.1}H{to:.1}", up.place(0.0)),
                    _ => write!(path, "V{y:.1}H{to:.1}"),
                };
            }
            let _ = write!(path, "V{:.1}", up.place(0.0));
            let _ = writeln!(
                svg,
                "<path d=\"{path}\" fill=\"{colour}\" fill-opacity=\"0.12\" stroke=\"{colour}\" stroke-width=\"1.2\"/>"
            );
            let centres = edges
                .windows(2)
                .map(|pair| across.axis.place(0.5 * (pair[0] + pair[1])));
            bars(
                svg,
                &centres.collect::<Vec<_>>(),
                contents,
                errors,
                colour,
                up,
            );
        }
        Series::Curve { x, y, .. } => {
            let mut path = String::new();
            let mut pen = 'M';
            for (x, y) in x.iter().zip(y) {
                if y.is_finite() {
                    let _ = write!(
                        path,
                        "{pen}{:.1} {:.1}",
                        across.axis.place(*x),
                        up.place(*y)
                    );
                }
                pen = if y.is_finite() { 'L' } else { 'M' };
            }
            let _ = writeln!(
                svg,
                "<path d=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>"
            );
        }
    }
}

/// Errors as lines through the points.
fn bars(svg: &mut String, x: &[f64], y: &[f64], errors: &[f64], colour: &str, up: &Axis) {
    let mut path = String::new();
    for ((x, y), error) in x.iter().zip(y).zip(errors) {
        if x.is_finite() && y.is_finite() && error.is_finite() && *error > 0.0 {
            let (low, high) = (up.place(y - error), up.place(y + error));
            let _ = write!(path, "M{x:.1} {low:.1}V{high:.1}");
        }
    }
    if !path.is_empty() {
        let _ = writeln!(
            svg,
            "<path d=\"{path}\" stroke=\"{colour}\" stroke-opacity=\"0.7\"/>"
        );
    }
}

/// What curves are, in the upper right corner.
fn legend(svg: &mut String, plot: &Plot) {
    let mut row = 0.0;
    for (number, series) in plot.series.iter().enumerate() {
        let Series::Curve { label, .. } = series else {
            continue;
        };
        let (colour, y) = (COLOURS[number % COLOURS.len()], TOP + 20.0 + 18.0 * row);
        let _ = writeln!(
            svg,
            "<text x=\"{}\" y=\"{y}\" text-anchor=\"end\" fill=\"{colour}\">{}</text>",
            RIGHT - 10.0,
            escaped(label)
        );
        row += 1.0;
    }
}

/// Text that may stand in SVG and HTML.
pub(super) fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
