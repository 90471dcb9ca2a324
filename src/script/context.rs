//! What the parts of this room share while a script is at work.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, RwLock, Weak};

use rhai::{
    Dynamic, Engine, EvalAltResult, FnPtr, GlobalRuntimeState, ImmutableString, Module,
    NativeCallContext, Position, ScriptFuncDef, Shared,
};

use crate::expr::{Bound, Failure, Place};

use super::{Diagnostic, Source};

/// The texts of a script, its engine, and what was said on the way; cheap to clone.
#[derive(Clone, Debug)]
pub struct Context(Arc<Inner>, Option<Arc<Bound>>);

#[derive(Debug)]
struct Inner {
    engine: Weak<Engine>,
    sources: RwLock<Vec<Arc<Source>>>,
    messages: Mutex<Vec<Diagnostic>>,
}

impl Context {
    /// A context for the engine that is being made.
    pub(super) fn new(engine: Weak<Engine>) -> Self {
        let inner = Inner {
            engine,
            sources: RwLock::default(),
            messages: Mutex::default(),
        };
        Self(Arc::new(inner), None)
    }

    /// The same while rows are at hand for which these constants are in force.
    pub(super) fn with_constants(&self, constants: &Arc<Bound>) -> Self {
        Self(Arc::clone(&self.0), Some(Arc::clone(constants)))
    }

    /// The constants in force, while rows are at hand.
    pub(super) fn constants(&self) -> Option<&Bound> {
        self.1.as_deref()
    }

    /// The context of a bound function that is being called.
    ///
    /// # Panics
    /// Never: every engine of this room carries its context.
    #[must_use]
    pub fn of(call: &NativeCallContext<'_>) -> Self {
        call.tag()
            .and_then(|tag| tag.read_lock::<Self>().map(|context| context.clone()))
            .expect("every engine of this room carries its context as its tag")
    }

    /// The engine.
    ///
    /// # Panics
    /// Never: whoever calls holds the engine.
    #[must_use]
    pub fn engine(&self) -> Arc<Engine> {
        self.0.engine.upgrade().expect("the engine is in use")
    }

    /// The source text of that number.
    #[must_use]
    pub fn source(&self, id: u32) -> Option<Arc<Source>> {
        self.sources().into_iter().find(|source| source.id == id)
    }

    /// The source text that Rhai knows by this name; one that failed may have been read again, and
    /// then the last one counts.
    #[must_use]
    pub fn source_named(&self, name: &str) -> Option<Arc<Source>> {
        self.sources()
            .into_iter()
            .rfind(|source| source.name == name)
    }

    /// All source texts in the order of loading.
    #[must_use]
    pub fn sources(&self) -> Vec<Arc<Source>> {
        self.0.sources.read().map(|s| s.clone()).unwrap_or_default()
    }

    /// The script that is calling.
    #[must_use]
    pub fn caller(&self, call: &NativeCallContext<'_>) -> Option<Arc<Source>> {
        self.source_named(call.call_source()?)
    }

    /// The place of the call that is under way.
    #[must_use]
    pub fn place(&self, call: &NativeCallContext<'_>) -> Place {
        self.caller(call)
            .map_or_else(Place::default, |source| source.place(call.call_position()))
    }

    /// Lines of all texts so far, for a text that comes next; 0 if Rhai could not count so far.
    pub(super) fn lines(&self, next: &str) -> u32 {
        let lines = |text: &str| u32::try_from(text.lines().count() + 1).unwrap_or(u32::MAX);
        let ends = self.sources().into_iter();
        let so_far = ends
            .map(|s| s.lines_before.saturating_add(lines(&s.text)))
            .max();
        so_far
            .filter(|so_far| so_far.saturating_add(lines(next)) < u32::from(u16::MAX))
            .unwrap_or(0)
    }

    /// Adds a source text, numbered by `make`.
    pub(super) fn add_source(&self, make: impl FnOnce(u32) -> Source) -> Arc<Source> {
        let mut sources = self
            .0
            .sources
            .write()
            .expect("no thread panics while it holds the lock");
        let id = u32::try_from(sources.len() + 1).unwrap_or(u32::MAX);
        let source = Arc::new(make(id));
        sources.push(Arc::clone(&source));
        source
    }

    /// Path and hash of each source text, in the order of loading.
    #[must_use]
    pub fn fingerprints(&self) -> Vec<(PathBuf, String)> {
        self.sources()
            .iter()
            .map(|s| (s.path.clone(), s.hash.clone()))
            .collect()
    }

    /// Path and text of each source text, in the order of loading.
    #[must_use]
    pub fn texts(&self) -> Vec<(PathBuf, String)> {
        let sources = self.sources();
        let texts = sources.iter();
        texts
            .map(|s| (s.path.clone(), s.text.to_string()))
            .collect()
    }

    /// Keeps a warning or a piece of information for whoever started the script.
    pub fn say(&self, message: Diagnostic) {
        if let Ok(mut messages) = self.0.messages.lock() {
            messages.push(message);
        }
    }

    /// Keeps a warning about a closure, at its place.
    pub(super) fn warn(&self, code: &str, failure: Failure) {
        let source = self.source(failure.place.source);
        // The name alone: what is said must not depend on where the script lies.
        let file =
            source.and_then(|s| s.path.file_name().map(|f| f.to_string_lossy().into_owned()));
        let file = file.unwrap_or_default();
        let said = format!("{file}:{}: {}", failure.place.line, failure.message);
        if super::worker::note_once(&said) {
            return;
        }
        let warning = Diagnostic::warning(code, failure.message);
        let warning = warning.label(super::spans::label(self, failure.place, ""));
        self.say(match failure.hint {
            Some(hint) => warning.hint(hint),
            None => warning,
        });
    }

    /// The context of an engine of this room.
    ///
    /// # Panics
    /// Never: every engine of this room carries its context.
    #[must_use]
    pub fn of_engine(engine: &Engine) -> Self {
        let tag = engine.default_tag();
        tag.read_lock::<Self>()
            .map(|context| context.clone())
            .expect("every engine of this room carries its context as its tag")
    }

    /// What was said since the last time.
    #[must_use]
    pub fn take_messages(&self) -> Vec<Diagnostic> {
        self.0
            .messages
            .lock()
            .map(|mut m| std::mem::take(&mut *m))
            .unwrap_or_default()
    }

    /// A function pointer together with its definition and what it sees.
    ///
    /// `None` for a pointer to no script function (a native one, or a name that is unknown).
    #[must_use]
    pub fn closure(&self, call: &NativeCallContext<'_>, pointer: &FnPtr) -> Option<Closure> {
        let caller = self.caller(call);
        let mut sources = self.sources();
        sources.sort_by_key(|s| caller.as_ref().is_none_or(|c| c.id != s.id));
        let (source, definition) = sources.into_iter().find_map(|source| {
            let definition = find(&source, pointer.fn_name(), None)?;
            let own = caller.as_ref().is_none_or(|c| c.id == source.id);
            (own || pointer.is_anonymous()).then_some((source, definition))
        })?;
        let environment = source
            .environment()
            .unwrap_or_else(|| Arc::new(Environment::under_way(call, &source)));
        Some(Closure {
            pointer: pointer.clone(),
            definition,
            source,
            environment,
            engine: self.engine(),
        })
    }
}

/// The function of that name, with that number of parameters if given.
fn find(source: &Source, name: &str, parameters: Option<usize>) -> Option<Arc<ScriptFuncDef>> {
    source
        .ast
        .iter_fn_def()
        .find(|f| f.name == name && parameters.is_none_or(|wanted| wanted == f.params.len()))
        .map(Arc::clone)
}

/// What the functions of one source text see: each other, its imports, its constants.
#[derive(Clone)]
pub struct Environment {
    /// The module of its functions.
    pub(super) functions: Shared<Module>,
    /// Imports at its top level by their alias, in order.
    pub(super) imports: Vec<(ImmutableString, Shared<Module>)>,
    /// Constants of its top level.
    pub(super) constants: BTreeMap<ImmutableString, Dynamic>,
    /// The name of the source.
    pub(super) name: ImmutableString,
}

impl std::fmt::Debug for Environment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Environment({})", self.name)
    }
}

impl Environment {
    /// What a source sees while its top level is still being evaluated.
    fn under_way(call: &NativeCallContext<'_>, source: &Source) -> Self {
        let state = call.global_runtime_state();
        let constants = state
            .constants
            .as_ref()
            .and_then(|c| c.read().ok().map(|c| c.clone()));
        Self {
            functions: source.ast.shared_lib().clone(),
            imports: state
                .scan_imports_raw()
                .map(|(n, m)| (n.clone(), m.clone()))
                .collect(),
            constants: constants.unwrap_or_default(),
            name: source.name.as_str().into(),
        }
    }

    /// The value of a top-level constant.
    #[must_use]
    pub fn constant(&self, name: &str) -> Option<Dynamic> {
        self.constants.get(name).cloned()
    }

    /// The module imported under this alias; its `id` is the name of its [`Source`].
    #[must_use]
    pub fn import(&self, alias: &str) -> Option<&Shared<Module>> {
        self.imports
            .iter()
            .rev()
            .find(|(name, _)| name == alias)
            .map(|(_, module)| module)
    }

    /// The state in which its functions run.
    pub(super) fn state(&self, engine: &Engine) -> GlobalRuntimeState {
        let mut state = engine.new_global_runtime_state();
        state.lib.push(self.functions.clone());
        for (name, module) in &self.imports {
            state.push_import(name.clone(), module.clone());
        }
        state.constants = Some(Arc::new(RwLock::new(self.constants.clone())));
        state.source = Some(self.name.clone());
        state
    }

    /// Calls a function pointer as its source would.
    ///
    /// # Errors
    /// What the function raises.
    pub fn call(
        &self,
        engine: &Engine,
        pointer: &FnPtr,
        arguments: Vec<Dynamic>,
    ) -> Result<Dynamic, Box<EvalAltResult>> {
        let state = self.state(engine);
        let call = NativeCallContext::new_with_all_fields(
            engine,
            pointer.fn_name(),
            Some(&self.name),
            &state,
            Position::NONE,
        );
        pointer.call_raw(&call, None, arguments)
    }
}

/// A closure of a script with all that is needed to read it or to call it later, on any thread.
#[derive(Clone, Debug)]
pub struct Closure {
    /// The pointer; its curried values are what the closure captured.
    pub pointer: FnPtr,
    /// Parameters and body; captured names come first among the parameters.
    pub definition: Arc<ScriptFuncDef>,
    /// The text it was written in.
    pub source: Arc<Source>,
    /// What it sees.
    pub environment: Arc<Environment>,
    /// The engine that runs it.
    pub engine: Arc<Engine>,
}

impl Closure {
    /// The function with `name` and `parameters` parameters in the same text.
    #[must_use]
    pub fn sibling(&self, name: &str, parameters: usize) -> Option<Arc<ScriptFuncDef>> {
        find(&self.source, name, Some(parameters))
    }

    /// Where its body begins.
    #[must_use]
    pub fn place(&self) -> Place {
        self.source.place(self.definition.body.start_position())
    }

    /// Calls it with these arguments after the captured ones.
    ///
    /// # Errors
    /// What it raises, with the place.
    pub fn call(&self, arguments: Vec<Dynamic>) -> Result<Dynamic, Failure> {
        self.environment
            .call(&self.engine, &self.pointer, arguments)
            .map_err(|error| self.failure(&error))
    }

    /// What it raised, at the place where it happened, or where its body begins.
    pub(super) fn failure(&self, error: &EvalAltResult) -> Failure {
        let context = Context::of_engine(&self.engine);
        let failure = super::errors::failure(&context, &self.source.name, error);
        let place = failure.place.or(self.place());
        Failure { place, ..failure }
    }
}
