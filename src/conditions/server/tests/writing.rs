//! Tags are made and changed; what is lost on the way is not done twice.

use crate::iov::{ExpRun, IoV};

use super::super::{Error, Operation, Server, Settings};
use super::conditions_server::{Fault, Kind};
use super::support::{SECRET, pair, settings};

#[test]
fn a_tag_is_made_and_goes_through_its_states() {
    let (theirs, ours) = pair();
    let tag = ours
        .create_tag("DEV", "user_me_x", "for a \"test\"", "me")
        .unwrap();
    assert_eq!(
        (tag.name.as_str(), tag.kind.as_str(), tag.state.as_str()),
        ("user_me_x", "DEV", "OPEN")
    );
    assert_eq!(tag.description.as_deref(), Some("for a \"test\""));
    assert_eq!(tag.modified_by.as_deref(), Some("me"));
    let request = theirs
        .requests()
        .into_iter()
        .find(|one| one.method == "POST")
        .unwrap();
    assert_eq!(request.path, "/rest/v2/globalTag/DEV");
    assert_eq!(
        request.header("x-authorization"),
        Some(format!("Bearer {SECRET}").as_str())
    );
    assert_eq!(request.header("authorization"), None);
    let twice = ours.create_tag("DEV", "user_me_x", "", "me").unwrap_err();
    assert!(matches!(twice, Error::TagExists { .. }), "{twice}");

    ours.set_tag_state("user_me_x", "testing").unwrap();
    ours.set_tag_state("user_me_x", "VALIDATED").unwrap();
    assert_eq!(ours.known_tag("user_me_x").unwrap().state, "VALIDATED");
    let error = ours
        .set_tag_state("user_me_x", "RUNNING")
        .unwrap_err()
        .to_string();
    for part in [
        "could not make global tag user_me_x RUNNING",
        "400",
        "is VALIDATED and cannot become",
    ] {
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn what_was_done_without_an_answer_is_found_and_not_done_again() {
    let (theirs, ours) = pair();
    for kind in [
        Kind::LoseAnswer,
        Kind::Drop,
        Kind::Status(503, String::new()),
    ] {
        let name = format!("user_me_{}", theirs.world().tags.len());
        theirs.fail(Fault::new("POST", 1, kind.clone()));
        ours.create_tag("DEV", &name, "", "me").unwrap();
        theirs.fail(Fault::new("PUT", 1, kind.clone()));
        ours.set_tag_state(&name, "TESTING").unwrap();
        let times = if matches!(kind, Kind::LoseAnswer) {
            1
        } else {
            2
        };
        assert_eq!(
            (theirs.count("POST"), theirs.count("PUT")),
            (times, times),
            "{kind:?}"
        );
        theirs.forget();
    }
    // The look itself may fail too, and nothing is sent while it is not known.
    theirs.fail(Fault::new("POST", 1, Kind::LoseAnswer));
    theirs.fail(
        Fault::new(
            "GET /rest/v2/globalTag/once",
            2,
            Kind::Status(502, String::new()),
        )
        .after(1),
    );
    ours.create_tag("DEV", "once", "", "me").unwrap();
    assert_eq!(theirs.count("POST"), 1);
}

#[test]
fn intervals_are_changed_and_deleted() {
    let (theirs, ours) = pair();
    let (first, second) = {
        let mut world = theirs.world();
        let tag = world.add_tag("t", "OPEN");
        let payload = world.add_payload("X", b"x");
        let first = world.add_iov(tag, payload, [0, 0, -1, -1]);
        (first, world.add_iov(tag, payload, [5, 0, 6, -1]))
    };
    ours.modify_iov(first, "1,2,3,-1".parse().unwrap()).unwrap();
    assert_eq!(theirs.world().content("t")[0].2, [1, 2, 3, -1]);
    theirs.fail(Fault::new("DELETE", 1, Kind::LoseAnswer));
    ours.delete_iov(second).unwrap();
    assert_eq!(theirs.world().content("t").len(), 1);
    assert_eq!(ours.delete_iov(second).unwrap_err().status(), Some(404));
}

#[test]
fn a_running_tag_is_updated_by_one_request() {
    let (theirs, ours) = pair();
    let (payload, old) = {
        let mut world = theirs.world();
        let tag = world.add_tag("online", "RUNNING");
        let payload = world.add_payload("X", b"x1");
        let old = world.add_iov(tag, payload, [0, 1, -1, -1]);
        (world.add_payload("X", b"x2"), old)
    };
    let operations = [
        Operation::Close {
            iov: old,
            last: ExpRun::new(1, 4),
        },
        Operation::Create {
            payload,
            iov: "1,5,-1,-1".parse().unwrap(),
        },
    ];
    ours.update_running("online", &[]).unwrap();
    assert_eq!(theirs.count("POST"), 0);
    theirs.fail(Fault::new("POST", 1, Kind::LoseAnswer));
    ours.update_running("online", &operations).unwrap();
    assert_eq!(theirs.count("POST"), 1);
    let request = theirs
        .requests()
        .into_iter()
        .find(|one| one.method == "POST")
        .unwrap();
    assert_eq!(
        request.path,
        "/rest/v2/globalTagPayload/online/updateRunningPayloads"
    );
    assert_eq!(
        String::from_utf8(request.body).unwrap(),
        format!(
            r#"[{{"operation":"MODIFY","data":[{old},1,4]}},{{"operation":"CREATE","data":[{payload},1,5,-1,-1]}}]"#
        )
    );
    let content = theirs.world().content("online");
    assert_eq!(
        content,
        [
            ("X".into(), 1, [0, 1, 1, 4]),
            ("X".into(), 2, [1, 5, -1, -1])
        ]
    );
    // All or nothing, and the server's word about it.
    let unknown = [
        operations[1].clone(),
        Operation::Close {
            iov: 999,
            last: ExpRun::new(1, 1),
        },
    ];
    let error = ours
        .update_running("online", &unknown)
        .unwrap_err()
        .to_string();
    assert!(error.contains("there is no IoV 999"), "{error}");
    assert_eq!(theirs.world().content("online").len(), 2);
}

#[test]
fn writing_needs_a_token_and_never_follows_a_redirection() {
    let (theirs, ours) = pair();
    theirs.world().add_tag("t", "OPEN");
    let (elsewhere, _) = pair();
    theirs.fail(Fault::new("PUT", 1, Kind::Redirect(elsewhere.url())));
    let error = ours.set_tag_state("t", "TESTING").unwrap_err();
    assert_eq!(error.status(), Some(302));
    assert_eq!(
        elsewhere.requests().len(),
        1,
        "only the HEAD of its own client"
    );
    theirs.fail(Fault::new("DELETE", 1, Kind::Redirect(elsewhere.url())));
    assert_eq!(ours.delete_iov(1).unwrap_err().status(), Some(302));

    let settings = Settings {
        token: None,
        ..settings()
    };
    let without = Server::new([theirs.url()], settings).unwrap();
    theirs.forget();
    let error = without.set_tag_state("t", "TESTING").unwrap_err();
    assert!(matches!(error, Error::NoToken { .. }), "{error}");
    assert!(without.create_tag("DEV", "x", "", "me").is_err());
    assert!(without.delete_iov(1).is_err() && without.modify_iov(1, IoV::EVERYTHING).is_err());
    assert_eq!(theirs.requests().len(), 0);
    assert_eq!(without.tags().unwrap().len(), 1, "reading needs none");
}
