//! Where payloads that are shown come from: a file, or what is in force for a run.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::conditions::tags::{Absent, Origin, Sought, TagStore, seek_in_store, seek_in_tag};
use crate::conditions::{Payload, PayloadFormat, RootForm, checksum, payload_name, turns_of};
use crate::iov::{ExpRun, IoV};
use crate::settings::nearest;

use super::super::exit::Exit;
use super::super::failure::Failure;
use super::payload_args::Place;
use super::refused::refused;

/// A payload with where it comes from.
pub(super) struct Shown {
    pub(super) payload: Payload,
    pub(super) file: PathBuf,
    checksum: String,
    /// What is known when it was looked for.
    found: Option<Found>,
    /// Which of how many objects that take turns it is, and its first event.
    turn: Option<(usize, usize, Option<i64>)>,
}

struct Found {
    run: ExpRun,
    iov: IoV,
    revision: String,
    origin: Origin,
}

impl Shown {
    /// The payload in a file.
    pub(super) fn of_file(file: &Path) -> Result<Self, Failure> {
        let bytes = std::fs::read(file).map_err(|error| {
            let failure = Failure::new(Exit::Input, "payload::unreadable", format!("{}: {error}", file.display()));
            let is_name = file.extension().is_none() && file.components().count() == 1;
            if is_name {
                failure.hint("for the payload of that name add --run EXP,RUN and where to look: --from DIR or --tag TAG")
            } else {
                failure.hint("b2caf inspect shows what is in any ROOT file")
            }
        })?;
        let name = payload_name(file, &bytes).map_err(unusable)?;
        Self::read(&name, file.into(), bytes, None)
    }

    /// The payload of a name that is in force for a run.
    pub(super) fn in_force(
        store: &Path,
        place: &Place,
        name: &str,
        run: ExpRun,
    ) -> Result<Self, Failure> {
        let sought = match place {
            Place::Testing(folder) => seek_in_store(folder, name, run),
            Place::Tag(tag) => TagStore::open_to_look_up(store)
                .and_then(|store| seek_in_tag(&store, tag, name, run)),
        };
        match sought.map_err(refused)? {
            Sought::Absent(absent) => Err(missing(place, name, run, &absent)),
            Sought::Found(located) => {
                let found = Found {
                    run,
                    iov: located.iov,
                    revision: located.revision,
                    origin: located.origin,
                };
                Self::read(name, located.file, located.content, Some(found))
            }
        }
    }

    fn read(
        name: &str,
        file: PathBuf,
        bytes: Vec<u8>,
        found: Option<Found>,
    ) -> Result<Self, Failure> {
        let checksum = checksum(&bytes);
        let payload = RootForm
            .read(name, bytes)
            .map_err(|reason| unusable(format!("{}: {reason}", file.display())))?;
        Ok(Self {
            payload,
            file,
            checksum,
            found,
            turn: None,
        })
    }

    /// Whether its objects take turns within a run.
    pub(super) fn takes_turns(&self) -> bool {
        !turns_of(&self.payload).is_empty()
    }

    /// The refusal to look for an event where nothing depends on it.
    pub(super) fn no_turns(&self) -> Failure {
        let text = format!(
            "{} is the same for all events of a run: it has no objects that take turns",
            self.payload.name
        );
        Failure::new(Exit::Usage, "db::no-turns", text).hint("leave out --event")
    }

    /// Only the object that is valid for an event, if it takes turns with others.
    pub(super) fn at_event(mut self, event: Option<u32>) -> Self {
        let Some(event) = event else { return self };
        let mut turns = turns_of(&self.payload);
        let count = turns.len();
        // Its first event must be known, as must those of all before it.
        let begun = turns
            .iter()
            .take_while(|turn| turn.first_event.is_some_and(|first| first <= event.into()))
            .count();
        if count > 0 {
            let turn = turns.swap_remove(begun.max(1) - 1);
            self.turn = Some((begun.max(1), count, turn.first_event));
            self.payload = turn.payload;
        }
        self
    }

    /// What it is and where it comes from, line by line.
    pub(super) fn header(&self) -> String {
        let payload = &self.payload;
        let mut text = format!("{}, class {}", payload.name, payload.class);
        if !payload.channels.is_empty() {
            text += &format!(", {} channels", payload.len());
        }
        if let Some((number, count, first)) = self.turn {
            text += &format!(", object {number} of {count}{}", from_event(first));
        } else if let count @ 2.. = turns_of(payload).len() {
            text += &format!(", {count} objects that take turns within a run");
        }
        if let Some(found) = &self.found {
            let (iov, words) = (found.iov, found.iov.in_words());
            text += &format!("\n  valid  {iov} ({words}), looked for {}", found.run);
            text += &match &found.origin {
                Origin::Line { text_file, line } => format!(
                    "\n  from   testing store {}, line {line}, revision {}",
                    text_file.display(),
                    found.revision
                ),
                Origin::Tag {
                    tag,
                    state,
                    metadata,
                } => format!(
                    "\n  from   global tag {tag} ({state}) of {}, revision {}",
                    metadata.display(),
                    found.revision
                ),
            };
        }
        text += &format!("\n  file   {}", self.file.display());
        text += &format!("\n  MD5    {}", self.checksum);
        text
    }

    /// Where it comes from, in a few words.
    pub(super) fn short(&self) -> String {
        let Some(found) = &self.found else {
            return self.file.display().to_string();
        };
        let place = match &found.origin {
            Origin::Line { text_file, .. } => text_file.display().to_string(),
            Origin::Tag { tag, .. } => format!("global tag {tag}"),
        };
        format!("{place}, revision {}, valid {}", found.revision, found.iov)
    }

    /// What it is and where it comes from, for programs.
    pub(super) fn document(&self) -> Map<String, Value> {
        let mut map = Map::new();
        map.insert("name".into(), json!(self.payload.name));
        map.insert("class".into(), json!(self.payload.class));
        map.insert("file".into(), json!(self.file));
        map.insert("checksum".into(), json!(self.checksum));
        if let Some(found) = &self.found {
            map.insert("run".into(), json!(found.run));
            map.insert("iov".into(), json!(found.iov));
            map.insert("revision".into(), json!(found.revision));
            let origin = match &found.origin {
                Origin::Line { text_file, line } => {
                    json!({ "kind": "testing store", "text_file": text_file, "line": line })
                }
                Origin::Tag {
                    tag,
                    state,
                    metadata,
                } => json!({
                    "kind": "global tag", "tag": tag, "state": state.name(), "metadata": metadata,
                }),
            };
            map.insert("origin".into(), origin);
        }
        if let Some((number, count, first)) = self.turn {
            let turn = json!({ "object": number, "objects": count, "first_event": first });
            map.insert("turn".into(), turn);
        }
        map
    }
}

/// From which event on an object is valid.
pub(super) fn from_event(first: Option<i64>) -> String {
    match first {
        Some(first) => format!(", from event {first} on"),
        None => ", without a first event".to_owned(),
    }
}

fn unusable(text: String) -> Failure {
    Failure::new(Exit::Input, "payload::unreadable", text)
        .hint("b2caf inspect shows what is in any ROOT file")
}

/// There is no payload for the run: what is there.
fn missing(place: &Place, name: &str, run: ExpRun, absent: &Absent) -> Failure {
    let place = match place {
        Place::Testing(folder) => folder.display().to_string(),
        Place::Tag(tag) => format!("global tag {tag}"),
    };
    if absent.intervals.is_empty() {
        let text = format!("{place} has no payload {name}");
        let failure = Failure::new(Exit::REFUSED, "db::no-payload", text);
        let names = absent.names.iter().map(String::as_str);
        return match nearest(name, names) {
            Some(near) => failure.hint(format!("did you mean {near}?")),
            None => failure.hint(listed(&absent.names)),
        };
    }
    let failure = Failure::new(
        Exit::REFUSED,
        "db::no-payload",
        format!("{place} has no payload {name} for run {run}"),
    );
    let [before, after] = absent.beside(run);
    let near: Vec<String> = before
        .map(|iov| format!("{iov} before it"))
        .into_iter()
        .chain(after.map(|iov| format!("{iov} after it")))
        .collect();
    let count = absent.intervals.len();
    let of = if count > near.len() {
        format!(", of {count} intervals")
    } else {
        String::new()
    };
    failure.hint(format!("the nearest: {}{of}", near.join(", ")))
}

/// The names that there are, or the first of them.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 5;
    match names.len() {
        0 => "there is no payload at all".into(),
        count if count > SHOWN => {
            format!(
                "there are {count} others, such as {}",
                names[..SHOWN].join(", ")
            )
        }
        _ => format!("there is {}", names.join(", ")),
    }
}
