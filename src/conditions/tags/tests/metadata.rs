//! The metadata as upstream's tools see them, and states.

use std::fs;
use std::sync::Arc;

use rusqlite::Connection;

use super::super::super::store::checksum;
use super::super::*;
use super::place::{Place, entry, iov};

#[test]
fn the_file_has_what_upstreams_tools_ask_for() {
    let place = Place::new(&["t"]);
    let unusual = PayloadInfo {
        url: "elsewhere/X.xml".into(),
        ..(*entry("X", 2, "0,0,-1,-1").payload).clone()
    };
    let entries = [
        entry("X", 1, "45,221,49,-1"),
        TagEntry {
            payload: Arc::new(unusual),
            iov: iov("50,1,-1,-1"),
        },
    ];
    place.store.add("t", TagState::Testing, &entries).unwrap();
    let raw = Connection::open(place.store.file()).unwrap();
    let number = |text: &str| raw.query_row(text, [], |row| row.get::<_, i64>(0)).unwrap();
    assert_eq!(number("pragma application_id"), 732_379);
    assert_eq!(number("pragma user_version"), 1);
    let rows = |text: &str| -> Vec<String> {
        let mut statement = raw.prepare(text).unwrap();
        let columns = statement.column_count();
        let mut rows = statement.query([]).unwrap();
        let mut found = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            let cells = (0..columns).map(|at| match row.get_ref(at).unwrap() {
                rusqlite::types::ValueRef::Null => "null".to_owned(),
                rusqlite::types::ValueRef::Integer(number) => number.to_string(),
                other => other.as_str().unwrap().to_owned(),
            });
            found.push(cells.collect::<Vec<_>>().join(" "));
        }
        found
    };
    // An address by the usual pattern is null in the table and whole in the view.
    assert_eq!(
        rows("select revision, payloadUrl from payloads order by revision"),
        ["1 null", "2 elsewhere/X.xml"]
    );
    assert_eq!(
        rows(
            "select payloadId, payloadName, revision, payloadUrl, baseUrl from full_payloads order by 3"
        ),
        [
            "-1 X 1 dbstore/X/dbstore_X_rev_1.root https://server.example/rest/",
            "-2 X 2 elsewhere/X.xml https://server.example/rest/"
        ]
    );
    assert_eq!(rows("select * from globaltags"), ["-1 t TESTING"]);
    assert_eq!(rows("select baseUrlId, baseUrl from baseUrls").len(), 1);
    assert_eq!(
        rows("select payloadNameId, payloadName from payloadNames"),
        ["1 X"]
    );
    assert_eq!(
        rows(
            "select globalTagId, payloadId, firstExp, firstRun, finalExp, finalRun from iovs order by 3"
        ),
        ["-1 -1 45 221 49 -1", "-1 -2 50 1 -1 -1"]
    );
    assert_eq!(
        rows("select payloadId, payloadName, globalTagName, payloadUrl, baseUrl, firstExp, firstRun, finalExp, finalRun,
              revision from iov_payloads where revision = 1"),
        ["-1 X t dbstore/X/dbstore_X_rev_1.root https://server.example/rest/ 45 221 49 -1 1"]
    );
    assert_eq!(place.store.entries("t").unwrap(), entries);
}

#[test]
fn a_file_of_something_else_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(TagStore::FILE);
    let raw = Connection::open(&file).unwrap();
    raw.execute_batch("create table t (x); pragma application_id = 7;")
        .unwrap();
    for opened in [
        TagStore::open_read_only(folder.path()),
        TagStore::open_to_change(folder.path()),
        TagStore::create_or_open(folder.path()),
    ] {
        assert!(matches!(opened, Err(TagError::NotMetadata { .. })));
    }
    raw.execute_batch("pragma application_id = 732379; pragma user_version = 2;")
        .unwrap();
    let opened = TagStore::open_read_only(folder.path());
    assert!(matches!(
        opened,
        Err(TagError::OtherSchema { found: 2, .. })
    ));
    fs::write(
        &file,
        "no database, but a text that is longer than a header",
    )
    .unwrap();
    let opened = TagStore::open_read_only(folder.path());
    assert!(matches!(opened, Err(TagError::NotMetadata { .. })));
}

#[test]
fn adding_a_tag_again_replaces_it_and_keeps_others() {
    let place = Place::new(&["other"]);
    place.upload("other", &[("Z", "z", "0,0,-1,-1")]).unwrap();
    let first = [entry("X", 1, "1,0,1,-1"), entry("Y", 1, "0,0,-1,-1")];
    place.store.add("t", TagState::Testing, &first).unwrap();
    let second = [entry("X", 2, "2,0,2,-1")];
    place.store.add("t", TagState::Published, &second).unwrap();
    assert_eq!(place.rows("t"), ["X 2 2,0,2,-1"]);
    assert_eq!(place.store.tag("t").unwrap().state, TagState::Published);
    assert_eq!(place.rows("other"), ["Z 1 0,0,-1,-1"]);
    // Another content under a revision that is known comes from another server.
    let mut other = (*entry("X", 2, "0,0,-1,-1").payload).clone();
    other.checksum = checksum(b"other");
    let other = TagEntry {
        payload: Arc::new(other),
        iov: iov("0,0,-1,-1"),
    };
    let error = place.store.add("t", TagState::Open, &[other]).unwrap_err();
    assert!(error.to_string().contains("two servers"), "{error}");
    assert_eq!(place.rows("t"), ["X 2 2,0,2,-1"]);
}

#[test]
fn states_follow_the_rules() {
    let place = Place::new(&["t"]);
    let names = TagState::ALL.map(TagState::name);
    for state in TagState::ALL {
        assert_eq!(state.name().to_lowercase().parse(), Ok(state));
        let next: Vec<&str> = state.next().iter().map(|state| state.name()).collect();
        let expected: &[&str] = match state.name() {
            "OPEN" => &["TESTING", "RUNNING"],
            "TESTING" => &["VALIDATED", "OPEN"],
            "VALIDATED" => &["PUBLISHED", "OPEN"],
            "PUBLISHED" => &["INVALID"],
            "RUNNING" => &["PUBLISHED", "INVALID"],
            _ => &[],
        };
        assert_eq!(next, expected);
    }
    assert!(
        "online"
            .parse::<TagState>()
            .unwrap_err()
            .contains(&names.join(", "))
    );
    let error = place.store.set_state("t", TagState::Published).unwrap_err();
    assert_eq!(
        error.to_string(),
        "t is OPEN and cannot become PUBLISHED; it can become TESTING or RUNNING"
    );
    for name in ["", "a b", "a/b", "tag;", "ä"] {
        let error = place.store.create_tag(name).unwrap_err();
        assert!(matches!(error, TagError::TagName(_)));
    }
    place.store.create_tag("user_me+x-1:2").unwrap();
    let error = place.store.create_tag("t").unwrap_err();
    assert!(matches!(error, TagError::TagExists(_)));
}

#[test]
fn any_file_with_the_two_relations_can_be_looked_up_in() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("snapshot.sqlite");
    let content = b"content";
    let raw = Connection::open(&file).unwrap();
    let sum = checksum(content).to_uppercase();
    raw.execute_batch(&format!(
        "create table globaltags (globalTagName text, globalTagStatus text);
         create table iov_payloads (payloadName text, globalTagName text, payloadUrl text, baseUrl text,
            checksum text, firstExp int, firstRun int, finalExp int, finalRun int, revision int);
         insert into globaltags values ('t', 'PUBLISHED');
         insert into iov_payloads values
            ('X', 't', 'dbstore/X/dbstore_X_rev_7.root', '', '{sum}', 1, 0, 1, -1, 7),
            ('X', 't', 'dbstore/X/dbstore_X_rev_8.root', '', '{sum}', 5, 0, 4, 3, 8),
            ('X', 't', 'dbstore/X/dbstore_X_rev_9.root', '', '{sum}', -1, -1, -1, -1, 9);"
    ))
    .unwrap();
    fs::write(folder.path().join("dbstore_X_rev_7.root"), content).unwrap();
    assert!(TagStore::open_read_only(&file).is_err());
    let store = TagStore::open_to_look_up(&file).unwrap();
    let (entries, broken) = store.all_entries("t").unwrap();
    assert_eq!((entries.len(), broken.len()), (1, 2));
    let error = store.entries("t").unwrap_err();
    assert!(matches!(error, TagError::BrokenInterval { .. }), "{error}");
    let faults = store.check("t", &look_inside).unwrap();
    assert!(faults.iter().all(|fault| fault.kind == FaultKind::Interval));
    assert_eq!(faults.len(), 2);
    let tags = GlobalTags::new(store, &["t".into()], &TagState::USABLE).unwrap();
    let found = tags.require("X", (1, 3).into()).unwrap();
    assert_eq!(
        (found.content.as_slice(), found.payload.revision),
        (&content[..], 7)
    );
    raw.execute_batch("update globaltags set globalTagStatus = 'STRANGE'")
        .unwrap();
    let error = TagStore::open_to_look_up(&file)
        .unwrap()
        .tags()
        .unwrap_err();
    assert!(
        error.to_string().contains("`STRANGE` is no state"),
        "{error}"
    );
}

#[test]
fn what_a_killed_writer_left_half_done_is_undone_by_the_next_reader() {
    let place = Place::new(&["t"]);
    let raw = Connection::open(place.store.file()).unwrap();
    // Too little memory for the change: it goes to the file before the transaction ends.
    raw.execute_batch(
        "pragma cache_size = 1; begin immediate;
         with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
         insert into globaltags select 1000 + i, 'half_done_' || i, 'OPEN' from n;",
    )
    .unwrap();
    let killed = tempfile::tempdir().unwrap();
    let file = killed.path().join(TagStore::FILE);
    let journal = killed.path().join("metadata.sqlite-journal");
    let beside = place.store.file().with_extension("sqlite-journal");
    fs::copy(place.store.file(), &file).unwrap();
    fs::copy(beside, &journal).unwrap();
    raw.execute_batch("rollback").unwrap();
    let before = fs::metadata(place.store.file()).unwrap().len();
    assert!(
        fs::metadata(&file).unwrap().len() > before,
        "nothing is half done"
    );

    let tags = TagStore::open_read_only(&file).unwrap().tags().unwrap();
    assert_eq!(tags.len(), 1, "{tags:?}");
    assert!(!journal.exists());
}
