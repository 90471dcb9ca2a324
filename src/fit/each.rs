//! A fit per channel, in parallel: no channel is lost, whatever happens to its neighbour.

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

impl Compiled {
    /// As [`fit_each`], for a model that was compiled before.
    #[must_use]
    pub fn fit_each(&self, channels: &[(i64, &Histogram)], options: &Options) -> Vec<Row> {
        channels
            .par_iter()
            .map_init(Thread::default, |thread, (channel, histogram)| {
                self.row(*channel, histogram, options, thread)
            })
            .collect()
    }

    fn row(
        &self,
        channel: i64,
        histogram: &Histogram,
        options: &Options,
        thread: &mut Thread,
    ) -> Row {
        let ended = catch_unwind(AssertUnwindSafe(|| {
            let solved = self.fit_with(histogram, options, thread)?;
            Ok::<Fit, Error>(solved.fit)
        }));
        let (fit, why) = match ended {
            Ok(Ok(fit)) => {
                let why = fit.why.clone();
                (Some(fit), why)
            }
            Ok(Err(error)) => (None, error.to_string()),
            Err(cause) => {
                // what it was working on is in no known state
                *thread = Thread::default();
                (
                    None,
                    format!(
                        "the fit panicked: {}; this is a bug of b2caf",
                        message(&*cause)
                    ),
                )
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
