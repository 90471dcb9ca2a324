//! The same events give the same objects, however they lie in files and whoever reads them.

use std::path::PathBuf;

use b2caf::collect::{
    Binning, Collected, Collector, Granularity, Native, NoConstants, Options, Path, PathStep,
    Silent, Storage, collect_along,
};
use b2caf::expr::BinaryOp;
use b2caf::iov::IoV;
use proptest::prelude::*;
use serde_json::Value;

use super::build::*;

/// 300 events of runs 7,1 to 7,3 in one file.
pub(crate) fn whole() -> Vec<(PathBuf, IoV)> {
    vec![(own("events/whole.root"), iov("7,1,7,3"))]
}

/// The same in five files.
pub(crate) fn parts() -> Vec<(PathBuf, IoV)> {
    let iovs = ["7,1,7,1", "7,1,7,1", "7,1,7,2", "7,2,7,3", "7,3,7,3"];
    let files = (1..).zip(iovs);
    files
        .map(|(n, text)| (own(&format!("events/part_{n}.root")), iov(text)))
        .collect()
}

/// Everything that was collected but for the list of files.
pub(crate) fn content(collected: &Collected) -> Value {
    let mut value = serde_json::to_value(collected).unwrap();
    value.as_object_mut().unwrap().shift_remove("files");
    value
}

/// The contents, which must be the same for any split and any number of threads.
fn same(path: &Path, collector: &Collector) -> Value {
    let collect = |files: &[(PathBuf, IoV)], threads| {
        let options = Options {
            threads,
            ..Options::default()
        };
        let collected = collect_along(path, collector, files, &NoConstants, options, &Silent);
        content(&collected.unwrap())
    };
    let first = collect(&whole(), 1);
    for files in [whole(), parts()] {
        for threads in [1, 4] {
            let other = collect(&files, threads);
            assert_eq!(
                first.to_string(),
                other.to_string(),
                "{} files, {threads} threads",
                files.len()
            );
        }
    }
    first
}

/// A native collector that also fills objects of every other kind.
fn filling_more(native: Native) -> Collector {
    let x = || f(col("event.x"));
    let binned = || Binning {
        value: x(),
        axis: regular(7, 0.0, 18.0),
    };
    let scaled = f(op(BinaryOp::Mul, col("event.x"), num(0.1)));
    let early = f(op(BinaryOp::Lt, col("event.x"), num(9.3)));
    let mut collector = native.collector();
    collector.steps.extend([
        object("sum", Storage::Sum(scaled.clone()), vec![]),
        object("profile", Storage::Profile(binned(), scaled), vec![]),
        object(
            "by_run",
            Storage::Histogram(vec![binned()]),
            by("run", f(col("event.run")), 1, 3),
        ),
        object("early", Storage::Efficiency(early), vec![]),
    ]);
    collector
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn split_and_threads_change_nothing(
        prescale in prop_oneof![Just(1.0), 0.0..1.0],
        limit in prop_oneof![Just(None), (0_u64..150).prop_map(Some)],
        path in prop::collection::vec((0.3..1.0, any::<u64>()), 0..3),
        all in any::<bool>(),
        dummy in any::<bool>(),
    ) {
        let mut collector = filling_more(if dummy { Native::DummyCollector } else { Native::CaTest });
        collector.prescale = prescale;
        collector.max_events_per_run = limit;
        collector.granularity = if all { Granularity::All } else { Granularity::Run };
        let steps = path.iter().map(|(fraction, seed)| PathStep::prescale(*fraction, *seed).unwrap());
        let found = same(&Path { steps: steps.collect() }, &collector);
        let mut collected: u64 = 0;
        for run in found["runs"].as_array().unwrap() {
            let many = run["collected"].as_u64().unwrap();
            prop_assert!(limit.is_none_or(|limit| many <= limit));
            collected += many;
        }
        prop_assert_eq!(found["rows"].as_u64().unwrap(), if dummy { collected } else { 10 * collected });
    }
}
