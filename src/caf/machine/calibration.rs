//! The machine that every calibration goes through.

use std::fmt;

use super::super::{CalibrationState, Error};
use super::{CalibrationActions, Event, Machine, MachineError, Reason, State, Stop, Transition};

use CalibrationState::{
    AlgorithmsCompleted, AlgorithmsFailed, Blocked, CollectorCompleted, CollectorFailed, Completed,
    Failed, Init, NotEnoughData, RunningAlgorithms, RunningCollector,
};

/// The trigger that is tried when no other is possible.
pub(super) const FAIL: &str = "fail";

/// The trigger that goes back to the beginning of an iteration whose data are gone.
pub(super) const COLLECT_AGAIN: &str = "collect_again";

/// Where a calibration stands while its machine runs.
pub struct Course<'a> {
    actions: &'a mut dyn CalibrationActions,
    pub(super) iteration: u32,
    /// Whether an algorithm asks for another iteration.
    pub(super) wants_more: bool,
    pub(super) failure: Option<Reason>,
    pub(super) blocked: Option<String>,
    /// Whether the data of this iteration come from an earlier run.
    resumed: bool,
    /// Whether they were looked for and not found.
    data_gone: bool,
}

impl<'a> Course<'a> {
    /// A calibration that goes on from a checkpoint of this iteration.
    pub fn new(
        actions: &'a mut dyn CalibrationActions,
        checkpoint: CalibrationState,
        iteration: u32,
    ) -> Self {
        Self {
            actions,
            iteration,
            wants_more: false,
            failure: None,
            blocked: None,
            resumed: checkpoint == CollectorCompleted,
            data_gone: false,
        }
    }

    pub(super) fn clear_later(&mut self) -> Result<(), Stop> {
        self.actions.clear_later(self.iteration)
    }

    fn may_iterate(&self) -> bool {
        // Passes are counted from 1, iterations from 0.
        self.wants_more && self.iteration.saturating_add(1) < self.actions.max_iterations()
    }

    /// Writes the new state together with everything that belongs to it.
    fn record(&mut self, state: CalibrationState) -> Result<(), Stop> {
        let message = match state {
            Blocked => self.blocked.as_deref(),
            bad if bad.is_bad() => self.failure.as_ref().map(|why| why.message.as_str()),
            _ => None,
        };
        self.actions
            .enter(state, self.iteration, message.unwrap_or_default())
            .map_err(Stop::Leave)
    }
}

impl fmt::Debug for Course<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Course")
            .field("iteration", &self.iteration)
            .field("wants_more", &self.wants_more)
            .field("failure", &self.failure)
            .field("blocked", &self.blocked)
            .field("resumed", &self.resumed)
            .field("data_gone", &self.data_gone)
            .finish_non_exhaustive()
    }
}

type Way<'a> = Transition<Course<'a>, Stop>;

/// The machine of a calibration, at the beginning.
///
/// Entering a state writes it. Beyond upstream's table there are: `block`, so that what cannot
/// run says why; `fail` from every state in which something can go wrong; `collect_again`, for
/// data that are gone when a run goes on; and an end of its own for too little data.
///
/// # Errors
/// None that a caller can cause.
pub fn calibration<'a>() -> Result<Machine<Course<'a>, Stop>, MachineError<Stop>> {
    let states = CalibrationState::ALL.into_iter().map(|state| {
        State::new(state.name()).on_enter(move |course: &mut Course<'a>, _| course.record(state))
    });
    let mut machine = Machine::new(states, Init.name())?;
    for way in collecting().into_iter().chain(calibrating()).chain(ends()) {
        machine.add_transition(way)?;
    }
    Ok(machine)
}

fn way<'a>(trigger: &str, from: CalibrationState, to: CalibrationState) -> Way<'a> {
    Transition::new(trigger, from.name(), to.name())
}

/// A way that is open once something went wrong.
fn fail<'a>(from: CalibrationState, to: CalibrationState) -> Way<'a> {
    way(FAIL, from, to).when("failed", |course, _| Ok(course.failure.is_some()))
}

fn collecting<'a>() -> Vec<Way<'a>> {
    vec![
        way("submit_collector", Init, RunningCollector)
            .when("dependencies_completed", dependencies_completed)
            .before("submit", |course, _| {
                course.actions.submit(course.iteration)
            })
            .after("collected", |course, _| {
                course.resumed = false;
                course.actions.collected(course.iteration)
            }),
        fail(Init, CollectorFailed),
        fail(RunningCollector, CollectorFailed),
        way("complete", RunningCollector, CollectorCompleted).when("not_failed", not_failed),
        way("block", Init, Blocked).when("dependencies_open", dependencies_open),
        way("block", CollectorCompleted, Blocked).when("dependencies_open", dependencies_open),
        fail(CollectorCompleted, CollectorFailed),
        way(COLLECT_AGAIN, CollectorCompleted, Init)
            .when("data_of_an_earlier_run", |course, _| Ok(course.resumed))
            .when("data_gone", |course, _| Ok(course.data_gone))
            .before("forget_failure", |course, _| {
                course.failure = None;
                Ok(())
            }),
    ]
}

fn calibrating<'a>() -> Vec<Way<'a>> {
    vec![
        way("run_algorithms", CollectorCompleted, RunningAlgorithms)
            .when("dependencies_completed", dependencies_completed)
            .before("check_collected", |course, _| {
                let checked = course.actions.check_collected(course.iteration);
                course.data_gone = checked.is_err();
                checked
            })
            .after("run_algorithms", |course, _| {
                course.wants_more = course.actions.run_algorithms(course.iteration)?;
                Ok(())
            }),
        fail(RunningAlgorithms, AlgorithmsFailed),
        way("complete", RunningAlgorithms, AlgorithmsCompleted).when("not_failed", not_failed),
        way("iterate", AlgorithmsCompleted, Init)
            .when("iteration_wanted", |course, _| Ok(course.wants_more))
            .when("below_max_iterations", |course, _| Ok(course.may_iterate()))
            .before("next_iteration", next_iteration),
    ]
}

fn ends<'a>() -> Vec<Way<'a>> {
    vec![
        way("finish", AlgorithmsCompleted, Completed)
            .when(
                "no_further_iteration",
                |course, _| Ok(!course.may_iterate()),
            )
            .before("finish", |course, _| {
                course.actions.finish(course.iteration)
            }),
        fail(AlgorithmsCompleted, AlgorithmsFailed),
        way("fail_fully", AlgorithmsFailed, NotEnoughData).when("lacks_data", lacks_data),
        way("fail_fully", AlgorithmsFailed, Failed),
        way("fail_fully", CollectorFailed, NotEnoughData).when("lacks_data", lacks_data),
        way("fail_fully", CollectorFailed, Failed),
    ]
}

type Asked = Result<bool, Stop>;

fn dependencies_completed(course: &mut Course<'_>, _: &Event<'_, ()>) -> Asked {
    course.blocked = course.actions.blocked();
    Ok(course.blocked.is_none())
}

fn dependencies_open(course: &mut Course<'_>, _: &Event<'_, ()>) -> Asked {
    course.blocked = course.actions.blocked();
    Ok(course.blocked.is_some())
}

fn not_failed(course: &mut Course<'_>, _: &Event<'_, ()>) -> Asked {
    Ok(course.failure.is_none())
}

fn lacks_data(course: &mut Course<'_>, _: &Event<'_, ()>) -> Asked {
    Ok(course.failure.as_ref().is_some_and(|why| why.lacks_data))
}

fn next_iteration(course: &mut Course<'_>, _: &Event<'_, ()>) -> Result<(), Stop> {
    // Before the state is written, so that state and iteration are one entry.
    course.iteration += 1;
    course.wants_more = false;
    course.resumed = false;
    Ok(())
}

impl From<Error> for MachineError<Stop> {
    fn from(error: Error) -> Self {
        Self::Callback(Stop::Leave(error))
    }
}
