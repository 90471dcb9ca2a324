//! `b2caf db dump`: what is in a payload.

use std::path::Path;

use serde_json::Value;

use crate::conditions::Payload;

use super::super::answer::Answer;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::table::Table;
use super::super::terminal::to_stdout;
use super::object::{by_path, content, plain};
use super::payload_args::{DumpArguments, Place};
use super::place::Shown;

/// Shows a payload: one row per channel, or one per member, or one line per value of the object.
pub(super) fn dump(
    store: &Path,
    arguments: &DumpArguments,
    answer: &Answer,
) -> Result<Exit, Failure> {
    let tag = || arguments.tag.clone().map(Place::Tag);
    let place = arguments.from.clone().or_else(tag);
    let shown = match arguments.run.zip(place) {
        None => Shown::of_file(&arguments.what)?,
        Some((run, place)) => {
            let name = arguments.what.to_string_lossy();
            Shown::in_force(store, &place, &name, run)?
        }
    };
    if arguments.event.is_some() && !shown.takes_turns() {
        return Err(shown.no_turns());
    }
    let shown = shown.at_event(arguments.event);
    if answer.json {
        let mut document = shown.document();
        document.extend(content(&shown.payload));
        answer.document(&Value::Object(document));
        return Ok(Exit::Done);
    }
    answer.say(&shown.header());
    if shown.payload.members.is_empty() {
        to_stdout(&by_path(&shown.payload));
    } else {
        to_stdout(&rows(&shown.payload).text(answer.out));
    }
    Ok(Exit::Done)
}

fn rows(payload: &Payload) -> Table {
    if payload.channels.is_empty() {
        let mut table = Table::new(&["member", ">value"]);
        for (member, values) in &payload.members {
            let value = values.first().map(|value| plain(*value));
            table.row(vec![member.clone(), value.unwrap_or_default()]);
        }
        return table;
    }
    let names = payload.channels.keys().chain(payload.members.keys());
    let titles: Vec<String> = names.map(|name| format!(">{name}")).collect();
    let mut table = Table::new(&titles.iter().map(String::as_str).collect::<Vec<_>>());
    for row in 0..payload.len() {
        let numbers = payload.channels.values();
        let numbers = numbers.map(|numbers| numbers[row].to_string());
        let values = payload.members.values().map(|values| plain(values[row]));
        table.row(numbers.chain(values).collect());
    }
    table
}
