//! A commit that is interrupted anywhere, names that collide, and text files that are not ours.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use indexmap::IndexMap;
use serde_json::json;

use crate::iov::{ExpRun, IoV};

use super::commit::Moment;
use super::store::checksum;
use super::{Commit, Database, Error, Payload, PayloadFormat, RootForm, Store, merge_stores};

fn payload(name: &str, values: &[f64]) -> Payload {
    Payload {
        name: name.into(),
        class: name.into(),
        channels: IndexMap::from([("crystal".into(), (1..=values.len() as i64).collect())]),
        members: IndexMap::from([("m_CalibConst".into(), values.to_vec())]),
        object: None,
    }
}

fn iov(text: &str) -> IoV {
    text.parse().unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

fn text(store: &Store) -> String {
    fs::read_to_string(store.text_file()).unwrap_or_default()
}

#[test]
fn a_line_and_a_file_named_after_its_content() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path().join("outputdb"));
    let mut commit = store.commit();
    commit
        .add(payload("Example", &[0.5]), iov("12,100,12,-1"), json!({}))
        .unwrap();
    let written = commit.finish().unwrap();
    // By `md5sum`.
    assert_eq!(written[0].checksum, "fa6298bd5017bf355d534ab967220786");
    let revision = &written[0].checksum[..6];
    assert_eq!(
        text(&store),
        format!("dbstore/Example {revision} 12,100,12,-1\n")
    );
    assert_eq!(
        names(store.folder()),
        [
            "database.txt".to_owned(),
            format!("dbstore_Example_rev_{revision}.provenance.json"),
            format!("dbstore_Example_rev_{revision}.root"),
        ]
    );
}

#[test]
fn equal_content_shares_a_file_and_the_last_line_counts() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    for (values, interval) in [([1.0], "1,0,-1,-1"), ([2.0], "1,5,1,9"), ([1.0], "1,7,1,7")] {
        let mut commit = store.commit();
        commit
            .add(
                payload("X", &values),
                iov(interval),
                json!({"of": interval}),
            )
            .unwrap();
        commit.finish().unwrap();
    }
    let value = |run| {
        let found = store.find("X", ExpRun::new(1, run)).unwrap();
        found.map(|payload| payload.members[0][0])
    };
    assert_eq!(value(4), Some(1.0));
    assert_eq!(value(5), Some(2.0));
    assert_eq!(value(7), Some(1.0));
    assert_eq!(value(8), Some(2.0));
    assert!(store.find("X", ExpRun::new(0, 9)).unwrap().is_none());
    assert!(store.find("Y", ExpRun::new(1, 4)).unwrap().is_none());
    let database = store.database().unwrap();
    assert_eq!(database.records[0].revision, database.records[2].revision);
    let origins = store
        .provenance("X", &database.records[0].revision)
        .unwrap()
        .unwrap()
        .origins;
    let intervals: Vec<String> = origins.iter().map(|o| o.iov.to_string()).collect();
    assert_eq!(intervals, ["1,0,-1,-1", "1,7,1,7"]);
}

/// A file form with contents that are chosen so that their checksums collide.
struct Colliding;

/// Two texts whose MD5 begin with the same six digits, found by trying numbers.
fn colliding_texts() -> (String, String) {
    let mut seen = std::collections::BTreeMap::new();
    for number in 0_u32.. {
        let text = format!("content {number}");
        let digits = checksum(text.as_bytes())[..6].to_owned();
        if let Some(other) = seen.insert(digits, text.clone()) {
            return (other, text);
        }
    }
    unreachable!("24 bits collide after some thousand texts")
}

impl PayloadFormat for Colliding {
    fn extension(&self) -> &'static str {
        "root"
    }

    fn write(&self, payload: &Payload) -> Result<Vec<u8>, Error> {
        let (a, b) = colliding_texts();
        Ok(if payload.members[0][0] < 0.0 { a } else { b }.into_bytes())
    }

    fn read(&self, _name: &str, _bytes: Vec<u8>) -> Result<Payload, String> {
        Err("not read in this test".into())
    }
}

#[test]
fn names_grow_when_checksums_collide() {
    for together in [true, false] {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::with_format(folder.path(), Arc::new(Colliding));
        let mut written = Vec::new();
        let mut commit = store.commit();
        for value in [-1.0, 1.0, -1.0] {
            commit
                .add(payload("X", &[value]), IoV::EVERYTHING, json!(null))
                .unwrap();
            if !together {
                written.extend(
                    std::mem::replace(&mut commit, store.commit())
                        .finish()
                        .unwrap(),
                );
            }
        }
        written.extend(commit.finish().unwrap());
        assert_eq!(written[0].revision, written[0].checksum[..6]);
        assert!(written[1].revision.len() > 6);
        assert!(written[1].checksum.starts_with(&written[1].revision));
        assert_eq!(written[2].revision, written[0].revision);
        assert_eq!(
            checksum(&fs::read(&written[1].file).unwrap()),
            written[1].checksum
        );
        assert_eq!(
            checksum(&fs::read(&written[0].file).unwrap()),
            written[0].checksum
        );
        assert!(written[0].file.to_string_lossy().ends_with(".root"));
    }
}

fn two(store: &Store, values: [f64; 2]) -> Commit<'_> {
    let mut commit = store.commit();
    for (name, value) in ["A", "B"].into_iter().zip(values) {
        commit
            .add(payload(name, &[value]), IoV::EVERYTHING, json!({}))
            .unwrap();
    }
    commit
}

/// Interrupts a commit at its `at`th moment; gives the moment, or `None` if it has fewer.
fn interrupted(store: &Store, at: usize, crash: bool) -> Option<Moment> {
    let mut count = 0;
    let mut reached = None;
    let mut interruption = |moment| {
        count += 1;
        if count <= at {
            return Ok(());
        }
        reached = Some(moment);
        // A panic leaves everything as a crash would; an error lets the commit tidy up.
        assert!(!crash, "the machine stops here");
        Err(io::Error::other("the disk is full"))
    };
    let commit = two(store, [3.0, 4.0]);
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        commit.finish_unless(&mut interruption)
    }));
    match ended {
        Ok(Ok(_)) => assert!(reached.is_none()),
        Ok(Err(error)) => assert!(error.to_string().contains("the disk is full"), "{error}"),
        Err(_) => assert!(crash),
    }
    reached
}

#[test]
fn an_interrupted_commit_leaves_all_or_nothing() {
    for crash in [false, true] {
        let mut moments = Vec::new();
        for at in 0.. {
            let folder = tempfile::tempdir().unwrap();
            let store = Store::new(folder.path());
            two(&store, [1.0, 2.0]).finish().unwrap();
            let before = text(&store);
            let Some(moment) = interrupted(&store, at, crash) else {
                break;
            };
            moments.push(moment);
            let after = text(&store);
            if moment == Moment::Done {
                assert_eq!(after.lines().count(), 4);
            } else {
                assert_eq!(after, before, "at {moment:?}");
            }
            // Whatever has a final name is complete and has the content its name says.
            for name in names(folder.path()) {
                if !name.starts_with("dbstore_") || name.ends_with(".provenance.json") {
                    continue;
                }
                let digits = checksum(&fs::read(folder.path().join(&name)).unwrap());
                assert!(name.contains(&format!("_rev_{}", &digits[..6])), "{name}");
            }
            if !crash {
                assert!(
                    names(folder.path())
                        .iter()
                        .all(|name| !name.starts_with('.'))
                );
            }
            // The next commit works, and sweeps up.
            two(&store, [3.0, 4.0]).finish().unwrap();
            assert!(
                names(folder.path())
                    .iter()
                    .all(|name| !name.starts_with('.'))
            );
            let found = store.find("B", ExpRun::new(1, 1)).unwrap().unwrap();
            assert_eq!(found.members[0], [4.0]);
        }
        // Two payloads with their provenance, the text file, and the end.
        assert_eq!(moments.iter().filter(|m| **m == Moment::Write).count(), 5);
        assert_eq!(moments.iter().filter(|m| **m == Moment::Publish).count(), 4);
        assert_eq!(
            moments[moments.len() - 2..],
            [Moment::Replace, Moment::Done]
        );
    }
}

#[test]
fn floats_come_back_bit_by_bit() {
    let values = [
        0.1,
        -0.0,
        1.0 / 3.0,
        f64::MIN_POSITIVE / 8.0,
        f64::MAX,
        -1e-300,
        12_345_678_901_234_567.0,
        42.0,
        1e21,
        2.5,
        -7.0,
    ];
    let before = payload("X", &values);
    let bytes = RootForm.write(&before).unwrap();
    let after = RootForm.read("X", bytes).unwrap();
    assert_eq!(before.channels, after.channels);
    for (a, b) in values.iter().zip(&after.members[0]) {
        assert_eq!(a.to_bits(), b.to_bits());
    }
}

#[test]
fn constants_that_are_no_numbers_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    let mut commit = store.commit();
    let message = |result: Result<(), Error>| result.unwrap_err().to_string();
    assert_eq!(
        message(commit.add(payload("X", &[1.0, f64::NAN]), IoV::EVERYTHING, json!({}))),
        "payload X: m_CalibConst is NaN in channel 2; constants must be finite numbers"
    );
    assert_eq!(
        message(commit.add(payload("X", &[f64::INFINITY]), IoV::EVERYTHING, json!({}))),
        "payload X: m_CalibConst is inf in channel 1; constants must be finite numbers"
    );
    let mut short = payload("X", &[1.0, 2.0]);
    short.members.insert("m_Unc".into(), vec![0.1]);
    assert_eq!(
        message(commit.add(short, IoV::EVERYTHING, json!({}))),
        "payload X: `m_Unc` has 1 values, but there are 2 channels"
    );
    let mut twice = payload("X", &[1.0, 2.0]);
    twice.channels[0] = vec![7, 7];
    assert_eq!(
        message(commit.add(twice, IoV::EVERYTHING, json!({}))),
        "payload X: channel 7 appears twice"
    );
    assert_eq!(
        message(commit.add(payload("../X", &[1.0]), IoV::EVERYTHING, json!({}))),
        "`../X` is no name for a payload: use letters, digits, `_`, `-` and `+`, at least one of them"
    );
    assert_eq!(
        message(commit.add(payload("X", &[1.0]), iov("-1,-1,5,10"), json!({}))),
        "payload X: -1,-1,5,10 has no beginning; give the first experiment and run, such as 0,0"
    );
    // Nothing was added, so nothing is written.
    assert!(commit.finish().unwrap().is_empty());
    assert!(!store.text_file().exists());
}

#[test]
fn text_files_are_read_with_tolerance() {
    let text = "# a comment\n\n  anything/BeamSpot \t 3fa94c   12,100,12,-1  # why\n\
                dbstore/BeamSpot 17 12,150,12,200 and more words\n\
                dbstore/BeamSpot aaa 12,300,12,200\ndbstore/BeamSpot bbb -1,-1,-1,-1\n";
    let database = Database::parse(Path::new("database.txt"), text).unwrap();
    let revision = |run| {
        let record = database.find("BeamSpot", ExpRun::new(12, run));
        record.map(|record| (record.line, record.revision.as_str()))
    };
    assert_eq!(database.records.len(), 4);
    assert_eq!(revision(100), Some((3, "3fa94c")));
    assert_eq!(revision(150), Some((4, "17")));
    assert_eq!(revision(250), Some((3, "3fa94c")));
    assert_eq!(revision(99), None);
}

#[test]
fn broken_lines_are_named() {
    let cases = [
        (
            "BeamSpot 3fa94c 1,1,1,1",
            "`BeamSpot` has no slash; a line begins with dbstore/<name>",
        ),
        (
            "dbstore/ 3fa94c 1,1,1,1",
            "there is no name after the slash of `dbstore/`",
        ),
        ("dbstore/BeamSpot", "the revision of BeamSpot is missing"),
        (
            "dbstore/BeamSpot 3fa94c",
            "the interval of BeamSpot is missing",
        ),
        (
            "dbstore/BeamSpot 3fa94c 1,1,1",
            "`1,1,1` is no interval of BeamSpot: four whole numbers joined by commas, without spaces, are needed",
        ),
        (
            "dbstore/BeamSpot 3fa94c 1, 1,1,1",
            "`1,` is no interval of BeamSpot: four whole numbers joined by commas, without spaces, are needed",
        ),
        (
            "dbstore/BeamSpot 3fa94c 1,one,1,1",
            "`1,one,1,1` is no interval of BeamSpot: four whole numbers joined by commas, without spaces, are needed",
        ),
    ];
    for (line, reason) in cases {
        let text = format!("# first\ndbstore/Good 1 0,0,-1,-1\n{line}\n");
        let error = Database::parse(Path::new("localdb/database.txt"), &text).unwrap_err();
        assert_eq!(
            error.to_string(),
            format!("localdb/database.txt, line 3: {reason}")
        );
    }
}

#[test]
fn a_store_without_text_file_is_empty_and_a_missing_payload_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path().join("nowhere"));
    assert!(store.database().unwrap().records.is_empty());
    let store = Store::new(folder.path());
    fs::write(store.text_file(), "dbstore/X 123456 0,0,-1,-1").unwrap();
    let error = store.find("X", ExpRun::new(1, 1)).unwrap_err().to_string();
    assert_eq!(
        error,
        format!(
            "{0}/database.txt, line 1: the payload file {0}/dbstore_X_rev_123456.root does not exist",
            folder.path().display()
        )
    );
    // A last line without newline is kept apart from the next one.
    let mut commit = store.commit();
    commit
        .add(payload("Y", &[1.0]), iov("1,1,1,1"), json!({}))
        .unwrap();
    commit.finish().unwrap();
    let database = store.database().unwrap();
    assert_eq!(database.records.len(), 2);
    assert_eq!(database.records[1].name, "Y");
}

#[test]
fn stores_of_the_same_constants_merge_with_all_their_origins() {
    let folder = tempfile::tempdir().unwrap();
    let stores = ["one", "two"].map(|name| folder.path().join(name));
    for (run, store) in stores.iter().enumerate() {
        let store = Store::new(store);
        let mut commit = store.commit();
        let iov = iov(&format!("7,{run},7,{run}"));
        commit
            .add(payload("Example", &[0.5]), iov, json!({ "run": run }))
            .unwrap();
        commit.finish().unwrap();
    }
    let into = folder.path().join("both");
    let merged = merge_stores(&stores, &into).unwrap();
    assert_eq!(merged.files, 2);
    let both = Store::new(&into);
    for run in 0..2 {
        let found = both.find("Example", ExpRun::new(7, run)).unwrap();
        assert_eq!(found, Some(payload("Example", &[0.5])));
    }
    let revision = &both.database().unwrap().records[0].revision;
    let provenance = both.provenance("Example", revision).unwrap().unwrap();
    let origins: Vec<_> = provenance
        .origins
        .iter()
        .map(|origin| &origin.facts)
        .collect();
    assert_eq!(origins, [&json!({ "run": 0 }), &json!({ "run": 1 })]);

    fs::write(stores[1].join("database.txt"), "no line at all\n").unwrap();
    let into = folder.path().join("broken");
    let error = merge_stores(&stores, &into).unwrap_err().to_string();
    assert!(error.contains("database.txt, line 1"), "{error}");
    assert!(!into.exists());
}
