//! One calibration: its data, its iterations, its payloads, from wherever it was left.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use crate::calibrate::Objects;
use crate::conditions::{Chain, Store};
use crate::plan::Calibration;

use super::collecting::{Gathered, Together};
use super::files::{read_json, remove, write_file, write_json};
use super::iteration::{Found, Pass, run_algorithms};
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
    iteration: u32,
    gathered: Vec<Gathered>,
    outcome: CalibrationOutcome,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        setting: &'a Setting<'a>,
        calibration: &'a Calibration,
        before: Vec<Store>,
        observer: &'a mut dyn Observer,
    ) -> Self {
        Self {
            setting,
            calibration,
            before,
            observer,
            iteration: 0,
            gathered: Vec::new(),
            outcome: CalibrationOutcome::new(calibration),
        }
    }

    /// Brings the calibration from where it was left to its end.
    pub(super) fn run(mut self, left: &Row) -> Result<CalibrationOutcome, Error> {
        let name = self.calibration.name.clone();
        if left.state == CalibrationState::Completed
            && let Some(outcome) = read_json(&self.setting.folder.calibration_outcome(&name))
        {
            self.observer.event(&Event::Continued {
                calibration: name,
                iteration: left.iteration,
                state: CalibrationState::Completed,
            });
            return Ok(outcome);
        }
        self.tidy(left)?;
        let mut collected = self.recover(left);
        loop {
            self.observer.event(&Event::IterationStarted {
                calibration: name.clone(),
                iteration: self.iteration,
                max_iterations: self.calibration.max_iterations,
            });
            if !collected {
                self.enter(CalibrationState::RunningCollector, "")?;
                self.collect()?;
                self.enter(CalibrationState::CollectorCompleted, "")?;
            }
            self.enter(CalibrationState::RunningAlgorithms, "")?;
            let found = self.algorithms()?;
            self.outcome.iterations = self.iteration + 1;
            self.outcome.algorithms.clone_from(&found.algorithms);
            if let Some((state, message)) = &found.ended_badly {
                return self.fail(*state, message);
            }
            self.enter(CalibrationState::AlgorithmsCompleted, "")?;
            if !self.again(&found) {
                return self.finish(found);
            }
            self.iteration += 1;
            self.enter(CalibrationState::Init, "")?;
            collected = false;
        }
    }

    fn enter(&self, state: CalibrationState, message: &str) -> Result<(), Error> {
        let name = &self.calibration.name;
        self.setting
            .state
            .enter(name, state, self.iteration, message)?;
        Ok(())
    }

    /// Removes what an interrupted process left of steps that will be done again.
    fn tidy(&mut self, left: &Row) -> Result<(), Error> {
        let name = &self.calibration.name;
        let folder = &self.setting.folder;
        self.iteration = left.iteration.min(self.calibration.max_iterations - 1);
        for number in folder.iterations(name) {
            if number > self.iteration {
                remove(&folder.iteration(name, number))?;
            }
        }
        remove(&folder.calibration_outcome(name))?;
        remove(&folder.calibration_outputdb(name))
    }

    /// Takes up the objects that were collected before the interruption, if all are there.
    fn recover(&mut self, left: &Row) -> bool {
        let name = &self.calibration.name;
        if left.checkpoint == CalibrationState::CollectorCompleted {
            self.gathered = self.load(self.iteration).unwrap_or_default();
        } else if self.iteration > 0 {
            // What the iteration before collected; this one decides whether it will do.
            self.gathered = self.load(self.iteration - 1).unwrap_or_default();
        }
        let there = !self.gathered.is_empty() || self.calibration.collections.is_empty();
        let recovered = left.checkpoint == CalibrationState::CollectorCompleted && there;
        if recovered || self.iteration > 0 {
            self.observer.event(&Event::Continued {
                calibration: name.clone(),
                iteration: self.iteration,
                state: left.checkpoint,
            });
        }
        self.outcome.collections = self.collections();
        recovered
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
            Some(Gathered { objects, outcome })
        };
        self.calibration.collections.keys().map(one).collect()
    }

    fn collections(&self) -> Vec<super::CollectionOutcome> {
        let all = self.gathered.iter();
        all.map(|one| one.outcome.clone()).collect()
    }

    /// Collects, unless the objects of the iteration before will do, and files everything.
    fn collect(&mut self) -> Result<(), Error> {
        let name = &self.calibration.name;
        let folder = &self.setting.folder;
        remove(&folder.iteration(name, self.iteration))?;
        let constants = self.constants(self.iteration);
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
            let folder = folder.collection(name, self.iteration, collection);
            write_json(&folder.join("summary.json"), &one.outcome)?;
            if !reused {
                write_file(&folder.join("objects.json"), |to| one.objects.write(to))?;
            }
            self.observer.event(&Event::Collected {
                calibration: name.clone(),
                collection: one.outcome.clone(),
                reused,
                took: began.elapsed(),
            });
        }
        self.outcome.collections = self.collections();
        Ok(())
    }

    fn algorithms(&mut self) -> Result<Found, Error> {
        let folder = &self.setting.folder;
        let algorithms = folder.algorithms(&self.calibration.name, self.iteration);
        remove(&algorithms)?;
        let objects: Arc<dyn Objects> = Arc::new(Together::new(&self.gathered));
        run_algorithms(
            &Pass {
                setting: self.setting,
                calibration: self.calibration,
                iteration: self.iteration,
                objects,
                constants: self.constants(self.iteration),
                earlier: self.earlier(self.iteration),
                folder: algorithms,
            },
            self.observer,
        )
    }

    /// What the iteration before stored.
    fn earlier(&self, iteration: u32) -> Option<Store> {
        let number = iteration.checked_sub(1)?;
        let name = &self.calibration.name;
        let folder = self.setting.folder.algorithms(name, number);
        Some(Store::new(folder.join("outputdb")))
    }

    /// Constants in force before the algorithms: the iteration before, what it waits for, what
    /// was given.
    fn constants(&self, iteration: u32) -> Chain {
        let given = self.setting.options.constants.iter().map(Store::new);
        let stores = self.earlier(iteration).into_iter();
        Chain::new(
            stores
                .chain(self.before.iter().cloned())
                .chain(given)
                .collect(),
        )
    }

    /// Whether there is another iteration; warns when it is asked for and there are no more.
    fn again(&mut self, found: &Found) -> bool {
        let most = self.calibration.max_iterations;
        if !found.iterate {
            return false;
        }
        if self.iteration + 1 < most {
            return true;
        }
        self.outcome.warnings.push(format!(
            "another iteration is asked for, but these were all of max_iterations ({most}); the last constants are kept"
        ));
        false
    }

    fn fail(mut self, state: State, message: &str) -> Result<CalibrationOutcome, Error> {
        self.outcome.state = state;
        self.outcome.message = message.to_owned();
        self.outcome.note_places();
        let folder = &self.setting.folder;
        let path = folder.calibration_outcome(&self.calibration.name);
        write_json(&path, &self.outcome)?;
        self.enter(CalibrationState::AlgorithmsFailed, message)?;
        let end = match state {
            State::NotEnoughData => CalibrationState::NotEnoughData,
            _ => CalibrationState::Failed,
        };
        self.enter(end, message)?;
        Ok(self.outcome)
    }

    fn finish(mut self, found: Found) -> Result<CalibrationOutcome, Error> {
        let name = &self.calibration.name;
        let folder = &self.setting.folder;
        let outputdb: PathBuf = folder.calibration_outputdb(name);
        let written = store_all(&Store::new(&outputdb), &found.payloads)?;
        for (line, (payload, ..)) in written.into_iter().zip(&found.payloads) {
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
        write_json(&folder.calibration_outcome(name), &self.outcome)?;
        self.enter(CalibrationState::Completed, "")?;
        Ok(self.outcome)
    }
}
