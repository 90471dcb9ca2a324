//! Several stores, one after another.

use std::sync::Arc;

use crate::iov::ExpRun;

use super::{Error, Payload, Store};

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
        for store in self.stores.iter() {
            if let Some(payload) = store.find(name, run)? {
                return Ok(Some(payload));
            }
        }
        Ok(None)
    }
}
