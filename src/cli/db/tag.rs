//! `b2caf db tag`: making and showing tags.

use std::path::Path;

use serde_json::{Value, json};

use crate::conditions::tags::{Tag, TagError, TagState, TagStore, check_tag_name, next_run};
use crate::report::Accent;

use super::super::answer::Answer;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::table::Table;
use super::args::{StateArguments, TagAction};
use super::consent::consent;
use super::refused::refused;
use super::{merge, server_tag, update};

/// Runs the command.
pub(super) fn tag(store: &Path, action: &TagAction, answer: &Answer) -> Result<Exit, Failure> {
    match action {
        TagAction::Create(on) if on.writing.server.is_asked() => server_tag::create(on, answer),
        TagAction::List(on) if on.server.is_asked() => server_tag::list(on, answer),
        TagAction::Show(on) if on.server.is_asked() => server_tag::show(on, answer),
        TagAction::State(on) if on.writing.server.is_asked() => server_tag::state(on, answer),
        TagAction::Create(arguments) => {
            // Before a folder is made for nothing.
            check_tag_name(&arguments.name).map_err(refused)?;
            let store = TagStore::create_or_open(store).map_err(refused)?;
            store.create_tag(&arguments.name).map_err(refused)?;
            show(
                &store,
                &[store.tag(&arguments.name).map_err(refused)?],
                answer,
            )?;
            Ok(Exit::Done)
        }
        TagAction::List(arguments) => {
            let store = TagStore::open_read_only(store).map_err(refused)?;
            let mut tags = store.tags().map_err(refused)?;
            tags.retain(|tag| arguments.with_invalid || tag.state != TagState::Invalid);
            show(&store, &tags, answer)?;
            Ok(Exit::Done)
        }
        TagAction::Show(arguments) => {
            let store = TagStore::open_read_only(store).map_err(refused)?;
            let all = store.tags().map_err(refused)?;
            let (mut found, mut missing) = (Vec::new(), Vec::new());
            for name in &arguments.names {
                match all.iter().find(|tag| tag.name == *name) {
                    Some(tag) => found.push(tag.clone()),
                    None => missing.push(name.clone()),
                }
            }
            if !found.is_empty() {
                show(&store, &found, answer)?;
            }
            let known = all.into_iter().map(|tag| tag.name).collect();
            match missing.len() {
                0 => Ok(Exit::Done),
                1 => Err(refused(TagError::UnknownTag {
                    name: missing.remove(0),
                    known,
                })),
                _ => Err(refused(TagError::UnknownTags(missing))),
            }
        }
        TagAction::State(arguments) => state(store, arguments, answer),
        TagAction::Diff(arguments) => merge::diff(store, arguments, answer),
        TagAction::Merge(arguments) => merge::merge(store, arguments, answer),
        TagAction::Update(arguments) => update::update(store, arguments, answer),
    }
}

fn state(store: &Path, arguments: &StateArguments, answer: &Answer) -> Result<Exit, Failure> {
    let StateArguments {
        name, state, yes, ..
    } = arguments;
    let store = TagStore::open_to_change(store).map_err(refused)?;
    let tag = store.tag(name).map_err(refused)?;
    let allowed = tag.state == *state || tag.state.next().contains(state);
    if state.is_for_good() && allowed && !yes {
        let what = format!(
            "{name} is {} and will be {state}, from which there is no way back.",
            tag.state
        );
        consent(&what, name)?;
    }
    store.set_state(name, *state).map_err(refused)?;
    show(&store, &[store.tag(name).map_err(refused)?], answer)?;
    Ok(Exit::Done)
}

/// Tags with what is in them.
fn show(store: &TagStore, tags: &[Tag], answer: &Answer) -> Result<(), Failure> {
    let mut table = Table::new(&["name", "state", ">payloads", ">intervals", "next run"]);
    let mut documents: Vec<Value> = Vec::new();
    for tag in tags {
        // A tag that grows says where.
        let next = if tag.state == TagState::Running {
            let entries = store.entries(&tag.name).map_err(refused)?;
            next_run(entries.iter().map(|entry| &entry.iov))
        } else {
            None
        };
        table.marked(
            accent(tag.state),
            vec![
                tag.name.clone(),
                tag.state.to_string(),
                tag.payloads.to_string(),
                tag.intervals.to_string(),
                next.map(|run| run.to_string()).unwrap_or_default(),
            ],
        );
        documents.push(json!({
            "name": tag.name,
            "state": tag.state.name(),
            "payloads": tag.payloads,
            "intervals": tag.intervals,
            "next_run": next,
        }));
    }
    answer.show(|| json!({ "tags": documents }), || table);
    Ok(())
}

/// How a tag in that state is marked.
pub(super) fn accent(state: TagState) -> Option<Accent> {
    match state {
        TagState::Invalid => Some(Accent::Failed),
        TagState::Published | TagState::Running => Some(Accent::Done),
        _ => None,
    }
}
