//! Payloads as ROOT files that hold one object each, as the conditions database of basf2 has them.

use std::path::Path;

use crate::root::{
    self, ClassDeclaration, Classes, MemberDeclaration, Record, RootFile, Streaming, Value,
};

use super::columns::{Columns, INDEX, columns};
use super::library::StoredAs;
use super::{Error, Library, Payload, PayloadFormat, objects};

/// The class of a container whose objects take turns within a run.
const TURNS: &str = "Belle2::EventDependency";

/// The class of an array of objects of one class.
pub(super) const CLONES: &str = "TClonesArray";

/// The form of ROOT files: an object of the payload's class under the name of the payload.
///
/// A class that the library does not know is one of its own: an object with the channel numbers
/// (`index_…`) and a column of numbers for each member, described in the file.
#[derive(Clone, Copy, Debug, Default)]
pub struct RootForm;

impl PayloadFormat for RootForm {
    fn extension(&self) -> &'static str {
        "root"
    }

    fn write(&self, payload: &Payload) -> Result<Vec<u8>, Error> {
        let library = Library::standard();
        let known = library.payload(&payload.name);
        let stored_as = known.map_or(StoredAs::Object, |known| known.stored_as);
        let wrong = |error: root::WriteError| Error::DoesNotFit {
            payload: payload.name.clone(),
            class: payload.class.clone(),
            reason: error.to_string(),
        };
        let Some(class) = library.class(&payload.class) else {
            let (classes, object) = own(payload)?;
            return root::write_object(&payload.name, "", &payload.class, &object, &classes)
                .map_err(wrong);
        };
        let object = match (&payload.object, stored_as) {
            (Some(object), _) => object.clone(),
            (None, StoredAs::TClonesArray) => {
                let objects = objects::objects(payload, class, library)?;
                let clones = Record::new(CLONES).with("class", class);
                clones.with("objects", Value::List(objects)).into()
            }
            (None, _) => objects::object(payload, class, library)?,
        };
        check_turns(&object).map_err(|reason| Error::DoesNotFit {
            payload: payload.name.clone(),
            class: payload.class.clone(),
            reason,
        })?;
        let turns = class_of(&object) == Some(TURNS);
        let (class, object) = match stored_as {
            StoredAs::EventDependency if !turns => (TURNS, in_turns(vec![object], &[])),
            StoredAs::TClonesArray => (CLONES, object),
            _ if turns => (TURNS, object),
            _ => (class, object),
        };
        root::write_object(&payload.name, "", class, &object, library.classes()).map_err(wrong)
    }

    fn read(&self, name: &str, bytes: Vec<u8>) -> Result<Payload, String> {
        let opened = Opened::new(name, bytes)?;
        if let Some(found) = opened.other_name() {
            return Err(format!(
                "it holds {found}, and no object of the name {name}"
            ));
        }
        let (class, object) = opened.object().map_err(|(_, reason)| reason)?;
        let inner_class = inner_class(&class, &object).to_owned();
        let (channels, members) = if turns(&object) > 1 {
            Default::default()
        } else {
            shown(first_in_turn(&object).unwrap_or(&object), &inner_class)
        };
        Ok(Payload {
            name: name.to_owned(),
            class: Library::short(&inner_class).to_owned(),
            channels,
            members,
            object: Some(object),
        })
    }
}

/// What of an object of a class can be seen as columns.
fn shown(object: &Value, class: &str) -> Columns {
    columns(object, Library::standard().indices(class)).unwrap_or_default()
}

/// One of the objects that take turns within a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// The first event for which it is valid; `None` if the payload does not say.
    pub first_event: Option<i64>,
    /// The object, as a payload of its own.
    pub payload: Payload,
}

/// The objects of a payload in which they take turns, in their order; none if it is no such payload.
#[must_use]
pub fn turns_of(payload: &Payload) -> Vec<Turn> {
    let Some(container) = &payload.object else {
        return Vec::new();
    };
    let events = std::iter::once(Some(0))
        .chain(first_events(container).iter().copied().map(Some))
        .chain(std::iter::repeat(None));
    let objects = turning(container).unwrap_or_default().iter();
    objects
        .zip(events)
        .map(|(object, first_event)| {
            let class = item_class(object).or_else(|| class_of(object));
            let class = class.unwrap_or(&payload.class);
            let (channels, members) = shown(object, class);
            let payload = Payload {
                name: payload.name.clone(),
                class: Library::short(class).to_owned(),
                channels,
                members,
                object: Some(object.clone()),
            };
            Turn {
                first_event,
                payload,
            }
        })
        .collect()
}

/// The name of the one payload in a file.
///
/// # Errors
/// When it is no ROOT file, or holds several objects or none.
pub fn payload_name(path: &Path, bytes: &[u8]) -> Result<String, String> {
    let file = RootFile::parse(path, bytes.to_vec()).map_err(|error| error.to_string())?;
    match file.keys() {
        [one] => Ok(one.path.clone()),
        keys => {
            let count = keys.len();
            Err(format!(
                "{} holds {count} objects, and a payload is one",
                path.display()
            ))
        }
    }
}

/// A ROOT file that should hold the object of a payload.
pub(super) struct Opened {
    name: String,
    file: RootFile,
}

impl Opened {
    pub(super) fn new(name: &str, bytes: Vec<u8>) -> Result<Self, String> {
        let file = RootFile::parse(name, bytes).map_err(|error| error.to_string())?;
        let name = name.to_owned();
        Ok(Self { name, file })
    }

    /// What it holds, if it is not the payload.
    pub(super) fn other_name(&self) -> Option<&str> {
        let keys = self.file.keys();
        if keys.iter().any(|key| key.path == self.name) {
            return None;
        }
        Some(keys.first().map_or("nothing", |key| key.path.as_str()))
    }

    /// Whether the file describes a class.
    pub(super) fn describes(&self, class: &str) -> bool {
        self.file.describes(class)
    }

    /// Class and content of the object; the class, if it is known, and the reason where it cannot be
    /// read.
    pub(super) fn object(&self) -> Result<(String, Value), (Option<String>, String)> {
        let classes = Library::standard().classes();
        let key = self.file.keys().iter().find(|key| key.path == self.name);
        let class = key.map(|key| key.class.clone());
        let read = self.file.object_of(&self.name, classes);
        read.map_err(|error| (class, error.to_string()))
    }
}

/// The class of the payload in a file, be it in a container or not.
pub(super) fn inner_class<'a>(class: &'a str, object: &'a Value) -> &'a str {
    let inner = first_in_turn(object).unwrap_or(object);
    item_class(inner)
        .or_else(|| class_of(inner))
        .unwrap_or(class)
}

/// Why the columns of a payload cannot be an object of its class, if they cannot.
#[must_use]
pub fn unfit(payload: &Payload) -> Option<Error> {
    let library = Library::standard();
    let class = library.class(&payload.class)?;
    let known = library.payload(&payload.name).map(|known| known.stored_as);
    match known {
        Some(StoredAs::TClonesArray) => objects::objects(payload, class, library).err(),
        _ => objects::object(payload, class, library).err(),
    }
}

/// Class of an object.
fn class_of(value: &Value) -> Option<&str> {
    Some(&*value.as_record()?.class)
}

/// Class of the objects of an array.
fn item_class(value: &Value) -> Option<&str> {
    let record = value
        .as_record()
        .filter(|record| &*record.class == CLONES)?;
    match record.get("class") {
        Some(Value::Text(class)) => Some(class),
        _ => None,
    }
}

/// Objects that take turns: each holds from its event number on, the first from the beginning.
pub(super) fn in_turns(objects: Vec<Value>, first_events: &[u32]) -> Value {
    let events = first_events.iter().map(|event| i64::from(*event));
    Record::new(TURNS)
        .with("m_objects", Value::List(objects))
        .with("m_eventNumbers", Value::Ints(events.collect()))
        .into()
}

/// The objects of a container in which they take turns.
fn turning(value: &Value) -> Option<&[Value]> {
    let record = value.as_record().filter(|record| &*record.class == TURNS)?;
    match record.get("m_objects") {
        Some(Value::List(objects)) => Some(objects),
        _ => None,
    }
}

/// First events of the objects that take turns, without that of the first.
fn first_events(value: &Value) -> &[i64] {
    match value
        .as_record()
        .and_then(|record| record.get("m_eventNumbers"))
    {
        Some(Value::Ints(events)) => events,
        _ => &[],
    }
}

/// Whether objects that take turns are each there for some events.
fn check_turns(value: &Value) -> Result<(), String> {
    let Some(objects) = turning(value) else {
        return Ok(());
    };
    let events = first_events(value);
    if events.len() + 1 != objects.len() {
        return Err(format!(
            "{} objects need {} first events, not {}",
            objects.len(),
            objects.len().max(1) - 1,
            events.len()
        ));
    }
    match events.windows(2).find(|pair| pair[0] >= pair[1]) {
        Some(pair) => Err(format!(
            "first events must rise, but {} comes after {}",
            pair[1], pair[0]
        )),
        None => Ok(()),
    }
}

/// The object that is in force for an event of the run: the one that began last.
pub(super) fn at_event(value: &Value, event: u32) -> &Value {
    let begun = first_events(value)
        .iter()
        .take_while(|first| **first <= i64::from(event));
    let found = turning(value).and_then(|objects| objects.get(begun.count()));
    found.unwrap_or(value)
}

/// How many objects take turns; 0 if it is no such container.
pub(super) fn turns(value: &Value) -> usize {
    turning(value).map_or(0, <[Value]>::len)
}

fn first_in_turn(value: &Value) -> Option<&Value> {
    turning(value)?.first()
}

/// The declaration and the object of a payload whose class is its own.
fn own(payload: &Payload) -> Result<(Classes, Value), Error> {
    let single = payload.channels.is_empty();
    let mut members = Vec::new();
    let mut object = Record::new(&payload.class);
    let mut add = |name: String, cpp_type: &str, value: Value| {
        members.push(MemberDeclaration {
            name: name.clone(),
            cpp_type: cpp_type.to_owned(),
            title: String::new(),
            about: String::new(),
            default: None,
        });
        object.members.push((name.into(), value));
    };
    for (name, numbers) in &payload.channels {
        add(
            format!("{INDEX}{name}"),
            "vector<int>",
            Value::Ints(numbers.clone()),
        );
    }
    for (name, column) in &payload.members {
        match (single, column.as_slice()) {
            (true, [value]) => add(name.clone(), "double", Value::Float(*value)),
            _ => add(
                name.clone(),
                "vector<double>",
                Value::Floats(column.clone()),
            ),
        }
    }
    let declaration = ClassDeclaration {
        name: payload.class.clone(),
        version: Some(1),
        checksum: None,
        streaming: Streaming::Info,
        about: String::new(),
        size: None,
        bases: vec!["TObject".to_owned()],
        members,
    };
    let wrong = |error: root::DeclarationError| Error::DoesNotFit {
        payload: payload.name.clone(),
        class: payload.class.clone(),
        reason: error.to_string(),
    };
    let classes = Classes::new(&[declaration], &[]).map_err(wrong)?;
    Ok((classes, object.into()))
}
