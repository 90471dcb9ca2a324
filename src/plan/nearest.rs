//! The name that was probably meant.

use crate::expr::nearest;

/// A sentence for a hint: the nearest known name, or all of them when they are few.
pub(super) fn did_you_mean<'a>(
    name: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    let known: Vec<&str> = known.into_iter().collect();
    if let Some(candidate) = nearest(name, known.iter().copied()) {
        return Some(format!("did you mean `{candidate}`?"));
    }
    // Two letters that changed places look like nothing to the measure above.
    let swapped = known
        .iter()
        .map(|candidate| (strsim::damerau_levenshtein(name, candidate), *candidate))
        .min()
        .filter(|(distance, candidate)| {
            *distance <= 1 + name.chars().count().max(candidate.chars().count()) / 3
        });
    if let Some((_, candidate)) = swapped {
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
