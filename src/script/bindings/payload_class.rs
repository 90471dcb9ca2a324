//! The class that a script names for a payload.

use super::super::raise::{Fallible, Raised};
use crate::conditions::Library;
use crate::settings::nearest;

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
    match nearest(class, library.names()).filter(|near| is_slip(near, class)) {
        Some(near) => {
            let message =
                format!("class {class} is not known, and its name is nearly that of another");
            unfit(
                message,
                format!("did you mean `{near}`? A class of its own needs another name"),
            )
        }
        None => Ok(class.to_owned()),
    }
}

/// Whether a name is rather a misspelt one than one of its own.
fn is_slip(known: &str, name: &str) -> bool {
    let (known, name) = (known.to_lowercase(), name.to_lowercase());
    name.len() > 2 * NEAR && strsim::osa_distance(&known, &name) <= NEAR
}
