//! Uploads that are killed, and several at once: the store of tags reads whole and has everything that was
//! reported as done.

#[macro_use]
mod support;
#[path = "support/kills.rs"]
mod kills;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use b2caf::conditions::tags::{Allowed, TagStore, look_inside};
use kills::{killed_after, moments};
use md5::{Digest, Md5};

/// Kills in one test.
const KILLS: u32 = 150;

/// Payloads in one upload, enough that kills meet it at work.
const PAYLOADS: usize = 12;

fn command(store: &Path, words: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_b2caf"));
    command.arg("db").arg("--store").arg(store).args(words);
    command.env("NO_COLOR", "1").env_remove("B2CAF_LOG");
    command
}

fn run(store: &Path, words: &[&str]) -> Output {
    command(store, words).output().unwrap()
}

fn done(store: &Path, words: &[&str]) -> String {
    let output = run(store, words);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{words:?}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// A testing store whose payloads are those of upload `number`, each valid for a run of its own.
fn testing_store(folder: &Path, number: u32) -> PathBuf {
    let store = folder.join(format!("testing_{number}"));
    fs::create_dir_all(&store).unwrap();
    let mut text = String::new();
    for payload in 0..PAYLOADS {
        let content = format!("payload {payload} of upload {number}, {}", "x".repeat(5000));
        let sum = format!("{:x}", Md5::digest(&content));
        let name = format!("Payload{payload}");
        let file = store.join(format!("dbstore_{name}_rev_{}.root", &sum[..6]));
        fs::write(file, content).unwrap();
        text += &format!("dbstore/{name} {} {number},1,{number},-1\n", &sum[..6]);
    }
    fs::write(store.join("database.txt"), text).unwrap();
    store
}

/// Names and intervals in the tag, with the content of their files: reads everything with its checksum.
fn content(store: &Path) -> BTreeMap<(String, String), Vec<u8>> {
    let store = TagStore::open_read_only(store).unwrap();
    let faults = store.check("t", &look_inside).unwrap();
    let faults = Allowed {
        gaps: true,
        overlaps: false,
    }
    .judge(faults);
    for fault in &faults {
        assert_eq!(fault.kind.name(), "gap", "{fault}");
    }
    let entries = store.entries("t").unwrap();
    entries
        .iter()
        .map(|entry| {
            let key = (entry.payload.name.clone(), entry.iov.to_string());
            (key, store.content(&entry.payload).unwrap().1)
        })
        .collect()
}

/// The uploads of which something is in the tag; each is there as a whole.
fn uploads(store: &Path) -> Vec<u32> {
    let found = content(store);
    let mut counts: BTreeMap<u32, usize> = BTreeMap::new();
    for ((name, iov), content) in found {
        let number: u32 = iov.split(',').next().unwrap().parse().unwrap();
        let payload = name.strip_prefix("Payload").unwrap();
        let begin = format!("payload {payload} of upload {number}, ");
        assert!(content.starts_with(begin.as_bytes()), "{name} {iov}");
        *counts.entry(number).or_default() += 1;
    }
    for (number, count) in &counts {
        assert_eq!(*count, PAYLOADS, "upload {number} is there in part");
    }
    counts.into_keys().collect()
}

fn upload(store: &Path, from: &Path) -> Command {
    let words = [
        "upload",
        "t",
        from.to_str().unwrap(),
        "--allow-gaps",
        "--json",
    ];
    let mut command = command(store, &words);
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

#[test]
fn a_killed_upload_is_there_as_a_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("conditions");
    done(&store, &["tag", "create", "t"]);
    let first = testing_store(folder.path(), 0);
    assert!(upload(&store, &first).status().unwrap().success());
    let again = testing_store(folder.path(), KILLS + 1);
    let began = Instant::now();
    assert!(upload(&store, &again).status().unwrap().success());
    let mut whole = began.elapsed();
    let mut reported = vec![0, KILLS + 1];
    let (mut under_way, mut lost, mut kept) = (0, 0, 0);
    for (number, moment) in (1..=KILLS).zip(moments()) {
        let from = testing_store(folder.path(), number);
        let time = whole.mul_f64(moment);
        let (was_at_work, ended) = killed_after(&mut upload(&store, &from), time);
        under_way += u32::from(was_at_work);
        if ended.success() {
            reported.push(number);
        }
        let there = uploads(&store);
        for done in &reported {
            assert!(
                there.contains(done),
                "upload {done} was reported and is gone"
            );
        }
        if there.contains(&number) {
            kept += u32::from(!ended.success());
        } else {
            lost += 1;
            // The same command again ends what was begun.
            if number % 2 == 0 {
                let began = Instant::now();
                assert!(upload(&store, &from).status().unwrap().success());
                // The store grows, and other work on the machine comes and goes.
                whole = began.elapsed().mul_f64(1.2);
                reported.push(number);
                assert!(uploads(&store).contains(&number));
            }
        }
    }
    say!(
        "{under_way} of {KILLS} kills met an upload at work (of {} ms): {lost} left nothing, {kept} everything",
        whole.as_millis()
    );
    assert!(
        under_way > KILLS / 3,
        "only {under_way} kills met an upload"
    );
    let left = fs::read_dir(&store)
        .unwrap()
        .map(|e| e.unwrap().file_name());
    let left: Vec<_> = left
        .filter(|name| name.to_string_lossy().starts_with('.'))
        .collect();
    assert!(left.len() <= 1, "{left:?}");
}

#[test]
fn uploads_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("conditions");
    done(&store, &["tag", "create", "t"]);
    let stores: Vec<PathBuf> = (0..8).map(|n| testing_store(folder.path(), n)).collect();
    for pair in stores.chunks(2) {
        let children: Vec<_> = pair
            .iter()
            .map(|from| upload(&store, from).spawn().unwrap())
            .collect();
        for mut child in children {
            assert!(child.wait().unwrap().success());
        }
    }
    assert_eq!(uploads(&store), (0..8).collect::<Vec<_>>());
    // Each payload has got a revision of its own.
    let entries = TagStore::open_read_only(&store)
        .unwrap()
        .entries("t")
        .unwrap();
    let mut revisions: Vec<i64> = entries
        .iter()
        .filter(|entry| entry.payload.name == "Payload3")
        .map(|entry| entry.payload.revision)
        .collect();
    revisions.sort_unstable();
    assert_eq!(revisions, (1..=8).collect::<Vec<i64>>());
}

#[test]
fn a_reader_sees_an_upload_as_a_whole() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("conditions");
    done(&store, &["tag", "create", "t"]);
    let mut looks = 0;
    for number in 0..4 {
        let from = testing_store(folder.path(), number);
        let mut child = upload(&store, &from).spawn().unwrap();
        while child.try_wait().unwrap().is_none() {
            uploads(&store);
            looks += 1;
            sleep(Duration::from_millis(1));
        }
        assert!(child.wait().unwrap().success());
    }
    assert!(looks > 0);
    assert_eq!(uploads(&store), [0, 1, 2, 3]);
}

#[test]
fn looking_leaves_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("conditions");
    let refused = run(&store, &["tag", "list"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(!store.exists());
    done(&store, &["tag", "create", "t"]);
    let from = testing_store(folder.path(), 0);
    let names = || {
        let entries = fs::read_dir(&store).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        let metadata = fs::read(store.join("metadata.sqlite")).unwrap();
        (names, metadata)
    };
    let before = names();
    let from = from.to_str().unwrap();
    for words in [
        &["tag", "list"][..],
        &["tag", "show", "t", "--json"],
        &["iov", "show", "t"],
        &["check", "--tag", "t"],
        &["upload", "t", from, "--dry-run"],
        &["tag", "diff", "t", "t"],
    ] {
        done(&store, words);
        assert!(names() == before, "{words:?}");
    }
}

#[test]
fn the_same_uploads_give_the_same_bytes() {
    let folder = tempfile::tempdir().unwrap();
    let stores = ["one", "two"].map(|name| folder.path().join(name));
    for store in &stores {
        done(store, &["tag", "create", "t"]);
        for number in 0..2 {
            let from = testing_store(folder.path(), number);
            assert!(upload(store, &from).status().unwrap().success());
        }
    }
    let [one, two] = stores.map(|store| fs::read(store.join("metadata.sqlite")).unwrap());
    assert!(one == two);
}

#[test]
fn states_that_are_for_good_ask_for_the_name() {
    use std::io::Write;
    let folder = tempfile::tempdir().unwrap();
    let store = folder.path().join("conditions");
    done(&store, &["tag", "create", "x"]);
    for state in ["testing", "validated"] {
        done(&store, &["tag", "state", "x", state]);
    }
    let answer = |word: &str| {
        let mut child = command(&store, &["tag", "state", "x", "published"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut input = child.stdin.take().unwrap();
        writeln!(input, "{word}").unwrap();
        drop(input);
        child.wait_with_output().unwrap()
    };
    for word in ["", "yes", "y", "X"] {
        let refused = answer(word);
        assert_eq!(refused.status.code(), Some(1), "{word}");
        assert!(done(&store, &["tag", "show", "x"]).contains("VALIDATED"));
    }
    assert_eq!(answer("x").status.code(), Some(0));
    assert!(done(&store, &["tag", "show", "x"]).contains("PUBLISHED"));
    done(&store, &["tag", "state", "x", "invalid", "--yes"]);
    let listed = done(&store, &["tag", "list"]);
    assert!(!listed.contains("INVALID"), "{listed}");
    assert!(done(&store, &["tag", "list", "--with-invalid"]).contains("INVALID"));
}
