//! The calibrations of a plan, one after another.

use crate::plan::{self, Order, Plan};

use super::folder::Folder;
use super::{CalibrationOutcome, Error, Event, Observer, Options, Outcome, State};

/// Runs a plan to its end.
///
/// A calibration that fails keeps those from running that wait for it; the others go on.
///
/// # Errors
/// When the plan is wrong, input files cannot be used, or the output folder cannot be written.
pub fn run(plan: &Plan, options: &Options, observer: &mut dyn Observer) -> Result<Outcome, Error> {
    let order = plan::check(plan)?;
    let folder = Folder::take(&options.output, options.overwrite, plan)?;
    observer.event(&Event::Started {
        name: plan.settings.name.clone(),
        calibrations: names(plan, &order),
        output: options.output.clone(),
    });
    let mut outcome = Outcome {
        name: plan.settings.name.clone(),
        requested_iov: Some(plan.requested_iov),
        fingerprint: plan::fingerprint(plan),
        calibrations: Vec::new(),
    };
    for position in &order.sequence {
        let calibration = &plan.calibrations[*position];
        observer.event(&Event::CalibrationStarted {
            calibration: calibration.name.clone(),
        });
        let ended = CalibrationOutcome {
            name: calibration.name.clone(),
            state: State::Failed,
            message: "calibrations are not run yet".into(),
            iterations: 0,
            save_payloads: calibration.save_payloads,
            collections: Vec::new(),
            algorithms: Vec::new(),
            payloads: Vec::new(),
        };
        folder.start(&calibration.name)?;
        folder.publish(&calibration.name)?;
        observer.event(&Event::CalibrationDone {
            calibration: ended.clone(),
        });
        outcome.calibrations.push(ended);
    }
    folder.finish(&outcome)?;
    observer.event(&Event::Finished {
        outcome: outcome.clone(),
    });
    Ok(outcome)
}

fn names(plan: &Plan, order: &Order) -> Vec<String> {
    order
        .sequence
        .iter()
        .map(|position| plan.calibrations[*position].name.clone())
        .collect()
}
