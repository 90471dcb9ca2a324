//! Files that are no basf2 files: scalars, fixed arrays, leaf counts, vectors, against uproot.

use std::path::PathBuf;
use std::sync::Arc;

use b2caf::collect::{Collected, Collector};
use b2caf::expr::{Column, Expr, Node, Table};
use b2caf::iov::IoV;
use serde_json::Value;

use super::build::*;

/// The names of a branch: what repeats the branch above goes, and so do dimensions.
fn names(branch: &str) -> String {
    let mut above = String::new();
    let mut names = Vec::new();
    for part in branch.split('/') {
        let part = part.split('[').next().unwrap();
        let own = part.strip_prefix(&format!("{above}.")).unwrap_or(part);
        names.push(own.trim_end_matches('.').to_owned());
        part.trim_end_matches('.').clone_into(&mut above);
    }
    names.join(".")
}

fn items(branch: &str, count: u32) -> Vec<Expr> {
    let item = |n| Arc::new(Node::Element(path(&names(branch)), n, place(7)));
    (0..count).map(item).collect()
}

/// All values of a table and how many they are; uproot's sums leave out what is not finite.
fn sum(table: &Table) -> (u64, f64) {
    let (mut count, mut sum) = (0, 0.0);
    for (_, column) in table.columns() {
        count += column.len() as u64;
        sum += match column {
            Column::Float(v) => v.iter().filter(|x| x.is_finite()).sum(),
            Column::Int(v) => v.iter().map(|x| *x as f64).sum(),
            Column::Bool(v) => v.iter().filter(|x| **x).count() as f64,
            Column::Text(_) => panic!("texts have no sum"),
        };
    }
    (count, sum)
}

/// The steps that put all values of a branch into a table; nothing for what formulas cannot use.
fn collector_of(tree: &str, branch: &str, kind: &str) -> Option<Collector> {
    let all = |columns: &[Expr]| {
        let named: Vec<String> = (0..columns.len()).map(|n| format!("c{n}")).collect();
        let columns: Vec<_> = named
            .iter()
            .map(String::as_str)
            .zip(columns.iter().cloned())
            .collect();
        table("all", &columns)
    };
    let vector = kind
        .strip_prefix("std::vector<")
        .and_then(|k| k.strip_suffix('>'));
    let steps = match (
        kind.strip_suffix(']').and_then(|k| k.split_once('[')),
        vector,
    ) {
        // 64 bits without sign may be above what a whole number holds.
        _ if kind.contains("uint64") || kind.contains("struct") => return None,
        (Some((_, "")), _) => vec![each(&names(branch)), all(&[col(last(branch))])],
        (Some((_, count)), _) => vec![all(&items(branch, count.parse().ok()?))],
        (None, Some(inner)) if !inner.contains("::") && inner != "TString" => {
            vec![each(&names(branch)), all(&[col("value")])]
        }
        (None, None) if !kind.contains("::") => vec![all(&[col(&names(branch))])],
        _ => return None,
    };
    Some(collector(tree, steps))
}

/// The name of an element's column: a member's own, or that of the whole column.
fn last(branch: &str) -> &str {
    let end = branch.rsplit('/').next().unwrap();
    end.rsplit('.').next().unwrap()
}

/// Collects with a run for files that have none.
fn collected(collector: &Collector, file: &PathBuf) -> Collected {
    let with = |iov: &str| run(collector, &[(file.clone(), iov.parse::<IoV>().unwrap())], 2);
    with("1,1,1,1").or_else(|_| with("0,0,-1,-1")).unwrap()
}

#[test]
fn every_column_that_formulas_can_use_sums_as_in_uproot() {
    let Some(folder) = test_data() else { return };
    let text = std::fs::read_to_string(folder.join("root/expected.json")).unwrap_or_default();
    let expected: Value = serde_json::from_str(&text).unwrap_or_default();
    let (mut right, mut left_out) = (0, 0);
    for (name, expected) in expected.as_object().into_iter().flatten() {
        let file = folder.join("root").join(name);
        for (tree, expected) in expected["trees"].as_object().into_iter().flatten() {
            for (branch, facts) in expected["branches"].as_object().into_iter().flatten() {
                let (Some(count), Some(wanted)) = (facts["count"].as_u64(), facts["sum"].as_f64())
                else {
                    continue;
                };
                let kind = facts["type"].as_str().unwrap();
                let Some(collector) = collector_of(tree, branch, kind) else {
                    left_out += 1;
                    continue;
                };
                let collected = collected(&collector, &file);
                let runs: Vec<_> = collected.runs.iter().map(|r| r.run).collect();
                let found = sum(&collected.table("all", &runs).unwrap());
                let near = (found.1 - wanted).abs() <= 1e-9 * wanted.abs();
                assert!(
                    found.0 == count && near,
                    "{name} {tree} {branch}: {found:?} {count} {wanted}"
                );
                right += 1;
            }
        }
    }
    say!("{right} columns as in uproot, {left_out} that formulas cannot use");
}

#[test]
fn entries_are_stored_together_as_they_were_written() {
    let file = b2caf::root::RootFile::open(own("ntuple_a.root")).unwrap();
    let tree = file.tree("ntuple").unwrap();
    let column = tree.column("x").unwrap();
    let with: Vec<_> = [0, 129, 130, 146, 147, 229, 230]
        .map(|e| column.stored_with(e))
        .into();
    let written = [
        0..130,
        0..130,
        130..147,
        130..147,
        147..230,
        147..230,
        230..230,
    ];
    assert_eq!(with, written);
}

#[test]
fn texts_are_compared() {
    use b2caf::expr::{BinaryOp::Eq, Value as Constant};
    let Some(folder) = test_data() else { return };
    let file = folder.join("root/uproot-Zmumu-zlib.root");
    if !file.is_file() {
        say!("skipped: there is no {}", file.display());
        return;
    }
    let same = op(
        Eq,
        col("Type"),
        Arc::new(Node::Constant(Constant::Text("GT".into()))),
    );
    let steps = vec![
        table("all", &[("Type", col("Type"))]),
        select("global", f(same)),
        table("global", &[("E1", col("E1"))]),
    ];
    let collected = collected(&collector("events", steps), &file);
    let runs: Vec<_> = collected.runs.iter().map(|r| r.run).collect();
    let all = collected.table("all", &runs).unwrap();
    let Some(Column::Text(types)) = all.column("Type") else {
        panic!("no texts")
    };
    let wanted = types.iter().filter(|t| ***t == *"GT").count();
    assert!(wanted > 0 && wanted < types.len());
    assert_eq!(collected.table("global", &runs).unwrap().len(), wanted);
}
