//! `b2caf explain`: a page for each code of an error.

use crate::report::{Accent, Style};
use crate::settings::nearest;

use super::args::ExplainArguments;
use super::exit::Exit;
use super::failure::Failure;
use super::terminal::{Terminal, to_stdout};

/// Where pages stand, in the order of a listing: each `## code` begins one.
const TEXTS: [&str; 9] = [
    include_str!("../../docs/errors/command.md"),
    include_str!("../../docs/errors/script.md"),
    include_str!("../../docs/errors/settings.md"),
    include_str!("../../docs/errors/collect.md"),
    include_str!("../../docs/errors/plan.md"),
    include_str!("../../docs/errors/algorithm.md"),
    include_str!("../../docs/errors/numbers.md"),
    include_str!("../../docs/errors/conditions.md"),
    include_str!("../../docs/errors/official.md"),
];

/// The page of one code.
struct Page {
    /// Such as `plan::no-files`.
    code: &'static str,
    /// Its text without the heading.
    text: &'static str,
}

/// The heading of a text, and its pages.
fn pages(text: &'static str) -> (&'static str, Vec<Page>) {
    let mut parts = text.split("\n## ");
    let heading = parts.next().unwrap_or_default();
    let heading = heading.lines().next().unwrap_or_default();
    let page = |part: &'static str| {
        let (code, text) = part.split_once('\n').unwrap_or((part, ""));
        Page {
            code: code.trim(),
            text: text.trim(),
        }
    };
    (heading.trim_start_matches("# "), parts.map(page).collect())
}

/// Runs the command.
pub(super) fn explain(arguments: &ExplainArguments, out: Terminal) -> Result<Exit, Failure> {
    let Some(asked) = &arguments.code else {
        to_stdout(&list(|_| true, out));
        return Ok(Exit::Done);
    };
    let asked = asked
        .trim_matches(|c| c == '[' || c == ']')
        .to_ascii_lowercase();
    let all: Vec<Page> = TEXTS.iter().flat_map(|text| pages(text).1).collect();
    let of_word = |page: &&Page| page.code.rsplit("::").next() == Some(asked.as_str());
    let found: Vec<&Page> = match all.iter().find(|page| page.code == asked) {
        Some(page) => vec![page],
        None => all.iter().filter(of_word).collect(),
    };
    if !found.is_empty() {
        let shown: Vec<String> = found.into_iter().map(|page| page.shown(out)).collect();
        to_stdout(&shown.join("\n"));
        return Ok(Exit::Done);
    }
    let of_room = |page: &Page| page.code.split("::").next() == Some(asked.as_str());
    if all.iter().any(of_room) {
        to_stdout(&list(of_room, out));
        return Ok(Exit::Done);
    }
    let failure = Failure::new(
        Exit::Usage,
        "explain::unknown-code",
        format!("no error has the code {asked}"),
    );
    Err(failure.hint(meant(&asked, &all)))
}

/// What was probably meant.
fn meant(asked: &str, all: &[Page]) -> String {
    let codes = || all.iter().map(|page| page.code);
    let words = || codes().filter_map(|code| code.rsplit("::").next());
    match nearest(asked, codes()).or_else(|| nearest(asked, words())) {
        Some(near) => format!("did you mean {near}?"),
        None => "`b2caf explain` lists all".to_owned(),
    }
}

/// Codes with what happened, one per line.
fn list(wanted: impl Fn(&Page) -> bool, out: Terminal) -> String {
    let mut text = String::new();
    for (heading, pages) in TEXTS.iter().map(|text| pages(text)) {
        let kept: Vec<Page> = pages.into_iter().filter(|page| wanted(page)).collect();
        if kept.is_empty() {
            continue;
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text += &format!("{}\n", out.paint(Accent::Dim, heading));
        let width = kept.iter().map(|page| page.code.len()).max().unwrap_or(0);
        for page in kept {
            let blanks = " ".repeat(width - page.code.len());
            let code = out.paint(Accent::Name, page.code);
            let first = page.text.lines().next().unwrap_or_default();
            text += &format!("  {code}{blanks}  {first}\n");
        }
    }
    text
}

impl Page {
    /// The page for reading in a terminal.
    fn shown(&self, out: Terminal) -> String {
        let mut text = format!("{}\n\n", out.paint(Accent::Name, self.code));
        let mut in_example = false;
        for line in self.text.lines() {
            if let Some(fence) = line.strip_prefix("```") {
                in_example = !in_example;
                if in_example {
                    text += &format!("{}:\n", example(fence, out));
                }
            } else if in_example {
                text += &format!("    {line}\n");
            } else {
                text += &prose(line, out);
                text.push('\n');
            }
        }
        text
    }
}

/// The word before an example.
fn example(fence: &str, out: Terminal) -> String {
    if fence.split(' ').any(|word| word == "wrong") {
        out.paint(Accent::Failed, "Wrong")
    } else {
        out.paint(Accent::Done, "Right")
    }
}

/// `*Why*: …` with the word in colour.
fn prose(line: &str, out: Terminal) -> String {
    let Some((word, rest)) = line.strip_prefix('*').and_then(|line| line.split_once('*')) else {
        return line.to_owned();
    };
    format!("{}{rest}", out.paint(Accent::Dim, word))
}
