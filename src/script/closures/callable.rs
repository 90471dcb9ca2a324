//! A closure that is called again and again, on any thread.

use std::sync::{Arc, Mutex};

use rhai::{Caches, Dynamic, Engine, GlobalRuntimeState, Scope, Stmt};

use crate::expr::{Bound, Failure, Place};

use super::super::{Closure, Context};
use super::{capture, walk};

/// A closure with all that its calls have in common.
pub(super) struct Callable {
    closure: Closure,
    engine: Arc<Engine>,
    body: Vec<Stmt>,
    captured: Vec<Dynamic>,
    /// What a call leaves for the next one; as many as were ever at work at once.
    idle: Mutex<Vec<State>>,
}

struct State {
    global: GlobalRuntimeState,
    caches: Caches,
    scope: Scope<'static>,
}

impl Callable {
    pub(super) fn new(closure: &Closure) -> Self {
        Self {
            engine: Arc::clone(&closure.engine),
            body: walk::statements(&closure.source.ast, &closure.definition),
            captured: closure.pointer.iter_curry().map(capture::settled).collect(),
            closure: closure.clone(),
            idle: Mutex::default(),
        }
    }

    pub(super) fn place(&self) -> Place {
        self.closure.place()
    }

    /// Its value for these arguments.
    pub(super) fn call(
        &self,
        arguments: impl Iterator<Item = Dynamic>,
    ) -> Result<Dynamic, Failure> {
        self.call_in(None, arguments)
    }

    /// The same with constants in force.
    pub(super) fn call_in(
        &self,
        constants: Option<&Arc<Bound>>,
        arguments: impl Iterator<Item = Dynamic>,
    ) -> Result<Dynamic, Failure> {
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        let mut state = idle.unwrap_or_else(|| self.state());
        if let Some(constants) = constants {
            let context = Context::of_engine(&self.engine);
            state.global.tag = Dynamic::from(context.with_constants(constants));
        }
        let values = self.captured.iter().cloned().chain(arguments);
        for (name, value) in self.closure.definition.params.iter().zip(values) {
            state.scope.push_dynamic(name.clone(), value);
        }
        #[expect(
            deprecated,
            reason = "the only way to run a body without a new state for each call"
        )]
        let result = self.engine.eval_statements_raw(
            &mut state.global,
            &mut state.caches,
            &mut state.scope,
            &self.body,
        );
        // After an error the state may be in the middle of something.
        let value = result.map_err(|error| self.closure.failure(&error))?;
        state.scope.rewind(0);
        state.global.num_operations = 0;
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(state);
        }
        Ok(value)
    }

    fn state(&self) -> State {
        State {
            global: self.closure.environment.state(&self.engine),
            caches: Caches::new(),
            scope: Scope::new(),
        }
    }
}
