//! Payload files are found, downloaded, kept, and never wrong.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use super::super::{Error, Files, PayloadInfo, Settings};
use super::conditions_server::{ConditionsServer, Fault, Kind};
use super::support::{NoTime, SECRET, settings};

/// MD5 by md5sum: 247db6bc2ad2fa15652da72d18d7f4ee.
const CONTENT: &[u8] = b"content 596";

fn payload(theirs: &ConditionsServer, bytes: &[u8]) -> PayloadInfo {
    let mut world = theirs.world();
    let id = world.add_payload("X", bytes);
    let json = world.payload_json(world.payload(id).unwrap());
    serde_json::from_value(json).unwrap()
}

fn files(cache: &Path, locations: &[&str]) -> Files {
    Files::new(cache, locations, settings()).unwrap()
}

fn names(folder: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return Vec::new();
    };
    let mut names: Vec<String> = entries
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .filter(|name| name != ".lock")
        .collect();
    names.sort();
    names
}

#[test]
fn the_cache_has_the_hashed_layout_and_is_used_again() {
    let theirs = ConditionsServer::start(SECRET);
    let folder = tempfile::tempdir().unwrap();
    let payload = payload(&theirs, CONTENT);
    assert_eq!(&payload.checksum[..2], "24");
    let files = files(folder.path(), &[]);
    for _ in 0..2 {
        let path = files.file(&payload).unwrap();
        assert_eq!(path, folder.path().join("24/X_r1.root"));
        assert_eq!(files.bytes(&payload).unwrap(), CONTENT);
    }
    assert_eq!(theirs.requests().len(), 1);
    assert_eq!(
        theirs.requests()[0].path,
        "/payloads/dbstore/X/dbstore_X_rev_1.root"
    );
    assert_eq!(theirs.requests()[0].header("x-authorization"), None);
    assert_eq!(names(&folder.path().join("24")), ["X_r1.root"]);
}

#[test]
fn a_damaged_cache_file_is_replaced_as_a_whole() {
    let theirs = ConditionsServer::start(SECRET);
    let folder = tempfile::tempdir().unwrap();
    let payload = payload(&theirs, CONTENT);
    let files = files(folder.path(), &[]);
    let path = files.file(&payload).unwrap();
    // Longer, shorter, and of the same length.
    for damage in [
        [CONTENT, b"and more"].concat(),
        CONTENT[..4].to_vec(),
        b"content 597".to_vec(),
    ] {
        fs::write(&path, damage).unwrap();
        assert_eq!(files.file(&payload).unwrap(), path);
        assert_eq!(fs::read(&path).unwrap(), CONTENT);
    }
    assert_eq!(theirs.requests().len(), 4);
}

#[test]
fn a_wrong_checksum_is_tried_once_more_in_a_private_file() {
    let theirs = ConditionsServer::start(SECRET);
    let folder = tempfile::tempdir().unwrap();
    let payload = payload(&theirs, CONTENT);
    let files = files(folder.path(), &[]);
    theirs.fail(Fault::new("/payloads/", 1, Kind::WrongByte));
    let path = files.file(&payload).unwrap();
    assert!(!path.starts_with(folder.path()), "{}", path.display());
    assert_eq!(fs::read(&path).unwrap(), CONTENT);
    assert_eq!(names(&folder.path().join("24")), Vec::<String>::new());
    // Kept for this process.
    assert_eq!(files.file(&payload).unwrap(), path);
    assert_eq!(theirs.requests().len(), 2);
    drop(files);
    assert!(!path.exists());

    let files = self::files(folder.path(), &[]);
    theirs.forget();
    theirs.fail(Fault::new("/payloads/", 100, Kind::WrongByte));
    let error = files.file(&payload).unwrap_err();
    assert!(matches!(error, Error::Checksum { .. }));
    // By md5sum; the last byte with its lowest bit turned.
    let wrong = "1fbee47cea766ec92acf63fe7f55cad1";
    let error = error.to_string();
    for part in [
        "payload X revision 1",
        &payload.checksum,
        wrong,
        &theirs.files_url(),
    ] {
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(theirs.requests().len(), 2);
    assert_eq!(names(&folder.path().join("24")), Vec::<String>::new());
}

#[test]
fn interrupted_downloads_are_repeated_and_leave_nothing_behind() {
    for kind in [Kind::Truncate, Kind::Drop, Kind::Status(503, String::new())] {
        let theirs = ConditionsServer::start(SECRET);
        let folder = tempfile::tempdir().unwrap();
        let payload = payload(&theirs, CONTENT);
        theirs.fail(Fault::new("/payloads/", 3, kind));
        let path = files(folder.path(), &[]).file(&payload).unwrap();
        assert_eq!(fs::read(&path).unwrap(), CONTENT);
        assert_eq!(names(&folder.path().join("24")), ["X_r1.root"]);
        assert_eq!(theirs.requests().len(), 4);
    }
}

#[test]
fn local_folders_come_first_in_both_layouts_if_the_content_is_right() {
    let theirs = ConditionsServer::start(SECRET);
    let folder = tempfile::tempdir().unwrap();
    let payload = payload(&theirs, CONTENT);
    let [cache, a, b, c] = ["cache", "a", "b", "c"].map(|name| folder.path().join(name));
    fs::create_dir_all(a.join("24")).unwrap();
    fs::create_dir_all(b.join("24")).unwrap();
    fs::create_dir_all(&c).unwrap();
    fs::write(a.join("24/X_r1.root"), "other").unwrap();
    fs::write(a.join("dbstore_X_rev_1.root"), CONTENT).unwrap();
    fs::write(b.join("24/X_r1.root"), CONTENT).unwrap();
    fs::write(c.join("dbstore_X_rev_1.root"), CONTENT).unwrap();
    let [a_text, b_text, c_text] = [&a, &b, &c].map(|path| path.display().to_string());
    let c_text = format!("file://{c_text}");
    for (order, expected) in [
        ([&a_text, &b_text], a.join("dbstore_X_rev_1.root")),
        ([&b_text, &a_text], b.join("24/X_r1.root")),
        ([&c_text, &a_text], c.join("dbstore_X_rev_1.root")),
    ] {
        let found = files(&cache, &order.map(String::as_str))
            .file(&payload)
            .unwrap();
        assert_eq!(found, expected);
    }
    assert_eq!(theirs.requests().len(), 0);
    assert!(!cache.exists());
    for wrong in ["", "  ", "ftp://x/y", "file://"] {
        assert!(Files::new(&cache, [wrong], settings()).is_err(), "{wrong}");
    }
}

#[test]
fn addresses_are_asked_in_order_and_then_the_server() {
    let (near, theirs) = (
        ConditionsServer::start(SECRET),
        ConditionsServer::start(SECRET),
    );
    let folder = tempfile::tempdir().unwrap();
    let payload = payload(&theirs, CONTENT);
    // The near one does not have it: silently the next.
    let near_url = near.files_url();
    let found = files(folder.path(), &[&near_url]).file(&payload).unwrap();
    assert_eq!(fs::read(&found).unwrap(), CONTENT);
    assert_eq!((near.requests().len(), theirs.requests().len()), (1, 1));
    // Now it has it.
    near.world().add_payload("X", CONTENT);
    fs::remove_file(&found).unwrap();
    files(folder.path(), &[&format!("{near_url}/")])
        .file(&payload)
        .unwrap();
    assert_eq!((near.requests().len(), theirs.requests().len()), (2, 1));
    assert_eq!(
        near.requests()[1].path,
        "/payloads/dbstore/X/dbstore_X_rev_1.root"
    );
    // It has another file of that name.
    near.world().payloads[0].bytes = b"other".to_vec();
    fs::remove_file(&found).unwrap();
    let elsewhere = files(folder.path(), &[&near_url]).file(&payload).unwrap();
    assert_eq!(fs::read(&elsewhere).unwrap(), CONTENT);
    // Nobody has it.
    theirs.world().payloads.clear();
    let other = tempfile::tempdir().unwrap();
    let error = files(other.path(), &[&near_url])
        .file(&payload)
        .unwrap_err();
    assert_eq!(error.status(), Some(404));
    assert!(
        error.to_string().contains("download payload X revision 1"),
        "{error}"
    );
}

#[test]
fn a_cache_that_cannot_be_written_is_replaced_by_a_private_file() {
    let theirs = ConditionsServer::start(SECRET);
    let folder = tempfile::tempdir().unwrap();
    let payload = payload(&theirs, CONTENT);
    let cache = folder.path().join("cache");
    fs::write(&cache, "a file, no folder").unwrap();
    let files = files(&cache, &[]);
    let path = files.file(&payload).unwrap();
    assert_eq!(fs::read(&path).unwrap(), CONTENT);
    assert_eq!(fs::read(&cache).unwrap(), b"a file, no folder");
}

#[test]
fn who_waits_too_long_for_a_lock_gets_a_private_file() {
    let theirs = ConditionsServer::start(SECRET);
    let folder = tempfile::tempdir().unwrap();
    let payload = payload(&theirs, CONTENT);
    fs::create_dir(folder.path().join("24")).unwrap();
    let lock = File::create(folder.path().join("24/.lock")).unwrap();
    lock.lock().unwrap();
    let waiting = Arc::new(NoTime::default());
    let settings = Settings {
        waiting: waiting.clone(),
        ..settings()
    };
    let files = Files::new(folder.path(), [] as [&str; 0], settings).unwrap();
    let path = files.file(&payload).unwrap();
    assert!(!path.starts_with(folder.path()));
    let waited: Duration = waiting.waits.lock().unwrap().iter().sum();
    assert!(
        waited >= Duration::from_secs(120) && waited < Duration::from_secs(121),
        "{waited:?}"
    );
}

#[test]
fn those_who_want_the_same_file_at_once_download_it_once() {
    let theirs = ConditionsServer::start(SECRET);
    let folder = tempfile::tempdir().unwrap();
    let payload = payload(&theirs, CONTENT);
    theirs.fail(Fault::new(
        "/payloads/",
        1,
        Kind::Slow(Duration::from_millis(200)),
    ));
    thread::scope(|scope| {
        for _ in 0..6 {
            scope.spawn(|| {
                // Really waits: the lock is held by others for a while.
                let files =
                    Files::new(folder.path(), [] as [&str; 0], Settings::default()).unwrap();
                assert_eq!(files.bytes(&payload).unwrap(), CONTENT);
            });
        }
    });
    assert_eq!(theirs.requests().len(), 1);
}

#[test]
fn names_from_the_server_do_not_leave_the_cache() {
    let theirs = ConditionsServer::start(SECRET);
    let folder = tempfile::tempdir().unwrap();
    let good = payload(&theirs, CONTENT);
    let files = files(&folder.path().join("cache"), &[]);
    for (name, checksum) in [
        ("../../X", good.checksum.as_str()),
        ("/etc/X", good.checksum.as_str()),
        ("..", good.checksum.as_str()),
        ("", good.checksum.as_str()),
        ("X", "../.."),
        ("X", "äääääääääääääääää"),
        ("X", ""),
    ] {
        let bad = PayloadInfo {
            name: name.into(),
            checksum: checksum.into(),
            ..good.clone()
        };
        assert!(
            matches!(files.file(&bad), Err(Error::Name { .. })),
            "{name} {checksum}"
        );
    }
    let local = PayloadInfo {
        base_url: "/somewhere".into(),
        ..good
    };
    assert!(matches!(files.file(&local), Err(Error::NoFile { .. })));
    assert_eq!(names(folder.path()), Vec::<String>::new());
}
