//! A calibration over a real basf2 file, run by the program: its payload holds uproot's counts.

#[macro_use]
mod support;
#[path = "support/payloads.rs"]
mod payloads;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use md5::{Digest, Md5};
use serde_json::Value;

/// Times of clusters per crystal, and in one histogram of 60 bins; the payloads are the entries.
const SCRIPT: &str = r#"//! Entries of cluster times.

import "std/models" as models;

export const settings = CalibrationSettings(#{
    name: "Entries", expert_username: "mmuster", subsystem: "ecl", description: __doc__,
    input_data_formats: ["mdst"], input_data_names: ["clusters"],
});

fn get_calibrations(input_data, kwargs) {
    let collector = Collector("Clusters")
        .select("quiet", |e| e.EventLevelTrackingInfo.m_nCDCHitsNotAssigned < 300)
        .each("ECLClusters")
        .select("energetic", |c| c.m_logEnergy > -2.0)
        .select("not alone", |c| c.m_E1oE9 < 0.9)
        .histogram("time", |c| c.m_time, regular(60, -30.0, 30.0, "ns"))
        .histogram("by_cell", |c| c.m_time, regular(4, -30.0, 30.0, "ns"))
        .per_channel("cell", |c| c.m_maxECellId, 1..=8736);
    let entries = |object, name, class| Algorithm(object)
        .fit(object, models::gaussian())
        .enough_data(|h| h.entries >= 4)
        .tolerate(1.0)
        .payload(name, class, |c| #{
            m_CalibConst: if c.ok { c.entries } else { 0.0 + c.entries },
            m_CalibConstUnc: 0.0,
        });
    let files = input_data.clusters;
    [Calibration("clusters", #{
        collector: collector, algorithms: [
            entries.call("time", "AllTimes", "AllTimes"), entries.call("by_cell", "ECLCrystalTimeOffset", "ECLCrystalCalib"),
        ], input_files: files,
    })]
}
"#;

fn own(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn data() -> PathBuf {
    std::env::var_os("B2CAF_TEST_DATA").map_or_else(|| own("../shared/data"), PathBuf::from)
}

#[test]
fn entries_of_a_run_are_those_of_uproot() {
    let file = data().join("basf2/mdst.root");
    if !file.is_file() {
        say!("skipped: there is no {}", file.display());
        return;
    }
    let text = fs::read_to_string(own("tests/data/collect_expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&text).unwrap();
    let expected = &expected["mdst.root"];
    let sum = Md5::digest(fs::read(&file).unwrap());
    let hex: String = sum.iter().map(|byte| format!("{byte:02x}")).collect();
    if expected["md5"] != hex.as_str() {
        say!(
            "skipped: {} is not the file whose numbers are known",
            file.display()
        );
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("entries.rhai");
    fs::write(&script, SCRIPT).unwrap();
    let input = folder.path().join("data.json");
    let list = serde_json::json!({"clusters": [[file, [1003, 0]]]});
    fs::write(&input, list.to_string()).unwrap();
    let output = folder.path().join("results");
    let ended = Command::new(env!("CARGO_BIN_EXE_b2caf"))
        .arg("run")
        .arg(&script)
        .arg("--input")
        .arg(&input)
        .arg("--output")
        .arg(&output)
        .arg("--json")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(ended.status.success(), "{}", &said[..said.len().min(3000)]);
    let events = String::from_utf8_lossy(&ended.stdout).into_owned();
    let events = events
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let collected = events
        .into_iter()
        .find(|e| e["event"] == "collected")
        .unwrap();
    let cuts = collected["collection"]["cuts"].as_array().unwrap();
    let cuts: Vec<_> = cuts
        .iter()
        .map(|c| [c["before"].clone(), c["after"].clone()])
        .collect();
    assert_eq!(serde_json::json!(cuts), expected["cuts"]);
    let store = output.join("outputdb");
    assert_eq!(entries(&store, "AllTimes"), [inside(&expected["time"])]);
    let by_cell = entries(&store, "ECLCrystalTimeOffset");
    assert_eq!(by_cell.len(), 8736);
    for (cell, found) in (1..).zip(by_cell) {
        let wanted = &expected["by_cell"][cell.to_string()];
        assert_eq!(found, inside(wanted), "cell {cell}");
    }
}

/// Entries in the bins, without under- and overflow; 0 for a histogram that is not there.
fn inside(cells: &Value) -> f64 {
    let cells: Vec<f64> = cells.as_array().map_or_else(Vec::new, |cells| {
        cells.iter().map(|n| n.as_f64().unwrap()).collect()
    });
    cells
        .get(1..cells.len().max(2) - 1)
        .unwrap_or(&[])
        .iter()
        .sum()
}

/// The values of the payload of that name.
fn entries(store: &Path, name: &str) -> Vec<f64> {
    let payload = payloads::payload(store, name)["members"].clone();
    match found(&payload, "m_CalibConst").unwrap() {
        Value::Array(values) => values.iter().map(|v| v.as_f64().unwrap()).collect(),
        one => vec![one.as_f64().unwrap()],
    }
}

/// What is under a key, wherever it is; a column stands beside its type.
fn found<'a>(value: &'a Value, key: &str) -> Option<&'a Value> {
    let object = value.as_object()?;
    match object.get(key) {
        Some(Value::Object(column)) => column.values().find(|v| v.is_array() || v.is_number()),
        Some(own) => Some(own),
        None => object.values().find_map(|v| found(v, key)),
    }
}
