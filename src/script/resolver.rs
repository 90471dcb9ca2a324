//! Finding and evaluating imports: beside the script, `lib/…`, `std/…`, and nowhere else.

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use rhai::{AST, Engine, EvalAltResult, Module, ModuleResolver, Position, Scope, Shared, Stmt};

use super::raise::{Fallible, Raised};
use super::{Context, Environment, Source, checks, stdlib};

/// Finds modules and remembers those that were evaluated.
pub(super) struct Resolver {
    /// The folder of the script.
    root: PathBuf,
    /// A folder of modules that stand in for the built-in ones.
    stdlib: Option<PathBuf>,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    done: BTreeMap<String, Shared<Module>>,
    /// Imports under way, outermost first.
    chain: Vec<Open>,
}

/// A text that is being evaluated.
struct Open {
    name: String,
    /// Where it is imported: `calibrations/caf_time.rhai:3:8`; empty for the script itself.
    at: String,
}

/// A text that was found.
pub(super) struct Found {
    pub(super) path: PathBuf,
    pub(super) text: String,
}

impl Resolver {
    pub(super) fn new(root: &Path, stdlib: Option<&Path>) -> Self {
        Self {
            root: root.to_path_buf(),
            stdlib: stdlib.map(Path::to_path_buf),
            state: Arc::default(),
        }
    }

    /// Another handle on the same modules.
    pub(super) fn share(&self) -> Self {
        Self {
            root: self.root.clone(),
            stdlib: self.stdlib.clone(),
            state: Arc::clone(&self.state),
        }
    }

    /// The module of a text: evaluated once, however often it is asked for. `at` says where.
    pub(super) fn module(
        &self,
        engine: &Engine,
        name: &str,
        at: String,
        find: impl FnOnce() -> Fallible<Found>,
    ) -> Fallible<Shared<Module>> {
        {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(module) = state.done.get(name) {
                return Ok(Arc::clone(module));
            }
            let name = name.to_owned();
            let begin = state.chain.iter().position(|open| open.name == name);
            state.chain.push(Open { name, at });
            if let Some(begin) = begin {
                let cycle = circle(&state.chain[begin..]);
                state.chain.pop();
                return Err(cycle);
            }
        }
        let made = find().and_then(|found| evaluate(engine, name, found));
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.chain.pop();
        let module = made?;
        state.done.insert(name.to_owned(), Arc::clone(&module));
        Ok(module)
    }

    fn find(&self, name: &str) -> Fallible<Found> {
        let inside = |path: &Path| {
            path.components()
                .all(|part| matches!(part, Component::Normal(_)))
        };
        if name.is_empty() || name.contains('\\') || !inside(Path::new(name)) {
            let message =
                format!("`{name}` lies outside of the folders that scripts may import from");
            let hint = "import a script beside this one, `lib/NAME` or `std/NAME`";
            return Err(Raised::new("script::import-outside", message)
                .hint(hint)
                .boxed());
        }
        if let Some(module) = name.strip_prefix("std/") {
            return self.standard(module);
        }
        for folder in self.folders(name) {
            if let Some(found) = within(&folder, name)? {
                return Ok(found);
            }
        }
        Err(unknown(name, &self.names()))
    }

    /// A module of `std/…`: from the folder that stands in, else the built-in one.
    fn standard(&self, module: &str) -> Fallible<Found> {
        if let Some(folder) = &self.stdlib
            && let Some(found) = within(folder, module)?
        {
            return Ok(found);
        }
        let built_in = stdlib::MODULES.iter().find(|(known, _)| *known == module);
        let found = built_in.map(|(_, text)| Found {
            path: PathBuf::from(format!("std/{module}.rhai")),
            text: (*text).to_owned(),
        });
        found.ok_or_else(|| unknown(&format!("std/{module}"), &std_names()))
    }

    /// Folders in which `name` may lie: that of the script; for `lib/…` also `scripts`.
    fn folders(&self, name: &str) -> Vec<PathBuf> {
        let mut folders = vec![self.root.clone()];
        // The folder of a script that is named without one is the current one.
        let root = std::path::absolute(&self.root).unwrap_or_else(|_| self.root.clone());
        // A folder of official scripts may have any name; what lies in it has these.
        let official = ["prompt/calibrations", "prompt/validations"];
        let official = official.iter().any(|folder| root.ends_with(folder));
        let of_scripts = root
            .ancestors()
            .nth(2)
            .filter(|top| official || top.ends_with("scripts"));
        if let Some(top) = of_scripts.filter(|_| name.starts_with("lib/")) {
            folders.push(top.to_path_buf());
        }
        folders
    }

    /// Names that could be imported, for suggestions.
    fn names(&self) -> Vec<String> {
        let mut names = std_names();
        for (folder, prefix) in [(self.root.clone(), ""), (self.root.join("lib"), "lib/")] {
            let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
            names.extend(entries.filter_map(|entry| {
                let path = entry.path();
                let script = path.extension().is_some_and(|e| e == "rhai");
                let stem = path.file_stem()?.to_string_lossy().into_owned();
                script.then(|| format!("{prefix}{stem}"))
            }));
        }
        names.sort();
        names
    }
}

/// Imports that come back to where they began, and where each of them stands.
fn circle(chain: &[Open]) -> Box<EvalAltResult> {
    let names: Vec<&str> = chain.iter().map(|open| open.name.as_str()).collect();
    let message = format!("the imports go round in a circle: {}", names.join(" → "));
    let link = |pair: &[Open]| match pair {
        [one, other] => format!("{} imports {} at {}", one.name, other.name, other.at),
        _ => String::new(),
    };
    Raised::new("script::import-cycle", message)
        .notes(chain.windows(2).map(link).collect())
        .hint("move what both need into a module of its own")
        .boxed()
}

/// `path:line:column` of a position in a text that was read.
fn written(context: &Context, source: Option<&str>, position: Position) -> String {
    let Some(source) = source.and_then(|name| context.source_named(name)) else {
        return String::new();
    };
    let place = source.place(position);
    format!("{}:{}:{}", source.path.display(), place.line, place.column)
}

/// The text of a module in a folder; links that lead out of it are refused.
fn within(folder: &Path, name: &str) -> Fallible<Option<Found>> {
    let path = folder.join(format!("{name}.rhai"));
    let (Ok(real), Ok(root)) = (path.canonicalize(), folder.canonicalize()) else {
        return Ok(None);
    };
    if !real.starts_with(&root) {
        let message = format!("{} leads outside of the scripts folder", path.display());
        return Err(Raised::new("script::import-outside", message).boxed());
    }
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some(Found { path, text })),
        Err(error) => {
            let message = format!("{} cannot be read: {error}", path.display());
            Err(Raised::new("script::import-unreadable", message).boxed())
        }
    }
}

fn std_names() -> Vec<String> {
    stdlib::MODULES
        .iter()
        .map(|(name, _)| format!("std/{name}"))
        .collect()
}

fn unknown(name: &str, known: &[String]) -> Box<EvalAltResult> {
    let near = crate::settings::nearest(name, known.iter().map(String::as_str));
    let hint = near.map_or_else(
        || format!("there are {}", known.join(", ")),
        |near| format!("did you mean `{near}`?"),
    );
    let message = format!("there is no module `{name}` to import");
    Raised::new("script::unknown-module", message)
        .hint(hint)
        .boxed()
}

impl ModuleResolver for Resolver {
    fn resolve(
        &self,
        engine: &Engine,
        importer: Option<&str>,
        name: &str,
        position: Position,
    ) -> Fallible<Shared<Module>> {
        let at = written(&Context::of_engine(engine), importer, position);
        let made = self.module(engine, name, at, || self.find(name));
        made.map_err(|error| match *error {
            // Its own texts have places of their own; what was raised here belongs to the import.
            EvalAltResult::ErrorRuntime(value, Position::NONE) => {
                EvalAltResult::ErrorRuntime(value, position).into()
            }
            error => {
                EvalAltResult::ErrorInModule(name.to_owned(), Box::new(error), position).into()
            }
        })
    }
}

/// Parses and evaluates a text; every top-level name can be reached from outside.
fn evaluate(engine: &Engine, name: &str, found: Found) -> Fallible<Shared<Module>> {
    let context = Context::of_engine(engine);
    let before = context.lines(&found.text);
    let ast = parse(engine, name, &found.text, before, None)
        .map_err(|error| parse_error(&context, name, &found, error))?;
    let source = remember(&context, name, &found, &ast);
    check(&source)?;
    let mut global = engine.new_global_runtime_state();
    global.source = Some(name.into());
    let mut scope = Scope::new();
    let module = Module::eval_ast_as_new_raw(engine, &mut scope, &mut global, &ast)?;
    let environment = Environment {
        functions: ast.shared_lib().clone(),
        imports: module
            .iter_sub_modules()
            .map(|(n, m)| (n.into(), Arc::clone(m)))
            .collect(),
        constants: module
            .iter_var()
            .map(|(n, v)| (n.into(), v.clone()))
            .collect(),
        name: name.into(),
    };
    let _ = source.environment.set(Arc::new(environment));
    Ok(module.into())
}

/// What is wrong with a text by itself, before it runs.
fn check(source: &Source) -> Fallible<()> {
    checks::of_text(source).map_err(|raised| {
        EvalAltResult::ErrorInModule(source.name.clone(), raised.boxed(), Position::NONE).into()
    })
}

fn remember(context: &Context, name: &str, found: &Found, ast: &AST) -> Arc<Source> {
    let lines_before = context.lines(&found.text);
    context.add_source(|id| Source {
        id,
        name: name.to_owned(),
        path: found.path.clone(),
        hash: blake3::hash(found.text.as_bytes()).to_hex().to_string(),
        doc: Source::leading_comment(&found.text),
        text: found.text.as_str().into(),
        lines_before,
        ast: ast.clone(),
        environment: std::sync::OnceLock::new(),
    })
}

/// The syntax tree; without `variables` that of a module, with every top-level name exported, and constants known inside functions.
fn parse(
    engine: &Engine,
    name: &str,
    text: &str,
    lines_before: u32,
    variables: Option<&[&str]>,
) -> Result<AST, rhai::ParseError> {
    let mut first = Engine::new_raw();
    super::engine::limit(&mut first);
    let mut whole = "\n".repeat(lines_before as usize) + text;
    let draft = first.compile(&whole)?;
    let mut names = Vec::new();
    let mut exported = Vec::new();
    for statement in draft.statements() {
        match statement {
            Stmt::Var(definition, flags, _) => {
                let name = definition.0.name.to_string();
                if format!("{flags:?}").contains("EXPORTED") {
                    exported.push(name.clone());
                }
                names.push(name);
            }
            Stmt::Export(definition, _) => exported.push(definition.0.name.to_string()),
            _ => {}
        }
    }
    let mut scope = Scope::new();
    for constant in super::engine::CONSTANTS
        .iter()
        .map(|(name, _)| *name)
        .chain(super::engine::GLOBALS)
        .chain(variables.into_iter().flatten().copied())
    {
        scope.push_constant(constant, ());
    }
    if !whole.ends_with('\n') {
        whole.push('\n');
    }
    for name in &names {
        scope.push_constant(name.as_str(), ());
        if variables.is_none() && !exported.contains(name) {
            whole.push_str(&format!("export {name};"));
        }
    }
    let mut ast = engine.compile_with_scope(&scope, &whole)?;
    ast.set_source(name);
    Ok(ast)
}

fn parse_error(
    context: &Context,
    name: &str,
    found: &Found,
    error: rhai::ParseError,
) -> Box<EvalAltResult> {
    let lines_before = context.lines(&found.text);
    // A text without a tree still takes part, so that the place can be shown.
    context.add_source(|id| Source {
        id,
        name: name.to_owned(),
        path: found.path.clone(),
        text: found.text.as_str().into(),
        hash: String::new(),
        doc: String::new(),
        lines_before,
        ast: AST::empty(),
        environment: std::sync::OnceLock::new(),
    });
    EvalAltResult::ErrorInModule(name.to_owned(), Box::new(error.into()), Position::NONE).into()
}

/// Evaluates a text with these variables and gives its last value.
pub(super) fn last_value(
    engine: &Engine,
    name: &str,
    path: &Path,
    text: String,
    variables: Vec<(String, rhai::Dynamic)>,
) -> Fallible<rhai::Dynamic> {
    let context = Context::of_engine(engine);
    let found = Found {
        path: path.to_path_buf(),
        text,
    };
    let names: Vec<&str> = variables.iter().map(|(name, _)| name.as_str()).collect();
    let before = context.lines(&found.text);
    let ast = parse(engine, name, &found.text, before, Some(&names))
        .map_err(|error| parse_error(&context, name, &found, error))?;
    check(&remember(&context, name, &found, &ast))?;
    let mut scope = Scope::new();
    for (name, value) in variables {
        scope.push_dynamic(name, value);
    }
    engine.eval_ast_with_scope(&mut scope, &ast)
}
