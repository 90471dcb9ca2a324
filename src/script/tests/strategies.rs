//! Strategies of scripts at work: what they execute, commit and refuse.

use std::sync::Arc;

use crate::calibrate::{AlgResult, Channels, Objects, StrategyOutcome, Task, run_strategy};
use crate::conditions::Chain;
use crate::hist::{Block, ChannelRange, EfficiencyBlock};
use crate::iov::{ExpRun, IoV};

use super::super::bindings::AlgorithmHandle;
use super::harness::value;

/// Hits of each run of experiment 7, in order: (plane, how many).
struct Hits(Vec<Vec<(i64, usize)>>);

impl Hits {
    fn run(&self, run: ExpRun) -> &[(i64, usize)] {
        &self.0[usize::try_from(run.run).unwrap() - 1]
    }
}

impl Objects for Hits {
    fn runs(&self) -> Vec<ExpRun> {
        (1..)
            .zip(&self.0)
            .map(|(run, _)| ExpRun::new(7, run))
            .collect()
    }

    fn by_run(&self) -> bool {
        true
    }

    fn channels(&self, _: &str, _: &[ExpRun]) -> Result<Option<Channels>, String> {
        Ok(None)
    }

    fn block(&self, _: &str, runs: &[ExpRun]) -> Result<Option<Block>, String> {
        let mut block = EfficiencyBlock::new(vec![ChannelRange::new("plane", 1, 9)]).unwrap();
        for (plane, hits) in runs.iter().flat_map(|run| self.run(*run)) {
            block.fill(&[&vec![*plane; *hits]], &vec![true; *hits]);
        }
        Ok(Some(Block::Efficiency(block)))
    }
}

/// Runs the algorithm that a script ends with over these runs; 1 to the end is asked for.
fn outcome(text: &str, hits: &[&[(i64, usize)]]) -> StrategyOutcome {
    let (value, _text) = value(text).unwrap();
    let objects = Hits(hits.iter().map(|run| run.to_vec()).collect());
    let mut algorithm = value.cast::<AlgorithmHandle>().get();
    let coverage = IoV::new(ExpRun::new(7, 0), ExpRun::new(-1, -1)).unwrap();
    algorithm.params.iov_coverage = Some(coverage);
    run_strategy(&Task {
        algorithm,
        objects: Arc::new(objects),
        requested: IoV::EVERYTHING,
        ignored: vec![ExpRun::new(7, 9)],
        iteration: 2,
        constants: Chain::default(),
        earlier: None,
    })
}

/// Intervals that take effect, each with the member `n` of its payload.
fn committed(outcome: &StrategyOutcome) -> Vec<(String, f64)> {
    let saved = outcome.commits.iter().flat_map(|commit| &commit.payloads);
    saved
        .map(|saved| (saved.iov.to_string(), saved.payload.members["n"][0]))
        .collect()
}

/// An algorithm that wants 100 hits in each plane it sees, and saves the sum of all.
fn counting(strategy: &str) -> String {
    format!(
        "import \"std/strategies\" as merge;\n\
         let a = Algorithm(\"A\").calibrate(|data| {{\n\
             let planes = data.efficiency(\"found\").table().filter(|p| p.total > 0);\n\
             data.result.planes = planes.channel.to_array();\n\
             data.result.status = planes.channel.to_array();\n\
             let stage = data.options.get(\"stage\", \"\");\n\
             if stage == \"excluded\" {{\n\
                 data.save(\"P\", #{{ n: -1 }});\n\
                 return AlgResult::ok;\n\
             }}\n\
             if planes.any(|p| p.total < 100) && !data.options.get(\"forced\", false) {{\n\
                 return AlgResult::not_enough_data(\"too few\");\n\
             }}\n\
             data.save(\"P\", #{{ n: planes.total.sum() }});\n\
             AlgResult::ok\n\
         }}).boundary_required(|data| {{\n\
             data.result.n = data.result.get(\"n\", 0) + 1;\n\
             data.result.n % 2 == 1\n\
         }});\n\
         a.strategy = {strategy};\n\
         a"
    )
}

fn of(iovs: &[(&str, f64)]) -> Vec<(String, f64)> {
    iovs.iter()
        .map(|(iov, n)| ((*iov).to_owned(), *n))
        .collect()
}

#[test]
fn short_runs_are_merged_and_measured() {
    let text = counting("merge::merging(\"short\", \"planes\")");
    // Run 3 is short and brings nothing new to run 4; run 6 saw nothing.
    let hits: [&[(i64, usize)]; 6] = [
        &[(1, 150)],
        &[(1, 120), (2, 100)],
        &[(2, 30)],
        &[(1, 200), (2, 300)],
        &[(1, 101)],
        &[],
    ];
    let done = outcome(&text, &hits);
    assert_eq!(done.result, AlgResult::Ok, "{}", done.message);
    let expected = [
        ("7,0,7,1", 150.0),
        ("7,2,7,2", 220.0),
        ("7,3,7,4", 530.0),
        ("7,5,-1,-1", 101.0),
    ];
    assert_eq!(committed(&done), of(&expected));
}

#[test]
fn a_status_is_followed_and_runs_that_saw_nothing_stand_apart() {
    let text = counting("merge::following(\"status\", \"planes\")");
    // Runs 1 and 2 have one status. Run 4 is short and goes with run 6 (new to run 2: plane 3),
    // although run 5 between them saw nothing. Run 7 has the status of run 6.
    let hits: [&[(i64, usize)]; 8] = [
        &[(1, 100)],
        &[(1, 200)],
        &[],
        &[(3, 20)],
        &[],
        &[(1, 100), (3, 100)],
        &[(1, 300), (3, 400)],
        &[(1, 100)],
    ];
    let done = outcome(&text, &hits);
    assert_eq!(done.result, AlgResult::Ok, "{}", done.message);
    let expected = [
        ("7,0,7,2", 100.0),
        ("7,3,7,3", -1.0),
        ("7,4,7,4", 220.0),
        ("7,5,7,5", -1.0),
        ("7,6,7,7", 220.0),
        ("7,8,-1,-1", 100.0),
    ];
    assert_eq!(committed(&done), of(&expected));
}

#[test]
fn a_strategy_sees_runs_and_executions() {
    let text = counting(
        "Strategy(\"S\", |s| {\n\
             let all = [s.runs.len(), s.coverage.to_string(), s.iteration, s.boundaries(s.runs).len()];\n\
             if all != [3, \"7,0,-1,-1\", 2, 2] { s.fail(`${all}`); }\n\
             let first = s.execute([s.runs[0]], IoV(7, 1, 7, 1), #{ forced: true });\n\
             let again = s.execute([s.runs[0]], IoV(7, 1, 7, 1), #{ forced: true });\n\
             let short = s.execute([s.runs[0]], IoV(7, 1, 7, 1));\n\
             let facts = [first.succeeded, first.code, first.iov == again.iov, first.runs.len(), \
                 first.result.planes, short.succeeded, short.code, short.message];\n\
             if facts != [true, 0, true, 1, [1], false, 2, \"too few\"] { s.fail(`${facts}`); }\n\
             s.commit(first, IoV(7, 0, -1, -1));\n\
         })",
    );
    let done = outcome(&text, &[&[(1, 50)], &[(1, 200)], &[(1, 200)]]);
    assert_eq!(done.result, AlgResult::Ok, "{}", done.message);
    assert_eq!(committed(&done), of(&[("7,0,-1,-1", 50.0)]));
    assert_eq!(done.executions.len(), 2);
}

#[test]
fn fail_ends_a_strategy_at_once_and_nothing_takes_effect() {
    let text = counting(
        "Strategy(\"S\", |s| {\n\
             s.commit(s.execute(s.runs, s.coverage));\n\
             try { let it = s; [1].map(|n| it.fail(`run ${n} is bad`)); } catch { info(\"caught\"); }\n\
             s.fail(\"too late\");\n\
         })",
    );
    let done = outcome(&text, &[&[(1, 200)]]);
    assert_eq!(done.result, AlgResult::Failure);
    assert!(done.message.contains("run 1 is bad"), "{}", done.message);
    assert!(done.commits.is_empty());
}

#[test]
fn what_a_strategy_does_wrong_is_told_at_its_place() {
    for (body, message, line) in [
        (
            "s.execute([], s.coverage);",
            "an execution needs at least one run",
            2,
        ),
        (
            "s.execute([1], s.coverage);",
            "the runs of an execution are an array of ExpRun; this one holds an int",
            2,
        ),
        ("s.execute([ExpRun(8, 1)], s.coverage);", "8,1", 2),
        (
            "let x = s.execute(s.runs, s.coverage);\ns.commit(x);",
            "cannot be committed, it ended with not enough data: too few",
            3,
        ),
        (
            "s.execute(s.runs, s.coverage, #{ who: s });",
            "the map of options holds a StrategyRun",
            2,
        ),
        (
            "s.exceute(s.runs, s.coverage);",
            "a StrategyRun has no method `exceute`",
            2,
        ),
    ] {
        let text = counting(&format!("Strategy(\"S\", |s| {{\n{body}\n}})"));
        let before =
            u32::try_from(text.split("Strategy(").next().unwrap().lines().count()).unwrap();
        let done = outcome(&text, &[&[(1, 50)]]);
        assert_eq!(done.result, AlgResult::Failure, "{body}");
        assert!(done.message.contains(message), "{body}\n{}", done.message);
        assert!(done.commits.is_empty());
        let place = done.place.map(|place| place.line);
        assert_eq!(place, Some(before + line - 1), "{body}\n{}", done.message);
    }
}
