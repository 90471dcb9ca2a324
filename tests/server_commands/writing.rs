//! Uploads, new tags and their states.

use std::fs;
use std::time::Duration;

use crate::SECRET;
use crate::conditions_server::{Fault, Kind};
use crate::place::Place;

#[test]
fn an_upload_is_shown_first_then_done_once() {
    let place = Place::new();
    place.testing(
        "testing",
        &[("X", "x1", "7,1,-1,-1"), ("Z", "z", "7,1,-1,-1")],
    );
    let would = place.run("upload staging testing --server URL --dry-run");
    assert_eq!(would.code, 0, "{}", would.said);
    assert_eq!(
        would.out,
        "name  valid      payload\nX     7,1,-1,-1  known\nZ     7,1,-1,-1  new\n"
    );
    assert_eq!(
        would.said,
        "staging: 1 payload and 2 intervals would be new, 2 lines read\n"
    );
    assert_eq!(place.changes(), 0);
    let refused = place.run("upload staging testing --server URL");
    assert_eq!(refused.code, 2);
    assert!(
        refused.said.contains("writing needs a token"),
        "{}",
        refused.said
    );
    assert_eq!(place.changes(), 0);
    place.token(SECRET);
    let done = place.run("upload staging testing --server URL --token-file token");
    assert_eq!(done.code, 0, "{}", done.said);
    assert_eq!(
        done.out,
        "   name  revision  valid\n+  X            1  7,1,-1,-1\n+  Z            1  7,1,-1,-1\n"
    );
    assert_eq!(
        done.said,
        "staging: 1 payload and 2 intervals new, 2 lines read\n"
    );
    let there = place.server.world().content("staging");
    assert_eq!(there.len(), 2);
    // The same again does nothing, and needs no token.
    place.server.forget();
    let again = place.run("upload staging testing --server URL --json");
    assert_eq!(again.code, 0, "{}", again.said);
    let document: serde_json::Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!(document["complete"], true);
    assert_eq!(document["known_intervals"], 2);
    assert_eq!(place.changes(), 0);
}

#[test]
fn the_token_comes_from_where_the_environment_says() {
    let place = Place::new();
    place.testing("testing", &[("Z", "z", "7,1,-1,-1")]);
    place.token("an-old-one");
    let token = place.path("token");
    let variables = [("BELLE2_CDB_AUTH_TOKEN", token.to_str().unwrap())];
    let refused = place.run_with("upload staging testing --server URL", &variables);
    assert_eq!(refused.code, 1);
    assert!(
        refused.said.contains("answered 401 Unauthorized"),
        "{}",
        refused.said
    );
    assert!(
        refused
            .said
            .contains("1 payload and 1 interval are not on the server"),
        "{}",
        refused.said
    );
    assert!(!refused.said.contains("an-old-one"));
    place.token(SECRET);
    let done = place.run_with("upload staging testing --server URL", &variables);
    assert_eq!(done.code, 0, "{}", done.said);
    // One that others can read is told.
    fs::write(place.path("b2cdb_me.token"), SECRET).unwrap();
    let made = place.run("tag create user_me_x --server URL --type release --description mine");
    assert_eq!(made.code, 0, "{}", made.said);
    assert!(
        made.said.contains("others can read the token"),
        "{}",
        made.said
    );
    assert!(
        made.out.contains("user_me_x  OPEN   RELEASE"),
        "{}",
        made.out
    );
    let state = place.run("tag state user_me_x testing --server URL");
    assert_eq!(state.code, 0, "{}", state.said);
    assert!(state.out.contains("TESTING"), "{}", state.out);
}

#[test]
fn what_cannot_be_taken_is_refused_before_anything_is_sent() {
    let place = Place::new();
    place.token(SECRET);
    place.testing("testing", &[("X", "x3", "7,30,-1,-1")]);
    let refused = place.run("upload online testing --server URL --token-file token");
    assert_eq!(refused.code, 2);
    assert!(
        refused
            .said
            .contains("online on [URL] is RUNNING and takes no payloads"),
        "{}",
        refused.said
    );
    // Two payloads for one run.
    place.testing("first", &[("X", "x3", "7,1,7,9")]);
    place.testing("second", &[("X", "x4", "7,5,7,20")]);
    let words = "upload staging first --server URL --token-file token";
    assert_eq!(place.run(words).code, 0);
    place.server.forget();
    let words = words.replace("first", "second");
    let refused = place.run(&words);
    assert_eq!(refused.code, 4);
    assert!(
        refused.said.contains("nothing is uploaded: 1 error"),
        "{}",
        refused.said
    );
    assert_eq!(place.changes(), 0);
    let done = place.run(&format!("{words} --allow-overlaps"));
    assert_eq!(done.code, 0, "{}", done.said);
}

#[test]
fn a_failure_in_the_middle_is_told_and_made_good_or_taken_back() {
    let place = Place::new();
    place.token(SECRET);
    place.testing(
        "testing",
        &[("A", "a", "7,1,-1,-1"), ("B", "b", "7,1,-1,-1")],
    );
    let refusal = || Kind::Status(400, "not today".into());
    let words = "upload staging testing --server URL --token-file token";
    place
        .server
        .fail(Fault::new("payloadIov/", 1, refusal()).after(1));
    let back = place.run(&format!("{words} --roll-back"));
    assert_eq!(back.code, 1, "{}", back.said);
    assert!(back.said.contains("taken back"), "{}", back.said);
    assert!(place.server.world().content("staging").is_empty());
    place.server.recover();
    place
        .server
        .fail(Fault::new("payloadIov/", 1, refusal()).after(1));
    let half = place.run(words);
    assert_eq!(half.code, 1);
    assert!(
        half.said
            .contains("0 payloads and 1 interval are not on the server"),
        "{}",
        half.said
    );
    assert!(half.said.contains("not today"), "{}", half.said);
    assert!(
        half.said
            .contains("the same command again sends what is missing"),
        "{}",
        half.said
    );
    let done = place.run(words);
    assert_eq!(done.code, 0, "{}", done.said);
    assert!(
        done.said.contains("0 payloads and 1 interval new"),
        "{}",
        done.said
    );
}

/// Time passes in these tests only where a request is repeated.
#[test]
fn a_token_that_runs_out_during_an_upload_is_read_again() {
    let place = Place::new();
    place.token(SECRET);
    let lines: Vec<(String, String)> = (0..6)
        .map(|n| (format!("P{n}"), format!("content {n}")))
        .collect();
    let lines: Vec<(&str, &str, &str)> = lines
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str(), "7,1,-1,-1"))
        .collect();
    place.testing("testing", &lines);
    // The first answers come late; until then the server takes another token, which is in the file by then.
    place.server.fail(Fault::new(
        "POST /rest/v2/package",
        6,
        Kind::Late(Duration::from_millis(800)),
    ));
    let renewed = "renewed-s3cr3t-t0k3n";
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while place.server.count("POST /rest/v2/package") == 0 {
                std::thread::sleep(Duration::from_millis(5));
            }
            place.token(renewed);
            place.server.world().token = renewed.into();
        });
        let done = place.run("upload staging testing --server URL --token-file token");
        assert_eq!(done.code, 0, "{}", done.said);
    });
    assert_eq!(place.server.world().content("staging").len(), 6);
}
