//! What a collector is to do, as plain data.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{Generator, Native, RunNames};
use crate::expr::{Formula, PayloadMember, Place};
use crate::hist::Axis;

/// Whether objects are kept apart by run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Granularity {
    /// One set of objects per run.
    #[default]
    Run,
    /// One set of objects for all runs.
    All,
}

/// A pass over events: which rows, which cuts, which objects.
#[derive(Clone, Debug, Serialize)]
pub struct Collector {
    /// Prefix of its objects.
    pub name: String,
    /// The tree that holds the rows, `tree` in basf2 files.
    pub tree: String,
    /// Whether objects are kept apart by run.
    pub granularity: Granularity,
    /// Events read per run at most, counted over the whole calibration; `None` is all.
    pub max_events_per_run: Option<u64>,
    /// Fraction of events kept, by a hash of experiment, run and event number.
    pub prescale: f64,
    /// Columns that say experiment, run and event number; `None` takes them from `EventMetaData`
    /// or columns named so by convention, else from the interval of a file with a single run.
    pub run_columns: Option<RunNames>,
    /// Which native collector it is, if it is one; its parameters can be set by name.
    pub native: Option<Native>,
    /// What happens to each event, in this order.
    pub steps: Vec<Step>,
}

impl Collector {
    /// A collector of that name over `tree`, per run, without steps.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            tree: "tree".into(),
            granularity: Granularity::Run,
            max_events_per_run: None,
            prescale: 1.0,
            run_columns: None,
            native: None,
            steps: Vec::new(),
        }
    }

    /// Names of its cuts, in the order of their declaration. A join is one: rows without a related
    /// element do not pass.
    pub fn cuts(&self) -> impl Iterator<Item = Cow<'_, str>> {
        self.steps.iter().filter_map(|step| match step {
            Step::Select(name, ..) => Some(Cow::Borrowed(name.as_str())),
            Step::Join(join) => Some(Cow::Owned(join.cut())),
            _ => None,
        })
    }

    /// The members of payloads that its formulas look at, each with its first place.
    #[must_use]
    pub fn lookups(&self) -> Vec<(PayloadMember, Place)> {
        let mut found: Vec<(PayloadMember, Place)> = Vec::new();
        for lookup in self.formulas().flat_map(Formula::lookups) {
            if !found.iter().any(|(known, _)| *known == lookup.0) {
                found.push(lookup);
            }
        }
        found
    }

    /// Names of the payloads that its formulas look at: what it collects depends on them.
    #[must_use]
    pub fn reads_payloads(&self) -> Vec<Arc<str>> {
        let mut names: Vec<Arc<str>> = Vec::new();
        for (member, _) in self.lookups() {
            if !names.contains(&member.payload) {
                names.push(member.payload);
            }
        }
        names
    }

    /// All formulas in the order of the steps.
    fn formulas(&self) -> impl Iterator<Item = &Formula> {
        self.steps.iter().flat_map(|step| match step {
            Step::Each(..)
            | Step::Generate(..)
            | Step::Join(_)
            | Step::Pairs(_)
            | Step::Singles(_) => Vec::new(),
            Step::Define(_, formula, _) | Step::Select(_, formula, _) => vec![formula],
            Step::Fill(object) => {
                let channels = object.channels.iter().map(|channel| &channel.index);
                channels.chain(object.storage.formulas()).collect()
            }
        })
    }

    /// Whether rows are pairs after its last step.
    #[must_use]
    pub fn makes_pairs(&self) -> bool {
        let last = self.steps.iter().rev().find_map(|step| match step {
            Step::Pairs(_) => Some(true),
            Step::Singles(_) => Some(false),
            _ => None,
        });
        last == Some(true)
    }

    /// The objects it fills, in the order of their declaration.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.steps.iter().filter_map(|step| match step {
            Step::Fill(object) => Some(object),
            _ => None,
        })
    }
}

/// One step of a collector.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub enum Step {
    /// From here on one row per element of this array.
    Each(String, Place),
    /// From here on so many rows of made-up numbers per event.
    Generate(Generator, Place),
    /// From here on rows have the related element of another array; those without one are dropped.
    Join(Join),
    /// From here on one row per pair of rows of the event, the first before the second.
    Pairs(Place),
    /// Back to rows: those of the pairs that are left, each once.
    Singles(Place),
    /// A new column.
    Define(String, Formula, Place),
    /// A named cut.
    Select(String, Formula, Place),
    /// An object to fill with the rows that came this far.
    Fill(Object),
}

/// The way from a row to the related element of another array.
#[derive(Clone, Debug, Serialize)]
pub struct Join {
    /// What the element is called in closures.
    pub name: String,
    /// The array it belongs to.
    pub array: String,
    /// The container of relations, or the member with the number of the element; `None` for the
    /// one that basf2 takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Where it was declared.
    pub place: Place,
}

impl Join {
    /// What the rows must have, as a line of the cut flow.
    #[must_use]
    pub fn cut(&self) -> String {
        format!("related {}", self.name)
    }
}

/// Something a collector fills.
#[derive(Clone, Debug, Serialize)]
pub struct Object {
    /// Its name, unique in the collector.
    pub name: String,
    /// What is kept.
    pub storage: Storage,
    /// Channel indices that split it; none for a single object.
    pub channels: Vec<PerChannel>,
    /// Where it was declared.
    pub place: Place,
}

/// What an object keeps of each row.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub enum Storage {
    /// Counts in one or two dimensions.
    Histogram(Vec<Binning>),
    /// Mean of the second formula against the first.
    Profile(Binning, Formula),
    /// Passed and total counts of a condition.
    Efficiency(Formula),
    /// A sum and the number of entries.
    Sum(Formula),
    /// Columns of all rows, by name.
    Table(Vec<(String, Formula)>),
    /// Sums of linear equations.
    Equations(Equations),
    /// Measurements of each event with their derivatives, as a global fit needs them.
    Records,
}

/// Linear equations with an unknown per channel: a row is a term of one of them.
#[derive(Clone, Debug, Serialize)]
pub struct Equations {
    /// Rows of an event with equal values belong to one equation.
    pub equation: Formula,
    /// The unknown of a row.
    pub channel: Formula,
    /// First channel.
    pub first: i64,
    /// Last channel, included.
    pub last: i64,
    /// Factor of the unknown.
    pub coefficient: Formula,
    /// Right side of the equation.
    pub target: Formula,
}

impl Storage {
    fn formulas(&self) -> Vec<&Formula> {
        match self {
            Self::Histogram(binnings) => binnings.iter().map(|b| &b.value).collect(),
            Self::Profile(binning, value) => vec![&binning.value, value],
            Self::Efficiency(formula) | Self::Sum(formula) => vec![formula],
            Self::Table(columns) => columns.iter().map(|(_, formula)| formula).collect(),
            Self::Equations(equations) => vec![
                &equations.equation,
                &equations.channel,
                &equations.coefficient,
                &equations.target,
            ],
            // Which columns they are shows in the file.
            Self::Records => Vec::new(),
        }
    }
}

/// A value and the axis it is binned on.
#[derive(Clone, Debug, Serialize)]
pub struct Binning {
    /// The value of a row.
    pub value: Formula,
    /// Its bins.
    pub axis: Axis,
}

/// An index that splits an object into channels.
#[derive(Clone, Debug, Serialize)]
pub struct PerChannel {
    /// What a channel is, for people: `crystal`.
    pub name: String,
    /// The channel of a row; rows outside the range are counted, not filled.
    pub index: Formula,
    /// First channel number.
    pub first: i64,
    /// Last channel number, included.
    pub last: i64,
}
