//! Mean, median and the like of values; NaN are left out.

use crate::expr::Column;

/// The values of a column that are numbers, for questions about all of them.
#[derive(Clone, Debug)]
pub struct Statistics {
    values: Vec<f64>,
}

impl Statistics {
    /// Of these values, NaN left out.
    #[must_use]
    pub fn new(values: impl IntoIterator<Item = f64>) -> Self {
        let values = values.into_iter().filter(|value| !value.is_nan()).collect();
        Self { values }
    }

    /// Of a column; `None` if it holds no numbers.
    #[must_use]
    pub fn of(column: &Column) -> Option<Self> {
        column.to_floats().map(Self::new)
    }

    /// Number of values.
    #[must_use]
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Sum, with the rounding errors summed beside it; 0 for none.
    #[must_use]
    pub fn sum(&self) -> f64 {
        total(self.values.iter().copied())
    }

    /// Mean; NaN for none.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.sum() / self.count()
    }

    /// Standard deviation of the values themselves (divided by n, not n − 1); NaN for none.
    #[must_use]
    pub fn std(&self) -> f64 {
        let mean = self.mean();
        let squares = self
            .values
            .iter()
            .map(|value| (value - mean) * (value - mean));
        (total(squares) / self.count()).sqrt()
    }

    /// Smallest value; NaN for none.
    #[must_use]
    pub fn min(&self) -> f64 {
        self.values
            .iter()
            .copied()
            .reduce(f64::min)
            .unwrap_or(f64::NAN)
    }

    /// Largest value; NaN for none.
    #[must_use]
    pub fn max(&self) -> f64 {
        self.values
            .iter()
            .copied()
            .reduce(f64::max)
            .unwrap_or(f64::NAN)
    }

    /// The value in the middle; the mean of the middle two of an even number; NaN for none.
    #[must_use]
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// The value at a fraction `q` of the way from the smallest to the largest, linear between
    /// neighbours; NaN for none or a fraction outside 0 … 1.
    #[must_use]
    pub fn quantile(&self, q: f64) -> f64 {
        if self.values.is_empty() || !(0.0..=1.0).contains(&q) {
            return f64::NAN;
        }
        let mut sorted = self.values.clone();
        sorted.sort_by(f64::total_cmp);
        #[expect(clippy::cast_precision_loss, reason = "counts are exact up to 2^53")]
        let at = q * (sorted.len() - 1) as f64;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between 0 and the number of values"
        )]
        let below = at.floor() as usize;
        let low = sorted[below];
        match sorted.get(below + 1) {
            Some(high) if at > at.floor() => low + (high - low) * (at - at.floor()),
            _ => low,
        }
    }

    #[expect(clippy::cast_precision_loss, reason = "counts are exact up to 2^53")]
    fn count(&self) -> f64 {
        self.values.len() as f64
    }
}

/// A sum after Neumaier: what is lost in each step is summed beside it.
fn total(values: impl Iterator<Item = f64>) -> f64 {
    let (mut sum, mut lost) = (0.0_f64, 0.0_f64);
    for value in values {
        let next = sum + value;
        lost += if sum.abs() >= value.abs() {
            (sum - next) + value
        } else {
            (value - next) + sum
        };
        sum = next;
    }
    if lost.is_finite() { sum + lost } else { sum }
}
