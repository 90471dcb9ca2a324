//! Numbers of the two ntuples against uproot's and numpy's.

use b2caf::collect::{Binning, Collected, Collector, Granularity, Storage};
use b2caf::expr::BinaryOp::{And, Gt, Lt, Mul, Sub};
use b2caf::expr::{Column, Reduction, Value};
use b2caf::hist::{Axis, Block};
use b2caf::iov::ExpRun;

use super::build::*;

/// Good events with hits; hits by their shifted time.
fn hits() -> Collector {
    let good = op(And, col("good"), op(Gt, col("nhit"), int(0)));
    let shifted = op(Sub, col("t"), op(Mul, num(0.5), col("k")));
    let early = op(Lt, col("shifted"), num(8.0));
    let mut steps = vec![
        histogram("x", f(col("x")), regular(20, -2.0, 2.0)),
        table("events", &[("event", col("event")), ("x", col("x"))]),
        define(
            "late",
            f(over(
                Reduction::Count,
                "hit",
                Some(op(Gt, col("t"), num(0.0))),
            )),
        ),
        table("counts", &[("late", col("late"))]),
        select("good", f(good)),
        each("hit"),
        define("shifted", f(shifted)),
        select("early", f(early)),
        histogram("t", f(col("shifted")), regular(25, -10.0, 10.0)),
        table(
            "hits",
            &[
                ("t", col("shifted")),
                ("ch", col("ch")),
                ("x", col("event.x")),
            ],
        ),
    ];
    steps.push(histogram(
        "t_by_channel",
        f(col("shifted")),
        regular(25, -10.0, 10.0),
    ));
    if let Some(b2caf::collect::Step::Fill(object)) = steps.last_mut() {
        object.channels = by("channel", f(col("ch")), 1, 10);
    }
    collector("ntuple", steps)
}

fn ints(column: Option<&Column>) -> Vec<i64> {
    match column {
        Some(Column::Int(values)) => values.clone(),
        other => panic!("these are no whole numbers: {other:?}"),
    }
}

fn floats(column: Option<&Column>) -> Vec<f64> {
    match column {
        Some(Column::Float(values)) => values.clone(),
        other => panic!("these are no numbers: {other:?}"),
    }
}

#[test]
fn each_run_counts_what_numpy_counts() {
    let collected = run(&hits(), &ntuples(), 1).unwrap();
    let expected = &expected()["ntuples"];
    let runs: Vec<ExpRun> = collected.runs.iter().map(|r| r.run).collect();
    assert_eq!(runs, [3, 4, 5].map(|run| ExpRun::new(7, run)));
    let mut cuts = [[0, 0], [0, 0]];
    for run in &collected.runs {
        let expected = &expected["runs"][run.run.run.to_string()];
        assert_eq!(run.read, expected["events"].as_u64().unwrap());
        assert_eq!(run.collected, run.read);
        for (n, cut) in cuts.iter_mut().enumerate() {
            cut[0] += expected["cuts"][n][0].as_u64().unwrap();
            cut[1] += expected["cuts"][n][1].as_u64().unwrap();
        }
        check_tables(&collected, run.run, expected);
        check_histograms(&collected, run.run, expected);
    }
    let found: Vec<[u64; 2]> = collected.cuts.iter().map(|c| [c.before, c.after]).collect();
    assert_eq!(found, cuts);
    assert_eq!(
        (collected.row_name.as_str(), collected.rows),
        ("hit", cuts[1][0])
    );
    let entries: Vec<u64> = collected.files.iter().map(|f| f.entries).collect();
    assert_eq!(serde_json::json!(entries), expected["entries"]);
}

fn check_tables(collected: &Collected, run: ExpRun, expected: &serde_json::Value) {
    let events = collected.table("events", &[run]).unwrap();
    assert_eq!(events.len() as u64, expected["events"].as_u64().unwrap());
    let first = &ints(events.column("event"))[..5];
    assert_eq!(serde_json::json!(first), expected["first_events"]);
    let nan = floats(events.column("x"))
        .iter()
        .filter(|x| x.is_nan())
        .count();
    assert_eq!(serde_json::json!(nan), expected["x_nan"]);
    let counts = collected.table("counts", &[run]).unwrap();
    let late: i64 = ints(counts.column("late")).iter().sum();
    assert_eq!(serde_json::json!(late), expected["hits_after_zero"]);
    let hits = collected.table("hits", &[run]).unwrap();
    assert_eq!(serde_json::json!(hits.len()), expected["cuts"][1][1]);
    let sum: f64 = floats(hits.column("t")).iter().sum();
    let wanted = expected["sum_of_t"].as_f64().unwrap();
    assert!((sum - wanted).abs() < 1e-9 * wanted.abs(), "{sum} {wanted}");
}

fn check_histograms(collected: &Collected, run: ExpRun, expected: &serde_json::Value) {
    let json = |cells: &[f64]| {
        let cells: Vec<u64> = cells.iter().map(|n| *n as u64).collect();
        serde_json::json!(cells)
    };
    let x = &collected.histograms("x", &[run]).unwrap()[0].1;
    assert_eq!(json(&x.counts), expected["x"]);
    assert_eq!(serde_json::json!(x.not_a_number as u64), expected["x_nan"]);
    let t = &collected.histograms("t", &[run]).unwrap()[0].1;
    assert_eq!(json(&t.counts), expected["t"]);
    let channels = collected.histograms("t_by_channel", &[run]).unwrap();
    assert_eq!(
        channels.iter().map(|(n, _)| *n).collect::<Vec<_>>(),
        (1..=10).collect::<Vec<_>>()
    );
    for (number, histogram) in &channels {
        let wanted = &expected["t_by_channel"][number.to_string()];
        match wanted.is_null() {
            true => assert_eq!(histogram.all_entries(), 0.0),
            false => assert_eq!(json(&histogram.counts), *wanted),
        }
    }
}

/// Two dimensions, a profile, an efficiency per channel, a sum.
fn others() -> Collector {
    let shifted = op(Sub, col("t"), op(Mul, num(0.5), col("k")));
    let good = op(And, col("good"), op(Gt, col("nhit"), int(0)));
    let two = vec![
        Binning {
            value: f(col("shifted")),
            axis: regular(4, -10.0, 10.0),
        },
        Binning {
            value: f(col("x")),
            axis: Axis::variable(vec![-1.0, 0.5, 2.0], "").unwrap(),
        },
    ];
    let profile = Storage::Profile(
        Binning {
            value: f(col("k")),
            axis: regular(11, -5.5, 5.5),
        },
        f(col("x")),
    );
    let steps = vec![
        object("profile", profile, vec![]),
        object(
            "efficiency",
            Storage::Efficiency(f(col("good"))),
            by("k", f(col("k")), -2, 2),
        ),
        select("good", f(good)),
        each("hit"),
        define("shifted", f(shifted)),
        select("early", f(op(Lt, col("shifted"), num(8.0)))),
        object("square", Storage::Histogram(two), vec![]),
        object("sum", Storage::Sum(f(col("shifted"))), vec![]),
    ];
    collector("ntuple", steps)
}

#[test]
fn profiles_efficiencies_sums_and_squares_are_those_of_numpy() {
    let collected = run(&others(), &ntuples(), 2).unwrap();
    let expected = &expected()["ntuples"]["runs"];
    for count in &collected.runs {
        let expected = &expected[count.run.run.to_string()];
        let block = |name| collected.block(name, &[count.run]).unwrap();
        let Block::Counts(square) = block("square") else {
            panic!("no counts")
        };
        let cells = square.cells_of(&[]).unwrap();
        let cells = cells.iter().enumerate().filter(|(_, n)| **n > 0);
        let cells: Vec<_> = cells.map(|(at, n)| [at / 5, at % 5, *n as usize]).collect();
        assert_eq!(serde_json::json!(cells), expected["square"]);
        let Block::Profile(profile) = block("profile") else {
            panic!("no profile")
        };
        let profile = profile.histogram(&[]).unwrap();
        for (bin, wanted) in expected["profile"].as_array().unwrap().iter().enumerate() {
            assert_eq!(
                profile.weights.as_ref().unwrap()[bin + 1],
                wanted[0].as_f64().unwrap()
            );
            let near = |a: f64, b: &serde_json::Value| (a - b.as_f64().unwrap()).abs() < 1e-12;
            assert!(
                near(profile.values()[bin], &wanted[1]) && near(profile.error(bin), &wanted[2])
            );
        }
        let Block::Efficiency(efficiency) = block("efficiency") else {
            panic!("no efficiency")
        };
        for k in -2..=2 {
            let found = efficiency.get(&[k]).unwrap();
            assert_eq!(
                serde_json::json!([found.passed, found.total]),
                expected["efficiency"][k.to_string()]
            );
        }
        let Block::Sum(sum) = block("sum") else {
            panic!("no sum")
        };
        let (sum, wanted) = (
            sum.get(&[]).unwrap(),
            expected["sum_of_t"].as_f64().unwrap(),
        );
        assert!((sum.total.value() - wanted).abs() < 1e-12 * wanted.abs());
        assert_eq!(serde_json::json!(sum.entries), expected["cuts"][1][1]);
    }
    let bytes =
        |threads| serde_json::to_string(&run(&others(), &ntuples(), threads).unwrap()).unwrap();
    assert!(bytes(1) == bytes(8));
}

#[test]
fn what_is_asked_of_the_event_is_the_same_for_its_elements() {
    let later = |x: &str| Some(op(Gt, col("t"), col(x)));
    let busy = |n, late| op(And, op(Gt, n, int(2)), op(Gt, late, int(0)));
    let hits = || table("hits", &[("t", col("t")), ("event", col("event.event"))]);
    let before = vec![
        define("n", f(over(Reduction::Len, "hit", None))),
        define("late", f(over(Reduction::Count, "hit", later("event.x")))),
        each("hit"),
        select("busy", f(busy(col("n"), col("event.late")))),
        hits(),
    ];
    let len = over(Reduction::Len, "event.hit", None);
    let late = over(Reduction::Count, "event.hit", later("x"));
    let inside = vec![each("hit"), select("busy", f(busy(len, late))), hits()];
    let json = |steps| {
        let collected = run(&collector("ntuple", steps), &ntuples(), 2).unwrap();
        assert!(
            collected.cuts[0].after > 100 && collected.cuts[0].after < collected.cuts[0].before
        );
        serde_json::to_string(&collected).unwrap()
    };
    assert!(json(before) == json(inside));
}

#[test]
fn objects_are_asked_for_as_what_they_are() {
    let collected = run(&others(), &ntuples(), 1).unwrap();
    let said = |error: b2caf::collect::Error| error.to_string();
    assert_eq!(
        said(collected.table("squares", &[]).unwrap_err()),
        "there is no collected table squares; did you mean square?"
    );
    assert_eq!(
        said(collected.histograms("sum", &[]).unwrap_err()),
        "there is no collected histogram sum; it is something else"
    );
}

#[test]
fn the_bytes_do_not_depend_on_the_number_of_threads() {
    for granularity in [Granularity::Run, Granularity::All] {
        let mut collector = hits();
        collector.granularity = granularity;
        let bytes = |threads| {
            let collected = run(&collector, &ntuples(), threads).unwrap();
            serde_json::to_string(&collected).unwrap()
        };
        let one = bytes(1);
        assert!(one == bytes(2) && one == bytes(8));
        let back: Collected = serde_json::from_str(&one).unwrap();
        assert!(serde_json::to_string(&back).unwrap() == one);
    }
}

#[test]
fn one_set_of_objects_holds_what_the_runs_hold_together() {
    let by_run = run(&hits(), &ntuples(), 2).unwrap();
    let mut collector = hits();
    collector.granularity = Granularity::All;
    let all = run(&collector, &ntuples(), 2).unwrap();
    let runs: Vec<ExpRun> = by_run.runs.iter().map(|r| r.run).collect();
    assert_eq!(by_run.cuts, all.cuts);
    assert_eq!(by_run.runs, all.runs);
    // With one set, rows are in the order of the files.
    let mut together = ints(all.table("events", &[]).unwrap().column("event"));
    assert!(together.is_sorted());
    let mut apart = ints(by_run.table("events", &runs).unwrap().column("event"));
    assert!(!apart.is_sorted());
    apart.sort_unstable();
    together.sort_unstable();
    assert_eq!(apart, together);
}

#[test]
fn a_function_asked_row_by_row_gives_the_same() {
    let compiled = run(&hits(), &ntuples(), 2).unwrap();
    let mut collector = hits();
    collector.steps[6] = define(
        "shifted",
        asked(&["t", "k"], |row| match row {
            [Value::Float(t), Value::Int(k)] => Ok(Value::Float(t - 0.5 * *k as f64)),
            other => panic!("unexpected row {other:?}"),
        }),
    );
    collector.steps[4] = select(
        "good",
        asked(&["good", "nhit"], |row| match row {
            [Value::Bool(good), Value::Int(n)] => Ok(Value::Bool(*good && *n > 0)),
            other => panic!("unexpected row {other:?}"),
        }),
    );
    let interpreted = run(&collector, &ntuples(), 2).unwrap();
    assert!(
        serde_json::to_string(&compiled).unwrap() == serde_json::to_string(&interpreted).unwrap()
    );
}
