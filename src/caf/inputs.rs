//! Whether input files and constants of a run that is continued are still those it began with.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::conditions::Chain;
use crate::plan::Plan;

use super::local_database::identity;
use super::state::StateDb;
use super::{Error, Options};

const FACT: &str = "inputs";

const CONSTANTS: &str = "constants";

/// Identity of the constants to start from, compared with those when the run began.
///
/// # Errors
/// When they are others.
pub(super) fn check_start(options: &Options, state: &StateDb) -> Result<(), Error> {
    let start = Chain::new(options.constants.clone());
    let now = identity(&start)?;
    match state.get(CONSTANTS)? {
        None => Ok(state.set(CONSTANTS, &now)?),
        Some(then) if then == now => Ok(()),
        Some(_) => Err(Error::OtherConstants),
    }
}

/// Size and time of change of each input file, compared with what was found when the run began.
///
/// # Errors
/// When a file has changed since.
pub(super) fn check_inputs(plan: &Plan, state: &StateDb) -> Result<(), Error> {
    let now = inputs(plan);
    let Some(text) = state.get(FACT)? else {
        let text = serde_json::to_string(&now).unwrap_or_default();
        state.set(FACT, &text)?;
        return Ok(());
    };
    let then: BTreeMap<String, (u64, u64)> = serde_json::from_str(&text).unwrap_or_default();
    let changed = now
        .iter()
        .find(|(path, found)| then.get(*path).is_some_and(|known| known != *found));
    match changed {
        Some((path, _)) => Err(Error::ChangedInput { path: path.into() }),
        None => Ok(()),
    }
}

/// Files that cannot be looked at are left to whoever reads them.
fn inputs(plan: &Plan) -> BTreeMap<String, (u64, u64)> {
    let files = plan
        .calibrations
        .iter()
        .flat_map(|one| one.collections.values())
        .flat_map(|collection| collection.input_files.keys());
    let mut found = BTreeMap::new();
    for path in files {
        let name = path.to_string_lossy().into_owned();
        if found.contains_key(&name) {
            continue;
        }
        if let Some(stamp) = stamp(path) {
            found.insert(name, stamp);
        }
    }
    found
}

/// Size of a file, and time of its last change in nanoseconds; `None` if it cannot be looked at.
pub(super) fn stamp(path: &Path) -> Option<(u64, u64)> {
    let facts = fs::metadata(path).ok()?;
    let changed = facts.modified().ok();
    let changed = changed.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let nanoseconds = changed.map_or(0, |time| {
        time.as_secs() * 1_000_000_000 + u64::from(time.subsec_nanos())
    });
    Some((facts.len(), nanoseconds))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use indexmap::IndexMap;
    use serde_json::json;

    use super::*;
    use crate::conditions::{Payload, Store};
    use crate::iov::IoV;

    fn constants(folder: &Path, value: f64) {
        let store = Store::new(folder);
        let mut commit = store.commit();
        let payload = Payload {
            name: "A".into(),
            class: "ExampleA".into(),
            channels: IndexMap::new(),
            members: IndexMap::from([("a".into(), vec![value])]),
            object: None,
        };
        commit.add(payload, IoV::EVERYTHING, json!({})).unwrap();
        commit.finish().unwrap();
    }

    #[test]
    fn a_run_goes_on_only_with_the_constants_it_began_with() {
        let folder = tempfile::tempdir().unwrap();
        let [one, same, other] = ["one", "same", "other"].map(|name| folder.path().join(name));
        constants(&one, 1.0);
        constants(&same, 1.0);
        constants(&other, 2.0);
        let state = StateDb::create_or_open(&folder.path().join("state.db")).unwrap();
        let check = |given: &[&Path]| {
            let mut options = Options::new(folder.path());
            options.constants = given.iter().map(|path| Store::new(*path)).collect();
            check_start(&options, &state)
        };
        check(&[&one]).unwrap();
        check(&[&one]).unwrap();
        check(&[&same]).unwrap();
        assert!(matches!(check(&[&other]), Err(Error::OtherConstants)));
        assert!(matches!(check(&[]), Err(Error::OtherConstants)));
        assert!(matches!(check(&[&other, &one]), Err(Error::OtherConstants)));
    }
}
