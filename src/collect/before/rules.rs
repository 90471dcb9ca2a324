//! A path made ready: programs first, then rules about single events.

use super::{External, Path, PathStep, Trigger};

/// What a path does.
#[derive(Debug, Default)]
pub(crate) struct Before {
    /// Programs in their order, with the number of events that each may read.
    pub(crate) programs: Vec<(External, Option<u64>)>,
    /// Entries read of each file at most.
    pub(crate) entries: Option<u64>,
    /// Rules about single events, in their order.
    pub(crate) rules: Vec<Rule>,
}

/// Which events go on.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Rule {
    /// At most so many of those of a file that came so far.
    First(u64),
    /// A fraction, with its seed.
    Fraction(f64, u64),
    /// Those that the trigger accepts.
    Trigger(Trigger),
}

impl From<&Path> for Before {
    fn from(path: &Path) -> Self {
        let mut before = Self::default();
        for step in &path.steps {
            match step {
                PathStep::First(n) if before.rules.is_empty() => before.limit(*n),
                PathStep::First(n) => before.rules.push(Rule::First(*n)),
                PathStep::Prescale { fraction, seed } => {
                    before.rules.push(Rule::Fraction(*fraction, *seed));
                }
                PathStep::Trigger(trigger) => before.rules.push(Rule::Trigger(trigger.clone())),
                PathStep::External(external) => before.program(external),
            }
        }
        before
    }
}

impl Before {
    fn limit(&mut self, n: u64) {
        self.entries = Some(self.entries.map_or(n, |known| known.min(n)));
    }

    fn program(&mut self, external: &External) {
        let events = match external.needs_events() {
            true => self.entries.take(),
            false => None,
        };
        self.programs.push((external.clone(), events));
    }

    /// The trigger rules.
    pub(crate) fn triggers(&self) -> impl Iterator<Item = &Trigger> {
        self.rules.iter().filter_map(|rule| match rule {
            Rule::Trigger(trigger) => Some(trigger),
            _ => None,
        })
    }

    /// Whether the numbers of events are needed.
    pub(crate) fn numbered(&self) -> bool {
        let fraction = |rule: &Rule| matches!(rule, Rule::Fraction(fraction, _) if *fraction < 1.0);
        self.rules.iter().any(fraction)
    }

    /// Whether events must be counted in order before it is known which go on.
    pub(crate) fn counts(&self) -> bool {
        self.rules.iter().any(|rule| matches!(rule, Rule::First(_)))
    }
}
