//! A strategy under way, as a script sees it.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::calibrate::execution::Ended;
use crate::calibrate::hooks;
use crate::calibrate::{
    AlgResult, AlgorithmState, AlgorithmTrigger, Execution, Input, Opaque, Params, execute,
};
use crate::iov::{ExpRun, IoV};

use super::Task;
use super::selection::{first_to_last, selected};

/// One execution, as its strategy sees it.
#[derive(Clone, Debug)]
pub struct Executed {
    /// Position among the executions of the strategy.
    pub number: usize,
    /// Runs that were used.
    pub runs: Vec<ExpRun>,
    /// Interval of the payloads.
    pub iov: IoV,
    /// The result code.
    pub result: AlgResult,
    /// Why, if not well; what to know, if another iteration is wanted.
    pub message: String,
    /// What the algorithm handed back.
    pub answer: Option<Opaque>,
}

impl Executed {
    /// Whether constants were found: ok, or iterate.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        matches!(self.result, AlgResult::Ok | AlgResult::Iterate)
    }
}

/// A strategy under way; a second one made by `clone` is another name for the same.
#[derive(Clone)]
pub struct StrategyRun(Arc<Inner>);

struct Inner {
    task: Task,
    runs: Vec<ExpRun>,
    progress: Mutex<Progress>,
}

/// Runs, interval and the text of the options of an execution.
type Asked = (Vec<ExpRun>, IoV, Option<String>);

/// What has happened so far.
#[derive(Default)]
pub(super) struct Progress {
    pub(super) executions: Vec<Execution>,
    pub(super) decisions: Vec<Decision>,
    pub(super) state: AlgorithmState,
    pub(super) failed: Option<String>,
    known: HashMap<Asked, usize>,
    set_up: Option<Result<(), Ended>>,
    /// Notes of hooks, for the report of the next execution.
    notes: Vec<String>,
}

/// What was decided about an execution.
#[derive(Clone, Copy, Debug)]
pub(super) struct Decision {
    pub(super) execution: usize,
    /// Whether its payloads take effect; if not, it is a result that is told only.
    pub(super) commit: bool,
    /// The interval in place of that of the execution.
    pub(super) iov: Option<IoV>,
}

impl StrategyRun {
    /// A strategy that begins.
    #[must_use]
    pub fn new(task: &Task) -> Self {
        Self(Arc::new(Inner {
            runs: selected(task),
            task: task.clone(),
            progress: Mutex::default(),
        }))
    }

    /// Runs with data in the requested interval, ignored ones taken out, sorted.
    #[must_use]
    pub fn runs(&self) -> Vec<ExpRun> {
        self.0.runs.clone()
    }

    /// `iov_coverage`, or first to last run; `None` without runs.
    #[must_use]
    pub fn coverage(&self) -> Option<IoV> {
        let given = self.0.task.algorithm.params.iov_coverage;
        given.or_else(|| first_to_last(&self.0.runs).ok())
    }

    /// Parameters of the algorithm.
    #[must_use]
    pub fn params(&self) -> Params {
        self.0.task.algorithm.params.clone()
    }

    /// Number of the iteration, from 0.
    #[must_use]
    pub fn iteration(&self) -> u32 {
        self.0.task.iteration
    }

    /// Executes the algorithm, or gives what the same execution gave before: one of the same runs,
    /// interval and text of the options. Runs may come in any order and more than once.
    ///
    /// # Errors
    /// When there are no runs, or runs that have no data, or after [`StrategyRun::fail`].
    pub fn execute(
        &self,
        runs: &[ExpRun],
        iov: IoV,
        options: Option<Opaque>,
    ) -> Result<Executed, String> {
        let runs = self.usable(runs)?;
        if let Some(message) = &self.progress().failed {
            return Err(format!("the strategy has failed before: {message}"));
        }
        let text = options.as_ref().map(|options| options.text().to_owned());
        let asked = (runs, iov, text);
        let known = self.progress().known.get(&asked).copied();
        let number = known.unwrap_or_else(|| self.execute_new(asked, options));
        self.look(number)
            .ok_or_else(|| "the execution was not kept".into())
    }

    /// Lets the payloads of an execution take effect when the strategy ends well, with another
    /// interval if one is given. Payloads that were saved with an interval of their own keep it.
    ///
    /// # Errors
    /// When the execution did not succeed, or was committed before.
    pub fn commit(&self, execution: &Executed, iov: Option<IoV>) -> Result<(), String> {
        let number = execution.number;
        let label = format!("the execution of {}", execution.iov);
        let own = self.look(number);
        let Some(own) = own.filter(|own| own.runs == execution.runs && own.iov == execution.iov)
        else {
            return Err(format!("{label} belongs to another strategy"));
        };
        if !own.succeeded() {
            return Err(format!(
                "{label} cannot be committed, it ended with {}: {}; ask `succeeded` before",
                super::ending::code(own.result),
                own.message
            ));
        }
        let mut progress = self.progress();
        let mut decisions = progress.decisions.iter();
        if decisions.any(|decision| decision.commit && decision.execution == number) {
            return Err(format!("{label} was committed before; commit it once"));
        }
        progress.decisions.push(Decision {
            execution: number,
            commit: true,
            iov: iov.filter(|iov| *iov != own.iov),
        });
        Ok(())
    }

    /// The runs at which the algorithm wants new payloads to begin.
    ///
    /// # Errors
    /// When the algorithm cannot say, or fails.
    pub fn boundaries(&self, runs: &[ExpRun]) -> Result<Vec<ExpRun>, String> {
        self.find_boundaries(runs).map_err(|ended| ended.message)
    }

    /// Ends the strategy: nothing takes effect.
    pub fn fail(&self, message: impl Into<String>) {
        let message = message.into();
        self.progress().failed.get_or_insert(message);
    }

    /// As [`StrategyRun::execute`], without options.
    pub(super) fn executed(&self, runs: &[ExpRun], iov: IoV) -> Result<Executed, Ended> {
        self.execute(runs, iov, None).map_err(Ended::failure)
    }

    /// Commits an execution that succeeded; one that did not is a result of the strategy.
    pub(super) fn settle(&self, execution: &Executed) -> Result<(), Ended> {
        if execution.succeeded() {
            return self.commit(execution, None).map_err(Ended::failure);
        }
        self.progress().decisions.push(Decision {
            execution: execution.number,
            commit: false,
            iov: None,
        });
        Ok(())
    }

    /// As [`StrategyRun::boundaries`], with the place of what went wrong.
    pub(super) fn find_boundaries(&self, runs: &[ExpRun]) -> Result<Vec<ExpRun>, Ended> {
        let runs = self.usable(runs).map_err(Ended::failure)?;
        let task = &self.0.task;
        if !task.objects.by_run() {
            return Err(Ended::failure(
                "the collector keeps the data of all runs together, so no run can be asked for a boundary; \
                 use granularity \"run\"",
            ));
        }
        self.set_up()?;
        let algorithm = &task.algorithm;
        let input = |run| Ok(task.input(vec![run], first_to_last(&[run])?, None));
        let (found, notes) = hooks::boundaries(&algorithm.kind, &algorithm.name, &runs, input)?;
        self.progress().notes.extend(notes);
        Ok(found)
    }

    /// Asks the hook for the experiment of `runs`.
    pub(super) fn experiment_settings(&self, runs: &[ExpRun]) -> Result<(), Ended> {
        self.set_up()?;
        let input = self.input(runs)?;
        let notes = hooks::experiment_settings(&self.0.task.algorithm.kind, input)?;
        self.progress().notes.extend(notes);
        Ok(())
    }

    pub(super) fn task(&self) -> &Task {
        &self.0.task
    }

    pub(super) fn progress(&self) -> MutexGuard<'_, Progress> {
        // A panic while it was changed has been told, and what is in it is still whole.
        self.0
            .progress
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    fn input(&self, runs: &[ExpRun]) -> Result<Input, Ended> {
        Ok(self.0.task.input(runs.to_vec(), first_to_last(runs)?, None))
    }

    /// Sorted, each once; an error for runs that cannot be executed.
    fn usable(&self, runs: &[ExpRun]) -> Result<Vec<ExpRun>, String> {
        let mut runs = runs.to_vec();
        runs.sort_unstable();
        runs.dedup();
        if runs.is_empty() {
            return Err("there are no runs to execute; give at least one".into());
        }
        let task = &self.0.task;
        if let Some(run) = runs
            .iter()
            .find(|run| self.0.runs.binary_search(run).is_err())
        {
            let why = if !task.objects.runs().contains(run) {
                "has no data".into()
            } else if task.ignored.contains(run) {
                "is to be ignored".into()
            } else {
                format!("lies outside the requested interval {}", task.requested)
            };
            return Err(format!("run {run} {why}; take runs out of `runs`"));
        }
        if !task.objects.by_run() && runs.len() != self.0.runs.len() {
            return Err(format!(
                "the collector keeps the data of all runs together, so {} of {} runs cannot be executed alone; \
                 use granularity \"run\"",
                runs.len(),
                self.0.runs.len()
            ));
        }
        Ok(runs)
    }

    fn execute_new(&self, asked: Asked, options: Option<Opaque>) -> usize {
        let task = &self.0.task;
        let input = task.input(asked.0.clone(), asked.1, options);
        let ready = self.set_up();
        self.fire(AlgorithmTrigger::SetupAlgorithm);
        let mut execution = match ready {
            Ok(()) => {
                self.fire(AlgorithmTrigger::ExecuteRuns);
                execute(&task.algorithm, &input)
            }
            Err(ended) => {
                let mut execution = Execution::new(&input);
                execution.end(ended);
                execution
            }
        };
        self.fire(if execution.succeeded() {
            AlgorithmTrigger::Complete
        } else {
            AlgorithmTrigger::Fail
        });
        let mut progress = self.progress();
        let notes = std::mem::take(&mut progress.notes);
        execution.notes.splice(0..0, notes);
        progress.executions.push(execution);
        let number = progress.executions.len() - 1;
        progress.known.insert(asked, number);
        number
    }

    /// Makes the algorithm ready the first time: asks its hook with the data of all runs.
    fn set_up(&self) -> Result<(), Ended> {
        let before = self.progress().set_up.clone();
        if let Some(ended) = before {
            return ended;
        }
        self.fire(AlgorithmTrigger::SetupAlgorithm);
        let input = self.input(&self.0.runs);
        let kind = &self.0.task.algorithm.kind;
        let ended = input.and_then(|input| hooks::set_up(kind, input));
        let mut progress = self.progress();
        let ended = ended.map(|notes| progress.notes.extend(notes));
        progress.set_up = Some(ended.clone());
        ended
    }

    fn fire(&self, trigger: AlgorithmTrigger) {
        let mut progress = self.progress();
        // One that leads nowhere leaves things as they are: ready is made ready again.
        progress.state = progress.state.after(trigger).unwrap_or(progress.state);
    }

    fn look(&self, number: usize) -> Option<Executed> {
        let progress = self.progress();
        let execution = progress.executions.get(number)?;
        Some(Executed {
            number,
            runs: execution.runs.clone(),
            iov: execution.iov?,
            result: execution.result,
            message: execution.message.clone(),
            answer: execution.answer.clone(),
        })
    }
}

impl fmt::Debug for StrategyRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.task.algorithm.strategy.name();
        write!(f, "StrategyRun({name}, {} runs)", self.0.runs.len())
    }
}
