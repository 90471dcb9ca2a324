//! Tags, states, revisions, and providers that fail.

use crate::iov::ExpRun;

use super::super::{Error, Lookup, Provider, Server};
use super::conditions_server::{ConditionsServer, Fault, Kind};
use super::support::pair;

const RUN: ExpRun = ExpRun::new(1, 5);

fn tags(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn providers<const N: usize>(servers: [&Server; N]) -> Vec<Box<dyn Provider>> {
    servers
        .into_iter()
        .map(|one| Box::new(one.clone()) as Box<dyn Provider>)
        .collect()
}

/// A server with tag `t1` (A, B) and `t2` (A, C).
fn filled() -> (ConditionsServer, Server) {
    let (theirs, ours) = pair();
    {
        let mut world = theirs.world();
        for (tag, state, names) in [
            ("t1", "TESTING", ["A", "B"]),
            ("t2", "PUBLISHED", ["A", "C"]),
        ] {
            let tag = world.add_tag(tag, state);
            for name in names {
                let payload = world.add_payload(name, format!("{name} of {tag}").as_bytes());
                world.add_iov(tag, payload, [0, 0, -1, -1]);
            }
        }
    }
    (theirs, ours)
}

#[test]
fn the_highest_revision_in_a_tag_wins() {
    let (theirs, ours) = pair();
    {
        let mut world = theirs.world();
        let tag = world.add_tag("t", "RUNNING");
        let ids = [1, 2, 3].map(|n| world.add_payload("X", format!("x{n}").as_bytes()));
        for at in [1, 2, 0] {
            world.add_iov(tag, ids[at], [0, 0, -1, -1]);
        }
        // Equal revision: the one reported first.
        world.add_iov(tag, ids[2], [1, 0, 1, -1]);
    }
    let found = Lookup::new(tags(&["t"]), providers([&ours]))
        .require(RUN, &["X"])
        .unwrap();
    assert_eq!(found["X"].entry.payload.revision, 3);
    assert_eq!(found["X"].entry.iov.numbers(), [0, 0, -1, -1]);
}

#[test]
fn the_first_tag_wins_and_missing_names_are_told_once_with_all_tags() {
    let (theirs, ours) = filled();
    let lookup = Lookup::new(tags(&["t1", "t2"]), providers([&ours]));
    let found = lookup.find(RUN, &["A", "C", "nothing"]).unwrap();
    let from: Vec<_> = found
        .iter()
        .map(|(name, found)| (name.as_str(), found.tag.as_str()))
        .collect();
    assert_eq!(from, [("A", "t1"), ("C", "t2")]);
    let error = lookup
        .require(RUN, &["A", "nothing", "C"])
        .unwrap_err()
        .to_string();
    assert_eq!(
        error,
        "there is no payload nothing valid for 1,5 in the global tags t1, t2"
    );
    // Each tag was fetched once, though asked twice.
    assert_eq!(theirs.count("iovPayloads"), 2);
    // What is found in the first tag is not looked for in the second.
    lookup.find(ExpRun::new(1, 6), &["A", "B"]).unwrap();
    assert_eq!(theirs.count("iovPayloads"), 3);
}

#[test]
fn two_runs_are_remembered() {
    let (theirs, ours) = filled();
    let lookup = Lookup::new(tags(&["t1"]), providers([&ours]));
    for run in [1, 2, 1, 2, 1] {
        lookup.find(ExpRun::new(1, run), &["A"]).unwrap();
    }
    assert_eq!(theirs.count("iovPayloads"), 2);
    for run in [3, 1, 2] {
        lookup.find(ExpRun::new(1, run), &["A"]).unwrap();
    }
    assert_eq!(theirs.count("iovPayloads"), 4);
}

#[test]
fn open_and_invalid_tags_make_a_provider_unusable() {
    for (state, asked) in [
        ("OPEN", None),
        ("INVALID", None),
        ("INVALID", Some("INVALID")),
    ] {
        let (theirs, ours) = filled();
        theirs.world().add_tag("bad", state);
        let mut lookup = Lookup::new(tags(&["t1", "bad"]), providers([&ours]));
        if let Some(asked) = asked {
            lookup = lookup.usable_states([asked.to_owned(), "TESTING".to_owned()]);
        }
        let error = lookup.find(RUN, &["A"]).unwrap_err().to_string();
        assert!(
            error.contains(&format!("global tag bad is {state}")),
            "{error}"
        );
        assert_eq!(theirs.count("iovPayloads"), 0);
    }
    let (theirs, ours) = filled();
    theirs.world().add_tag("bad", "OPEN");
    let lookup = Lookup::new(tags(&["bad"]), providers([&ours]));
    assert!(
        lookup
            .usable_states(["OPEN".to_owned()])
            .find(RUN, &["A"])
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_tag_that_one_provider_does_not_know_is_asked_from_the_next() {
    let (first, ours_first) = pair();
    let (second, ours_second) = filled();
    let lookup = Lookup::new(tags(&["t2"]), providers([&ours_first, &ours_second]));
    assert!(lookup.find(RUN, &["C"]).unwrap().contains_key("C"));
    // The first is not asked again.
    let before = first.requests().len();
    lookup.find(ExpRun::new(2, 2), &["C"]).unwrap();
    assert_eq!(first.requests().len(), before);
    assert!(second.count("iovPayloads") == 2);

    let lookup = Lookup::new(tags(&["t9"]), providers([&ours_first, &ours_second]));
    let error = lookup.find(RUN, &["C"]).unwrap_err();
    assert!(matches!(error, Error::NoProvider { .. }));
    let error = error.to_string();
    for server in [&ours_first, &ours_second] {
        assert!(
            error.contains(&format!("{} knows no global tag t9", server.url())),
            "{error}"
        );
    }
    let none = Lookup::new(tags(&["t9"]), Vec::new())
        .find(RUN, &["C"])
        .unwrap_err()
        .to_string();
    assert!(none.ends_with("there is none"), "{none}");
}

#[test]
fn an_empty_answer_is_missing_and_a_malformed_one_falls_back() {
    let (first, ours_first) = filled();
    let (second, ours_second) = filled();
    let chain = || Lookup::new(tags(&["t1"]), providers([&ours_first, &ours_second]));
    first.fail(Fault::new("iovPayloads", 1, Kind::Body("[]".into())));
    assert!(matches!(
        chain().require(RUN, &["A"]),
        Err(Error::Missing { .. })
    ));
    assert_eq!(second.requests().len(), 1, "only the HEAD at the beginning");
    for kind in [
        Kind::BadJson,
        Kind::WithoutKey("checksum".into()),
        Kind::Body("{}".into()),
        Kind::Status(500, String::new()),
    ] {
        first.recover();
        second.forget();
        first.fail(Fault::new("iovPayloads", 100, kind));
        assert!(chain().require(RUN, &["A", "B"]).is_ok());
        assert_eq!(second.count("iovPayloads"), 1);
    }
}
