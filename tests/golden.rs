//! Every folder `tests/golden/<area>/<case>` is one test, run through the program from outside.
//!
//! A case is copied to an empty folder and run there. It may hold
//! - `args`: the words of the command line, one per line (default: `run script.rhai --input data.json --threads 2`);
//! - `setup`: lines `copy FILE_OF_THE_PROJECT TO`, `cut FILE BYTES`, `flip FILE BYTE`, `link TARGET NAME`, `folder NAME`,
//!   `state DATABASE LIST` (a database of states, from a list of what was entered), `b2caf WORDS` (the program
//!   itself, which must succeed);
//! - `expected/exit`, `expected/stdout`, `expected/stderr`: exact, with the folder written as `[DIR]`
//!   and times as `[TIME]`;
//! - `expected/left`: the files that exist afterwards and did not before;
//! - `expected/files/…`: content of some of them.
//!
//! `B2CAF_BLESS=1` rewrites what is expected; read the difference before you commit it.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use b2caf::caf::StateDb;
use libtest_mimic::{Arguments, Failed, Trial};

/// The command line of most cases.
const DEFAULT: &str = "run\nscript.rhai\n--input\ndata.json\n--threads\n2";

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    for area in folders(&project().join("tests/golden")) {
        for case in folders(&area) {
            let name = format!("{}::{}", file_name(&area), file_name(&case));
            trials.push(Trial::test(name, move || run(&case)));
        }
    }
    libtest_mimic::run(&arguments, trials).exit();
}

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn file_name(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}

fn folders(of: &Path) -> Vec<PathBuf> {
    let mut found: Vec<PathBuf> = fs::read_dir(of)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    found.sort();
    found
}

fn run(case: &Path) -> Result<(), Failed> {
    let folder = tempfile::tempdir()?;
    let dir = folder.path().canonicalize()?;
    copy_all(case, &dir)?;
    prepare(case, &dir)?;
    let before = listing(&dir)?;
    let args = fs::read_to_string(case.join("args")).unwrap_or_else(|_| DEFAULT.into());
    let output = Command::new(env!("CARGO_BIN_EXE_b2caf"))
        .args(args.lines())
        .current_dir(&dir)
        .env_remove("B2CAF_LOG")
        .env_remove("B2CAF_SCRIPTS")
        .env("NO_COLOR", "1")
        .env("XDG_CACHE_HOME", dir.join(".cache"))
        .output()?;
    let mut left = listing(&dir)?;
    // Files made by programs have names that hang on when their input was written.
    left.retain(|name| !before.contains(name) && !format!("/{name}").contains("/.cache/"));
    let mut found = vec![
        (
            "exit".to_owned(),
            format!("{}\n", output.status.code().unwrap_or(-1)),
        ),
        ("stdout".to_owned(), plain(&output.stdout, &dir)),
        ("stderr".to_owned(), plain(&output.stderr, &dir)),
        (
            "left".to_owned(),
            left.iter().map(|name| format!("{name}\n")).collect(),
        ),
    ];
    let files = case.join("expected/files");
    if files.is_dir() {
        for name in listing(&files)? {
            let content = fs::read(dir.join(&name)).unwrap_or_default();
            found.push((format!("files/{name}"), plain(&content, &dir)));
        }
    }
    compare(case, &found)
}

fn compare(case: &Path, found: &[(String, String)]) -> Result<(), Failed> {
    let bless = std::env::var_os("B2CAF_BLESS").is_some();
    let mut wrong = String::new();
    for (name, text) in found {
        let path = case.join("expected").join(name);
        if bless {
            fs::create_dir_all(path.parent().unwrap())?;
            fs::write(&path, text)?;
            continue;
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        if &expected != text {
            wrong += &format!("\n── {name}, expected:\n{expected}\n── {name}, found:\n{text}\n");
        }
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.into())
    }
}

/// Text with what changes from run to run replaced.
fn plain(bytes: &[u8], dir: &Path) -> String {
    let text = String::from_utf8_lossy(bytes).replace(&dir.to_string_lossy().into_owned(), "[DIR]");
    text.lines()
        .map(|line| format!("{}\n", without_moments(&without_time(line))))
        .collect()
}

/// A line with `0.41 s` or `3:07` at its end replaced, and the blanks before it that depend on its width.
fn without_time(line: &str) -> String {
    let number =
        |word: &str| word.contains('.') && word.chars().all(|c| c.is_ascii_digit() || c == '.');
    match line.rsplit_once(' ') {
        Some((before, "s")) => match before.rsplit_once(' ') {
            Some((rest, word)) if number(word) => format!("{} [TIME]", rest.trim_end()),
            _ => line.trim_end().to_owned(),
        },
        _ => line.trim_end().to_owned(),
    }
}

/// A line with every `2026-02-28T09:05:07.250Z` replaced.
fn without_moments(line: &str) -> String {
    const SHAPE: &str = "0000-00-00T00:00:00.000Z";
    let is_moment = |text: &str| {
        let mut letters = text.chars().zip(SHAPE.chars());
        letters.all(|(c, s)| c == s || (c.is_ascii_digit() && s == '0'))
    };
    let mut plain = String::new();
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        let moment = rest.get(..SHAPE.len()).is_some_and(is_moment);
        plain += if moment {
            "[TIME]"
        } else {
            &rest[..first.len_utf8()]
        };
        rest = &rest[if moment {
            SHAPE.len()
        } else {
            first.len_utf8()
        }..];
    }
    plain
}

fn copy_all(from: &Path, to: &Path) -> Result<(), Failed> {
    for name in listing(from)? {
        let first = name.split('/').next().unwrap_or("");
        if ["expected", "args", "setup"].contains(&first) {
            continue;
        }
        let target = to.join(&name);
        fs::create_dir_all(target.parent().unwrap())?;
        fs::copy(from.join(&name), target)?;
    }
    Ok(())
}

fn prepare(case: &Path, dir: &Path) -> Result<(), Failed> {
    let Ok(setup) = fs::read_to_string(case.join("setup")) else {
        return Ok(());
    };
    for line in setup.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words[..] {
            ["copy", from, to] => {
                let to = dir.join(to);
                fs::create_dir_all(to.parent().unwrap())?;
                fs::copy(project().join(from), to)?;
            }
            ["cut", file, bytes] => {
                let content = fs::read(dir.join(file))?;
                fs::write(dir.join(file), &content[..bytes.parse::<usize>()?])?;
            }
            ["flip", file, at] => {
                let mut content = fs::read(dir.join(file))?;
                content[at.parse::<usize>()?] ^= 0xff;
                fs::write(dir.join(file), content)?;
            }
            ["link", target, name] => {
                let name = dir.join(name);
                fs::create_dir_all(name.parent().unwrap())?;
                std::os::unix::fs::symlink(target, name)?;
            }
            ["folder", name] => fs::create_dir_all(dir.join(name))?,
            ["b2caf", ref words @ ..] => {
                let mut command = Command::new(env!("CARGO_BIN_EXE_b2caf"));
                let output = command.args(words).current_dir(dir).output()?;
                if !output.status.success() {
                    let said = String::from_utf8_lossy(&output.stderr);
                    return Err(format!("{line}: {said}").into());
                }
            }
            ["state", file, list] => write_states(&dir.join(file), &dir.join(list))?,
            _ => return Err(format!("setup does not know `{line}`").into()),
        }
    }
    Ok(())
}

/// Makes a state database from lines `NAME STATE ITERATION MESSAGE`, each entered in its turn.
fn write_states(file: &Path, list: &Path) -> Result<(), Failed> {
    fs::create_dir_all(file.parent().unwrap())?;
    let states = StateDb::create_or_open(file)?;
    for line in fs::read_to_string(list)?.lines() {
        let words: Vec<&str> = line.splitn(4, ' ').collect();
        let state = words[1]
            .parse()
            .map_err(|()| format!("no state: `{line}`"))?;
        if states.row(words[0])?.is_none() {
            states.ensure([words[0]])?;
        }
        let message = words.get(3).unwrap_or(&"");
        states.enter(words[0], state, words[2].parse()?, message)?;
    }
    Ok(())
}

/// All files below a folder, as relative names.
fn listing(of: &Path) -> Result<BTreeSet<String>, Failed> {
    let mut names = BTreeSet::new();
    let mut open = vec![of.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            if path.is_dir() && !path.is_symlink() {
                open.push(path);
            } else {
                names.insert(path.strip_prefix(of)?.to_string_lossy().into_owned());
            }
        }
    }
    Ok(names)
}
