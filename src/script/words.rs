//! What the engine found wrong, in our words.

use rhai::{EvalAltResult, LexError, ParseErrorType};

use crate::expr::Place;

use super::diagnostic::Diagnostic;
use super::{Context, unknown};

/// An error that the engine itself found.
pub(super) fn of_engine(context: &Context, cause: &EvalAltResult, at: Place) -> Diagnostic {
    use EvalAltResult as E;
    match cause {
        E::ErrorParsing(kind, _) => of_parser(context, kind),
        E::ErrorVariableNotFound(name, _) => unknown::variable(context, name, at),
        E::ErrorFunctionNotFound(signature, _) => unknown::function(context, signature, at),
        E::ErrorPropertyNotFound(name, _) => unknown::key(context, name),
        E::ErrorDotExpr(text, _) => unknown::attribute(text),
        E::ErrorIndexingType(types, _) => unknown::index(types),
        E::ErrorTooManyOperations(_) | E::ErrorTerminated(..) => endless(),
        E::ErrorStackOverflow(_) => too_deep(),
        E::ErrorRuntime(value, _) => Diagnostic::error("script::thrown", value.to_string()),
        E::ErrorDataRace(..) => data_race(),
        E::ErrorDataTooLarge(what, _) => Diagnostic::error(
            "script::too-large",
            format!("{} is larger than a script may make it", lower(what)),
        ),
        E::ErrorArrayBounds(length, index, _) => Diagnostic::error(
            "script::out-of-range",
            format!("there is no element {index} in an array of {length}"),
        ),
        E::ErrorAssignmentToConstant(name, _) => constant(name),
        other => Diagnostic::error("script::error", lower(&bare(other))),
    }
}

fn of_parser(context: &Context, kind: &ParseErrorType) -> Diagnostic {
    use ParseErrorType as P;
    let syntax = |message: &str| Diagnostic::error("script::syntax", message);
    match kind {
        P::VariableUndefined(name) => unknown::variable(context, name, Place::default()),
        P::ModuleUndefined(name) => unknown::module(context, name),
        P::AssignmentToConstant(name) => constant(name),
        P::ExprTooDeep => {
            syntax("the expression is nested too deeply").hint("give parts of it names with `let`")
        }
        P::UnexpectedEOF => {
            syntax("the text ends where more was expected").hint("is a bracket still open?")
        }
        P::BadInput(LexError::UnterminatedString) => syntax("the text between quotes has no end")
            .hint("a text in \"…\" ends on its own line; between `…` it may go on"),
        P::MissingToken(token, context) => syntax(&format!("`{token}` is missing {context}")),
        P::WrongDocComment => {
            syntax("`///` may stand before functions only").hint("write `//` before constants")
        }
        P::Reserved(word) => syntax(&format!("`{word}` is reserved and cannot be a name")),
        other => syntax(&lower(&other.to_string())),
    }
}

fn constant(name: &str) -> Diagnostic {
    Diagnostic::error(
        "script::constant",
        format!("`{name}` is constant and cannot be changed"),
    )
    .hint("declare it with `let` if it is to change")
}

fn endless() -> Diagnostic {
    let message = "the script does not come to an end in the time it may use";
    Diagnostic::error("script::too-long", message).hint("is there a loop that never stops?")
}

fn too_deep() -> Diagnostic {
    Diagnostic::error("script::too-deep", "functions call each other too deeply")
        .hint("does a function call itself without end?")
}

fn data_race() -> Diagnostic {
    let message = "a closure captures the very value whose method it is given to";
    Diagnostic::error("script::captured-twice", message)
        .hint("take what the closure needs out first: `let n = a.len();`")
}

/// The text of an error without its place.
fn bare(error: &EvalAltResult) -> String {
    let mut text = error.to_string();
    if let Some(end) = text.rfind(" (line ") {
        text.truncate(end);
    }
    text
}

/// A sentence that does not begin with a capital.
fn lower(text: &str) -> String {
    let mut letters = text.chars();
    let second_small = text.chars().nth(1).is_some_and(|c| !c.is_uppercase());
    match letters.next() {
        Some(first) if second_small => first.to_lowercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}
