//! Prescale, limits and intervals.

use b2caf::collect::{Granularity, RunNames};
use b2caf::expr::Column;
use b2caf::iov::ExpRun;

use super::build::*;

fn events(collector: &b2caf::collect::Collector, threads: usize) -> Vec<(i32, Vec<i64>)> {
    let collected = run(collector, &ntuples(), threads).unwrap();
    let of = |run: ExpRun| match collected.table("events", &[run]).unwrap().column("event") {
        Some(Column::Int(values)) => values.clone(),
        other => panic!("{other:?}"),
    };
    for run in &collected.runs {
        assert_eq!(run.collected, of(run.run).len() as u64);
    }
    collected
        .runs
        .iter()
        .map(|r| (r.run.run, of(r.run)))
        .collect()
}

#[test]
fn limits_and_prescale_choose_the_same_events_for_any_number_of_threads() {
    let mut collector = collector("ntuple", vec![table("events", &[("event", col("event"))])]);
    let all = events(&collector, 1);
    collector.prescale = 0.4;
    let some = events(&collector, 2);
    for ((run, all), (_, some)) in all.iter().zip(&some) {
        let kept = |e: &&i64| b2caf::dataset::keeps(0.4, 1, 7, *run, e.cast_unsigned());
        assert_eq!(all.iter().filter(kept).copied().collect::<Vec<_>>(), *some);
    }
    collector.max_events_per_run = Some(40);
    for threads in [1, 2, 8] {
        let few = events(&collector, threads);
        for ((_, some), (_, few)) in some.iter().zip(&few) {
            assert_eq!(some.iter().take(40).copied().collect::<Vec<_>>(), *few);
        }
    }
    collector.prescale = 1.0;
    collector.max_events_per_run = Some(0);
    assert!(
        events(&collector, 2)
            .iter()
            .all(|(_, events)| events.is_empty())
    );
}

#[test]
fn the_limit_counts_runs_also_for_one_set_of_objects() {
    let mut collector = collector("ntuple", vec![table("events", &[("event", col("event"))])]);
    collector.granularity = Granularity::All;
    collector.max_events_per_run = Some(10);
    let collected = run(&collector, &ntuples(), 2).unwrap();
    assert_eq!(collected.table("events", &[]).unwrap().len(), 30);
    assert_eq!(collected.events(), 30);
}

#[test]
fn events_of_other_runs_are_refused() {
    let mut files = ntuples();
    files[1].1 = iov("7,4,7,4");
    let collector = collector("ntuple", vec![]);
    let text = message(run(&collector, &files, 3));
    let file = files[1].0.display();
    assert!(text.starts_with(&format!("{file}, entry ")), "{text}");
    assert!(
        text.ends_with(
            "the event belongs to run 7,5, which is outside of the file's interval 7,4,7,4; \
             correct the list of input files"
        ),
        "{text}"
    );
    assert_eq!(message(run(&collector, &files, 1)), text);
}

#[test]
fn the_columns_for_the_run_can_be_named() {
    let names = |run: &str| {
        Some(RunNames {
            experiment: "exp".into(),
            run: run.into(),
            event: None,
        })
    };
    let mut collector = collector("ntuple", vec![]);
    collector.run_columns = names("run");
    assert_eq!(run(&collector, &ntuples(), 1).unwrap().runs.len(), 3);
    collector.run_columns = names("hit_t");
    let file = own("ntuple_a.root").display().to_string();
    assert_eq!(
        message(run(&collector, &ntuples(), 1)),
        format!("{file}: column hit_t cannot tell the run: it is a number per element")
    );
    collector.run_columns = names("x");
    let text = message(run(&collector, &ntuples(), 1));
    assert!(
        text.contains("in column x is no experiment, run or event number"),
        "{text}"
    );
    collector.run_columns = names("run");
    collector.prescale = 0.5;
    assert_eq!(
        message(run(&collector, &ntuples(), 1)),
        format!(
            "{file}: a prescale needs the number of each event, and no column says it; name the column"
        )
    );
}

#[test]
fn no_files_are_no_pass() {
    assert_eq!(
        message(run(&collector("ntuple", vec![]), &[], 1)),
        "collector Test has no input files"
    );
}
