//! Testing stores into tags, and out of them again.

use std::fs;

use super::super::super::store::checksum;
use super::super::*;
use super::place::{Place, iov};

#[test]
fn of_equal_lines_the_last_counts_and_a_second_upload_does_nothing() {
    let place = Place::new(&["t"]);
    let lines = [
        ("X", "one", "1,0,-1,-1"),
        ("X", "two", "1,0,-1,-1"),
        ("X", "three", "1,0,-1,-1"),
    ];
    let uploaded = place.upload("t", &lines).unwrap();
    assert_eq!(
        (
            uploaded.lines,
            uploaded.new_payloads(),
            uploaded.new_intervals()
        ),
        (3, 1, 1)
    );
    assert_eq!(place.rows("t"), ["X 1 1,0,-1,-1"]);
    let entries = place.store.entries("t").unwrap();
    let (file, content) = place.store.content(&entries[0].payload).unwrap();
    assert_eq!(content, b"three");
    // By hand: `printf three | md5sum` is 35d6d33467aae9a2e3dccb4b6b027878.
    assert!(file.ends_with("35/X_r1.root"), "{}", file.display());
    let duplicate = |fault: &Fault| fault.kind == FaultKind::DuplicateLine;
    assert_eq!(uploaded.warnings.iter().filter(|f| duplicate(f)).count(), 2);
    let again = place.upload("t", &lines).unwrap();
    assert_eq!((again.new_payloads(), again.new_intervals()), (0, 0));
    assert_eq!(place.rows("t"), ["X 1 1,0,-1,-1"]);
    // What closed it meanwhile does not matter when there is nothing to do.
    place.state("t", &[TagState::Testing]);
    assert!(place.upload("t", &lines).is_ok());
    let more = place.upload("t", &[("Y", "y", "1,0,-1,-1")]);
    assert!(matches!(more, Err(TagError::Closed { .. })));
}

#[test]
fn gaps_and_overlaps_are_refused_unless_allowed() {
    let place = Place::new(&["t"]);
    let kinds = |result: Result<Uploaded, TagError>| match result {
        Ok(_) => Vec::new(),
        Err(TagError::Faults(faults)) => faults
            .iter()
            .filter(|fault| fault.severity == Severity::Error)
            .map(|fault| (fault.kind, fault.iov.unwrap().to_string()))
            .collect(),
        Err(other) => panic!("{other}"),
    };
    let gap = |iov: &str| (FaultKind::Gap, iov.to_owned());
    let overlap = |iov: &str| (FaultKind::Overlap, iov.to_owned());
    let within = [("X", "a", "1,1,1,4"), ("X", "b", "1,6,1,9")];
    assert_eq!(kinds(place.upload("t", &within)), [gap("1,5,1,5")]);
    let within = [("X", "a", "1,1,1,4"), ("X", "b", "1,4,1,9")];
    assert_eq!(kinds(place.upload("t", &within)), [overlap("1,4,1,9")]);
    assert!(place.rows("t").is_empty());
    place.upload("t", &[("X", "a", "1,1,1,4")]).unwrap();
    let beside = [("X", "b", "1,8,1,9")];
    assert_eq!(kinds(place.upload("t", &beside)), [gap("1,5,1,7")]);
    let beside = [("X", "b", "1,4,1,9")];
    assert_eq!(kinds(place.upload("t", &beside)), [overlap("1,4,1,9")]);
    // Allowed, they are told.
    let allowed = Allowed {
        gaps: true,
        overlaps: false,
    };
    let from = place.testing(&[("X", "b", "1,8,1,9")]);
    let uploaded = place.store.upload(&from, "t", allowed, false, &look_inside);
    assert_eq!(uploaded.unwrap().warnings[0].kind, FaultKind::Gap);
    // What fills a gap is no fault, nor is what is left of it.
    let filling = [("X", "c", "1,5,1,6"), ("X", "d", "1,10,-1,-1")];
    assert_eq!(kinds(place.upload("t", &filling)), []);
    assert_eq!(
        place.rows("t"),
        [
            "X 1 1,1,1,4",
            "X 3 1,5,1,6",
            "X 2 1,8,1,9",
            "X 4 1,10,-1,-1"
        ]
    );
}

#[test]
fn every_seeded_fault_is_found() {
    let place = Place::new(&["t"]);
    let folder = place.testing(&[
        ("Gap", "a", "1,1,1,4"),
        ("Gap", "b", "1,6,-1,-1"),
        ("Over", "c", "1,1,1,4"),
        ("Over", "d", "1,3,-1,-1"),
        ("Twice", "e", "1,1,-1,-1"),
        ("Twice", "e", "1,1,-1,-1"),
        ("Swapped", "f", "2,9,2,3"),
        ("Empty", "g", "-1,-1,-1,-1"),
        ("NoStart", "h", "-1,-1,5,3"),
        ("Other", "i", "1,1,-1,-1"),
        ("Unknown", "j", "1,1,-1,-1"),
        ("Wrong", "k", "1,1,-1,-1"),
        ("Events", "l", "1,1,1,2"),
        ("Cut", "m", "1,1,-1,-1"),
        ("Lost", "n", "1,1,-1,-1"),
        ("Broken", "o", "1,1,-1,-1"),
    ]);
    let of = |name: &str, content: &str| {
        folder.join(format!(
            "dbstore_{name}_rev_{}.root",
            &checksum(content.as_bytes())[..6]
        ))
    };
    fs::write(of("Cut", "m"), "").unwrap();
    fs::remove_file(of("Lost", "n")).unwrap();
    let file = folder.join("database.txt");
    let mut text = fs::read_to_string(&file).unwrap();
    text += "BeamSpot abc 1,1,1,1\ndbstore/More 123abc 1,1,1,1 more\ndbstore/Few 123abc\ndbstore/Words a b,c,d,e\n";
    fs::write(&file, text).unwrap();
    let look = |name: &str, bytes: &[u8]| match bytes {
        b"i" => Ok(Inside {
            name: Some("Else".into()),
            ..Inside::default()
        }),
        b"j" => Err(Trouble::UnknownClass("Strange".into())),
        b"k" => Err(Trouble::WrongClass {
            found: "TObject".into(),
            needed: "BeamSpot".into(),
        }),
        b"l" => Ok(Inside {
            name: Some(name.into()),
            class: None,
            event_dependent: true,
        }),
        b"o" => Err(Trouble::Unreadable("it ends too early".into())),
        _ => Ok(Inside::default()),
    };
    let reviewed = review(&folder, &look).unwrap();
    let found: Vec<(FaultKind, &str, Option<usize>)> = reviewed
        .faults
        .iter()
        .map(|fault| (fault.kind, fault.payload.as_str(), fault.line))
        .collect();
    use FaultKind as K;
    assert_eq!(
        found,
        [
            (K::DuplicateLine, "Twice", Some(5)),
            (K::Interval, "Swapped", Some(7)),
            (K::Interval, "Empty", Some(8)),
            (K::Interval, "NoStart", Some(9)),
            (K::OtherPayload, "Other", Some(10)),
            (K::UnknownClass, "Unknown", Some(11)),
            (K::WrongClass, "Wrong", Some(12)),
            (K::EventDependent, "Events", Some(13)),
            (K::Checksum, "Cut", Some(14)),
            (K::MissingFile, "Lost", Some(15)),
            (K::Unreadable, "Broken", Some(16)),
            (K::Line, "", Some(17)),
            (K::Line, "More", Some(18)),
            (K::MissingFile, "More", Some(18)),
            (K::Line, "", Some(19)),
            (K::Line, "", Some(20)),
            (K::Gap, "Gap", None),
            (K::Overlap, "Over", Some(4)),
        ]
    );
    assert!(reviewed.faults.iter().all(|fault| !fault.advice.is_empty()));
    // One bad line, and nothing of the file is taken.
    let error = place
        .store
        .upload(&folder, "t", Allowed::default(), false, &look);
    assert!(matches!(error, Err(TagError::Faults(_))));
    assert!(place.rows("t").is_empty());
}

#[test]
fn what_comes_out_goes_in_again() {
    let place = Place::new(&["t", "again"]);
    let lines = [
        ("X", "a", "1,1,1,4"),
        ("X", "b", "1,5,1,9"),
        ("X", "a", "1,10,-1,-1"),
        ("Y", "y", "0,0,-1,-1"),
    ];
    place.upload("t", &lines).unwrap();
    let into = place.folder.path().join("out");
    let entries = place.store.download("t", None, &into).unwrap();
    assert_eq!(entries.len(), 4);
    assert_eq!(
        fs::read_to_string(into.join("database.txt")).unwrap(),
        "dbstore/X 1 1,1,1,4\ndbstore/X 1 1,10,-1,-1\ndbstore/X 2 1,5,1,9\ndbstore/Y 1 0,0,-1,-1\n"
    );
    assert_eq!(fs::read(into.join("dbstore_X_rev_2.root")).unwrap(), b"b");
    let again = place
        .store
        .upload(&into, "again", Allowed::default(), false, &look_inside);
    assert_eq!(again.unwrap().new_payloads(), 0);
    assert_eq!(place.rows("again"), place.rows("t"));
    let error = place.store.download("t", None, &into).unwrap_err();
    assert!(error.to_string().contains("already exists"), "{error}");
    let some = place.folder.path().join("some");
    let entries = place
        .store
        .download("t", Some(iov("1,4,1,5")), &some)
        .unwrap();
    let intervals: Vec<String> = entries.iter().map(|e| e.iov.to_string()).collect();
    assert_eq!(intervals, ["1,1,1,4", "1,5,1,9", "0,0,-1,-1"]);
}

#[test]
fn a_running_tag_only_grows() {
    let place = Place::new(&["t"]);
    let lines = [("X", "a", "1,1,1,9"), ("Y", "y", "1,1,1,20")];
    place.upload("t", &lines).unwrap();
    place.state("t", &[TagState::Running]);
    for line in [
        ("X", "b", "1,10,1,19"),
        ("Z", "z", "0,0,-1,-1"),
        ("Z", "z", "1,20,-1,-1"),
    ] {
        let error = place.upload("t", &[line]).unwrap_err();
        assert!(matches!(error, TagError::NotAppended { .. }), "{error}");
        assert!(
            error.to_string().contains("only runs from 1,21 on"),
            "{error}"
        );
    }
    place
        .upload("t", &[("Z", "z", "1,21,-1,-1"), ("Y", "b", "1,21,-1,-1")])
        .unwrap();
    // An open interval is not covered a second time.
    let error = place.upload("t", &[("Z", "c", "1,30,-1,-1")]).unwrap_err();
    assert!(matches!(
        error,
        TagError::NotAppended { .. } | TagError::Faults(_)
    ));
    assert_eq!(place.rows("t").len(), 4);
}
