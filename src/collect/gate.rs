//! Which events are collected: prescale, and the limit per run.

use std::collections::BTreeMap;

use crate::dataset::keeps;
use crate::iov::ExpRun;

/// What identifies an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct EventId {
    /// Experiment and run.
    pub(crate) run: ExpRun,
    /// Number within the run.
    pub(crate) event: u64,
}

/// Where an event lies: number of the file, entry in it.
pub(crate) type Position = (usize, u64);

/// The seed of the prescale of collectors.
const SEED: u64 = 1;

/// Whether an event belongs to the fraction that is kept, by its numbers alone.
pub(crate) fn in_fraction(id: EventId, fraction: f64) -> bool {
    fraction >= 1.0 || keeps(fraction, SEED, id.run.exp, id.run.run, id.event)
}

/// The events that are collected.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    /// Fraction kept.
    pub(crate) prescale: f64,
    /// With a limit per run: the last event that still counts, for the runs that have more.
    last: BTreeMap<ExpRun, Position>,
    /// With a limit of 0.
    closed: bool,
}

impl Gate {
    /// Keeps a fraction, without a limit.
    pub(crate) fn new(prescale: f64) -> Self {
        Self {
            prescale,
            last: BTreeMap::new(),
            closed: false,
        }
    }

    /// Whether every event is collected.
    pub(crate) fn is_open(&self) -> bool {
        !self.closed && self.prescale >= 1.0 && self.last.is_empty()
    }

    /// Whether the event at that position is collected.
    pub(crate) fn lets_pass(&self, id: EventId, at: Position) -> bool {
        !self.closed
            && in_fraction(id, self.prescale)
            && self.last.get(&id.run).is_none_or(|last| at <= *last)
    }
}

/// Finds the limits: is told of every event, in the order of files and entries.
#[derive(Debug)]
pub(crate) struct Limits {
    gate: Gate,
    limit: u64,
    counts: BTreeMap<ExpRun, u64>,
}

impl Limits {
    pub(crate) fn new(prescale: f64, limit: u64) -> Self {
        let mut gate = Gate::new(prescale);
        gate.closed = limit == 0;
        Self {
            gate,
            limit,
            counts: BTreeMap::new(),
        }
    }

    /// Takes the next event into account.
    pub(crate) fn add(&mut self, id: EventId, at: Position) {
        if self.gate.closed || !in_fraction(id, self.gate.prescale) {
            return;
        }
        let count = self.counts.entry(id.run).or_default();
        *count += 1;
        if *count == self.limit {
            self.gate.last.insert(id.run, at);
        }
    }

    pub(crate) fn finish(self) -> Gate {
        self.gate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(run: i32, event: u64) -> EventId {
        EventId {
            run: ExpRun::new(7, run),
            event,
        }
    }

    #[test]
    fn a_fraction_keeps_about_that_many_and_always_the_same() {
        let kept = |fraction: f64| {
            (0..100_000)
                .filter(|e| in_fraction(id(3, *e), fraction))
                .count()
        };
        assert_eq!(kept(1.0), 100_000);
        assert_eq!(kept(0.0), 0);
        // 5 standard deviations of the binomial distribution.
        assert!(kept(0.1).abs_diff(10_000) < 475, "{}", kept(0.1));
        // A smaller fraction is part of a larger one.
        assert!((0..1000).all(|e| !in_fraction(id(3, e), 0.2) || in_fraction(id(3, e), 0.5)));
    }

    #[test]
    fn the_limit_counts_kept_events_of_each_run_over_all_files() {
        let events: Vec<(EventId, Position)> = (0..200_u32)
            .map(|n| {
                let run = i32::from(n % 2 == 1);
                (
                    id(run, u64::from(n)),
                    ((n / 50) as usize, u64::from(n % 50)),
                )
            })
            .collect();
        let mut limits = Limits::new(0.5, 20);
        for (id, at) in &events {
            limits.add(*id, *at);
        }
        let gate = limits.finish();
        for run in 0..2 {
            let kept: Vec<u64> = events
                .iter()
                .filter(|(e, at)| e.run.run == run && gate.lets_pass(*e, *at))
                .map(|(e, _)| e.event)
                .collect();
            let first: Vec<u64> = events
                .iter()
                .map(|(e, _)| *e)
                .filter(|e| e.run.run == run && in_fraction(*e, 0.5))
                .take(20)
                .map(|e| e.event)
                .collect();
            assert_eq!(kept, first);
        }
    }

    #[test]
    fn a_limit_of_nothing_keeps_nothing() {
        let mut limits = Limits::new(1.0, 0);
        limits.add(id(1, 1), (0, 0));
        assert!(!limits.finish().lets_pass(id(1, 1), (0, 0)));
    }
}
