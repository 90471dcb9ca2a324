//! The name that was probably meant.

use crate::{expr, settings};

/// A sentence for a hint: the nearest known name, or all of them when they are few.
pub(super) fn did_you_mean<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    // The first knows the prefixes of members, the second letters that changed places.
    let near = expr::nearest(name, known.iter().copied())
        .or_else(|| settings::nearest(name, known.iter().copied()));
    if let Some(candidate) = near {
        return Some(format!("did you mean `{candidate}`?"));
    }
    match known.len() {
        0 => None,
        1..=12 => Some(format!("known are {}", known.join(", "))),
        n => Some(format!(
            "known are {}, … ({n} names)",
            known[..10].join(", ")
        )),
    }
}
