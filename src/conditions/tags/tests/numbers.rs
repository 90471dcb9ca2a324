//! Numbers of a server and numbers of our own in one file.

use std::sync::Arc;

use rusqlite::Connection;

use super::super::*;
use super::place::{Place, entry};

/// A tag with the payload X of revision 1 and 2 under these numbers.
fn tag(id: i64, name: &str, payloads: [i64; 2]) -> ServerTag {
    let entries = [entry("X", 1, "1,0,1,-1"), entry("X", 2, "2,0,-1,-1")];
    ServerTag {
        id,
        name: name.into(),
        state: TagState::Published,
        entries: payloads.into_iter().zip(entries).collect(),
    }
}

fn numbers(place: &Place, text: &str) -> Vec<i64> {
    let raw = Connection::open(place.store.file()).unwrap();
    let mut statement = raw.prepare(text).unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

#[test]
fn what_is_made_here_has_numbers_that_no_server_gives() {
    let place = Place::new(&["a", "b"]);
    place
        .upload("a", &[("Y", "y", "0,0,-1,-1"), ("Z", "z", "0,0,-1,-1")])
        .unwrap();
    for text in [
        "select globalTagId from globaltags",
        "select payloadId from payloads",
    ] {
        let found = numbers(&place, text);
        assert!(
            found.len() == 2 && found.iter().all(|id| *id < 0),
            "{found:?}"
        );
    }
}

/// Upstream's download tool writes rows under the server's numbers, in place of what has them.
#[test]
fn a_tool_that_replaces_rows_by_number_leaves_ours_alone() {
    let place = Place::new(&["ours"]);
    place
        .upload("ours", &[("Y", "y", "0,0,-1,-1"), ("Z", "z", "0,0,-1,-1")])
        .unwrap();
    let before = place.store.entries("ours").unwrap();
    let raw = Connection::open(place.store.file()).unwrap();
    raw.execute_batch(
        "insert into baseUrls values (77, 'https://server.example/rest/');
         insert into payloadNames values (77, 'X');
         insert or replace into globaltags values (1, 'theirs', 'RUNNING');
         insert or replace into payloads values (1, 77, 1, '00000000000000000000000000000000', null, 77);
         insert or replace into payloads values (2, 77, 2, '00000000000000000000000000000001', null, 77);
         insert into iovs values (1, 1, 0, 0, 5, -1);
         insert into iovs values (1, 2, 6, 0, -1, -1);",
    )
    .unwrap();
    assert_eq!(place.store.entries("ours").unwrap(), before);
    assert_eq!(place.rows("theirs"), ["X 1 0,0,5,-1", "X 2 6,0,-1,-1"]);
    // And ours go on.
    place.upload("ours", &[("V", "v", "0,0,-1,-1")]).unwrap();
    assert_eq!(place.store.entries("ours").unwrap().len(), 3);
}

#[test]
fn a_tag_of_a_server_has_its_numbers_beside_ours() {
    let place = Place::new(&["ours"]);
    place
        .upload("ours", &[("Y", "y", "0,0,-1,-1"), ("Z", "z", "0,0,-1,-1")])
        .unwrap();
    // As a store of an older version: numbers from 1 on.
    let raw = Connection::open(place.store.file()).unwrap();
    raw.execute_batch(
        "pragma foreign_keys = off;
         update payloads set payloadId = -payloadId;
         update globaltags set globalTagId = -globalTagId;
         update iovs set payloadId = -payloadId, globalTagId = -globalTagId;",
    )
    .unwrap();
    drop(raw);
    let before = place.store.entries("ours").unwrap();
    let theirs = tag(1, "theirs", [2, 1]);
    place.store.may_take(&theirs).unwrap();
    place.store.take(&theirs).unwrap();
    assert_eq!(place.rows("theirs"), ["X 1 1,0,1,-1", "X 2 2,0,-1,-1"]);
    assert_eq!(
        place.store.tag("theirs").unwrap().state,
        TagState::Published
    );
    assert_eq!(place.store.entries("ours").unwrap(), before);
    let id = "select payloadId from full_payloads where payloadName = 'X' order by revision";
    assert_eq!(numbers(&place, id), [2, 1]);
    let id = "select globalTagId from globaltags where globalTagName = 'theirs'";
    assert_eq!(numbers(&place, id), [1]);
    assert!(numbers(&place, "pragma foreign_key_check").is_empty());
    // Again, and with other numbers: another server, or one that was set up anew.
    place.store.take(&theirs).unwrap();
    place.store.take(&tag(9, "theirs", [1, 2])).unwrap();
    assert_eq!(place.rows("theirs"), ["X 1 1,0,1,-1", "X 2 2,0,-1,-1"]);
    assert_eq!(place.store.entries("ours").unwrap(), before);
}

#[test]
fn what_was_made_here_is_not_replaced() {
    let place = Place::new(&["ours"]);
    let theirs = tag(5, "ours", [1, 2]);
    for refused in [place.store.may_take(&theirs), place.store.take(&theirs)] {
        assert!(matches!(refused, Err(TagError::LocalTag(name)) if name == "ours"));
    }
    // Another content under the same name and revision.
    place
        .upload("ours", &[("X", "other", "0,0,-1,-1")])
        .unwrap();
    let before = place.store.entries("ours").unwrap();
    let theirs = tag(5, "theirs", [1, 2]);
    for refused in [place.store.may_take(&theirs), place.store.take(&theirs)] {
        let text = refused.unwrap_err().to_string();
        assert!(text.contains("cannot share a store"), "{text}");
    }
    assert_eq!(place.store.entries("ours").unwrap(), before);
    assert_eq!(place.store.tags().unwrap().len(), 1);
}

#[test]
fn only_the_right_content_is_kept() {
    let place = Place::new(&[]);
    let payload = Arc::clone(&entry("X", 1, "0,0,-1,-1").payload);
    let refused = place.store.keep(&payload, b"something else");
    assert!(matches!(refused, Err(TagError::WrongChecksum { .. })));
    assert!(place.store.content(&payload).is_err());
}
