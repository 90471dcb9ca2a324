//! Scripts that end with a closure.

use std::sync::{Arc, OnceLock};

use rhai::{AST, Dynamic, Engine, FnPtr, OptimizationLevel, Scope};

use crate::expr::{Expr, Failure, Formula, Node, Value};

use super::super::super::{Closure, Context, Environment, Source};
use super::super::{Compiled, compile_row};

/// A script that ends with a closure, ready to be compiled.
pub(super) struct Script {
    pub(super) context: Context,
    pub(super) closure: Closure,
    _engine: Arc<Engine>,
}

/// The engine with what every engine of this room has; integers divide to an error.
fn engine() -> Engine {
    let mut engine = Engine::new();
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_fast_operators(false);
    engine.set_max_call_levels(64);
    super::super::register(&mut engine);
    super::super::super::bindings::register_constants(&mut engine);
    engine
}

fn source(
    context: &Context,
    engine: &Engine,
    name: &str,
    text: &str,
    scope: &Scope<'_>,
) -> Arc<Source> {
    let mut ast: AST = engine.compile_with_scope(scope, text).unwrap();
    ast.set_source(name);
    context.add_source(|id| Source {
        id,
        name: name.to_owned(),
        path: name.into(),
        text: text.into(),
        hash: String::new(),
        doc: String::new(),
        ast,
        lines_before: 0,
        environment: OnceLock::new(),
    })
}

fn settle(source: &Source, imports: Vec<(&str, rhai::Shared<rhai::Module>)>, scope: &Scope<'_>) {
    let constants = scope
        .iter()
        .filter(|(_, constant, _)| *constant)
        .map(|(name, _, value)| (name.into(), value))
        .collect();
    let environment = Environment {
        functions: source.ast.shared_lib().clone(),
        imports: imports
            .into_iter()
            .map(|(name, module)| (name.into(), module))
            .collect(),
        constants,
        name: source.name.as_str().into(),
    };
    source.environment.set(Arc::new(environment)).unwrap();
}

/// Runs a script that ends with a closure; `module` is what it may `import "m" as m`.
pub(super) fn script_with(module: &str, text: &str) -> Script {
    let mut made = None;
    let engine = Arc::new_cyclic(|weak| {
        let mut engine = engine();
        let context = Context::new(weak.clone());
        let known = context.clone();
        engine.set_default_tag(Dynamic::from(context.clone()));
        #[expect(
            deprecated,
            reason = "the only way to serve constants by their bare name"
        )]
        engine.on_var(move |name, index, call| {
            if index > 0 {
                return Ok(None);
            }
            match name {
                "PI" => return Ok(Some(std::f64::consts::PI.into())),
                "NAN" => return Ok(Some(f64::NAN.into())),
                _ => {}
            }
            let source = call
                .global_runtime_state()
                .source()
                .and_then(|s| known.source_named(s));
            Ok(source
                .and_then(|s| s.environment())
                .and_then(|e| e.constant(name)))
        });
        made = Some(context);
        engine
    });
    let context = made.unwrap();
    let mut scope = Scope::new();
    let imported = source(&context, &engine, "m", module, &scope);
    engine
        .run_ast_with_scope(&mut scope, &imported.ast)
        .unwrap();
    settle(&imported, Vec::new(), &scope);
    let mut built = rhai::Module::eval_ast_as_new(Scope::new(), &imported.ast, &engine).unwrap();
    for (name, _, value) in scope.iter() {
        built.set_var(name, value);
    }
    built.set_id("m");
    let mut scope = Scope::new();
    let main = source(&context, &engine, "main", text, &scope);
    let pointer: FnPtr = engine.eval_ast_with_scope(&mut scope, &main.ast).unwrap();
    settle(&main, vec![("m", built.into())], &scope);
    let name = pointer.fn_name();
    let definition = main
        .ast
        .iter_fn_def()
        .find(|f| f.name == name)
        .unwrap()
        .clone();
    let closure = Closure {
        definition,
        environment: main.environment().unwrap(),
        source: main,
        pointer,
        engine: Arc::clone(&engine),
    };
    Script {
        context,
        closure,
        _engine: engine,
    }
}

pub(super) fn script(text: &str) -> Script {
    script_with("", text)
}

/// A formula in a short notation.
pub(super) fn show(expr: &Expr) -> String {
    let all = |parts: &[Expr]| parts.iter().map(show).collect::<Vec<_>>().join(" ");
    match &**expr {
        Node::Constant(Value::Float(x)) => format!("{x:?}"),
        Node::Constant(Value::Int(x)) => x.to_string(),
        Node::Constant(Value::Bool(x)) => x.to_string(),
        Node::Constant(Value::Text(x)) => format!("{x:?}"),
        Node::Column(path, _) => path.to_string(),
        Node::Element(path, n, _) => format!("{path}[{n}]"),
        Node::Parameter(name, _) => format!("p.{name}"),
        Node::Reduce(r, path, None, _) => format!("({r:?} {path})"),
        Node::Reduce(r, path, Some(body), _) => format!("({r:?} {path} {})", show(body)),
        Node::Unary(op, of, _) => format!("({op:?} {})", show(of)),
        Node::Binary(op, a, b, _) => format!("({op:?} {} {})", show(a), show(b)),
        Node::Call(f, parts, _) => format!("({f:?} {})", all(parts)),
        Node::Lookup(lookup, index, _) => format!("({lookup} {})", show(index)),
        Node::If(c, a, b, _) => format!("(If {} {} {})", show(c), show(a), show(b)),
        Node::Let(n, v, body) => format!("(Let {n} {} {})", show(v), show(body)),
        Node::Local(n) => format!("#{n}"),
    }
}

/// What the closure at the end of a script compiles to; a warning is shown before it.
pub(super) fn compiled(text: &str) -> String {
    shown(&script(text))
}

pub(super) fn shown(script: &Script) -> String {
    match compile_row(&script.context, &script.closure) {
        Ok(Compiled {
            formula: Formula::Compiled(expr),
            warning: None,
        }) => show(&expr),
        Ok(Compiled {
            formula: Formula::Interpreted(function),
            warning: Some(warning),
        }) => {
            let inputs: Vec<String> = function.inputs().iter().map(show).collect();
            format!("{} -> {}", warning.message, inputs.join(" "))
        }
        Ok(other) => format!("{other:?}"),
        Err(Failure { message, hint, .. }) => {
            format!("{message} ({})", hint.unwrap_or_default())
        }
    }
}
