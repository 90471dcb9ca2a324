//! A payload that changes within a run, from a script to the file.

use std::path::Path;
use std::process::Command;

use b2caf::conditions::Store;
use b2caf::iov::ExpRun;
use b2caf::root::Value;

/// The x coordinate of a beam spot.
fn x(spot: &Value) -> f64 {
    let Some(Value::Object(position)) = spot.as_record().unwrap().get("m_IPPosition") else {
        panic!("{spot:?} has no position");
    };
    let Some(Value::Object(coordinates)) = position.get("fCoordinates") else {
        panic!("{position:?} has no coordinates");
    };
    match coordinates.get("fX") {
        Some(Value::Float(x)) => *x,
        other => panic!("{other:?} is no coordinate"),
    }
}

#[test]
fn a_beam_spot_that_moves_within_a_run_moves_at_that_event() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("results");
    let run = Command::new(env!("CARGO_BIN_EXE_b2caf"))
        .arg("run")
        .arg(here.join("tests/timeline/follow.rhai"))
        .arg("--input")
        .arg(here.join("examples/channel_time/data.json"))
        .arg("--output")
        .arg(&output)
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    let store = Store::new(output.join("outputdb"));
    let iovs: Vec<String> = store
        .database()
        .unwrap()
        .records
        .iter()
        .map(|record| record.iov.unwrap().to_string())
        .collect();
    assert_eq!(iovs, ["7,1,7,1", "7,2,7,2", "7,3,-1,-1"]);
    // Events 0 to 1859 are run 1, 1860 to 3719 run 2; the spot moves at event 3000.
    for (run, event, moved) in [
        (1, 0, false),
        (1, 1859, false),
        (2, 1860, false),
        (2, 2999, false),
        (2, 3000, true),
        (2, 3719, true),
        (3, 3720, true),
        (50, 1, true),
    ] {
        let payload = store
            .find("BeamSpot", ExpRun::new(7, run))
            .unwrap()
            .unwrap();
        let spot = payload.at_event(event).unwrap();
        let expected = if moved { 0.03 } else { 0.01 };
        assert!(
            (x(spot) - expected).abs() < 1e-12,
            "run {run}, event {event}"
        );
    }
}
