//! Programs between the input files and the collector.

#![cfg(unix)]

use std::fs;
use std::path::{Path as File, PathBuf};

use b2caf::collect::{
    Collected, Error, External, Native, NoConstants, Options, Path, PathStep, Payloads, Silent,
    collect_along,
};
use b2caf::iov::IoV;
use serde_json::Value;

use super::build::*;
use super::same::parts;

fn program(words: &[&str]) -> External {
    let words = words.iter().map(|word| (*word).to_owned()).collect();
    External::new("copy", words, place(4))
        .unwrap()
        .checked()
        .unwrap()
}

fn copying() -> External {
    program(&["cp", "{input}", "{output}"])
}

struct Place {
    folder: tempfile::TempDir,
    payloads: Option<Payloads>,
}

impl Place {
    fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            payloads: None,
        }
    }

    fn run(&self, steps: Vec<PathStep>, files: &[(PathBuf, IoV)]) -> Result<Collected, Error> {
        let options = Options {
            threads: 2,
            cache: Some(self.folder.path().join("cache")),
            payloads: self.payloads.clone(),
        };
        collect_along(
            &Path { steps },
            &Native::CaTest.collector(),
            files,
            &NoConstants,
            options,
            &Silent,
        )
    }

    /// Names of the files in the cache, sorted.
    fn kept(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(self.folder.path().join("cache"))
            .into_iter()
            .flatten()
            .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    /// A program that notes in a file of this folder that it ran.
    fn noting(&self) -> (External, PathBuf) {
        let notes = self.folder.path().join("notes");
        let script = format!("echo \"$@\" >> {}; cp \"$1\" \"$2\"", notes.display());
        let words = ["sh", "-c", script.as_str(), "note", "{input}", "{output}"];
        (program(&words), notes)
    }
}

fn step(external: External) -> PathStep {
    PathStep::External(Box::new(external))
}

fn lines(notes: &File) -> usize {
    fs::read_to_string(notes).map_or(0, |text| text.lines().count())
}

#[test]
fn a_program_that_copies_changes_nothing() {
    let place = Place::new();
    let plain = run(&Native::CaTest.collector(), &parts(), 1).unwrap();
    let copied = place.run(vec![step(copying())], &parts()).unwrap();
    assert_eq!(plain, copied);
    let kept = place.kept();
    assert!(
        kept.len() == 5 && kept.iter().all(|name| name.len() == 69),
        "{kept:?}"
    );
    let twice = place
        .run(vec![step(copying()), step(copying())], &parts())
        .unwrap();
    assert_eq!(plain, twice);
}

#[test]
fn output_is_kept_until_something_changes() {
    let mut place = Place::new();
    let (mut external, notes) = place.noting();
    let script = place.folder.path().join("steering.py");
    fs::write(&script, "one").unwrap();
    external.file(&script).unwrap();
    let mut ran = 0;
    let mut check = |place: &Place, external: &External, again: bool| {
        place
            .run(vec![step(external.clone())], &parts()[..2])
            .unwrap();
        ran += if again { 2 } else { 0 };
        assert_eq!(lines(&notes), ran);
    };
    check(&place, &external, true);
    check(&place, &external, false);
    // Constants matter only to programs that ask for them.
    place.payloads = Some(Payloads {
        path: place.folder.path().join("database.txt"),
        identity: "a".into(),
    });
    check(&place, &external, false);
    external.variable("LEVEL", "3").unwrap();
    check(&place, &external, true);
    external.argument("fast", &Value::Bool(true)).unwrap();
    check(&place, &external, true);
    external.argument("slow", &Value::Bool(false)).unwrap();
    check(&place, &external, false);
    external
        .argument("constants", &Value::from("{payloads}"))
        .unwrap();
    check(&place, &external, true);
    if let Some(payloads) = &mut place.payloads {
        payloads.identity = "b".into();
    }
    check(&place, &external, true);
    check(&place, &external, false);
    let text = fs::read_to_string(&notes).unwrap();
    let last = text.lines().last().unwrap();
    assert!(
        last.ends_with(&format!(
            "--fast --constants {}/database.txt",
            place.folder.path().display()
        )),
        "{last}"
    );
    // The plan was made with another content.
    fs::write(&script, "two").unwrap();
    external.variable("LEVEL", "4").unwrap();
    let text = message(place.run(vec![step(external)], &parts()[..1]));
    assert!(
        text.ends_with("has changed since the script was read; run the script again"),
        "{text}"
    );
}

#[test]
fn a_changed_input_is_read_again() {
    let place = Place::new();
    let (external, notes) = place.noting();
    let input = place.folder.path().join("input.root");
    fs::copy(&parts()[0].0, &input).unwrap();
    let files = [(input.clone(), iov("7,1,7,1"))];
    place.run(vec![step(external.clone())], &files).unwrap();
    fs::copy(&parts()[1].0, &input).unwrap();
    let collected = place.run(vec![step(external)], &files).unwrap();
    assert_eq!((lines(&notes), collected.events()), (2, 15));
}

#[test]
fn a_program_is_told_the_number_of_events() {
    let place = Place::new();
    let notes = place.folder.path().join("notes");
    let script = format!("echo $3 >> {}; cp \"$1\" \"$2\"", notes.display());
    let words = [
        "sh",
        "-c",
        script.as_str(),
        "note",
        "{input}",
        "{output}",
        "{events}",
    ];
    let told = |steps: Vec<PathStep>| {
        let _ = fs::remove_file(&notes);
        let collected = place.run(steps, &parts()[..1]).unwrap();
        (
            fs::read_to_string(&notes).unwrap_or_default(),
            collected.events(),
        )
    };
    assert_eq!(told(vec![step(program(&words))]), ("60\n".into(), 60));
    // A program that is told keeps to it by itself.
    assert_eq!(
        told(vec![PathStep::First(7), step(program(&words))]),
        ("7\n".into(), 60)
    );
    // One that is not told cannot.
    assert_eq!(
        told(vec![PathStep::First(7), step(copying())]),
        (String::new(), 7)
    );
}

#[test]
fn a_program_that_fails_says_why() {
    let place = Place::new();
    let script = "echo out; echo first >&2; echo 'no such payload' >&2; exit 3";
    let external = program(&["sh", "-c", script, "{input}", "{output}"]);
    let text = message(place.run(vec![step(external)], &parts()));
    let input = parts()[0].0.display().to_string();
    assert!(
        text.starts_with(&format!("{input}: copy: `sh -c ")),
        "{text}"
    );
    let (_, rest) = text
        .split_once("` ended with exit code 3; everything it said is in ")
        .unwrap();
    let (log, last) = rest.split_once('\n').unwrap();
    assert_eq!(last, "  first\n  no such payload");
    assert_eq!(
        fs::read_to_string(log).unwrap(),
        "out\nfirst\nno such payload\n"
    );
    assert!(place.kept().iter().all(|name| name.ends_with(".log")));
}

#[test]
fn a_program_must_give_the_trees() {
    let place = Place::new();
    let said = |external: External| message(place.run(vec![step(external)], &parts()[..1]));
    let text = said(program(&["sh", "-c", "true", "{input}", "{output}"]));
    assert!(
        text.ends_with("ended well but wrote no file to the place of {output}"),
        "{text}"
    );
    let text = said(program(&[
        "sh",
        "-c",
        "echo no > $1",
        "{input}",
        "{output}",
    ]));
    assert!(
        text.contains("wrote a file that cannot be used: "),
        "{text}"
    );
    let mut other = copying();
    other.trees = vec!["tree".into(), "gbl".into()];
    let text = said(other);
    assert!(text.contains("has no tree \"gbl\""), "{text}");
    assert!(place.kept().is_empty(), "{:?}", place.kept());
}

#[test]
fn a_missing_program_is_found_out_first() {
    let place = Place::new();
    let external = program(&["basf3", "{input}", "{output}"]);
    let text = message(place.run(vec![step(external)], &parts()));
    assert_eq!(
        text,
        "copy: there is no program basf3; load the environment that has it, or give its whole path"
    );
    let mut external = copying();
    external.file(File::new("/nowhere/steering.py")).unwrap();
    let text = message(place.run(vec![step(external)], &parts()));
    assert!(
        text.starts_with("copy: there is no file /nowhere/steering.py"),
        "{text}"
    );
}

#[test]
fn files_lie_beside_the_program() {
    let place = Place::new();
    let script = place.folder.path().join("make.sh");
    fs::write(&script, "cp \"$1\" \"$2\"\n").unwrap();
    let mut external = program(&["sh", "make.sh", "{input}", "{output}"]);
    external.file(&script).unwrap();
    place.run(vec![step(external)], &parts()[..1]).unwrap();
}

#[test]
fn placeholders_are_checked() {
    let words = |words: &[&str]| words.iter().map(|w| (*w).to_owned()).collect::<Vec<_>>();
    let new = |all: &[&str]| External::new("x", words(all), place(1)).and_then(External::checked);
    let said = |all: &[&str]| {
        let refused = new(all).unwrap_err();
        (refused.message, refused.hint.unwrap_or_default())
    };
    assert_eq!(
        said(&["cp", "{inputs}", "{output}"]),
        (
            "there is no placeholder `{inputs}`".into(),
            "did you mean `{input}`?".into()
        )
    );
    assert_eq!(
        said(&["cp", "{output}"]).0,
        "the command of `x` does not say where the input file goes"
    );
    assert!(said(&[]).0.contains("has no command"));
    // Braces of other programs are theirs.
    assert!(new(&["awk", "{print $1}", "{input}", "{output}"]).is_ok());
}
