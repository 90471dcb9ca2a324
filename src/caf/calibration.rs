//! One calibration: its data, its iterations, its payloads, from wherever it was left.

use std::sync::Arc;
use std::time::Instant;

use crate::calibrate::Objects;
use crate::conditions::{Chain, InForce, Store};
use crate::plan::Calibration;

use super::collecting::{Gathered, Together};
use super::files::{read_json, remove};
use super::iteration::{Found, Pass, run_algorithms};
use super::iteration_folders::remove_iterations_after;
use super::machine::{CalibrationActions, Stop, drive};
use super::run::Setting;
use super::state::{CalibrationState, Row};
use super::store::store_all;
use super::{CalibrationOutcome, Error, Event, Observer, PayloadOutcome, State};

/// A calibration at work.
pub(super) struct Work<'a> {
    setting: &'a Setting<'a>,
    calibration: &'a Calibration,
    /// Outputs of the calibrations it waits for, the one that ran last first.
    before: Vec<Store>,
    observer: &'a mut dyn Observer,
    /// What it waits for in vain.
    blocked: Option<String>,
    gathered: Vec<Gathered>,
    /// Whether these are the objects of the iteration at hand.
    collected: bool,
    found: Found,
    outcome: CalibrationOutcome,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        setting: &'a Setting<'a>,
        calibration: &'a Calibration,
        before: Vec<Store>,
        blocked: Option<String>,
        observer: &'a mut dyn Observer,
    ) -> Self {
        Self {
            setting,
            calibration,
            before,
            observer,
            blocked,
            gathered: Vec::new(),
            collected: false,
            found: Found::default(),
            outcome: CalibrationOutcome::new(calibration),
        }
    }

    /// Brings the calibration from where it was left to its end.
    pub(super) fn run(mut self, left: &Row) -> Result<CalibrationOutcome, Error> {
        let name = self.calibration.name.clone();
        let mut left = left.clone();
        if left.checkpoint == CalibrationState::Completed {
            if let Some(outcome) = read_json(&self.setting.folder.calibration_outcome(&name)) {
                self.continued(&left);
                return Ok(outcome);
            }
            // Whatever became of the file: the payloads that belong to it are made again.
            left.checkpoint = CalibrationState::Init;
        }
        left.iteration = left.iteration.min(self.calibration.max_iterations - 1);
        if self.blocked.is_none() {
            self.recover(&left);
        }
        let end = drive(&mut self, &left)?;
        self.outcome.state = match end.state {
            CalibrationState::Completed => State::Completed,
            CalibrationState::NotEnoughData => State::NotEnoughData,
            CalibrationState::Blocked => State::Blocked,
            _ => State::Failed,
        };
        self.outcome.message = end.message;
        match end.cause {
            Some(error) => Err(error),
            None => Ok(self.outcome),
        }
    }

    fn continued(&mut self, left: &Row) {
        self.observer.event(&Event::Continued {
            calibration: self.calibration.name.clone(),
            iteration: left.iteration,
            state: left.checkpoint,
        });
    }

    /// Takes up the objects that were collected before the interruption, if all are there.
    fn recover(&mut self, left: &Row) {
        let collected = left.checkpoint == CalibrationState::CollectorCompleted;
        // Else what the iteration before collected; this one decides whether it will do.
        let from = match collected {
            true => Some(left.iteration),
            false => left.iteration.checked_sub(1),
        };
        if let Some(objects) = from.and_then(|iteration| self.load(iteration)) {
            self.gathered = objects;
            self.collected = collected;
        }
        if from.is_some() {
            self.continued(left);
        }
        self.outcome.collections = self.collections();
        if self.collected {
            self.iteration_started(left.iteration);
        }
    }

    fn iteration_started(&mut self, iteration: u32) {
        self.observer.event(&Event::IterationStarted {
            calibration: self.calibration.name.clone(),
            iteration,
            max_iterations: self.calibration.max_iterations,
        });
    }

    /// The objects of an iteration; those that were not collected in it are those of the one before.
    fn load(&self, iteration: u32) -> Option<Vec<Gathered>> {
        let folder = &self.setting.folder;
        let name = &self.calibration.name;
        let one = |collection: &String| {
            let summary = folder.collection(name, iteration, collection);
            let outcome = read_json(&summary.join("summary.json"))?;
            let objects = (0..=iteration)
                .rev()
                .map(|number| {
                    folder
                        .collection(name, number, collection)
                        .join("objects.json")
                })
                .find(|path| path.is_file())?;
            let collecting = self.setting.collecting;
            let constants = self.constants(iteration);
            let objects = collecting.load(self.calibration, collection, &objects, &constants)?;
            Some(Gathered::new(objects, outcome))
        };
        self.calibration.collections.keys().map(one).collect()
    }

    fn collections(&self) -> Vec<super::CollectionOutcome> {
        let all = self.gathered.iter();
        all.map(|one| one.outcome.clone()).collect()
    }

    /// Collects, unless the objects of the iteration before will do, and files everything.
    fn collect(&mut self, iteration: u32) -> Result<(), Error> {
        let name = &self.calibration.name;
        let folder = &self.setting.folder;
        remove(&folder.iteration(name, iteration))?;
        let constants = self.constants(iteration);
        for (number, collection) in self.calibration.collections.keys().enumerate() {
            let began = Instant::now();
            let reused = match self.gathered.get(number) {
                Some(one) => !one.objects.must_collect_again(&constants)?,
                None => false,
            };
            if !reused {
                let one = self.setting.collecting.collect(
                    self.calibration,
                    collection,
                    &self.setting.plan.requested_iov,
                    &constants,
                    self.observer,
                )?;
                match self.gathered.get_mut(number) {
                    Some(old) => *old = one,
                    None => self.gathered.push(one),
                }
            }
            let one = &self.gathered[number];
            let own = folder.collection(name, iteration, collection);
            folder.write_json(&own.join("summary.json"), &one.outcome)?;
            folder.write_json(&own.join("read.json"), &one.objects.read())?;
            if !reused {
                let objects = Arc::clone(&one.objects);
                folder.write_file_behind(own.join("objects.json"), move |to| objects.write(to))?;
            }
            self.observer.event(&Event::Collected {
                calibration: name.clone(),
                collection: one.outcome.clone(),
                reused: reused || one.remembered,
                took: began.elapsed(),
            });
        }
        self.outcome.collections = self.collections();
        Ok(())
    }

    fn algorithms(&mut self, iteration: u32) -> Result<Found, Error> {
        let folder = &self.setting.folder;
        let algorithms = folder.algorithms(&self.calibration.name, iteration);
        remove(&algorithms)?;
        let objects: Arc<dyn Objects> = Arc::new(Together::new(&self.gathered));
        run_algorithms(
            &Pass {
                setting: self.setting,
                calibration: self.calibration,
                iteration,
                objects,
                constants: self.constants(iteration),
                looked_up: self.looked_up(),
                data: self.data(),
                earlier: self.earlier(iteration),
                folder: algorithms,
            },
            self.observer,
        )
    }

    /// The fingerprint of all objects, if each has one.
    fn data(&self) -> Option<String> {
        let named = |one: &Gathered| Some((one.outcome.name.clone(), one.key.clone()?));
        let all: Option<Vec<_>> = self.gathered.iter().map(named).collect();
        serde_json::to_string(&all?).ok()
    }

    /// The constants with which the objects were collected, by name.
    fn looked_up(&self) -> Vec<InForce> {
        let all = self.gathered.iter();
        all.flat_map(|one| one.objects.looked_up()).collect()
    }

    /// What the iteration before stored.
    fn earlier(&self, iteration: u32) -> Option<Store> {
        let number = iteration.checked_sub(1)?;
        let name = &self.calibration.name;
        let folder = self.setting.folder.algorithms(name, number);
        let store = Store::new(folder.join("outputdb"));
        Some(store.called(&format!("calibration {name}, iteration {}", number + 1)))
    }

    /// Constants in force before the algorithms: the iteration before, what it waits for, what
    /// was given.
    fn constants(&self, iteration: u32) -> Chain {
        let given = self.setting.options.constants.iter().cloned();
        let stores = self.earlier(iteration).into_iter();
        Chain::new(
            stores
                .chain(self.before.iter().cloned())
                .chain(given)
                .collect(),
        )
    }

    /// Files what came out, without payloads.
    fn file_failure(&mut self, state: State, message: &str) -> Result<(), Error> {
        self.outcome.state = state;
        self.outcome.message = message.to_owned();
        self.outcome.note_places();
        let folder = &self.setting.folder;
        let path = folder.calibration_outcome(&self.calibration.name);
        folder.write_json(&path, &self.outcome)
    }

    /// Stores the payloads of the last iteration as those of the calibration.
    fn store(&mut self, iteration: u32) -> Result<(), Error> {
        let name = &self.calibration.name;
        let folder = &self.setting.folder;
        let most = self.calibration.max_iterations;
        if self.found.iterate && iteration + 1 == most {
            self.outcome.warnings.push(format!(
                "another iteration is asked for, but these were all of max_iterations ({most}); the last constants are kept"
            ));
        }
        let outputdb = folder.calibration_outputdb(name);
        let written = store_all(&folder.store(outputdb.clone()), &self.found.payloads)?;
        for (line, (payload, ..)) in written.into_iter().zip(&self.found.payloads) {
            let payload = PayloadOutcome {
                name: line.name,
                class: payload.class.clone(),
                iov: line.iov,
                revision: line.revision,
                checksum: line.checksum,
                file: folder.relative(&outputdb.join(line.file.file_name().unwrap_or_default())),
            };
            self.observer.event(&Event::PayloadWritten {
                calibration: name.clone(),
                payload: payload.clone(),
            });
            self.outcome.payloads.push(payload);
        }
        folder.write_json(&folder.calibration_outcome(name), &self.outcome)
    }
}

/// A calibration fails for its input; without room to write, or for a bug, it is left as it is.
fn stop(error: Error) -> Stop {
    if error.is_of_input() {
        Stop::from(error)
    } else {
        Stop::Leave(error)
    }
}

impl CalibrationActions for Work<'_> {
    fn enter(
        &mut self,
        state: CalibrationState,
        iteration: u32,
        message: &str,
    ) -> Result<(), Error> {
        let name = &self.calibration.name;
        Ok(self.setting.state.enter(name, state, iteration, message)?)
    }

    fn max_iterations(&self) -> u32 {
        self.calibration.max_iterations
    }

    fn clear_later(&mut self, iteration: u32) -> Result<(), Stop> {
        if self.setting.folder.is_fresh() {
            return Ok(());
        }
        let name = &self.calibration.name;
        let folder = &self.setting.folder;
        let own = folder.calibration(name);
        remove_iterations_after(iteration, &own)
            .map_err(Error::output(own))
            .map_err(stop)?;
        remove(&folder.calibration_outcome(name)).map_err(stop)?;
        remove(&folder.calibration_outputdb(name)).map_err(stop)
    }

    fn blocked(&mut self) -> Option<String> {
        self.blocked.clone()
    }

    fn submit(&mut self, iteration: u32) -> Result<(), Stop> {
        self.setting.options.go_on().map_err(stop)?;
        self.iteration_started(iteration);
        Ok(())
    }

    fn collected(&mut self, iteration: u32) -> Result<(), Stop> {
        self.collect(iteration).map_err(stop)?;
        self.collected = true;
        Ok(())
    }

    fn check_collected(&mut self, iteration: u32) -> Result<(), Stop> {
        if self.collected {
            return Ok(());
        }
        let iteration = iteration + 1;
        Err(Stop::failed(format!(
            "the data collected in iteration {iteration} are gone"
        )))
    }

    fn run_algorithms(&mut self, iteration: u32) -> Result<bool, Stop> {
        let mut found = self.algorithms(iteration).map_err(stop)?;
        self.outcome.iterations = iteration + 1;
        self.outcome.algorithms.clone_from(&found.algorithms);
        if let Some((state, message)) = found.ended_badly.take() {
            self.file_failure(state, &message).map_err(stop)?;
            return Err(match state {
                State::NotEnoughData => Stop::lacks_data(message),
                _ => Stop::failed(message),
            });
        }
        self.found = found;
        self.collected = false;
        Ok(self.found.iterate)
    }

    fn finish(&mut self, iteration: u32) -> Result<(), Stop> {
        self.store(iteration).map_err(stop)
    }
}
