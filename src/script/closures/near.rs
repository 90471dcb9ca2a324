//! "Did you mean": the nearest known name.

pub(super) use crate::settings::nearest;

/// The nearest known name as a hint, or another hint when none is near.
pub(super) fn hint<'a>(
    name: &str,
    known: impl Iterator<Item = &'a str>,
    otherwise: &str,
) -> String {
    nearest(name, known).map_or_else(
        || otherwise.to_owned(),
        |near| format!("did you mean `{near}`?"),
    )
}
