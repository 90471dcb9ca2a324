//! `b2caf db` with a central server of the published interface, which each test starts for itself.

#![allow(clippy::unwrap_used, reason = "a test fails then")]

mod support {
    pub mod conditions_server;
}

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use b2caf::conditions::tags::TagStore;
use support::conditions_server::{ConditionsServer, Fault, Kind};

const SECRET: &str = "eyJhbGciOi.s3cr3t-t0k3n.of-the-tests";

/// A server, and a folder in which the program runs.
struct Place {
    server: ConditionsServer,
    folder: tempfile::TempDir,
}

/// How a command ended, with addresses and folders written in the same way each time.
struct Ended {
    code: i32,
    out: String,
    said: String,
}

impl Place {
    /// With a tag `online` of two payloads in two and one intervals, and an empty tag `staging`.
    fn new() -> Self {
        let server = ConditionsServer::start(SECRET);
        {
            let mut world = server.world();
            let online = world.add_tag("online", "RUNNING");
            world.add_tag("staging", "OPEN");
            world.add_tag("wrong", "INVALID");
            let payloads = [("X", "x1"), ("Y", "y1"), ("X", "x2")];
            let [x1, y1, x2] =
                payloads.map(|(name, text)| world.add_payload(name, text.as_bytes()));
            world.add_iov(online, x1, [7, 1, 7, 20]);
            world.add_iov(online, x2, [7, 21, -1, -1]);
            world.add_iov(online, y1, [0, 0, -1, -1]);
        }
        let folder = tempfile::tempdir().unwrap();
        Self { server, folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Runs a command with the server's address in place of `URL`.
    fn run_with(&self, words: &str, variables: &[(&str, &str)]) -> Ended {
        let words = words.split(' ').map(|word| match word {
            "URL" => self.server.url(),
            other => other.to_owned(),
        });
        let mut command = Command::new(env!("CARGO_BIN_EXE_b2caf"));
        command.arg("db").args(words).current_dir(&self.folder);
        for name in [
            "BELLE2_CONDB_METADATA",
            "BELLE2_CONDB_SERVERLIST",
            "BELLE2_CONDB_PAYLOADS",
            "BELLE2_CONDB_PROXY",
            "BELLE2_CDB_AUTH_TOKEN",
            "SSL_CERT_FILE",
            "B2CAF_LOG",
        ] {
            command.env_remove(name);
        }
        command.env("NO_COLOR", "1").env("TMPDIR", self.path(""));
        command.env("HOME", self.path("")).env("USER", "me");
        command.envs(variables.iter().copied());
        let ended = command.output().unwrap();
        self.ended(&ended)
    }

    fn run(&self, words: &str) -> Ended {
        self.run_with(words, &[])
    }

    fn ended(&self, output: &Output) -> Ended {
        let plain = |bytes: &[u8]| {
            let text = String::from_utf8(bytes.to_vec()).unwrap();
            assert!(!text.contains("s3cr3t"), "{text}");
            let text = text.replace(&self.server.files_url(), "[FILES]");
            text.replace(self.server.url().trim_end_matches('/'), "[URL]")
        };
        Ended {
            code: output.status.code().unwrap(),
            out: plain(&output.stdout),
            said: plain(&output.stderr),
        }
    }

    /// A testing store with these payloads: name, content, interval.
    fn testing(&self, name: &str, lines: &[(&str, &str, &str)]) {
        use md5::{Digest, Md5};
        let folder = self.path(name);
        fs::create_dir_all(&folder).unwrap();
        let mut text = String::new();
        for (payload, content, iov) in lines {
            let revision = &format!("{:x}", Md5::digest(content))[..6];
            let file = folder.join(format!("dbstore_{payload}_rev_{revision}.root"));
            fs::write(file, content).unwrap();
            text += &format!("dbstore/{payload} {revision} {iov}\n");
        }
        fs::write(folder.join("database.txt"), text).unwrap();
    }

    /// A file with the token, which only its owner can read.
    fn token(&self, text: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        fs::write(self.path("token"), text).unwrap();
        fs::set_permissions(self.path("token"), fs::Permissions::from_mode(0o600)).unwrap();
    }

    /// Everything that was asked and changes something.
    fn changes(&self) -> usize {
        let requests = self.server.requests();
        let reading = |text: &str| {
            text.starts_with("GET ") || text.starts_with("HEAD ") || text.contains("checkPayloads")
        };
        requests.iter().filter(|one| !reading(&one.short())).count()
    }
}

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
        "error: [URL] knows no global tag nowhere\n  hint: b2caf db tag list --server URL shows what there is\n"
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
    {
        let mut world = place.server.world();
        let id = world.tag("online").unwrap().id;
        let payload = world.payloads[0].id;
        world.add_iov(id, payload, [-1, -1, -1, -1]);
    }
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
        "error: could not list the global tags: [URL]/v2/globalTags answered 503: busy\n  hint: run the same command again later\n"
    );
    // Nobody listens there.
    let dead = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        listener.local_addr().unwrap()
    };
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
