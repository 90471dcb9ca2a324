//! The program under one of upstream's names: the words of its own command line that are meant.

use std::ffi::OsString;
use std::path::Path;

/// Upstream's names, and the words that stand for them.
const NAMES: [(&str, &[&str]); 6] = [
    ("b2caf-prompt-show", &["prompt", "show", "--upstream"]),
    ("b2caf-prompt-run", &["prompt", "run"]),
    ("b2caf-prompt-check", &["prompt", "check"]),
    ("b2caf-filemap", &["filemap"]),
    (VALIDATE, &["prompt", "validate"]),
    ("b2val-prompt-check", &["prompt", "check", "--validation"]),
];

/// The one whose words have another order.
const VALIDATE: &str = "b2val-prompt-run";

/// Where jobs could run, upstream's first word; a validation runs here.
const BACKENDS: [&str; 4] = ["Local", "LSF", "PBS", "HTCondor"];

/// Options of upstream's tool that have a value and change nothing here.
const WITHOUT_EFFECT: [&str; 12] = [
    "--max-processes",
    "--queue",
    "--getenv",
    "--universe",
    "--path-prefix",
    "--global-job-limit",
    "--submission-check-heartbeat",
    "--log-level",
    "--debug-level",
    "--heartbeat",
    "--max-files-per-subjob",
    "--max-subjobs",
];

/// Options that the command line here cannot have, and what they are called.
const OPTIONS: [(&str, &str); 1] = [("-re", "--filter-regex")];

/// The arguments that are meant, for a program that was started with `given`.
pub(super) fn arguments(given: impl IntoIterator<Item = OsString>) -> Vec<OsString> {
    let given: Vec<OsString> = given.into_iter().collect();
    let name = given.first().map(Path::new).and_then(Path::file_name);
    let known = NAMES
        .iter()
        .find(|(known, _)| name.is_some_and(|name| name == *known));
    let Some((_, words)) = known else {
        return given;
    };
    let option = |word: &OsString| {
        let known = OPTIONS.iter().find(|(known, _)| word == *known);
        known.map_or_else(|| word.clone(), |(_, meant)| OsString::from(meant))
    };
    let words = words.iter().map(OsString::from);
    let rest: Vec<OsString> = given.iter().skip(1).map(option).collect();
    let rest = match name {
        Some(name) if name == VALIDATE => validation(rest),
        _ => rest,
    };
    std::iter::once("b2caf".into())
        .chain(words)
        .chain(rest)
        .collect()
}

/// `Local --heartbeat 60 config.json` as `--config config.json`.
fn validation(given: Vec<OsString>) -> Vec<OsString> {
    let mut words = Vec::new();
    let mut given = given.into_iter();
    while let Some(word) = given.next() {
        let text = word.to_string_lossy().into_owned();
        if BACKENDS.contains(&text.as_str()) {
            continue;
        }
        let option = text.split('=').next().unwrap_or(&text);
        if WITHOUT_EFFECT.contains(&option) {
            if !text.contains('=') {
                given.next();
            }
            continue;
        }
        if !text.starts_with('-') {
            words.push("--config".into());
        }
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meant(given: &str) -> String {
        let words = arguments(given.split(' ').map(OsString::from));
        let words: Vec<_> = words.iter().map(|word| word.to_string_lossy()).collect();
        words.join(" ")
    }

    #[test]
    fn upstreams_names_stand_for_commands() {
        for (given, expected) in [
            ("b2caf run x --json", "b2caf run x --json"),
            ("/usr/bin/b2caf-prompt-check", "b2caf prompt check"),
            (
                "b2caf-prompt-show --script-name a.py",
                "b2caf prompt show --upstream --script-name a.py",
            ),
            (
                "b2caf-filemap -re x a*",
                "b2caf filemap --filter-regex x a*",
            ),
            ("b2caf-other x", "b2caf-other x"),
            (
                "b2val-prompt-run LSF --queue s --heartbeat=9 v.json --overwrite-working-dir",
                "b2caf prompt validate --config v.json --overwrite-working-dir",
            ),
            ("b2val-prompt-check", "b2caf prompt check --validation"),
        ] {
            assert_eq!(meant(given), expected);
        }
    }
}
