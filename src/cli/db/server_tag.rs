//! `b2caf db tag` and `b2caf db iov show` with a central server.

use serde_json::{Value, json};

use crate::conditions::server::{Entry, Environment, Error, Server, Tag};
use crate::conditions::tags::{TagEntry, TagState, check_tag_name, next_run};
use crate::iov::ExpRun;

use super::super::answer::Answer;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::table::Table;
use super::args::{
    CreateArguments, IovShowArguments, ListArguments, ShowArguments, StateArguments,
};
use super::consent::consent;
use super::iov::show_entries;
use super::refused::refused;
use super::server::{failed, failed_on, reading, writing};
use super::server_args::TagType;
use super::tag::accent;

/// Lists the tags of a server.
pub(super) fn list(arguments: &ListArguments, answer: &Answer) -> Result<Exit, Failure> {
    let server = reading(&arguments.server, answer)?;
    let mut tags = server.tags().map_err(failed)?;
    let invalid = TagState::Invalid.name();
    tags.retain(|tag| arguments.with_invalid || tag.state != invalid);
    tags.sort_by(|a, b| a.name.cmp(&b.name));
    show_tags(&server, tags.iter().map(|tag| (tag, None)), answer);
    Ok(Exit::Done)
}

/// Shows tags of a server, with how much is in them.
pub(super) fn show(arguments: &ShowArguments, answer: &Answer) -> Result<Exit, Failure> {
    let server = reading(&arguments.server, answer)?;
    let (mut found, mut missing) = (Vec::new(), None);
    for name in &arguments.names {
        match server.known_tag(name) {
            Err(error @ Error::NoTag { .. }) => {
                missing.get_or_insert(error);
            }
            tag => {
                let tag = tag.map_err(failed)?;
                let content = server.whole_tag(name).map_err(failed)?.entries();
                found.push((tag, content));
            }
        }
    }
    if !found.is_empty() {
        let shown = found
            .iter()
            .map(|(tag, content)| (tag, Some(content.as_slice())));
        show_tags(&server, shown, answer);
    }
    missing.map_or(Ok(Exit::Done), |error| Err(failed_on(&server, error)))
}

/// Makes a tag on a server.
pub(super) fn create(arguments: &CreateArguments, answer: &Answer) -> Result<Exit, Failure> {
    check_tag_name(&arguments.name).map_err(refused)?;
    let server = writing(&arguments.writing, answer)?;
    let kind = arguments.tag_type.unwrap_or(TagType::Dev).word();
    let description = arguments.description.as_deref().unwrap_or_default();
    let user = Environment::of_process().user.unwrap_or_default();
    let tag = server.create_tag(kind, &arguments.name, description, &user);
    let tag = tag.map_err(failed)?;
    show_tags(&server, [(&tag, None)].into_iter(), answer);
    Ok(Exit::Done)
}

/// Gives a tag of a server another state.
pub(super) fn state(arguments: &StateArguments, answer: &Answer) -> Result<Exit, Failure> {
    let StateArguments {
        name, state, yes, ..
    } = arguments;
    let server = writing(&arguments.writing, answer)?;
    let tag = server
        .known_tag(name)
        .map_err(|error| failed_on(&server, error))?;
    if state.is_for_good() && tag.state != state.name() && !yes {
        let what = format!(
            "{name} on {} is {} and will be {state}, from which there is no way back.",
            server.url(),
            tag.state
        );
        consent(&what, name)?;
    }
    server.set_tag_state(name, state.name()).map_err(failed)?;
    let tag = server.known_tag(name).map_err(failed)?;
    show_tags(&server, [(&tag, None)].into_iter(), answer);
    Ok(Exit::Done)
}

/// Shows what is in a tag of a server.
pub(super) fn show_iovs(arguments: &IovShowArguments, answer: &Answer) -> Result<Exit, Failure> {
    let server = reading(&arguments.server, answer)?;
    // A run is asked for by itself: the list of a whole tag may be long.
    let transfer = match arguments.selection.run {
        Some(run) => server.tag_at(&arguments.tag, run),
        None => server.whole_tag(&arguments.tag),
    };
    let transfer = transfer.map_err(|error| failed_on(&server, error))?;
    warn_broken(&transfer.broken, answer);
    show_entries(&transfer.entries(), arguments, answer);
    Ok(Exit::Done)
}

/// Tells what has numbers that are no interval.
pub(super) fn warn_broken(broken: &[Entry], answer: &Answer) {
    for entry in broken {
        let numbers = entry.iov.numbers().map(|number| number.to_string());
        answer.warn(&format!(
            "{} revision {} has {} in the tag, which is no interval; it is left out",
            entry.payload.name,
            entry.payload.revision,
            numbers.join(",")
        ));
    }
}

/// Tags; what is in them where it is known.
fn show_tags<'a>(
    server: &Server,
    tags: impl Iterator<Item = (&'a Tag, Option<&'a [TagEntry]>)>,
    answer: &Answer,
) {
    let mut table = Table::new(&[
        "name",
        "state",
        "type",
        ">payloads",
        ">intervals",
        "next run",
        "description",
    ]);
    let mut documents: Vec<Value> = Vec::new();
    for (tag, content) in tags {
        // A tag that grows says where.
        let grows = tag.state == TagState::Running.name();
        let next: Option<ExpRun> = content
            .filter(|_| grows)
            .and_then(|entries| next_run(entries.iter().map(|entry| &entry.iov)));
        let payloads = match content {
            None => tag.payloads.and_then(|count| usize::try_from(count).ok()),
            Some(entries) => Some(different(entries)),
        };
        let intervals = content.map(<[TagEntry]>::len);
        let text = |count: Option<usize>| count.map_or_else(|| "–".into(), |n| n.to_string());
        table.marked(
            tag.state.parse().ok().and_then(accent),
            vec![
                tag.name.clone(),
                tag.state.clone(),
                tag.kind.clone(),
                text(payloads),
                text(intervals),
                next.map(|run| run.to_string()).unwrap_or_default(),
                tag.description.clone().unwrap_or_default(),
            ],
        );
        documents.push(json!({
            "name": tag.name,
            "state": tag.state,
            "type": tag.kind,
            "description": tag.description,
            "payloads": payloads,
            "intervals": intervals,
            "next_run": next,
            "created": tag.created,
            "modified": tag.modified,
            "modified_by": tag.modified_by,
        }));
    }
    answer.show(
        || json!({ "server": server.url(), "tags": documents }),
        || table,
    );
}

/// Number of different payloads.
fn different(entries: &[TagEntry]) -> usize {
    let names = entries
        .iter()
        .map(|entry| (&entry.payload.name, entry.payload.revision));
    names.collect::<std::collections::BTreeSet<_>>().len()
}
