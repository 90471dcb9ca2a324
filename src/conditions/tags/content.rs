//! What is inside a payload file, as far as checks need to know it.

use crate::iov::IoV;

use super::super::Library;
use super::super::root_form::{Opened, inner_class, turns};
use super::{Fault, FaultKind};

/// What was found in a payload file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inside {
    /// Name of the payload in it; `None` if it does not say.
    pub name: Option<String>,
    /// Class of the object; `None` if it was not looked for.
    pub class: Option<String>,
    /// Whether it holds several objects, each from some event of a run on.
    pub event_dependent: bool,
}

/// What is wrong with a payload file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It cannot be read, for this reason.
    Unreadable(String),
    /// Its class is not known.
    UnknownClass(String),
    /// Its class is another one than payloads of that name have.
    WrongClass {
        /// The class in the file.
        found: String,
        /// The class it should have.
        needed: String,
    },
}

/// Looks into a payload file: gets the name that the payload should have and the bytes of the file.
pub type Look<'a> = &'a dyn Fn(&str, &[u8]) -> Result<Inside, Trouble>;

/// Looks into a ROOT file for the object of a payload: its name and its class. Of other files, which may
/// be anything, nothing is said, unless the payload is known to be an object of a class.
///
/// # Errors
/// When the file or the object cannot be read, or the class is not that of the payload.
pub fn look_inside(name: &str, bytes: &[u8]) -> Result<Inside, Trouble> {
    let library = Library::standard();
    let known = library.payload(name);
    if !bytes.starts_with(b"root") {
        let no_file = || Trouble::Unreadable("it is no ROOT file".to_owned());
        return if known.is_some() {
            Err(no_file())
        } else {
            Ok(Inside::default())
        };
    }
    let opened = Opened::new(name, bytes.to_vec()).map_err(Trouble::Unreadable)?;
    if let Some(other) = opened.other_name() {
        return Ok(Inside {
            name: Some(other.to_owned()),
            ..Inside::default()
        });
    }
    let (class, object) = match opened.object() {
        Ok(found) => found,
        Err((Some(class), _)) if library.class(&class).is_none() && !opened.describes(&class) => {
            return Err(Trouble::UnknownClass(class));
        }
        Err((_, reason)) => return Err(Trouble::Unreadable(reason)),
    };
    let inner = inner_class(&class, &object);
    if let Some(needed) = library
        .payload_class(name)
        .filter(|needed| *needed != inner)
    {
        return Err(Trouble::WrongClass {
            found: inner.to_owned(),
            needed: needed.to_owned(),
        });
    }
    Ok(Inside {
        name: Some(name.to_owned()),
        class: Some(inner.to_owned()),
        event_dependent: turns(&object) > 1,
    })
}

/// What is wrong with the content of a payload that should be `name` and is valid in `iovs`.
pub(super) fn faults_inside(name: &str, iovs: &[IoV], bytes: &[u8], look: Look) -> Vec<Fault> {
    let inside = match look(name, bytes) {
        Ok(inside) => inside,
        Err(trouble) => return vec![fault_of(name, trouble)],
    };
    let mut faults = Vec::new();
    if let Some(other) = inside.name.filter(|other| other != name) {
        faults.push(Fault::error(
            FaultKind::OtherPayload,
            format!("the file of {name} holds payload {other}"),
            format!("write {other} in its place, or make the file of {name} again"),
        ));
    }
    let several = |iov: &&IoV| inside.event_dependent && iov.low() != iov.high();
    for iov in iovs.iter().filter(several) {
        let text = format!(
            "{name} depends on the event and is valid for {iov}: event numbers begin anew in each run"
        );
        let advice = "give each run a payload of its own".to_owned();
        faults.push(Fault::error(FaultKind::EventDependent, text, advice).within(*iov));
    }
    faults
}

fn fault_of(name: &str, trouble: Trouble) -> Fault {
    match trouble {
        Trouble::Unreadable(reason) => Fault::error(
            FaultKind::Unreadable,
            format!("the file of {name} cannot be read: {reason}"),
            "make it again",
        ),
        Trouble::UnknownClass(class) => Fault::error(
            FaultKind::UnknownClass,
            format!("the file of {name} holds an object of class {class}, which is not known"),
            "check the spelling of the class, or declare it in a file of stdlib/payloads",
        ),
        Trouble::WrongClass { found, needed } => Fault::error(
            FaultKind::WrongClass,
            format!("the file of {name} holds an object of class {found}, and {needed} is needed"),
            format!("make it again with class {needed}: those who use {name} cannot read it"),
        ),
    }
}
