//! A value of the script that only passes through here.

use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// A value that a scripted strategy hands to a scripted algorithm, or gets back from it.
#[derive(Clone)]
pub struct Opaque {
    value: Arc<dyn Any + Send + Sync>,
    text: Arc<str>,
}

impl Opaque {
    /// `value` with a text that is equal for equal values and for no others.
    #[must_use]
    pub fn new(value: impl Any + Send + Sync, text: impl Into<Arc<str>>) -> Self {
        Self {
            value: Arc::new(value),
            text: text.into(),
        }
    }

    /// The value, if it is of that type.
    #[must_use]
    pub fn value<T: Any + Clone>(&self) -> Option<T> {
        self.value.downcast_ref::<T>().cloned()
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl PartialEq for Opaque {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
