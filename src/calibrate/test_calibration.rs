//! Upstream's `TestCalibrationAlgorithm`: the mean of a histogram.

use indexmap::IndexMap;

use crate::conditions::Payload;

use super::execution::Ended;
use super::{AlgResult, Execution, Input, Saved};

/// Entries that the histogram must have.
const MIN_HISTOGRAM: f64 = 100.0;
/// Rows that the tree must have.
const MIN_TREE: u64 = 100;
/// The mean that the data should have.
const EXPECTED_MEAN: f64 = 42.0;

/// Saves the mean of `MyHisto`; asks for another iteration while it lies one or more above 42.
pub(super) fn execute_test_calibration(
    input: &Input,
    execution: &mut Execution,
) -> Result<(), Ended> {
    let missing = |name: &str| Ended::failure(format!("`{name}` was not collected"));
    let channels = input
        .objects
        .channels("MyHisto", &input.runs)
        .map_err(|reason| Ended::failure(format!("`MyHisto`: {reason}")))?
        .ok_or_else(|| missing("MyHisto"))?;
    let [(_, histogram)] = channels.histograms.as_slice() else {
        return Err(Ended::failure(
            "`MyHisto` must be a single histogram, not one per channel",
        ));
    };
    let rows = input
        .objects
        .rows("MyTree", &input.runs)
        .ok_or_else(|| missing("MyTree"))?;
    // Upstream asks for the entries with under- and overflow, but takes the mean without.
    let entries = histogram.all_entries();
    if entries < MIN_HISTOGRAM {
        return Err(Ended::not_enough_data(format!(
            "`MyHisto` has {entries} entries, {MIN_HISTOGRAM} needed"
        )));
    }
    if rows < MIN_TREE {
        return Err(Ended::not_enough_data(format!(
            "`MyTree` has {rows} rows, {MIN_TREE} needed"
        )));
    }
    let mean = histogram.mean();
    let error = histogram.std() / histogram.entries().sqrt();
    let objects = Payload {
        name: "TestCalibObjects".into(),
        class: "TestCalibObject".into(),
        channels: IndexMap::from([("index".into(), vec![0, 1])]),
        members: IndexMap::from([("m_value".into(), vec![1.0, 2.0])]),
    };
    let mean_payload = single("TestCalibMean", [("m_mean", mean), ("m_meanError", error)]);
    execution.payloads = [mean_payload, objects]
        .map(|payload| Saved {
            payload,
            iov: input.iov,
        })
        .into();
    // One-sided on purpose: upstream does the same, and tests rely on it.
    if mean - EXPECTED_MEAN >= 1.0 {
        execution.result = AlgResult::Iterate;
        execution.message = format!("the mean is {mean}, and {EXPECTED_MEAN} is expected");
    }
    Ok(())
}

fn single(name: &str, members: [(&str, f64); 2]) -> Payload {
    let members = members.map(|(member, value)| (member.to_owned(), vec![value]));
    Payload {
        name: name.into(),
        class: name.into(),
        channels: IndexMap::new(),
        members: IndexMap::from(members),
    }
}
