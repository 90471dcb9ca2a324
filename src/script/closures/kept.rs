//! Closures that run as ordinary scripts, long after the plan was made: `|data| …`, `|s| …`.

use std::sync::Arc;

use rhai::Dynamic;

use crate::expr::{Failure, Place};

use super::super::{Closure, Context, Source};
use super::callable::Callable;
use super::members::{Known, taken};
use super::term::Function;
use super::{compile, identity, walk};

/// A closure with all that it captured as it was then, ready to be called on any thread.
pub struct Kept {
    callable: Callable,
    source: String,
    body: Function,
    text: Arc<Source>,
}

impl Kept {
    /// Keeps a closure with one parameter, `parameter` as its users write it.
    ///
    /// # Errors
    /// When it has another number of parameters, or captures what is no plain data.
    pub fn new(context: &Context, closure: &Closure, parameter: &str) -> Result<Self, Failure> {
        let function = walk::function(&closure.source, &closure.definition);
        let captured = closure.pointer.iter_curry().count();
        let given = function.parameters.len().saturating_sub(captured);
        if given != 1 {
            return Err(Failure {
                message: format!("this closure has {given} parameters instead of 1"),
                hint: Some(format!("write it as `|{parameter}| …`")),
                place: function.place,
            });
        }
        compile::open(context, closure, 1)?;
        Ok(Self {
            callable: Callable::new(closure),
            source: identity::text(context, closure),
            text: Arc::clone(&closure.source),
            body: function,
        })
    }

    /// Calls it.
    ///
    /// # Errors
    /// What it raises, with the place.
    pub fn call(&self, argument: Dynamic) -> Result<Dynamic, Failure> {
        self.callable.call(std::iter::once(argument))
    }

    /// Everything that decides what it does: its text, what it captured, what it calls.
    #[must_use]
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The columns that it takes of the table of fits which it is given, as far as its text shows
    /// them.
    ///
    /// # Errors
    /// A member that a value in it does not have.
    pub fn columns(&self) -> Result<Vec<(String, Place)>, Failure> {
        let parameter = self.body.parameters.last().cloned().unwrap_or_default();
        let known = vec![(parameter, Known::Rows)];
        taken(&self.text, &self.body.body, known).map(|taken| taken.of_rows)
    }

    /// Where its body begins.
    #[must_use]
    pub fn place(&self) -> Place {
        self.callable.place()
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.source)
    }
}
