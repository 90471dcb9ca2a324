//! Shared handles: a second variable is a second name for the same object, as in Python.

use std::sync::{Arc, PoisonError, RwLock};

/// A description that several variables may name.
#[derive(Debug)]
pub(crate) struct Handle<T>(Arc<RwLock<T>>);

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<T: Clone> Handle<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(Arc::new(RwLock::new(value)))
    }

    /// The description as it is now.
    pub(crate) fn get(&self) -> T {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Changes the description.
    pub(crate) fn edit<R>(&self, change: impl FnOnce(&mut T) -> R) -> R {
        change(&mut self.0.write().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks at the description.
    pub(crate) fn look<R>(&self, look: impl FnOnce(&T) -> R) -> R {
        look(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// An independent copy.
    pub(crate) fn copy(&self) -> Self {
        Self::new(self.get())
    }

    /// Whether both name the same object.
    pub(crate) fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}
