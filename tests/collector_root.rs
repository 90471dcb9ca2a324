//! What `b2caf export` writes, read back and filled again by hand.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use b2caf::root::{Cache, Histogram, RootFile};
use serde_json::Value;

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn b2caf(words: &[&str], folder: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_b2caf"));
    command.args(words).current_dir(folder).output().unwrap()
}

/// Runs a script over the data of the example, in `folder/calibration_results`.
fn run(script: &str, folder: &Path) {
    let (script, input) = (project(script), project("examples/channel_time/data.json"));
    let (script, input) = (script.to_str().unwrap(), input.to_str().unwrap());
    let ran = b2caf(&["run", script, "--input", input], folder);
    assert!(ran.status.success(), "{}", said(&ran));
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Exports; the files as they are printed.
fn export(words: &[&str], folder: &Path) -> Vec<String> {
    let words: Vec<&str> = ["export"].iter().chain(words).copied().collect();
    let exported = b2caf(&words, folder);
    assert!(exported.status.success(), "{}", said(&exported));
    assert_eq!(said(&exported), "");
    let text = String::from_utf8(exported.stdout).unwrap();
    text.lines().map(str::to_owned).collect()
}

fn output(calibration: &str, file: &str) -> String {
    format!("calibration_results/{calibration}/0/collector_output/default/{file}")
}

fn column(file: &RootFile, tree: &str, name: &str) -> Vec<f64> {
    let tree = file.tree(tree).unwrap();
    let column = tree.column(name).unwrap();
    let chunk = column.read(0..tree.entries(), &mut Cache::new()).unwrap();
    let mut values = vec![0.0; chunk.len()];
    chunk.fill_f64(0, &mut values).unwrap();
    values
}

#[test]
fn each_bin_of_the_example_is_that_of_the_objects() {
    let folder = tempfile::tempdir().unwrap();
    run("examples/channel_time/channel_time.rhai", folder.path());
    let name = output("channel_time", "CollectorOutput.root");
    assert_eq!(export(&[], folder.path()), [name.as_str()]);
    let file = RootFile::open(folder.path().join(name)).unwrap();
    let objects = folder.path().join(output("channel_time", "objects.json"));
    let objects: Value = serde_json::from_slice(&fs::read(objects).unwrap()).unwrap();

    assert_eq!(column(&file, "ChannelTime/RunRange", "exp"), [7.0; 3]);
    assert_eq!(
        column(&file, "ChannelTime/RunRange", "run"),
        [1.0, 2.0, 3.0]
    );
    let mut entries = 0;
    for run in 1..=3 {
        let found = file.histogram(&format!("ChannelTime/dt/dt_7.{run}/dt_1"));
        let found = found.unwrap();
        assert_eq!(found.class, "TH2D");
        assert_eq!(found.axes[0].title, "channel");
        let axis = |n: usize| (found.axes[n].bins, found.axes[n].low, found.axes[n].high);
        assert_eq!([axis(0), axis(1)], [(120, 0.5, 120.5), (120, -15.0, 15.0)]);
        let mut expected = vec![0.0; 122 * 122];
        let stored = objects["objects"][0]["runs"].as_array().unwrap();
        let stored = stored
            .iter()
            .find(|one| one[0] == serde_json::json!([7, run]));
        let block = &stored.unwrap()[1]["block"];
        for one in block["filled"].as_array().unwrap() {
            let channel = one["channel"][0].as_u64().unwrap() as usize;
            let first = one["first"].as_u64().unwrap() as usize;
            for (n, count) in one["counts"].as_array().unwrap().iter().enumerate() {
                let count = count.as_u64().unwrap();
                entries += count;
                expected[channel + 122 * (first + n)] = count as f64;
            }
        }
        assert!(expected == found.contents, "run {run}");
        assert_eq!(found.entries, expected.iter().sum::<f64>());
    }
    assert!(entries > 10_000, "{entries}");
}

/// Rows of the table as the file has them.
struct Rows {
    sector: Vec<f64>,
    x: Vec<f64>,
    y: Vec<f64>,
}

const X: [f64; 13] = [
    -3.0, -2.5, -2.0, -1.5, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0,
];
const Y: [f64; 4] = [0.2, 0.5, 1.0, 2.0];
const SECTORS: [f64; 5] = [-0.5, 0.5, 1.5, 2.5, 3.5];

/// The bin as ROOT counts it: as many edges lie at or below.
fn bin(edges: &[f64], value: f64) -> usize {
    edges.iter().filter(|edge| **edge <= value).count()
}

impl Rows {
    fn read(file: &RootFile, run: &str) -> Self {
        let tree = format!("Hits/rows/rows_{run}/rows_1");
        let late = column(file, &tree, "late");
        let rows = Self {
            sector: column(file, &tree, "sector"),
            x: column(file, &tree, "x"),
            y: column(file, &tree, "y"),
        };
        let is_late = |x: &f64| f64::from(u8::from(*x > 0.0));
        assert_eq!(late, rows.x.iter().map(is_late).collect::<Vec<_>>());
        rows
    }

    /// Sums over rows in cells of these edges, the first axis fastest.
    fn fill(&self, edges: &[&[f64]], of: impl Fn(usize) -> (Vec<f64>, f64)) -> Vec<f64> {
        let cells = edges.iter().map(|edges| edges.len() + 1).product();
        let mut sums = vec![0.0; cells];
        for row in 0..self.x.len() {
            let (values, weight) = of(row);
            let (mut cell, mut step) = (0, 1);
            for (edges, value) in edges.iter().zip(values) {
                cell += step * bin(edges, value);
                step *= edges.len() + 1;
            }
            sums[cell] += weight;
        }
        sums
    }
}

fn assert_near(found: &[f64], expected: &[f64], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (cell, (a, b)) in found.iter().zip(expected).enumerate() {
        assert!(
            (a - b).abs() <= 1e-12 * b.abs(),
            "{what}, cell {cell}: {a}, {b}"
        );
    }
}

fn check(file: &RootFile, run: &str) {
    let rows = Rows::read(file, run);
    assert!(rows.x.len() > 5000, "{} rows", rows.x.len());
    let get = |name: &str, class: &str| -> Histogram {
        let path = format!("Hits/{name}/{name}_{run}/{name}_1");
        let found = file.histogram(&path).unwrap();
        assert_eq!((found.class.as_str(), found.title.as_str()), (class, name));
        found
    };
    let (sector, x, y) = (
        |n: usize| rows.sector[n],
        |n: usize| rows.x[n],
        |n: usize| rows.y[n],
    );
    let late = |n: usize| f64::from(u8::from(x(n) > 0.0));

    let one = rows.fill(&[&X], |n| (vec![x(n)], 1.0));
    assert_eq!(get("one", "TH1D").contents, one);
    let each = rows.fill(&[&SECTORS, &X], |n| (vec![sector(n), x(n)], 1.0));
    assert_eq!(get("one_each", "TH2D").contents, each);
    let two = get("two", "TH2D");
    assert_eq!(two.axes[1].edges, Y);
    assert_eq!(
        two.contents,
        rows.fill(&[&X, &Y], |n| (vec![x(n), y(n)], 1.0))
    );
    let three = rows.fill(&[&SECTORS, &X, &Y], |n| (vec![sector(n), x(n), y(n)], 1.0));
    assert_eq!(get("two_each", "TH3D").contents, three);

    let mean = get("mean", "TProfile");
    assert_eq!(mean.bin_entries, one);
    let sums = |weight: fn(f64) -> f64| rows.fill(&[&X], |n| (vec![x(n)], weight(y(n))));
    assert_near(&mean.contents, &sums(|y| y), "mean");
    assert_near(&mean.sumw2, &sums(|y| y * y), "squares");
    let mean = get("mean_each", "TProfile2D");
    assert_eq!(mean.bin_entries, each);
    let sums = rows.fill(&[&SECTORS, &X], |n| (vec![sector(n), x(n)], y(n)));
    assert_near(&mean.contents, &sums, "mean of each sector");

    let total = rows.x.len() as f64;
    let passed = (0..rows.x.len()).map(late).sum::<f64>();
    assert_eq!(get("late_total", "TH1D").contents, [0.0, total, 0.0]);
    assert_eq!(get("late_passed", "TH1D").contents, [0.0, passed, 0.0]);
    let all = rows.fill(&[&SECTORS], |n| (vec![sector(n)], 1.0));
    let passed = rows.fill(&[&SECTORS], |n| (vec![sector(n)], late(n)));
    assert_eq!(get("late_each_total", "TH1D").contents, all);
    assert_eq!(get("late_each_passed", "TH1D").contents, passed);

    let of = |name: &str, column_name: &str| {
        column(
            file,
            &format!("Hits/{name}/{name}_{run}/{name}_1"),
            column_name,
        )
    };
    assert_near(&of("energy", "sum"), &[rows.y.iter().sum()], "energy");
    assert_eq!(of("energy", "entries"), [total]);
    let sums = rows.fill(&[&SECTORS], |n| (vec![sector(n)], y(n)));
    assert_eq!(of("energy_each", "sector"), [0.0, 1.0, 2.0, 3.0]);
    assert_near(
        &of("energy_each", "sum"),
        &sums[1..5],
        "energy of each sector",
    );
    assert_eq!(of("energy_each", "entries"), all[1..5]);
}

#[test]
fn every_kind_of_object_comes_back_as_filled_by_hand() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    run("tests/collector_root/script.rhai", folder);
    let files = ["by_run", "together"].map(|name| output(name, "CollectorOutput.root"));
    assert_eq!(export(&[], folder), files);
    let [by_run, together] = files.map(|name| fs::read(folder.join(name)).unwrap());
    let parsed = RootFile::parse("by_run", by_run.clone()).unwrap();
    for run in ["7.1", "7.2", "7.3"] {
        check(&parsed, run);
    }
    let parsed = RootFile::parse("together", together).unwrap();
    check(&parsed, "-1.-1");
    // With one set for all, the runs are still those that were read.
    assert_eq!(column(&parsed, "Hits/RunRange", "run"), [1.0, 2.0, 3.0]);
    let key = |path: &str| parsed.keys().iter().find(|key| key.path == path).unwrap();
    assert_eq!(key("Hits/RunRange").title, "all");

    assert_eq!(
        export(&["calibration_results", "--calibration", "by_run"], folder),
        [output("by_run", "CollectorOutput.root")]
    );
    let again = fs::read(folder.join(output("by_run", "CollectorOutput.root"))).unwrap();
    assert!(again == by_run, "the same bytes");
    if let Some(path) = std::env::var_os("B2CAF_EXPORT_TO") {
        fs::write(path, by_run).unwrap();
    }

    let wrong = b2caf(&["export", "--calibration", "by_runs"], folder);
    assert_eq!(wrong.status.code(), Some(2));
    assert_eq!(
        said(&wrong),
        "error[run::unknown-calibration]: the run has no calibration by_runs; did you mean by_run?\n"
    );
    fs::write(folder.join(output("by_run", "objects.json")), "{}").unwrap();
    let damaged = b2caf(&["export"], folder);
    assert_eq!(damaged.status.code(), Some(4));
    assert!(said(&damaged).contains("it is no file of collected objects"));
}

#[test]
fn a_folder_without_results_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let refused = b2caf(&["export", "."], folder.path());
    assert_eq!(refused.status.code(), Some(2));
    assert_eq!(
        said(&refused),
        "error[run::no-results]: there are no results in .: give the output folder of `b2caf run`\n"
    );
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
