//! Made-up numbers: Gaussian, and the same for an event wherever it lies.

use std::f64::consts::TAU;

use serde::{Deserialize, Serialize};

use super::gate::EventId;
use crate::dataset::{event_hash, random_number, unit_interval};
use crate::expr::{Column, Type, maths};

/// Rows of made-up numbers per event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generator {
    /// Rows per event.
    pub entries: u32,
    /// Standard deviation of the column `peak`, whose mean is 42; those of all others are 1 and 0.
    pub spread: u32,
}

/// The columns of such rows. The numbers with fractions are drawn one after the other.
pub(super) const COLUMNS: [(&str, Type); 13] = [
    ("event", Type::Int),
    ("run", Type::Int),
    ("exp", Type::Int),
    ("hitX", Type::Float),
    ("hitY", Type::Float),
    ("hitZ", Type::Float),
    ("trackX", Type::Float),
    ("trackY", Type::Float),
    ("trackZ", Type::Float),
    ("chisq", Type::Float),
    ("pvalue", Type::Float),
    ("dof", Type::Float),
    ("peak", Type::Float),
];

/// Columns that come before the first drawn one.
const NAMED: usize = 3;
/// Mean of the last column.
const MEAN: f64 = 42.0;
/// Keeps made-up numbers apart from the hashes that choose events.
const SEED: u64 = 42;

impl Generator {
    /// The values of a column, one per row: event, and number of the row within it.
    pub(super) fn column(
        self,
        column: usize,
        rows: impl Iterator<Item = (EventId, u32)>,
    ) -> Column {
        let whole = |value: fn(EventId) -> i64| move |(id, _)| value(id);
        match column {
            0 => Column::Int(rows.map(whole(|id| id.event.cast_signed())).collect()),
            1 => Column::Int(rows.map(whole(|id| i64::from(id.run.run))).collect()),
            2 => Column::Int(rows.map(whole(|id| i64::from(id.run.exp))).collect()),
            _ => {
                let draw = (column - NAMED) as u64;
                let last = column + 1 == COLUMNS.len();
                let value = |(id, entry)| match (gaussian(id, entry, draw), last) {
                    (drawn, true) => MEAN + f64::from(self.spread) * drawn,
                    (drawn, false) => drawn,
                };
                Column::Float(rows.map(value).collect())
            }
        }
    }
}

/// One of the Gaussian numbers of a row, with mean 0 and standard deviation 1.
///
/// Each row has a sequence of `SplitMix64` of its own, whose seed is the hash of its event and its
/// number. Two uniform numbers give two Gaussian ones (Box and Muller, Ann. Math. Statist. 29, 610,
/// 1958): the radius is √(−2 ln u), the angle 2π v.
fn gaussian(id: EventId, entry: u32, draw: u64) -> f64 {
    let event = event_hash(SEED, id.run.exp, id.run.run, id.event);
    let row = random_number(event, u64::from(entry));
    let pair = draw / 2 * 2;
    // 1 − u is never 0.
    let u = 1.0 - unit_interval(random_number(row, pair));
    let angle = TAU * unit_interval(random_number(row, pair + 1));
    let radius = (-2.0 * maths::ln(u)).sqrt();
    if draw == pair {
        radius * maths::cos(angle)
    } else {
        radius * maths::sin(angle)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iov::ExpRun;

    fn column(number: usize, events: u64) -> Vec<f64> {
        let generator = Generator {
            entries: 10,
            spread: 4,
        };
        let id = |event| EventId {
            run: ExpRun::new(7, 3),
            event,
        };
        let rows = (1..=events).flat_map(|event| (0..10).map(move |entry| (id(event), entry)));
        match generator.column(number, rows) {
            Column::Float(values) => values,
            other => panic!("{other:?}"),
        }
    }

    /// Largest distance between the distribution of values and the Gaussian one, times √n; values
    /// of the Gaussian integral as in printed tables.
    fn distance(values: &mut [f64]) -> f64 {
        const TABLE: [(f64, f64); 7] = [
            (-2.0, 0.022_750),
            (-1.0, 0.158_655),
            (-0.5, 0.308_538),
            (0.0, 0.5),
            (0.5, 0.691_462),
            (1.0, 0.841_345),
            (2.0, 0.977_250),
        ];
        values.sort_unstable_by(f64::total_cmp);
        let n = values.len() as f64;
        let below = |x: f64| values.partition_point(|v| *v < x) as f64 / n;
        let far = TABLE.iter().map(|(x, p)| (below(*x) - p).abs());
        far.fold(0.0, f64::max) * n.sqrt()
    }

    #[test]
    fn every_column_is_gaussian() {
        for (number, (name, _)) in COLUMNS.iter().enumerate().skip(NAMED) {
            let mut values = column(number, 10_000);
            if number + 1 == COLUMNS.len() {
                values.iter_mut().for_each(|v| *v = (*v - 42.0) / 4.0);
            }
            // A distance of 1.95 is exceeded once in a thousand (Kolmogorov).
            let far = distance(&mut values);
            assert!(far < 1.95, "{name}: {far}");
        }
    }

    #[test]
    fn columns_rows_and_events_have_nothing_to_do_with_each_other() {
        let product = |a: &[f64], b: &[f64]| {
            let sum: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
            sum / (a.len() as f64).sqrt()
        };
        let (x, y) = (column(3, 10_000), column(4, 10_000));
        for far in [
            product(&x, &y),
            product(&x[1..], &x),
            product(&x[10..], &x),
            product(&y[1..], &x),
        ] {
            assert!(far.abs() < 4.0, "{far} standard deviations");
        }
    }

    #[test]
    fn the_first_number_follows_from_the_formulas() {
        let id = EventId {
            run: ExpRun::new(0, 0),
            event: 0,
        };
        let (x, y) = (gaussian(id, 0, 0), gaussian(id, 0, 1));
        let row = random_number(event_hash(SEED, 0, 0, 0), 0);
        let u = 1.0 - unit_interval(random_number(row, 0));
        assert!((x * x + y * y + 2.0 * u.ln()).abs() < 1e-12);
    }
}
