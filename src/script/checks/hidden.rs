//! Functions of a script that would hide names of the API.

use rhai::Position;

use crate::expr::Function;

use super::super::api;
use super::super::raise::Message;
use super::super::{Source, spans};
use super::text::Found;

/// A call of a method finds a function of the script with that name first, since any function
/// may have a `this`; a function of the maths would mean one thing compiled and another row by row.
pub(super) fn found(source: &Source) -> Found {
    let functions = source.ast.iter_functions();
    let messages = functions.filter_map(|function| {
        let takes = function.params.len();
        let hides = hidden(function.name, takes)?;
        let shown = format!("{}({})", function.name, function.params.join(", "));
        Some(Message {
            text: format!("the function {shown} would hide {hides}"),
            hint: Some("give it another name".into()),
            place: place(source, function.name),
            ..Message::default()
        })
    });
    ("script::hides-name", messages.collect())
}

fn hidden(name: &str, takes: usize) -> Option<String> {
    if Function::named(name, takes).is_some() {
        return Some(format!("the function `{name}` of the API"));
    }
    let method = api::methods().find(|n| n.name == name && n.takes().contains(&takes))?;
    Some(format!("the method {}", method.signature))
}

fn place(source: &Source, function: &str) -> Option<crate::expr::Place> {
    let label = spans::declaration(source, function, "")?;
    let place = source.place(Position::NONE);
    Some(crate::expr::Place {
        line: label.line,
        column: label.column,
        ..place
    })
}
