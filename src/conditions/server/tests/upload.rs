//! A store goes into a tag: once, whatever is repeated, lost or refused.

use std::fs;
use std::path::Path;

use crate::conditions::Store;
use crate::iov::IoV;

use super::super::{Error, OnFailure, Report, Server, Settings, UploadLine};
use super::conditions_server::{ConditionsServer, Fault, Kind};
use super::support::{SECRET, pair, settings};

const SENDS: &str = "POST /rest/v2/package/dbstore/module/";
const CREATES: &str = "POST /rest/v2/globalTagPayload/";

/// Lines of (name, content, interval) with their files in `folder`.
fn lines(folder: &Path, rows: &[(&str, &str, &str)]) -> Vec<UploadLine> {
    let mut lines = Vec::new();
    for (number, (name, content, iov)) in rows.iter().enumerate() {
        let file = folder.join(format!("dbstore_{name}_rev_{number}.root"));
        fs::write(&file, content).unwrap();
        lines.push(UploadLine {
            place: format!("database.txt, line {}", number + 1),
            name: (*name).into(),
            iov: iov.parse().unwrap(),
            file,
        });
    }
    lines
}

const ROWS: &[(&str, &str, &str)] = &[
    ("B", "b1", "1,0,1,9"),
    ("A", "a1", "0,0,-1,-1"),
    ("B", "b2", "1,10,1,-1"),
    ("B", "b1", "2,0,-1,-1"),
];

/// (payloads sent, payloads there, IoVs created, IoVs there, failed payloads, failed IoVs)
fn counts(report: &Report) -> [usize; 6] {
    [
        report.payloads_sent.len(),
        report.payloads_present,
        report.iovs_created.len(),
        report.iovs_present,
        report.failed_payloads.len(),
        report.failed_iovs.len(),
    ]
}

fn rows_of(theirs: &ConditionsServer) -> Vec<(String, [i64; 4])> {
    let content = theirs.world().content("t");
    content
        .into_iter()
        .map(|(name, _, numbers)| (name, numbers))
        .collect()
}

fn all() -> Vec<(String, [i64; 4])> {
    [
        ("A", [0, 0, -1, -1]),
        ("B", [1, 0, 1, 9]),
        ("B", [1, 10, 1, -1]),
        ("B", [2, 0, -1, -1]),
    ]
    .map(|(name, numbers)| (name.to_owned(), numbers))
    .to_vec()
}

fn sorted(mut rows: Vec<(String, [i64; 4])>) -> Vec<(String, [i64; 4])> {
    rows.sort();
    rows
}

#[test]
fn a_store_is_uploaded_and_a_second_time_nothing_happens() {
    let (theirs, ours) = pair();
    theirs.world().add_tag("t", "OPEN");
    let folder = tempfile::tempdir().unwrap();
    let lines = lines(folder.path(), ROWS);
    let report = ours.upload(&lines, "t", OnFailure::GoOn).unwrap();
    assert!(report.is_complete());
    assert_eq!(counts(&report), [3, 0, 4, 0, 0, 0]);
    let created: Vec<_> = report
        .iovs_created
        .iter()
        .map(|made| (made.name.as_str(), made.iov.to_string()))
        .collect();
    let expected = [
        ("A", "0,0,-1,-1"),
        ("B", "1,0,1,9"),
        ("B", "1,10,1,-1"),
        ("B", "2,0,-1,-1"),
    ];
    assert_eq!(created, expected.map(|(name, iov)| (name, iov.to_owned())));
    assert_eq!(sorted(rows_of(&theirs)), all());

    theirs.forget();
    let again = ours.upload(&lines, "t", OnFailure::GoOn).unwrap();
    assert_eq!(counts(&again), [0, 3, 0, 4, 0, 0]);
    assert!(again.is_complete());
    assert_eq!(theirs.count(SENDS) + theirs.count(CREATES), 0);
    // Not even a token is needed for it.
    let without = Server::new(
        [theirs.url()],
        Settings {
            token: None,
            ..settings()
        },
    )
    .unwrap();
    assert!(
        without
            .upload(&lines, "t", OnFailure::GoOn)
            .unwrap()
            .is_complete()
    );
    assert!(
        ours.upload(&[], "t", OnFailure::GoOn)
            .unwrap()
            .is_complete()
    );
}

#[test]
fn of_equal_lines_the_last_counts() {
    let (theirs, ours) = pair();
    theirs.world().add_tag("t", "OPEN");
    let folder = tempfile::tempdir().unwrap();
    let rows = [
        ("A", "a1", "0,0,-1,-1"),
        ("A", "a2", "0,0,-1,-1"),
        ("A", "a3", "0,0,-1,-1"),
    ];
    let report = ours
        .upload(&lines(folder.path(), &rows), "t", OnFailure::GoOn)
        .unwrap();
    assert_eq!((report.lines, report.replaced), (3, 2));
    assert_eq!(counts(&report), [1, 0, 1, 0, 0, 0]);
    let world = theirs.world();
    assert_eq!(world.payloads.len(), 1);
    assert_eq!(world.payloads[0].bytes, b"a3");
    assert_eq!(world.iovs.len(), 1);
}

#[test]
fn a_payload_goes_as_multipart_mixed_with_the_file_and_json() {
    let (theirs, ours) = pair();
    theirs.world().add_tag("t", "OPEN");
    let folder = tempfile::tempdir().unwrap();
    // Bytes that look like the end of a part are no end.
    let lines = lines(
        folder.path(),
        &[("A", "a\r\n--b2caf-\r\n\0\u{fffd}", "0,0,-1,-1")],
    );
    ours.upload(&lines, "t", OnFailure::GoOn).unwrap();
    let request = theirs
        .requests()
        .into_iter()
        .find(|one| one.short().contains(SENDS))
        .unwrap();
    assert_eq!(request.path, "/rest/v2/package/dbstore/module/A/payload");
    assert_eq!(
        request.header("x-authorization"),
        Some(format!("Bearer {SECRET}").as_str())
    );
    let content = request.header("content-type").unwrap();
    let boundary = content.strip_prefix("multipart/mixed; boundary=").unwrap();
    let file = lines[0].file.display();
    // MD5 by md5sum.
    let expected = [
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{file}\"\r\n").as_bytes(),
        b"Content-Type: application/x-root\r\n\r\na\r\n--b2caf-\r\n\0\xef\xbf\xbd\r\n",
        format!("--{boundary}\r\nContent-Disposition: form-data; name=\"json\"\r\n").as_bytes(),
        b"Content-Type: application/json\r\n\r\n",
        b"{\"checksum\":\"6196b24380690cb5ec9e000353a97827\",\"isDefault\":false}\r\n",
        format!("--{boundary}--\r\n").as_bytes(),
    ]
    .concat();
    assert_eq!(
        String::from_utf8(request.body).unwrap(),
        String::from_utf8(expected).unwrap()
    );
}

#[test]
fn faulty_lines_are_refused_before_anything_is_sent() {
    let (theirs, ours) = pair();
    theirs.world().add_tag("t", "OPEN");
    theirs.forget();
    let folder = tempfile::tempdir().unwrap();
    let good = lines(folder.path(), ROWS);
    let with = |change: &dyn Fn(&mut UploadLine)| {
        let mut lines = good.clone();
        change(&mut lines[2]);
        ours.upload(&lines, "t", OnFailure::GoOn)
            .unwrap_err()
            .to_string()
    };
    for (error, part) in [
        (
            with(&|line| line.file = folder.path().join("nothing")),
            "cannot be read",
        ),
        (
            with(&|line| line.iov = "-1,-1,3,4".parse().unwrap()),
            "no beginning",
        ),
        (
            with(&|line| line.name = "../B".into()),
            "no name of a payload",
        ),
    ] {
        assert!(
            error.starts_with("nothing was uploaded: database.txt, line 3: "),
            "{error}"
        );
        assert!(error.contains(part), "{error}");
    }
    assert_eq!(theirs.requests().len(), 0);
    let error = ours.upload(&good, "nothing", OnFailure::GoOn).unwrap_err();
    assert!(matches!(error, Error::NoTag { .. }));
    let without = Server::new(
        [theirs.url()],
        Settings {
            token: None,
            ..settings()
        },
    )
    .unwrap();
    let error = without.upload(&good, "t", OnFailure::GoOn).unwrap_err();
    assert!(matches!(error, Error::NoToken { .. }));
    assert_eq!(theirs.count(SENDS) + theirs.count(CREATES), 0);
}

#[test]
fn lines_come_from_a_store() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::new(folder.path());
    let text = "dbstore/A abc123 1,0,-1,-1 # new\n\ndbstore/B 17 2,3,2,3\n";
    fs::write(store.text_file(), text).unwrap();
    let lines = UploadLine::of_store(&store).unwrap();
    assert_eq!(lines.len(), 2);
    assert_eq!(
        (lines[0].name.as_str(), lines[0].iov),
        ("A", "1,0,-1,-1".parse::<IoV>().unwrap())
    );
    assert_eq!(lines[1].file, store.payload_file("B", "17"));
    assert!(
        lines[1].place.ends_with("database.txt, line 3"),
        "{}",
        lines[1].place
    );
    for wrong in ["dbstore/A 1 -1,-1,-1,-1\n", "dbstore/A 1 2,0,1,0\n"] {
        fs::write(store.text_file(), format!("{text}{wrong}")).unwrap();
        let error = UploadLine::of_store(&store).unwrap_err().to_string();
        assert!(
            error.contains("line 4: the interval of A is empty or backwards"),
            "{error}"
        );
    }
}

#[test]
fn a_failed_upload_is_resumed() {
    let folder = tempfile::tempdir().unwrap();
    let lines = lines(folder.path(), ROWS);
    for fault in [
        Fault::new(SENDS, 100, Kind::Status(503, String::new())).after(1),
        Fault::new(SENDS, 100, Kind::Drop),
        Fault::new(CREATES, 100, Kind::Status(500, String::new())).after(2),
        Fault::new("module/B/payload", 100, Kind::Status(400, String::new())),
        Fault::new(CREATES, 100, Kind::LoseAnswer).after(1),
        Fault::new("", 100, Kind::Drop).after(9),
    ] {
        let (theirs, ours) = pair();
        theirs.world().add_tag("t", "OPEN");
        theirs.fail(fault.clone());
        let report = ours.upload(&lines, "t", OnFailure::GoOn).unwrap();
        assert_eq!(
            report.iovs_created.len() + report.failed_iovs.len(),
            4,
            "{fault:?}"
        );
        let was_complete = report.is_complete();
        theirs.recover();
        let report = ours.upload(&lines, "t", OnFailure::GoOn).unwrap();
        assert!(report.is_complete(), "{fault:?}");
        // Nothing is there twice.
        assert_eq!(sorted(rows_of(&theirs)), all(), "{fault:?}");
        assert_eq!(theirs.world().payloads.len(), 3, "{fault:?}");
        // A lost answer is found: only that one can be complete at once.
        assert_eq!(
            was_complete,
            matches!(fault.kind, Kind::LoseAnswer),
            "{fault:?}"
        );
    }
}

#[test]
fn a_failed_payload_fails_its_intervals_and_no_others() {
    let (theirs, ours) = pair();
    theirs.world().add_tag("t", "OPEN");
    let folder = tempfile::tempdir().unwrap();
    theirs.fail(Fault::new(
        "module/A/payload",
        100,
        Kind::Status(400, "no A".into()),
    ));
    let report = ours
        .upload(&lines(folder.path(), ROWS), "t", OnFailure::GoOn)
        .unwrap();
    assert_eq!(counts(&report), [2, 0, 3, 0, 1, 1]);
    assert_eq!(
        (
            report.failed_payloads[0].name.as_str(),
            report.failed_iovs[0].name.as_str()
        ),
        ("A", "A")
    );
    let error = report.failed_payloads[0]
        .error
        .as_ref()
        .unwrap()
        .to_string();
    assert!(
        error.contains("upload payload A") && error.ends_with("answered 400: no A"),
        "{error}"
    );
}

#[test]
fn lost_answers_create_nothing_twice() {
    let (theirs, ours) = pair();
    theirs.world().add_tag("t", "OPEN");
    let folder = tempfile::tempdir().unwrap();
    theirs.fail(Fault::new(SENDS, 100, Kind::LoseAnswer));
    theirs.fail(Fault::new(CREATES, 100, Kind::LoseAnswer));
    let report = ours
        .upload(&lines(folder.path(), ROWS), "t", OnFailure::GoOn)
        .unwrap();
    assert!(report.is_complete());
    assert_eq!(counts(&report), [3, 0, 4, 0, 0, 0]);
    assert_eq!((theirs.count(SENDS), theirs.count(CREATES)), (3, 4));
    assert_eq!(sorted(rows_of(&theirs)), all());
    let ids: Vec<i64> = report.iovs_created.iter().map(|made| made.id).collect();
    let mut theirs_ids: Vec<i64> = theirs.world().iovs.iter().map(|iov| iov.id).collect();
    theirs_ids.sort_unstable();
    let mut ours_ids = ids.clone();
    ours_ids.sort_unstable();
    assert_eq!(ours_ids, theirs_ids);
}

#[test]
fn a_roll_back_leaves_the_tag_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    let lines = lines(folder.path(), ROWS);
    for fault in [
        Fault::new(CREATES, 100, Kind::Status(400, String::new())).after(2),
        Fault::new(CREATES, 100, Kind::Drop).after(2),
        // Nobody says so, but it was created.
        Fault::new(CREATES, 1, Kind::LoseAnswer).after(2),
    ] {
        for connections in [1, 10] {
            let theirs = ConditionsServer::start(SECRET);
            let settings = Settings {
                connections,
                max_retries: 0,
                ..settings()
            };
            let ours = Server::new([theirs.url()], settings).unwrap();
            let before = {
                let mut world = theirs.world();
                let tag = world.add_tag("t", "OPEN");
                let other = world.add_payload("C", b"c");
                world.add_iov(tag, other, [0, 0, -1, -1]);
                // One that the upload wants too.
                let same = world.add_payload("A", b"a1");
                world.add_iov(tag, same, [0, 0, -1, -1]);
                world.content("t")
            };
            theirs.fail(fault.clone());
            let report = ours.upload(&lines, "t", OnFailure::RollBack).unwrap();
            assert!(!report.is_complete());
            assert!(
                report.iovs_created.is_empty() && report.roll_back_errors.is_empty(),
                "{report:?}"
            );
            assert_eq!(report.failed_iovs.len(), 3, "{report:?}");
            assert_eq!(theirs.world().content("t"), before, "{fault:?}");
        }
    }
}

#[test]
fn a_roll_back_that_fails_is_told() {
    let (theirs, ours) = pair();
    theirs.world().add_tag("t", "OPEN");
    let folder = tempfile::tempdir().unwrap();
    theirs.fail(Fault::new(CREATES, 1, Kind::Status(400, String::new())).after(3));
    theirs.fail(Fault::new("DELETE", 1, Kind::Status(403, String::new())));
    let report = ours
        .upload(&lines(folder.path(), ROWS), "t", OnFailure::RollBack)
        .unwrap();
    assert_eq!((report.roll_back_errors.len(), report.rolled_back), (1, 2));
    // What is there is what the report says.
    assert_eq!(report.iovs_created.len(), 1);
    assert_eq!(rows_of(&theirs).len(), 1);
    assert_eq!(report.iovs_created[0].id, theirs.world().iovs[0].id);
}

#[test]
fn a_closed_tag_and_a_wrong_token_stop_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let rows: Vec<(String, String)> = (0..40)
        .map(|n| (format!("P{n:02}"), format!("content {n}")))
        .collect();
    let rows: Vec<(&str, &str, &str)> = rows
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str(), "0,0,-1,-1"))
        .collect();
    let lines = lines(folder.path(), &rows);
    let theirs = ConditionsServer::start("another token");
    theirs.world().add_tag("t", "OPEN");
    let one_by_one = Settings {
        connections: 1,
        ..settings()
    };
    let ours = Server::new([theirs.url()], one_by_one).unwrap();
    let report = ours.upload(&lines, "t", OnFailure::GoOn).unwrap();
    assert_eq!(counts(&report), [0, 0, 0, 0, 40, 40]);
    assert_eq!(theirs.count(SENDS) + theirs.count(CREATES), 1);
    let error = report.failed_payloads[0].error.as_ref().unwrap();
    assert_eq!(error.status(), Some(401));
    assert!(report.failed_payloads[1].error.is_none());

    let (theirs, ours) = pair();
    theirs.world().add_tag("t", "PUBLISHED");
    let report = ours.upload(&lines, "t", OnFailure::GoOn).unwrap();
    assert_eq!(counts(&report), [40, 0, 0, 0, 0, 40]);
    assert!(theirs.count(CREATES) <= 10);
}

#[test]
fn many_payloads_are_looked_up_in_thousands() {
    let (theirs, ours) = pair();
    let wanted: Vec<(String, String)> = (0..2001)
        .map(|n| (format!("P{n}"), format!("{n:032}")))
        .collect();
    theirs.world().add_payload("P2000", b"");
    theirs.world().payloads[0].checksum = format!("{:032}", 2000);
    let found = ours.check_payloads(&wanted).unwrap();
    assert_eq!(found.keys().collect::<Vec<_>>(), [&wanted[2000]]);
    let sizes: Vec<usize> = theirs
        .requests()
        .iter()
        .filter(|one| one.short() == "POST /rest/v2/checkPayloads")
        .map(|one| {
            serde_json::from_slice::<Vec<serde_json::Value>>(&one.body)
                .unwrap()
                .len()
        })
        .collect();
    assert_eq!(sizes, [1000, 1000, 1]);
}
