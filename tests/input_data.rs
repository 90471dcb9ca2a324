//! The input data file: what it may hold, what is said when it cannot be used.

use std::fs;
use std::path::Path;

use b2caf::dataset::{InputData, LeftOut};
use tempfile::TempDir;

/// A folder with these files, all of them empty.
fn folder(files: &[&str]) -> TempDir {
    let folder = TempDir::new().unwrap();
    for file in files {
        let path = folder.path().join(file);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    folder
}

/// Reads `text` as `data.json` in `folder`; files are taken as they are. The folder is written as `DIR`.
fn read(folder: &TempDir, text: &str) -> Result<InputData, String> {
    let path = folder.path().join("data.json");
    fs::write(&path, text).unwrap();
    let dir = folder.path().display().to_string();
    InputData::read(&path, |_, _| Ok(())).map_err(|error| error.to_string().replace(&dir, "DIR"))
}

/// Files and intervals of a sample, `file exp,run,exp,run`.
fn listed(folder: &TempDir, data: &InputData, name: &str) -> Vec<String> {
    let files = data.get(name).unwrap();
    let short = |path: &Path| {
        path.strip_prefix(folder.path())
            .unwrap()
            .display()
            .to_string()
    };
    files
        .iter()
        .map(|(path, iov)| format!("{} {iov}", short(path)))
        .collect()
}

#[test]
fn folders_files_and_wildcards() {
    let folder = folder(&[
        "e12/r1/sub01/b.root",
        "e12/r1/sub00/c.root",
        "e12/r1/a.root",
        "e12/r1/log.txt",
        "e12/r2/x.root",
        "e12/r2/y.dat",
        "e12/r3/z1.root",
        "e12/r3/z2.root",
        "odd [1].root",
    ]);
    let absolute = folder.path().join("e12/r2/y.dat");
    let text = format!(
        r#"{{"b": [["e12/r1", [12, 1]], ["file://{}", [12, 2]], ["./e12//r2/x.root", [12, 2, 12, 5]]],
            "a": [["e12/r3/z?.root", [12, 3]], ["odd [1].root", [12, 4]]],
            "none": []}}"#,
        absolute.display()
    );
    let data = read(&folder, &text).unwrap();
    let names: Vec<&str> = data.samples().map(|(name, _)| name).collect();
    assert_eq!(names, ["b", "a", "none"]);
    assert_eq!(
        listed(&folder, &data, "b"),
        [
            "e12/r1/a.root 12,1,12,1",
            "e12/r1/sub00/c.root 12,1,12,1",
            "e12/r1/sub01/b.root 12,1,12,1",
            "e12/r2/y.dat 12,2,12,2",
            "e12/r2/x.root 12,2,12,5",
        ]
    );
    assert_eq!(
        listed(&folder, &data, "a"),
        [
            "e12/r3/z1.root 12,3,12,3",
            "e12/r3/z2.root 12,3,12,3",
            "odd [1].root 12,4,12,4",
        ]
    );
    assert_eq!(data.empty_samples().collect::<Vec<_>>(), ["none"]);

    let (kept, left_out) = data.within(&"12,2,12,4".parse().unwrap());
    assert_eq!(listed(&folder, &kept, "b"), ["e12/r2/y.dat 12,2,12,2"]);
    assert_eq!(kept.get("a"), data.get("a"));
    assert_eq!(left_out.len(), 4);
    let last = LeftOut {
        name: "b".to_owned(),
        path: folder.path().join("e12/r2/x.root"),
        iov: "12,2,12,5".parse().unwrap(),
    };
    assert_eq!(left_out[3], last);
}

#[test]
fn names_that_the_script_needs() {
    let folder = folder(&["a.root"]);
    let data = read(&folder, r#"{"b": [["a.root", [1, 1]]], "a": []}"#).unwrap();
    assert!(data.require(["a", "b"]).is_ok());
    let error = data.require(["mumu", "b", "bhabha"]).unwrap_err();
    assert!(
        error
            .to_string()
            .ends_with(r#"data.json has no "bhabha", "mumu"; it has "a", "b""#)
    );
}

#[test]
fn shapes_that_are_wrong() {
    let folder = folder(&[]);
    let shape = r#"{"name": [["file or folder", [experiment, run]], ...]}"#;
    for (text, message) in [
        (
            "{\n  \"a\": [,]\n}",
            "DIR/data.json:2:9: no JSON: expected value".to_owned(),
        ),
        (
            "",
            "DIR/data.json:1:0: no JSON: EOF while parsing a value".to_owned(),
        ),
        (
            "[]",
            format!("DIR/data.json holds a list; it must be an object: {shape}"),
        ),
        (
            "3",
            format!("DIR/data.json holds a number; it must be an object: {shape}"),
        ),
        (
            "{}",
            r#"DIR/data.json names no files; give at least one: {"name": [["file or folder", [experiment, run]]]}"#
                .to_owned(),
        ),
        (
            r#"{"a": [], "b": []}"#,
            r#"DIR/data.json names no files; give at least one: {"name": [["file or folder", [experiment, run]]]}"#
                .to_owned(),
        ),
    ] {
        assert_eq!(read(&folder, text).unwrap_err(), message);
    }
    let missing = InputData::read(Path::new("/no/such.json"), |_, _| Ok(())).unwrap_err();
    assert_eq!(
        missing.to_string(),
        "cannot read the input data file /no/such.json: No such file or directory (os error 2); give the path of a JSON file that names the input"
    );
}

#[test]
fn everything_wrong_is_told_at_once() {
    let folder = folder(&["a.root", "b.root", "notes/readme.txt", "c/1.root"]);
    std::os::unix::fs::symlink(
        folder.path().join("a.root"),
        folder.path().join("link.root"),
    )
    .unwrap();
    let text = r#"{
        "x": {"path": [1, 1]},
        "y": [
            ["a.root", [1, 1]],
            ["a.root", [1, 2]],
            ["link.root", [1, 1]],
            ["gone.root", [1]],
            ["notes", [1, 1]],
            ["*.rot", [1, 1]],
            ["root://server.example//b.root", [1, 1]],
            ["b.root"],
            "b.root",
            [7, [1, 1]],
            ["b.root", [1, -1]],
            ["b.root", [1, 2, 3]],
            ["b.root", [1, 2.5]],
            ["b.root", [1, 9, 1, 2]],
            ["b.root", "1, 2"],
            ["b.root", [1, 99999999999]]
        ],
        "x": [["c", [1, 1]]]
    }"#;
    let runs = "[experiment, run] are two whole numbers from 0 (or four for a range of runs), not";
    let entry = "must be [\"file or folder\", [experiment, run]], not";
    let expected = format!(
        r#"18 problems in DIR/data.json:
  "x": must be a list of ["file or folder", [experiment, run]], not an object
  "y", entry 2: DIR/a.root is already listed by entry 1; its events would count twice
  "y", entry 3: DIR/link.root is already listed by entry 1; its events would count twice
  "y", entry 4: there is no file or folder DIR/gone.root; correct the path, or bring the file there
  "y", entry 4: {runs} [1]
  "y", entry 5: no file below the folder DIR/notes ends in .root
  "y", entry 6: nothing matches DIR/*.rot
  "y", entry 7: root://server.example//b.root is not on this machine: only local files can be read; copy it here
  "y", entry 8: {entry} ["b.root"]
  "y", entry 9: {entry} "b.root"
  "y", entry 10: the first part must be the path of a file or folder, not 7
  "y", entry 11: {runs} [1,-1]
  "y", entry 12: {runs} [1,2,3]
  "y", entry 13: {runs} [1,2.5]
  "y", entry 14: the interval starts at 1,9 and ends before that, at 1,2
  "y", entry 15: {runs} "1, 2"
  "y", entry 16: {runs} [1,99999999999]
  "x": the name is given twice; put all its files into one list"#
    );
    assert_eq!(read(&folder, text).unwrap_err(), expected);
}

#[test]
fn a_link_in_a_circle_is_named() {
    let folder = folder(&["run1/a.root"]);
    std::os::unix::fs::symlink(folder.path().join("run1"), folder.path().join("run1/again"))
        .unwrap();
    assert_eq!(
        read(&folder, r#"{"a": [["run1", [1, 1]]]}"#).unwrap_err(),
        "one problem in DIR/data.json:
  \"a\", entry 1: cannot read DIR/run1/again: it is a link to a folder above it"
    );
}
