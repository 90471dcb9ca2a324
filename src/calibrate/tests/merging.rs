//! Strategies that merge short runs and follow a status, as those of the muon detector do.

use std::collections::BTreeSet;

use crate::calibrate::{AlgResult, Data, Executed, Opaque, StrategyRun};
use crate::iov::{ExpRun, IoV};

use super::gains::{Gains, effect, exp_run, iov, run, script};

/// Hits of each run in each of three planes; runs 4 and 6 take no part.
const HITS: [[u32; 3]; 7] = [
    [0, 0, 0],
    [90, 90, 90],
    [90, 5, 0],
    [0, 0, 0],
    [0, 0, 0],
    [90, 0, 90],
    [0, 0, 0],
];
/// Hits that a plane needs, unless it has none.
const NEEDED: u32 = 50;

/// Sums per plane, handed back; not enough data if a plane has hits, but too few.
fn planes(data: &Data) -> AlgResult {
    let mut sums = [0; 3];
    for run in &data.input().runs {
        let hits = HITS[usize::try_from(run.run).unwrap()];
        for (sum, hits) in sums.iter_mut().zip(hits) {
            *sum += hits;
        }
    }
    let seen: BTreeSet<usize> = (0..3).filter(|plane| sums[*plane] > 0).collect();
    let text = format!("{seen:?}");
    data.set_result(Opaque::new(seen, text));
    let forced = data.input().options.as_ref().map(Opaque::text) == Some("forced");
    if !forced && sums.iter().any(|sum| (1..NEEDED).contains(sum)) {
        return AlgResult::NotEnoughData;
    }
    AlgResult::Ok
}

fn options(stage: &str) -> Option<Opaque> {
    Some(Opaque::new(stage.to_owned(), stage))
}

fn seen(done: &Executed) -> BTreeSet<usize> {
    done.answer.as_ref().and_then(Opaque::value).unwrap()
}

/// Short runs join the run before them if it saw all that they saw; those without hits are left out.
fn merge(s: &StrategyRun) -> Result<(), String> {
    let whole = s.coverage().ok_or("no runs")?;
    let mut groups: Vec<Vec<ExpRun>> = Vec::new();
    let mut planes = BTreeSet::new();
    for one in s.runs() {
        let alone = s.execute(&[one], whole, options("check"))?;
        let own = seen(&alone);
        let joins = !alone.succeeded() && own.is_subset(&planes);
        match groups.last_mut() {
            _ if own.is_empty() => continue,
            Some(group) if joins => group.push(one),
            _ => groups.push(vec![one]),
        }
        planes = own;
    }
    let mut low = whole.low();
    for (position, group) in groups.iter().enumerate() {
        let next = groups.get(position + 1);
        let high = next.map_or(whole.high(), |next| next[0].before());
        let interval = IoV::new(low, high).map_err(|error| error.to_string())?;
        let done = s.execute(group, interval, options("measure"))?;
        if !done.succeeded() {
            s.fail(format!("the merged runs of {interval} are still too short"));
        }
        s.commit(&done, None)?;
        low = next.map_or(low, |next| next[0]);
    }
    Ok(())
}

#[test]
fn short_runs_join_and_trials_leave_no_trace() {
    let (outcome, calls) = run(Gains::new(planes), script(merge));
    assert_eq!(outcome.result, AlgResult::Ok, "{}", outcome.message);
    assert_eq!(effect(&outcome), ["Gain 7,1,7,4", "Gain 7,5,7,5"]);
    assert!(outcome.gaps.is_empty());
    let expected = [
        "setup 1 2 3 5",
        "calibrate 1",
        "calibrate 2",
        "calibrate 3",
        "calibrate 5",
        "calibrate 1 2",
        "calibrate 5",
    ];
    assert_eq!(calls, expected);
    // The short run alone had too little data; that is made up for and no result.
    assert_eq!(outcome.executions[1].result, AlgResult::NotEnoughData);
    assert_eq!(outcome.reported, [4, 5]);
    assert!(outcome.executions.iter().all(|one| one.payloads.is_empty()));
}

#[test]
fn a_merged_group_that_is_too_short_is_fatal_or_forced() {
    let last = |stage: &'static str| {
        script(move |s: &StrategyRun| {
            let good = s.execute(&[exp_run(1)], iov("7,1,7,1"), options("measure"))?;
            s.commit(&good, None)?;
            let done = s.execute(&[exp_run(2)], iov("7,2,7,5"), options(stage))?;
            if !done.succeeded() {
                s.fail("run 2 is too short");
                return Ok(());
            }
            s.commit(&done, None)
        })
    };
    let (outcome, _) = run(Gains::new(planes), last("measure"));
    assert_eq!(outcome.result, AlgResult::Failure);
    assert_eq!(outcome.message, "run 2 is too short");
    assert!(outcome.commits.is_empty());
    let (outcome, _) = run(Gains::new(planes), last("forced"));
    assert_eq!(outcome.result, AlgResult::Ok, "{}", outcome.message);
    assert_eq!(effect(&outcome), ["Gain 7,1,7,1", "Gain 7,2,7,5"]);
}

/// Each run alone; one with the status of the run before becomes part of its interval.
fn follow(s: &StrategyRun) -> Result<(), String> {
    let whole = s.coverage().ok_or("no runs")?;
    let mut kept: Vec<Executed> = Vec::new();
    for one in s.runs() {
        let done = s.execute(&[one], whole, options("forced"))?;
        if kept.last().map(seen) != Some(seen(&done)) {
            kept.push(done);
        }
    }
    for (position, done) in kept.iter().enumerate() {
        let low = if position == 0 {
            whole.low()
        } else {
            done.runs[0]
        };
        let next = kept.get(position + 1);
        let high = next.map_or(whole.high(), |next| next.runs[0].before());
        let interval = IoV::new(low, high).map_err(|error| error.to_string())?;
        s.commit(done, Some(interval))?;
    }
    Ok(())
}

#[test]
fn a_status_is_written_where_it_changes() {
    let (outcome, calls) = run(Gains::new(planes), script(follow));
    assert_eq!(outcome.result, AlgResult::Ok, "{}", outcome.message);
    // All planes, two of them, none, and the outer ones: each from its run to the next.
    let expected = [
        "Gain 7,1,7,1",
        "Gain 7,2,7,2",
        "Gain 7,3,7,4",
        "Gain 7,5,7,5",
    ];
    assert_eq!(effect(&outcome), expected);
    assert_eq!(calls.len(), 5);
    let same = |data: &Data| {
        data.set_result(Opaque::new(BTreeSet::<usize>::new(), "none"));
        AlgResult::Ok
    };
    let (outcome, _) = run(Gains::new(same), script(follow));
    assert_eq!(effect(&outcome), ["Gain 7,1,7,5"]);
}
