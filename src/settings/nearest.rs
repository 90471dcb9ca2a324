//! The name that was probably meant.

/// The candidate closest to `word`, if one is close enough to be a slip of the pen.
///
/// Upper and lower case do not count as a difference; at most a third of the letters (one at least) may differ.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let word = word.to_lowercase();
    let allowed = (word.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|candidate| !candidate.is_empty())
        .map(|candidate| {
            let distance = strsim::damerau_levenshtein(&word, &candidate.to_lowercase());
            (distance, candidate)
        })
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, _)| *distance <= allowed)
        .map(|(_, candidate)| candidate)
}

/// `did you mean X?`, or else the list of what there is.
pub(super) fn hint<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str> + Clone,
    all: &str,
) -> String {
    match nearest(word, candidates.clone()) {
        Some(name) => format!("did you mean `{name}`?"),
        None => {
            let names: Vec<&str> = candidates.into_iter().collect();
            format!("{all}: {}", names.join(", "))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn slips_are_found_and_strangers_are_not() {
        let names = ["depends_on", "name", "subsystem"];
        assert_eq!(nearest("depend_on", names), Some("depends_on"));
        assert_eq!(nearest("Name", names), Some("name"));
        assert_eq!(nearest("colour", names), None);
    }
}
