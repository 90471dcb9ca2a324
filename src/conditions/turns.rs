//! Payloads that change within a run.

use super::root_form::in_turns;
use super::{Error, Library, Payload, objects};
use crate::root::Value;

/// One payload of several that take turns within a run: the first holds from the beginning, each
/// other one from its event number on (as an `EventDependency` of basf2 has them).
///
/// # Errors
/// Objects of different names or classes, of a class that only the script knows, with columns
/// that are no object of the class, or not one event number for each but the first.
pub fn take_turns(pieces: &[Payload], first_events: &[u32]) -> Result<Payload, Error> {
    let Some(first) = pieces.first() else {
        return Err(Error::NoMembers {
            payload: String::new(),
        });
    };
    let unfit = |reason: String| Error::DoesNotFit {
        payload: first.name.clone(),
        class: first.class.clone(),
        reason,
    };
    if first_events.len() + 1 != pieces.len() {
        let (objects, events) = (pieces.len(), first_events.len());
        return Err(unfit(format!(
            "{objects} objects with {events} first events"
        )));
    }
    let library = Library::standard();
    let Some(class) = library.class(&first.class) else {
        return Err(unfit(
            "a class of its own cannot change within a run: only classes of the library can".into(),
        ));
    };
    let other = |piece: &&Payload| (&piece.name, &piece.class) != (&first.name, &first.class);
    if let Some(other) = pieces.iter().find(other) {
        let (name, class) = (&other.name, &other.class);
        return Err(unfit(format!(
            "{name} of class {class} takes turns with it"
        )));
    }
    let object = |piece: &Payload| match &piece.object {
        Some(object) => Ok(object.clone()),
        None => objects::object(piece, class, library),
    };
    let objects: Result<Vec<Value>, Error> = pieces.iter().map(object).collect();
    Ok(Payload {
        object: Some(in_turns(objects?, first_events)),
        ..Payload::empty(&first.name, &first.class)
    })
}
