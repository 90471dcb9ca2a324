//! Strategies as scripts write them: what they are told, what takes effect, what is refused.

use std::sync::Arc;

use crate::calibrate::{
    AlgResult, AlgorithmState, Data, Opaque, Strategy, StrategyRun, run_strategy,
};
use crate::expr::Failure;
use crate::iov::ExpRun;

use super::gains::{Gains, always, effect, exp_run, failure, iov, payload, run, script, task};
use super::toy::{Toy, place};

#[test]
fn a_script_sees_runs_and_executes_once_what_it_asks_twice() {
    let (outcome, calls) = run(
        always(AlgResult::Ok),
        script(|s| {
            assert_eq!(s.runs(), [1, 2, 3, 5].map(exp_run));
            assert_eq!(s.coverage(), Some(iov("7,1,7,5")));
            assert_eq!(s.iteration(), 2);
            let whole = iov("7,1,7,5");
            let first = s.execute(&[exp_run(2), exp_run(1), exp_run(2)], whole, None)?;
            assert_eq!(first.runs, [1, 2].map(exp_run));
            let again = s.execute(&[exp_run(1), exp_run(2)], whole, None)?;
            assert_eq!((first.number, again.number), (0, 0));
            let options = |text: &str| Some(Opaque::new((), text));
            let fine = s.execute(&first.runs, whole, options("fine"))?;
            let again = s.execute(&first.runs, whole, options("fine"))?;
            let coarse = s.execute(&first.runs, whole, options("coarse"))?;
            let other = s.execute(&first.runs, iov("7,1,7,4"), options("fine"))?;
            let numbers = [fine, again, coarse, other].map(|e| e.number);
            assert_eq!(numbers, [1, 1, 2, 3]);
            s.commit(&first, None)
        }),
    );
    let once = "calibrate 1 2".to_owned();
    let expected = [
        "setup 1 2 3 5".to_owned(),
        once.clone(),
        once.clone(),
        once.clone(),
        once,
    ];
    assert_eq!(calls, expected);
    assert_eq!(effect(&outcome), ["Gain 7,1,7,5"]);
    assert_eq!((outcome.result, outcome.reported), (AlgResult::Ok, vec![0]));
    assert_eq!(outcome.state, AlgorithmState::Completed);
}

#[test]
fn runs_that_cannot_be_used_are_refused() {
    let refused = |runs: &'static [i32]| {
        let strategy = script(move |s| {
            let runs: Vec<ExpRun> = runs.iter().copied().map(exp_run).collect();
            s.execute(&runs, iov("7,1,7,9"), None).map(|_| ())
        });
        let (outcome, calls) = run(always(AlgResult::Ok), strategy);
        assert!(calls.is_empty(), "{calls:?}");
        assert_eq!(outcome.result, AlgResult::Failure);
        assert_eq!(outcome.place, Some(place(3)));
        outcome.message
    };
    let failed = |why: &str| format!("the strategy Own failed: {why}");
    assert_eq!(
        refused(&[]),
        failed("there are no runs to execute; give at least one")
    );
    assert_eq!(
        refused(&[1, 9]),
        failed("run 7,9 has no data; take runs out of `runs`")
    );
    assert_eq!(
        refused(&[4]),
        failed("run 7,4 is to be ignored; take runs out of `runs`")
    );
    assert_eq!(
        refused(&[1, 6]),
        failed("run 7,6 lies outside the requested interval 7,0,7,5; take runs out of `runs`")
    );
}

#[test]
fn only_what_succeeded_is_committed_and_once() {
    let (outcome, _) = run(
        Gains::new(|data| match data.input().runs.as_slice() {
            [run] if run.run == 5 => AlgResult::NotEnoughData,
            _ => AlgResult::Iterate,
        }),
        script(|s| {
            let good = s.execute(&[exp_run(1)], iov("7,1,7,1"), None)?;
            let bad = s.execute(&[exp_run(5)], iov("7,5,7,5"), None)?;
            assert!(good.succeeded() && !bad.succeeded());
            assert_eq!(bad.message, "so it is");
            s.commit(&good, Some(iov("7,0,7,3")))?;
            assert_eq!(
                s.commit(&good, None),
                Err("the execution of 7,1,7,1 was committed before; commit it once".into())
            );
            assert_eq!(
                s.commit(&bad, None),
                Err("the execution of 7,5,7,5 cannot be committed, it ended with not enough data: so it is; \
                     ask `succeeded` before".into())
            );
            let mut foreign = good;
            foreign.iov = iov("7,2,7,2");
            let refusal = s.commit(&foreign, None).unwrap_err();
            assert!(
                refusal.ends_with("belongs to another strategy"),
                "{refusal}"
            );
            Ok(())
        }),
    );
    assert_eq!(effect(&outcome), ["Gain 7,0,7,3"]);
    assert_eq!(outcome.result, AlgResult::Iterate);
    assert_eq!(outcome.message, "so it is");
}

#[test]
fn nothing_takes_effect_after_fail_an_error_or_a_panic() {
    let ended = |end: fn(&StrategyRun) -> Result<(), String>| {
        let strategy = script(move |s| {
            let done = s.execute(&s.runs(), iov("7,1,7,5"), None)?;
            s.commit(&done, None)?;
            end(s)
        });
        let (outcome, _) = run(always(AlgResult::Ok), strategy);
        assert!(outcome.commits.is_empty() && outcome.reported.is_empty());
        assert_eq!(outcome.result, AlgResult::Failure);
        assert_eq!(outcome.executions.len(), 1);
        assert!(outcome.executions[0].payloads.is_empty());
        outcome.message
    };
    assert_eq!(
        ended(|s| {
            s.fail("gains jump");
            s.fail("told later");
            s.execute(&[exp_run(1)], iov("7,1,7,1"), None).map(|_| ())
        }),
        "gains jump"
    );
    assert_eq!(
        ended(|_| Err("no such key".into())),
        "the strategy Own failed: no such key"
    );
    assert_eq!(
        ended(|_| panic!("out of bounds")),
        "the strategy Own panicked: out of bounds; this is a bug of b2caf"
    );
}

#[test]
fn a_script_that_commits_nothing_has_not_enough_data() {
    let (outcome, _) = run(always(AlgResult::Ok), script(|_| Ok(())));
    assert_eq!(outcome.result, AlgResult::NotEnoughData);
    assert_eq!(
        outcome.message,
        "the strategy Own executed nothing and committed nothing"
    );
    let strategy = || script(|s| s.execute(&s.runs(), iov("7,1,7,5"), None).map(|_| ()));
    let (outcome, _) = run(always(AlgResult::NotEnoughData), strategy());
    assert_eq!(outcome.result, AlgResult::NotEnoughData);
    assert_eq!(
        outcome.message,
        "the strategy Own committed nothing, executions: 1; not enough data: so it is"
    );
    let (outcome, _) = run(always(AlgResult::Failure), strategy());
    assert_eq!(outcome.result, AlgResult::Failure);
    let (outcome, _) = run(always(AlgResult::Ok), strategy());
    assert_eq!(outcome.result, AlgResult::NotEnoughData);
    assert!(
        outcome
            .message
            .ends_with("the last one succeeded; commit it")
    );
}

#[test]
fn overlaps_are_refused_and_gaps_told_per_payload() {
    let committing = |intervals: &'static [(i32, &str)]| {
        script(move |s| {
            for (run, interval) in intervals {
                let done = s.execute(&[exp_run(*run)], iov(interval), None)?;
                s.commit(&done, None)?;
            }
            Ok(())
        })
    };
    let overlapping = &[(5, "7,5,7,6"), (1, "7,1,-1,-1")];
    let (outcome, _) = run(always(AlgResult::Ok), committing(overlapping));
    assert_eq!(outcome.result, AlgResult::Failure);
    assert_eq!(
        outcome.message,
        "the payload Gain is committed twice for the same runs: for 7,1,-1,-1 and for 7,5,7,6; \
         commit intervals that do not overlap"
    );
    assert!(outcome.commits.is_empty());
    let apart = &[(5, "7,5,7,6"), (1, "7,0,7,1"), (3, "7,3,7,3")];
    let (outcome, _) = run(always(AlgResult::Ok), committing(apart));
    assert_eq!(outcome.result, AlgResult::Ok);
    assert_eq!(outcome.gaps, [iov("7,2,7,2"), iov("7,4,7,4")]);
    // Another payload that is there all the time does not hide the gap.
    let gains = Gains::new(|data| {
        data.save(payload("Whole"), None);
        if data.input().runs[0].run == 3 {
            data.save(payload("Map"), Some(iov("9,0,9,4")));
        }
        AlgResult::Ok
    });
    let (outcome, _) = run(gains, committing(&[(1, "7,0,7,2"), (3, "7,3,7,5")]));
    assert!(outcome.gaps.is_empty());
    assert_eq!(effect(&outcome).len(), 5);
    assert!(effect(&outcome).contains(&"Map 9,0,9,4".into()));
}

#[test]
fn boundaries_are_asked_run_by_run_and_remember_the_last_answer() {
    let mut gains = always(AlgResult::Ok);
    // A boundary at the first run and wherever the run number has grown by more than one since.
    gains.boundaries = Some(|data| {
        let run = data.input().runs[0].run;
        let last = data.result().and_then(|result| result.value::<i32>());
        let required = last.is_none_or(|last| run - last > 1);
        data.set_result(Opaque::new(run, run.to_string()));
        required
    });
    let strategy = script(|s| {
        assert_eq!(s.boundaries(&s.runs())?, [exp_run(1), exp_run(5)]);
        let done = s.execute(&s.runs(), iov("7,1,7,5"), None)?;
        assert_eq!(done.answer, None);
        s.commit(&done, None)
    });
    let (outcome, calls) = run(gains, strategy);
    assert_eq!(outcome.result, AlgResult::Ok, "{}", outcome.message);
    let expected = [
        "setup 1 2 3 5",
        "boundary 1",
        "boundary 2",
        "boundary 3",
        "boundary 5",
        "calibrate 1 2 3 5",
    ];
    assert_eq!(calls, expected);
    let strategy = script(|s| s.boundaries(&s.runs()).map(|_| ()));
    let (outcome, _) = run(always(AlgResult::Ok), strategy);
    assert!(
        outcome
            .message
            .contains("algorithm Gains cannot say where payloads begin"),
        "{}",
        outcome.message
    );
}

#[test]
fn set_up_that_fails_or_panics_or_saves_is_a_failure_of_each_execution() {
    let ended = |setup: fn(&Data) -> Result<(), Failure>| {
        let mut gains = always(AlgResult::Ok);
        gains.setup = setup;
        let (outcome, calls) = run(gains, Strategy::SimpleRunByRun);
        assert_eq!(calls, ["setup 1 2 3 5"]);
        assert_eq!(outcome.result, AlgResult::Failure);
        assert_eq!(outcome.state, AlgorithmState::Failed);
        outcome.executions[3].message.clone()
    };
    assert_eq!(ended(|_| Err(failure("no map"))), "`setup` failed: no map");
    assert_eq!(
        ended(|_| panic!("no map")),
        "`setup` panicked: no map; this is a bug of b2caf"
    );
    assert_eq!(
        ended(|data| {
            data.save(payload("Early"), None);
            Ok(())
        }),
        "`setup` saved the payload Early, which would never take effect; save it in `calibrate`"
    );
}

#[test]
fn a_panic_ends_one_execution_only() {
    let gains = Gains::new(|data| {
        assert_ne!(data.input().runs[0].run, 3, "three");
        AlgResult::Ok
    });
    let (outcome, _) = run(gains, Strategy::SimpleRunByRun);
    assert_eq!(
        effect(&outcome),
        ["Gain 7,1,7,1", "Gain 7,2,7,2", "Gain 7,5,7,5"]
    );
    let message = &outcome.executions[2].message;
    assert!(
        message.starts_with("algorithm Gains panicked: "),
        "{message}"
    );
    assert!(message.ends_with("this is a bug of b2caf"), "{message}");
    assert_eq!(outcome.result, AlgResult::Failure);
    assert!(
        outcome
            .message
            .starts_with("1 of 4 intervals without constants: 7,3,7,3: ")
    );
}

#[test]
fn notes_of_hooks_come_with_the_first_execution() {
    let mut gains = always(AlgResult::Ok);
    gains.setup = |data| {
        data.note("maps of 2023");
        Ok(())
    };
    let (outcome, _) = run(gains, Strategy::SimpleRunByRun);
    assert_eq!(outcome.executions[0].notes, ["maps of 2023"]);
    assert!(outcome.executions[1].notes.is_empty());
}

#[test]
fn whole_data_cannot_be_taken_apart() {
    for (strategy, words) in [
        (Strategy::SimpleRunByRun, "cannot be executed alone"),
        (
            Strategy::SequentialBoundaries,
            "no run can be asked for a boundary",
        ),
    ] {
        let gains = Arc::new(always(AlgResult::Ok));
        let mut task = task(&gains, strategy);
        task.objects = Arc::new(Toy {
            together: true,
            runs: (1..=3).map(exp_run).collect(),
            ..Toy::default()
        });
        task.ignored.clear();
        let outcome = run_strategy(&task);
        assert_eq!(outcome.result, AlgResult::Failure);
        assert!(outcome.message.contains(words), "{}", outcome.message);
        assert!(
            gains
                .calls
                .lock()
                .unwrap()
                .iter()
                .all(|call| !call.starts_with("calibrate"))
        );
    }
}
