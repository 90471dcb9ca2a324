//! Habits of a good command line: greeting, colours, quiet, pipes, completions, manual.

#![cfg(feature = "cli")]

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn b2caf(folder: &Path, words: &str) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_b2caf"));
    program.args(words.split_whitespace()).current_dir(folder);
    for variable in ["NO_COLOR", "CLICOLOR_FORCE", "CLICOLOR", "B2CAF_LOG"] {
        program.env_remove(variable);
    }
    program
}

fn run(folder: &Path, words: &str) -> Output {
    b2caf(folder, words).output().unwrap()
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder with a new calibration.
fn demo() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    assert!(run(folder.path(), "new demo").status.success());
    folder
}

#[test]
fn alone_it_greets_with_three_commands() {
    let folder = tempfile::tempdir().unwrap();
    let greeting = run(folder.path(), "");
    assert_eq!(greeting.status.code(), Some(0));
    assert_eq!(said(&greeting), "");
    let text = out(&greeting);
    let commands: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("  b2caf "))
        .collect();
    assert_eq!(commands.len(), 3, "{text}");
    assert!(text.lines().count() < 10, "{text}");
    // What it names is there.
    for line in commands {
        let command = line.split_whitespace().nth(1).unwrap();
        let help = run(folder.path(), &format!("{command} --help"));
        assert!(help.status.success(), "{line}");
    }
}

#[test]
fn colours_are_where_they_are_wanted() {
    let folder = demo();
    let wrong = |words: &str, variables: &[(&str, &str)]| {
        let mut program = b2caf(folder.path(), words);
        program.envs(variables.iter().copied());
        let ended = program.output().unwrap();
        said(&ended).contains('\u{1b}')
    };
    for words in [
        "run no.rhai --input no.json",
        "status",
        "rnu",
        "run --inptu",
    ] {
        let with = |more: &str| format!("{words} {more}");
        assert!(!wrong(words, &[]), "{words}: not into a pipe");
        assert!(wrong(&with("--color always"), &[]), "{words}");
        assert!(
            wrong(&with("--color=always"), &[("NO_COLOR", "1")]),
            "{words}"
        );
        assert!(wrong(words, &[("CLICOLOR_FORCE", "1")]), "{words}");
        assert!(!wrong(words, &[("CLICOLOR_FORCE", "0")]), "{words}");
        assert!(
            !wrong(words, &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]),
            "{words}"
        );
        assert!(
            !wrong(&with("--color never"), &[("CLICOLOR_FORCE", "1")]),
            "{words}"
        );
    }
}

#[test]
fn a_pipe_gets_a_few_lines_without_control_characters() {
    let folder = demo();
    let ended = run(
        &folder.path().join("demo"),
        "run demo.rhai --input data.json",
    );
    let text = said(&ended);
    assert!(ended.status.success(), "{text}");
    assert!(
        text.chars().all(|c| c == '\n' || !c.is_control()),
        "{text:?}"
    );
    assert!(text.lines().count() < 20, "{text}");
    assert_eq!(out(&ended), "");
}

#[test]
fn quiet_is_silent_when_all_is_well_and_only_then() {
    let folder = demo();
    let demo = folder.path().join("demo");
    let ended = run(&demo, "run demo.rhai --input data.json --quiet");
    assert!(ended.status.success());
    assert_eq!((out(&ended), said(&ended)), (String::new(), String::new()));
    let script = fs::read_to_string(demo.join("demo.rhai")).unwrap();
    fs::write(demo.join("demo.rhai"), script.replace(".tolerate(0.1)", "")).unwrap();
    let ended = run(&demo, "run demo.rhai --input data.json --quiet --overwrite");
    assert_eq!(ended.status.code(), Some(5));
    let text = said(&ended);
    assert!(
        text.starts_with("error[calibrate::not-enough-data]: demo: "),
        "{text}"
    );
    assert_eq!(text.lines().count(), 1, "{text}");
}

#[test]
fn completions_come_from_the_definition() {
    let folder = tempfile::tempdir().unwrap();
    for shell in ["bash", "zsh", "fish"] {
        let ended = run(folder.path(), &format!("completions {shell}"));
        assert!(ended.status.success(), "{ended:?}");
        let text = out(&ended);
        for word in ["explain", "requested-iov", "filemap", "watch"] {
            assert!(text.contains(word), "{shell}: {word}");
        }
    }
    // A shell that reads them completes a command and an option.
    let file = folder.path().join("b2caf.bash");
    fs::write(&file, out(&run(folder.path(), "completions bash"))).unwrap();
    let complete = |words: &str| {
        let count = words.split(' ').count() - 1;
        let last = words.rsplit(' ').next().unwrap();
        let script = format!(
            "source {}; COMP_WORDS=({words}); COMP_CWORD={count}; _b2caf b2caf '{last}' ''; echo ${{COMPREPLY[@]}}",
            file.display()
        );
        match Command::new("bash")
            .args(["--norc", "-c", &script])
            .output()
        {
            Ok(ended) => Some(out(&ended).trim().to_owned()),
            Err(error) => {
                println!("skipped: there is no bash here ({error})");
                None
            }
        }
    };
    for (words, expected) in [
        ("b2caf expl", "explain"),
        ("b2caf run --requ", "--requested-iov"),
    ] {
        if let Some(found) = complete(words) {
            assert_eq!(found, expected, "{words}");
        }
    }
}

#[test]
fn the_manual_has_a_page_for_each_command_and_each_option() {
    let folder = tempfile::tempdir().unwrap();
    let ended = run(folder.path(), "man --into pages");
    assert!(ended.status.success(), "{ended:?}");
    let page = |words: &[&str]| {
        let name = format!("pages/{}.1", words.join("-"));
        fs::read_to_string(folder.path().join(name)).unwrap()
    };
    let help = out(&run(folder.path(), "--help"));
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let commands = commands.lines().take_while(|line| line.starts_with("  "));
    let mut seen = 0;
    for command in commands.filter_map(|line| line.split_whitespace().next()) {
        if command == "help" {
            continue;
        }
        seen += 1;
        let text = page(&["b2caf", command]).replace('\\', "");
        let help = out(&run(folder.path(), &format!("{command} --help")));
        for option in help
            .split_whitespace()
            .filter(|word| word.starts_with("--") && word.len() > 2)
        {
            let option = option.trim_end_matches(|c: char| !c.is_ascii_alphanumeric());
            assert!(text.contains(option), "{command}: {option}");
        }
    }
    assert!(seen > 10);
    // One by itself is the same.
    let one = out(&run(folder.path(), "man db tag create"));
    assert_eq!(one, page(&["b2caf", "db", "tag", "create"]));
    assert!(
        one.contains(&format!("\"b2caf {}\"", env!("CARGO_PKG_VERSION"))),
        "{one}"
    );
}
