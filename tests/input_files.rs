//! Files of the test data as input: what they say of themselves, what is found when they are damaged.

#[macro_use]
mod support;

use std::fs;
use std::path::{Path, PathBuf};

use b2caf::dataset::{EventCounts, FileCards, FileMap, InputData, events_in_basf2_file};
use b2caf::iov::{ExpRun, IoV};
use serde_json::Value;
use tempfile::TempDir;

/// The files of a folder of the test data, with what is expected of each.
fn files(folder: &str) -> Vec<(PathBuf, Value)> {
    let data = std::env::var_os("B2CAF_TEST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let folder = data.join(folder);
    let Ok(text) = fs::read_to_string(folder.join("expected.json")) else {
        say!("skipped: there is no {}/expected.json", folder.display());
        return Vec::new();
    };
    let expected: Value = serde_json::from_str(&text).unwrap();
    let files = expected.as_object().unwrap().iter();
    files
        .map(|(name, about)| (folder.join(name), about.clone()))
        .collect()
}

/// What is expected of the newest cycle of a tree.
fn tree<'a>(about: &'a Value, name: &str) -> Option<&'a Value> {
    let cycle = |key: &str| {
        let (tree, cycle) = key.rsplit_once(';')?;
        (tree == name).then(|| cycle.parse::<u32>().unwrap())
    };
    let trees = about["trees"].as_object().unwrap().iter();
    trees
        .filter_map(|(key, tree)| Some((cycle(key)?, tree)))
        .max_by_key(|(cycle, _)| *cycle)
        .map(|(_, tree)| tree)
}

/// A number of the file's metadata: there is one entry, so the sum is the value.
fn metadata(about: &Value, member: &str) -> Option<i32> {
    let branches = &tree(about, "persistent")?["branches"];
    let sum = branches[format!("FileMetaData/{member}")]["sum"].as_f64()?;
    Some(sum as i32)
}

/// The runs that a file with events holds.
fn runs(about: &Value) -> Option<(ExpRun, ExpRun)> {
    let member = |name| metadata(about, name);
    if member("m_nEvents")? == 0 {
        return None;
    }
    let first = ExpRun::new(member("m_experimentLow")?, member("m_runLow")?);
    let last = ExpRun::new(member("m_experimentHigh")?, member("m_runHigh")?);
    Some((first, last))
}

#[test]
fn files_say_what_they_hold() {
    let cards = FileCards::default();
    let mut seen = 0;
    for (path, about) in files("basf2") {
        let found = cards.metadata(&path).unwrap();
        let events = metadata(&about, "m_nEvents");
        assert_eq!(found.is_some(), events.is_some(), "{}", path.display());
        if let Some(found) = found {
            assert_eq!(Some(found.events as i32), events);
            assert_eq!(found.runs, runs(&about), "{}", path.display());
            seen += 1;
        }
        match tree(&about, "tree") {
            Some(tree) => {
                let entries = tree["entries"].as_u64().unwrap();
                assert_eq!(cards.events(&path).unwrap(), entries);
                assert_eq!(events_in_basf2_file(&path).unwrap(), entries);
            }
            None => assert!(cards.events(&path).is_err()),
        }
    }
    say!("{seen} basf2 files with metadata");
    for (path, about) in files("root") {
        if tree(&about, "persistent").is_none() {
            // Plain ntuples have no metadata and fit every interval.
            assert_eq!(cards.metadata(&path).unwrap(), None);
            cards.check(&path, IoV::EVERYTHING).unwrap();
        }
    }
}

#[test]
fn events_are_summed_with_a_cap() {
    let cards = FileCards::default();
    let mut pairs = Vec::new();
    let (mut all, mut capped) = (0, 0);
    for (path, about) in files("basf2") {
        if let Some(tree) = tree(&about, "tree") {
            let entries = tree["entries"].as_u64().unwrap();
            all += entries;
            capped += entries.min(11);
            pairs.push((path, IoV::EVERYTHING));
        }
    }
    let map = FileMap::new(pairs).unwrap();
    assert_eq!(map.events(0, &cards).unwrap(), all);
    assert_eq!(map.events(11, &cards).unwrap(), capped);
}

/// Writes `data.json` for these entries and reads it with all checks; `DIR` stands for the folder.
fn read(folder: &TempDir, entries: &[(String, [i32; 2])]) -> Result<InputData, String> {
    let json = serde_json::json!({ "sample": entries });
    let path = folder.path().join("data.json");
    fs::write(&path, json.to_string()).unwrap();
    let cards = FileCards::default();
    let dir = folder.path().display().to_string();
    InputData::read(&path, |file, iov| cards.check(file, iov))
        .map_err(|error| error.to_string().replace(&dir, "DIR"))
}

#[test]
fn files_of_other_runs_are_refused() {
    for (path, about) in files("basf2") {
        let folder = TempDir::new().unwrap();
        let name = path.display().to_string();
        let Some((first, last)) = runs(&about) else {
            continue;
        };
        if first != last {
            continue;
        }
        read(&folder, &[(name.clone(), [first.exp, first.run])]).unwrap();
        let (exp, run) = (first.exp, first.run + 1);
        let error = read(&folder, &[(name.clone(), [exp, run])]).unwrap_err();
        let expected = format!(
            "one problem in DIR/data.json:
  \"sample\", entry 1: {name} holds runs from {first} to {last} by its metadata, but is given for {exp},{run},{exp},{run}"
        );
        assert_eq!(error, expected);
    }
}

#[test]
fn files_that_are_none_are_refused() {
    let Some((path, _)) = files("basf2")
        .into_iter()
        .find(|(_, about)| runs(about).is_some())
    else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let whole = fs::read(&path).unwrap();
    let put = |name: &str, bytes: &[u8]| {
        fs::write(folder.path().join(name), bytes).unwrap();
        (name.to_owned(), [1, 1])
    };
    let entries = [
        put("text.root", b"events\n1 2 3\n"),
        put("cut.root", &whole[..whole.len() / 2]),
        put("empty.root", b""),
    ];
    let error = read(&folder, &entries).unwrap_err();
    let lines: Vec<&str> = error.lines().collect();
    assert_eq!(lines[0], "3 problems in DIR/data.json:");
    assert!(
        lines[1].starts_with("  \"sample\", entry 1: DIR/text.root is no ROOT file"),
        "{error}"
    );
    assert!(
        lines[2].starts_with("  \"sample\", entry 2: DIR/cut.root is cut off"),
        "{error}"
    );
    assert!(
        lines[3].starts_with("  \"sample\", entry 3: DIR/empty.root"),
        "{error}"
    );
}

#[test]
fn a_changed_file_is_read_again() {
    let both: Vec<(PathBuf, u64)> = files("basf2")
        .into_iter()
        .filter_map(|(path, about)| Some((path, tree(&about, "tree")?["entries"].as_u64()?)))
        .collect();
    let Some((first, events)) = both.first() else {
        return;
    };
    let Some((second, others)) = both.iter().find(|(_, others)| others != events) else {
        return;
    };
    let folder = TempDir::new().unwrap();
    let copy = folder.path().join("copy.root");
    let cards = FileCards::default();
    let put = |path: &Path| fs::write(&copy, fs::read(path).unwrap()).unwrap();
    put(first);
    assert_eq!(cards.events(&copy).unwrap(), *events);
    put(second);
    assert_eq!(cards.events(&copy).unwrap(), *others);
}

#[test]
fn paths_without_intervals_take_those_of_their_metadata() {
    let cards = FileCards::default();
    let with_runs: Vec<(PathBuf, (ExpRun, ExpRun))> = files("basf2")
        .into_iter()
        .filter_map(|(path, about)| Some((path, runs(&about)?)))
        .collect();
    let Some((path, _)) = with_runs.first() else {
        return;
    };
    let folder = path.parent().unwrap().to_path_buf();
    let names: Vec<&str> = with_runs
        .iter()
        .filter_map(|(path, _)| path.file_name()?.to_str())
        .collect();
    let map = cards.files(names, &folder).unwrap();
    assert_eq!(map.len(), with_runs.len());
    for (path, (first, last)) in with_runs {
        assert_eq!(map.get(&path), Some(IoV::new(first, last).unwrap()));
    }
    let error = cards
        .files(["*.nothing", "none.root"], &folder)
        .unwrap_err();
    let expected = format!(
        "2 problems:\n  nothing matches {0}/*.nothing\n  there is no file or folder {0}/none.root; correct the path, or bring the file there",
        folder.display()
    );
    assert_eq!(error.to_string(), expected);
}

#[test]
fn the_example_data_are_found_and_counted() {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/channel_time");
    let data = InputData::read(&example.join("data.json"), b2caf::dataset::check_file).unwrap();
    let cosmics = data.get("cosmics").unwrap();
    let found: Vec<String> = cosmics
        .iter()
        .map(|(path, iov)| format!("{} {iov}", path.strip_prefix(&example).unwrap().display()))
        .collect();
    let expected = [
        "run0001/hits_0.root 7,1,7,1",
        "run0001/hits_1.root 7,1,7,1",
        "run0002/hits_0.root 7,2,7,2",
        "run0002/hits_1.root 7,2,7,2",
        "run0003/hits_0.root 7,3,7,3",
        "run0003/hits_1.root 7,3,7,3",
    ];
    assert_eq!(found, expected);
    // 930 events per file, as the script beside them writes.
    let cards = FileCards::shared();
    for path in cosmics.keys() {
        assert_eq!(cards.entries(path, "tree").unwrap(), 930);
    }
    assert_eq!(cosmics.events(0, cards).unwrap(), 6 * 930);
    cards.check_files(cosmics, "tree").unwrap();
    let error = cards.check_files(cosmics, "no such tree").unwrap_err();
    assert!(error.to_string().starts_with("6 problems:\n  "), "{error}");
}

#[test]
fn files_without_permission_are_named() {
    use std::os::unix::fs::PermissionsExt;
    let folder = TempDir::new().unwrap();
    for name in ["locked.root", "closed/inside.root"] {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, "").unwrap();
    }
    let lock = |name: &str, mode| {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(folder.path().join(name), permissions).unwrap();
    };
    lock("locked.root", 0o000);
    lock("closed", 0o000);
    if fs::File::open(folder.path().join("locked.root")).is_ok() {
        say!("skipped: this user may read everything");
        return;
    }
    let entries = ["locked.root", "closed", "closed/inside.root"];
    let entries: Vec<_> = entries
        .iter()
        .map(|name| ((*name).to_owned(), [1, 1]))
        .collect();
    let error = read(&folder, &entries).unwrap_err();
    lock("closed", 0o755);
    assert_eq!(
        error,
        "3 problems in DIR/data.json:
  \"sample\", entry 1: cannot read DIR/locked.root: Permission denied (os error 13)
  \"sample\", entry 2: cannot read DIR/closed: Permission denied (os error 13)
  \"sample\", entry 3: cannot read DIR/closed/inside.root: Permission denied (os error 13)"
    );
}
