//! The collectors that go by the names of upstream's modules.

use b2caf::collect::{Collector, Native};
use b2caf::expr::{Column, Table};
use b2caf::iov::ExpRun;
use serde_json::json;

use super::build::*;
use super::same::{parts, whole};

fn floats<'t>(table: &'t Table, name: &str) -> &'t [f64] {
    match table.column(name) {
        Some(Column::Float(values)) => values,
        other => panic!("{name}: {other:?}"),
    }
}

fn whole_numbers<'t>(table: &'t Table, name: &str) -> &'t [i64] {
    match table.column(name) {
        Some(Column::Int(values)) => values,
        other => panic!("{name}: {other:?}"),
    }
}

fn ca_test(parameters: &[(&str, serde_json::Value)]) -> Collector {
    let mut collector = Native::CaTest.collector();
    for (name, value) in parameters {
        collector.set_parameter(name, value).unwrap();
    }
    collector
}

#[test]
fn the_table_has_so_many_rows_per_event_and_tells_whose_they_are() {
    let collected = run(&ca_test(&[("entriesPerEvent", json!(3))]), &parts(), 2).unwrap();
    assert_eq!(collected.events(), 300);
    let run = ExpRun::new(7, 3);
    let table = collected.table("MyTree", &[run]).unwrap();
    let events = collected
        .runs
        .iter()
        .find(|r| r.run == run)
        .unwrap()
        .collected;
    assert_eq!(table.len() as u64, 3 * events);
    assert!(whole_numbers(&table, "run").iter().all(|run| *run == 3));
    assert!(whole_numbers(&table, "exp").iter().all(|exp| *exp == 7));
    let numbers = whole_numbers(&table, "event");
    assert!(
        numbers
            .chunks(3)
            .all(|three| three.iter().all(|n| *n == three[0]))
    );
    assert_eq!(numbers[numbers.len() - 1], 300);
    // No number is drawn twice.
    let mut drawn: Vec<u64> = [
        "hitX", "hitY", "hitZ", "trackX", "trackY", "trackZ", "chisq", "pvalue", "dof",
    ]
    .iter()
    .flat_map(|name| floats(&table, name).iter().map(|x| x.to_bits()))
    .collect();
    let many = drawn.len();
    drawn.sort_unstable();
    drawn.dedup();
    assert_eq!(drawn.len(), many);
}

#[test]
fn the_histogram_lies_at_42_and_is_as_wide_as_asked_for() {
    for spread in [4, 17] {
        let collected = run(&ca_test(&[("spread", json!(spread))]), &whole(), 1).unwrap();
        let runs: Vec<ExpRun> = collected.runs.iter().map(|r| r.run).collect();
        let [(_, histogram)] = collected
            .histograms("MyHisto", &runs)
            .unwrap()
            .try_into()
            .unwrap();
        assert_eq!(histogram.all_entries(), 3000.0);
        assert_eq!(histogram.axis.bins(), 100);
        let width = f64::from(spread);
        // Four standard deviations of mean and width of 3000 values; bins add little.
        assert!((histogram.mean() - 42.0).abs() < 4.0 * width / 3000_f64.sqrt() + 0.1);
        assert!((histogram.std() / width - 1.0).abs() < 4.0 / 6000_f64.sqrt() + 0.02);
    }
}

#[test]
fn the_dummy_counts_events() {
    let collected = run(&Native::DummyCollector.collector(), &parts(), 3).unwrap();
    for count in &collected.runs {
        let found = collected.histograms("DummyHist", &[count.run]).unwrap();
        assert_eq!(found[0].1.entries(), count.read as f64);
    }
}

#[test]
fn what_a_module_does_not_know_is_refused() {
    let said = Native::find("CaTset").unwrap_err();
    assert_eq!(said.message, "there is no module `CaTset`");
    assert_eq!(said.hint.as_deref(), Some("did you mean `CaTest`?"));
    let mut dummy = Native::DummyCollector.collector();
    let refused = |c: &mut Collector, name: &str, value: serde_json::Value| {
        c.set_parameter(name, &value).unwrap_err().to_string()
    };
    assert_eq!(
        refused(&mut dummy, "spread", json!(3)),
        "DummyCollector has no parameter `spread`"
    );
    let mut test = ca_test(&[
        ("granularity", json!("all")),
        ("maxEventsPerRun", json!(-1)),
    ]);
    assert_eq!(
        refused(&mut test, "spread", json!(-3)),
        "`spread` is a whole number, 0 or above, not -3"
    );
    assert_eq!(
        refused(&mut test, "preScale", json!(1.5)),
        "`preScale` is a fraction from 0 to 1, not 1.5"
    );
    let mut other = collector("tree", vec![]);
    assert_eq!(
        refused(&mut other, "granularity", json!("all")),
        "Test is no native collector, it has no parameters"
    );
}

#[test]
fn made_up_numbers_need_event_numbers() {
    let mut collector = ca_test(&[("tree", json!("ntuple"))]);
    collector.run_columns = Some(b2caf::collect::RunNames {
        experiment: "exp".into(),
        run: "run".into(),
        event: None,
    });
    let text = message(run(&collector, &ntuples(), 1));
    assert!(text.ends_with(
        "a collector of made-up numbers needs the number of each event, and no column says it; name the column"
    ), "{text}");
}
