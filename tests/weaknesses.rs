//! The tables of upstream's weaknesses in the documentation of the rooms are complete, and every
//! line names a test that is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// How many weaknesses there are in the list.
const ALL: usize = 41;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn rust_files(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs") {
            into.push(path);
        }
    }
}

/// A line of a table: number, what upstream does, what happens here, names of tests.
fn line(text: &str) -> Option<(usize, Vec<String>)> {
    let cells: Vec<&str> = text.strip_prefix("//! |")?.split(" | ").collect();
    let [upstream, here, tests] = cells.as_slice() else {
        return None;
    };
    let (number, what) = upstream.trim().split_once(' ')?;
    let number = number.trim_end_matches(':').parse().ok()?;
    assert!(what.len() > 10 && here.len() > 10, "{text}");
    // Every second piece stands between backticks.
    let names = tests.split('`').skip(1).step_by(2).map(str::to_owned);
    let names: Vec<String> = names.collect();
    assert!(!names.is_empty(), "no test in: {text}");
    Some((number, names))
}

#[test]
fn every_weakness_has_its_line_and_its_test() {
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    let mut found: BTreeMap<usize, PathBuf> = BTreeMap::new();
    let mut named = Vec::new();
    for file in files.iter().filter(|file| file.ends_with("mod.rs")) {
        for text in fs::read_to_string(file).unwrap().lines() {
            let Some((number, tests)) = line(text) else {
                continue;
            };
            let other = found.insert(number, file.clone());
            assert!(other.is_none(), "{number} stands in two tables");
            named.extend(tests.into_iter().map(|test| (number, test)));
        }
    }
    let missing: Vec<usize> = (1..=ALL).filter(|n| !found.contains_key(n)).collect();
    assert!(missing.is_empty(), "no line for {missing:?}");
    assert_eq!(found.len(), ALL);
    rust_files(&root().join("tests"), &mut files);
    let texts: Vec<String> = files
        .iter()
        .map(|file| fs::read_to_string(file).unwrap())
        .collect();
    for (number, name) in named {
        assert!(is_there(&name, &texts), "{number}: there is no `{name}`");
    }
}

/// Whether there is a test, a rule of a test, a case or a file of that name.
fn is_there(name: &str, texts: &[String]) -> bool {
    let file = ["", "tests/golden"].map(|folder| root().join(folder).join(name));
    let holds = |what: &str| texts.iter().any(|text| text.contains(what));
    if name.contains('/') {
        file.iter().any(|path| path.exists())
    } else if name.chars().all(|c| c.is_ascii_uppercase() || c == '_') {
        holds(&format!("const {name}:"))
    } else {
        holds(&format!("fn {name}("))
    }
}
