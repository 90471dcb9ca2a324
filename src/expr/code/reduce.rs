//! The loops over the elements of arrays.

use super::kernel::Arg;
use super::trap::failure;
use crate::expr::{Failure, Place};

/// The elements of each row, counted from the first element at hand.
fn segments(offsets: &[usize]) -> impl Iterator<Item = std::ops::Range<usize>> + '_ {
    let base = offsets.first().copied().unwrap_or(0);
    let from = move |o: usize| o.saturating_sub(base);
    offsets.windows(2).map(move |w| from(w[0])..from(w[1]))
}

/// The value of each row, once for each of its elements.
pub(super) fn spread<T: Copy>(out: &mut [T], offsets: &[usize], rows: Arg<'_, T>) {
    match rows {
        Arg::One(value) => out.fill(value),
        Arg::Many(rows) => {
            for (segment, &value) in segments(offsets).zip(rows) {
                if let Some(elements) = out.get_mut(segment) {
                    elements.fill(value);
                }
            }
        }
    }
}

/// A function of the elements of each row.
pub(super) fn fold<T: Copy, R>(
    out: &mut [R],
    offsets: &[usize],
    elements: Arg<'_, T>,
    f: impl Fn(&[T]) -> R,
) {
    let Arg::Many(elements) = elements else {
        debug_assert!(
            false,
            "a body is spread over the elements before it is reduced"
        );
        return;
    };
    for (o, segment) in out.iter_mut().zip(segments(offsets)) {
        *o = f(elements.get(segment).unwrap_or(&[]));
    }
}

/// The sum in the order of the elements.
pub(super) fn sum(values: &[f64]) -> f64 {
    values.iter().fold(0.0, |sum, v| sum + v)
}

/// The largest or smallest value; NaN for none.
pub(super) fn extreme(values: &[f64], of: impl Fn(f64, f64) -> f64) -> f64 {
    values.iter().copied().reduce(of).unwrap_or(f64::NAN)
}

#[expect(
    clippy::cast_possible_wrap,
    reason = "memory holds fewer than 2^63 values"
)]
pub(super) fn count(values: &[bool]) -> i64 {
    values.iter().filter(|v| **v).count() as i64
}

#[expect(
    clippy::cast_possible_wrap,
    reason = "memory holds fewer than 2^63 values"
)]
pub(super) fn lengths(out: &mut [i64], offsets: &[usize]) {
    for (o, segment) in out.iter_mut().zip(segments(offsets)) {
        *o = segment.len() as i64;
    }
}

/// The sum of whole numbers; fails where it does not fit and the guard is true.
pub(super) fn sum_ints(
    out: &mut [i64],
    offsets: &[usize],
    elements: Arg<'_, i64>,
    guard: Arg<'_, bool>,
    place: Place,
) -> Result<(), Failure> {
    let mut overflow = false;
    let checked = |values: &[i64]| {
        let total = values.iter().try_fold(0i64, |sum, v| sum.checked_add(*v));
        (total.unwrap_or(0), total.is_none())
    };
    let mut sums = vec![(0, false); out.len()];
    fold(&mut sums, offsets, elements, checked);
    for (row, (o, (total, bad))) in out.iter_mut().zip(sums).enumerate() {
        let live = match guard {
            Arg::One(live) => live,
            Arg::Many(live) => live.get(row).copied().unwrap_or(false),
        };
        overflow |= bad && live;
        *o = total;
    }
    if !overflow {
        return Ok(());
    }
    let message = "the sum over the elements does not fit in a whole number of 64 bits";
    let hint = "sum to_float(…) instead";
    Err(failure((message.to_owned(), Some(hint.to_owned())), place))
}
