//! Several stores, one after another.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::iov::{ExpRun, IoV};

use super::{Error, Payload, Record, Store};

/// Constants in force, and where they come from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct InForce {
    /// Name of the payload.
    pub payload: String,
    /// Revision in the name of its file.
    pub revision: String,
    /// Interval of validity.
    pub iov: IoV,
    /// What holds them: a calibration and its iteration, a global tag, a folder.
    pub from: String,
}

impl InForce {
    /// Those of a line of a store.
    #[must_use]
    pub fn new(store: &Store, record: &Record) -> Self {
        Self {
            payload: record.name.clone(),
            revision: record.revision.clone(),
            iov: record.iov.unwrap_or(IoV::EVERYTHING),
            from: store.origin(),
        }
    }
}

/// Stores in the order in which they are asked; the first that has a payload for the run wins.
#[derive(Clone, Default)]
pub struct Chain {
    stores: Arc<[Store]>,
}

impl Chain {
    /// Asks `stores` in that order.
    #[must_use]
    pub fn new(stores: Vec<Store>) -> Self {
        Self {
            stores: stores.into(),
        }
    }

    /// The stores in the order in which they are asked.
    #[must_use]
    pub fn stores(&self) -> &[Store] {
        &self.stores
    }

    /// As this one, but `store` is asked before all others.
    #[must_use]
    pub fn with_first(&self, store: Store) -> Self {
        let mut stores = vec![store];
        stores.extend(self.stores.iter().cloned());
        Self::new(stores)
    }

    /// The payload in force for `name` in `run`, or `None` if no store has one.
    ///
    /// # Errors
    /// When a store that is asked cannot be read.
    pub fn find(&self, name: &str, run: ExpRun) -> Result<Option<Payload>, Error> {
        Ok(self.find_in_force(name, run)?.map(|(payload, _)| payload))
    }

    /// The same, and where it comes from.
    ///
    /// # Errors
    /// As [`Chain::find`].
    pub fn find_in_force(
        &self,
        name: &str,
        run: ExpRun,
    ) -> Result<Option<(Payload, InForce)>, Error> {
        for store in self.stores.iter() {
            if let Some(found) = store.find_in_force(name, run)? {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}
