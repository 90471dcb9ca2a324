//! Cases of the list as they are written there, and what is seen of a strategy.

use b2caf::iov::{ExpRun, IoV};
use serde::Deserialize;

pub(crate) type Four = [i32; 4];

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) strategy: String,
    pub(crate) iteration: u32,
    pub(crate) requested_iov: Option<Four>,
    pub(crate) ignored_runs: Vec<ExpRun>,
    pub(crate) input_files: bool,
    pub(crate) params: Params,
    pub(crate) data: Data,
    pub(crate) algorithm: Algorithm,
    pub(crate) expected: Expected,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Params {
    pub(crate) apply_iov: Option<Four>,
    pub(crate) iov_coverage: Option<Four>,
    pub(crate) payload_boundaries: Option<Vec<ExpRun>>,
    pub(crate) step_size: Option<i64>,
    #[serde(default)]
    pub(crate) has_experiment_settings: bool,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Data {
    pub(crate) runs: Vec<(i32, i32, u64)>,
}

/// What the stand-in algorithm does.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Algorithm {
    pub(crate) min_events: u64,
    pub(crate) max_events: Option<u64>,
    pub(crate) over_max_result: u8,
    pub(crate) fail_runs: Vec<ExpRun>,
    pub(crate) iterate_runs: Vec<ExpRun>,
    pub(crate) undefined_runs: Vec<ExpRun>,
    pub(crate) throw_runs: Vec<ExpRun>,
    pub(crate) no_payload_runs: Vec<ExpRun>,
    pub(crate) boundary_runs: Vec<ExpRun>,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Expected {
    pub(crate) error_cause: Option<String>,
    pub(crate) executions: Vec<One>,
    pub(crate) queue: Vec<Message>,
    pub(crate) committed: Vec<Four>,
    pub(crate) empty_commit_calls: usize,
    pub(crate) final_state: Option<String>,
    pub(crate) gaps: Option<Vec<Four>>,
    pub(crate) pre_algorithm_calls: Vec<u32>,
    #[serde(default)]
    pub(crate) boundary_queries: Vec<Vec<ExpRun>>,
    #[serde(default)]
    pub(crate) experiment_settings_calls: Vec<i32>,
    pub(crate) machine_state: String,
}

#[derive(Clone, Debug, Deserialize)]
pub(crate) struct One {
    pub(crate) runs: Vec<ExpRun>,
    pub(crate) iov: Four,
    pub(crate) payload_iov: Option<Four>,
    pub(crate) iteration: u32,
    pub(crate) result: Option<u8>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Message {
    Result { iov: Four, result: u8 },
    FinalState { value: String },
}

/// One execution: runs, label, iteration, result code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    pub(crate) runs: Vec<ExpRun>,
    pub(crate) iov: Four,
    pub(crate) iteration: u32,
    pub(crate) result: u8,
}

/// What is compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(crate) executions: Vec<Done>,
    pub(crate) reported: Vec<(Four, u8)>,
    pub(crate) committed: Vec<Four>,
    pub(crate) empty_commits: usize,
    pub(crate) completed: bool,
    pub(crate) gaps: Vec<Four>,
    pub(crate) set_up: Vec<u32>,
    pub(crate) asked: Vec<ExpRun>,
    pub(crate) experiments: Vec<i32>,
    pub(crate) state: String,
}

impl Expected {
    /// The same without what no strategy of ours can show: labels of results other than those of
    /// their payloads, a missing final state, code 4, executions without a result.
    pub(crate) fn seen(&self) -> Seen {
        let executions = self.executions.iter().map(|one| Done {
            runs: one.runs.clone(),
            iov: one.payload_iov.unwrap_or(one.iov),
            iteration: one.iteration,
            result: code(one.result),
        });
        let payload_label = |label: &Four| {
            let one = self.executions.iter().find(|one| one.iov == *label);
            one.and_then(|one| one.payload_iov).unwrap_or(*label)
        };
        let reported = self.queue.iter().filter_map(|message| match message {
            Message::Result { iov, result } => Some((payload_label(iov), code(Some(*result)))),
            Message::FinalState { .. } => None,
        });
        let final_state = self.queue.iter().find_map(|message| match message {
            Message::FinalState { value } => Some(value.as_str()),
            Message::Result { .. } => None,
        });
        assert_eq!(final_state, self.final_state.as_deref());
        Seen {
            executions: executions.collect(),
            reported: reported.collect(),
            committed: self.committed.clone(),
            empty_commits: self.empty_commit_calls,
            completed: final_state == Some("COMPLETED"),
            gaps: self.gaps.clone().unwrap_or_default(),
            set_up: self.pre_algorithm_calls.clone(),
            asked: self.boundary_queries.concat(),
            experiments: self.experiment_settings_calls.clone(),
            state: self.machine_state.clone(),
        }
    }
}

/// An undefined result or an exception is a failure.
fn code(result: Option<u8>) -> u8 {
    result.map_or(3, |code| code.min(3))
}

impl Case {
    /// The runs a strategy shall work with; written out again here.
    pub(crate) fn runs(&self) -> Vec<ExpRun> {
        let requested = self.requested_iov.map(|four| IoV::try_from(four).unwrap());
        let runs = self
            .data
            .runs
            .iter()
            .map(|(exp, run, _)| ExpRun::new(*exp, *run));
        runs.filter(|run| requested.is_none_or(|iov| iov.contains_run(*run)))
            .filter(|run| !self.ignored_runs.contains(run))
            .filter(|_| self.input_files)
            .collect()
    }

    /// Whether payloads never cross experiments.
    pub(crate) fn sequential(&self) -> bool {
        self.strategy.starts_with("Sequential")
    }
}
