//! Look-ups of constants: each event sees those of its own run.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use b2caf::collect::{
    Collected, Collector, Constants, Error, Granularity, MissedCount, NoConstants, Options, Silent,
    Step, check, collect,
};
use b2caf::expr::BinaryOp::{Add, Gt, Rem, Sub};
use b2caf::expr::{
    Bound, Column, Expr, Failure, Formula, Lookup, LookupTable, Node, Path, PayloadMember, Place,
    Reduction, RowFunction, Unknown, Value,
};
use b2caf::iov::ExpRun;

use super::build::*;
use super::same::{content, parts, whole};

fn member() -> PayloadMember {
    PayloadMember::new("P", "a")
}

fn at(index: Expr) -> Expr {
    Arc::new(Node::Lookup(Lookup::Payload(member()), index, place(11)))
}

/// Channels 0 to 11 in odd runs, which share their constants; 0 to 9 in even ones.
fn constant(run: i64, channel: i64) -> Option<f64> {
    match (run, channel) {
        (1 | 3 | 5, 0..=11) => Some(0.5 * channel as f64),
        (2 | 4, 0..=9) => Some(100.0 - channel as f64),
        _ => None,
    }
}

struct ByRun {
    tables: [Arc<LookupTable>; 2],
    asked: Mutex<BTreeSet<ExpRun>>,
}

impl ByRun {
    fn new() -> Self {
        let table = |run| {
            let values = (0..=11).filter_map(|c| Some((c, constant(run, c)?)));
            Arc::new(LookupTable::new(values).unwrap())
        };
        Self {
            tables: [table(3), table(4)],
            asked: Mutex::default(),
        }
    }
}

impl Constants for ByRun {
    fn values(&self, asked: &PayloadMember, run: ExpRun) -> Result<Arc<LookupTable>, Unknown> {
        assert_eq!(*asked, member());
        self.asked.lock().unwrap().insert(run);
        Ok(Arc::clone(&self.tables[usize::from(run.run % 2 == 0)]))
    }
}

/// The look-up of `ch` row by row.
#[derive(Debug)]
struct RowByRow([(Path, Place); 1], [(PayloadMember, Place); 1]);

impl RowFunction for RowByRow {
    fn columns(&self) -> &[(Path, Place)] {
        &self.0
    }
    fn lookups(&self) -> &[(PayloadMember, Place)] {
        &self.1
    }
    fn call(&self, row: &[Value], constants: &Arc<Bound>) -> Result<Value, Failure> {
        let [Value::Int(channel)] = row else {
            panic!("{row:?}")
        };
        Ok(Value::Float(constants.at(&member(), *channel).unwrap()))
    }
    fn source(&self) -> &'static str {
        "row by row"
    }
    fn place(&self) -> Place {
        place(12)
    }
}

fn row_by_row() -> Formula {
    let function = RowByRow([(path("ch"), place(12))], [(member(), place(12))]);
    Formula::Interpreted(Arc::new(function))
}

/// Hits with what is looked up for them; each event with the sum over its hits.
fn hits() -> Collector {
    let sum = over(Reduction::Sum, "hit", Some(at(col("ch"))));
    let steps = vec![
        define("sum", f(sum)),
        table("events", &[("event", col("event")), ("sum", col("sum"))]),
        each("hit"),
        define("a", f(at(col("ch")))),
        define("slow", row_by_row()),
        table(
            "hits",
            &[
                ("run", col("event.run")),
                ("event", col("event.event")),
                ("t", col("t")),
                ("ch", col("ch")),
                ("a", col("a")),
                ("slow", col("slow")),
            ],
        ),
        select("there", f(op(Gt, col("a"), num(-1.0)))),
        histogram(
            "dt",
            f(op(Sub, col("t"), at(col("ch")))),
            regular(40, -120.0, 40.0),
        ),
    ];
    collector("ntuple", steps)
}

fn collected(collector: &Collector, threads: usize) -> Collected {
    let options = Options {
        threads,
        ..Options::default()
    };
    collect(collector, &ntuples(), &ByRun::new(), options, &Silent).unwrap()
}

fn runs() -> Vec<ExpRun> {
    (3..=5).map(|run| ExpRun::new(7, run)).collect()
}

fn ints(collected: &Collected, table: &str, name: &str) -> Vec<i64> {
    match collected.table(table, &runs()).unwrap().column(name) {
        Some(Column::Int(values)) => values.clone(),
        other => panic!("{name}: {other:?}"),
    }
}

fn floats(collected: &Collected, table: &str, name: &str) -> Vec<f64> {
    let table = collected.table(table, &runs()).unwrap();
    table.column(name).and_then(Column::to_floats).unwrap()
}

/// Checks all values against the constants as they are written above; how many were looked at.
fn right(collected: &Collected) -> u64 {
    let run = ints(collected, "hits", "run");
    let channel = ints(collected, "hits", "ch");
    let values: Vec<Option<f64>> = run
        .iter()
        .zip(&channel)
        .map(|(r, c)| constant(*r, *c))
        .collect();
    for name in ["a", "slow"] {
        let found = floats(collected, "hits", name);
        assert_eq!(found.len(), values.len());
        for (found, wanted) in found.iter().zip(&values) {
            assert_eq!(found.to_bits(), wanted.unwrap_or(f64::NAN).to_bits());
        }
    }
    // The sums of the hits, event by event.
    let event = ints(collected, "hits", "event");
    let (events, sums) = (
        ints(collected, "events", "event"),
        floats(collected, "events", "sum"),
    );
    let mut next = 0;
    let mut events_without = 0;
    for (number, sum) in events.iter().zip(sums) {
        let first = next;
        while event.get(next) == Some(number) {
            next += 1;
        }
        let own = &values[first..next];
        events_without += u64::from(own.iter().any(Option::is_none));
        let wanted = own
            .iter()
            .fold(0.0, |sum, value| sum + value.unwrap_or(f64::NAN));
        assert!(sum.to_bits() == wanted.to_bits() || (sum.is_nan() && wanted.is_nan()));
    }
    assert_eq!(next, event.len());
    // Once for `sum`, `a` and `slow` each; what does not pass the cut is not asked again.
    let hits_without = values.iter().filter(|value| value.is_none()).count() as u64;
    let [
        MissedCount {
            payload,
            member,
            rows,
        },
    ] = collected.missed.as_slice()
    else {
        panic!("{:?}", collected.missed)
    };
    assert_eq!((payload.as_str(), member.as_str()), ("P", "a"));
    assert!(hits_without > 0 && events_without > 0);
    assert_eq!(*rows, events_without + 2 * hits_without);
    let cut = collected.cuts.last().unwrap();
    assert_eq!(cut.before - cut.after, hits_without);
    values.len() as u64
}

#[test]
fn each_event_sees_the_constants_of_its_run() {
    let mut collector = hits();
    for granularity in [Granularity::Run, Granularity::All] {
        collector.granularity = granularity;
        let whole = collected(&collector, 1);
        assert_eq!(right(&whole), whole.rows);
        let bytes = serde_json::to_string(&whole).unwrap();
        for threads in [2, 5] {
            let other = serde_json::to_string(&collected(&collector, threads)).unwrap();
            assert_eq!(bytes, other, "{threads} threads");
        }
    }
}

#[test]
fn granularity_limit_and_prescale_change_which_events_count_only() {
    let mut collector = hits();
    let by_run = collected(&collector, 2);
    collector.granularity = Granularity::All;
    let all = collected(&collector, 2);
    assert_eq!(all.missed, by_run.missed);
    assert_eq!(
        all.block("dt", &[]).unwrap(),
        by_run.block("dt", &runs()).unwrap()
    );
    collector.prescale = 0.6;
    collector.max_events_per_run = Some(150);
    for threads in [1, 3] {
        let few = collected(&collector, threads);
        assert!(few.rows < all.rows && right(&few) == few.rows);
    }
}

#[test]
fn only_runs_with_events_are_asked_for_and_each_formula_with_a_look_up_counts() {
    let source = ByRun::new();
    collect(&hits(), &ntuples(), &source, Options::default(), &Silent).unwrap();
    let asked: Vec<ExpRun> = source.asked.into_inner().unwrap().into_iter().collect();
    assert_eq!(asked, runs());
    assert_eq!(
        hits().lookups(),
        [(member(), place(11))],
        "each once, at its first place"
    );
    assert_eq!(hits().reads_payloads(), [Arc::from("P")]);
    let without = collector("ntuple", vec![table("events", &[("event", col("event"))])]);
    assert!(without.reads_payloads().is_empty());
    // Nobody is asked where nothing is looked up.
    run(&without, &ntuples(), 2).unwrap();
}

#[test]
fn files_of_one_run_are_asked_for_that_run() {
    // The same events, in one file of three runs and in five files of one or two.
    let looked = at(op(Rem, col("event"), int(12)));
    let columns = [("run", col("run")), ("event", col("event")), ("a", looked)];
    let collector = collector("tree", vec![table("events", &columns)]);
    let asked = |files: &[(std::path::PathBuf, b2caf::iov::IoV)]| {
        let source = ByRun::new();
        let collected = collect(&collector, files, &source, Options::default(), &Silent);
        let asked = source.asked.into_inner().unwrap();
        (collected.unwrap(), asked)
    };
    let (whole, parts) = (asked(&whole()), asked(&parts()));
    assert_eq!(whole.1, parts.1);
    assert_eq!(whole.1.len(), 3);
    assert_eq!(content(&whole.0), content(&parts.0));
    let all: Vec<ExpRun> = (1..=3).map(|run| ExpRun::new(7, run)).collect();
    let table = whole.0.table("events", &all).unwrap();
    let (Some(Column::Int(runs)), Some(Column::Int(events)), Some(Column::Float(found))) = (
        table.column("run"),
        table.column("event"),
        table.column("a"),
    ) else {
        panic!("{table:?}")
    };
    for ((run, event), found) in runs.iter().zip(events).zip(found) {
        let wanted = constant(*run, event % 12).unwrap_or(f64::NAN);
        assert_eq!(found.to_bits(), wanted.to_bits(), "run {run}");
    }
}

#[test]
fn an_index_that_splits_an_object_may_be_looked_up() {
    // Its members are numbers, but whole ones: half of the channel, twice.
    let channel = op(Add, at(col("ch")), at(col("ch")));
    let mut split = histogram("t", f(col("t")), regular(2, -100.0, 100.0));
    if let Step::Fill(object) = &mut split {
        object.channels = by("half", f(channel), 0, 200);
    }
    let steps = vec![each("hit"), split];
    let collected = collected(&collector("ntuple", steps), 2);
    let hits = collected_hits();
    let without = hits.iter().filter(|(r, c)| constant(*r, *c).is_none());
    let block = collected.block("t", &runs()).unwrap();
    let b2caf::hist::Block::Counts(block) = block else {
        panic!("{block:?}")
    };
    assert_eq!(block.outside(), without.count() as u64);
    for (run, channel) in [(3, 7), (4, 7), (5, 0)] {
        let twice = |c: i64| constant(run, c).map(|value| (2.0 * value) as i64);
        let wanted = twice(channel).unwrap();
        let same = hits
            .iter()
            .filter(|(r, c)| *r == run && twice(*c) == Some(wanted));
        let found = collected
            .histograms("t", &[ExpRun::new(7, run as i32)])
            .unwrap();
        let (_, histogram) = found.iter().find(|(n, _)| *n == wanted).unwrap();
        assert!(histogram.entries() > 0.0);
        assert_eq!(histogram.entries() as usize, same.count(), "run {run}");
    }
}

/// Run and channel of all hits.
fn collected_hits() -> Vec<(i64, i64)> {
    let collected = collected(&hits(), 1);
    let runs = ints(&collected, "hits", "run");
    runs.into_iter()
        .zip(ints(&collected, "hits", "ch"))
        .collect()
}

#[test]
fn constants_that_are_missing_stop_the_pass_before_its_first_event() {
    struct OnlyRun3(Mutex<u32>);
    impl Constants for OnlyRun3 {
        fn values(&self, member: &PayloadMember, run: ExpRun) -> Result<Arc<LookupTable>, Unknown> {
            *self.0.lock().unwrap() += 1;
            match run.run {
                3 => Ok(Arc::default()),
                _ => Err(Unknown {
                    message: format!("no {member}"),
                    hint: Some("make some".into()),
                }),
            }
        }
    }
    let source = OnlyRun3(Mutex::default());
    let error = collect(&hits(), &ntuples(), &source, Options::default(), &Silent).unwrap_err();
    let Error::Constants { run, failure, .. } = &error else {
        panic!("{error}")
    };
    assert_eq!((*run, failure.place), (ExpRun::new(7, 4), place(11)));
    assert_eq!(
        error.to_string(),
        "collector Test, run 7,4: no P.a; make some"
    );
    assert_eq!(error.failure().unwrap().hint.as_deref(), Some("make some"));
    // Before anything is run, single runs are asked for.
    let (path, _) = &ntuples()[0];
    let asked = |iov_: &str| check(&hits(), &(path.clone(), iov(iov_)), &source).is_ok();
    assert!(asked("7,3,7,3") && !asked("7,4,7,4") && asked("7,4,7,5"));
    assert!(
        message(collect(
            &hits(),
            &ntuples(),
            &NoConstants,
            Options::default(),
            &Silent
        ))
        .contains("there are no constants to look up P.a")
    );
}

#[test]
fn a_row_that_fails_beside_a_look_up_is_still_the_first_one() {
    let cut = Arc::new(Node::Call(
        b2caf::expr::Function::ToInt,
        vec![at(col("ch"))],
        place(13),
    ));
    let collector = collector("ntuple", vec![each("hit"), table("cut", &[("cut", cut)])]);
    let options = Options {
        threads: 3,
        ..Options::default()
    };
    let error = collect(&collector, &ntuples(), &ByRun::new(), options, &Silent).unwrap_err();
    let Error::Row { run, entry, .. } = error else {
        panic!("{error}")
    };
    assert_eq!(run, ExpRun::new(7, 4));
    // The first event of run 4 with a hit in channel 10 or 11, counted in its file.
    let hits = hits();
    let file = &ntuples()[..1];
    let options = Options {
        threads: 1,
        ..Options::default()
    };
    let all = collect(
        &Collector {
            granularity: Granularity::All,
            ..hits
        },
        file,
        &ByRun::new(),
        options,
        &Silent,
    );
    let all = all.unwrap();
    let events = ints(&all, "events", "event");
    let rows = ints(&all, "hits", "run")
        .into_iter()
        .zip(ints(&all, "hits", "ch"));
    let mut rows = rows.zip(ints(&all, "hits", "event"));
    let ((_, _), first) = rows.find(|((run, ch), _)| *run == 4 && *ch >= 10).unwrap();
    let wanted = events.iter().position(|event| *event == first).unwrap();
    assert_eq!(entry, wanted as u64);
}
