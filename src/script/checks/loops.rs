//! Closures that a loop keeps for later and that capture its variable: all of them would see its last value.

use rhai::{ASTNode, Expr, Stmt};

use super::super::Source;
use super::text::{Found, message};

/// Functions that keep what they are given; others read a closure at once, with the value of that turn.
const KEEPING: [&str; 5] = ["push", "insert", "set", "append", "+="];

/// Closures in loops that capture the variable of the loop and are kept in a variable, an array or a map.
pub(super) fn found(source: &Source) -> Found {
    let mut messages = Vec::new();
    source.ast.walk(&mut |path| {
        if let Some((name, at)) = captured(path) {
            let said = format!("closures that are kept share `{name}` and all see its last value");
            let hint =
                format!("give each its own: `let own = {name};`, and use `own` in the closure");
            messages.push(message(source, at, said, &hint));
        }
        true
    });
    ("script::shared-loop-variable", messages)
}

/// The variable of a loop that the closure at the end of the path captures and keeps, and where.
fn captured<'a>(path: &[ASTNode<'a>]) -> Option<(&'a str, rhai::Position)> {
    let (last, before) = path.split_last()?;
    let ASTNode::Expr(Expr::Stmt(block)) = last else {
        return None;
    };
    let shared = block
        .statements()
        .iter()
        .find_map(|statement| match statement {
            Stmt::Share(variables) => Some(variables),
            _ => None,
        })?;
    if !is_kept(before) {
        return None;
    }
    let of_loops = before.iter().filter_map(|node| match node {
        ASTNode::Stmt(Stmt::For(parts, _)) => Some(parts.as_ref()),
        _ => None,
    });
    let names = of_loops.flat_map(|(name, number, _)| {
        std::iter::once(name.name.as_str()).chain(number.as_ref().map(|n| n.name.as_str()))
    });
    let mut names = names;
    let name = names.find(|name| shared.iter().any(|(variable, _)| variable.name == *name))?;
    Some((name, block.position()))
}

/// Whether the value of an expression below these nodes is kept.
fn is_kept(path: &[ASTNode<'_>]) -> bool {
    match path.last() {
        Some(ASTNode::Stmt(Stmt::Assignment(..) | Stmt::Var(..) | Stmt::Return(..))) => true,
        Some(ASTNode::Stmt(Stmt::FnCall(call, _))) => KEEPING.contains(&call.name.as_str()),
        Some(ASTNode::Expr(Expr::Array(..) | Expr::Map(..))) => true,
        Some(ASTNode::Expr(Expr::FnCall(call, _) | Expr::MethodCall(call, _))) => {
            KEEPING.contains(&call.name.as_str())
        }
        _ => false,
    }
}
