//! Counts of one piece of work: events, rows, cuts.

use std::collections::BTreeMap;

use crate::expr::PayloadMember;
use crate::iov::ExpRun;

/// Events of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RunTally {
    /// Events in the files.
    pub(crate) read: u64,
    /// Events that were collected.
    pub(crate) collected: u64,
}

/// What was counted.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) runs: BTreeMap<ExpRun, RunTally>,
    /// Rows before the first step that has one row per element (or per event without `each`).
    pub(crate) rows: u64,
    /// Rows before and after each cut.
    pub(crate) cuts: Vec<(u64, u64)>,
    /// Rows that were shown to each cut by itself, and those that passed.
    pub(crate) alone: Vec<(u64, u64)>,
    /// Rows in which a look-up found nothing.
    pub(crate) missed: BTreeMap<PayloadMember, u64>,
}

impl Tally {
    pub(crate) fn new(cuts: usize) -> Self {
        Self {
            cuts: vec![(0, 0); cuts],
            alone: vec![(0, 0); cuts],
            ..Self::default()
        }
    }

    /// Notes events of a run: so many read, so many of them collected.
    pub(crate) fn count(&mut self, run: ExpRun, read: usize, collected: usize) {
        let tally = self.runs.entry(run).or_default();
        tally.read += read as u64;
        tally.collected += collected as u64;
    }

    pub(crate) fn add(&mut self, other: &Self) {
        for (run, tally) in &other.runs {
            let own = self.runs.entry(*run).or_default();
            own.read += tally.read;
            own.collected += tally.collected;
        }
        for (member, rows) in &other.missed {
            *self.missed.entry(member.clone()).or_default() += rows;
        }
        self.rows += other.rows;
        let own = self.cuts.iter_mut().chain(&mut self.alone);
        for (own, cut) in own.zip(other.cuts.iter().chain(&other.alone)) {
            own.0 += cut.0;
            own.1 += cut.1;
        }
    }
}
