//! Algorithms and strategies that a script wrote, as this room calls them.

use std::any::Any;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::{AlgResult, BATCHES, Input, Opaque, Plot, Seen, StrategyRun};
use crate::conditions::Payload;
use crate::expr::Failure;
use crate::iov::IoV;

/// How a scripted algorithm answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The result code.
    pub result: AlgResult,
    /// The sentence that came with it; may be empty.
    pub message: String,
}

/// An algorithm written in a script.
pub trait Scripted: Any + Send + Sync + fmt::Debug {
    /// Everything that decides what it does: the text of its hooks and what they captured.
    fn source(&self) -> String;

    /// Whether it says what is done with the data.
    fn calibrates(&self) -> bool {
        true
    }

    /// Whether it can say where payloads begin.
    fn finds_boundaries(&self) -> bool;

    /// Asked once per iteration, before the first execution; its data cover all runs.
    ///
    /// # Errors
    /// What the script raised, with its place.
    fn setup(&self, data: &Data) -> Result<(), Failure>;

    /// Asked before the first execution of each experiment where
    /// [`Params::has_experiment_settings`](super::Params::has_experiment_settings) is set; its data
    /// cover the runs of the experiment.
    ///
    /// # Errors
    /// What the script raised, with its place.
    fn experiment_settings(&self, data: &Data) -> Result<(), Failure> {
        let _ = data;
        Ok(())
    }

    /// One execution.
    ///
    /// # Errors
    /// What the script raised, with its place.
    fn calibrate(&self, data: &Data) -> Result<Answer, Failure>;

    /// Whether a payload begins with the one run of `data`. [`Data::result`] is kept from one
    /// run to the next.
    ///
    /// # Errors
    /// What the script raised, with its place.
    fn boundary_required(&self, data: &Data) -> Result<bool, Failure>;
}

/// A strategy written in a script.
pub trait ScriptedStrategy: Send + Sync + fmt::Debug {
    /// Its name.
    fn name(&self) -> &str;

    /// Everything that decides what it does: its text and what it captured.
    fn source(&self) -> String;

    /// Chooses runs, executes, commits.
    ///
    /// # Errors
    /// What the script raised, with its place.
    fn run(&self, run: &StrategyRun) -> Result<(), Failure>;
}

/// A payload that an execution wants to be written, and its interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// The payload.
    pub payload: Payload,
    /// Its interval of validity.
    pub iov: IoV,
}

/// One execution as the script sees it: what it is given, what it leaves; a second one made by
/// `clone` is another name for the same.
#[derive(Clone)]
pub struct Data {
    input: Arc<Input>,
    left: Arc<Mutex<Left>>,
}

/// What an execution leaves.
#[derive(Clone, Debug, Default)]
pub(super) struct Left {
    pub(super) saved: Vec<Saved>,
    pub(super) notes: Vec<String>,
    pub(super) plots: Vec<Plot>,
    pub(super) seen: Vec<Seen>,
    /// Batches of fits that were not kept.
    pub(super) unseen: u64,
    pub(super) result: Option<Opaque>,
}

impl Data {
    /// The data of an execution that begins.
    #[must_use]
    pub fn new(input: Input) -> Self {
        Self {
            input: Arc::new(input),
            left: Arc::default(),
        }
    }

    /// The same execution with the objects of one collection only; `None` if there is no such
    /// collection.
    #[must_use]
    pub fn of_collection(&self, name: &str) -> Option<Self> {
        let all = self.input.objects.collections();
        let (_, objects) = all.into_iter().find(|(known, _)| known == name)?;
        let input = Input {
            objects,
            ..(*self.input).clone()
        };
        Some(Self {
            input: Arc::new(input),
            left: Arc::clone(&self.left),
        })
    }

    /// What the execution is given.
    #[must_use]
    pub fn input(&self) -> &Input {
        &self.input
    }

    /// Saves a payload, with the interval of the execution if none is given. Nothing is visible
    /// to others before the strategy commits.
    pub fn save(&self, payload: Payload, iov: Option<IoV>) {
        let iov = iov.unwrap_or(self.input.iov);
        self.left().saved.push(Saved { payload, iov });
    }

    /// Adds a drawing for the report.
    pub fn plot(&self, plot: Plot) {
        self.left().plots.push(plot);
    }

    /// Keeps fits for the report, as long as there are not too many of them; `make` is asked only then.
    pub fn fitted(&self, make: impl FnOnce() -> Option<Seen>) {
        if self.left().seen.len() >= BATCHES {
            self.left().unseen += 1;
            return;
        }
        let made = make();
        self.left().seen.extend(made);
    }

    /// Adds a sentence for the report.
    pub fn note(&self, text: impl Into<String>) {
        self.left().notes.push(text.into());
    }

    /// What was handed back to the strategy so far.
    #[must_use]
    pub fn result(&self) -> Option<Opaque> {
        self.left().result.clone()
    }

    /// Hands something back to the strategy, in place of what was handed before.
    pub fn set_result(&self, result: Opaque) {
        self.left().result = Some(result);
    }

    /// Everything that was left.
    pub(super) fn take(&self) -> Left {
        std::mem::take(&mut self.left())
    }

    fn left(&self) -> MutexGuard<'_, Left> {
        // Whoever panicked while changing it has ended badly, which is told elsewhere.
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for Data {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Data({})", self.input.iov)
    }
}
