//! Files that basf2 wrote, against uproot's counts and sums.

use std::path::{Path, PathBuf};

use b2caf::expr::BinaryOp::{Gt, Lt};
use b2caf::expr::{Column, Reduction};
use b2caf::iov::{ExpRun, IoV};

use super::build::*;

/// A member of an array, its number of values and their sum.
type Member = (String, u64, f64);

/// Every `.root` file of the folder `basf2` with a tree `tree` that has entries.
fn files() -> Vec<PathBuf> {
    let Some(folder) = test_data() else {
        return Vec::new();
    };
    let Ok(list) = std::fs::read_dir(folder.join("basf2")) else {
        say!("skipped: there is no folder basf2 in {}", folder.display());
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = list.map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "root"));
    files.sort();
    files
}

fn expected_sums(file: &Path) -> serde_json::Value {
    let text = std::fs::read_to_string(file.with_file_name("expected.json")).unwrap_or_default();
    let all: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    let name = file.file_name().unwrap().to_string_lossy();
    let trees = &all[name.as_ref()]["trees"];
    let newest = trees.as_object().and_then(|trees| {
        trees
            .iter()
            .find(|(name, _)| name.split(';').next() == Some("tree"))
    });
    newest.map_or(serde_json::Value::Null, |(_, tree)| tree.clone())
}

/// One table per array with its members; their number and sum are uproot's.
#[test]
fn every_array_of_numbers_has_the_elements_and_sums_of_uproot() {
    let everything = vec![(PathBuf::new(), IoV::EVERYTHING)];
    let (mut arrays, mut members) = (0, 0);
    for file in files() {
        let expected = expected_sums(&file);
        let Some(branches) = expected["branches"].as_object() else {
            continue;
        };
        if expected["entries"].as_u64() == Some(0) {
            continue;
        }
        let mut all = everything.clone();
        all[0].0.clone_from(&file);
        let mut found: Vec<(String, Vec<Member>)> = Vec::new();
        for (path, facts) in branches {
            // Patterns of 64 bits are no numbers; above 2^63 they are refused.
            if facts["type"] == "uint64_t[]" {
                continue;
            }
            // `ECLClusters/ECLClusters.m_time` of type `float[]`.
            let Some((array, member)) = path.split_once('/') else {
                continue;
            };
            let plain = facts["type"].as_str().is_some_and(|t| {
                t.ends_with("[]")
                    && !t.contains("vector")
                    && !t.contains("bitset")
                    && !t.contains("string")
            });
            let Some(member) = member.strip_prefix(&format!("{array}.")).filter(|_| plain) else {
                continue;
            };
            let (Some(count), Some(sum)) = (facts["count"].as_u64(), facts["sum"].as_f64()) else {
                continue;
            };
            match found.iter_mut().find(|(name, _)| name == array) {
                Some((_, members)) => members.push((member.into(), count, sum)),
                None => found.push((array.into(), vec![(member.into(), count, sum)])),
            }
        }
        for (array, expected) in found {
            let columns: Vec<_> = expected
                .iter()
                .map(|(m, ..)| (m.as_str(), col(m)))
                .collect();
            let steps = vec![
                define("elements", f(over(Reduction::Len, &array, None))),
                table("lengths", &[("n", col("elements"))]),
                each(&array),
                table("all", &columns),
            ];
            let collected = run(&collector("tree", steps), &all, 2).unwrap();
            let runs: Vec<ExpRun> = collected.runs.iter().map(|r| r.run).collect();
            let all = collected.table("all", &runs).unwrap();
            let lengths = collected.table("lengths", &runs).unwrap();
            let total: f64 = sum(lengths.column("n").unwrap());
            for (member, count, wanted) in expected {
                let place = format!("{} {array}.{member}", file.display());
                assert_eq!(all.len() as u64, count, "{place}");
                assert_eq!(total, count as f64, "{place}");
                let got = sum(all.column(&member).unwrap());
                assert!(
                    (got - wanted).abs()
                        <= 1e-9 * wanted.abs() + 1e-13 * size(all.column(&member).unwrap()),
                    "{place}: {got} {wanted}"
                );
                members += 1;
            }
            arrays += 1;
        }
    }
    say!("{members} members of {arrays} arrays");
}

/// Sum of absolute values: what rounding of a sum is measured against.
fn size(column: &Column) -> f64 {
    match column {
        Column::Float(v) => v.iter().filter(|x| x.is_finite()).map(|x| x.abs()).sum(),
        Column::Int(v) => v.iter().map(|x| (*x as f64).abs()).sum(),
        Column::Bool(v) => v.len() as f64,
        Column::Text(_) => 0.0,
    }
}

/// uproot leaves out what is not finite.
fn sum(column: &Column) -> f64 {
    let finite = |x: &f64| x.is_finite();
    match column {
        Column::Float(v) => v.iter().copied().filter(finite).sum(),
        Column::Int(v) => v.iter().map(|x| *x as f64).sum(),
        Column::Bool(v) => v.iter().filter(|x| **x).count() as f64,
        Column::Text(_) => panic!("texts have no sum"),
    }
}

#[test]
fn cuts_on_events_and_clusters_count_as_in_numpy() {
    let name = "mdst.root";
    let expected = &expected()[name];
    let Some(file) = files()
        .into_iter()
        .find(|f| f.file_name().is_some_and(|n| n == name) && is_that(f, expected))
    else {
        say!("skipped: there is no {name} with the numbers of tests/data/collect_expected.json");
        return;
    };
    let mut steps = vec![
        table(
            "events",
            &[
                ("clusters", over(Reduction::Len, "ECLClusters", None)),
                (
                    "energy",
                    over(Reduction::Max, "ECLClusters", Some(col("m_logEnergy"))),
                ),
            ],
        ),
        select(
            "quiet",
            f(op(
                Lt,
                col("EventLevelTrackingInfo.m_nCDCHitsNotAssigned"),
                int(300),
            )),
        ),
        each("ECLClusters"),
        select("energetic", f(op(Gt, col("m_logEnergy"), num(-2.0)))),
        select("not alone", f(op(Lt, col("m_E1oE9"), num(0.9)))),
        histogram("time", f(col("m_time")), regular(60, -30.0, 30.0)),
        histogram("by cell", f(col("m_time")), regular(4, -30.0, 30.0)),
    ];
    if let Some(b2caf::collect::Step::Fill(object)) = steps.last_mut() {
        object.channels = by("cell", f(col("m_maxECellId")), 1, 8736);
    }
    let files = vec![(file, iov("1003,0,1003,0"))];
    let collected = run(&collector("tree", steps), &files, 2).unwrap();
    let cuts: Vec<[u64; 2]> = collected.cuts.iter().map(|c| [c.before, c.after]).collect();
    assert_eq!(serde_json::json!(cuts), expected["cuts"]);
    let json =
        |cells: &[f64]| serde_json::json!(cells.iter().map(|n| *n as u64).collect::<Vec<_>>());
    let runs = [ExpRun::new(1003, 0)];
    let time = &collected.histograms("time", &runs).unwrap()[0].1;
    assert_eq!(json(&time.counts), expected["time"]);
    let cells = collected.histograms("by cell", &runs).unwrap();
    let filled: serde_json::Map<String, serde_json::Value> = cells
        .iter()
        .filter(|(_, histogram)| histogram.all_entries() > 0.0)
        .map(|(cell, histogram)| (cell.to_string(), json(&histogram.counts)))
        .collect();
    assert_eq!(serde_json::Value::Object(filled), expected["by_cell"]);
    let events = collected.table("events", &runs).unwrap();
    let Some(Column::Int(clusters)) = events.column("clusters") else {
        panic!("no numbers")
    };
    assert_eq!(
        serde_json::json!(clusters[..10]),
        expected["clusters_per_event"]
    );
    let Some(Column::Float(energies)) = events.column("energy") else {
        panic!("no numbers")
    };
    assert_eq!(
        serde_json::json!(energies[..10]),
        expected["energy_per_event"]
    );
}
