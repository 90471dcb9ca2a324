//! The walk in `docs/first-calibration.md`, command by command.

#![cfg(feature = "cli")]

#[path = "support/path.rs"]
mod path;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Blocks of commands with the exit code that the last one has.
fn blocks(text: &str) -> Vec<(String, i32)> {
    let fenced = text.split("```").skip(1).step_by(2);
    let commands = fenced.filter_map(|block| {
        let (head, body) = block.split_once('\n')?;
        let rest = head.strip_prefix("sh")?;
        let exit = rest.trim().strip_prefix("exit=");
        let exit = exit.map_or(0, |code| code.parse().unwrap());
        Some((body.to_owned(), exit))
    });
    commands.collect()
}

#[test]
fn every_command_of_the_walk_does_what_it_says() {
    let text = fs::read_to_string(project().join("docs/first-calibration.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = path::with_program();
    let blocks = blocks(&text);
    assert!(blocks.len() >= 7, "{blocks:?}");
    let mut said = Vec::new();
    for (commands, exit) in blocks {
        let ran = Command::new("sh")
            .args(["-e", "-c", &commands])
            .current_dir(folder.path())
            .env("PATH", &path)
            .env("EXAMPLE", project().join("examples/channel_time"))
            .env("XDG_CACHE_HOME", folder.path().join(".cache"))
            .env("NO_COLOR", "1")
            .env_remove("B2CAF_SCRIPTS")
            .output()
            .unwrap();
        let out = String::from_utf8_lossy(&ran.stdout).into_owned();
        let error = String::from_utf8_lossy(&ran.stderr).into_owned();
        assert_eq!(ran.status.code(), Some(exit), "{commands}{out}{error}");
        said.push(out + &error);
    }
    let said = said.join("\n");
    // What the page shows is what is said.
    let shown = text
        .split("```text\n")
        .nth(1)
        .unwrap()
        .split("```")
        .next()
        .unwrap();
    for line in shown.lines().map(str::trim) {
        assert!(said.contains(line), "`{line}` is not said:\n{said}");
    }
    let store = fs::read_to_string(
        folder
            .path()
            .join("calibration_results/outputdb/database.txt"),
    );
    assert!(store.unwrap().starts_with("dbstore/TestCalibMean "));
}
