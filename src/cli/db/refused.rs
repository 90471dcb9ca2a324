//! What is shown when something cannot be done with tags.

use crate::conditions::tags::TagError;
use crate::settings::nearest;

use super::super::exit::Exit;
use super::super::failure::Failure;

/// The failure for an error: its exit code, and what to do.
pub(in crate::cli) fn refused(error: TagError) -> Failure {
    let (code, text) = (error.code(), error.to_string());
    match error {
        TagError::NoStore { .. } => Failure::new(Exit::Usage, code, text)
            .hint("name the folder with --store, or make a tag: b2caf db tag create NAME"),
        TagError::UnknownTag { name, known } => {
            let near = nearest(&name, known.iter().map(String::as_str));
            let failure = Failure::new(Exit::Usage, code, text);
            match near {
                Some(near) => failure.hint(format!("did you mean {near}?")),
                None => failure.hint("b2caf db tag list shows what there is"),
            }
        }
        TagError::UnknownTags(_) => {
            Failure::new(Exit::Usage, code, text).hint("b2caf db tag list shows what there is")
        }
        TagError::NotAppended { .. } => Failure::new(Exit::Usage, code, text)
            .hint("upload to an OPEN tag, and take it over: b2caf db tag update"),
        TagError::WrongState {
            ref tag, needed, ..
        } => {
            let hint = format!("b2caf db tag state {tag} {needed}, when it is ready for that");
            Failure::new(Exit::Usage, code, text).hint(hint)
        }
        TagError::NotEmpty { .. } => {
            Failure::new(Exit::Usage, code, text).hint("make a new tag: b2caf db tag create NAME")
        }
        TagError::LocalTag(_) => Failure::new(Exit::Usage, code, text)
            .hint("name another folder with --store, which is made if it is not there"),
        TagError::TagName(_)
        | TagError::TagExists(_)
        | TagError::Transition { .. }
        | TagError::Closed { .. } => Failure::new(Exit::Usage, code, text),
        TagError::NotUsable { ref tag, .. } => {
            let hint = format!("when it is ready for that: b2caf db tag state {tag} TESTING");
            Failure::new(Exit::Usage, code, text).hint(hint)
        }
        TagError::NotMetadata { .. } | TagError::OtherSchema { .. } => {
            Failure::new(Exit::Input, code, text).hint("name another folder with --store")
        }
        TagError::NoFile { .. } | TagError::WrongChecksum { .. } => {
            Failure::new(Exit::Input, code, text).hint("copy the file from where the tag came from")
        }
        TagError::BrokenInterval { .. } => Failure::new(Exit::Input, code, text)
            .hint("it was made by another program; take that payload out where the tag came from"),
        TagError::Changed(_) => Failure::new(Exit::REFUSED, code, text),
        _ => Failure::new(Exit::Input, code, text),
    }
}
