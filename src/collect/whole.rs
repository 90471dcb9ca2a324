//! The work of a pass: pieces of files handed to threads, in the order of files and entries.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use super::before::{Before, accepted};
use super::constants::InForce;
use super::fill::{Filling, Objects, Tally};
use super::gate::{Event, EventId, Gate, Limits};
use super::input::{Ids, Input, Layout, OpenFile, Shelf, Unit, read_ids, units};
use super::pass::{RowSource, Section};
use super::rows::{
    Batch, Events, Rows, Runs, count_alone, each_slice, made_slices, run_pairs, run_steps,
};
use super::run::single_run;
use super::{Collector, Constants, Error, Granularity, Progress, Trigger};
use crate::expr::{BATCH, Scratch};
use crate::iov::ExpRun;
use crate::root::Cache;

/// Everything that the threads of a pass share.
pub(super) struct Whole<'a> {
    pub(super) collector: &'a Collector,
    pub(super) before: &'a Before,
    pub(super) layout: &'a Layout,
    pub(super) inputs: &'a [Input],
    pub(super) shelf: Shelf<'a>,
    pub(super) objects: &'a Objects,
    pub(super) tally: &'a Mutex<Tally>,
    pub(super) progress: &'a dyn Progress,
}

/// What a thread keeps from one piece of work to the next.
struct Worker<'a> {
    /// The file that was read last, so that its baskets need not be opened again.
    file: Option<(usize, Arc<OpenFile<'a>>)>,
    cache: Cache,
    scratch: Scratch,
    filling: Filling<'a>,
    /// The run whose constants are in force.
    run: Option<ExpRun>,
}

/// What is known before the first event.
struct Known<'a> {
    gate: Gate<'a>,
    in_force: InForce,
}

impl Known<'_> {
    /// Puts the constants of a run in force, unless they are.
    fn bind(&self, run: ExpRun, bound: &mut Option<ExpRun>, scratch: &mut Scratch) {
        if !self.in_force.is_empty() && *bound != Some(run) {
            scratch.bind(self.in_force.of(run));
            *bound = Some(run);
        }
    }
}

impl<'a> Worker<'a> {
    fn new(objects: &'a Objects) -> Self {
        Self {
            file: None,
            cache: Cache::new(),
            scratch: Scratch::default(),
            filling: objects.filling(),
            run: None,
        }
    }

    fn file(&mut self, shelf: &Shelf<'a>, number: usize) -> Result<Arc<OpenFile<'a>>, Error> {
        if let Some((known, file)) = &self.file
            && *known == number
        {
            return Ok(Arc::clone(file));
        }
        self.cache.clear();
        let file = shelf.take(number)?;
        self.file = Some((number, Arc::clone(&file)));
        Ok(file)
    }
}

impl<'a> Whole<'a> {
    pub(super) fn run(
        &self,
        pool: &rayon::ThreadPool,
        constants: &dyn Constants,
    ) -> Result<(), Error> {
        let known = Known {
            in_force: self.in_force(constants)?,
            gate: self.gate()?,
        };
        let units = units(self.inputs);
        let left = self.left_per_file(&units);
        let (next, stop) = (AtomicUsize::new(0), AtomicBool::new(false));
        let failed: Mutex<Option<(usize, Error)>> = Mutex::new(None);
        pool.broadcast(|_| {
            let mut worker = Worker::new(self.objects);
            while !stop.load(Ordering::Relaxed) {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(unit) = units.get(number) else {
                    break;
                };
                // Pieces are handed out in order: all before a failed one are finished too, so
                // the first failure does not depend on the threads.
                let done = match self.progress.is_stopped() {
                    true => Err(Error::Stopped),
                    false => self.unit(number, unit, &known, &mut worker),
                };
                if let Err(error) = done {
                    stop.store(true, Ordering::Relaxed);
                    keep_first(&failed, number, error);
                }
                if left[unit.file].fetch_sub(1, Ordering::AcqRel) == 1 {
                    self.progress.file_finished(&self.inputs[unit.file].path);
                }
            }
            if let Err(error) = self.hand_over(&mut worker) {
                keep_first(&failed, usize::MAX, error);
            }
        });
        match failed.into_inner().unwrap_or_else(PoisonError::into_inner) {
            Some((_, error)) => Err(error),
            None => Ok(()),
        }
    }

    fn left_per_file(&self, units: &[Unit]) -> Vec<AtomicU64> {
        let left: Vec<AtomicU64> = self.inputs.iter().map(|_| AtomicU64::new(0)).collect();
        for unit in units {
            left[unit.file].fetch_add(1, Ordering::Relaxed);
        }
        left
    }

    /// Which events are collected; where that depends on others, all are looked at first.
    fn gate(&self) -> Result<Gate<'a>, Error> {
        let (rules, prescale) = (&self.before.rules, self.collector.prescale);
        let limit = self.collector.max_events_per_run;
        if limit.is_none() && !self.before.counts() {
            return Ok(Gate::new(rules, prescale));
        }
        let mut limits = Limits::new(rules, prescale, limit);
        self.every_batch(&|_| true, &mut |file, batch| {
            let facts = self.facts(file, batch)?;
            (0..batch.len()).for_each(|position| limits.add(facts.event(position)));
            Ok(())
        })?;
        Ok(limits.finish())
    }

    /// The constants in force in all runs.
    fn in_force(&self, constants: &dyn Constants) -> Result<InForce, Error> {
        let mut runs = BTreeSet::new();
        if !self.collector.lookups().is_empty() {
            let filled = self.inputs.iter().filter(|input| input.entries > 0);
            runs.extend(filled.filter_map(|input| single_run(&input.iov)));
            // Files of a single run need not be read to know it.
            let several = |input: &Input| single_run(&input.iov).is_none();
            self.every_batch(&several, &mut |file, batch| {
                let ids = read_ids(self.layout, &self.inputs[file], batch, false)?;
                runs.extend((0..batch.len()).map(|position| ids.runs.of(position)));
                Ok(())
            })?;
        }
        InForce::new(self.collector, &runs, constants)
    }

    /// Goes over all events of the files that are wanted once, in the order of files and entries.
    fn every_batch(
        &self,
        wanted: &dyn Fn(&Input) -> bool,
        look: &mut dyn FnMut(usize, &mut Batch<'_>) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let mut cache = Cache::new();
        let inputs = self.inputs.iter().enumerate();
        for (number, input) in inputs.filter(|(_, input)| wanted(input)) {
            cache.clear();
            let file = self.shelf.take(number)?;
            for entries in batches(0..input.entries) {
                look(number, &mut Batch::new(&*file, &mut cache, entries))?;
            }
        }
        Ok(())
    }

    /// What decides about the events of a batch.
    fn facts(&self, file: usize, batch: &mut Batch<'_>) -> Result<Facts, Error> {
        let ids = read_ids(self.layout, &self.inputs[file], batch, self.layout.numbered)?;
        batch.set_runs(ids.runs.clone());
        batch.set_numbers(ids.events.clone().unwrap_or_default());
        let triggers: Vec<&Trigger> = self.before.triggers().collect();
        let accepted = match self.layout.trigger {
            Some(fields) => accepted(fields, &triggers, batch)?,
            None => Vec::new(),
        };
        Ok(Facts {
            ids,
            file,
            first: batch.first(),
            accepted,
            triggers: triggers.len(),
        })
    }

    fn unit(
        &self,
        number: usize,
        unit: &Unit,
        known: &Known<'_>,
        worker: &mut Worker<'a>,
    ) -> Result<(), Error> {
        let input = &self.inputs[unit.file];
        if worker
            .file
            .as_ref()
            .is_none_or(|(known, _)| *known != unit.file)
        {
            // What was filled does not pile up in threads while files go by.
            self.hand_over(worker)?;
        }
        let file = worker.file(&self.shelf, unit.file)?;
        if unit.entries.start == 0 {
            self.progress.file_started(&input.path, input.entries);
        }
        worker.filling.begin(number);
        for entries in batches(unit.entries.clone()) {
            let read = entries.end - entries.start;
            let first = entries.start == 0;
            let mut batch = Batch::new(&*file, &mut worker.cache, entries);
            let tally = worker.filling.tally();
            let groups = self.choose(unit.file, &mut batch, known, tally)?;
            for group in groups {
                worker.filling.set_run(group.run);
                known.bind(group.run, &mut worker.run, &mut worker.scratch);
                if first && self.collector.cuts().next().is_some() {
                    let positions = group.positions.clone();
                    let events = Events::new(&self.layout.pass, &mut batch, positions);
                    let scratch = worker.scratch.another();
                    self.alone(events, scratch, worker.filling.tally())?;
                }
                let events = Events::new(&self.layout.pass, &mut batch, group.positions);
                self.steps(events, &mut worker.scratch, &mut worker.filling)?;
            }
            self.progress.entries_done(read);
        }
        Ok(())
    }

    /// Adds up what a thread filled and counted.
    fn hand_over(&self, worker: &mut Worker<'a>) -> Result<(), Error> {
        let mut counted = worker.filling.hand_over()?;
        counted.missed = worker.scratch.take_missed();
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        tally.add(&counted);
        Ok(())
    }

    /// The events of a batch that are collected: together, or run by run.
    fn choose(
        &self,
        file: usize,
        batch: &mut Batch<'_>,
        known: &Known<'_>,
        tally: &mut Tally,
    ) -> Result<Vec<Group>, Error> {
        let facts = self.facts(file, batch)?;
        let mut groups: BTreeMap<ExpRun, Vec<u32>> = BTreeMap::new();
        match &facts.ids.runs {
            Runs::One(run) if known.gate.is_open() => {
                tally.count(*run, batch.len(), batch.len());
                return Ok(vec![Group {
                    run: *run,
                    positions: None,
                }]);
            }
            runs => {
                for position in 0..batch.len() {
                    let run = runs.of(position);
                    let passes = known.gate.lets_pass(facts.event(position));
                    tally.count(run, 1, usize::from(passes));
                    if passes {
                        groups
                            .entry(run)
                            .or_default()
                            .extend(u32::try_from(position).ok());
                    }
                }
            }
        }
        if self.collector.granularity == Granularity::All {
            // In the order of entries, as if they were of one run.
            let mut together: Vec<u32> = groups.into_values().flatten().collect();
            together.sort_unstable();
            return Ok(stretches(&together, batch, &known.in_force));
        }
        let group = |(run, positions)| Group {
            run,
            positions: Some(positions),
        };
        Ok(groups.into_iter().map(group).collect())
    }

    /// Shows all rows to each cut by itself. Only events at the beginning of each file are, so that
    /// it costs little.
    fn alone(
        &self,
        mut events: Events<'_, '_>,
        mut scratch: Scratch,
        tally: &mut Tally,
    ) -> Result<(), Error> {
        let pass = &self.layout.pass;
        let mut count = |cut: usize, rows: usize, passed: usize| {
            let own = &mut tally.alone[cut];
            own.0 += rows as u64;
            own.1 += passed as u64;
        };
        let done = count_alone(&mut events, &pass.event, &mut scratch, &mut count);
        let Some((source, sections)) = pass.each.as_ref().filter(|_| done) else {
            return Ok(());
        };
        // Pairs of all rows would be far too many.
        let Some(Section::Rows(ops)) = sections.first() else {
            return Ok(());
        };
        let mut work = |rows: &mut dyn Rows| {
            count_alone(rows, ops, &mut scratch, &mut count);
            Ok(())
        };
        match source {
            RowSource::Array(array) => each_slice(&mut events, *array, &mut |rows| work(rows)),
            RowSource::Made(_) => Ok(()),
        }
    }

    fn steps(
        &self,
        mut events: Events<'_, '_>,
        scratch: &mut Scratch,
        filling: &mut Filling<'_>,
    ) -> Result<(), Error> {
        let pass = &self.layout.pass;
        let Some((source, sections)) = &pass.each else {
            filling.tally().rows += events.held().len() as u64;
            return run_steps(&mut events, &pass.event, scratch, filling);
        };
        run_steps(&mut events, &pass.event, scratch, filling)?;
        let mut work = |rows: &mut dyn Rows| {
            filling.tally().rows += rows.held().len() as u64;
            for section in sections {
                match section {
                    Section::Rows(ops) => run_steps(rows, ops, scratch, filling)?,
                    Section::Pairs { ops, singles } => {
                        run_pairs(rows, ops, singles.as_deref(), scratch, filling)?;
                    }
                }
            }
            Ok(())
        };
        match source {
            RowSource::Array(array) => each_slice(&mut events, *array, &mut |rows| work(rows)),
            RowSource::Made(generator) => made_slices(&mut events, *generator, &mut work),
        }
    }
}

/// Neighbours with the same constants, in the order of entries, as if they were of one run.
fn stretches(positions: &[u32], batch: &Batch<'_>, in_force: &InForce) -> Vec<Group> {
    let run = |position: &u32| batch.run(*position as usize);
    let alike = |a: &u32, b: &u32| in_force.is_empty() || in_force.same(run(a), run(b));
    let group = |positions: &[u32]| Group {
        run: positions.first().map_or(ExpRun::new(-1, -1), run),
        positions: Some(positions.to_vec()),
    };
    positions.chunk_by(alike).map(group).collect()
}

/// Keeps the error of the earliest piece of work.
fn keep_first(failed: &Mutex<Option<(usize, Error)>>, number: usize, error: Error) {
    let mut first = failed.lock().unwrap_or_else(PoisonError::into_inner);
    if first.as_ref().is_none_or(|(known, _)| number < *known) {
        *first = Some((number, error));
    }
}

/// Events of a batch that go through the steps together.
struct Group {
    /// Their run; with one set of objects for all runs, the run of one of them.
    run: ExpRun,
    /// Their positions; `None` for all.
    positions: Option<Vec<u32>>,
}

/// What decides about the events of a batch.
struct Facts {
    ids: Ids,
    file: usize,
    first: u64,
    /// Of each event, whether the trigger rules accept it.
    accepted: Vec<bool>,
    /// Number of these rules.
    triggers: usize,
}

impl Facts {
    fn event(&self, position: usize) -> Event<'_> {
        let event = self
            .ids
            .events
            .as_ref()
            .map_or(0, |events| events[position]);
        let accepted = position * self.triggers..(position + 1) * self.triggers;
        Event {
            id: EventId {
                run: self.ids.runs.of(position),
                event,
            },
            at: (self.file, self.first + position as u64),
            accepted: &self.accepted[accepted],
        }
    }
}

/// Ranges of entries that are evaluated together.
fn batches(entries: Range<u64>) -> impl Iterator<Item = Range<u64>> {
    let end = entries.end;
    entries
        .step_by(BATCH)
        .map(move |first| first..end.min(first + BATCH as u64))
}
