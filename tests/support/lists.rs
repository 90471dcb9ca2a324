//! Whether a file of vectors holds anything that no test asks for.

use crate::golden;

/// Checks that every list of a file of vectors is among those that are tested.
pub(crate) fn all_tested(file: &str, tested: &[&str]) {
    let all = golden::whole(file).unwrap_or_default();
    let lists = all.as_object().into_iter().flatten();
    for (list, _) in lists.filter(|(list, _)| *list != "kind") {
        assert!(
            tested.contains(&list.as_str()),
            "{file}: nothing tests {list}"
        );
    }
}
