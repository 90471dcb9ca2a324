//! Real ROOT files against the sums that uproot and numpy found in them.

#[macro_use]
mod support;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use b2caf::root::{Cache, Column, Element, RootFile};
use serde_json::Value;

fn data() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("B2CAF_TEST_DATA").map_or(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

/// Files of a folder with their expectations; says so when there are none.
fn files(folder: &str) -> Vec<(PathBuf, Value)> {
    let Some(folder) = data().map(|data| data.join(folder)) else {
        say!("SKIPPED: no test data (B2CAF_TEST_DATA)");
        return Vec::new();
    };
    let Ok(text) = std::fs::read_to_string(folder.join("expected.json")) else {
        say!("SKIPPED: {} has no expected.json", folder.display());
        return Vec::new();
    };
    let expected: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
    expected
        .into_iter()
        .map(|(name, value)| (folder.join(name), value))
        .collect()
}

/// Number of values and compensated sum of those that are not NaN, read in uneven ranges.
fn count_and_sum(column: &Column) -> Result<(u64, f64), b2caf::root::Error> {
    let mut cache = Cache::new();
    let (mut count, mut sum, mut lost, mut endless) = (0, 0.0_f64, 0.0_f64, 0.0_f64);
    let mut start = 0;
    let mut step = 1 + column.entries() / 3;
    while start < column.entries() {
        let end = column.entries().min(start + step);
        step += 1;
        let chunk = column.read(start..end, &mut cache)?;
        assert_eq!(chunk.entries() as u64, end - start);
        count += chunk.len() as u64;
        let mut values = vec![0.0; chunk.len()];
        chunk.fill_f64(0, &mut values)?;
        for value in values {
            if !value.is_finite() {
                endless += if value.is_nan() { 0.0 } else { value };
                continue;
            }
            let next = sum + value;
            lost += if sum.abs() >= value.abs() {
                sum - next + value
            } else {
                value - next + sum
            };
            sum = next;
        }
        start = end;
    }
    Ok((count, sum + lost + endless))
}

/// A sum as `expected.json` has it: a number, or `"inf"`, `"-inf"`, `"nan"`.
fn expected_sum(value: &Value) -> Option<f64> {
    let text = || value.as_str().and_then(|text| text.parse().ok());
    value.as_f64().or_else(text)
}

fn close(found: f64, expected: f64) -> bool {
    if !expected.is_finite() {
        return found == expected || found.is_nan() && expected.is_nan();
    }
    (found - expected).abs() <= 1e-9 * expected.abs().max(1e-6)
}

struct Outcome {
    right: usize,
    wrong: Vec<String>,
    unread: Vec<String>,
}

fn compare(folder: &str) -> Outcome {
    let mut outcome = Outcome {
        right: 0,
        wrong: Vec::new(),
        unread: Vec::new(),
    };
    for (path, expected) in files(folder) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let file = match RootFile::open(&path) {
            Ok(file) => file,
            Err(error) => {
                outcome.unread.push(format!("{name}: {error}"));
                continue;
            }
        };
        for (tree, expected) in expected["trees"].as_object().unwrap() {
            compare_tree(
                &file,
                &format!("{name}/{tree}"),
                tree,
                expected,
                &mut outcome,
            );
        }
        for (key, expected) in expected["histograms"].as_object().unwrap() {
            let label = format!("{name}/{key}");
            match file.histogram(key) {
                Err(error) => outcome.unread.push(format!("{label}: {error}")),
                Ok(found) => {
                    let sum: f64 = found.values().iter().filter(|v| v.is_finite()).sum();
                    let mut shape = found.shape();
                    shape.retain(|bins| *bins > 0);
                    let same = close(sum, expected_sum(&expected["sum"]).unwrap())
                        && serde_json::json!(shape) == expected["shape"]
                        && expected["class"] == *found.class;
                    outcome.note(same, format!("{label}: {sum} {shape:?} for {expected}"));
                }
            }
        }
    }
    outcome
}

impl Outcome {
    fn note(&mut self, right: bool, what: String) {
        if right {
            self.right += 1
        } else {
            self.wrong.push(what)
        }
    }

    fn report(&self, folder: &str) {
        let total = self.right + self.wrong.len() + self.unread.len();
        say!(
            "{folder}: {} of {total} as expected, {} not read",
            self.right,
            self.unread.len()
        );
        for line in &self.unread {
            say!("  not read: {line}");
        }
        for line in &self.wrong {
            say!("  WRONG: {line}");
        }
    }
}

fn compare_tree(file: &RootFile, label: &str, tree: &str, expected: &Value, outcome: &mut Outcome) {
    let tree = match file.tree(tree) {
        Ok(tree) => tree,
        Err(error) => return outcome.unread.push(format!("{label}: {error}")),
    };
    let entries = expected["entries"].as_u64() == Some(tree.entries());
    outcome.note(entries, format!("{label}: {} entries", tree.entries()));
    for (branch, expected) in expected["branches"].as_object().unwrap() {
        let label = format!("{label}: {branch} ({})", expected["type"]);
        let column = match tree.column(branch) {
            Ok(column) => column,
            Err(error) => {
                outcome.unread.push(format!("{label}: {error}"));
                continue;
            }
        };
        let Some(sum) = expected_sum(&expected["sum"]) else {
            if column.element() == Element::String
                && let Err(error) = column.read(0..column.entries(), &mut Cache::new())
            {
                outcome.unread.push(format!("{label}: {error}"));
            }
            continue;
        };
        match count_and_sum(column) {
            Err(error) => outcome.unread.push(format!("{label}: {error}")),
            Ok((count, found)) => {
                let same = expected["count"].as_u64() == Some(count) && close(found, sum);
                outcome.note(
                    same,
                    format!("{label}: {count} values, sum {found}; {expected}"),
                );
            }
        }
    }
}

/// At most this part of the items of a folder may be unread; none may be wrong.
fn check(folder: &str, allowed: f64) {
    let outcome = compare(folder);
    outcome.report(folder);
    assert!(
        outcome.wrong.is_empty(),
        "{} items are wrong",
        outcome.wrong.len()
    );
    let total = (outcome.right + outcome.unread.len()) as f64;
    assert!(
        outcome.unread.len() as f64 <= allowed * total,
        "{:?}",
        outcome.unread
    );
}

#[test]
fn event_files_have_the_expected_sums() {
    check("basf2", 0.01);
}

#[test]
fn other_files_have_the_expected_sums() {
    check("root", 0.05);
}

/// `inspect FILE --sums --json` prints the same figures under the same names.
#[cfg(feature = "cli")]
#[test]
fn inspect_prints_the_same_figures() {
    for (path, expected) in files("basf2").into_iter().chain(files("root")) {
        let mut printed = Vec::new();
        b2caf::cli::inspect::inspect(&path, true, true, &mut printed).unwrap();
        let found: Value = serde_json::from_slice(&printed).unwrap();
        let name = path.display();
        for (tree, expected) in expected["trees"].as_object().unwrap() {
            let found = &found["trees"][tree];
            assert_eq!(found["entries"], expected["entries"], "{name} {tree}");
            for (branch, expected) in expected["branches"].as_object().unwrap() {
                let found = &found["branches"][branch];
                let Some(sum) = expected["sum"].as_f64() else {
                    continue;
                };
                assert_eq!(found["count"], expected["count"], "{name} {tree} {branch}");
                assert!(
                    close(found["sum"].as_f64().unwrap(), sum),
                    "{name} {tree} {branch}"
                );
            }
        }
        for (key, expected) in expected["histograms"].as_object().unwrap() {
            let found = &found["histograms"][key];
            assert_eq!(found["shape"], expected["shape"], "{name} {key}");
            let sums = (
                found["sum"].as_f64().unwrap(),
                expected["sum"].as_f64().unwrap(),
            );
            assert!(close(sums.0, sums.1), "{name} {key}");
        }
    }
}
