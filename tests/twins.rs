//! A closure that cannot be compiled gives what its compilable twin gives.

use std::fs;
use std::path::Path;
use std::process::Command;

/// A calibration of the example's data; the closures are put in.
const SCRIPT: &str = r#"//! Twins.

import "std/models" as models;

export const settings = CalibrationSettings(#{
    name: "Twins",
    expert_username: "mmuster",
    subsystem: "example",
    description: __doc__,
    input_data_formats: ["cdst"],
    input_data_names: ["cosmics"],
});

fn get_calibrations(input_data, kwargs) {
    let weights = [0.25, 0.5, 0.25];
    let collector = Collector("Times")
        .each("hits")
        .select("cut", @CUT@)
        .define("dt", @DEFINE@)
        .histogram("dt", |h| h.dt, regular(120, -15.0, 15.0, "ns"))
        .per_channel("channel", |h| h.channel, 1..=120);
    let algorithm = Algorithm("Fit")
        .fit("dt", models::gaussian_on_constant())
        .tolerate(1.0)
        .payload("ExampleTime", "ExampleTime", |c| #{
            entries: c.entries,
            mean: if c.ok { c.mean } else { 0.0 },
            error: if c.ok { c.mean_error } else { -1.0 },
        });
    [Calibration("times", #{ collector: collector, algorithms: [algorithm], input_files: input_data.cosmics })]
}
"#;

/// Runs the script and gives its payload and what was said.
fn run(folder: &Path, name: &str, cut: &str, define: &str) -> (Vec<u8>, String) {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/channel_time/data.json");
    let script = folder.join(format!("{name}.rhai"));
    fs::write(
        &script,
        SCRIPT.replace("@CUT@", cut).replace("@DEFINE@", define),
    )
    .unwrap();
    let output = folder.join(name);
    let ended = Command::new(env!("CARGO_BIN_EXE_b2caf"))
        .arg("run")
        .arg(&script)
        .arg("--input")
        .arg(example)
        .arg("--output")
        .arg(&output)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr).into_owned();
    assert!(ended.status.success(), "{said}");
    let store = output.join("outputdb");
    let line = fs::read_to_string(store.join("database.txt")).unwrap();
    let revision = line.split_whitespace().nth(1).unwrap().to_owned();
    let payload = fs::read(store.join(format!("dbstore_ExampleTime_rev_{revision}.root"))).unwrap();
    (payload, said)
}

#[test]
fn row_by_row_gives_the_same_constants() {
    let folder = tempfile::tempdir().unwrap();
    let compiled = run(
        folder.path(),
        "compiled",
        "|h| h.trigger == 1 && h.energy > 0.3",
        "|h| (h.time - h.t0) * weights[0] + (h.time - h.t0) * weights[1] + (h.time - h.t0) * weights[2]",
    );
    let loops = run(
        folder.path(),
        "loops",
        "|h| { let good = false; for wanted in 1..2 { if h.trigger == wanted { good = h.energy > 0.3; } } good }",
        "|h| { let sum = 0.0; for w in weights { sum += (h.time - h.t0) * w; } sum }",
    );
    assert!(!compiled.1.contains("row by row"), "{}", compiled.1);
    assert!(
        loops.1.contains("row by row") && loops.1.contains("loops.rhai:"),
        "{}",
        loops.1
    );
    assert!(compiled.0 == loops.0, "the payloads differ");
}
