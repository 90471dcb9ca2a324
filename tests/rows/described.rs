//! Collectors that a script describes, and what they collect from files of tests/data.

use std::path::{Path, PathBuf};

use b2caf::collect::{Collected, Collector, NoConstants, Options as Threads, Silent, collect};
use b2caf::dataset::InputData;
use b2caf::expr::Table;
use b2caf::iov::{ExpRun, IoV};
use b2caf::script::{Diagnostic, Options, Script, draw};
use serde_json::{Map, Value, json};

const HEAD: &str = r#"
export const settings = CalibrationSettings(#{
    name: "Rows", expert_username: "mmuster", subsystem: "example", description: "rows",
    input_data_formats: ["cdst"], input_data_names: ["sample"],
});
fn mass(a, b) { sqrt(2.0 * a.p * b.p * (1.0 - cos(a.phi - b.phi))) }
fn get_calibrations(input_data, kwargs) {
"#;

const TAIL: &str = r#"
    [Calibration("rows", #{ collector: collector, algorithms: [TestCalibrationAlgorithm()] })]
}
"#;

/// The collector of a script, and all that was said; or what was refused.
pub(super) fn described(statements: &str) -> (Result<Collector, String>, Vec<Diagnostic>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.rhai");
    std::fs::write(&path, format!("{HEAD}{statements}{TAIL}")).unwrap();
    let said = |all: Vec<Diagnostic>| all.iter().map(|one| draw(one, false)).collect();
    let script = match Script::load(&path, &Options::default()) {
        Ok(script) => script,
        Err(found) => return (Err(said(found)), Vec::new()),
    };
    let iov = IoV::try_from([7, 1, 7, 9]).unwrap();
    let plan = script.plan(&InputData::default(), iov, &Map::new());
    let collector = plan.map_err(said).map(|plan| {
        let calibrations = plan.calibrations.into_iter();
        let mut collections = calibrations.flat_map(|c| c.collections.into_values());
        collections.find_map(|c| c.collector).unwrap()
    });
    (collector, script.take_messages())
}

pub(super) fn collected(
    collector: &Collector,
    file: &Path,
    iov: IoV,
    threads: usize,
) -> Result<Collected, String> {
    let options = Threads {
        threads,
        ..Threads::default()
    };
    let files = [(file.to_path_buf(), iov)];
    let found = collect(collector, &files, &NoConstants, options, &Silent);
    found.map_err(|error| error.to_string())
}

/// What a script collects from relations.root.
pub(super) fn of_own(statements: &str) -> Result<Collected, String> {
    let (collector, _) = described(statements);
    let iov = "7,3,7,4".parse().unwrap();
    collected(&collector?, &own("relations.root"), iov, 2)
}

pub(super) fn own(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data")
        .join(name)
}

pub(super) fn expected() -> Value {
    let text = std::fs::read_to_string(own("relation_expected.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The folder with real data, if there is one.
pub(super) fn test_data() -> Option<PathBuf> {
    let folder = std::env::var_os("B2CAF_TEST_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    if folder.is_dir() {
        return Some(folder);
    }
    say!("skipped: there is no test data folder {}", folder.display());
    None
}

pub(super) const RUNS: [ExpRun; 2] = [ExpRun::new(7, 3), ExpRun::new(7, 4)];

pub(super) fn cuts(collected: &Collected) -> Value {
    let counts = collected.cuts.iter();
    counts.map(|cut| json!([cut.before, cut.after])).collect()
}

/// Rows of a table with whole numbers as such, sorted by run, event and what follows.
pub(super) fn rows(table: &Table, columns: &[&str]) -> Vec<Vec<f64>> {
    let columns = columns.iter().map(|name| {
        let column = table
            .column(name)
            .unwrap_or_else(|| panic!("a column {name}"));
        column.to_floats().unwrap()
    });
    let columns: Vec<Vec<f64>> = columns.collect();
    let row = |n: usize| columns.iter().map(|column| column[n]).collect();
    (0..table.len()).map(row).collect()
}

pub(super) fn close(have: &[Vec<f64>], want: &Value) {
    let mut want: Vec<Vec<f64>> = serde_json::from_value(want.clone()).unwrap();
    // Tables are one run after the other.
    want.sort_by(|a, b| a[0].total_cmp(&b[0]));
    assert_eq!(have.len(), want.len());
    for (have, want) in have.iter().zip(&want) {
        for (a, b) in have.iter().zip(want) {
            assert!(
                (a - b).abs() <= 1e-12 * b.abs(),
                "{have:?} instead of {want:?}"
            );
        }
    }
}
