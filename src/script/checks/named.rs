//! Variables with the name of a function of the text, used in a closure: there the name is the function.

use std::collections::BTreeSet;

use rhai::{ASTNode, Expr, Stmt};

use super::super::Source;
use super::super::closures::statements;
use super::super::raise::Message;
use super::text::{Found, message};

/// Closures that name a variable and mean, to Rhai, the function of that name.
pub(super) fn found(source: &Source) -> Found {
    let is_closure = |name: &str| name.starts_with("anon$");
    let functions: BTreeSet<&str> = source
        .ast
        .iter_functions()
        .map(|function| function.name)
        .filter(|name| !is_closure(name))
        .collect();
    let variables = variables(source);
    let doubtful: BTreeSet<&str> = functions
        .into_iter()
        .filter(|name| variables.contains(*name))
        .collect();
    let mut messages: Vec<Message> = Vec::new();
    if doubtful.is_empty() {
        return ("script::named-like-function", messages);
    }
    for closure in source.ast.iter_fn_def().filter(|f| is_closure(&f.name)) {
        let mut own: BTreeSet<String> = closure.params.iter().map(ToString::to_string).collect();
        let body = statements(&source.ast, closure);
        for statement in &body {
            statement.walk(&mut Vec::new(), &mut |path| {
                match path.last() {
                    Some(ASTNode::Stmt(Stmt::Var(parts, ..))) => {
                        own.insert(parts.0.name.to_string());
                    }
                    Some(ASTNode::Expr(Expr::Variable(variable, _, at)))
                        if doubtful.contains(variable.1.as_str())
                            && !own.contains(variable.1.as_str()) =>
                    {
                        let name = &variable.1;
                        let said = format!("`{name}` is the function here, not the variable");
                        let hint = "closures take the function of two things of one name; give the variable another one";
                        messages.push(message(source, *at, said, hint));
                    }
                    _ => {}
                }
                true
            });
        }
    }
    ("script::named-like-function", messages)
}

/// Names of all variables and parameters of the text.
fn variables(source: &Source) -> BTreeSet<String> {
    let functions = source.ast.iter_functions();
    let mut names: BTreeSet<String> = functions
        .flat_map(|function| function.params)
        .map(str::to_owned)
        .collect();
    source.ast.walk(&mut |path| {
        match path.last() {
            Some(ASTNode::Stmt(Stmt::Var(parts, ..))) => {
                names.insert(parts.0.name.to_string());
            }
            Some(ASTNode::Stmt(Stmt::For(parts, _))) => {
                names.insert(parts.0.name.to_string());
            }
            _ => {}
        }
        true
    });
    names
}
