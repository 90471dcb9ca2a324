//! Payloads found by tag and run.

use std::fs;

use rusqlite::Connection;

use crate::iov::ExpRun;

use super::super::super::store::checksum;
use super::super::*;
use super::place::{Place, entry, write_store};

/// How the core of upstream selects payloads of a run.
const SELECTION: &str = "
    select payloadName, revision from iov_payloads where globalTagName = 't'
    and ((firstExp = ?1 and firstRun <= ?2) or firstExp < ?1)
    and (finalExp < 0 or (finalRun < 0 and finalExp >= ?1) or finalExp > ?1
         or (finalExp = ?1 and finalRun >= ?2))";

#[test]
fn runs_are_matched_as_upstream_does() {
    let place = Place::new(&[]);
    let entries = [
        entry("A", 1, "45,221,49,-1"),
        entry("B", 1, "1,1,2,0"),
        entry("C", 1, "0,0,-1,-1"),
        entry("D", 1, "1,3,1,5"),
        entry("D", 2, "1,6,1,6"),
        entry("D", 3, "1,4,46,2"),
    ];
    place.store.add("t", TagState::Testing, &entries).unwrap();
    let tags = place.tags(&["t"]).unwrap();
    let raw = Connection::open(place.store.file()).unwrap();
    let mut statement = raw.prepare(SELECTION).unwrap();
    let has = |name: &str, run: (i32, i32)| tags.entry(name, run.into()).is_some();
    for (run, inside) in [
        ((45, 221), true),
        ((46, 0), true),
        ((49, 9999), true),
        ((45, 220), false),
        ((50, 0), false),
    ] {
        assert_eq!(has("A", run), inside, "{run:?}");
    }
    assert!(has("B", (2, 0)) && !has("B", (2, 1)));
    for exp in [0, 1, 2, 3, 44, 45, 46, 49, 50] {
        for run in [0, 1, 2, 3, 4, 5, 6, 7, 220, 221, 9999] {
            let rows = statement.query_map([exp, run], |row| {
                Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?))
            });
            let mut expected: Vec<(String, i64)> = rows.unwrap().map(Result::unwrap).collect();
            let mut found = Vec::new();
            for name in ["A", "B", "C", "D"] {
                let candidates = tags.candidates(name, ExpRun::new(exp, run));
                found.extend(
                    candidates
                        .iter()
                        .map(|(_, e)| (name.to_owned(), e.payload.revision)),
                );
            }
            expected.sort();
            found.sort();
            assert_eq!(found, expected, "run {exp},{run}");
        }
    }
    // The highest revision of several.
    let (_, found) = tags.entry("D", ExpRun::new(1, 4)).unwrap();
    assert_eq!(found.payload.revision, 3);
}

#[test]
fn tags_are_asked_in_their_order() {
    let place = Place::new(&["t1", "t2", "closed"]);
    place.upload("t1", &[("X", "x1", "0,0,-1,-1")]).unwrap();
    let both = [("X", "x2", "0,0,-1,-1"), ("Y", "y", "1,0,1,5")];
    place.upload("t2", &both).unwrap();
    for tag in ["t1", "t2"] {
        let error = place.tags(&[tag]).unwrap_err();
        assert!(error.to_string().contains("is OPEN"), "{error}");
        place.state(tag, &[TagState::Testing]);
    }
    let tags = place.tags(&[" t1", "t2 ", "t1"]).unwrap();
    assert_eq!(tags.names(), ["t1", "t2"]);
    let run = ExpRun::new(1, 3);
    let found = tags.require("X", run).unwrap();
    assert_eq!(
        (found.tag.as_str(), found.content.as_slice()),
        ("t1", &b"x1"[..])
    );
    let found = tags.require("Y", run).unwrap();
    assert_eq!(
        (found.tag.as_str(), found.content.as_slice()),
        ("t2", &b"y"[..])
    );
    assert!(tags.find("Y", ExpRun::new(1, 6)).unwrap().is_none());
    let error = tags.require("Z", run).unwrap_err().to_string();
    assert_eq!(error, "there is no payload Z for run 1,3 in t1, t2");
    let unknown = place.tags(&["t1", "nowhere"]);
    assert!(matches!(unknown, Err(TagError::UnknownTag { .. })));
    // Found wrong, it is never used again, whoever asks.
    place.state(
        "t2",
        &[TagState::Validated, TagState::Published, TagState::Invalid],
    );
    for usable in [&TagState::USABLE[..], &TagState::ALL[..]] {
        let refused = place.tags_in(&["t2"], usable);
        assert!(matches!(refused, Err(TagError::NotUsable { .. })));
    }
    let open = place.tags_in(&["closed"], &TagState::ALL);
    assert!(open.is_ok());
}

#[test]
fn a_file_counts_only_with_its_checksum() {
    let place = Place::new(&["t"]);
    place.upload("t", &[("X", "content", "0,0,-1,-1")]).unwrap();
    let payload = place.store.entries("t").unwrap()[0].payload.clone();
    let hashed = place.store.files().hashed(&payload).unwrap();
    let flat = place.store.files().flat(&payload).unwrap();
    assert!(flat.ends_with("conditions/dbstore_X_rev_1.root"));
    fs::copy(&hashed, &flat).unwrap();
    fs::write(&hashed, "contEnt").unwrap();
    assert_eq!(place.store.content(&payload).unwrap().0, flat);
    fs::remove_file(&flat).unwrap();
    let error = place.store.content(&payload).unwrap_err();
    assert!(matches!(error, TagError::WrongChecksum { .. }), "{error}");
    let faults = place.store.check("t", &look_inside).unwrap();
    assert_eq!(faults[0].kind, FaultKind::Checksum);
    // Uploading it again puts it right.
    place.upload("t", &[("X", "content", "0,0,-1,-1")]).unwrap();
    assert!(place.store.check("t", &look_inside).unwrap().is_empty());
    fs::remove_file(&hashed).unwrap();
    let faults = place.store.check("t", &look_inside).unwrap();
    assert_eq!(faults[0].kind, FaultKind::MissingFile);
    // Names from a file that anybody may have written make no paths.
    for (name, sum) in [
        ("../X", payload.checksum.as_str()),
        ("X", "../../etc"),
        ("X", "ab"),
    ] {
        let strange = PayloadInfo {
            name: name.into(),
            checksum: sum.into(),
            ..(*payload).clone()
        };
        assert!(place.store.content(&strange).is_err());
    }
}

#[test]
fn the_winner_is_explained() {
    let place = Place::new(&["t1", "t2"]);
    place.upload("t1", &[("X", "t1", "0,0,-1,-1")]).unwrap();
    place.upload("t2", &[("X", "t2", "0,0,-1,-1")]).unwrap();
    for tag in ["t1", "t2"] {
        place.state(tag, &[TagState::Testing]);
    }
    let stores = ["one", "two"].map(|name| place.folder.path().join(name));
    write_store(&stores[0], &[("Y", "y", "0,0,-1,-1")]);
    let lines = [
        ("X", "l1", "1,0,-1,-1"),
        ("X", "l2", "1,5,1,9"),
        ("X", "l3", "1,7,1,8"),
    ];
    write_store(&stores[1], &lines);
    // A payload file that is lost does no harm before it is needed.
    let lost = &checksum(b"l3")[..6];
    fs::remove_file(stores[1].join(format!("dbstore_X_rev_{lost}.root"))).unwrap();
    let tags = place.tags(&["t2", "t1"]).unwrap();
    let run = ExpRun::new(1, 5);
    let found = precedence("X", run, &stores, Some(&tags)).unwrap();
    let text = fs::canonicalize(stores[1].join("database.txt")).unwrap();
    let temp = format!("temp://{}", text.display());
    let rows: Vec<(&str, Option<usize>, i64, bool)> = found
        .iter()
        .map(|c| (c.source.as_str(), c.line, c.revision, c.wins))
        .collect();
    assert_eq!(
        rows,
        [
            (temp.as_str(), Some(2), 0, true),
            (temp.as_str(), Some(1), 0, false),
            ("t2", None, 2, false),
            ("t1", None, 1, false),
        ]
    );
    assert_eq!(found[0].checksum, Some(checksum(b"l2")));
    assert_eq!(found[3].why, "testing stores come before global tags");
    let error = precedence("X", ExpRun::new(1, 7), &stores, Some(&tags)).unwrap_err();
    assert!(
        error.to_string().contains("line 3: the payload file"),
        "{error}"
    );
    let found = precedence("X", ExpRun::new(0, 7), &stores, Some(&tags)).unwrap();
    assert_eq!(found[0].source, "t2");
    assert_eq!(found[1].why, "t2 comes before this tag");
    assert!(found[0].file.is_some());
}

#[test]
fn looking_is_of_one_moment() {
    let place = Place::new(&["t"]);
    place.upload("t", &[("X", "a", "1,1,1,9")]).unwrap();
    place.state("t", &[TagState::Running]);
    let tags = place.tags(&["t"]).unwrap();
    place.upload("t", &[("X", "b", "1,10,-1,-1")]).unwrap();
    let later = ExpRun::new(1, 10);
    assert!(tags.find("X", later).unwrap().is_none());
    assert!(
        place
            .tags(&["t"])
            .unwrap()
            .find("X", later)
            .unwrap()
            .is_some()
    );
}
