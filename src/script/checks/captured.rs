//! A value whose method is given a closure that captures that very value.

use rhai::{Expr, Stmt};

use super::super::Source;
use super::text::{Found, expressions, message};

/// Calls that would end in "data race detected".
pub(super) fn found(source: &Source) -> Found {
    let mut messages = Vec::new();
    expressions(source, |expression| {
        let Expr::Dot(pair, ..) = expression else {
            return;
        };
        let Some(root) = root(&pair.lhs) else {
            return;
        };
        let mut rest = Some(&pair.rhs);
        while let Some(part) = rest {
            let (call, next) = link(part);
            if let Some(Expr::MethodCall(call, at)) = call
                && call.args.iter().any(|argument| captures(argument, root))
            {
                let text = format!("the closure captures `{root}`, whose method it is given to");
                let hint = format!("take what it needs out first: `let n = {root}.len();`");
                messages.push(message(source, *at, text, &hint));
            }
            rest = next;
        }
    });
    ("script::captured-twice", messages)
}

/// The variable a chain begins with; constants of the file are handed out as copies.
fn root(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Variable(variable, short, _) if short.is_some() || variable.0.is_some() => {
            Some(variable.1.as_str())
        }
        Expr::Dot(pair, ..) | Expr::Index(pair, ..) => root(&pair.lhs),
        _ => None,
    }
}

/// One link of a chain, and what follows it.
fn link(part: &Expr) -> (Option<&Expr>, Option<&Expr>) {
    match part {
        Expr::Dot(pair, ..) | Expr::Index(pair, ..) => (Some(&pair.lhs), Some(&pair.rhs)),
        other => (Some(other), None),
    }
}

/// Whether an argument is a closure that captures a variable of that name.
fn captures(argument: &Expr, name: &str) -> bool {
    let Expr::Stmt(block) = argument else {
        return false;
    };
    let shares = |statement: &Stmt| match statement {
        Stmt::Share(variables) => variables.iter().any(|(variable, _)| variable.name == name),
        _ => false,
    };
    block.statements().iter().any(shares)
}
