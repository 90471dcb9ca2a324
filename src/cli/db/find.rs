//! `b2caf db find`: which payload is in force, and why.

use std::path::Path;

use serde_json::{Value, json};

use crate::conditions::tags::{Candidate, GlobalTags, TagState, TagStore, precedence};
use crate::report::Accent;

use super::super::answer::Answer;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::table::Table;
use super::args::FindArguments;
use super::refused::refused;

/// Runs the command.
pub(super) fn find(
    store: &Path,
    arguments: &FindArguments,
    answer: &Answer,
) -> Result<Exit, Failure> {
    let FindArguments {
        payload,
        run,
        tag,
        constants,
    } = arguments;
    let tags = if tag.is_empty() {
        None
    } else {
        let store = TagStore::open_to_look_up(store).map_err(refused)?;
        Some(GlobalTags::new(store, tag, &TagState::USABLE).map_err(refused)?)
    };
    let found = precedence(payload, *run, constants, tags.as_ref()).map_err(refused)?;
    if found.is_empty() && !answer.json {
        let mut failure = Failure::new(
            Exit::REFUSED,
            "db::no-payload",
            format!("there is no payload {payload} for run {run}"),
        );
        let known = tags.map(|tags| tags.intervals(payload)).unwrap_or_default();
        if !known.is_empty() {
            let words: Vec<String> = known.iter().take(5).map(|iov| iov.to_string()).collect();
            let more = if known.len() > 5 { " …" } else { "" };
            failure = failure.hint(format!("it is there for {}{more}", words.join(" ")));
        }
        return Err(failure);
    }
    answer.show(
        || {
            let candidates: Vec<Value> = found.iter().map(document).collect();
            json!({ "payload": payload, "run": run, "candidates": candidates })
        },
        || {
            let mut table = Table::new(&["", "source", ">revision", "valid", "why"]);
            for candidate in &found {
                let place = match candidate.line {
                    Some(line) => format!("{}:{line}", candidate.source),
                    None => candidate.source.clone(),
                };
                table.marked(
                    candidate.wins.then_some(Accent::Done),
                    vec![
                        if candidate.wins { ">" } else { "" }.into(),
                        place,
                        candidate.word.clone(),
                        candidate.iov.to_string(),
                        candidate.why.clone(),
                    ],
                );
            }
            table
        },
    );
    if let Some(file) = found.first().and_then(|winner| winner.file.as_ref()) {
        answer.say(&format!("its file: {}", file.display()));
    }
    Ok(if found.is_empty() {
        Exit::REFUSED
    } else {
        Exit::Done
    })
}

fn document(candidate: &Candidate) -> Value {
    json!({
        "source": candidate.source,
        "line": candidate.line,
        "revision": candidate.revision,
        "word": candidate.word,
        "iov": candidate.iov,
        "checksum": candidate.checksum,
        "file": candidate.file,
        "wins": candidate.wins,
        "why": candidate.why,
    })
}
