//! The calibrations of a plan: each after those it waits for, independent ones at once.

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Mutex, OnceLock, PoisonError};

use crate::backend::{Local, Next};
use crate::conditions::Store;
use crate::plan::{self, Calibration, Order, Plan};

use super::calibration::Work;
use super::collecting::Collecting;
use super::folder::{CACHE, Folder};
use super::inputs::{check_inputs, check_start};
use super::memory::{Remembering, cache};
use super::reading::{Reading, check_columns};
use super::speaker::Speaker;
use super::state::{CalibrationState, Row, StateDb};
use super::store::publish;
use super::{
    Background, CalibrationOutcome, Error, Event, Host, Observer, Options, Outcome, State,
};

/// What stays the same during a run.
pub(super) struct Setting<'a> {
    pub(super) plan: &'a Plan,
    pub(super) options: &'a Options,
    pub(super) folder: Folder,
    pub(super) state: StateDb,
    pub(super) collecting: &'a dyn Collecting,
}

/// A run, as its calibrations share it.
struct Run<'a> {
    setting: Setting<'a>,
    order: Order,
    /// Where each calibration was left, by its position in the plan.
    left: Vec<Row>,
    /// How each calibration ended, by its position in the plan.
    ended: Vec<OnceLock<CalibrationOutcome>>,
    /// Payloads of those that ended, read once.
    stores: Vec<OnceLock<Store>>,
    /// Errors by the place in the sequence at which they happened.
    errors: Mutex<Vec<(usize, Error)>>,
}

/// Runs a plan: everything is checked first, then calibrations run as soon as nothing they wait
/// for is missing. A folder in which the same plan was interrupted is continued.
///
/// A calibration that fails does not stop those that do not wait for it.
///
/// # Errors
/// When the plan cannot be run, the output cannot be written, or no calibration came to an end
/// because of its input; a calibration that fails is part of the outcome.
pub fn run(plan: &Plan, options: &Options, observer: &mut dyn Observer) -> Result<Outcome, Error> {
    check(plan, options)?;
    let reading = Reading {
        threads: options.threads,
        cache: cache(options.cache.as_ref(), &options.output, CACHE),
        stop: options.stop.clone(),
    };
    let Some(memory) = &options.memory else {
        return run_with(plan, options, &reading, observer);
    };
    memory.begin();
    let remembering = Remembering {
        collecting: &reading,
        memory,
    };
    run_with(plan, options, &remembering, observer)
}

/// Checks a plan as far as that is possible without reading an event: its parts against each
/// other, and every collector against the columns of its first file.
///
/// # Errors
/// As [`run`], but nothing is written.
pub fn check(plan: &Plan, options: &Options) -> Result<(), Error> {
    let order = plan::check(plan)?;
    check_constants(options)?;
    check_columns(plan, &order, options)
}

fn check_constants(options: &Options) -> Result<(), Error> {
    for store in &options.constants {
        if !store.text_file().is_file() {
            return Err(Error::NoConstants {
                folder: store.folder().to_path_buf(),
            });
        }
        store.database()?;
    }
    Ok(())
}

/// As [`run`] with another way from files to objects.
pub(super) fn run_with(
    plan: &Plan,
    options: &Options,
    collecting: &dyn Collecting,
    observer: &mut dyn Observer,
) -> Result<Outcome, Error> {
    let order = plan::check(plan)?;
    check_constants(options)?;
    let local = Local::new(options.threads)?;
    let folder = Folder::take(options, plan)?;
    let host = Host::here(local.threads());
    let prepared = prepare(plan, options, &folder, &host);
    let (state, left) = prepared.inspect_err(|_| folder.abandon())?;
    let run = Run {
        setting: Setting {
            plan,
            options,
            folder,
            state,
            collecting,
        },
        left,
        ended: plan.calibrations.iter().map(|_| OnceLock::new()).collect(),
        stores: plan.calibrations.iter().map(|_| OnceLock::new()).collect(),
        errors: Mutex::default(),
        order,
    };
    run.all(&local, observer)
}

/// Opens the state and finds where each calibration was left.
fn prepare(
    plan: &Plan,
    options: &Options,
    folder: &Folder,
    host: &Host,
) -> Result<(StateDb, Vec<Row>), Error> {
    let state = StateDb::create_or_open_as(folder.state(), &options.writing)?;
    check_inputs(plan, &state)?;
    check_start(options, &state)?;
    host.note(&state)?;
    state.ensure(plan.calibrations.iter().map(|one| &one.name))?;
    let mut rows: BTreeMap<String, Row> = state
        .rows()?
        .into_iter()
        .map(|row| (row.name.clone(), row))
        .collect();
    let left = plan
        .calibrations
        .iter()
        .filter_map(|one| rows.remove(&one.name));
    let left = left.collect();
    Ok((state, left))
}

impl Run<'_> {
    fn all(self, local: &Local, observer: &mut dyn Observer) -> Result<Outcome, Error> {
        let plan = self.setting.plan;
        observer.event(&Event::Started {
            name: plan.settings.name.clone(),
            calibrations: self.names(),
            output: self.setting.options.output.clone(),
        });
        let speaker = Speaker::new(observer);
        let mut place = vec![0; self.order.sequence.len()];
        for (number, position) in self.order.sequence.iter().enumerate() {
            place[*position] = number;
        }
        local.in_order(&self.order.sequence, &self.order.waits_for, &|position| {
            let next = self.one(position, place[position], &speaker);
            speaker.ended(place[position]);
            next
        });
        self.conclude(observer)
    }

    /// Runs one calibration, or says what it waits for in vain.
    fn one(&self, position: usize, place: usize, speaker: &Speaker<'_>) -> Next {
        let calibration = &self.setting.plan.calibrations[position];
        let mut voice = speaker.voice(place);
        let ended = self.outcome_of(position, calibration, &mut voice);
        let (outcome, next) = match ended {
            Ok(outcome) => (outcome, Next::GoOn),
            Err(error) => {
                let outcome = CalibrationOutcome::failed(calibration, &error);
                let next = if error.is_of_input() {
                    Next::GoOn
                } else {
                    Next::Stop
                };
                let mut errors = self.errors.lock().unwrap_or_else(PoisonError::into_inner);
                errors.push((place, error));
                (outcome, next)
            }
        };
        if next == Next::GoOn {
            voice.event(&Event::CalibrationDone {
                calibration: outcome.clone(),
            });
            let _ = self.ended[position].set(outcome);
        }
        next
    }

    fn outcome_of(
        &self,
        position: usize,
        calibration: &Calibration,
        voice: &mut dyn Observer,
    ) -> Result<CalibrationOutcome, Error> {
        let name = &calibration.name;
        let blocked = self.blocked(position);
        if blocked.is_none() {
            voice.event(&Event::CalibrationStarted {
                calibration: name.clone(),
            });
        }
        let before = self.order.waits_for[position].iter().rev();
        let before: Vec<Store> = before.map(|other| self.store(*other)).collect();
        let work = Work::new(&self.setting, calibration, before, blocked, voice);
        let left = &self.left[position];
        // A bug in one calibration takes no other one with it.
        let ended = catch_unwind(AssertUnwindSafe(|| work.run(left)))
            .unwrap_or_else(|panic| Err(Error::panicked(name, panic.as_ref())));
        if let Err(error) = &ended
            && matches!(error, Error::Panicked { .. })
        {
            self.note_failure(name, error)?;
        }
        ended
    }

    /// Writes down that a calibration ran into a bug.
    fn note_failure(&self, name: &str, error: &Error) -> Result<(), Error> {
        let message = error.to_string();
        let Some(row) = self.setting.state.row(name)? else {
            return Ok(());
        };
        let failed = match row.state {
            CalibrationState::RunningAlgorithms => CalibrationState::AlgorithmsFailed,
            _ => CalibrationState::CollectorFailed,
        };
        for state in [failed, CalibrationState::Failed] {
            self.setting
                .state
                .enter(name, state, row.iteration, &message)?;
        }
        Ok(())
    }

    /// The payloads of a calibration that has ended.
    fn store(&self, position: usize) -> Store {
        let name = &self.setting.plan.calibrations[position].name;
        let folder = &self.setting.folder;
        self.stores[position]
            .get_or_init(|| {
                let store = Store::new(folder.calibration_outputdb(name)).frozen();
                store.called(&format!("calibration {name}"))
            })
            .clone()
    }

    /// Why a calibration cannot run; `None` when all it waits for completed.
    fn blocked(&self, position: usize) -> Option<String> {
        let before = self.order.waits_for[position].iter();
        let mut ended = before.filter_map(|other| self.ended[*other].get());
        let bad = ended.find(|calibration| calibration.state != State::Completed)?;
        let how = match bad.state {
            State::Completed | State::Failed => "failed",
            State::NotEnoughData => "did not have enough data",
            State::Blocked => "could not run",
        };
        Some(format!("waits for {}, which {how}", bad.name))
    }

    fn conclude(self, observer: &mut dyn Observer) -> Result<Outcome, Error> {
        let Self {
            setting,
            order,
            ended,
            errors,
            ..
        } = self;
        let plan = setting.plan;
        let mut errors = errors.into_inner().unwrap_or_else(PoisonError::into_inner);
        errors.sort_by_key(|(place, _)| *place);
        if let Some(fatal) = errors.iter().position(|(_, error)| !error.is_of_input()) {
            return Err(errors.swap_remove(fatal).1);
        }
        let mut ended = ended;
        let calibrations = order
            .sequence
            .iter()
            .filter_map(|position| ended[*position].take())
            .collect();
        let mut outcome = Outcome {
            name: plan.settings.name.clone(),
            requested_iov: Some(plan.requested_iov),
            fingerprint: plan::fingerprint(plan),
            calibrations,
            warnings: Vec::new(),
        };
        outcome.warnings = outcome.overlaps();
        let by_input = errors.len();
        let all = by_input + outcome.count(State::Blocked) == outcome.calibrations.len();
        if by_input > 0 && all && setting.folder.is_fresh() {
            drop(setting.state);
            setting.folder.abandon();
            return Err(errors.swap_remove(0).1);
        }
        publish(&setting.folder, &mut outcome.calibrations)?;
        drop(setting.state);
        let behind = Background::new(plan, setting.options, &outcome);
        setting.folder.finish(&outcome, &behind)?;
        observer.event(&Event::Finished {
            outcome: outcome.clone(),
        });
        Ok(outcome)
    }

    fn names(&self) -> Vec<String> {
        let all = self.order.sequence.iter();
        all.map(|position| self.setting.plan.calibrations[*position].name.clone())
            .collect()
    }
}
