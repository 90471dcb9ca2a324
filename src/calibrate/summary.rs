//! The fits of one execution in short.

use serde::{Deserialize, Serialize};

use crate::fit::{Fit, Row};

use super::lack::Lack;

/// The fits of one execution in short.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct FitSummary {
    /// What a channel is: `crystal`; empty for a single object.
    pub channel_name: String,
    /// Number of channels.
    pub channels: u64,
    /// Channels that were fitted and accepted.
    pub ok: u64,
    /// Channels without enough data.
    pub lacking: Vec<i64>,
    /// Channels with data but without a valid and accepted fit.
    pub not_accepted: Vec<i64>,
    /// Median of χ² per degree of freedom over the channels that are ok.
    pub chi2_ndf_median: Option<f64>,
    /// The largest of them.
    pub chi2_ndf_worst: Option<Worst>,
}

/// The channel with the largest χ² per degree of freedom.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Worst {
    /// The channel.
    pub channel: i64,
    /// Its χ² per degree of freedom.
    pub chi2_ndf: f64,
}

pub(super) fn summary(channel_name: &str, rows: &[Row], lack: &Lack) -> FitSummary {
    let channels = |wanted: &dyn Fn(usize, &Row) -> bool| -> Vec<i64> {
        let rows = rows.iter().enumerate();
        rows.filter(|(position, row)| wanted(*position, row))
            .map(|(_, row)| row.channel)
            .collect()
    };
    let fitted = rows.iter().any(|row| row.fit.is_some());
    let mut quality: Vec<Worst> = rows
        .iter()
        .filter(|row| row.ok)
        .filter_map(quality)
        .collect();
    quality.sort_by(|a, b| a.chi2_ndf.total_cmp(&b.chi2_ndf));
    FitSummary {
        channel_name: channel_name.into(),
        channels: rows.len() as u64,
        ok: rows.iter().filter(|row| row.ok).count() as u64,
        lacking: channels(&|position, _| lack.lacks(position)),
        not_accepted: channels(&|position, row| fitted && !row.ok && !lack.lacks(position)),
        chi2_ndf_median: median(&quality),
        chi2_ndf_worst: quality.last().copied(),
    }
}

fn quality(row: &Row) -> Option<Worst> {
    let chi2_ndf = row.fit.as_ref().map(Fit::chi2_ndf)?;
    chi2_ndf.is_finite().then_some(Worst {
        channel: row.channel,
        chi2_ndf,
    })
}

/// The middle of sorted values, the mean of the two middle ones for an even number.
fn median(sorted: &[Worst]) -> Option<f64> {
    let upper = sorted.get(sorted.len() / 2)?.chi2_ndf;
    let lower = sorted.get((sorted.len() - 1) / 2)?.chi2_ndf;
    Some(lower + (upper - lower) / 2.0)
}
