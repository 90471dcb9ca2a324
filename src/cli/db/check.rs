//! `b2caf db check`: everything that is wrong with a store or a tag.

use std::path::Path;

use serde_json::{Value, json};

use crate::conditions::tags::{TagError, TagStore, any_error, look_inside, review};

use super::super::answer::Answer;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::terminal::to_stdout;
use super::args::CheckArguments;
use super::faults::{self, count};
use super::refused::refused;

/// Runs the command.
pub(super) fn check(
    store: &Path,
    arguments: &CheckArguments,
    answer: &Answer,
) -> Result<Exit, Failure> {
    let (what, found) = match (&arguments.tag, &arguments.folder) {
        (Some(tag), _) => {
            let store = TagStore::open_read_only(store).map_err(refused)?;
            (tag.clone(), store.check(tag, &look_inside))
        }
        (None, folder) => {
            let folder = folder.as_deref().unwrap_or(Path::new("."));
            let found = review(folder, &look_inside).map_err(TagError::from);
            let what = folder.display().to_string();
            (what, found.map(|reviewed| reviewed.faults))
        }
    };
    let found = arguments.allowed.allowed().judge(found.map_err(refused)?);
    if answer.json {
        let faults: Vec<Value> = found.iter().map(faults::document).collect();
        let document = json!({ "checked": what, "ok": !any_error(&found), "faults": faults });
        answer.document(&document);
    } else {
        to_stdout(&faults::text(&found, answer.out));
    }
    answer.say(&match found.is_empty() {
        true => format!("{what}: nothing is wrong"),
        false => format!("{what}: {}", count(&found)),
    });
    Ok(if any_error(&found) {
        Exit::REFUSED
    } else {
        Exit::Done
    })
}
