//! The file of states: what it keeps, what it refuses, and that it survives being killed.

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use rusqlite::Connection;

use super::super::{CalibrationState as State, Row, StateDb, StateError};

struct Place {
    _folder: tempfile::TempDir,
    file: PathBuf,
}

fn place() -> Place {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(StateDb::FILE);
    Place {
        _folder: folder,
        file,
    }
}

fn row(db: &StateDb, name: &str) -> Row {
    db.row(name).unwrap().unwrap()
}

/// What upstream's status tool reads.
fn upstream(file: &Path) -> Vec<(String, String, String, i64)> {
    let connection = Connection::open(file).unwrap();
    let mut statement = connection.prepare("select * from calibrations").unwrap();
    let rows = statement.query_map([], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
    });
    rows.unwrap().map(Result::unwrap).collect()
}

#[test]
fn new_rows_begin_at_the_beginning_in_order() {
    let place = place();
    let db = StateDb::create_or_open(&place.file).unwrap();
    db.ensure(["zeta", "alpha"]).unwrap();
    db.ensure(["middle", "alpha"]).unwrap();
    let rows = db.rows().unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row.name.as_str()).collect();
    assert_eq!(names, ["zeta", "alpha", "middle"]);
    for row in rows {
        assert_eq!((row.state, row.checkpoint), (State::Init, State::Init));
        assert_eq!((row.iteration, row.started), (0, None));
    }
}

#[test]
fn the_checkpoint_follows_only_checkpoint_states() {
    let place = place();
    let db = StateDb::create_or_open(&place.file).unwrap();
    db.ensure(["a"]).unwrap();
    let mut checkpoint = State::Init;
    for (number, state) in State::ALL.into_iter().enumerate() {
        db.enter("a", state, number as u32, "why").unwrap();
        if [State::Init, State::CollectorCompleted, State::Completed].contains(&state) {
            checkpoint = state;
        }
        let row = row(&db, "a");
        assert_eq!((row.state, row.checkpoint), (state, checkpoint));
        assert_eq!(
            (row.iteration, row.message.as_str()),
            (number as u32, "why")
        );
    }
}

#[test]
fn upstream_sees_its_own_nine_states() {
    let place = place();
    let db = StateDb::create_or_open(&place.file).unwrap();
    db.ensure(["lacking", "waiting"]).unwrap();
    db.enter("lacking", State::CollectorCompleted, 1, "")
        .unwrap();
    db.enter("lacking", State::NotEnoughData, 1, "3 of 100 events")
        .unwrap();
    db.enter("waiting", State::Blocked, 0, "waits for lacking")
        .unwrap();
    let text = |a: &str, b: &str, c: &str, d| (a.into(), b.into(), c.into(), d);
    let expected = [
        text("lacking", "failed", "collector_completed", 1),
        text("waiting", "init", "init", 0),
    ];
    assert_eq!(upstream(&place.file), expected);
    assert_eq!(row(&db, "lacking").state, State::NotEnoughData);
    assert_eq!(row(&db, "waiting").state, State::Blocked);
}

#[test]
fn what_upstream_writes_wins() {
    let place = place();
    let db = StateDb::create_or_open(&place.file).unwrap();
    db.ensure(["a"]).unwrap();
    db.enter("a", State::NotEnoughData, 0, "too little")
        .unwrap();
    let other = Connection::open(&place.file).unwrap();
    other
        .execute("update calibrations set state = 'completed'", [])
        .unwrap();
    let row = row(&db, "a");
    assert_eq!((row.state, row.message.as_str()), (State::Completed, ""));
}

#[test]
fn a_later_run_goes_on_from_the_checkpoint() {
    let place = place();
    let db = StateDb::create_or_open(&place.file).unwrap();
    db.ensure(["a", "b"]).unwrap();
    db.enter("a", State::CollectorCompleted, 2, "").unwrap();
    db.enter("a", State::AlgorithmsFailed, 2, "no minimum")
        .unwrap();
    db.enter("b", State::Blocked, 0, "waits for a").unwrap();
    drop(db);
    let db = StateDb::create_or_open(&place.file).unwrap();
    db.ensure(["a", "b"]).unwrap();
    let a = row(&db, "a");
    assert_eq!((a.state, a.iteration), (State::CollectorCompleted, 2));
    assert_eq!((a.message.as_str(), a.started), ("", None));
    assert_eq!(a.error.as_deref(), Some("no minimum"));
    assert_eq!(row(&db, "b").state, State::Init);
    db.enter("a", State::Completed, 2, "").unwrap();
    assert_eq!(row(&db, "a").error, None);
}

#[test]
fn reset_takes_checkpoints_only() {
    let place = place();
    let db = StateDb::create_or_open(&place.file).unwrap();
    db.ensure(["crystal_time"]).unwrap();
    db.enter("crystal_time", State::Completed, 4, "").unwrap();
    let error = db
        .reset("crystal_time", State::RunningAlgorithms, 0)
        .unwrap_err();
    assert!(error.to_string().contains("running_algorithms"), "{error}");
    db.reset("crystal_time", State::CollectorCompleted, 3)
        .unwrap();
    let found = row(&db, "crystal_time");
    assert_eq!(found.state, State::CollectorCompleted);
    assert_eq!((found.checkpoint, found.iteration), (found.state, 3));
}

#[test]
fn unknown_names_change_nothing_and_get_a_suggestion() {
    let place = place();
    let db = StateDb::create_or_open(&place.file).unwrap();
    db.ensure(["crystal_time"]).unwrap();
    let before = db.rows().unwrap();
    for error in [
        db.enter("crystal_tim", State::Completed, 0, "")
            .unwrap_err(),
        db.reset("crystal_tim", State::Init, 0).unwrap_err(),
    ] {
        assert!(error.to_string().contains("crystal_time"), "{error}");
    }
    assert_eq!(db.rows().unwrap(), before);
}

#[test]
fn facts_are_kept_and_replaced() {
    let place = place();
    let db = StateDb::create_or_open(&place.file).unwrap();
    assert_eq!(db.get("fingerprint").unwrap(), None);
    db.set("fingerprint", "abc").unwrap();
    db.set("fingerprint", "def").unwrap();
    drop(db);
    let db = StateDb::open_read_only(&place.file).unwrap();
    assert_eq!(db.get("fingerprint").unwrap().as_deref(), Some("def"));
    assert!(matches!(db.set("x", "y"), Err(StateError::Unusable { .. })));
}

#[test]
fn other_files_are_refused_and_left_alone() {
    let place = place();
    let make = |make: &dyn Fn(&Connection)| {
        let _ = fs::remove_file(&place.file);
        make(&Connection::open(&place.file).unwrap());
    };
    let both = || {
        let bytes = fs::read(&place.file).unwrap();
        let written = StateDb::create_or_open(&place.file).unwrap_err();
        let read = StateDb::open_read_only(&place.file).unwrap_err();
        assert_eq!(fs::read(&place.file).unwrap(), bytes);
        assert_eq!(written.to_string(), read.to_string());
        written
    };
    fs::write(
        &place.file,
        "this is no database, only a text that is long enough",
    )
    .unwrap();
    assert!(matches!(both(), StateError::NotOurs { .. }));
    make(&|other| {
        other
            .execute_batch("create table calibrations (name text)")
            .unwrap()
    });
    assert!(matches!(both(), StateError::NotOurs { .. }));
    let _ = fs::remove_file(&place.file);
    drop(StateDb::create_or_open(&place.file).unwrap());
    let ours = Connection::open(&place.file).unwrap();
    ours.execute_batch("pragma user_version = 99").unwrap();
    drop(ours);
    assert!(matches!(both(), StateError::Newer { found: 99, .. }));
}

#[test]
fn a_missing_and_an_empty_file() {
    let place = place();
    let missing = StateDb::open_read_only(&place.file);
    assert!(matches!(missing, Err(StateError::Missing { .. })));
    assert!(!place.file.exists());
    fs::write(&place.file, "").unwrap();
    let empty = StateDb::open_read_only(&place.file);
    assert!(matches!(empty, Err(StateError::NotBegun { .. })));
    StateDb::create_or_open(&place.file).unwrap();
    assert_eq!(
        StateDb::open_read_only(&place.file)
            .unwrap()
            .rows()
            .unwrap(),
        []
    );
}

#[test]
fn values_that_mean_nothing_are_named() {
    for (change, column) in [
        ("state = 'finished'", "state"),
        ("state = null", "state"),
        ("state = 'blocked'", "state"),
        ("checkpoint = 'running_collector'", "checkpoint"),
        ("iteration = -1", "iteration"),
        ("iteration = 'two'", "iteration"),
    ] {
        let place = place();
        let db = StateDb::create_or_open(&place.file).unwrap();
        db.ensure(["a"]).unwrap();
        let other = Connection::open(&place.file).unwrap();
        other
            .execute(&format!("update calibrations set {change}"), [])
            .unwrap();
        let error = db.rows().unwrap_err();
        let named = matches!(&error, StateError::BadValue { column: c, .. } if *c == column);
        assert!(named, "{change}: {error}");
        db.reset("a", State::Init, 0).unwrap();
        assert_eq!(row(&db, "a").state, State::Init);
    }
}

#[test]
fn it_is_read_while_it_is_written() {
    let place = place();
    let db = StateDb::create_or_open(&place.file).unwrap();
    db.ensure(["a"]).unwrap();
    let reader = StateDb::open_read_only(&place.file).unwrap();
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| write_pairs(&db, 500));
        while !writer.is_finished() {
            assert_pair(&row(&reader, "a"));
        }
    });
    assert_eq!(row(&reader, "a").iteration, 499);
}

/// Pass `n` is even exactly when the state says so and the message is its number.
fn write_pairs(db: &StateDb, passes: u32) {
    for pass in 0..passes {
        let state = if pass % 2 == 0 {
            State::CollectorCompleted
        } else {
            State::Init
        };
        db.enter("a", state, pass, &pass.to_string()).unwrap();
    }
}

fn assert_pair(row: &Row) {
    let even = row.state == State::CollectorCompleted;
    assert_eq!(row.state, row.checkpoint);
    if row.message.is_empty() {
        assert_eq!((row.state, row.iteration), (State::Init, 0));
    } else {
        assert_eq!(row.message, row.iteration.to_string());
        assert_eq!(even, row.iteration.is_multiple_of(2));
    }
}

#[test]
fn a_change_that_was_cut_off_is_undone_even_for_a_reader() {
    let place = place();
    let db = StateDb::create_or_open(&place.file).unwrap();
    let names: Vec<String> = (0..500).map(|number| format!("a{number}")).collect();
    db.ensure(&names).unwrap();
    let before = db.rows().unwrap();
    // So little room in memory that a change goes to the file before it is complete.
    let writer = Connection::open(&place.file).unwrap();
    let text = "pragma journal_mode = truncate; pragma cache_size = 1; begin immediate;
                update calibrations set state = 'completed'; update details set message = 'no';";
    writer.execute_batch(text).unwrap();
    // What a killed process would leave.
    let cut = tempfile::tempdir().unwrap();
    let file = cut.path().join(StateDb::FILE);
    let journal = |file: &Path| file.with_extension("db-journal");
    fs::copy(&place.file, &file).unwrap();
    fs::copy(journal(&place.file), journal(&file)).unwrap();
    let broken = fs::read(&file).unwrap();
    let found = StateDb::open_read_only(&file).unwrap().rows().unwrap();
    assert_eq!(found, before);
    assert_ne!(
        fs::read(&file).unwrap(),
        broken,
        "there was nothing to undo"
    );
}

/// The child of [`a_killed_writer_leaves_one_of_its_states`]; alone it has nothing to do.
#[test]
fn writer_to_be_killed() {
    if let Some(file) = std::env::var_os("B2CAF_STATE_TO_WRITE") {
        let db = StateDb::create_or_open(PathBuf::from(file)).unwrap();
        db.ensure(["a"]).unwrap();
        println!("writing");
        write_pairs(&db, 1_000_000);
    }
}

#[test]
fn a_killed_writer_leaves_one_of_its_states() {
    let this = std::env::current_exe().unwrap();
    let mut seen = Vec::new();
    for round in 0..30_u64 {
        let place = place();
        let mut child = Command::new(&this)
            .args([
                "--nocapture",
                "--exact",
                "caf::tests::state::writer_to_be_killed",
            ])
            .env("B2CAF_STATE_TO_WRITE", &place.file)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut output = child.stdout.take().unwrap();
        let mut said = Vec::new();
        while !said.ends_with(b"writing\n") {
            let mut byte = [0];
            assert_eq!(output.read(&mut byte).unwrap(), 1, "the writer ended");
            said.push(byte[0]);
        }
        std::thread::sleep(Duration::from_micros(round * 337));
        child.kill().unwrap();
        child.wait().unwrap();
        let db = StateDb::open_read_only(&place.file).unwrap();
        let found = row(&db, "a");
        assert_pair(&found);
        seen.push(found.iteration);
        let again = StateDb::create_or_open(&place.file).unwrap();
        again.ensure(["a"]).unwrap();
        assert_eq!(row(&again, "a").iteration, found.iteration);
    }
    assert!(
        seen.iter().max() > Some(&0),
        "nothing was written: {seen:?}"
    );
}
