//! Contents of histograms and profiles.

use std::sync::Arc;

use super::error::Damage;
use super::object::ARRAY;
use super::value::Record;

/// One axis of a histogram.
#[derive(Clone, Debug, PartialEq)]
pub struct HistogramAxis {
    /// Title, often with the unit.
    pub title: String,
    /// Bins without under- and overflow.
    pub bins: usize,
    /// Low edge of the first bin.
    pub low: f64,
    /// High edge of the last bin.
    pub high: f64,
    /// Edges of bins of different width, `bins + 1` of them; empty for equal widths.
    pub edges: Vec<f64>,
}

/// A histogram (`TH1`, `TH2`, `TH3` of any storage) or a profile.
#[derive(Clone, Debug, PartialEq)]
pub struct Histogram {
    /// Class in the file.
    pub class: String,
    /// Title.
    pub title: String,
    /// One to three axes.
    pub axes: Vec<HistogramAxis>,
    /// Contents of all bins with under- and overflow, the first axis running fastest; for a
    /// profile the sums of weight times value.
    pub contents: Vec<f64>,
    /// Sums of squared weights in the same order; empty if they were not kept.
    pub sumw2: Vec<f64>,
    /// Of a profile: sum of weights per bin; empty otherwise.
    pub bin_entries: Vec<f64>,
    /// Number of fills.
    pub entries: f64,
}

impl Histogram {
    /// Bins per axis with under- and overflow.
    #[must_use]
    pub fn shape(&self) -> Vec<usize> {
        self.axes.iter().map(|axis| axis.bins + 2).collect()
    }

    /// Contents of the bins; for a profile the mean per bin, 0 where it has no entries.
    #[must_use]
    pub fn values(&self) -> Vec<f64> {
        if self.bin_entries.is_empty() {
            return self.contents.clone();
        }
        let bins = self.contents.iter().zip(&self.bin_entries);
        bins.map(|(sum, entries)| if *entries == 0.0 { 0.0 } else { sum / entries })
            .collect()
    }

    pub(super) fn build(object: &Record) -> Result<Self, Damage> {
        if let Some(trouble) = &object.trouble {
            return Err(Damage::Other(trouble.clone()));
        }
        let dimensions = match &*object.class {
            class if class.starts_with("TH2") || class == "TProfile2D" => 2,
            class if class.starts_with("TH3") || class == "TProfile3D" => 3,
            _ => 1,
        };
        let names = ["fXaxis", "fYaxis", "fZaxis"];
        let axes = names[..dimensions]
            .iter()
            .map(|name| {
                object
                    .object(name)
                    .ok_or_else(|| Damage::Other(format!("no {name}")))
            })
            .map(|axis| axis.and_then(build_axis))
            .collect::<Result<Vec<_>, _>>()?;
        let contents = object.floats(ARRAY);
        let bins = axes
            .iter()
            .try_fold(1_usize, |product, axis| product.checked_mul(axis.bins + 2));
        if bins != Some(contents.len()) {
            return Err(Damage::Other(format!(
                "{} bin contents do not fit its axes",
                contents.len()
            )));
        }
        let array = |name: &str| inner_array(object, name, contents.len());
        Ok(Self {
            class: object.class.to_string(),
            title: object.text("fTitle").to_owned(),
            sumw2: array("fSumw2")?,
            bin_entries: array("fBinEntries")?,
            entries: object.float("fEntries"),
            axes,
            contents,
        })
    }
}

fn inner_array(object: &Record, name: &str, bins: usize) -> Result<Vec<f64>, Damage> {
    let values = object.floats(name);
    if values.is_empty() || values.len() == bins {
        return Ok(values);
    }
    Err(Damage::Other(format!(
        "{name} has {} values for {bins} bins",
        values.len()
    )))
}

fn build_axis(axis: &Arc<Record>) -> Result<HistogramAxis, Damage> {
    let count = axis.int("fNbins");
    let bins = usize::try_from(count)
        .ok()
        .filter(|bins| (1..1 << 31).contains(bins))
        .ok_or(Damage::Number {
            what: "the number of bins of an axis",
            value: count.into(),
        })?;
    let edges = axis.floats("fXbins");
    if !edges.is_empty() && edges.len() != bins + 1 {
        return Err(Damage::Other(format!(
            "{} edges for {bins} bins",
            edges.len()
        )));
    }
    Ok(HistogramAxis {
        title: axis.text("fTitle").to_owned(),
        bins,
        low: axis.float("fXmin"),
        high: axis.float("fXmax"),
        edges,
    })
}
