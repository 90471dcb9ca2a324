//! One histogram of one dimension, as rules and fits see it.

use serde::{Deserialize, Serialize};

use super::{Axis, AxisError};

/// What the cells of a histogram hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Numbers of entries; their variance is the number itself.
    #[default]
    Counts,
    /// Values with errors, as means in a profile.
    Values,
}

/// Mean and standard deviation of all values inside the axis, taken before they were binned.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moments {
    /// Mean.
    pub mean: f64,
    /// Standard deviation of the values themselves (divided by n, not n − 1).
    pub std: f64,
}

/// A histogram of one dimension: counts per bin, or values with errors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Read")]
#[non_exhaustive]
pub struct Histogram {
    /// Its bins.
    pub axis: Axis,
    /// Underflow, bins, overflow; counts, or values.
    pub counts: Vec<f64>,
    /// Variances of `counts`, in the same order; `None` for counts, where they are the counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variances: Option<Vec<f64>>,
    /// Entries behind each of `counts`; `None` for counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weights: Option<Vec<f64>>,
    /// What `counts` are.
    pub content: Content,
    /// Which bins take part in a fit, without under- and overflow; `None` is all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mask: Option<Vec<bool>>,
    /// Values that were not a number: in no cell.
    pub not_a_number: f64,
    /// Mean and standard deviation before binning, while the histogram is as it was filled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moments: Option<Moments>,
}

/// A histogram as it was read, before its parts were compared.
#[derive(Deserialize)]
struct Read {
    axis: Axis,
    counts: Vec<f64>,
    variances: Option<Vec<f64>>,
    weights: Option<Vec<f64>>,
    #[serde(default)]
    content: Content,
    mask: Option<Vec<bool>>,
    #[serde(default)]
    not_a_number: f64,
    moments: Option<Moments>,
}

impl TryFrom<Read> for Histogram {
    type Error = AxisError;

    fn try_from(read: Read) -> Result<Self, AxisError> {
        let axis = read.axis.checked()?;
        let cells = |given: Option<usize>, wanted: usize| match given {
            Some(given) if given != wanted => Err(AxisError::Contents { given, wanted }),
            _ => Ok(()),
        };
        let wanted = axis.bins() + 2;
        cells(Some(read.counts.len()), wanted)?;
        cells(read.variances.as_ref().map(Vec::len), wanted)?;
        cells(read.weights.as_ref().map(Vec::len), wanted)?;
        cells(read.mask.as_ref().map(Vec::len), axis.bins())?;
        Ok(Self {
            axis,
            counts: read.counts,
            variances: read.variances,
            weights: read.weights,
            content: read.content,
            mask: read.mask,
            not_a_number: read.not_a_number,
            moments: read.moments,
        })
    }
}

impl Histogram {
    /// A histogram of counts: underflow, bins, overflow. Missing cells are 0.
    #[must_use]
    pub fn of_counts(axis: Axis, mut counts: Vec<f64>) -> Self {
        counts.resize(axis.bins() + 2, 0.0);
        Self {
            axis,
            counts,
            variances: None,
            weights: None,
            content: Content::Counts,
            mask: None,
            not_a_number: 0.0,
            moments: None,
        }
    }

    /// A histogram of values with errors and the entries behind them, each as underflow, bins,
    /// overflow. Missing cells are 0.
    #[must_use]
    pub fn of_values(axis: Axis, values: Vec<f64>, errors: &[f64], mut entries: Vec<f64>) -> Self {
        let mut histogram = Self::of_counts(axis, values);
        let mut variances: Vec<f64> = errors.iter().map(|e| e * e).collect();
        variances.resize(histogram.counts.len(), 0.0);
        entries.resize(histogram.counts.len(), 0.0);
        histogram.variances = Some(variances);
        histogram.weights = Some(entries);
        histogram.content = Content::Values;
        histogram
    }

    /// Number of bins, without under- and overflow.
    #[must_use]
    pub fn bins(&self) -> usize {
        self.axis.bins()
    }

    /// Contents of the bins, without under- and overflow.
    #[must_use]
    pub fn values(&self) -> &[f64] {
        self.counts.get(1..=self.bins()).unwrap_or(&[])
    }

    /// Error of bin `i`, from 0: √n for counts.
    #[must_use]
    pub fn error(&self, i: usize) -> f64 {
        let source = self.variances.as_ref().unwrap_or(&self.counts);
        source.get(i + 1).copied().unwrap_or(f64::NAN).sqrt()
    }

    /// Whether bin `i`, from 0, takes part in a fit.
    #[must_use]
    pub fn used(&self, i: usize) -> bool {
        i < self.bins() && self.mask.as_ref().is_none_or(|m| m.get(i) == Some(&true))
    }

    fn used_bins(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.bins()).filter(|&i| self.used(i))
    }

    /// Entries behind bin `i`, from 0.
    fn weight(&self, i: usize) -> f64 {
        self.weights.as_ref().unwrap_or(&self.counts)[i + 1]
    }

    /// Entries inside the axis, in bins that are not masked.
    #[must_use]
    pub fn entries(&self) -> f64 {
        if self.mask.is_none() {
            let weights = self.weights.as_ref().unwrap_or(&self.counts);
            return weights[1..=self.bins()].iter().sum();
        }
        self.used_bins().map(|i| self.weight(i)).sum()
    }

    /// Entries with under- and overflow and those that were not a number.
    #[must_use]
    pub fn all_entries(&self) -> f64 {
        let cells = self.weights.as_ref().unwrap_or(&self.counts);
        cells.iter().sum::<f64>() + self.not_a_number
    }

    /// Largest content of a bin; 0 when no bin is used.
    #[must_use]
    pub fn maximum(&self) -> f64 {
        self.fullest().map_or(0.0, |i| self.values()[i])
    }

    /// Number of the first and of the last bin, from 0, that is used and has entries.
    #[must_use]
    pub fn filled(&self) -> Option<(usize, usize)> {
        let mut filled = self.used_bins().filter(|&i| self.weight(i) > 0.0);
        let first = filled.next()?;
        Some((first, filled.last().unwrap_or(first)))
    }

    /// Centre of the fullest bin, the first if there are several; NaN without entries.
    #[must_use]
    pub fn mode(&self) -> f64 {
        match self.fullest() {
            Some(i) if self.entries() > 0.0 => self.axis.centre(i),
            _ => f64::NAN,
        }
    }

    fn fullest(&self) -> Option<usize> {
        let values = self.values();
        self.used_bins()
            .reduce(|best, i| if values[i] > values[best] { i } else { best })
    }

    /// Mean of the values inside the axis: before binning while the histogram is as it was
    /// filled, else of the bin centres; NaN without entries.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.moments().mean
    }

    /// Standard deviation (divided by n) of the values inside the axis, as [`Histogram::mean`].
    #[must_use]
    pub fn std(&self) -> f64 {
        self.moments().std
    }

    fn moments(&self) -> Moments {
        if let Some(moments) = self.moments {
            return moments;
        }
        let entries = self.entries();
        let average = |f: &dyn Fn(f64) -> f64| {
            let sum: f64 = self
                .used_bins()
                .map(|i| self.weight(i) * f(self.axis.centre(i)))
                .sum();
            sum / entries
        };
        let mean = average(&|x| x);
        let std = average(&|x| (x - mean) * (x - mean)).max(0.0).sqrt();
        if entries > 0.0 {
            Moments { mean, std }
        } else {
            Moments {
                mean: f64::NAN,
                std: f64::NAN,
            }
        }
    }

    /// Width of a bin; the mean width if they differ.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "an axis has at most 2^24 bins")]
    pub fn bin_width(&self) -> f64 {
        (self.high() - self.low()) / self.bins() as f64
    }

    /// Low edge of the first bin.
    #[must_use]
    pub fn low(&self) -> f64 {
        self.axis.low()
    }

    /// High edge of the last bin.
    #[must_use]
    pub fn high(&self) -> f64 {
        self.axis.high()
    }

    /// Content of the bin that holds `x`, or of under- or overflow; NaN for NaN.
    #[must_use]
    pub fn content(&self, x: f64) -> f64 {
        let cell = self.axis.index(x);
        self.counts.get(cell).copied().unwrap_or(f64::NAN)
    }

    /// The bins whose centre lies between `low` and `high`; what lies outside becomes under- and
    /// overflow.
    ///
    /// # Errors
    /// When there is no such bin.
    pub fn between(&self, low: f64, high: f64) -> Result<Self, AxisError> {
        let (axis, first) = self.axis.between(low, high)?;
        let last = first + axis.bins();
        let groups: Vec<_> = std::iter::once(0..first + 1)
            .chain((first..last).map(|i| i + 1..i + 2))
            .chain(std::iter::once(last + 1..self.bins() + 2))
            .collect();
        let mut part = self.grouped(axis, &groups);
        part.mask = self.mask.as_ref().map(|m| m[first..last].to_vec());
        Ok(part)
    }

    /// The histogram with each `n` neighbouring bins joined: counts are added, values averaged
    /// with their entries as weights. A joined bin is masked if one of its bins was.
    ///
    /// # Errors
    /// When `n` does not divide the number of bins.
    pub fn rebin(&self, n: i64) -> Result<Self, AxisError> {
        let axis = self.axis.rebin(n)?;
        let step = self.bins() / axis.bins();
        let groups: Vec<_> = std::iter::once(0..1)
            .chain((0..axis.bins()).map(|i| i * step + 1..(i + 1) * step + 1))
            .chain(std::iter::once(self.bins() + 1..self.bins() + 2))
            .collect();
        let mut joined = self.grouped(axis, &groups);
        joined.mask = self
            .mask
            .as_ref()
            .map(|m| m.chunks(step).map(|c| c.iter().all(|&used| used)).collect());
        Ok(joined)
    }

    /// The histogram whose cells are groups of cells of this one.
    fn grouped(&self, axis: Axis, groups: &[std::ops::Range<usize>]) -> Self {
        let add = |cells: &[f64]| -> Vec<f64> {
            let sum = |g: &std::ops::Range<usize>| cells[g.clone()].iter().sum();
            groups.iter().map(sum).collect()
        };
        let mut joined = match (&self.weights, &self.variances) {
            (Some(weights), Some(variances)) => {
                let product = |power: i32, of: &[f64]| -> Vec<f64> {
                    let scaled =
                        |(w, v): (&f64, &f64)| if *w == 0.0 { 0.0 } else { w.powi(power) * v };
                    add(&weights.iter().zip(of).map(scaled).collect::<Vec<_>>())
                };
                let total = add(weights);
                let over = |sums: Vec<f64>, power: i32| -> Vec<f64> {
                    let ratio =
                        |(s, n): (f64, &f64)| if *n == 0.0 { 0.0 } else { s / n.powi(power) };
                    sums.into_iter().zip(&total).map(ratio).collect()
                };
                let means = over(product(1, &self.counts), 1);
                let spread = over(product(2, variances), 2);
                let mut joined = Self::of_counts(axis, means);
                joined.variances = Some(spread);
                joined.weights = Some(total);
                joined
            }
            _ => {
                let mut joined = Self::of_counts(axis, add(&self.counts));
                joined.variances = self.variances.as_deref().map(add);
                joined
            }
        };
        joined.content = self.content;
        joined.not_a_number = self.not_a_number;
        joined
    }

    /// The histogram with those bins masked whose content is below `fraction` of the largest one,
    /// both seen after joining each `rebin` bins.
    ///
    /// # Errors
    /// When `rebin` does not divide the number of bins.
    pub fn above(&self, fraction: f64, rebin: i64) -> Result<Self, AxisError> {
        let coarse = self.rebin(rebin)?;
        let step = self.bins() / coarse.bins();
        let threshold = fraction * coarse.maximum();
        let mask = (0..self.bins())
            .map(|i| self.used(i) && coarse.values()[i / step] >= threshold)
            .collect();
        let mut masked = self.clone();
        masked.mask = Some(mask);
        masked.moments = None;
        Ok(masked)
    }

    /// The value below which a fraction `q` of the entries inside the axis lies, linear within a
    /// bin; NaN without entries or for a fraction outside 0 … 1.
    #[must_use]
    pub fn quantile(&self, q: f64) -> f64 {
        let wanted = q * self.entries();
        if !(0.0..=1.0).contains(&q) || self.entries() <= 0.0 {
            return f64::NAN;
        }
        let mut below = 0.0;
        let mut end = f64::NAN;
        for i in self.used_bins() {
            let inside = self.weight(i);
            if inside <= 0.0 {
                continue;
            }
            if below + inside >= wanted {
                return self.axis.edge(i) + (wanted - below) / inside * self.axis.width(i);
            }
            below += inside;
            end = self.axis.edge(i + 1);
        }
        end
    }
}
