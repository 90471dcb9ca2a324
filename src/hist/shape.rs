//! Rough features of a histogram from which fits start: what a glance at it would tell.

use super::Histogram;

impl Histogram {
    /// Mean contents of the lowest and of the highest tenth of the bins, at least one each; 0
    /// where no bin is used.
    #[must_use]
    pub fn ends(&self) -> (f64, f64) {
        let tenth = (self.bins() / 10).max(1);
        let mean = |bins: std::ops::Range<usize>| {
            let used: Vec<f64> = bins
                .filter(|i| self.used(*i))
                .map(|i| self.values()[i])
                .collect();
            #[expect(clippy::cast_precision_loss, reason = "an axis has at most 2^24 bins")]
            let many = used.len().max(1) as f64;
            used.iter().sum::<f64>() / many
        };
        let bins = self.bins();
        (mean(0..tenth), mean(bins.saturating_sub(tenth)..bins))
    }

    /// What a peak stands on: the lower one of the mean contents at both ends.
    #[must_use]
    pub fn floor(&self) -> f64 {
        let (low, high) = self.ends();
        low.min(high)
    }

    /// Distance from the maximum down to where the contents have fallen halfway to the
    /// [`Histogram::floor`]; at least half a bin. Contents are smoothed over three bins twice.
    #[must_use]
    pub fn width_low(&self) -> f64 {
        self.half_widths().0
    }

    /// The same upwards.
    #[must_use]
    pub fn width_high(&self) -> f64 {
        self.half_widths().1
    }

    /// Full width at half maximum above the [`Histogram::floor`].
    #[must_use]
    pub fn fwhm(&self) -> f64 {
        let (low, high) = self.half_widths();
        low + high
    }

    fn half_widths(&self) -> (f64, f64) {
        let smooth = smoothed(&smoothed(self.values()));
        let mut top = 0;
        for (i, content) in smooth.iter().enumerate() {
            if *content > smooth[top] {
                top = i;
            }
        }
        let half = 0.5 * (smooth[top] + self.floor());
        let centre = |i: usize| self.axis.centre(i);
        // between two neighbouring bins, one above and one below
        let crossing = |inside: usize, outside: usize| {
            let (a, b) = (smooth[inside], smooth[outside]);
            let part = if a > b { (a - half) / (a - b) } else { 0.5 };
            centre(inside) + (centre(outside) - centre(inside)) * part
        };
        let below = (0..top).rev().find(|i| smooth[*i] < half);
        let above = (top + 1..smooth.len()).find(|i| smooth[*i] < half);
        let low = below.map_or(self.low(), |i| crossing(i + 1, i));
        let high = above.map_or(self.high(), |i| crossing(i - 1, i));
        let least = 0.5 * self.axis.width(top);
        (
            (centre(top) - low).max(least),
            (high - centre(top)).max(least),
        )
    }

    /// A histogram of counts with the contents that lie above the straight line through both
    /// [`Histogram::ends`], 0 where they lie below.
    #[must_use]
    pub fn above_ends(&self) -> Self {
        self.made_of(|content, line| (content - line).max(0.0))
    }

    /// A histogram of counts with the straight line through both [`Histogram::ends`].
    #[must_use]
    pub fn line_of_ends(&self) -> Self {
        self.made_of(|_, line| line)
    }

    fn made_of(&self, content: impl Fn(f64, f64) -> f64) -> Self {
        let (left, right) = self.ends();
        let (low, high) = (self.low(), self.high());
        let bins = (0..self.bins()).map(|i| {
            let part = (self.axis.centre(i) - low) / (high - low);
            let line = left + (right - left) * part;
            if self.used(i) {
                content(self.values()[i], line)
            } else {
                0.0
            }
        });
        let cells = std::iter::once(0.0).chain(bins).collect();
        Self::of_counts(self.axis.clone(), cells)
    }

    /// A histogram of counts with the contents less `level`, at least 0.
    #[must_use]
    pub fn without(&self, level: f64) -> Self {
        self.made_of(|content, _| (content - level).max(0.0))
    }
}

/// Means over three bins, the middle one twice as heavy.
fn smoothed(contents: &[f64]) -> Vec<f64> {
    let at = |i: Option<usize>, own: f64| i.and_then(|i| contents.get(i)).copied().unwrap_or(own);
    let mean = |(i, own): (usize, &f64)| {
        0.25 * (at(i.checked_sub(1), *own) + 2.0 * own + at(Some(i + 1), *own))
    };
    contents.iter().enumerate().map(mean).collect()
}

#[cfg(test)]
mod tests {
    use crate::hist::{Axis, Histogram};

    fn peak(level: f64) -> Histogram {
        let axis = Axis::regular(200, -5.0, 5.0, "").expect("an axis");
        let height = |x: f64| {
            let sigma = if x < 1.0 { 0.5 } else { 0.75 };
            1000.0 * (-0.5 * ((x - 1.0) / sigma).powi(2)).exp() + level
        };
        let bins: Vec<f64> = (0..200).map(|i| height(axis.centre(i))).collect();
        let cells = std::iter::once(0.0).chain(bins).collect();
        Histogram::of_counts(axis, cells)
    }

    #[test]
    fn widths_of_a_peak_are_those_at_half_its_height() {
        for level in [0.0, 300.0] {
            let h = peak(level);
            // √(2 ln 2) = 1.17741 of each sigma, and half a bin for the place of the top
            assert!(
                (h.width_low() - 0.5 * 1.17741).abs() < 0.03,
                "{}",
                h.width_low()
            );
            assert!(
                (h.width_high() - 0.75 * 1.17741).abs() < 0.03,
                "{}",
                h.width_high()
            );
            assert!((h.fwhm() - 1.25 * 1.17741).abs() < 0.01);
            assert!((h.floor() - level).abs() < 0.1);
            assert!((h.without(level).maximum() - h.maximum() + level).abs() < 1e-9);
            assert!(h.above_ends().content(-4.0) < 1.0);
            assert!((h.line_of_ends().maximum() - level).abs() < 2.0);
        }
    }

    #[test]
    fn an_empty_histogram_has_widths() {
        let axis = Axis::regular(4, 0.0, 1.0, "").expect("an axis");
        let h = Histogram::of_counts(axis, vec![]);
        assert_eq!((h.floor(), h.ends()), (0.0, (0.0, 0.0)));
        assert!(h.width_low() > 0.0 && h.width_high().is_finite());
    }
}
