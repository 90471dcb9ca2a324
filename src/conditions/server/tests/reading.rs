//! Tags, payloads and intervals are read.

use std::sync::Arc;
use std::time::Duration;

use crate::iov::ExpRun;

use super::super::{Error, Server, Settings};
use super::conditions_server::{ConditionsServer, Fault, Kind};
use super::support::{NoTime, SECRET, pair, settings};

#[test]
fn tags_and_their_states_are_read() {
    let (theirs, ours) = pair();
    theirs.world().add_tag("main_2026-01-14", "PUBLISHED");
    theirs.world().add_tag("user_me_a+b:c", "OPEN");
    let tags = ours.tags().unwrap();
    let states: Vec<_> = tags
        .iter()
        .map(|tag| (tag.name.as_str(), tag.state.as_str()))
        .collect();
    assert_eq!(
        states,
        [("main_2026-01-14", "PUBLISHED"), ("user_me_a+b:c", "OPEN")]
    );
    let tag = ours.tag("user_me_a+b:c").unwrap().unwrap();
    assert_eq!((tag.kind.as_str(), tag.payloads), ("DEV", Some(0)));
    assert_eq!(tag.description.as_deref(), Some("about user_me_a+b:c"));
    // Names are encoded completely.
    let asked = theirs.requests().pop().unwrap();
    assert_eq!(asked.path, "/rest/v2/globalTag/user_me_a%2Bb%3Ac");
    assert_eq!(asked.header("accept"), Some("application/json"));
    assert_eq!(asked.header("cache-control"), Some("no-cache"));
    assert_eq!(asked.header("x-authorization"), None);
    assert_eq!(ours.tag("nothing").unwrap(), None);
    let error = ours.known_tag("nothing").unwrap_err().to_string();
    assert!(error.contains("knows no global tag nothing"), "{error}");
    assert!(matches!(ours.tag("../x"), Err(Error::Name { .. })));
    assert_eq!(ours.tag_types().unwrap(), ["DEV", "RELEASE"]);
    assert_eq!(ours.tag_states().unwrap().len(), 6);
}

#[test]
fn payloads_of_a_run_and_all_intervals_are_read() {
    let (theirs, ours) = pair();
    {
        let mut world = theirs.world();
        let tag = world.add_tag("t", "TESTING");
        let b = world.add_payload("b", b"b1");
        let a = world.add_payload("A", b"a1");
        let a2 = world.add_payload("A", b"a2");
        world.add_iov(tag, b, [45, 221, 49, -1]);
        world.add_iov(tag, a, [1, 1, 2, 0]);
        world.add_iov(tag, a2, [1, 1, 2, 0]);
        world.add_iov(tag, a2, [0, 0, -1, -1]);
        // What no client may send, but servers have.
        world.add_iov(tag, b, [5, 0, 4, 0]);
    }
    let names = |exp, run| -> Vec<_> {
        let entries = ours.payloads_at("t", ExpRun::new(exp, run)).unwrap();
        entries
            .into_iter()
            .map(|entry| (entry.payload.name, entry.payload.revision))
            .collect()
    };
    assert_eq!(
        names(2, 0),
        [("A".into(), 1), ("A".into(), 2), ("A".into(), 2)]
    );
    assert_eq!(names(2, 1), [("A".into(), 2)]);
    assert_eq!(names(49, 9999), [("b".into(), 1), ("A".into(), 2)]);
    let entries = ours.tag_iovs("t").unwrap();
    let rows: Vec<_> = entries
        .iter()
        .map(|entry| {
            (
                entry.payload.name.as_str(),
                entry.payload.revision,
                entry.iov.numbers(),
            )
        })
        .collect();
    assert_eq!(
        rows,
        [
            ("A", 2, [0, 0, -1, -1]),
            ("A", 1, [1, 1, 2, 0]),
            ("A", 2, [1, 1, 2, 0]),
            ("b", 1, [5, 0, 4, 0]),
            ("b", 1, [45, 221, 49, -1]),
        ]
    );
    assert!(entries[3].iov.iov().is_err());
    assert_eq!(entries[4].iov.iov().unwrap().to_string(), "45,221,49,-1");
    assert_eq!(ours.revisions("A").unwrap().len(), 2);
    let id = entries[0].payload.id;
    assert_eq!(ours.payload(id).unwrap(), entries[0].payload);
    // MD5 of `b1` by md5sum.
    assert_eq!(
        entries[4].payload.checksum,
        "edbab45572c72a5d9440b40bcc0500c0"
    );
}

#[test]
fn a_busy_server_is_asked_again_and_an_unknown_address_is_not() {
    let theirs = ConditionsServer::start(SECRET);
    let waiting = Arc::new(NoTime {
        jitter: 1.0,
        ..NoTime::default()
    });
    let ours = Server::new(
        [theirs.url()],
        Settings {
            waiting: waiting.clone(),
            ..settings()
        },
    );
    let ours = ours.unwrap();
    theirs.world().add_tag("t", "OPEN");
    let busy = Kind::Status(503, "busy".into());
    theirs.fail(Fault::new("GET /rest/v2/globalTag/t", 5, busy.clone()));
    assert_eq!(ours.tag("t").unwrap().unwrap().state, "OPEN");
    assert_eq!(theirs.count("GET /rest/v2/globalTag/t"), 6);
    // Between 1 and (2ⁿ−1)·3 seconds: the longest, as the jitter is 1.
    let waits = std::mem::take(&mut *waiting.waits.lock().unwrap());
    assert_eq!(waits, [3, 9, 21, 45, 93].map(Duration::from_secs));

    theirs.forget();
    theirs.fail(Fault::new("GET /rest/v2/globalTag/t", 100, busy));
    let error = ours.tag("t").unwrap_err();
    assert_eq!(error.status(), Some(503));
    assert_eq!(theirs.count("GET"), 6);
    let error = error.to_string();
    for part in [
        "look up global tag t",
        "503: busy",
        "(6 attempts)",
        &theirs.url(),
    ] {
        assert!(error.contains(part), "{error}");
    }

    theirs.recover();
    theirs.forget();
    waiting.waits.lock().unwrap().clear();
    for status in [400, 401, 404, 429] {
        theirs.fail(Fault::new("GET", 1, Kind::Status(status, String::new())));
        assert_eq!(ours.tags().unwrap_err().status(), Some(status));
    }
    assert_eq!(theirs.count("GET"), 4);
    assert!(waiting.waits.lock().unwrap().is_empty());
}

#[test]
fn broken_connections_are_tried_again() {
    for kind in [Kind::Drop, Kind::Truncate] {
        let (theirs, ours) = pair();
        theirs.world().add_tag("t", "OPEN");
        theirs.fail(Fault::new("GET", 2, kind.clone()));
        assert_eq!(ours.tags().unwrap().len(), 1);
        assert_eq!(theirs.count("GET"), 3);
        theirs.fail(Fault::new("GET", 100, kind));
        let error = ours.tags().unwrap_err();
        assert!(
            matches!(error, Error::NoAnswer { attempts: 6, .. }),
            "{error}"
        );
    }
}

#[test]
fn a_slow_server_is_given_up() {
    let theirs = ConditionsServer::start(SECRET);
    let settings = Settings {
        stalled_timeout: Duration::from_millis(100),
        max_retries: 1,
        ..settings()
    };
    let ours = Server::new([theirs.url()], settings).unwrap();
    theirs.fail(Fault::new("GET", 1, Kind::Slow(Duration::from_millis(400))));
    assert!(ours.tags().unwrap().is_empty());
    theirs.fail(Fault::new("GET", 2, Kind::Slow(Duration::from_millis(400))));
    let error = ours.tags().unwrap_err().to_string();
    assert!(error.contains("too long"), "{error}");
}

#[test]
fn answers_that_are_not_of_the_interface_are_told() {
    let (theirs, ours) = pair();
    {
        let mut world = theirs.world();
        let tag = world.add_tag("t", "TESTING");
        let payload = world.add_payload("P", b"p");
        world.add_iov(tag, payload, [0, 0, -1, -1]);
    }
    let run = ExpRun::new(1, 1);
    for (kind, part) in [
        (Kind::BadJson, "EOF"),
        (Kind::Body("{}".into()), "expected a sequence"),
        (
            Kind::WithoutKey("checksum".into()),
            "missing field `checksum`",
        ),
        (
            Kind::WithoutKey("revision".into()),
            "missing field `revision`",
        ),
        (
            Kind::WithoutKey("basf2Module".into()),
            "missing field `basf2Module`",
        ),
        (
            Kind::WithoutKey("payloadIov".into()),
            "missing field `payloadIov`",
        ),
        (Kind::WithoutKey("expEnd".into()), "missing field `expEnd`"),
    ] {
        theirs.forget();
        theirs.fail(Fault::new("iovPayloads", 1, kind));
        let error = ours.payloads_at("t", run).unwrap_err();
        assert!(matches!(error, Error::Malformed { .. }));
        let error = error.to_string();
        for part in [
            part,
            "a list of payloads",
            "iovPayloads/?gtName=t",
            "tag t for 1,1",
        ] {
            assert!(error.contains(part), "{error}");
        }
        // Asking again would not help.
        assert_eq!(theirs.count("iovPayloads"), 1);
    }
    assert_eq!(ours.payloads_at("t", run).unwrap().len(), 1);
}

#[test]
fn what_the_server_says_is_told_beside_what_was_attempted() {
    let (theirs, ours) = pair();
    let json = r#"{"code": 42, "reason": "Bad luck", "message": "the database sleeps"}"#;
    theirs.fail(Fault::new("GET", 1, Kind::Status(400, json.into())));
    let error = ours.tags().unwrap_err().to_string();
    let url = format!("{}v2/globalTags", theirs.url());
    assert_eq!(
        error,
        format!(
            "could not list the global tags: {url} answered 400 Bad luck (code 42): the database sleeps"
        )
    );
    let html = format!("<html>\n<b>\u{1b}no</b>{}</html>", "x".repeat(5000));
    theirs.fail(Fault::new("GET", 1, Kind::Status(418, html)));
    let error = ours.tags().unwrap_err().to_string();
    assert!(
        error.contains("answered 418: <html> <b>·no</b>xxx"),
        "{error}"
    );
    assert!(
        error.chars().count() < 400 && error.ends_with('…'),
        "{error}"
    );
}

#[test]
fn a_server_that_trickles_is_given_up() {
    let theirs = ConditionsServer::start(SECRET);
    let settings = Settings {
        stalled_timeout: Duration::from_millis(100),
        ..settings()
    };
    let ours = Server::new([theirs.url()], settings).unwrap();
    // Something arrives all the time, but 100 bytes in a second.
    theirs.fail(Fault::new(
        "GET",
        1,
        Kind::Trickle(Duration::from_millis(10)),
    ));
    assert_eq!(ours.tag_states().unwrap().len(), 6);
    assert_eq!(theirs.count("GET"), 2);
}

#[test]
fn redirections_are_followed_but_not_for_ever() {
    let (theirs, ours) = pair();
    let states = format!("{}v2/globalTagStatus", theirs.url());
    theirs.fail(Fault::new(
        "globalTagType",
        1,
        Kind::Redirect(states.clone()),
    ));
    assert_eq!(ours.tag_types().unwrap().len(), 6);
    theirs.forget();
    theirs.fail(Fault::new("GET", usize::MAX, Kind::Redirect(states)));
    let error = ours.tag_states().unwrap_err();
    assert!(matches!(error, Error::Unusable { .. }), "{error}");
    assert_eq!(theirs.count("GET"), 11);
}
