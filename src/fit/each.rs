//! A fit per channel, in parallel: no channel is lost, whatever happens to its neighbour.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};

use rayon::prelude::*;

use crate::hist::Histogram;

use super::problem::Thread;
use super::{Compiled, Error, Fit, Model, Options, Row};

/// Fits a model to the histogram of each channel. Rows come in the order given, one per channel;
/// a channel whose fit could not begin, failed or panicked is a row with `why`.
///
/// # Errors
/// What is wrong with the model itself.
pub fn fit_each(
    channels: &[(i64, &Histogram)],
    model: &Model,
    options: &Options,
) -> Result<Vec<Row>, Error> {
    Ok(Compiled::new(model)?.fit_each(channels, options))
}

/// Where the fits of many channels start.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Warm {
    /// Each where the model says.
    #[default]
    No,
    /// Where the last good fit among the channels before it ended; channels are taken in blocks of
    /// [`BLOCK`], whose first starts where the model says, so that threads do not matter.
    Neighbour,
    /// Where an earlier fit of the same channel ended; values in the order of the parameters.
    Earlier(BTreeMap<i64, Vec<f64>>),
}

/// Channels that start from each other.
const BLOCK: usize = 64;

impl Compiled {
    /// As [`fit_each`], for a model that was compiled before.
    #[must_use]
    pub fn fit_each(&self, channels: &[(i64, &Histogram)], options: &Options) -> Vec<Row> {
        let warm = if options.neighbour {
            Warm::Neighbour
        } else {
            Warm::No
        };
        self.fit_each_from(channels, &warm, options)
    }

    /// As [`fit_each`], from better places than the model knows. A fit that is not valid from
    /// there is done again from where the model says; of two that are not, the lower one counts.
    #[must_use]
    pub fn fit_each_from(
        &self,
        channels: &[(i64, &Histogram)],
        warm: &Warm,
        options: &Options,
    ) -> Vec<Row> {
        let block = |thread: &mut Thread, block: &[(i64, &Histogram)]| -> Vec<Row> {
            let mut before: Option<Vec<f64>> = None;
            let row = |(channel, histogram): &(i64, &Histogram)| {
                let row = self.warm_row(*channel, histogram, before.as_deref(), options, thread);
                if let Some(fit) = row.fit.as_ref().filter(|fit| fit.valid()) {
                    before = Some(fit.values.clone());
                }
                row
            };
            block.iter().map(row).collect()
        };
        if *warm == Warm::Neighbour {
            let blocks = channels.par_chunks(BLOCK);
            let rows = blocks.map_init(Thread::default, |thread, channels| block(thread, channels));
            return rows.collect::<Vec<_>>().into_iter().flatten().collect();
        }
        let row = |thread: &mut Thread, (channel, histogram): &(i64, &Histogram)| {
            let from = match warm {
                Warm::Earlier(values) => values.get(channel).map(Vec::as_slice),
                Warm::No | Warm::Neighbour => None,
            };
            self.warm_row(*channel, histogram, from, options, thread)
        };
        let channels = channels.par_iter();
        channels.map_init(Thread::default, row).collect()
    }

    /// The row of a channel, from other start values first if there are any.
    fn warm_row(
        &self,
        channel: i64,
        histogram: &Histogram,
        from: Option<&[f64]>,
        options: &Options,
        thread: &mut Thread,
    ) -> Row {
        let valid = |row: &Row| row.fit.as_ref().is_some_and(Fit::valid);
        let Some(from) = from else {
            return self.row(channel, histogram, None, options, thread);
        };
        let warm = self.row(channel, histogram, Some(from), options, thread);
        if valid(&warm) {
            return warm;
        }
        let own = self.row(channel, histogram, None, options, thread);
        let cost = |row: &Row| row.fit.as_ref().map_or(f64::INFINITY, |fit| fit.chi2);
        if !valid(&own) && cost(&warm) < cost(&own) {
            warm
        } else {
            own
        }
    }

    fn row(
        &self,
        channel: i64,
        histogram: &Histogram,
        from: Option<&[f64]>,
        options: &Options,
        thread: &mut Thread,
    ) -> Row {
        let ended = catch_unwind(AssertUnwindSafe(|| {
            let solved = self.solve_from(histogram, from, options, thread)?;
            Ok::<Fit, Error>(solved.fit)
        }));
        let (fit, why, error) = match ended {
            Ok(Ok(fit)) => {
                let why = fit.why.clone();
                (Some(fit), why, None)
            }
            Ok(Err(error)) => (None, error.to_string(), Some(error)),
            Err(cause) => {
                // what it was working on is in no known state
                *thread = Thread::default();
                let why = format!(
                    "the fit panicked: {}; this is a bug of b2caf",
                    message(&*cause)
                );
                (None, why, None)
            }
        };
        Row {
            channel,
            entries: histogram.entries(),
            data_mean: histogram.mean(),
            data_std: histogram.std(),
            ok: fit.as_ref().is_some_and(Fit::valid),
            fit,
            why,
            error,
        }
    }
}

fn message(cause: &(dyn std::any::Any + Send)) -> &str {
    cause
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| cause.downcast_ref::<&str>().copied())
        .unwrap_or("no reason was given")
}
