//! The class that a script names for a payload.

use super::super::raise::{Fallible, Raised};
use crate::conditions::Library;

/// A name this near to a known one is a misspelt one rather than one of its own.
const NEAR: usize = 2;

/// The class of a payload, if it can be: that which the payload is known to have, another one of
/// the library, or one of its own.
pub(super) fn payload_class(payload: &str, class: &str) -> Fallible<String> {
    let library = Library::standard();
    let unfit = |message: String, hint: String| {
        Err(Raised::new("payload::class", message).hint(hint).boxed())
    };
    if let Some(expected) = library.payload_class(payload) {
        if library.class(class) == Some(expected) {
            return Ok(class.to_owned());
        }
        let message = format!("payload {payload} does not hold an object of class {class}");
        return unfit(
            message,
            format!("its class is {}", Library::short(expected)),
        );
    }
    if library.class(class).is_some() {
        return Ok(class.to_owned());
    }
    // Anything else is a class of its own, unless it was meant to be one that is known.
    let near = library
        .names()
        .filter(|name| strsim::osa_distance(name, class) <= NEAR);
    match near.min_by_key(|name| strsim::osa_distance(name, class)) {
        Some(near) if class.len() > 2 * NEAR => {
            let message =
                format!("class {class} is not known, and its name is nearly that of another");
            unfit(
                message,
                format!("did you mean `{near}`? A class of its own needs another name"),
            )
        }
        _ => Ok(class.to_owned()),
    }
}
