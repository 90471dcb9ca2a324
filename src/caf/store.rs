//! Payloads of calibrations on their way into stores.

use serde_json::Value;

use crate::conditions::{Payload, Store, Written};
use crate::iov::IoV;

use super::files::remove;
use super::folder::Folder;
use super::{CalibrationOutcome, Error};

/// Stores payloads with their intervals and origins in one transaction.
pub(super) fn store_all(
    store: &Store,
    payloads: &[(Payload, IoV, Value)],
) -> Result<Vec<Written>, Error> {
    let mut commit = store.commit();
    for (payload, iov, facts) in payloads {
        commit.add(payload.clone(), *iov, facts.clone())?;
    }
    Ok(commit.finish()?)
}

/// Puts the payloads of all calibrations that completed and are to be saved together, in the order
/// of the calibrations, and says where they are.
pub(super) fn publish(
    folder: &Folder,
    calibrations: &mut [CalibrationOutcome],
) -> Result<(), Error> {
    let partial = folder.outputdb().with_file_name(".partial-outputdb");
    remove(&partial)?;
    let store = folder.store(partial.clone());
    let mut commit = store.commit();
    let all = calibrations.iter().filter(|one| one.is_saved());
    for one in all.filter(|one| !one.payloads.is_empty()) {
        let from = Store::new(folder.calibration_outputdb(&one.name));
        for record in &from.database()?.records {
            let Some(iov) = record.iov else {
                continue;
            };
            let payload = from.read(record)?;
            let origins = from.provenance(&record.name, &record.revision)?;
            let origins = origins.map(|found| found.origins).unwrap_or_default();
            let facts = origins.into_iter().find(|origin| origin.iov == iov);
            commit.add(payload, iov, facts.map_or(Value::Null, |o| o.facts))?;
        }
    }
    let written = commit.finish()?;
    remove(&folder.outputdb())?;
    if !written.is_empty() {
        std::fs::rename(&partial, folder.outputdb()).map_err(Error::output(folder.outputdb()))?;
    }
    let payloads = calibrations
        .iter_mut()
        .filter(|one| one.is_saved())
        .flat_map(|one| &mut one.payloads);
    for (payload, line) in payloads.zip(written) {
        let file = line.file.file_name().unwrap_or_default();
        payload.file = folder.relative(&folder.outputdb().join(file));
        payload.revision = line.revision;
    }
    Ok(())
}
