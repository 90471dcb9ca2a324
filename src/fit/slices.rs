//! The curve that the fits of slices give: one parameter against the value that was sliced.

use crate::hist::{Axis, Histogram};

use super::Row;

/// A parameter with its error for each bin of the axis whose fit is good; other bins are masked.
/// `rows` are the fits of the bins in order. The entries of the curve are its points. `None` if the
/// fits have no such parameter.
#[must_use]
pub fn points_of(axis: &Axis, rows: &[Row], parameter: &str) -> Option<Histogram> {
    let known = |row: &Row| {
        row.fit
            .as_ref()
            .map(|fit| fit.parameter(parameter).is_some())
    };
    if rows.iter().filter_map(known).any(|known| !known) {
        return None;
    }
    let point = |row: &Row| {
        let good = row.fit.as_ref().filter(|_| row.ok);
        let point = good.and_then(|fit| fit.parameter(parameter));
        // an error of 0 is that of a parameter which is held: no measurement
        point.filter(|(_, error)| *error > 0.0)
    };
    let points: Vec<Option<(f64, f64)>> = rows.iter().map(point).collect();
    let column = |of: &dyn Fn(&(f64, f64)) -> f64| -> Vec<f64> {
        let cells = points.iter().map(|point| point.as_ref().map_or(0.0, of));
        std::iter::once(0.0).chain(cells).collect()
    };
    let values = column(&|(value, _)| *value);
    let errors = column(&|(_, error)| *error);
    let mut curve = Histogram::of_values(axis.clone(), values, &errors, column(&|_| 1.0));
    curve.mask = Some(points.iter().map(Option::is_some).collect());
    Some(curve)
}
