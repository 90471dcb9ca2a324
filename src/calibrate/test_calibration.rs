//! Upstream's `TestCalibrationAlgorithm` and `TestBoundarySettingAlgorithm`: the mean of a histogram.

use indexmap::IndexMap;

use crate::conditions::Payload;
use crate::hist::Histogram;

use super::execution::Ended;
use super::{AlgResult, Execution, Input, Saved};

/// Entries that the histogram must have.
const MIN_HISTOGRAM: f64 = 100.0;
/// Rows that the tree must have.
const MIN_TREE: u64 = 100;
/// The mean that the data should have.
const EXPECTED_MEAN: f64 = 42.0;

/// A mean that has moved this far up since the last boundary makes another one.
const ALLOWED_SHIFT: f64 = 0.5;

/// Saves the mean of `MyHisto` and two fixed objects; asks for another iteration while the mean
/// lies one or more above 42.
pub(super) fn execute_test_calibration(
    input: &Input,
    execution: &mut Execution,
) -> Result<(), Ended> {
    let histogram = my_histogram(input)?;
    let rows = my_rows(input)?;
    check_entries(&histogram)?;
    if rows < MIN_TREE {
        return Err(Ended::not_enough_data(format!(
            "`MyTree` has {rows} rows, {MIN_TREE} needed"
        )));
    }
    save_mean(&histogram, input, execution);
    let objects = Payload {
        name: "TestCalibObjects".into(),
        class: "TestCalibObject".into(),
        channels: IndexMap::from([("index".into(), vec![0, 1])]),
        members: IndexMap::from([("m_value".into(), vec![1.0, 2.0])]),
        object: None,
    };
    execution.payloads.push(Saved {
        payload: objects,
        iov: input.iov,
    });
    Ok(())
}

/// Saves the mean of `MyHisto`, with the same wish for another iteration.
pub(super) fn execute_test_boundaries(
    input: &Input,
    execution: &mut Execution,
) -> Result<(), Ended> {
    let histogram = my_histogram(input)?;
    my_rows(input)?;
    check_entries(&histogram)?;
    save_mean(&histogram, input, execution);
    Ok(())
}

/// Where the mean of `MyHisto` has moved up.
#[derive(Default)]
pub(super) struct MeanShift {
    at_boundary: Option<f64>,
}

impl MeanShift {
    /// Whether a payload begins with the run of `input`: the first run, and each whose mean lies
    /// too far above that of the last boundary.
    pub(super) fn required(&mut self, input: &Input) -> Result<bool, Ended> {
        let mean = my_histogram(input)?.mean();
        let required = self
            .at_boundary
            .is_none_or(|last| mean - last > ALLOWED_SHIFT);
        if required {
            self.at_boundary = Some(mean);
        }
        Ok(required)
    }
}

fn missing(name: &str) -> Ended {
    Ended::failure(format!("`{name}` was not collected"))
}

fn my_histogram(input: &Input) -> Result<Histogram, Ended> {
    let channels = input
        .objects
        .channels("MyHisto", &input.runs)
        .map_err(|reason| Ended::failure(format!("`MyHisto`: {reason}")))?
        .ok_or_else(|| missing("MyHisto"))?;
    let mut histograms = channels.histograms.into_iter();
    match (histograms.next(), histograms.next()) {
        (Some((_, histogram)), None) => Ok(histogram),
        _ => Err(Ended::failure(
            "`MyHisto` must be a single histogram, not one per channel",
        )),
    }
}

fn my_rows(input: &Input) -> Result<u64, Ended> {
    input
        .objects
        .rows("MyTree", &input.runs)
        .map_err(|reason| Ended::failure(format!("`MyTree`: {reason}")))?
        .ok_or_else(|| missing("MyTree"))
}

/// Upstream asks for the entries with under- and overflow, but takes the mean without.
fn check_entries(histogram: &Histogram) -> Result<(), Ended> {
    let entries = histogram.all_entries();
    if entries < MIN_HISTOGRAM {
        return Err(Ended::not_enough_data(format!(
            "`MyHisto` has {entries} entries, {MIN_HISTOGRAM} needed"
        )));
    }
    Ok(())
}

fn save_mean(histogram: &Histogram, input: &Input, execution: &mut Execution) {
    let mean = histogram.mean();
    let error = histogram.std() / histogram.entries().sqrt();
    execution.payloads.push(Saved {
        payload: single("TestCalibMean", [("m_mean", mean), ("m_meanError", error)]),
        iov: input.iov,
    });
    // One-sided on purpose: upstream does the same, and tests rely on it.
    if mean - EXPECTED_MEAN >= 1.0 {
        execution.result = AlgResult::Iterate;
        execution.message = format!("the mean is {mean}, and {EXPECTED_MEAN} is expected");
    }
}

fn single(name: &str, members: [(&str, f64); 2]) -> Payload {
    let members = members.map(|(member, value)| (member.to_owned(), vec![value]));
    Payload {
        name: name.into(),
        class: name.into(),
        channels: IndexMap::new(),
        members: IndexMap::from(members),
        object: None,
    }
}
