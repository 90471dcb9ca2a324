//! Every code that can be printed has a page, every page belongs to a code, and its examples are true.

#![cfg(feature = "cli")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Codes that are put together from parts, with the file that does so and the words it has.
const PUT_TOGETHER: [(&str, &str, &str); 1] = [(
    "script::warning",
    "src/script/engine.rs",
    "\"script::{name}\"",
)];

/// Texts with `::` that are no codes.
const NO_CODES: [&str; 1] = ["std::string"];

fn project() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, into);
        } else if path.extension().is_some_and(|e| e == ending) {
            into.push(path);
        }
    }
}

/// Whether a text is `room::word-word`.
fn is_code(text: &str) -> bool {
    let word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_lowercase())
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
    };
    let parts: Vec<&str> = text.split("::").collect();
    matches!(parts.as_slice(), [room, rest] if word(room) && word(rest))
}

/// Codes in the code of the program, with the files that have them.
fn in_code() -> BTreeMap<String, PathBuf> {
    let mut sources = Vec::new();
    files(&project().join("src"), "rs", &mut sources);
    sources.sort();
    let mut codes = BTreeMap::new();
    for path in sources {
        let is_test = path.components().any(|part| part.as_os_str() == "tests");
        let text = fs::read_to_string(&path).unwrap();
        let text = text.split("#[cfg(test)]").next().unwrap();
        for line in text
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"))
        {
            for quoted in line.split('"').skip(1).step_by(2) {
                if is_code(quoted) && !is_test && !NO_CODES.contains(&quoted) {
                    codes.insert(quoted.to_owned(), path.clone());
                }
            }
        }
    }
    for (code, file, words) in PUT_TOGETHER {
        let path = project().join(file);
        assert!(
            fs::read_to_string(&path).unwrap().contains(words),
            "{file} has no {words}"
        );
        codes.insert(code.to_owned(), path);
    }
    codes
}

/// A page as it is written.
struct Page {
    file: String,
    code: String,
    text: String,
}

fn pages() -> Vec<Page> {
    let mut texts = Vec::new();
    files(&project().join("docs/errors"), "md", &mut texts);
    texts.sort();
    let mut pages = Vec::new();
    for path in texts {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        for part in text.split("\n## ").skip(1) {
            let (code, text) = part.split_once('\n').unwrap();
            pages.push(Page {
                file: file.clone(),
                code: code.to_owned(),
                text: text.to_owned(),
            });
        }
    }
    pages
}

/// Examples with the words of their fences.
fn examples(text: &str) -> Vec<(Vec<String>, String)> {
    let fenced = text.split("```").skip(1).step_by(2);
    let example = |block: &str| {
        let (words, body) = block.split_once('\n').unwrap();
        let words = words.split(' ').map(str::to_owned).collect();
        (words, body.to_owned())
    };
    fenced.map(example).collect()
}

#[test]
fn no_code_is_without_a_page_and_no_page_without_a_code() {
    let codes = in_code();
    let pages: Vec<String> = pages().into_iter().map(|page| page.code).collect();
    let known: BTreeSet<&String> = pages.iter().collect();
    assert_eq!(known.len(), pages.len(), "two pages of one code");
    let missing: Vec<_> = codes
        .iter()
        .filter(|(code, _)| !known.contains(code))
        .collect();
    assert!(missing.is_empty(), "no page in docs/errors: {missing:#?}");
    let left: Vec<_> = known
        .iter()
        .filter(|code| !codes.contains_key(**code))
        .collect();
    assert!(left.is_empty(), "nothing prints these codes: {left:#?}");
    assert!(pages.len() > 200);
}

#[test]
fn every_page_says_what_happened_why_and_what_to_do() {
    let mut wrong = Vec::new();
    for page in pages() {
        let mut paragraphs = page.text.trim().split("\n\n");
        let mut begins = |with: &str| {
            let next = paragraphs.next().unwrap_or_default();
            next.starts_with(with) && (next.ends_with('.') || next.ends_with('`'))
        };
        let prose = begins("") && begins("*Why*: ") && begins("*What to do*: ");
        let examples = examples(&page.text);
        let kinds: Vec<&str> = examples
            .iter()
            .map(|(words, _)| words[1].as_str())
            .collect();
        if !prose || kinds != ["wrong", "right"] {
            wrong.push(format!("{}: {}", page.file, page.code));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A plan around the body of `get_calibrations`.
const PLAN: &str = r#"import "std/models" as models;
const settings = CalibrationSettings(#{ name: "Times", expert_username: "me", subsystem: "example",
    description: "times", input_data_formats: ["cdst"], input_data_names: ["cosmics"] });
fn get_calibrations(input_data, kwargs) {
    let files = input_data.cosmics;
    let collector = Collector("Hits", #{ tree: "hits" })
        .histogram("dt", |h| h.time, regular(80, -10.0, 10.0, "ns")).per_channel("channel", |h| h.channel, 1..=16);
    let algorithm = Algorithm("Offsets").calibrate(|data| AlgResult::ok);
    BODY
}
"#;

/// A run around the body of the closure of an algorithm.
const RUN: &str = r#"
    let objects = Collector("Hits", #{ tree: "hits" })
        .histogram("dt", |h| h.time, regular(80, -10.0, 10.0, "ns")).per_channel("channel", |h| h.channel, 1..=100)
        .histogram("all", |h| h.time, regular(80, -10.0, 10.0, "ns"));
    let own = Algorithm("Own").calibrate(|data| { BODY });
    [Calibration("times", #{ collector: objects, algorithms: [own], input_files: files })]
"#;

/// A run around a change of the collector.
const COLLECT: &str = r#"
    BODY;
    [Calibration("times", #{ collector: collector, algorithms: [algorithm], input_files: files })]
"#;

/// A run of an algorithm of which nothing but errors is seen.
const QUIET: &str = r#"
    [Calibration("times", #{ collector: collector, algorithms: [BODY], input_files: files })]
"#;

/// A run with a path that input files go through.
const PATH: &str = r#"
    let path = Path();
    BODY;
    [Calibration("times", #{ collector: collector, algorithms: [algorithm], input_files: files, pre_collector_path: path })]
"#;

/// A folder with a new calibration.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let made = program(folder.path())
        .args(["new", "demo"])
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    folder
}

fn program(folder: &Path) -> Command {
    let mut program = Command::new(env!("CARGO_BIN_EXE_b2caf"));
    program
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .env_remove("B2CAF_SCRIPTS");
    program
}

/// What is said about an example; nothing of what cannot be run. What leaves nothing behind may share
/// the folder `shared`.
fn said(words: &[String], body: &str, shared: &Path) -> Option<String> {
    let kind: Vec<&str> = words
        .iter()
        .map(String::as_str)
        .filter(|word| !["wrong", "right"].contains(word))
        .collect();
    let (text, command, more): (String, &str, &[&str]) = match kind.as_slice() {
        ["text"] => return None,
        ["sh"] => return Some(said_by_shell(body)),
        ["rhai"] => {
            // Descriptions are no JSON: only the page about that is about the last value.
            let end = if body.contains("[|x|") { "" } else { ";0" };
            return Some(said_by(
                shared,
                &format!("{body}{end}"),
                &["eval", "example.rhai"],
            ));
        }
        ["rhai", "plan"] => (body.to_owned(), shared.to_str().unwrap(), &["--dry-run"]),
        ["rhai", "collect"] => (COLLECT.replace("BODY", body), "", &[]),
        ["rhai", "path"] => (PATH.replace("BODY", body), "", &[]),
        ["rhai", "run"] => (RUN.replace("BODY", body), "", &[]),
        ["rhai", "quiet"] => (QUIET.replace("BODY", body), "", &["--quiet"]),
        other => panic!("no examples are marked {other:?}"),
    };
    let own = command.is_empty().then(folder);
    let place = own
        .as_ref()
        .map_or(shared.to_path_buf(), |own| own.path().join("demo"));
    let mut words = vec!["run", "example.rhai", "--input", "data.json"];
    words.extend(more);
    Some(said_by(&place, &PLAN.replace("BODY", &text), &words))
}

fn said_by(folder: &Path, script: &str, words: &[&str]) -> String {
    fs::write(folder.join("example.rhai"), script).unwrap();
    let ended = program(folder).args(words).output().unwrap();
    String::from_utf8(ended.stderr).unwrap()
}

fn said_by_shell(lines: &str) -> String {
    let made = folder();
    let folder = made.path().join("demo");
    let binary = Path::new(env!("CARGO_BIN_EXE_b2caf"));
    let path = format!(
        "{}:{}",
        binary.parent().unwrap().display(),
        std::env::var("PATH").unwrap()
    );
    fs::write(folder.join("try.rhai"), "1 + 1").unwrap();
    let ended = Command::new("sh")
        .args(["-c", lines])
        .current_dir(&folder)
        .env("PATH", path)
        .env("NO_COLOR", "1")
        .env_remove("B2CAF_SCRIPTS")
        .output()
        .unwrap();
    String::from_utf8(ended.stderr).unwrap()
}

/// Examples of these pages that are not what they should be, and how many were run.
fn examined(pages: &[Page]) -> (Vec<String>, usize) {
    let made = folder();
    let shared = made.path().join("demo");
    let (mut mistakes, mut ran) = (Vec::new(), 0);
    for page in pages {
        for (words, body) in examples(&page.text) {
            let Some(said) = said(&words, &body, &shared) else {
                continue;
            };
            ran += 1;
            let has_code = said.contains(&format!("[{}]", page.code));
            let good = match words[1].as_str() {
                "wrong" => has_code,
                // What is right is answered without an error of any kind; commands may need more than they say.
                _ => !said.contains("error[") || words[0] == "sh" && !has_code,
            };
            if !good {
                mistakes.push(format!("{} ({})\n{body}{said}", page.code, words.join(" ")));
            }
        }
    }
    (mistakes, ran)
}

#[test]
fn the_examples_are_wrong_and_right() {
    let pages = pages();
    let threads = std::thread::available_parallelism().map_or(1, Into::into);
    let (mut mistakes, mut ran) = (Vec::new(), 0);
    std::thread::scope(|scope| {
        let parts = pages.chunks(pages.len().div_ceil(threads));
        let parts: Vec<_> = parts.map(|part| scope.spawn(|| examined(part))).collect();
        for part in parts {
            let (wrong, count) = part.join().unwrap();
            mistakes.extend(wrong);
            ran += count;
        }
    });
    assert!(mistakes.is_empty(), "{}", mistakes.join("\n————\n"));
    assert!(ran > 200, "only {ran} examples are run");
}

#[test]
fn codes_are_found_by_their_words_and_misspelt_ones_are_meant() {
    let here = tempfile::tempdir().unwrap();
    let ask = |words: &[&str]| {
        let ended = program(here.path())
            .arg("explain")
            .args(words)
            .output()
            .unwrap();
        let out = String::from_utf8_lossy(&ended.stdout).into_owned();
        (
            ended.status.code(),
            out,
            String::from_utf8_lossy(&ended.stderr).into_owned(),
        )
    };
    let whole = ask(&["plan::no-files"]);
    assert_eq!(whole.0, Some(0));
    assert!(
        whole
            .1
            .starts_with("plan::no-files\n\nA calibration has no input files.\n"),
        "{}",
        whole.1
    );
    assert!(whole.1.ends_with("input_files: files })]\n"), "{}", whole.1);
    // As it stands in an error, and without its room.
    assert_eq!(ask(&["[plan::no-files]"]), whole);
    assert_eq!(ask(&["no-files"]), whole);
    let (code, out, _) = ask(&[]);
    assert_eq!(code, Some(0));
    for page in pages() {
        assert!(out.contains(&format!("  {} ", page.code)), "{}", page.code);
    }
    let (code, out, _) = ask(&["plan"]);
    assert!(
        code == Some(0) && out.lines().skip(1).all(|line| line.starts_with("  plan::")),
        "{out}"
    );
    let (code, out, said) = ask(&["plan::no-fils"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert_eq!(
        said,
        "error[explain::unknown-code]: no error has the code plan::no-fils\n  hint: did you mean plan::no-files?\n"
    );
}
