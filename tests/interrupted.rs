//! Runs that are killed, or run out of room, and are continued: what comes out is the same.

#[macro_use]
mod support;
#[path = "support/kills.rs"]
mod kills;
#[path = "support/results.rs"]
mod results;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::Instant;

use kills::{killed_after, moments};
use results::content;

/// Kills in one test.
const KILLS: u32 = 50;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The run under test, with results in `output`.
fn command(output: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_b2caf"));
    command
        .arg("run")
        .arg(root().join("tests/interrupted/chain.rhai"))
        .arg("--input")
        .arg(root().join("examples/channel_time/data.json"))
        .arg("--output")
        .arg(output);
    command
}

fn finish(output: &Path) -> Output {
    let ended = command(output).output().unwrap();
    assert_eq!(
        ended.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&ended.stderr)
    );
    ended
}

fn assert_equal(found: &Path, expected: &BTreeMap<PathBuf, Vec<u8>>, when: &str) {
    let found = content(found);
    let names = |files: &BTreeMap<PathBuf, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&found), names(expected), "{when}");
    for (name, bytes) in expected {
        assert!(found[name] == *bytes, "{when}: {} differs", name.display());
    }
}

#[test]
fn a_killed_run_goes_on_and_ends_with_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let undisturbed = folder.path().join("undisturbed");
    finish(&undisturbed);
    let expected = content(&undisturbed);
    assert!(expected.contains_key(Path::new("outputdb/database.txt")));
    assert!(expected.contains_key(Path::new("third/1/algorithm_output/outputdb/database.txt")));
    let again = folder.path().join("again");
    let began = Instant::now();
    finish(&again);
    let mut whole = began.elapsed();
    let output = folder.path().join("killed");
    let (mut under_way, mut continued) = (0, 0);
    for (number, moment) in (1..=4 * KILLS).zip(moments()) {
        if under_way == KILLS {
            break;
        }
        let mut run = command(&output);
        run.stdout(Stdio::null()).stderr(Stdio::null());
        let (was_at_work, _) = killed_after(&mut run, whole.mul_f64(moment));
        under_way += u32::from(was_at_work);
        // Other work on the machine comes and goes.
        whole = whole.mul_f64(if was_at_work { 1.03 } else { 0.9 });
        // Now and then it is killed again before it comes to an end.
        if was_at_work && number % 3 == 0 {
            continued += 1;
            continue;
        }
        finish(&output);
        assert_equal(&output, &expected, &format!("kill {number} at {moment:.3}"));
        fs::remove_dir_all(&output).unwrap();
    }
    say!(
        "{under_way} kills met a run at work (of {} ms), {continued} were killed once more",
        whole.as_millis()
    );
    assert_eq!(under_way, KILLS, "kills that met a run");
}

#[test]
fn an_interruption_has_its_own_exit_code_and_says_how_to_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let undisturbed = folder.path().join("undisturbed");
    finish(&undisturbed);
    let expected = content(&undisturbed);
    let mut met = 0;
    for (number, moment) in (0..6).zip(moments()) {
        let output = folder.path().join(number.to_string());
        let child = command(&output).stderr(Stdio::piped()).spawn().unwrap();
        let began = Instant::now();
        // Before that it would be a program that has not begun.
        while !output.join("caf_state.db").exists() && began.elapsed().as_secs() < 30 {
            sleep(std::time::Duration::from_millis(1));
        }
        sleep(std::time::Duration::from_millis(5).mul_f64(moment));
        let sent = Command::new("sh")
            .args(["-c", &format!("kill -INT {}", child.id())])
            .status()
            .unwrap();
        assert!(sent.success());
        let ended = child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&ended.stderr);
        if ended.status.code() == Some(130) {
            met += 1;
            assert!(said.contains("run the same command again"), "{said}");
        } else {
            assert_eq!(ended.status.code(), Some(0), "{said}");
        }
        finish(&output);
        assert_equal(&output, &expected, "interrupted");
    }
    assert!(met > 0, "no interruption met a run at work");
}

#[test]
fn a_finished_run_is_not_done_again() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("results");
    finish(&output);
    let expected = content(&output);
    let ended = finish(&output);
    assert_equal(&output, &expected, "done again");
    let said = String::from_utf8_lossy(&ended.stderr);
    assert!(said.contains("first was complete"), "{said}");
}

#[test]
fn another_script_or_input_is_refused_with_a_choice() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("results");
    finish(&output);
    let expected = content(&output);
    let script = folder.path().join("chain.rhai");
    let text = fs::read_to_string(root().join("tests/interrupted/chain.rhai")).unwrap();
    fs::write(&script, text.replace("0.1 * h.time", "0.2 * h.time")).unwrap();
    let ended = Command::new(env!("CARGO_BIN_EXE_b2caf"))
        .arg("run")
        .arg(&script)
        .arg("--input")
        .arg(root().join("examples/channel_time/data.json"))
        .arg("--output")
        .arg(&output)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ended.stderr);
    assert_eq!(ended.status.code(), Some(2), "{said}");
    assert!(
        said.contains("chain.rhai has changed since") && said.contains("--overwrite"),
        "{said}"
    );
    assert_equal(&output, &expected, "refused");
}

/// A small file system of its own, in a name space of its own; not everywhere allowed.
const FULL_DISK: &str = r#"
set -e
mount -t tmpfs -o size=2000k tmpfs "$1"
dd if=/dev/zero of="$1/filler" bs=1k count="$2" 2>/dev/null
shift; shift
set +e
"$@" ; echo "first $?" >&2
rm "$0/filler"
"$@" ; echo "second $?" >&2
cp -r "$0/results" "$0.kept"
"#;

#[test]
fn a_full_disk_stops_a_run_which_goes_on_when_there_is_room() {
    let folder = tempfile::tempdir().unwrap();
    let undisturbed = folder.path().join("undisturbed");
    finish(&undisturbed);
    let expected = content(&undisturbed);
    let mut stopped = 0;
    for filler in (900..2000).step_by(50) {
        let disk = folder.path().join(format!("disk{filler}"));
        fs::create_dir(&disk).unwrap();
        let run = command(&disk.join("results"));
        let ended = Command::new("unshare")
            .args([
                "--user",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                FULL_DISK,
            ])
            .arg(&disk)
            .arg(&disk)
            .arg(filler.to_string())
            .arg(run.get_program())
            .args(run.get_args())
            .output();
        let said = match &ended {
            Ok(ended) => String::from_utf8_lossy(&ended.stderr).into_owned(),
            Err(error) => error.to_string(),
        };
        if !said.contains("first ") {
            say!(
                "skipped: no file system can be mounted here: {}",
                said.trim()
            );
            return;
        }
        if said.contains("first 2") {
            stopped += 1;
            assert!(said.contains("no room left"), "{said}");
        } else {
            assert!(said.contains("first 0"), "{said}");
        }
        assert!(said.contains("second 0"), "{said}");
        let kept = folder.path().join(format!("disk{filler}.kept"));
        assert_equal(&kept, &expected, &format!("{filler} kB taken"));
    }
    assert!(stopped >= 3, "the disk was full only {stopped} times");
}
