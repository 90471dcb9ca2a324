//! Ends of intervals as points on one line: experiments in order, runs in order within each.

use super::ExpRun;

/// Stands for an open end: no run and no experiment has a greater number.
const OPEN: i32 = i32::MAX;

/// A place on the line of all runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Point {
    exp: i32,
    run: i32,
}

impl Point {
    /// Where an interval with this low end begins: open is 0.
    pub(super) fn low(end: ExpRun) -> Self {
        let run = if end.exp < 0 { 0 } else { end.run.max(0) };
        Self {
            exp: end.exp.max(0),
            run,
        }
    }

    /// The last point of an interval with this high end.
    pub(super) fn high(end: ExpRun) -> Self {
        let open = |number: i32| if number < 0 { OPEN } else { number };
        Self {
            exp: open(end.exp),
            run: if end.exp < 0 { OPEN } else { open(end.run) },
        }
    }

    /// The low end that begins here.
    pub(super) fn as_low(self) -> ExpRun {
        ExpRun::new(self.exp, self.run)
    }

    /// The high end that ends here.
    pub(super) fn as_high(self) -> ExpRun {
        match (self.exp, self.run) {
            (OPEN, OPEN) => ExpRun::new(-1, -1),
            (exp, OPEN) => ExpRun::new(exp, -1),
            (exp, run) => ExpRun::new(exp, run),
        }
    }

    /// The point before; none before the very first run.
    pub(super) fn before(self) -> Option<Self> {
        match (self.exp, self.run) {
            (0, 0) => None,
            (exp, 0) => Some(Self {
                exp: exp - 1,
                run: OPEN,
            }),
            (exp, run) => Some(Self { exp, run: run - 1 }),
        }
    }

    /// The point behind; none behind an end that is open for ever.
    pub(super) fn after(self) -> Option<Self> {
        match (self.exp, self.run) {
            (OPEN, OPEN) => None,
            (exp, OPEN) => Some(Self {
                exp: exp + 1,
                run: 0,
            }),
            (exp, run) => Some(Self { exp, run: run + 1 }),
        }
    }
}
