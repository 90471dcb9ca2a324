//! The frame of a drawing: axes with ticks and titles around a field.

use std::fmt::Write as _;

use super::markup::text;
use crate::report::axis::Axis;

/// Where a field lies in its drawing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    pub(super) left: f64,
    pub(super) right: f64,
    pub(super) top: f64,
    pub(super) bottom: f64,
}

impl Field {
    /// An axis to the right that begins and ends exactly there.
    pub(super) fn across(&self, low: f64, high: f64) -> Axis {
        Axis::exact(low, high, self.left, self.right)
    }

    /// An axis upwards that begins and ends exactly there.
    pub(super) fn upwards(&self, low: f64, high: f64) -> Axis {
        Axis::exact(low, high, self.bottom, self.top)
    }

    /// An axis upwards for these numbers with some room.
    pub(super) fn upwards_around(&self, numbers: impl Iterator<Item = f64>) -> Axis {
        Axis::around(numbers, self.bottom, self.top)
    }

    /// The border of the field.
    pub(super) fn border(&self) -> String {
        let (width, height) = (self.right - self.left, self.bottom - self.top);
        format!(
            "<rect class=\"ax\" x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{height}\"/>",
            self.left, self.top
        )
    }

    /// Ticks below the field, with numbers or without, and the title of the axis.
    pub(super) fn below(&self, axis: &Axis, wanted: usize, title: Option<&str>) -> String {
        let mut svg = String::new();
        let mut path = String::new();
        for (number, label) in axis.ticks(wanted) {
            let x = axis.place(number);
            let _ = write!(path, "M{x:.1} {:.1}v-5", self.bottom);
            if title.is_some() {
                let y = self.bottom + 15.0;
                let _ = write!(
                    svg,
                    "<text class=\"tick mid\" x=\"{x:.1}\" y=\"{y:.1}\">{label}</text>"
                );
            }
        }
        let _ = write!(svg, "<path class=\"ax\" d=\"{path}\"/>");
        if let Some(title) = title {
            let y = self.bottom + 33.0;
            let _ = write!(
                svg,
                "<text class=\"end\" x=\"{}\" y=\"{y:.1}\">{}</text>",
                self.right,
                text(title)
            );
        }
        svg
    }

    /// Ticks and lines to the left of the field, and the title of the axis.
    pub(super) fn beside(&self, axis: &Axis, wanted: usize, title: &str) -> String {
        let (mut svg, mut path) = (String::new(), String::new());
        for (number, label) in axis.ticks(wanted) {
            let y = axis.place(number);
            let _ = write!(path, "M{} {y:.1}H{}", self.left, self.right);
            let _ = write!(
                svg,
                "<text class=\"tick end\" x=\"{}\" y=\"{:.1}\">{label}</text>",
                self.left - 5.0,
                y + 3.5
            );
        }
        format!(
            "<path class=\"gl\" d=\"{path}\"/>{svg}<text class=\"end\" transform=\"translate(13 {}) rotate(-90)\">{}</text>",
            self.top,
            text(title)
        )
    }
}

/// The beginning of a drawing; `label` says what it shows.
pub(super) fn open(width: f64, height: f64, label: &str) -> String {
    format!(
        "<svg viewBox=\"0 0 {width} {height}\" role=\"img\" aria-label=\"{}\">\n",
        text(label)
    )
}

/// Title and unit as the field writes them.
pub(super) fn titled(title: &str, unit: &str) -> String {
    match unit {
        "" => title.to_owned(),
        unit => format!("{title} [{unit}]"),
    }
}

/// A place on paper, short.
pub(super) fn at(place: f64) -> String {
    let text = format!("{place:.1}");
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}
