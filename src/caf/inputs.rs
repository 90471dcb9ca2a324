//! Whether the input files of a run that is continued are still those it began with.

use std::collections::BTreeMap;
use std::fs;
use std::time::UNIX_EPOCH;

use crate::plan::Plan;

use super::Error;
use super::state::StateDb;

const FACT: &str = "inputs";

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
        let Ok(facts) = fs::metadata(path) else {
            continue;
        };
        let changed = facts
            .modified()
            .ok()
            .and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        let nanoseconds = changed.map_or(0, |time| {
            time.as_secs() * 1_000_000_000 + u64::from(time.subsec_nanos())
        });
        found.insert(name, (facts.len(), nanoseconds));
    }
    found
}
