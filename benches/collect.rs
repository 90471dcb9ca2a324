//! The event loop on given files: filter, define, a histogram per channel, timed.
//!
//! `cargo bench --bench collect -- THREADS FILE…` prints one line of JSON: seconds of each of
//! three passes, entries, sums, and the peak memory of the process in megabytes.
//! `benches/compare_uproot.py` makes the files and runs it beside uproot and numpy.

#![allow(clippy::print_stdout, reason = "a bench prints its figures")]

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use b2caf::collect::{
    Binning, Collector, NoConstants, Object, Options, PerChannel, Silent, Step, Storage, collect,
};
use b2caf::expr::{BinaryOp, Expr, Formula, Node, Path, Place, Value};
use b2caf::hist::Axis;
use b2caf::iov::IoV;

/// Channels, as `compare_uproot.py` writes them.
const CHANNELS: i64 = 8736;

fn column(name: &str) -> Expr {
    Arc::new(Node::Column(Path(vec![name.to_owned()]), Place::default()))
}

fn binary(op: BinaryOp, a: Expr, b: Expr) -> Expr {
    Arc::new(Node::Binary(op, a, b, Place::default()))
}

fn number(value: f64) -> Expr {
    Arc::new(Node::Constant(Value::Float(value)))
}

/// 4 of the 8 columns: `energy > 0.2 && quality < 0.9`, `dt = time - 0.5 * energy`, `dt` by `channel`.
fn collector() -> Result<Collector, Box<dyn std::error::Error>> {
    let place = Place::default();
    let cut = binary(
        BinaryOp::And,
        binary(BinaryOp::Gt, column("energy"), number(0.2)),
        binary(BinaryOp::Lt, column("quality"), number(0.9)),
    );
    let dt = binary(
        BinaryOp::Sub,
        column("time"),
        binary(BinaryOp::Mul, number(0.5), column("energy")),
    );
    let axis = Axis::regular(100, -25.0, 25.0, "ns")?;
    let mut collector = Collector::new("Bench");
    collector.tree = "events".into();
    collector.steps = vec![
        Step::Select("good".into(), Formula::Compiled(cut), place),
        Step::Define("dt".into(), Formula::Compiled(dt), place),
        Step::Fill(Object {
            name: "dt".into(),
            storage: Storage::Histogram(vec![Binning {
                value: Formula::Compiled(column("dt")),
                axis,
            }]),
            channels: vec![PerChannel {
                name: "channel".into(),
                index: Formula::Compiled(column("channel")),
                first: 1,
                last: CHANNELS,
            }],
            place,
        }),
    ];
    Ok(collector)
}

/// Highest memory of this process so far, in megabytes; 0 where the system does not say.
fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let kilobytes = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1024.0
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let words = std::env::args().skip(1).filter(|word| word != "--bench");
    let mut words = words.peekable();
    let Some(threads) = words.next_if(|word| word.parse::<usize>().is_ok()) else {
        println!("usage: cargo bench --bench collect -- THREADS FILE…");
        return Ok(());
    };
    let run: IoV = "7,1,7,1".parse()?;
    let files: Vec<(PathBuf, IoV)> = words.map(|word| (word.into(), run)).collect();
    let collector = collector()?;
    let options = Options {
        threads: threads.parse()?,
        ..Options::default()
    };
    let mut seconds = Vec::new();
    let mut entries = 0;
    for _ in 0..3 {
        let start = Instant::now();
        let collected = collect(&collector, &files, &NoConstants, options.clone(), &Silent)?;
        seconds.push(start.elapsed().as_secs_f64());
        entries = collected.cuts[0].after;
    }
    println!(
        "{{\"seconds\": {seconds:?}, \"passed\": {entries}, \"peak_mb\": {:.1}}}",
        peak()
    );
    Ok(())
}
