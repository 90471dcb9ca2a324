//! Which events are collected: the rules of the path, the prescale, and the limit per run.

use std::collections::BTreeMap;

use super::before::Rule;
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

/// Everything that decides about an event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event<'a> {
    pub(crate) id: EventId,
    pub(crate) at: Position,
    /// Whether the trigger of each trigger rule accepts it.
    pub(crate) accepted: &'a [bool],
}

/// The seed of the prescale of collectors.
const SEED: u64 = 1;

/// Whether an event belongs to the fraction that is kept, by its numbers alone.
fn in_fraction(id: EventId, fraction: f64, seed: u64) -> bool {
    fraction >= 1.0 || keeps(fraction, seed, id.run.exp, id.run.run, id.event)
}

/// Whether an event passes all rules; `first` is asked about those that count, by their number.
fn follows(rules: &[Rule], event: Event<'_>, mut first: impl FnMut(usize, u64) -> bool) -> bool {
    let mut accepted = event.accepted.iter();
    rules.iter().enumerate().all(|(number, rule)| match rule {
        Rule::First(most) => first(number, *most),
        Rule::Fraction(fraction, seed) => in_fraction(event.id, *fraction, *seed),
        Rule::Trigger(_) => accepted.next() == Some(&true),
    })
}

/// The events that are collected.
#[derive(Clone, Debug)]
pub(crate) struct Gate<'a> {
    rules: &'a [Rule],
    /// For rules that count, by rule and file: the last entry that still passes, where there are
    /// more.
    ends: BTreeMap<(usize, usize), u64>,
    /// Fraction kept.
    prescale: f64,
    /// With a limit per run: the last event that still counts, for the runs that have more.
    last: BTreeMap<ExpRun, Position>,
    /// With a limit of 0.
    closed: bool,
}

impl<'a> Gate<'a> {
    /// Keeps a fraction of what follows the rules, without a limit.
    pub(crate) fn new(rules: &'a [Rule], prescale: f64) -> Self {
        Self {
            rules,
            ends: BTreeMap::new(),
            prescale,
            last: BTreeMap::new(),
            closed: false,
        }
    }

    /// Whether every event is collected.
    pub(crate) fn is_open(&self) -> bool {
        let free = !self.closed && self.prescale >= 1.0;
        free && self.rules.is_empty() && self.last.is_empty()
    }

    /// Whether an event is collected.
    pub(crate) fn lets_pass(&self, event: Event<'_>) -> bool {
        let (file, entry) = event.at;
        let first = |rule, most| {
            let end = self.ends.get(&(rule, file));
            most > 0 && end.is_none_or(|end| entry <= *end)
        };
        !self.closed
            && follows(self.rules, event, first)
            && in_fraction(event.id, self.prescale, SEED)
            && self
                .last
                .get(&event.id.run)
                .is_none_or(|last| event.at <= *last)
    }
}

/// Finds the limits: is told of every event, in the order of files and entries.
#[derive(Debug)]
pub(crate) struct Limits<'a> {
    gate: Gate<'a>,
    limit: Option<u64>,
    counts: BTreeMap<ExpRun, u64>,
    /// Events that came to each rule that counts, by rule and file.
    came: BTreeMap<(usize, usize), u64>,
}

impl<'a> Limits<'a> {
    pub(crate) fn new(rules: &'a [Rule], prescale: f64, limit: Option<u64>) -> Self {
        let mut gate = Gate::new(rules, prescale);
        gate.closed = limit == Some(0);
        Self {
            gate,
            limit,
            counts: BTreeMap::new(),
            came: BTreeMap::new(),
        }
    }

    /// Takes the next event into account.
    pub(crate) fn add(&mut self, event: Event<'_>) {
        let (file, entry) = event.at;
        let (came, ends) = (&mut self.came, &mut self.gate.ends);
        let first = |rule, most| {
            let count = came.entry((rule, file)).or_default();
            *count += 1;
            if *count == most {
                ends.insert((rule, file), entry);
            }
            *count <= most
        };
        let passes = follows(self.gate.rules, event, first);
        if self.gate.closed || !passes || !in_fraction(event.id, self.gate.prescale, SEED) {
            return;
        }
        let count = self.counts.entry(event.id.run).or_default();
        *count += 1;
        if Some(*count) == self.limit {
            self.gate.last.insert(event.id.run, event.at);
        }
    }

    pub(crate) fn finish(self) -> Gate<'a> {
        self.gate
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: EventId, at: Position) -> Event<'static> {
        Event {
            id,
            at,
            accepted: &[],
        }
    }

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
                .filter(|e| in_fraction(id(3, *e), fraction, SEED))
                .count()
        };
        assert_eq!(kept(1.0), 100_000);
        assert_eq!(kept(0.0), 0);
        // 5 standard deviations of the binomial distribution.
        assert!(kept(0.1).abs_diff(10_000) < 475, "{}", kept(0.1));
        // A smaller fraction is part of a larger one.
        assert!(
            (0..1000)
                .all(|e| !in_fraction(id(3, e), 0.2, SEED) || in_fraction(id(3, e), 0.5, SEED))
        );
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
        let mut limits = Limits::new(&[], 0.5, Some(20));
        for (id, at) in &events {
            limits.add(event(*id, *at));
        }
        let gate = limits.finish();
        for run in 0..2 {
            let kept: Vec<u64> = events
                .iter()
                .filter(|(e, at)| e.run.run == run && gate.lets_pass(event(*e, *at)))
                .map(|(e, _)| e.event)
                .collect();
            let first: Vec<u64> = events
                .iter()
                .map(|(e, _)| *e)
                .filter(|e| e.run.run == run && in_fraction(*e, 0.5, SEED))
                .take(20)
                .map(|e| e.event)
                .collect();
            assert_eq!(kept, first);
        }
    }

    #[test]
    fn a_limit_of_nothing_keeps_nothing() {
        let mut limits = Limits::new(&[], 1.0, Some(0));
        limits.add(event(id(1, 1), (0, 0)));
        assert!(!limits.finish().lets_pass(event(id(1, 1), (0, 0))));
    }

    #[test]
    fn rules_apply_in_their_order_and_count_per_file() {
        let rules = [
            Rule::Fraction(0.6, 5),
            Rule::First(7),
            Rule::Fraction(0.5, 6),
            Rule::First(3),
        ];
        let events: Vec<(EventId, Position)> = (0..120_u32)
            .map(|n| (id(1, u64::from(n)), ((n / 40) as usize, u64::from(n % 40))))
            .collect();
        let mut limits = Limits::new(&rules, 1.0, Some(8));
        for (id, at) in &events {
            limits.add(event(*id, *at));
        }
        let gate = limits.finish();
        let kept: Vec<u64> = events
            .iter()
            .filter(|(e, at)| gate.lets_pass(event(*e, *at)))
            .map(|(e, _)| e.event)
            .collect();
        let of_file = |file| {
            let inside = events.iter().filter(move |(_, at)| at.0 == file);
            let first = inside
                .map(|(e, _)| *e)
                .filter(|e| in_fraction(*e, 0.6, 5))
                .take(7);
            first
                .filter(|e| in_fraction(*e, 0.5, 6))
                .take(3)
                .map(|e| e.event)
        };
        let expected: Vec<u64> = (0..3).flat_map(of_file).take(8).collect();
        assert_eq!(kept, expected);
        assert!(kept.len() > 3);
    }
}
