//! Baskets that were opened last.

use std::collections::HashMap;
use std::sync::Arc;

use super::basket::{Basket, Store};
use super::error::Result;

/// The last decompressed basket of each column, so that neighbouring ranges open it once.
///
/// One per thread; it may serve any number of trees and files. It holds one basket for each
/// column that was read through it.
#[derive(Debug, Default)]
pub struct Cache {
    packed: Vec<u8>,
    last: HashMap<u64, (usize, Arc<Basket>)>,
}

impl Cache {
    /// An empty one.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets all baskets: when a file is done with.
    pub fn clear(&mut self) {
        self.last.clear();
    }

    pub(super) fn basket(&mut self, store: &Store, index: usize) -> Result<Arc<Basket>> {
        let room = match self.last.remove(&store.id) {
            Some((known, basket)) if known == index => {
                self.last.insert(store.id, (index, basket.clone()));
                return Ok(basket);
            }
            Some((_, basket)) => Arc::try_unwrap(basket).unwrap_or_default(),
            None => Basket::default(),
        };
        let basket = Arc::new(store.load(index, &mut self.packed, room)?);
        self.last.insert(store.id, (index, basket.clone()));
        Ok(basket)
    }
}
