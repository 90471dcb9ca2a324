//! Formulas, collectors and files, written shortly.

use std::path::{Path as File, PathBuf};
use std::sync::Arc;

use b2caf::collect::{
    Binning, Collected, Collector, Error, NoConstants, Object, Options, PerChannel, Silent, Step,
    Storage, collect,
};
use b2caf::expr::{
    BinaryOp, Bound, Expr, Failure, Formula, Node, Path, Place, Reduction, RowFunction, Value,
};
use b2caf::hist::Axis;
use b2caf::iov::IoV;
use md5::{Digest, Md5};

pub(crate) fn place(line: u32) -> Place {
    Place {
        source: 1,
        line,
        column: 1,
    }
}

pub(crate) fn path(text: &str) -> Path {
    Path(text.split('.').map(str::to_owned).collect())
}

pub(crate) fn col(text: &str) -> Expr {
    Arc::new(Node::Column(path(text), place(7)))
}

pub(crate) fn num(value: f64) -> Expr {
    Arc::new(Node::Constant(Value::Float(value)))
}

pub(crate) fn int(value: i64) -> Expr {
    Arc::new(Node::Constant(Value::Int(value)))
}

pub(crate) fn op(op: BinaryOp, a: Expr, b: Expr) -> Expr {
    Arc::new(Node::Binary(op, a, b, place(8)))
}

pub(crate) fn over(kind: Reduction, array: &str, body: Option<Expr>) -> Expr {
    Arc::new(Node::Reduce(kind, path(array), body, place(9)))
}

pub(crate) fn f(expr: Expr) -> Formula {
    Formula::Compiled(expr)
}

/// A function asked row by row.
pub(crate) struct Asked {
    columns: Vec<(Path, Place)>,
    call: fn(&[Value]) -> Result<Value, Failure>,
}

impl std::fmt::Debug for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Asked")
    }
}

impl RowFunction for Asked {
    fn columns(&self) -> &[(Path, Place)] {
        &self.columns
    }
    fn call(&self, row: &[Value], _: &Arc<Bound>) -> Result<Value, Failure> {
        (self.call)(row)
    }
    fn source(&self) -> &str {
        "asked"
    }
    fn place(&self) -> Place {
        place(10)
    }
}

pub(crate) fn asked(columns: &[&str], call: fn(&[Value]) -> Result<Value, Failure>) -> Formula {
    let columns = columns.iter().map(|c| (path(c), place(10))).collect();
    Formula::Interpreted(Arc::new(Asked { columns, call }))
}

pub(crate) fn each(array: &str) -> Step {
    Step::Each(array.into(), place(2))
}

pub(crate) fn define(name: &str, formula: Formula) -> Step {
    Step::Define(name.into(), formula, place(3))
}

pub(crate) fn select(name: &str, formula: Formula) -> Step {
    Step::Select(name.into(), formula, place(4))
}

pub(crate) fn regular(bins: i64, low: f64, high: f64) -> Axis {
    Axis::regular(bins, low, high, "").unwrap()
}

pub(crate) fn object(name: &str, storage: Storage, channels: Vec<PerChannel>) -> Step {
    Step::Fill(Object {
        name: name.into(),
        storage,
        channels,
        place: place(5),
    })
}

pub(crate) fn histogram(name: &str, value: Formula, axis: Axis) -> Step {
    object(
        name,
        Storage::Histogram(vec![Binning { value, axis }]),
        vec![],
    )
}

pub(crate) fn by(name: &str, index: Formula, first: i64, last: i64) -> Vec<PerChannel> {
    vec![PerChannel {
        name: name.into(),
        index,
        first,
        last,
    }]
}

pub(crate) fn table(name: &str, columns: &[(&str, Expr)]) -> Step {
    let columns = columns.iter().map(|(n, e)| ((*n).to_owned(), f(e.clone())));
    object(name, Storage::Table(columns.collect()), vec![])
}

pub(crate) fn collector(tree: &str, steps: Vec<Step>) -> Collector {
    Collector {
        tree: tree.into(),
        steps,
        ..Collector::new("Test")
    }
}

pub(crate) fn run(
    collector: &Collector,
    files: &[(PathBuf, IoV)],
    threads: usize,
) -> Result<Collected, Error> {
    let options = Options {
        threads,
        ..Options::default()
    };
    collect(collector, files, &NoConstants, options, &Silent)
}

/// Files of tests/data.
pub(crate) fn own(name: &str) -> PathBuf {
    File::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

pub(crate) fn iov(text: &str) -> IoV {
    text.parse().unwrap()
}

/// The two ntuples: runs 7,3 to 7,5.
pub(crate) fn ntuples() -> Vec<(PathBuf, IoV)> {
    vec![
        (own("ntuple_a.root"), iov("7,3,7,4")),
        (own("ntuple_b.root"), iov("7,4,7,5")),
    ]
}

pub(crate) fn expected() -> serde_json::Value {
    let text = std::fs::read_to_string(own("collect_expected.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The folder with real data, if there is one.
pub(crate) fn test_data() -> Option<PathBuf> {
    let folder = std::env::var_os("B2CAF_TEST_DATA").map_or_else(
        || File::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    if folder.is_dir() {
        return Some(folder);
    }
    say!("skipped: there is no test data folder {}", folder.display());
    None
}

pub(crate) fn message(result: Result<Collected, Error>) -> String {
    result.expect_err("this must fail").to_string()
}

/// Whether a file is the one whose numbers are expected, not just one of the same name.
pub(crate) fn is_that(file: &File, expected: &serde_json::Value) -> bool {
    let content = std::fs::read(file).unwrap();
    let sum = Md5::digest(&content);
    let hex: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    expected["md5"] == hex.as_str()
}
