//! Names that are not there, and what was probably meant.

use rhai::{ASTNode, Expr, Stmt};

use crate::expr::Place;
use crate::settings::nearest;

use super::api::{self, Name};
use super::diagnostic::Diagnostic;
use super::kinds::{readable, with_article};
use super::{Context, Source, bindings, engine, spans};

/// A variable or constant; `alias::NAME` is looked for in the module.
pub(super) fn variable(context: &Context, name: &str, at: Place) -> Diagnostic {
    let code = "script::unknown-variable";
    if let Some((alias, bare)) = name.rsplit_once("::") {
        let module = context
            .source(at.source)
            .and_then(|s| imported(context, &s, alias));
        let known = module.map_or_else(|| bindings::constants_of(alias), |m| constants(&m));
        let error = Diagnostic::error(code, format!("there is no `{bare}` in `{alias}`"));
        return near(error, bare, &known, |name| format!("{alias}::{name}"));
    }
    let mut known: Vec<String> = engine::GLOBALS.iter().map(|n| (*n).to_owned()).collect();
    known.extend(engine::CONSTANTS.iter().map(|(name, _)| (*name).to_owned()));
    for source in context.sources() {
        known.extend(declared(&source));
    }
    let error = Diagnostic::error(code, format!("there is no variable `{name}` here"));
    near(error, name, &known, str::to_owned)
}

/// A module that was not imported.
pub(super) fn module(context: &Context, name: &str) -> Diagnostic {
    let mut known = vec!["strategies".to_owned(), "AlgResult".to_owned()];
    for source in context.sources() {
        known.extend(declared(&source));
    }
    let message = format!("there is no module `{name}` here");
    let error = Diagnostic::error("script::unknown-module", message);
    near(error, name, &known, str::to_owned)
}

/// A key of a map; what was meant is looked for among the keys that the texts write.
pub(super) fn key(context: &Context, name: &str) -> Diagnostic {
    let mut known = Vec::new();
    for source in context.sources() {
        source.ast.walk(&mut |path| {
            if let Some(ASTNode::Expr(Expr::Map(map, _))) = path.last() {
                known.extend(map.0.iter().map(|(key, _)| key.name.to_string()));
            }
            true
        });
    }
    let message = format!("the map has no key `{name}`");
    let error = Diagnostic::error("script::unknown-key", message);
    let near = nearest(
        name,
        known
            .iter()
            .map(String::as_str)
            .filter(|known| *known != name),
    );
    match near {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error.hint("if it may be missing: `get(key, default)`"),
    }
}

/// A call for which there is no function; `signature` is Rhai's, `name (kind, kind)`.
pub(super) fn function(context: &Context, signature: &str, at: Place) -> Diagnostic {
    let (name, kinds) = taken_apart(signature);
    let source = context.source(at.source);
    if let (Some(source), Some((alias, bare))) = (&source, name.rsplit_once("::"))
        && let Some(module) = imported(context, source, alias)
    {
        return of_script(&module, bare, kinds.len(), &format!("in `{alias}`"));
    }
    if !name.chars().all(|c| c.is_alphanumeric() || c == '_') {
        return operator(&name, &kinds);
    }
    if spans::follows_dot(context, at) {
        return method(&name, &kinds);
    }
    let own = source.filter(|s| s.ast.iter_functions().any(|f| f.name == name));
    if let Some(source) = own {
        return of_script(&source, &name, kinds.len(), "here");
    }
    if let Some(found) = api::functions().find(|n| n.name == name) {
        return wrong_arguments(found, &kinds);
    }
    let mut known: Vec<String> = api::functions().map(|n| n.name.to_owned()).collect();
    for source in context.sources() {
        known.extend(source.ast.iter_functions().map(|f| f.name.to_owned()));
    }
    let message = format!("there is no function `{name}`");
    let error = Diagnostic::error("script::unknown-function", message);
    if name == "log" {
        return error.hint("write `ln(x)` for base e, `log10(x)` for base 10");
    }
    near(error, &name, &known, |name| full(api::functions(), name))
}

fn method(name: &str, kinds: &[String]) -> Diagnostic {
    let kind = kinds.first().map_or("value", String::as_str);
    if let Some(found) = api::of_kind(kind).find(|n| n.name == name && n.called) {
        return wrong_arguments(found, &kinds[1..]);
    }
    let message = format!("{} has no method `{name}`", with_article(kind));
    let error = Diagnostic::error("script::unknown-method", message);
    if api::of_kind(kind).any(|n| n.name == name) {
        return error.hint(format!(
            "it is an attribute: write `.{name}` without brackets"
        ));
    }
    let known: Vec<String> = api::of_kind(kind).map(|n| n.name.to_owned()).collect();
    near(error, name, &known, |name| full(api::of_kind(kind), name))
}

/// The name exists, but not for these arguments, or not yet.
fn wrong_arguments(name: &Name, kinds: &[String]) -> Diagnostic {
    let path = name.kind.map_or_else(
        || name.name.to_owned(),
        |kind| format!("{kind}.{}", name.name),
    );
    if !name.available {
        let message = format!("{path} is not available yet");
        return Diagnostic::error("script::not-available", message);
    }
    let given = match kinds {
        [] => "no arguments".to_owned(),
        _ => format!("({})", kinds.join(", ")),
    };
    Diagnostic::error(
        "script::wrong-arguments",
        format!("`{path}` does not take {given}"),
    )
    .hint(format!("it is {}", name.signature))
}

/// A function of a text, called with another number of arguments, or not there.
fn of_script(source: &Source, name: &str, given: usize, place: &str) -> Diagnostic {
    let functions = || {
        source
            .ast
            .iter_functions()
            .filter(|f| !f.name.starts_with("anon$"))
    };
    let found: Vec<_> = functions().filter(|f| f.name == name).collect();
    if found.is_empty() {
        let message = format!("there is no function `{name}` {place}");
        let error = Diagnostic::error("script::unknown-function", message);
        let known: Vec<String> = functions().map(|f| f.name.to_owned()).collect();
        let sign = |name: &str| {
            let found = functions().find(|f| f.name == name);
            found.map_or_else(
                || name.to_owned(),
                |f| format!("{name}({})", f.params.join(", ")),
            )
        };
        return near(error, name, &known, sign);
    }
    let takes = found
        .iter()
        .map(|f| f.params.len().to_string())
        .collect::<Vec<_>>()
        .join(" or ");
    let all: Vec<String> = found
        .iter()
        .map(|f| format!("{}({})", f.name, f.params.join(", ")))
        .collect();
    let message = format!("`{name}` takes {takes} arguments, not {given}");
    let error = Diagnostic::error("script::wrong-arguments", message)
        .hint(format!("it is {}", all.join(", ")));
    let declared = found
        .first()
        .and_then(|f| spans::declaration(source, f.name, "declared here"));
    match declared {
        Some(label) => error.note(format!(
            "declared at {}:{}",
            label.file.display(),
            label.line
        )),
        None => error,
    }
}

fn operator(sign: &str, kinds: &[String]) -> Diagnostic {
    let message = match kinds {
        [one] => format!("`{sign}` cannot stand before {}", with_article(one)),
        [a, b] => format!(
            "`{sign}` cannot join {} and {}",
            with_article(a),
            with_article(b)
        ),
        _ => format!("`{sign}` cannot be used here"),
    };
    Diagnostic::error("script::wrong-operands", message)
}

/// An attribute that a value does not have; `text` is Rhai's sentence about it.
pub(super) fn attribute(text: &str) -> Diagnostic {
    let mut quoted = text.split('\'').skip(1).step_by(2);
    let (Some(name), Some(kind)) = (quoted.next(), quoted.next()) else {
        return Diagnostic::error("script::unknown-attribute", text);
    };
    let kind = readable(kind);
    let assigned = text.contains("setter");
    let code = "script::unknown-attribute";
    if let Some(found) = api::of_kind(&kind).find(|n| n.name == name) {
        if !found.available {
            return Diagnostic::error(
                "script::not-available",
                format!("{kind}.{name} is not available yet"),
            );
        }
        if found.called {
            let message = format!("`{name}` is a method of {}", with_article(&kind));
            return Diagnostic::error(code, message).hint(format!("call it: {}", found.signature));
        }
        if assigned {
            return Diagnostic::error(
                code,
                format!("`{name}` of {} cannot be assigned", with_article(&kind)),
            );
        }
    }
    let error = Diagnostic::error(
        code,
        format!("{} has no attribute `{name}`", with_article(&kind)),
    );
    let known: Vec<String> = match assigned {
        true => api::attributes(&kind).map(|n| n.name.to_owned()).collect(),
        false => api::of_kind(&kind).map(|n| n.name.to_owned()).collect(),
    };
    near(error, name, &known, str::to_owned)
}

/// A value that cannot be indexed; `types` is Rhai's `Kind [kind]`.
pub(super) fn index(types: &str) -> Diagnostic {
    let (value, key) = types.split_once(" [").unwrap_or((types, ""));
    let message = format!(
        "{} cannot be indexed with {}",
        with_article(&readable(value)),
        with_article(&readable(key.split(']').next().unwrap_or(key))),
    );
    Diagnostic::error("script::no-index", message)
}

/// Adds what was probably meant, written by `show`; or all names when they are few.
fn near(
    error: Diagnostic,
    name: &str,
    known: &[String],
    show: impl Fn(&str) -> String,
) -> Diagnostic {
    let others = known
        .iter()
        .map(String::as_str)
        .filter(|word| *word != name);
    if let Some(near) = nearest(name, others) {
        return error.hint(format!("did you mean `{}`?", show(near)));
    }
    if known.is_empty() || known.len() > 12 {
        return error;
    }
    error.hint(format!("there are: {}", known.join(", ")))
}

fn full(names: impl Iterator<Item = &'static Name>, name: &str) -> String {
    let found = names.into_iter().find(|n| n.name == name);
    found.map_or_else(|| name.to_owned(), |n| n.signature.to_owned())
}

/// Name and kinds of the arguments of `name (kind, kind)`.
fn taken_apart(signature: &str) -> (String, Vec<String>) {
    let (name, rest) = signature.split_once(" (").unwrap_or((signature, ""));
    let inside = rest.trim_end_matches(')');
    let kinds = inside.split(", ").filter(|kind| !kind.is_empty());
    // The unit type is written `()`, of which the closing bracket may have been cut off.
    let kinds = kinds.map(|kind| {
        if kind.starts_with('(') {
            "()".into()
        } else {
            readable(kind)
        }
    });
    (name.to_owned(), kinds.collect())
}

/// The text that was imported under that alias.
pub(super) fn imported(
    context: &Context,
    source: &Source,
    alias: &str,
) -> Option<std::sync::Arc<Source>> {
    let mut found = None;
    source.ast.walk(&mut |path| {
        if let Some(ASTNode::Stmt(Stmt::Import(import, _))) = path.last()
            && let (Expr::StringConstant(name, _), true) = (&import.0, import.1.name == alias)
        {
            found = context.source_named(name);
        }
        true
    });
    found
}

/// Constants and variables of the top level of a module.
fn constants(source: &Source) -> Vec<String> {
    let of = |statement: &Stmt| match statement {
        Stmt::Var(definition, ..) => Some(definition.0.name.to_string()),
        _ => None,
    };
    source.ast.statements().iter().filter_map(of).collect()
}

/// Names that a text declares: constants, variables, parameters, imports.
fn declared(source: &Source) -> Vec<String> {
    let mut names = Vec::new();
    let mut previous = "";
    for word in source
        .text
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
    {
        if ["let", "const", "as", "for"].contains(&previous) {
            names.push(word.to_owned());
        }
        if !word.is_empty() {
            previous = word;
        }
    }
    for line in source
        .text
        .lines()
        .filter(|line| line.trim_start().starts_with("fn "))
    {
        if let Some((_, parameters)) = line.split_once('(') {
            let inside = parameters.split(')').next().unwrap_or("");
            names.extend(inside.split(',').map(|name| name.trim().to_owned()));
        }
    }
    names.retain(|name| !name.is_empty());
    names.sort();
    names.dedup();
    names
}
