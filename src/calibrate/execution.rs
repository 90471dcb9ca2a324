//! One execution of an algorithm: what it is given and how it ended.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::conditions::{self, Chain, InForce, Payload, Store};
use crate::expr::{Failure, Place, Table};
use crate::fit::Pictures;
use crate::iov::{ExpRun, IoV};

use super::contain::contained;
use super::declared::execute_declared;
use super::global::execute_global;
use super::test_calibration::{execute_test_boundaries, execute_test_calibration};
use super::{
    AlgResult, Algorithm, Data, FitSummary, Kind, Objects, Opaque, Plot, Saved, Scripted, Seen,
};

/// What an execution is given.
#[derive(Clone)]
pub struct Input {
    /// Collected objects.
    pub objects: Arc<dyn Objects>,
    /// Runs to use, sorted, at least one.
    pub runs: Vec<ExpRun>,
    /// Interval of the payloads.
    pub iov: IoV,
    /// Number of the iteration, from 0.
    pub iteration: u32,
    /// Constants in force.
    pub constants: Chain,
    /// What the calibration saved in the iteration before; `None` in the first one.
    pub earlier: Option<Store>,
    /// What a scripted strategy says to the algorithm.
    pub options: Option<Opaque>,
    /// Constants that were looked at so far.
    pub used: Used,
}

/// Constants that an execution looked at, and where they come from; a copy is another name for the
/// same list.
#[derive(Clone, Debug, Default)]
pub struct Used(Arc<Mutex<BTreeSet<InForce>>>);

impl Used {
    /// Notes that these were looked at.
    pub fn add(&self, constants: InForce) {
        self.all().insert(constants);
    }

    /// Those that were looked at, each once, by name.
    #[must_use]
    pub fn list(&self) -> Vec<InForce> {
        self.all().iter().cloned().collect()
    }

    fn all(&self) -> MutexGuard<'_, BTreeSet<InForce>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Input {
    /// The constants of that name in force in a run; notes that they were looked at.
    ///
    /// # Errors
    /// When a store cannot be read.
    pub fn in_force(
        &self,
        name: &str,
        run: ExpRun,
    ) -> Result<Option<(Payload, InForce)>, conditions::Error> {
        let found = self.constants.find_in_force(name, run)?;
        if let Some((_, constants)) = &found {
            self.used.add(constants.clone());
        }
        Ok(found)
    }
}

/// How an execution ended.
#[derive(Clone, Debug)]
pub struct Execution {
    /// Runs that were used.
    pub runs: Vec<ExpRun>,
    /// Interval of the payloads; `None` when there was no run to begin with.
    pub iov: Option<IoV>,
    /// The result code.
    pub result: AlgResult,
    /// Why, if not well; what to know, if another iteration is wanted.
    pub message: String,
    /// Where the script says what went wrong.
    pub place: Option<Place>,
    /// What should be known about the constants, one sentence each.
    pub warnings: Vec<String>,
    /// What a scripted algorithm said, one sentence each.
    pub notes: Vec<String>,
    /// What a scripted algorithm drew.
    pub plots: Vec<Plot>,
    /// Fits that a scripted algorithm did.
    pub seen: Vec<Seen>,
    /// Batches of its fits that were not kept.
    pub unseen: u64,
    /// One row per channel; `None` if nothing was fitted.
    pub fits: Option<Table>,
    /// What the fits look like.
    pub pictures: Option<Pictures>,
    /// The fits in short.
    pub summary: Option<FitSummary>,
    /// What is to be written when the strategy ends well.
    pub payloads: Vec<Saved>,
    /// What a scripted algorithm says to its strategy.
    pub answer: Option<Opaque>,
    /// Constants that were looked at.
    pub constants: Vec<InForce>,
}

/// A premature end of an execution.
#[derive(Clone, Debug)]
pub(super) struct Ended {
    pub(super) result: AlgResult,
    pub(super) message: String,
    pub(super) place: Option<Place>,
}

impl Ended {
    pub(super) fn failure(message: impl Into<String>) -> Self {
        Self {
            result: AlgResult::Failure,
            message: message.into(),
            place: None,
        }
    }

    pub(super) fn not_enough_data(message: impl Into<String>) -> Self {
        Self {
            result: AlgResult::NotEnoughData,
            message: message.into(),
            place: None,
        }
    }

    pub(super) fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// The same, unless it knows its place.
    pub(super) fn or_at(self, place: Place) -> Self {
        match self.place {
            Some(_) => self,
            None => self.at(place),
        }
    }

    /// A formula or rule failed; `what` says which.
    pub(super) fn rule(what: &str, failure: Failure) -> Self {
        let hint = failure
            .hint
            .map_or_else(String::new, |hint| format!("; {hint}"));
        Self::failure(format!("{what}: {}{hint}", failure.message)).at(failure.place)
    }
}

impl From<conditions::Error> for Ended {
    fn from(error: conditions::Error) -> Self {
        Self::failure(error.to_string())
    }
}

impl Execution {
    /// An execution of `input` that has not done anything yet.
    pub(super) fn new(input: &Input) -> Self {
        Self {
            runs: input.runs.clone(),
            iov: Some(input.iov),
            result: AlgResult::Ok,
            message: String::new(),
            place: None,
            warnings: Vec::new(),
            notes: Vec::new(),
            plots: Vec::new(),
            seen: Vec::new(),
            unseen: 0,
            fits: None,
            pictures: None,
            summary: None,
            payloads: Vec::new(),
            answer: None,
            constants: Vec::new(),
        }
    }

    /// An execution that ends without anything to write.
    pub(super) fn end(&mut self, ended: Ended) {
        self.payloads.clear();
        self.result = ended.result;
        self.message = ended.message;
        self.place = ended.place;
    }

    /// An execution that could not begin.
    pub(super) fn impossible(ended: Ended) -> Self {
        Self {
            runs: Vec::new(),
            iov: None,
            result: ended.result,
            message: ended.message,
            place: ended.place,
            warnings: Vec::new(),
            notes: Vec::new(),
            plots: Vec::new(),
            seen: Vec::new(),
            unseen: 0,
            fits: None,
            pictures: None,
            summary: None,
            payloads: Vec::new(),
            answer: None,
            constants: Vec::new(),
        }
    }

    /// Whether constants were found: ok, or iterate.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        matches!(self.result, AlgResult::Ok | AlgResult::Iterate)
    }
}

/// Executes an algorithm once.
#[must_use]
pub fn execute(algorithm: &Algorithm, input: &Input) -> Execution {
    let mut execution = Execution::new(input);
    let what = format!("algorithm {}", algorithm.name);
    let ended = contained(&what, || match &algorithm.kind {
        Kind::Declared(declared) => execute_declared(declared, input, &mut execution),
        Kind::Global(global) => execute_global(global, input, &mut execution),
        Kind::TestCalibration => execute_test_calibration(input, &mut execution),
        Kind::TestBoundarySetting => execute_test_boundaries(input, &mut execution),
        Kind::Scripted(scripted) => execute_scripted(scripted.as_ref(), input, &mut execution),
    });
    if let Err(ended) = ended.and_then(|done| done) {
        execution.end(ended);
    }
    execution.constants = input.used.list();
    execution
}

/// Executes an algorithm written in a script.
fn execute_scripted(
    scripted: &dyn Scripted,
    input: &Input,
    execution: &mut Execution,
) -> Result<(), Ended> {
    let data = Data::new(input.clone());
    let answer = scripted.calibrate(&data);
    let left = data.take();
    execution.answer = left.result;
    execution.notes = left.notes;
    execution.plots = left.plots;
    execution.seen = left.seen;
    execution.unseen = left.unseen;
    let answer = answer.map_err(|failure| Ended::rule("`calibrate` failed", failure))?;
    execution.result = answer.result;
    execution.message = answer.message;
    if execution.succeeded() {
        execution.payloads = left.saved;
    }
    Ok(())
}
