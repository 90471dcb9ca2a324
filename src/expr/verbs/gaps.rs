//! Values for rows that have none.

use crate::expr::Column;

use super::Key;

/// Values in place of NaN: for each row the mean of the nearest rows before
/// and after it that have one, in rising order of `order`; at the ends, the one there is.
#[must_use]
pub fn filled_from_neighbours(values: &[f64], order: &Column) -> Vec<f64> {
    let keys = Key::all(order);
    let mut rows: Vec<usize> = (0..values.len().min(keys.len())).collect();
    rows.sort_by(|a, b| keys[*a].cmp(&keys[*b]));
    let sorted: Vec<f64> = rows.iter().map(|row| values[*row]).collect();
    let mut filled = values.to_vec();
    let mut after: Vec<f64> = sorted.clone();
    for position in (0..sorted.len().saturating_sub(1)).rev() {
        if after[position].is_nan() {
            after[position] = after[position + 1];
        }
    }
    let mut before = f64::NAN;
    for (position, row) in rows.iter().enumerate() {
        if !sorted[position].is_nan() {
            before = sorted[position];
            continue;
        }
        filled[*row] = match (before.is_nan(), after[position].is_nan()) {
            (false, false) => 0.5 * (before + after[position]),
            (true, _) => after[position],
            (false, true) => before,
        };
    }
    filled
}
