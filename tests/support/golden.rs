//! Vectors of the upstream code, and the count of cases per rule.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

/// A whole file of vectors; nothing, said aloud, when it is not there.
pub(crate) fn whole(file: &str) -> Option<Value> {
    let folder = std::env::var_os("B2CAF_TEST_DATA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let path = folder.join("golden").join(file);
    if !path.exists() {
        say!("skipped: there is no {}", path.display());
        return None;
    }
    let text = std::fs::read_to_string(path).unwrap();
    Some(serde_json::from_str(&text).unwrap())
}

/// An entry of a file of vectors.
pub(crate) fn entry(file: &str, name: &str) -> Option<Value> {
    whole(file).map(|all| all[name].clone())
}

/// The cases of one list of a file of vectors; none, said aloud, when the file is not there.
pub(crate) fn cases(file: &str, list: &str) -> Vec<Value> {
    entry(file, list).map_or_else(Vec::new, |cases| cases.as_array().unwrap().clone())
}

/// Cases per rule, said when it goes out of scope.
pub(crate) struct Tally {
    list: &'static str,
    rules: BTreeMap<&'static str, usize>,
}

impl Tally {
    /// For the cases of this list.
    pub(crate) fn of(list: &'static str) -> Self {
        let rules = BTreeMap::new();
        Self { list, rules }
    }

    /// One more case under this rule.
    pub(crate) fn count(&mut self, rule: &'static str) {
        *self.rules.entry(rule).or_default() += 1;
    }
}

impl Drop for Tally {
    fn drop(&mut self) {
        for (rule, count) in &self.rules {
            say!("{}: {count:4} {rule}", self.list);
        }
    }
}
