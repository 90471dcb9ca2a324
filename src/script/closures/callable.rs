//! A closure that is called again and again, on any thread.

use std::sync::{Arc, Mutex, RwLock};

use rhai::{
    Caches, Dynamic, Engine, EvalAltResult, GlobalRuntimeState, ImmutableString, Position, Scope,
    Stmt,
};

use crate::expr::{Failure, Place};

use super::super::{Closure, Context};
use super::walk;

/// A closure with all that its calls have in common.
pub(super) struct Callable {
    context: Context,
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
    pub(super) fn new(context: &Context, closure: &Closure) -> Self {
        Self {
            context: context.clone(),
            engine: Arc::clone(&closure.engine),
            body: walk::statements(&closure.source.ast, &closure.definition),
            captured: closure
                .pointer
                .iter_curry()
                .map(Dynamic::flatten_clone)
                .collect(),
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
        let idle = self.idle.lock().ok().and_then(|mut idle| idle.pop());
        let mut state = idle.unwrap_or_else(|| self.state());
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
        let value = result.map_err(|error| self.failure(&error))?;
        state.scope.rewind(0);
        state.global.num_operations = 0;
        if let Ok(mut idle) = self.idle.lock() {
            idle.push(state);
        }
        Ok(value)
    }

    fn state(&self) -> State {
        let environment = &self.closure.environment;
        let mut global = self.engine.new_global_runtime_state();
        global.lib.push(environment.functions.clone());
        for (name, module) in &environment.imports {
            global.push_import(name.clone(), module.clone());
        }
        global.constants = Some(Arc::new(RwLock::new(environment.constants.clone())));
        global.source = Some(environment.name.clone());
        State {
            global,
            caches: Caches::new(),
            scope: Scope::new(),
        }
    }

    /// The innermost cause of an error and its place.
    fn failure(&self, error: &EvalAltResult) -> Failure {
        let mut cause = error;
        let mut source: Option<ImmutableString> = None;
        let mut position = cause.position();
        while let EvalAltResult::ErrorInFunctionCall(_, name, inner, _)
        | EvalAltResult::ErrorInModule(name, inner, _) = cause
        {
            if !name.is_empty() {
                source = Some(name.as_str().into());
            }
            cause = inner;
            if cause.position() != Position::NONE {
                position = cause.position();
            }
        }
        let source = source
            .and_then(|name| self.context.source_named(&name))
            .unwrap_or_else(|| Arc::clone(&self.closure.source));
        let place = if position == Position::NONE {
            self.place()
        } else {
            source.place(position)
        };
        let mut bare = match cause {
            EvalAltResult::ErrorRuntime(message, _) => message.to_string(),
            other => other.to_string(),
        };
        if let Some(end) = bare.rfind(" (line ") {
            bare.truncate(end);
        }
        Failure {
            message: bare,
            hint: None,
            place,
        }
    }
}
