//! What an algorithm is asked besides executions: set-up, boundaries.

use crate::expr::Failure;
use crate::iov::ExpRun;

use super::contain::contained;
use super::execution::Ended;
use super::test_calibration::MeanShift;
use super::{Data, Input, Kind, Scripted};

/// A hook of a scripted algorithm that finds nothing by itself.
type Hook = fn(&dyn Scripted, &Data) -> Result<(), Failure>;

/// Asked once per iteration, before the first execution; gives the notes.
pub(super) fn set_up(kind: &Kind, input: Input) -> Result<Vec<String>, Ended> {
    ask(kind, "setup", |scripted, data| scripted.setup(data), input)
}

/// Asked before the first execution of each experiment, if the parameters say so; gives the notes.
pub(super) fn experiment_settings(kind: &Kind, input: Input) -> Result<Vec<String>, Ended> {
    ask(
        kind,
        "experiment_settings",
        |scripted, data| scripted.experiment_settings(data),
        input,
    )
}

fn ask(kind: &Kind, name: &str, hook: Hook, input: Input) -> Result<Vec<String>, Ended> {
    let Kind::Scripted(scripted) = kind else {
        return Ok(Vec::new());
    };
    let data = Data::new(input);
    contained(&format!("`{name}`"), || hook(scripted.as_ref(), &data))?
        .map_err(|failure| Ended::rule(&format!("`{name}` failed"), failure))?;
    let left = data.take();
    if let Some(saved) = left.saved.first() {
        return Err(Ended::failure(format!(
            "`{name}` saved the payload {}, which would never take effect; save it in `calibrate`",
            saved.payload.name
        )));
    }
    Ok(left.notes)
}

/// Those of `runs` at which the algorithm wants new payloads to begin; `input` gives what one
/// run has. Also gives the notes.
pub(super) fn boundaries(
    kind: &Kind,
    name: &str,
    runs: &[ExpRun],
    input: impl Fn(ExpRun) -> Result<Input, Ended>,
) -> Result<(Vec<ExpRun>, Vec<String>), Ended> {
    let mut found = Vec::new();
    let mut notes = Vec::new();
    let mut result = None;
    let mut shift = MeanShift::default();
    for run in runs {
        let input = input(*run)?;
        let required = match kind {
            Kind::TestCalibration => shift.required(&input)?,
            // Made for a given list; without one it wants the first run only.
            Kind::TestBoundarySetting => Some(run) == runs.first(),
            Kind::Scripted(scripted) if scripted.finds_boundaries() => {
                let data = Data::new(input);
                if let Some(result) = result.take() {
                    data.set_result(result);
                }
                let required =
                    contained("`boundary_required`", || scripted.boundary_required(&data))?
                        .map_err(|failure| {
                            Ended::rule(
                                &format!("`boundary_required` failed in run {run}"),
                                failure,
                            )
                        })?;
                let left = data.take();
                notes.extend(left.notes);
                result = left.result;
                required
            }
            Kind::Declared(_) | Kind::Global(_) | Kind::Scripted(_) => {
                return Err(Ended::failure(format!(
                    "algorithm {name} cannot say where payloads begin; give it `boundary_required`, or list the runs in `payload_boundaries`"
                )));
            }
        };
        if required {
            found.push(*run);
        }
    }
    Ok((found, notes))
}
