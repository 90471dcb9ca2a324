//! What an algorithm is to do, as plain data.

use std::sync::Arc;

use serde::{Deserialize, Serialize, Serializer};

use super::{Combine, Expand, Global, Scripted, ScriptedStrategy};
use crate::expr::{Formula, Place};
use crate::fit::{Model, Options, Rule};
use crate::hist::Histogram;
use crate::iov::{ExpRun, IoV};

/// How an execution ended; the numbers are upstream's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlgResult {
    /// Constants were found.
    Ok = 0,
    /// Constants were found, and another iteration would improve them.
    Iterate = 1,
    /// Too little data.
    NotEnoughData = 2,
    /// Something went wrong.
    Failure = 3,
}

impl AlgResult {
    /// The result in the words of a table.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Iterate => "iterate",
            Self::NotEnoughData => "not enough data",
            Self::Failure => "failure",
        }
    }
}

/// Which runs are calibrated together.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub enum Strategy {
    /// All runs at once.
    #[default]
    SingleIOV,
    /// Each run by itself; what fails is reported.
    SimpleRunByRun,
    /// Runs merged until there is enough data.
    SequentialRunByRun,
    /// Runs between boundaries.
    SequentialBoundaries,
    /// As a script says.
    Scripted(Arc<dyn ScriptedStrategy>),
}

impl Strategy {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::SingleIOV => "SingleIOV",
            Self::SimpleRunByRun => "SimpleRunByRun",
            Self::SequentialRunByRun => "SequentialRunByRun",
            Self::SequentialBoundaries => "SequentialBoundaries",
            Self::Scripted(scripted) => scripted.name(),
        }
    }
}

impl PartialEq for Strategy {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Scripted(a), Self::Scripted(b)) => a.source() == b.source(),
            (Self::Scripted(_), _) | (_, Self::Scripted(_)) => false,
            _ => self.name() == other.name(),
        }
    }
}

impl Serialize for Strategy {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Scripted(scripted) => (scripted.name(), scripted.source()).serialize(serializer),
            _ => serializer.serialize_str(self.name()),
        }
    }
}

/// Parameters that a strategy reads.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Params {
    /// The IoV given to the payloads of a single execution.
    pub apply_iov: Option<IoV>,
    /// The IoV the payloads together shall cover.
    pub iov_coverage: Option<IoV>,
    /// Runs at which new payloads begin.
    pub payload_boundaries: Option<Vec<ExpRun>>,
    /// Runs added at once by `SequentialRunByRun`.
    pub step_size: Option<u32>,
    /// Whether `SequentialRunByRun` asks [`Scripted::experiment_settings`] before each experiment.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub has_experiment_settings: bool,
}

/// An algorithm: what is done with the collected objects, and over which runs.
#[derive(Clone, Debug)]
pub struct Algorithm {
    /// Its name.
    pub name: String,
    /// What it does.
    pub kind: Kind,
    /// Which runs are calibrated together.
    pub strategy: Strategy,
    /// Parameters of the strategy.
    pub params: Params,
    /// Where it was declared.
    pub place: Place,
}

/// What an algorithm does.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Kind {
    /// Fits, acceptance and payloads, declared.
    Declared(Declared),
    /// A fit of many parameters to records, declared.
    Global(Box<Global>),
    /// Upstream's `TestCalibrationAlgorithm`.
    TestCalibration,
    /// Upstream's `TestBoundarySettingAlgorithm`.
    TestBoundarySetting,
    /// Written in a script.
    Scripted(Arc<dyn Scripted>),
}

/// A declared algorithm: fits per channel, rules, payloads.
#[derive(Clone, Debug)]
pub struct Declared {
    /// The fits.
    pub fits: Vec<FitStep>,
    /// Asked per channel before the fit.
    pub enough_data: Option<Rule<Histogram, bool>>,
    /// Asked of each valid fit; its row has the columns of a table of fits.
    pub accept: Option<Formula>,
    /// Fraction of channels that may lack data before the answer is not enough data.
    pub tolerate: f64,
    /// Work across channels, after the fits were accepted.
    pub combine: Option<Arc<dyn Combine>>,
    /// Other channels for the payloads.
    pub expand: Option<Expand>,
    /// What is written.
    pub payloads: Vec<PayloadRule>,
}

impl Default for Declared {
    /// Nothing yet, and one channel in a hundred may lack data.
    fn default() -> Self {
        Self {
            fits: Vec::new(),
            enough_data: None,
            accept: None,
            tolerate: 0.01,
            combine: None,
            expand: None,
            payloads: Vec::new(),
        }
    }
}

/// A fit per channel of one collected object.
#[derive(Clone, Debug)]
pub struct FitStep {
    /// Name of the object.
    pub object: String,
    /// What is fitted.
    pub model: Model,
    /// How.
    pub options: Options,
    /// Where it was declared.
    pub place: Place,
}

/// How a payload is made of a row of fits.
#[derive(Clone, Debug)]
pub struct PayloadRule {
    /// Payload name.
    pub name: String,
    /// Class of the payload object.
    pub class: String,
    /// Member and its value per channel.
    pub members: Vec<(String, Formula)>,
    /// Where it was declared.
    pub place: Place,
}
