//! One execution of a global fit.

use crate::fit::systems::{GlobalFit, GlobalResult};

use super::super::execution::Ended;
use super::super::words::counted;
use super::super::{AlgResult, Execution, Input};
use super::constraints::ruled;
use super::measurements::Measurements;
use super::rule::Global;
use super::save::{is_determined, payloads, take_values};

/// The largest correction, in errors, that needs no further iteration.
const LARGEST_PULL: f64 = 10.0;

/// Executes a global fit, filling `execution` as far as it comes.
///
/// The answer asks for another iteration where corrections are large: Σ(correction/error)² above their number, or
/// one of them above 10, as upstream has it.
pub(in super::super) fn execute_global(
    global: &Global,
    input: &Input,
    execution: &mut Execution,
) -> Result<(), Ended> {
    let name = &global.records;
    let table = input
        .objects
        .table(name, &input.runs)
        .map_err(|reason| Ended::failure(format!("`{name}`: {reason}")).at(global.place))?
        .ok_or_else(|| Ended::failure(format!("`{name}` was not collected")).at(global.place))?;
    let mut measurements =
        Measurements::of(&table, &global.components).map_err(|ended| ended.or_at(global.place))?;
    drop(table);
    let records = measurements.records.len();
    if records < global.min_records.max(1) {
        let needed = global.min_records.max(1);
        return Err(Ended::not_enough_data(format!(
            "{}, {needed} needed",
            counted(records as u64, "record")
        )));
    }
    for payload in &measurements.others {
        let note = format!("derivatives of {payload} are left out: it is not among the components");
        execution.notes.push(note);
    }
    let before = take_values(&mut measurements.parameters, input)?;
    for (payload, _) in before.iter().filter(|(_, found)| found.is_none()) {
        let note = format!("no {payload} is in force: corrections start from 0");
        execution.notes.push(note);
    }
    let parameters = &measurements.parameters;
    let ruled = ruled(global, parameters, input, execution)?;
    let fit = GlobalFit {
        fixed: ruled.fixed.into_iter().collect(),
        constraints: ruled.constraints,
        method: global.method,
        min_entries: global.min_entries,
        chi2_cut: global.chi2_cut.clone(),
        huber: global.downweight,
        scale_errors: global.scale_errors,
        errors: Some(true),
        ..GlobalFit::default()
    };
    let result = fit
        .solve(&measurements.records)
        .map_err(|error| Ended::failure(error.to_string()).at(global.place))?;
    tell(&result, execution);
    execution.payloads = payloads(global, &result, parameters, &before, input)?;
    judge(&result, execution);
    Ok(())
}

/// What should be known about the fit.
fn tell(result: &GlobalResult, execution: &mut Execution) {
    let rejected = &result.rejected;
    let free = result
        .parameters
        .iter()
        .filter(|p| is_determined(p))
        .count();
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let quality = result.chi2 / result.ndf.max(1) as f64;
    execution.notes.push(format!(
        "{} of {} fitted to {}: chi2/ndf {quality:.4}",
        counted(free as u64, "parameter"),
        result.parameters.len(),
        counted(result.records as u64, "record"),
    ));
    if rejected.total() > 0 || result.down_weighted > 0 {
        execution.notes.push(format!(
            "left out: {} above the cut, {} without freedom, {} singular; {} count less",
            counted(rejected.chi2 as u64, "record"),
            rejected.no_freedom,
            rejected.singular,
            counted(result.down_weighted as u64, "measurement"),
        ));
    }
    for mode in &result.weak_modes {
        let warning = format!("nothing determines {}; it was left out", mode.text());
        execution.warnings.push(warning);
    }
    if !result.converged {
        execution.warnings.push(format!(
            "cuts and weights still changed after {} solutions",
            result.iterations
        ));
    }
}

/// Whether corrections are so large that another iteration should follow.
fn judge(result: &GlobalResult, execution: &mut Execution) {
    let pulls = result.parameters.iter().filter(|p| is_determined(p));
    let pulls: Vec<f64> = pulls
        .map(|p| (p.value / p.error).abs())
        .filter(|pull| pull.is_finite())
        .collect();
    if pulls.is_empty() {
        execution.message = "no parameter was determined".into();
        execution.result = AlgResult::NotEnoughData;
        execution.payloads.clear();
        return;
    }
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let mean = pulls.iter().map(|pull| pull * pull).sum::<f64>() / pulls.len() as f64;
    let largest = pulls.iter().copied().fold(0.0, f64::max);
    if mean > 1.0 || largest > LARGEST_PULL {
        execution.result = AlgResult::Iterate;
        execution.message = format!(
            "corrections are {:.2} errors on average, the largest is {largest:.1}",
            mean.sqrt()
        );
    }
}
