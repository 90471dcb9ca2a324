//! The layout is a promise: imports point only where the table of rooms allows, packages stay
//! with their owners, files stay short.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Longest file, in lines.
const LONGEST: usize = 500;

/// Each room with the rooms it may import.
const ROOMS: &[(&str, &str)] = &[
    // Upstream's names of tools: programs that only start another one.
    ("bin", ""),
    ("iov", ""),
    ("settings", "iov"),
    ("root", ""),
    ("dataset", "iov root"),
    ("expr", ""),
    ("hist", ""),
    ("fit", "expr hist"),
    ("conditions", "iov root"),
    ("backend", ""),
    ("collect", "iov dataset root expr hist conditions"),
    ("calibrate", "iov expr hist fit conditions collect"),
    ("plan", "iov settings dataset expr collect calibrate"),
    (
        "caf",
        "iov settings root dataset expr hist fit conditions backend collect calibrate plan",
    ),
    (
        "script",
        "iov settings root dataset expr hist fit conditions collect calibrate plan",
    ),
    (
        "report",
        "iov settings root dataset expr hist fit conditions backend collect calibrate plan caf",
    ),
];

/// Packages that only some rooms may name.
const OWNERS: &[(&str, &str)] = &[
    ("rhai", "script"),
    ("clap", "cli"),
    ("notify", "cli"),
    ("indicatif", "cli"),
    ("anyhow", "cli"),
    ("petgraph", "plan"),
    ("rayon", "collect fit backend"),
    ("rusqlite", "caf conditions"),
    ("ureq", "conditions"),
];

fn sources() -> Vec<PathBuf> {
    fn walk(folder: &Path, into: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, into);
            } else if path.extension().is_some_and(|e| e == "rs") {
                into.push(path);
            }
        }
    }
    let mut files = Vec::new();
    for folder in ["src", "tests", "benches"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        if folder.is_dir() {
            walk(&folder, &mut files);
        }
    }
    files.sort();
    files
}

/// The room a file of `src` belongs to; `None` for `lib.rs`, `main.rs` and everything outside.
fn room(file: &Path) -> Option<String> {
    let inside = file
        .strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src"))
        .ok()?;
    let mut parts = inside.iter();
    let first = parts.next()?.to_string_lossy().into_owned();
    parts.next().is_some().then_some(first)
}

/// The code of a file without its comments; unit tests count too.
fn code(file: &Path) -> String {
    let text = fs::read_to_string(file).unwrap();
    let lines = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or(""));
    lines.collect::<Vec<_>>().join("\n")
}

/// The rooms a text names as `crate::ROOM` or in `use crate::{ROOM::…, …}`.
fn imported(text: &str) -> Vec<String> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut found = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        let Some(list) = rest.strip_prefix('{') else {
            found.push(rest.chars().take_while(|c| is_word(*c)).collect());
            continue;
        };
        let (mut depth, mut word) = (0, String::new());
        for c in list.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                _ if depth > 0 => {}
                ',' => word.clear(),
                ':' if !word.is_empty() => found.push(std::mem::take(&mut word)),
                c if is_word(c) => word.push(c),
                _ => {}
            }
        }
    }
    found
}

#[test]
fn imports_follow_the_table() {
    let table: BTreeMap<&str, Vec<&str>> = ROOMS
        .iter()
        .map(|(room, allowed)| (*room, allowed.split(' ').collect()))
        .collect();
    let mut wrong = Vec::new();
    for file in sources() {
        let Some(room) = room(&file).filter(|room| room != "cli") else {
            continue;
        };
        let Some(allowed) = table.get(room.as_str()) else {
            panic!(
                "{} is in a room that the table does not know",
                file.display()
            );
        };
        for other in imported(&code(&file)) {
            let is_room = table.contains_key(other.as_str()) || other == "cli";
            if is_room && other != room && !allowed.contains(&other.as_str()) {
                wrong.push(format!("{}: {room} may not import {other}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn packages_stay_with_their_owners() {
    let mut wrong = Vec::new();
    for file in sources() {
        let Some(room) = room(&file) else { continue };
        let text = code(&file);
        for (package, owners) in OWNERS {
            let path = format!("{package}::");
            let named = text.match_indices(&path).any(|(at, _)| {
                !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
            });
            if named && !owners.split(' ').any(|owner| owner == room) {
                wrong.push(format!("{}: {package} belongs to {owners}", file.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn files_are_short() {
    let mut long = Vec::new();
    for file in sources() {
        let lines = fs::read_to_string(&file).unwrap().lines().count();
        if lines > LONGEST {
            long.push(format!(
                "{}: {lines} lines, {LONGEST} allowed",
                file.display()
            ));
        }
    }
    assert!(long.is_empty(), "{}", long.join("\n"));
}

#[test]
fn module_files_only_declare() {
    let mut busy = Vec::new();
    for file in sources() {
        let is_mod = file.file_name().is_some_and(|name| name == "mod.rs");
        if !is_mod || room(&file).is_none() {
            continue;
        }
        let starts = ["fn ", "pub fn ", "pub(crate) fn ", "impl "];
        if code(&file)
            .lines()
            .any(|line| starts.iter().any(|start| line.starts_with(start)))
        {
            busy.push(file.display().to_string());
        }
    }
    assert!(
        busy.is_empty(),
        "mod.rs declares and re-exports only:\n{}",
        busy.join("\n")
    );
}

#[test]
fn the_check_itself_sees_imports() {
    let text = "use crate::iov::IoV;\nuse crate::{expr::{Expr, Node}, hist::Axis};\nlet x = crate::fit::Fit::new();";
    assert_eq!(imported(text), ["iov", "expr", "hist", "fit"]);
}

/// The text of all files of `src` but those of the command line, without tests.
fn sources_of_the_library() -> Vec<(PathBuf, String)> {
    sources()
        .into_iter()
        .filter(|file| room(file).is_some_and(|room| room != "cli"))
        .map(|file| {
            let text = fs::read_to_string(&file).expect("a source file can be read");
            (file, text)
        })
        .collect()
}

#[test]
fn the_working_directory_is_never_changed() {
    for (file, text) in sources_of_the_library() {
        assert!(!text.contains("set_current_dir"), "{}", file.display());
    }
}

#[test]
fn only_the_command_line_ends_the_process() {
    for (file, text) in sources_of_the_library() {
        for end in ["process::exit", "process::abort"] {
            assert!(!text.contains(end), "{}: {end}", file.display());
        }
    }
}
