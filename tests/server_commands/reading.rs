//! Tags, intervals and downloads.

use std::fs;
use std::path::Path;

use b2caf::conditions::tags::TagStore;
use b2caf::conditions::{Payload, Store};

use crate::conditions_server::{Fault, Kind};
use crate::place::Place;

fn text(file: &Path) -> String {
    fs::read_to_string(file).unwrap()
}

#[test]
fn tags_are_listed_and_shown() {
    let place = Place::new();
    let listed = place.run("tag list --server URL");
    assert_eq!((listed.code, listed.said.as_str()), (0, ""));
    assert_eq!(
        listed.out,
        "name     state    type  payloads  intervals  next run  description\n\
         online   RUNNING  DEV          3          –            about online\n\
         staging  OPEN     DEV          0          –            about staging\n"
    );
    assert!(
        place
            .run("tag list --server URL --with-invalid")
            .out
            .contains("INVALID")
    );
    let shown = place.run("tag show online nowhere --server URL");
    assert_eq!(shown.code, 2);
    assert_eq!(
        shown.out,
        "name    state    type  payloads  intervals  next run  description\n\
         online  RUNNING  DEV          3          3  7,22      about online\n"
    );
    assert_eq!(
        shown.said,
        "error[server::unknown-tag]: [URL] knows no global tag nowhere\n  hint: b2caf db tag list --server URL shows what there is\n"
    );
    let document = place.run("--json tag show online --server URL").out;
    let document: serde_json::Value = serde_json::from_str(&document).unwrap();
    assert_eq!(document["tags"][0]["next_run"], serde_json::json!([7, 22]));
    assert_eq!(document["tags"][0]["modified_by"], "tester");
    assert!(
        place
            .server
            .requests()
            .iter()
            .all(|one| one.header("x-authorization").is_none())
    );
    assert!(!place.path("conditions").exists());
}

#[test]
fn what_is_in_a_tag_is_shown_by_run_and_name() {
    let place = Place::new();
    let shown = place.run("iov show online --server URL --run 7,3 --human-readable");
    assert_eq!((shown.code, shown.said.as_str()), (0, ""));
    assert_eq!(
        shown.out,
        "name  revision  valid\nX            1  exp 7, runs 1 - 20\nY            1  always\n"
    );
    assert_eq!(place.server.count("globalTagPayloads"), 0);
    {
        let mut world = place.server.world();
        let id = world.tag("online").unwrap().id;
        let payload = world.payloads[0].id;
        world.add_iov(id, payload, [-1, -1, -1, -1]);
    }
    let unknown = place.run("iov show onlin --server URL --run 7,3");
    assert_eq!(unknown.code, 2);
    assert_eq!(
        unknown.said,
        "error[server::unknown-tag]: [URL] knows no global tag onlin\n  hint: did you mean online?\n"
    );
    let shown = place.run("iov show online --server URL --filter x --checksums");
    assert_eq!(shown.out.lines().count(), 3, "{}", shown.out);
    assert_eq!(
        shown.said,
        "warning: X revision 1 has -1,-1,-1,-1 in the tag, which is no interval; it is left out\n"
    );
}

#[test]
fn a_tag_becomes_a_testing_store_and_files_are_kept_by_content() {
    let place = Place::new();
    let done = place.run("download online central --server URL");
    assert_eq!(done.code, 0, "{}", done.said);
    assert_eq!(
        done.out,
        "name  revision  valid\n\
         X            1  7,1,7,20\n\
         X            2  7,21,-1,-1\n\
         Y            1  0,0,-1,-1\n"
    );
    assert_eq!(done.said, "central: 3 lines\n");
    assert_eq!(
        text(&place.path("central/database.txt")),
        "dbstore/X 1 7,1,7,20\ndbstore/X 2 7,21,-1,-1\ndbstore/Y 1 0,0,-1,-1\n"
    );
    assert_eq!(text(&place.path("central/dbstore_X_rev_2.root")), "x2");
    assert_eq!(place.server.count("GET /payloads/"), 3);
    // Another folder: the files are taken from the cache.
    let done = place.run("download online other --server URL --run-range 7,1,7,5");
    assert_eq!(done.code, 0, "{}", done.said);
    assert_eq!(
        text(&place.path("other/database.txt")),
        "dbstore/X 1 7,1,7,20\ndbstore/Y 1 0,0,-1,-1\n"
    );
    assert_eq!(place.server.count("GET /payloads/"), 3);
    // With a folder of files that is named nothing is asked for either.
    let folder = place.path("central");
    let variables = [("BELLE2_CONDB_PAYLOADS", folder.to_str().unwrap())];
    let done = place.run_with(
        "download online third --server URL --cache empty",
        &variables,
    );
    assert_eq!(done.code, 0, "{}", done.said);
    assert_eq!(place.server.count("GET /payloads/"), 3);
    let again = place.run("download online central --server URL");
    assert_eq!(again.code, 4);
    assert!(
        again.said.contains("central/database.txt already exists"),
        "{}",
        again.said
    );
}

#[test]
fn a_wrong_file_is_not_taken() {
    let place = Place::new();
    place
        .server
        .fail(Fault::new("dbstore_X_rev_2", 9, Kind::WrongByte));
    for into in [
        "download online central --server URL",
        "download online --server URL",
    ] {
        let done = place.run(into);
        assert_eq!(done.code, 4, "{}", done.said);
        assert!(done.said.contains("X revision 2 with MD5"), "{}", done.said);
        assert!(done.said.contains("once more"), "{}", done.said);
    }
    assert!(!place.path("central/database.txt").exists());
    let tags = TagStore::open_read_only(&place.path("conditions"))
        .unwrap()
        .tags()
        .unwrap();
    assert!(tags.is_empty());
    place.server.recover();
    let done = place.run("download online --server URL");
    assert_eq!(done.code, 0, "{}", done.said);
}

#[test]
fn a_tag_goes_into_the_store_beside_ours() {
    let place = Place::new();
    place.testing(
        "testing",
        &[("Z", "z", "7,1,-1,-1"), ("V", "v", "7,1,-1,-1")],
    );
    assert_eq!(place.run("tag create ours").code, 0);
    assert_eq!(place.run("upload ours testing").code, 0);
    let done = place.run("download online --server URL");
    assert_eq!(done.code, 0, "{}", done.said);
    assert_eq!(
        done.said,
        "online in conditions: 3 payloads, 3 intervals, 3 files new\n"
    );
    let found = place.run("find X --run 7,3 --tag online");
    assert_eq!(found.code, 0, "{}", found.said);
    assert!(
        found.out.contains("online         1  7,1,7,20"),
        "{}",
        found.out
    );
    let shown = place.run("iov show ours").out;
    assert!(
        shown.contains("V            1") && shown.contains("Z            1"),
        "{shown}"
    );
    assert_eq!(place.run("check --tag online").code, 0);
    assert_eq!(place.run("check --tag ours").code, 0);
    // Later the tag has grown, and only what is new comes.
    {
        let mut world = place.server.world();
        let id = world.tag("online").unwrap().id;
        let payload = world.add_payload("W", b"w");
        world.add_iov(id, payload, [8, 0, -1, -1]);
    }
    place.server.forget();
    let done = place.run("download online --server URL");
    assert_eq!(
        done.said,
        "online in conditions: 4 payloads, 4 intervals, 1 file new\n"
    );
    assert_eq!(place.server.count("GET /payloads/"), 1);
    // A tag that was made here is not replaced.
    assert_eq!(place.run("tag create staging").code, 0);
    let refused = place.run("download staging --server URL");
    assert_eq!(refused.code, 2);
    assert!(
        refused.said.contains("made in this store"),
        "{}",
        refused.said
    );
    assert!(refused.said.contains("--store"), "{}", refused.said);
}

#[test]
fn a_busy_server_is_asked_again_and_that_is_told() {
    let place = Place::new();
    place.server.fail(Fault::new(
        "GET /rest/v2/globalTags",
        1,
        Kind::Status(503, "busy".into()),
    ));
    let listed = place.run("tag list --server URL");
    assert_eq!(listed.code, 0);
    assert!(
        listed.said.starts_with("warning: could not list the global tags: [URL]/v2/globalTags: status 503: busy; retry 1 of 5 in "),
        "{}",
        listed.said
    );
    place.server.fail(Fault::new(
        "GET /rest/v2/globalTags",
        9,
        Kind::Status(503, "busy".into()),
    ));
    let given_up = place.run("tag list --server URL --retries 0");
    assert_eq!(given_up.code, 4);
    assert_eq!(
        given_up.said,
        "error[server::refused]: could not list the global tags: [URL]/v2/globalTags answered 503: busy\n  hint: run the same command again later\n"
    );
    // A port of the system, on which nobody listens.
    let dead = "127.0.0.1:1";
    let nobody = place.run(&format!("tag list --server http://{dead}/ --retries 0"));
    assert_eq!(nobody.code, 4);
    assert!(
        nobody.said.contains("no conditions server answers; tried"),
        "{}",
        nobody.said
    );
    place.server.recover();
    let second = place.run(&format!(
        "tag list --server http://{dead}/ --server URL --retries 0"
    ));
    assert_eq!(second.code, 0, "{}", second.said);
}

#[test]
fn the_environment_names_servers() {
    let place = Place::new();
    let url = place.server.url();
    let nothing = place.run("tag list --server env");
    assert_eq!(nothing.code, 2);
    assert!(
        nothing.said.contains("BELLE2_CONDB_SERVERLIST"),
        "{}",
        nothing.said
    );
    let listed = place.run_with(
        "tag list --server env",
        &[("BELLE2_CONDB_SERVERLIST", &url)],
    );
    assert_eq!(listed.code, 0, "{}", listed.said);
    // The complete list counts more; what is no server in it is left out.
    let all = format!("/cvmfs/metadata.sqlite {url}");
    let variables = [
        ("BELLE2_CONDB_METADATA", all.as_str()),
        ("BELLE2_CONDB_SERVERLIST", "http://127.0.0.1:1/"),
    ];
    let listed = place.run_with("tag list --server env --retries 0", &variables);
    assert_eq!(listed.code, 0, "{}", listed.said);
}

/// A tag that is being downloaded is there as a whole or not at all, and what has come is not lost.
#[test]
fn a_download_that_is_interrupted_goes_on() {
    let place = Place::new();
    assert_eq!(
        place.run("download online --server URL --cache cache").code,
        0
    );
    {
        let mut world = place.server.world();
        let id = world.tag("online").unwrap().id;
        for number in 0..8 {
            let payload = world.add_payload(&format!("N{number}"), format!("{number}").as_bytes());
            world.add_iov(id, payload, [9, 0, -1, -1]);
        }
    }
    place.server.forget();
    let missing = Kind::Status(404, "gone".into());
    place.server.fail(Fault::new("dbstore_N7", 1, missing));
    let words = "download online --server URL --cache cache";
    let failed = place.run(words);
    assert_ne!(failed.code, 0);
    let rows = |place: &Place| {
        let store = TagStore::open_read_only(&place.path("conditions")).unwrap();
        store.entries("online").unwrap().len()
    };
    assert_eq!(rows(&place), 3);
    let asked = place.server.count("GET /payloads/");
    let done = place.run(words);
    assert_eq!(done.code, 0, "{}", done.said);
    assert_eq!(rows(&place), 11);
    // Each file but the one that failed was asked for once.
    assert!(place.server.count("GET /payloads/") <= 9, "{asked}");
    assert_eq!(place.run("check --tag online --allow-gaps").code, 0);
}

/// What the README shows of tags, payloads and servers, one command after the other.
#[test]
fn the_commands_of_the_readme_do_what_they_say() {
    let place = Place::new();
    let store = Store::new(place.path("calibration_results/outputdb"));
    let mut payload = Payload::empty("ExampleChannelTime", "ExampleChannelTime");
    payload.channels.insert("channel".into(), vec![1, 2]);
    payload.members.insert("time".into(), vec![0.5, 0.25]);
    let mut commit = store.commit();
    let iov = "7,1,-1,-1".parse().unwrap();
    commit.add(payload, iov, serde_json::Value::Null).unwrap();
    let written = commit.finish().unwrap();
    for name in ["before.root", "after.root"] {
        fs::copy(&written[0].file, place.path(name)).unwrap();
    }
    let readme = text(&Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"));
    let mut count = 0;
    for line in readme.lines() {
        let Some(words) = line.strip_prefix("b2caf db ") else {
            continue;
        };
        let ended = place.run(&words.replace("https://server.example/rest/", "URL"));
        assert_eq!(ended.code, 0, "{line}\n{}", ended.said);
        count += 1;
    }
    assert!(count >= 12, "{count}");
    assert!(text(&place.path("change.svg")).starts_with("<svg"));
    assert!(place.path("centraldb/database.txt").exists());
}
