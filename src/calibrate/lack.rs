//! Which channels lack data, and whether there are too many of them.

use crate::fit::Row;

use super::execution::Ended;
use super::words::{counted, grouped, listed};
use super::{Channels, Declared, FitStep};

/// Why a channel lacks data; empty when it does not.
#[derive(Clone, Debug)]
pub(super) struct Lack {
    why: Vec<String>,
}

impl Lack {
    /// Asks of each channel: is there anything, are there as many entries as the fit wants, does
    /// `enough_data` agree.
    pub(super) fn find(
        declared: &Declared,
        step: &FitStep,
        channels: &Channels,
    ) -> Result<Self, Ended> {
        let least = step.options.min_entries;
        let entries = channels.histograms.iter().map(|(_, one)| one.entries());
        let entries: Vec<f64> = entries.collect();
        let mut why: Vec<String> = entries
            .iter()
            .map(|entries| match *entries {
                entries if entries <= 0.0 => "no entries".to_owned(),
                entries if entries < least => format!("{entries} entries, {least} needed"),
                _ => String::new(),
            })
            .collect();
        let Some(rule) = &declared.enough_data else {
            return Ok(Self { why });
        };
        let asked: Vec<usize> = (0..why.len()).filter(|at| why[*at].is_empty()).collect();
        let histograms = asked.iter().map(|at| &channels.histograms[*at].1);
        let answers = rule.ask_each(&histograms.collect::<Vec<_>>());
        let answers = answers.map_err(|(number, failure)| {
            let of = of(channels, channels.histograms[asked[number]].0);
            Ended::rule(&format!("the rule `enough_data` failed in {of}"), failure)
        })?;
        for (at, enough) in asked.into_iter().zip(answers) {
            if !enough {
                why[at] = format!("not enough data: {} entries", entries[at]);
            }
        }
        Ok(Self { why })
    }

    /// Whether the channel at that position lacks data.
    pub(super) fn lacks(&self, position: usize) -> bool {
        self.why.get(position).is_some_and(|why| !why.is_empty())
    }

    /// Number of channels that lack data.
    pub(super) fn count(&self) -> usize {
        self.why.iter().filter(|why| !why.is_empty()).count()
    }

    /// Least and most entries of the channels that lack data: `0 to 27`.
    fn entries(&self, channels: &Channels) -> String {
        let both = channels.histograms.iter().zip(&self.why);
        let lacking = both.filter(|(_, why)| !why.is_empty());
        let entries: Vec<f64> = lacking
            .map(|((_, histogram), _)| histogram.entries())
            .collect();
        let least = entries.iter().copied().fold(f64::INFINITY, f64::min);
        let most = entries.iter().copied().fold(0.0, f64::max);
        if least >= most {
            return format!("{most}");
        }
        format!("{least} to {most}")
    }

    /// Numbers of the channels that lack data.
    fn channels(&self, channels: &Channels) -> Vec<i64> {
        let both = channels.histograms.iter().zip(&self.why);
        let lacking = both.filter(|(_, why)| !why.is_empty());
        lacking.map(|((channel, _), _)| *channel).collect()
    }

    /// Rows without fits, one per channel.
    pub(super) fn rows(&self, channels: &Channels) -> Vec<Row> {
        let both = channels.histograms.iter().zip(&self.why);
        both.map(|((channel, histogram), why)| Row {
            channel: *channel,
            entries: histogram.entries(),
            data_mean: histogram.mean(),
            data_std: histogram.std(),
            fit: None,
            ok: false,
            why: why.clone(),
            error: None,
        })
        .collect()
    }
}

/// A channel in a sentence: `crystal 12`, or `the data` for a single object.
fn of(channels: &Channels, channel: i64) -> String {
    if channels.name.is_empty() {
        "the data".into()
    } else {
        format!("{} {channel}", channels.name)
    }
}

/// Ends the execution when more channels lack data than are tolerated.
pub(super) fn check_tolerance(
    declared: &Declared,
    step: &FitStep,
    channels: &Channels,
    lack: &Lack,
) -> Result<(), Ended> {
    let total = channels.histograms.len();
    let lacking = lack.count();
    let allowed = allowed(declared.tolerate, total);
    if lacking <= allowed && lacking < total {
        return Ok(());
    }
    if channels.name.is_empty() {
        let why = lack.why.first().map_or("no data", String::as_str);
        return Err(Ended::not_enough_data(format!("`{}`: {why}", step.object)));
    }
    let least = step.options.min_entries;
    let found = lack.entries(channels);
    let what = match (least > 0.0, declared.enough_data.is_some()) {
        (true, false) => format!("below {least} entries (they have {found})"),
        (false, false) => "without entries".into(),
        _ => format!("without enough data (they have {found} entries)"),
    };
    // Of all channels no list is needed, and no tolerance would help.
    let which = match lacking < total {
        true => format!(
            ": {}; `tolerate` allows more",
            listed(&lack.channels(channels))
        ),
        false => String::new(),
    };
    Err(Ended::not_enough_data(format!(
        "{} of {} {what}, {} allowed{which}",
        grouped(lacking as u64),
        counted(total as u64, &channels.name),
        grouped(allowed as u64),
    )))
}

/// So many of `total` channels may lack data.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "a fraction of a number of channels is a number of channels"
)]
fn allowed(tolerate: f64, total: usize) -> usize {
    // A fraction such as 0.07 of 100 must allow 7, though the product is below 7.
    (tolerate * total as f64 * (1.0 + 1e-12)).floor() as usize
}
