//! The cell of a value: a multiplication, then a look at the edges.

/// What is needed to find the cell of a value on a regular axis quickly.
#[derive(Clone, Copy, Debug)]
pub(super) struct RegularIndex {
    bins: u32,
    low: f64,
    high: f64,
    width: f64,
    per_width: f64,
}

impl RegularIndex {
    /// For an axis that passed the checks of [`super::Axis::regular`].
    #[inline]
    pub(super) fn new(bins: u32, low: f64, high: f64) -> Self {
        Self {
            bins,
            low,
            high,
            width: (high - low) / f64::from(bins),
            per_width: f64::from(bins) / (high - low),
        }
    }

    /// Edge `i`, below the last one.
    #[inline]
    pub(super) fn edge(&self, i: u32) -> f64 {
        self.low + f64::from(i) * self.width
    }

    /// Cell of a value. The product is off by at most one bin, as it rounds differently from the
    /// edges; the edges decide.
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the value is inside the axis; `as` saturates"
    )]
    pub(super) fn cell(&self, x: f64) -> u32 {
        if x >= self.low && x < self.high {
            let last = self.bins - 1;
            let guess = (((x - self.low) * self.per_width) as u32).min(last);
            let down = u32::from(x < self.edge(guess));
            let up = u32::from(guess < last && x >= self.edge(guess + 1));
            return guess - down + up + 1;
        }
        self.outside(x)
    }

    #[cold]
    fn outside(&self, x: f64) -> u32 {
        if x < self.low {
            0
        } else if x.is_nan() {
            self.bins + 2
        } else {
            self.bins + 1
        }
    }
}

/// Cell of a value between rising edges.
#[inline]
#[expect(
    clippy::cast_possible_truncation,
    reason = "an axis has at most 2^24 bins"
)]
pub(super) fn variable_index(edges: &[f64], x: f64) -> u32 {
    if x.is_nan() {
        return edges.len() as u32 + 1;
    }
    edges.partition_point(|&edge| edge <= x) as u32
}
