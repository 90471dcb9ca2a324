//! From a checkpoint to an end.

use super::super::{CalibrationState, Error, Row};
use super::calibration::{COLLECT_AGAIN, FAIL};
use super::{CalibrationActions, Course, Machine, MachineError, Reason, Stop, calibration};

/// How a calibration ended.
#[derive(Debug)]
pub struct End {
    /// One of the end states.
    pub state: CalibrationState,
    /// The last iteration, from 0.
    pub iteration: u32,
    /// Why it did not complete; empty when it did.
    pub message: String,
    /// Whether an algorithm asks for another iteration than there may be.
    pub wants_more: bool,
    /// The error behind a failure, if there is one.
    pub cause: Option<Error>,
}

/// Takes a calibration from its checkpoint to its end.
///
/// The row is that of [`StateDb::row`](super::super::StateDb::row) after
/// [`StateDb::ensure`](super::super::StateDb::ensure); only its checkpoint and iteration count.
/// What happens, per iteration:
///
/// 1. `init`: [`blocked`](CalibrationActions::blocked) is asked; if so, the end is `blocked`.
///    Else [`submit`](CalibrationActions::submit), state `running_collector`, and
///    [`collected`](CalibrationActions::collected) waits.
/// 2. `collector_completed`: [`check_collected`](CalibrationActions::check_collected), state
///    `running_algorithms`, [`run_algorithms`](CalibrationActions::run_algorithms). Data of an
///    earlier run that are gone are collected again.
/// 3. `algorithms_completed`: if another iteration is asked for and there may be one, back to
///    `init` with the next number, written together; else
///    [`finish`](CalibrationActions::finish) and `completed`.
///
/// Each [`Stop::Failed`] goes over `collector_failed` or `algorithms_failed` to `failed` (or
/// `not_enough_data`), each state written with the reason. Each state is written by
/// [`enter`](CalibrationActions::enter) before what belongs to it is done. A row that is
/// completed ends at once and writes nothing.
///
/// # Errors
/// Those of [`Stop::Leave`], and of `enter`: nothing more is written then.
pub fn drive(actions: &mut dyn CalibrationActions, start: &Row) -> Result<End, Error> {
    let mut course = Course::new(actions, start.checkpoint, start.iteration);
    let mut machine = calibration().map_err(stuck)?;
    machine
        .set_initial(start.checkpoint.name())
        .map_err(stuck)?;
    let cleared = course.clear_later();
    handle(
        &mut machine,
        &mut course,
        cleared.map_err(MachineError::Callback),
    )?;
    loop {
        let state = machine.state().parse().unwrap_or(CalibrationState::Failed);
        if state.is_end() {
            return Ok(end(state, course));
        }
        let moved = machine.automatic(&mut course, FAIL, &());
        tracing::debug!(from = %state, to = machine.state(), iteration = course.iteration);
        handle(&mut machine, &mut course, moved)?;
    }
}

/// Turns what could not be done into the way to the end.
fn handle<'a>(
    machine: &mut Machine<Course<'a>, Stop>,
    course: &mut Course<'a>,
    moved: Result<(), MachineError<Stop>>,
) -> Result<(), Error> {
    let reason = match moved {
        Ok(()) => return Ok(()),
        Err(MachineError::Callback(Stop::Failed(reason))) => reason,
        Err(other) => return Err(stuck(other)),
    };
    course.failure = Some(reason);
    match machine.trigger(course, COLLECT_AGAIN, &()) {
        Ok(()) => return Ok(()),
        Err(MachineError::Callback(stop)) => return Err(stuck(MachineError::Callback(stop))),
        Err(_) => {}
    }
    machine.trigger(course, FAIL, &()).map_err(stuck)
}

/// What keeps the machine from reaching an end.
fn stuck(error: MachineError<Stop>) -> Error {
    match error {
        MachineError::Callback(Stop::Leave(error)) => error,
        other => Error::Stuck {
            message: other.to_string(),
        },
    }
}

fn end(state: CalibrationState, course: Course<'_>) -> End {
    let (message, cause) = match (state, course.failure, course.blocked) {
        (CalibrationState::Blocked, _, Some(message)) => (message, None),
        (_, Some(Reason { message, cause, .. }), _) => (message, cause),
        _ => (String::new(), None),
    };
    End {
        state,
        iteration: course.iteration,
        message,
        wants_more: course.wants_more,
        cause,
    }
}
