//! Native collectors: whole collectors under the names that upstream's modules have.
//!
//! What differs from upstream: numbers are made from experiment, run and number of the event, so
//! that files and threads do not matter; `CaTest` keeps no list `test_mille`, as nothing is ever
//! in the files that upstream lists there.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Binning, Collector, Generator, Granularity, Object, Step, Storage};
use crate::expr::build::{column, number};
use crate::expr::{Formula, Place, nearest};
use crate::hist::Axis;

/// A collector that need not be described.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Native {
    /// Made-up numbers in a table `MyTree` and a histogram `MyHisto`.
    CaTest,
    /// A histogram `DummyHist` with one entry per event.
    DummyCollector,
}

/// A name or value that a native collector does not take, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Refused {
    /// What is wrong, in one sentence.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Parameters that every native collector has.
const COMMON: [&str; 4] = ["granularity", "maxEventsPerRun", "preScale", "tree"];

impl Native {
    const ALL: [Self; 2] = [Self::CaTest, Self::DummyCollector];

    /// The native collector of that name.
    ///
    /// # Errors
    /// When there is none, with the nearest name.
    pub fn find(name: &str) -> Result<Self, Refused> {
        let found = Self::ALL.iter().find(|native| native.name() == name);
        let names = || Self::ALL.iter().map(|native| native.name());
        found.copied().ok_or_else(|| Refused {
            message: format!("there is no module `{name}`"),
            hint: Some(choice(name, &names().collect::<Vec<_>>())),
        })
    }

    /// Its name, which is also that of the collector.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::CaTest => "CaTest",
            Self::DummyCollector => "DummyCollector",
        }
    }

    /// The collector with its parameters as upstream has them by default.
    #[must_use]
    pub fn collector(self) -> Collector {
        let mut collector = Collector::new(self.name());
        collector.native = Some(self);
        collector.steps = match self {
            Self::CaTest => ca_test(),
            Self::DummyCollector => {
                vec![histogram(
                    "DummyHist",
                    1,
                    1.0,
                    Formula::Compiled(number(0.5)),
                )]
            }
        };
        collector
    }

    fn parameters(self) -> Vec<&'static str> {
        let own: &[&str] = match self {
            Self::CaTest => &["entriesPerEvent", "spread"],
            Self::DummyCollector => &[],
        };
        COMMON.iter().chain(own).copied().collect()
    }
}

impl Collector {
    /// Sets a parameter of a native collector.
    ///
    /// # Errors
    /// When the collector is none of them, has no such parameter, or cannot take the value.
    pub fn set_parameter(&mut self, name: &str, value: &Value) -> Result<(), Refused> {
        let Some(native) = self.native else {
            return Err(Refused {
                message: format!("{} is no native collector, it has no parameters", self.name),
                hint: Some("give options to `Collector(name, options)`".into()),
            });
        };
        let known = native.parameters();
        if !known.contains(&name) {
            return Err(Refused {
                message: format!("{} has no parameter `{name}`", native.name()),
                hint: Some(choice(name, &known)),
            });
        }
        self.set_known(name, value).ok_or_else(|| Refused {
            message: format!("`{name}` is {}, not {value}", wanted(name)),
            hint: None,
        })
    }

    fn set_known(&mut self, name: &str, value: &Value) -> Option<()> {
        let small = || value.as_u64().and_then(|n| u32::try_from(n).ok());
        match name {
            "granularity" => {
                self.granularity = match value.as_str()? {
                    "run" => Granularity::Run,
                    "all" => Granularity::All,
                    _ => return None,
                }
            }
            "tree" => value.as_str()?.clone_into(&mut self.tree),
            "maxEventsPerRun" => {
                let limit = value.as_i64().filter(|limit| *limit >= -1)?;
                self.max_events_per_run = u64::try_from(limit).ok();
            }
            "preScale" => {
                self.prescale = value.as_f64().filter(|f| (0.0..=1.0).contains(f))?;
            }
            "entriesPerEvent" => self.generator()?.entries = small()?,
            _ => self.generator()?.spread = small()?,
        }
        Some(())
    }

    fn generator(&mut self) -> Option<&mut Generator> {
        self.steps.iter_mut().find_map(|step| match step {
            Step::Generate(generator, _) => Some(generator),
            _ => None,
        })
    }
}

/// What a parameter takes, in words.
fn wanted(parameter: &str) -> &'static str {
    match parameter {
        "granularity" => "\"run\" or \"all\"",
        "tree" => "the name of a tree",
        "maxEventsPerRun" => "a number of events, or -1 for all",
        "preScale" => "a fraction from 0 to 1",
        _ => "a whole number, 0 or above",
    }
}

fn choice(name: &str, known: &[&str]) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there are {}", known.join(", ")),
    }
}

fn ca_test() -> Vec<Step> {
    let generator = Generator {
        entries: 10,
        spread: 17,
    };
    let names = [
        "event", "run", "exp", "hitX", "hitY", "hitZ", "trackX", "trackY", "trackZ", "chisq",
        "pvalue", "dof",
    ];
    let columns = names.map(|name| (name.to_owned(), Formula::Compiled(column(name))));
    vec![
        Step::Generate(generator, Place::default()),
        Step::Fill(Object {
            name: "MyTree".into(),
            storage: Storage::Table(columns.into()),
            channels: Vec::new(),
            place: Place::default(),
        }),
        histogram("MyHisto", 100, 100.0, Formula::Compiled(column("peak"))),
    ]
}

/// A histogram of bins of equal width from 0 to `high`.
fn histogram(name: &str, bins: u32, high: f64, value: Formula) -> Step {
    let axis = Axis::Regular {
        bins,
        low: 0.0,
        high,
        unit: String::new(),
    };
    Step::Fill(Object {
        name: name.into(),
        storage: Storage::Histogram(vec![Binning { value, axis }]),
        channels: Vec::new(),
        place: Place::default(),
    })
}
