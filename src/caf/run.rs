//! The calibrations of a plan, one after another.

use crate::backend::with_threads;
use crate::conditions::Store;
use crate::plan::{self, Order, Plan};

use super::calibration::calibrate;
use super::collecting::Collecting;
use super::folder::Folder;
use super::reading::{Reading, check_columns};
use super::{CalibrationOutcome, Error, Event, Observer, Options, Outcome, State};

/// What all calibrations of a run share.
pub(super) struct Setting<'a> {
    pub(super) plan: &'a Plan,
    pub(super) options: &'a Options,
    pub(super) folder: Folder,
    pub(super) collecting: &'a dyn Collecting,
}

/// Runs a plan to its end.
///
/// A calibration that fails keeps those from running that wait for it; the others go on.
///
/// # Errors
/// When the plan is wrong, input files cannot be used, or the output folder cannot be written.
pub fn run(plan: &Plan, options: &Options, observer: &mut dyn Observer) -> Result<Outcome, Error> {
    check(plan, options)?;
    let reading = Reading {
        threads: options.threads,
    };
    run_with(plan, options, &reading, observer)
}

/// Checks everything that can be checked before the first event is read.
///
/// # Errors
/// As [`run`], but nothing is written.
pub fn check(plan: &Plan, options: &Options) -> Result<(), Error> {
    let order = plan::check(plan)?;
    check_constants(options)?;
    check_columns(plan, &order, options)
}

/// Constants that were given must be there: a folder without them would change the result unseen.
fn check_constants(options: &Options) -> Result<(), Error> {
    for folder in &options.constants {
        let store = Store::new(folder);
        if !store.text_file().is_file() {
            return Err(Error::NoConstants {
                folder: folder.clone(),
            });
        }
        store.database()?;
    }
    Ok(())
}

/// As [`run`], with another way to come by the objects.
pub(super) fn run_with(
    plan: &Plan,
    options: &Options,
    collecting: &dyn Collecting,
    observer: &mut dyn Observer,
) -> Result<Outcome, Error> {
    let order = plan::check(plan)?;
    check_constants(options)?;
    let setting = Setting {
        plan,
        options,
        folder: Folder::take(&options.output, options.overwrite, plan)?,
        collecting,
    };
    let ended = with_threads(options.threads, || {
        all_calibrations(&setting, &order, observer)
    });
    let ended = ended.map_err(Error::from).and_then(|ended| ended);
    if ended.is_err() {
        setting.folder.abandon(&names(plan, &order));
    }
    ended
}

fn all_calibrations(
    setting: &Setting<'_>,
    order: &Order,
    observer: &mut dyn Observer,
) -> Result<Outcome, Error> {
    let plan = setting.plan;
    observer.event(&Event::Started {
        name: plan.settings.name.clone(),
        calibrations: names(plan, order),
        output: setting.options.output.clone(),
    });
    let mut outcome = Outcome {
        name: plan.settings.name.clone(),
        requested_iov: Some(plan.requested_iov),
        fingerprint: plan::fingerprint(plan),
        calibrations: Vec::new(),
    };
    for position in &order.sequence {
        let ended = one_calibration(setting, order, *position, &outcome, observer)?;
        observer.event(&Event::CalibrationDone {
            calibration: ended.clone(),
        });
        outcome.calibrations.push(ended);
        // After each, so that there is a result to look at whatever happens to the next.
        setting.folder.finish(&outcome)?;
    }
    observer.event(&Event::Finished {
        outcome: outcome.clone(),
    });
    Ok(outcome)
}

fn one_calibration(
    setting: &Setting<'_>,
    order: &Order,
    position: usize,
    so_far: &Outcome,
    observer: &mut dyn Observer,
) -> Result<CalibrationOutcome, Error> {
    let calibration = &setting.plan.calibrations[position];
    let before = order.waits_for[position]
        .iter()
        .map(|position| &setting.plan.calibrations[*position].name);
    if let Some(message) = blocked(before.clone(), so_far) {
        return Ok(CalibrationOutcome {
            name: calibration.name.clone(),
            state: State::Blocked,
            message,
            warnings: Vec::new(),
            iterations: 0,
            save_payloads: calibration.save_payloads,
            collections: Vec::new(),
            algorithms: Vec::new(),
            payloads: Vec::new(),
        });
    }
    observer.event(&Event::CalibrationStarted {
        calibration: calibration.name.clone(),
    });
    let stores: Vec<Store> = before
        .rev()
        .map(|name| Store::new(setting.folder.calibration_outputdb(name)))
        .collect();
    calibrate(setting, calibration, &stores, observer)
}

/// Why a calibration cannot run, if one of those it waits for did not complete.
fn blocked<'a>(before: impl Iterator<Item = &'a String>, so_far: &Outcome) -> Option<String> {
    let mut ended = before.filter_map(|name| so_far.calibrations.iter().find(|c| c.name == *name));
    let bad = ended.find(|calibration| calibration.state != State::Completed)?;
    let how = match bad.state {
        State::Completed | State::Failed => "failed",
        State::NotEnoughData => "did not have enough data",
        State::Blocked => "could not run",
    };
    Some(format!("waits for {}, which {how}", bad.name))
}

fn names(plan: &Plan, order: &Order) -> Vec<String> {
    order
        .sequence
        .iter()
        .map(|position| plan.calibrations[*position].name.clone())
        .collect()
}
