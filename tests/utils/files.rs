//! Names of files, folders that are numbers, and stores put together.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use b2caf::caf::iteration_folders;
use b2caf::conditions::{self, merge_stores};
use b2caf::dataset::{Fault, Location, locate_files, raw_data_iov};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::golden::{Tally, cases};

#[test]
fn parse_file_uri() {
    let mut tally = Tally::of("parse_file_uri");
    for case in cases("utils.json", "parse_file_uri") {
        let text = case["in"]["uri"].as_str().unwrap();
        tally.count(match Location::parse(text, Path::new("/base")) {
            Err(Fault::NoName) => {
                assert!(matches!(text, "" | "file:" | "file://"), "{case}");
                "an empty name is refused"
            }
            Err(other) => panic!("{case}: {other}"),
            Ok(Location::Local(path)) => local(&case["out"], text, &path),
            Ok(remote) => far(&case["out"], &remote),
        });
    }
}

/// Compares the name of a file of this machine.
fn local(expected: &Value, text: &str, path: &Path) -> &'static str {
    let plain = ["file://", "file:", ""]
        .iter()
        .find_map(|start| text.strip_prefix(start))
        .unwrap();
    assert_eq!(path, Path::new("/base").join(plain), "{text}");
    let url = format!("file://{}", path.display());
    assert_eq!(Location::Local(path.into()).to_string(), url);
    if expected["scheme"] != "file" {
        assert!(!text.contains(":/"), "{text}");
        assert_ne!(text.split_once(':'), None, "{text}");
        return "what has no slash behind the colon is a path (upstream: a scheme)";
    }
    if text.starts_with("//") {
        return "two slashes in front are part of a path (upstream: a host)";
    }
    if text.contains('?') {
        return "a question mark is part of a path (upstream: a query)";
    }
    if !plain.starts_with('/') {
        assert_eq!(expected["path"], plain, "{text}");
        return "a relative path starts at the given folder (upstream: at the root)";
    }
    assert_eq!(
        (&expected["netloc"], &expected["query"]),
        (&json!(""), &json!(""))
    );
    assert_eq!(expected["path"], path.to_str().unwrap(), "{text}");
    assert_eq!(expected["url"], url, "{text}");
    "agrees: local"
}

/// Compares an address.
fn far(expected: &Value, ours: &Location) -> &'static str {
    let Location::Remote(address) = ours else {
        panic!("{ours}");
    };
    assert_eq!(expected["scheme"], address.scheme, "{ours}");
    assert_eq!(expected["netloc"], address.host, "{ours}");
    assert_eq!(expected["query"], address.query, "{ours}");
    assert_eq!(expected["url"], ours.to_string(), "{ours}");
    let (path, params) = (&expected["path"], expected["params"].as_str().unwrap());
    if params.is_empty() {
        assert_eq!(*path, address.path, "{ours}");
        return "agrees: elsewhere";
    }
    let whole = format!("{};{params}", path.as_str().unwrap());
    assert_eq!(whole, address.path, "{ours}");
    "a semicolon is part of the path of an address (upstream: apart, for some schemes)"
}

#[test]
fn check_input_data_files() {
    let mut tally = Tally::of("check_input_data_files");
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().to_str().unwrap();
    for name in ["a.root", "b.root", "c.root"] {
        fs::write(folder.path().join(name), "").unwrap();
    }
    fs::create_dir(folder.path().join("dir.root")).unwrap();
    for case in cases("utils.json", "check_input_data_files") {
        let filled = |list: &Value| -> Vec<String> {
            let texts: Vec<String> = serde_json::from_value(list.clone()).unwrap();
            texts
                .iter()
                .map(|text| text.replace("<DIR>", root))
                .collect()
        };
        let given = filled(&case["in"]["input_files"]);
        let located = locate_files(given.iter().map(String::as_str), Path::new("/base"));
        let found: Vec<String> = located.files.iter().map(ToString::to_string).collect();
        assert_eq!(found, filled(&case["out"]), "{case}");
        assert_eq!(found.len() + located.left_out.len(), given.len(), "{case}");
        // Every fault is of the kind that the entry has.
        for fault in &located.left_out {
            match fault {
                Fault::Missing(path) => assert!(path.ends_with("missing.root")),
                Fault::NotAFile(path) => assert!(path.ends_with("dir.root")),
                Fault::Twice { path, entry } => {
                    let bare = |text: &str| text.trim_start_matches("file://").to_owned();
                    let first = bare(&given[entry - 1]);
                    assert_eq!(first, bare(path.to_str().unwrap()), "{case}");
                }
                other => panic!("{case}: {other}"),
            }
        }
        tally.count("agrees");
    }
}

#[test]
fn parse_raw_data_iov() {
    let mut tally = Tally::of("parse_raw_data_iov");
    for case in cases("utils.json", "parse_raw_data_iov") {
        let text = case["in"]["path"].as_str().unwrap();
        let ours = raw_data_iov(Path::new(text));
        if case.get("error").is_none() {
            assert_eq!(json!(ours.unwrap()), case["out"], "{case}");
            tally.count("agrees");
            continue;
        }
        let Ok(iov) = ours else {
            assert!(matches!(ours, Err(Fault::RawData { .. })), "{case}");
            tally.count("agrees: refused");
            continue;
        };
        // Folders of digits only, as the name has them.
        let parts: Vec<&str> = text.split("/Raw/").nth(1).unwrap().split('/').collect();
        let words: Vec<&str> = parts[parts.len() - 1].split('.').collect();
        let number = |word: &str| {
            word.trim_start_matches(char::is_alphabetic)
                .parse::<i32>()
                .unwrap()
        };
        assert!(
            parts[..2]
                .iter()
                .any(|part| !part.starts_with(['0', 'e', 'r'])),
            "{case}"
        );
        assert_eq!(
            [number(parts[0]), number(parts[1])],
            [number(words[1]), number(words[2])]
        );
        assert_eq!(iov.low().exp, number(parts[0]), "{case}");
        assert_eq!(iov.low().run, number(parts[1]), "{case}");
        tally.count("a folder of digits only is that number (upstream drops its first digit)");
    }
}

#[test]
fn find_int_dirs() {
    let mut tally = Tally::of("find_int_dirs");
    for case in cases("utils.json", "find_int_dirs") {
        let folder = tempfile::tempdir().unwrap();
        let names = |list: &Value| -> Vec<String> { serde_json::from_value(list.clone()).unwrap() };
        for name in names(&case["in"]["dirs"]) {
            fs::create_dir(folder.path().join(name)).unwrap();
        }
        for name in names(&case["in"]["files"]) {
            let path = folder.path().join(name);
            if !path.exists() {
                fs::write(path, "").unwrap();
            }
        }
        let ours = iteration_folders(folder.path()).unwrap();
        let theirs = names(&case["out"]);
        let plain = |name: &&String| {
            let digits = name.chars().all(|letter| letter.is_ascii_digit());
            digits && (*name == "0" || !name.starts_with('0'))
        };
        let plain = theirs.iter().filter(plain);
        let expected: BTreeSet<u32> = plain.map(|name| name.parse().unwrap()).collect();
        assert_eq!(json!(ours), json!(expected), "{case}");
        tally.count(if ours.len() == theirs.len() {
            "agrees"
        } else {
            "only the way a number is written plainly is one (upstream: signs, blanks, zeros in front, other digits)"
        });
    }
}

/// A store as a case has it.
#[derive(Deserialize)]
struct Given {
    lines: Option<Vec<String>>,
    payloads: BTreeMap<String, String>,
}

/// Makes the folders of a case below `base`.
fn make(databases: &[Option<Given>], base: &Path) -> Vec<PathBuf> {
    let mut folders = Vec::new();
    for (number, database) in databases.iter().enumerate() {
        let folder = base.join(number.to_string());
        folders.push(folder.clone());
        let Some(database) = database else { continue };
        fs::create_dir(&folder).unwrap();
        for (name, content) in &database.payloads {
            fs::write(folder.join(name), content).unwrap();
        }
        if let Some(lines) = &database.lines {
            let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
            fs::write(folder.join("database.txt"), text).unwrap();
        }
    }
    folders
}

/// Whether one name stands for two contents.
fn in_conflict(databases: &[Option<Given>]) -> bool {
    let mut contents: BTreeMap<&String, BTreeSet<&String>> = BTreeMap::new();
    for (name, content) in databases.iter().flatten().flat_map(|given| &given.payloads) {
        contents.entry(name).or_default().insert(content);
    }
    contents.values().any(|contents| contents.len() > 1)
}

#[test]
fn merge_local_databases() {
    let mut tally = Tally::of("merge_local_databases");
    for case in cases("utils.json", "merge_local_databases") {
        let databases: Vec<Option<Given>> =
            serde_json::from_value(case["in"]["databases"].clone()).unwrap();
        let base = tempfile::tempdir().unwrap();
        let folders = make(&databases, base.path());
        let into = base.path().join("merged");
        let ours = merge_stores(&folders, &into);
        if case.get("error").is_some() {
            assert!(
                databases
                    .iter()
                    .flatten()
                    .any(|given| given.lines.is_none()),
                "{case}"
            );
            let refused = matches!(ours, Err(conditions::Error::NoTextFile(_)));
            assert!(refused || in_conflict(&databases), "{case}");
            assert!(ours.is_err() && !into.exists(), "{case}");
            tally.count("agrees: a folder without a text file");
            continue;
        }
        if in_conflict(&databases) {
            assert!(
                matches!(ours, Err(conditions::Error::Conflict { .. })),
                "{case}"
            );
            assert!(!into.exists(), "{case}");
            tally.count("payload files that differ are refused (upstream: the later one wins, both lines stay)");
            continue;
        }
        let merged = ours.unwrap();
        let absent = databases.iter().filter(|given| given.is_none()).count();
        assert_eq!(merged.missing.len(), absent, "{case}");
        let mut found: BTreeMap<String, String> = BTreeMap::new();
        for entry in fs::read_dir(&into).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            found.insert(name, fs::read_to_string(&path).unwrap());
        }
        let text = found.remove("database.txt").unwrap();
        assert_eq!(
            json!(text.lines().collect::<Vec<&str>>()),
            case["out"]["lines"],
            "{case}"
        );
        assert_eq!(json!(found), case["out"]["payloads"], "{case}");
        assert_eq!(merged.files, found.len(), "{case}");
        let again = merge_stores(&folders, &into);
        assert!(matches!(again, Err(conditions::Error::Exists(_))), "{case}");
        tally.count("agrees");
    }
}
