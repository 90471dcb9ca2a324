//! How a strategy ends: what takes effect, what is told, whether it was well.

use std::collections::BTreeMap;

use crate::calibrate::execution::Ended;
use crate::calibrate::{AlgResult, Execution, Saved, Strategy};
use crate::iov::{IoV, IovSet};

use super::run::Progress;
use super::{Commit, StrategyOutcome, StrategyRun};

/// Bad results told in the message of a strategy; the others are counted.
const TOLD: usize = 3;

/// What came of a strategy whose own code ended so.
pub(super) fn finish(run: &StrategyRun, ended: Result<(), Ended>) -> StrategyOutcome {
    let strategy = &run.task().algorithm.strategy;
    let mut progress = std::mem::take(&mut *run.progress());
    let mut ended = match progress.failed.take() {
        Some(message) => Err(Ended::failure(message)),
        None => ended,
    };
    // A script decides as a whole; the other strategies have decided about each interval.
    let whole = matches!(strategy, Strategy::Scripted(_)) && ended.is_err();
    let mut commits = commits(&mut progress);
    let overlap = overlap(&commits);
    if whole || overlap.is_some() {
        commits.clear();
        progress.decisions.retain(|decision| !decision.commit);
    }
    if let (Ok(()), Some(overlap)) = (&ended, overlap) {
        ended = Err(Ended::failure(overlap));
    }
    let end = judge(&progress, strategy.name(), ended);
    if progress.executions.is_empty() {
        progress.executions.push(Execution::impossible(end.clone()));
    }
    let decisions = progress.decisions.iter();
    StrategyOutcome {
        gaps: gaps(&commits),
        reported: decisions.map(|decision| decision.execution).collect(),
        executions: progress.executions,
        commits,
        result: end.result,
        message: end.message,
        place: end.place,
        state: progress.state,
    }
}

/// A result code in a sentence.
pub(super) const fn code(result: AlgResult) -> &'static str {
    match result {
        AlgResult::Failure => "a failure",
        other => other.word(),
    }
}

/// The payloads that were committed; all others are dropped.
fn commits(progress: &mut Progress) -> Vec<Commit> {
    let mut commits = Vec::new();
    for decision in progress.decisions.iter().filter(|d| d.commit) {
        let execution = &mut progress.executions[decision.execution];
        let own = execution.iov;
        let mut payloads = std::mem::take(&mut execution.payloads);
        for saved in &mut payloads {
            if let (Some(iov), true) = (decision.iov, Some(saved.iov) == own) {
                saved.iov = iov;
            }
        }
        commits.push(Commit {
            execution: decision.execution,
            payloads,
        });
    }
    for execution in &mut progress.executions {
        execution.payloads.clear();
    }
    commits
}

/// The intervals of each payload.
fn intervals(commits: &[Commit]) -> BTreeMap<&str, Vec<IoV>> {
    let mut intervals: BTreeMap<&str, Vec<IoV>> = BTreeMap::new();
    for Saved { payload, iov } in commits.iter().flat_map(|commit| &commit.payloads) {
        intervals.entry(&payload.name).or_default().push(*iov);
    }
    intervals
}

/// A sentence about two payloads of one name that are valid for the same run.
fn overlap(commits: &[Commit]) -> Option<String> {
    for (name, mut iovs) in intervals(commits) {
        iovs.sort_unstable();
        // Of sorted intervals, neighbours overlap if any do; only the longest so far can reach on.
        let mut longest: Option<IoV> = None;
        for iov in iovs {
            if let Some(before) = longest.filter(|before| before.overlaps(&iov)) {
                return Some(format!(
                    "the payload {name} is committed twice for the same runs: for {before} and for {iov}; \
                     commit intervals that do not overlap"
                ));
            }
            longest = Some(longest.map_or(iov, |before| before.hull(&iov)));
        }
    }
    None
}

/// Runs within experiments between the intervals of a payload, for which there is none of it.
fn gaps(commits: &[Commit]) -> Vec<IoV> {
    let intervals = intervals(commits);
    let gaps = intervals.values().flat_map(|iovs| crate::iov::gaps(iovs));
    gaps.collect::<IovSet>().intervals().to_vec()
}

/// How it ended, and why.
fn judge(progress: &Progress, strategy: &str, ended: Result<(), Ended>) -> Ended {
    if let Err(ended) = ended {
        return ended;
    }
    let decided = |commit: bool| -> Vec<&Execution> {
        let decisions = progress.decisions.iter().filter(|d| d.commit == commit);
        decisions
            .map(|decision| &progress.executions[decision.execution])
            .collect()
    };
    let (committed, bad) = (decided(true), decided(false));
    if !bad.is_empty() {
        return badly(&bad, progress.decisions.len());
    }
    let iterate = committed.iter().find(|e| e.result == AlgResult::Iterate);
    match (iterate.or(committed.first()), iterate.is_some()) {
        (Some(execution), iterate) => Ended {
            result: execution.result,
            message: if iterate {
                execution.message.clone()
            } else {
                String::new()
            },
            place: execution.place,
        },
        (None, _) => nothing(&progress.executions, strategy),
    }
}

/// Results without constants; any failure counts more than too little data.
fn badly(bad: &[&Execution], results: usize) -> Ended {
    let worst = bad.iter().find(|e| e.result == AlgResult::Failure);
    let worst = worst.unwrap_or(&bad[0]);
    let message = if results == 1 {
        worst.message.clone()
    } else {
        let told = bad.iter().take(TOLD).map(|execution| {
            let iov = execution
                .iov
                .map_or_else(String::new, |iov| iov.to_string());
            format!("{iov}: {}", execution.message)
        });
        let mut text = format!(
            "{} of {results} intervals without constants: {}",
            bad.len(),
            told.collect::<Vec<_>>().join("; ")
        );
        if bad.len() > TOLD {
            text.push_str("; …");
        }
        text
    };
    Ended {
        result: worst.result,
        message,
        place: worst.place,
    }
}

/// A strategy that ended of its own accord and committed nothing.
fn nothing(executions: &[Execution], strategy: &str) -> Ended {
    let failure = executions.iter().find(|e| e.result == AlgResult::Failure);
    let Some(told) = failure.or(executions.last()) else {
        return Ended::not_enough_data(format!(
            "the strategy {strategy} executed nothing and committed nothing"
        ));
    };
    let result = match failure {
        Some(_) => AlgResult::Failure,
        None => AlgResult::NotEnoughData,
    };
    let message = if told.succeeded() {
        "the last one succeeded; commit it".to_owned()
    } else {
        format!("{}: {}", code(told.result), told.message)
    };
    Ended {
        result,
        message: format!(
            "the strategy {strategy} committed nothing, executions: {}; {message}",
            executions.len()
        ),
        place: told.place,
    }
}
