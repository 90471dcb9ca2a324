//! Which bins take part in a fit, and where in each bin the model is taken.

use crate::hist::{Content, Histogram};

use super::cost::Measure;
use super::{Cost, Error, Options};

/// Places and weights of the Gauss–Legendre rule with five places on [−½, ½], exact for
/// polynomials up to degree nine (Abramowitz & Stegun, table 25.4).
pub(crate) const NODES: [(f64, f64); 5] = [
    (-0.453_089_922_969_332, 0.118_463_442_528_094_54),
    (-0.269_234_655_052_841_55, 0.239_314_335_249_683_24),
    (0.0, 0.284_444_444_444_444_44),
    (0.269_234_655_052_841_55, 0.239_314_335_249_683_24),
    (0.453_089_922_969_332, 0.118_463_442_528_094_54),
];

/// What is fitted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Selected {
    /// Centres of the bins.
    pub(crate) centres: Vec<f64>,
    /// Contents.
    pub(crate) contents: Vec<f64>,
    /// What the measure has as weight.
    pub(crate) factors: Vec<f64>,
    /// Where the model is taken, `weights.len()` places per bin.
    pub(crate) x: Vec<f64>,
    /// Weights of the places within a bin.
    pub(crate) weights: Vec<f64>,
    /// Widths of the bins.
    pub(crate) widths: Vec<f64>,
    /// Numbers of the first and last bin in the range.
    pub(crate) bins: (usize, usize),
    /// Low edge of the first bin in the range.
    pub(crate) low: f64,
    /// High edge of the last bin in the range.
    pub(crate) high: f64,
    /// Entries in the bins in the range.
    pub(crate) entries: f64,
}

/// What is made small for this histogram.
///
/// # Errors
/// When a likelihood is asked for values that are no counts, or one of single rows.
pub(crate) fn measure(histogram: &Histogram, options: &Options) -> Result<Measure, Error> {
    let counts = histogram.content == Content::Counts && histogram.variances.is_none();
    match options.cost {
        Some(Cost::Chi2) => Ok(Measure::Chi2),
        Some(Cost::Poisson) if histogram.content != Content::Counts => Err(Error::NotCounts),
        None if !counts => Ok(Measure::Chi2),
        Some(Cost::Poisson) | None => Ok(Measure::Poisson),
        Some(cost) => Err(Error::NoRows { cost }),
    }
}

/// The bins whose centre lies in `range`.
///
/// # Errors
/// A range without bins, contents or errors that are not numbers, negative counts, nothing but
/// empty bins.
pub(crate) fn select(
    histogram: &Histogram,
    options: &Options,
    range: Option<(f64, f64)>,
) -> Result<Selected, Error> {
    let measure = measure(histogram, options)?;
    let bins = bins(histogram, range)?;
    let axis = &histogram.axis;
    let mut selected = Selected {
        weights: if options.integrate {
            NODES.iter().map(|(_, weight)| *weight).collect()
        } else {
            vec![1.0]
        },
        bins,
        low: axis.edge(bins.0),
        high: axis.edge(bins.1 + 1),
        ..Selected::default()
    };
    let room = bins.1 - bins.0 + 1;
    for column in [
        &mut selected.centres,
        &mut selected.contents,
        &mut selected.factors,
        &mut selected.widths,
    ] {
        column.reserve_exact(room);
    }
    selected.x.reserve_exact(room * selected.weights.len());
    let mut filled = false;
    let scale = Scale::of(histogram, bins);
    for i in (bins.0..=bins.1).filter(|i| histogram.used(*i)) {
        let (x, y, error) = (axis.centre(i), histogram.values()[i], histogram.error(i));
        let entries = histogram
            .weights
            .as_ref()
            .map_or(y, |weights| weights[i + 1]);
        check(measure, x, y, error)?;
        selected.entries += entries;
        filled |= y != 0.0 || entries != 0.0;
        if measure == Measure::Chi2 && error == 0.0 {
            continue;
        }
        selected.centres.push(x);
        selected.contents.push(y);
        selected.factors.push(match measure {
            Measure::Chi2 => 1.0 / error,
            _ => scale.in_bin(histogram, i),
        });
        selected.widths.push(axis.width(i));
        if options.integrate {
            let width = axis.width(i);
            selected
                .x
                .extend(NODES.iter().map(|(at, _)| x + at * width));
        } else {
            selected.x.push(x);
        }
    }
    if !filled || selected.contents.is_empty() {
        return Err(Error::Empty {
            low: selected.low,
            high: selected.high,
        });
    }
    Ok(selected)
}

/// How many entries a unit of the content stands for: 1 for counts, Σw/Σw² for sums of weights.
struct Scale {
    /// That of all bins together, for those without entries.
    mean: f64,
}

impl Scale {
    fn of(histogram: &Histogram, (first, last): (usize, usize)) -> Self {
        let variances = histogram.variances.as_ref();
        let mean = variances.map_or(1.0, |variances| {
            let sum: f64 = histogram.values()[first..=last].iter().sum();
            sum / variances[first + 1..=last + 1].iter().sum::<f64>()
        });
        Self { mean }
    }

    fn in_bin(&self, histogram: &Histogram, bin: usize) -> f64 {
        let Some(variances) = &histogram.variances else {
            return 1.0;
        };
        let own = histogram.values()[bin] / variances[bin + 1];
        if own.is_finite() && own > 0.0 {
            own
        } else {
            self.mean
        }
    }
}

/// First and last bin whose centre lies in the range; all without a range.
fn bins(histogram: &Histogram, range: Option<(f64, f64)>) -> Result<(usize, usize), Error> {
    let (low, high) = range.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
    let inside = |i: &usize| (low..=high).contains(&histogram.axis.centre(*i));
    let first = (0..histogram.bins()).find(inside);
    let last = (0..histogram.bins()).rfind(inside);
    first.zip(last).ok_or(Error::Range { low, high })
}

fn check(measure: Measure, x: f64, y: f64, error: f64) -> Result<(), Error> {
    if !y.is_finite() {
        return Err(Error::NotFinite {
            what: "the content",
            x,
            value: y,
        });
    }
    if measure == Measure::Chi2 {
        if !(error.is_finite() && error >= 0.0) {
            return Err(Error::NotFinite {
                what: "the error",
                x,
                value: error,
            });
        }
    } else if y < 0.0 {
        return Err(Error::Negative { x, value: y });
    }
    Ok(())
}

/// Fewest bins that joining leaves.
const BINS_LEFT: usize = 20;

/// How many neighbouring bins are joined in a histogram with too few entries: as many as bring
/// the mean content of a bin to what `rebin_below` entries would have given, if that divides the
/// number of bins (else the next larger divisor), but at least 20 bins are left.
pub(crate) fn joined(bins: usize, entries: f64, rebin_below: f64) -> usize {
    if !(entries > 0.0 && entries < rebin_below) {
        return 1;
    }
    let wanted = rebin_below / entries;
    let mut best = 1;
    for step in (1..=bins / BINS_LEFT).filter(|step| bins.is_multiple_of(*step)) {
        best = step;
        #[expect(clippy::cast_precision_loss, reason = "steps are small")]
        if step as f64 >= wanted {
            break;
        }
    }
    best
}
