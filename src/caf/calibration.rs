//! One calibration: its data, its iterations, its payloads.

use std::path::Path;
use std::sync::Arc;

use serde_json::Value;

use crate::calibrate::Objects;
use crate::conditions::{Chain, Payload, Store, Written};
use crate::iov::IoV;
use crate::plan::Calibration;

use super::collecting::{Gathered, Together};
use super::folder::{write_file, write_json};
use super::iteration::{Found, iterate};
use super::run::Setting;
use super::{CalibrationOutcome, Error, Event, Observer, PayloadOutcome, State};

/// Runs a calibration; `before` are the stores of the calibrations it waits for, the latest first.
pub(super) fn calibrate(
    setting: &Setting<'_>,
    calibration: &Calibration,
    before: &[Store],
    observer: &mut dyn Observer,
) -> Result<CalibrationOutcome, Error> {
    let name = &calibration.name;
    let folder = setting.folder.start(name)?;
    let mut outcome = CalibrationOutcome {
        name: name.clone(),
        state: State::Completed,
        message: String::new(),
        warnings: Vec::new(),
        iterations: 0,
        save_payloads: calibration.save_payloads,
        collections: Vec::new(),
        algorithms: Vec::new(),
        payloads: Vec::new(),
    };
    let mut gathered: Vec<Gathered> = Vec::new();
    let mut last: Vec<(Payload, IoV, Value)> = Vec::new();
    for number in 0..calibration.max_iterations {
        observer.event(&Event::IterationStarted {
            calibration: name.clone(),
            iteration: number,
            max_iterations: calibration.max_iterations,
        });
        let iteration_folder = folder.join(number.to_string());
        let constants = constants(setting, before, number, &folder);
        collect(
            setting,
            calibration,
            &constants,
            &iteration_folder,
            &mut gathered,
            observer,
        )?;
        outcome.collections = gathered.iter().map(|one| one.outcome.clone()).collect();
        let objects: Arc<dyn Objects> = Arc::new(Together::new(&gathered));
        let found = iterate(
            setting,
            calibration,
            number,
            &objects,
            &constants,
            &iteration_folder,
            observer,
        )?;
        outcome.iterations = number + 1;
        let again = conclude(&mut outcome, &mut last, found);
        if !again {
            break;
        }
        if outcome.iterations == calibration.max_iterations {
            outcome.warnings.push(format!(
                "another iteration is asked for, but these were all of max_iterations ({}); the last constants are kept",
                calibration.max_iterations
            ));
        }
    }
    if outcome.state != State::Completed {
        setting.folder.publish(name)?;
        return Ok(outcome);
    }
    let mut written = store(&Store::new(folder.join("outputdb")), &last)?;
    setting.folder.publish(name)?;
    let mut stored_in = setting.folder.calibration_outputdb(name);
    if calibration.save_payloads {
        stored_in = setting.folder.outputdb();
        written = store(&Store::new(&stored_in), &last)?;
    }
    for (line, (payload, ..)) in written.into_iter().zip(&last) {
        let payload = PayloadOutcome {
            name: line.name,
            class: payload.class.clone(),
            iov: line.iov,
            revision: line.revision,
            checksum: line.checksum,
            file: setting
                .folder
                .relative(&stored_in.join(line.file.file_name().unwrap_or_default())),
        };
        observer.event(&Event::PayloadWritten {
            calibration: name.clone(),
            payload: payload.clone(),
        });
        outcome.payloads.push(payload);
    }
    Ok(outcome)
}

/// Takes over what an iteration found; whether another one is wanted.
fn conclude(
    outcome: &mut CalibrationOutcome,
    last: &mut Vec<(Payload, IoV, Value)>,
    found: Found,
) -> bool {
    outcome.algorithms = found.algorithms;
    *last = found.payloads;
    if let Some((state, message)) = found.ended_badly {
        outcome.state = state;
        outcome.message = message;
        return false;
    }
    found.iterate
}

/// Reads the files, unless that was done before with the same constants in force.
fn collect(
    setting: &Setting<'_>,
    calibration: &Calibration,
    constants: &Chain,
    folder: &Path,
    gathered: &mut Vec<Gathered>,
    observer: &mut dyn Observer,
) -> Result<(), Error> {
    let mut all_reused = Vec::new();
    for (number, collection) in calibration.collections.keys().enumerate() {
        let reused = match gathered.get(number) {
            Some(one) => !one.objects.must_collect_again(constants)?,
            None => false,
        };
        all_reused.push(reused);
        if !reused {
            let requested = &setting.plan.requested_iov;
            let collecting = setting.collecting;
            let one =
                collecting.collect(calibration, collection, requested, constants, observer)?;
            match gathered.get_mut(number) {
                Some(old) => *old = one,
                None => gathered.push(one),
            }
        }
    }
    for (one, reused) in gathered.iter().zip(all_reused) {
        let folder = folder.join("collector_output").join(&one.outcome.name);
        write_json(&folder.join("summary.json"), &one.outcome)?;
        if !reused {
            write_file(&folder.join("objects.json"), |to| one.objects.write(to))?;
        }
        observer.event(&Event::Collected {
            calibration: calibration.name.clone(),
            collection: one.outcome.clone(),
            reused,
        });
    }
    Ok(())
}

/// Constants in force: of the iteration before, of the calibrations before, of the options.
fn constants(setting: &Setting<'_>, before: &[Store], number: u32, folder: &Path) -> Chain {
    let mut stores = Vec::new();
    if number > 0 {
        let previous = folder.join((number - 1).to_string());
        stores.push(Store::new(previous.join("algorithm_output/outputdb")));
    }
    stores.extend(before.iter().cloned());
    stores.extend(setting.options.constants.iter().map(Store::new));
    Chain::new(stores)
}

/// Stores payloads in one transaction.
fn store(store: &Store, payloads: &[(Payload, IoV, Value)]) -> Result<Vec<Written>, Error> {
    let mut commit = store.commit();
    for (payload, iov, facts) in payloads {
        commit.add(payload.clone(), *iov, facts.clone())?;
    }
    Ok(commit.finish()?)
}
