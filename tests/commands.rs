//! What is said about wrong commands, wrong files and what goes wrong later: each file of
//! `tests/diagnostics/commands` begins with the exact words, then come lines of a shell, run in a
//! folder that `b2caf new demo` has made.
//!
//! `B2CAF_BLESS=1` writes what is said now into the files; read the difference before keeping it.

#![cfg(feature = "cli")]

#[path = "support/path.rs"]
mod path;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/diagnostics/commands");
    let mut cases: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    cases.sort();
    cases
}

/// The leading comment without its marks, and the commands.
fn split(text: &str) -> (String, &str) {
    let length = text
        .split_inclusive('\n')
        .take_while(|line| line.starts_with('#'))
        .map(str::len)
        .sum();
    let (comment, commands) = text.split_at(length);
    let bare = comment.lines().map(|line| {
        let line = line.trim_start_matches('#');
        line.strip_prefix(' ').unwrap_or(line)
    });
    (bare.map(|line| format!("{line}\n")).collect(), commands)
}

/// What the commands say on stderr, with their exit code.
fn said(commands: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = path::with_program();
    let shell = |commands: &str, place: &Path| {
        Command::new("sh")
            .args(["-c", commands])
            .current_dir(place)
            .env("PATH", &path)
            .env("NO_COLOR", "1")
            .env("XDG_CACHE_HOME", folder.path().join(".cache"))
            .env_remove("B2CAF_SCRIPTS")
            .output()
            .unwrap()
    };
    let made = shell("b2caf new demo --quiet", folder.path());
    assert!(made.status.success(), "{made:?}");
    let ended = shell(commands, &folder.path().join("demo"));
    let text = String::from_utf8(ended.stderr).unwrap();
    let here = folder.path().canonicalize().unwrap();
    let text = text.replace(&here.display().to_string(), "[DIR]");
    let text = text.lines().map(steady).collect::<Vec<_>>().join("\n");
    format!(
        "{}\nexit code {}\n",
        text.trim_matches('\n'),
        ended.status.code().unwrap()
    )
}

/// A line without what is different in each run: numbers of threads, names made up by chance, times.
fn steady(line: &str) -> String {
    let words = line.trim_end().split(' ').map(|word| {
        let by_chance = ["external/work-", ".cache/external/"];
        match by_chance
            .iter()
            .find_map(|part| Some((part, word.find(part)?)))
        {
            Some((part, at)) => format!("{}{part}…", &word[..at]),
            None => word.to_owned(),
        }
    });
    let line = words.collect::<Vec<_>>().join(" ");
    match line.trim_start() {
        rest if rest.starts_with("Backend  ") => "  Backend  …".to_owned(),
        _ => line,
    }
}

fn with_comment(expected: &str, commands: &str) -> String {
    let comment = expected.lines().map(|line| match line {
        "" => "#\n".to_owned(),
        line => format!("# {line}\n"),
    });
    comment.collect::<String>() + commands
}

#[test]
fn every_wrong_command_is_answered_in_these_words() {
    let bless = std::env::var_os("B2CAF_BLESS").is_some();
    let mut wrong = Vec::new();
    let cases = cases();
    for path in &cases {
        let text = fs::read_to_string(path).unwrap();
        let (expected, commands) = split(&text);
        let found = said(commands);
        if bless {
            fs::write(path, with_comment(&found, commands)).unwrap();
        } else if found != expected {
            wrong.push(format!(
                "{}:\nexpected\n{expected}\nfound\n{found}",
                path.display()
            ));
        }
        // Every error has a code.
        let bare = found.lines().find(|line| line.starts_with("error:"));
        assert_eq!(bare, None, "{}", path.display());
        assert!(found.contains("error["), "{}: {found}", path.display());
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.len() >= 40);
}
