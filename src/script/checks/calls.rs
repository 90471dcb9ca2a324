//! Calls of functions that nobody has declared, wherever they stand.

use std::sync::Arc;

use rhai::{ASTNode, Expr, FnCallExpr, Position, Stmt};

use super::super::api;
use super::super::diagnostic::Diagnostic;
use super::super::spans::label;
use super::super::{Context, Source, bindings, unknown};

/// Functions of the engine's own that may be called by themselves.
const OWN: &str = "print debug type_of parse_int parse_float range Fn call curry is_shared is_def_var is_def_fn to_string \
    to_debug blob to_json parse_json set_tag";

/// Every call of an unknown function in the texts that were loaded.
pub(in super::super) fn unknown_calls(context: &Context) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for source in context.sources() {
        let mut places: Vec<(Position, Diagnostic)> = Vec::new();
        source.ast.walk(&mut |path| {
            let found = match path.last() {
                Some(ASTNode::Expr(Expr::FnCall(call, at))) => {
                    unknown_call(context, &source, call, *at).map(|error| (*at, error))
                }
                Some(ASTNode::Expr(Expr::Variable(variable, _, at))) if !variable.2.is_empty() => {
                    let module = variable.2.root();
                    unknown_constant(context, &source, module, &variable.1, *at)
                        .map(|error| (*at, error))
                }
                _ => None,
            };
            places.extend(found);
            true
        });
        places.sort_by_key(|(at, _)| *at);
        found.extend(places.into_iter().map(|(_, error)| error));
    }
    found
}

fn unknown_call(
    context: &Context,
    source: &Arc<Source>,
    call: &FnCallExpr,
    at: Position,
) -> Option<Diagnostic> {
    let name = call.name.as_str();
    let word = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !word || call.op_token.is_some() {
        return None;
    }
    let place = source.place(at);
    let kinds = vec!["?"; call.args.len()].join(", ");
    if call.namespace.is_empty() {
        let known = declared(source, name, None)
            || variable(source, name)
            || api::names().iter().any(|n| n.called && n.name == name)
            || OWN.split_whitespace().any(|own| own == name);
        let error = || unknown::function(context, &format!("{name} ({kinds})"), place);
        return (!known).then(|| error().label(label(context, place, "")));
    }
    let alias = call.namespace.root();
    if let Some(error) = unknown_constant(context, source, alias, name, at) {
        return Some(error);
    }
    let module = unknown::imported(context, source, alias)?;
    if declared(&module, name, Some(call.args.len())) {
        return None;
    }
    let error = unknown::function(context, &format!("{alias}::{name} ({kinds})"), place);
    Some(error.label(label(context, place, "")))
}

/// A name that the engine's own modules do not have: `AlgResult::okay`. A closure that runs much
/// later would else be the first to notice.
fn unknown_constant(
    context: &Context,
    source: &Arc<Source>,
    module: &str,
    name: &str,
    at: Position,
) -> Option<Diagnostic> {
    let known = bindings::constants_of(module);
    if known.is_empty() || known.iter().any(|known| known == name) {
        return None;
    }
    let place = source.place(at);
    let error = unknown::variable(context, &format!("{module}::{name}"), place);
    Some(error.label(label(context, place, "")))
}

fn declared(source: &Source, name: &str, takes: Option<usize>) -> bool {
    let mut functions = source.ast.iter_functions();
    functions.any(|f| f.name == name && takes.is_none_or(|takes| takes == f.params.len()))
}

/// Whether something of that name is declared: a variable may hold a closure.
fn variable(source: &Source, name: &str) -> bool {
    let mut found = false;
    source.ast.walk(&mut |path| {
        if let Some(ASTNode::Stmt(Stmt::Var(definition, ..))) = path.last() {
            found |= definition.0.name == name;
        }
        !found
    });
    found
        || source
            .ast
            .iter_functions()
            .any(|f| f.params.contains(&name))
}
