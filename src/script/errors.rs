//! What went wrong in a script, as diagnostics with places.

use rhai::{EvalAltResult, ParseErrorType, Position};

use crate::expr::{Failure, Place};

use super::diagnostic::{Diagnostic, Frame, Label};
use super::raise::{Message, Raised};
use super::{Context, Source};

/// What an error of the engine comes down to.
struct Innermost<'a> {
    cause: &'a EvalAltResult,
    place: Place,
    trace: Vec<Frame>,
}

/// Follows the calls inwards.
fn innermost<'a>(context: &Context, main: &str, error: &'a EvalAltResult) -> Innermost<'a> {
    let mut source = main.to_owned();
    let mut trace = Vec::new();
    let mut cause = error;
    let mut position = cause.position();
    loop {
        let (inner, next, function) = match cause {
            EvalAltResult::ErrorInFunctionCall(function, next, inner, _) => {
                (inner, next, Some(function))
            }
            EvalAltResult::ErrorInModule(next, inner, _) => (inner, next, None),
            _ => break,
        };
        if let (Some(function), Some(text)) = (function, context.source_named(&source)) {
            let at = cause.position();
            if at != Position::NONE {
                let place = text.place(at);
                trace.push(Frame {
                    function: function.clone(),
                    file: text.path.clone(),
                    line: place.line,
                    column: place.column,
                });
            }
        }
        if !next.is_empty() && context.source_named(next).is_some() {
            source.clone_from(next);
            position = Position::NONE;
        }
        cause = inner;
        if cause.position() != Position::NONE {
            position = cause.position();
        }
    }
    let place = context
        .source_named(&source)
        .filter(|_| position != Position::NONE)
        .map(|text| text.place(position))
        .unwrap_or_default();
    trace.retain(|frame| !frame.function.starts_with("anon$"));
    Innermost {
        cause,
        place,
        trace,
    }
}

/// Diagnostics for an error of the engine.
pub(super) fn diagnostics(context: &Context, main: &str, error: &EvalAltResult) -> Vec<Diagnostic> {
    let found = innermost(context, main, error);
    let at = found.place;
    let mut diagnostics = match raised(found.cause) {
        Some(raised) => of_raised(context, &raised, at),
        None => vec![of_engine(context, found.cause).label(label(context, at, ""))],
    };
    if let Some(first) = diagnostics.first_mut() {
        first.trace = found.trace;
    }
    diagnostics
}

/// The same as one failure of a closure that was written in `main`.
pub(super) fn failure(context: &Context, main: &str, error: &EvalAltResult) -> Failure {
    let found = innermost(context, main, error);
    if let Some(raised) = raised(found.cause) {
        let first = raised.messages.first();
        return Failure {
            message: raised.to_string(),
            hint: first.and_then(|message| message.hint.clone()),
            place: first
                .and_then(|message| message.place)
                .unwrap_or(found.place),
        };
    }
    let diagnostic = of_engine(context, found.cause);
    Failure {
        message: diagnostic.message,
        hint: diagnostic.hints.into_iter().next(),
        place: found.place,
    }
}

fn raised(cause: &EvalAltResult) -> Option<Raised> {
    match cause {
        EvalAltResult::ErrorRuntime(value, _) => {
            value.read_lock::<Raised>().map(|raised| raised.clone())
        }
        _ => None,
    }
}

fn of_raised(context: &Context, raised: &Raised, at: Place) -> Vec<Diagnostic> {
    let of_one = |message: &Message| {
        let place = message.place.unwrap_or(at);
        let error = Diagnostic::error(raised.code, &message.text).label(label(context, place, ""));
        match &message.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    };
    raised.messages.iter().map(of_one).collect()
}

/// An error that Rhai itself found, in our words.
fn of_engine(context: &Context, cause: &EvalAltResult) -> Diagnostic {
    match cause {
        EvalAltResult::ErrorParsing(kind, _) => of_parser(context, kind),
        EvalAltResult::ErrorVariableNotFound(name, _) => {
            unknown("script::unknown-variable", "variable", name, context)
        }
        EvalAltResult::ErrorFunctionNotFound(signature, _) => unknown_function(signature),
        EvalAltResult::ErrorTooManyOperations(_) | EvalAltResult::ErrorTerminated(..) => {
            Diagnostic::error(
                "script::too-long",
                "the script does not come to an end in the time it may use",
            )
            .hint("is there a loop that never stops?")
        }
        EvalAltResult::ErrorStackOverflow(_) => {
            Diagnostic::error("script::too-deep", "functions call each other too deeply")
                .hint("does a function call itself without end?")
        }
        EvalAltResult::ErrorDataRace(..) => Diagnostic::error(
            "script::captured-itself",
            "a closure captures the variable whose method it is given to",
        )
        .hint("take out before what the closure needs, as in `let n = a.len();`"),
        EvalAltResult::ErrorRuntime(value, _) => {
            Diagnostic::error("script::thrown", value.to_string())
        }
        other => {
            let mut text = other.to_string();
            if let Some(end) = text.rfind(" (line ") {
                text.truncate(end);
            }
            Diagnostic::error("script::error", lower(&text))
        }
    }
}

fn of_parser(context: &Context, kind: &ParseErrorType) -> Diagnostic {
    match kind {
        ParseErrorType::VariableUndefined(name) => {
            unknown("script::unknown-variable", "variable", name, context)
        }
        ParseErrorType::ModuleUndefined(name) => {
            unknown("script::unknown-module", "module", name, context)
        }
        other => Diagnostic::error("script::syntax", lower(&other.to_string())),
    }
}

fn unknown(code: &str, what: &str, name: &str, context: &Context) -> Diagnostic {
    let mut known: Vec<String> = super::engine::GLOBALS
        .iter()
        .map(|n| (*n).to_owned())
        .collect();
    for source in context.sources() {
        known.extend(words(&source));
    }
    known.retain(|word| word != name);
    known.sort();
    known.dedup();
    let error = Diagnostic::error(code, format!("there is no {what} `{name}` here"));
    match crate::settings::nearest(name, known.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error,
    }
}

/// Names that a text declares: constants, variables, parameters, imports.
fn words(source: &Source) -> Vec<String> {
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
    names
}

fn unknown_function(signature: &str) -> Diagnostic {
    let readable = signature
        .replace("&str | ImmutableString | String", "text")
        .replace("i64", "int")
        .replace("f64", "float")
        .replace("alloc::string::String", "text")
        .replace("rhai::", "");
    let name = readable.split([' ', '(']).next().unwrap_or("").to_owned();
    let known = super::bindings::names();
    let error = Diagnostic::error(
        "script::unknown-function",
        format!("there is no function for this call: {readable}"),
    );
    if known.contains(&name) {
        return error.hint(format!("`{name}` exists, but not for these arguments"));
    }
    match crate::settings::nearest(&name, known.iter().map(String::as_str)) {
        Some(near) => error.hint(format!("did you mean `{near}`?")),
        None => error,
    }
}

fn lower(text: &str) -> String {
    let mut letters = text.chars();
    let second_small = text.chars().nth(1).is_some_and(|c| !c.is_uppercase());
    match letters.next() {
        Some(first) if second_small => first.to_lowercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}

/// The word or sign at a place.
pub(super) fn label(context: &Context, place: Place, message: &str) -> Option<Label> {
    let source = context.source(place.source)?;
    if place.line == 0 {
        return None;
    }
    let line = source
        .text
        .lines()
        .nth(place.line as usize - 1)
        .unwrap_or("");
    let mut column = place.column.max(1);
    // The place of a member is its dot; the name behind it says more.
    if line.chars().nth(column as usize - 1) == Some('.') {
        column += 1;
    }
    let rest: Vec<char> = line.chars().skip(column as usize - 1).collect();
    let word = rest
        .iter()
        .take_while(|c| c.is_alphanumeric() || **c == '_')
        .count();
    let quoted = match rest.first() {
        Some(quote @ ('"' | '`')) => rest
            .iter()
            .skip(1)
            .position(|c| c == quote)
            .map_or(1, |end| end + 2),
        _ => 1,
    };
    Some(Label {
        file: source.path.clone(),
        line: place.line,
        column,
        length: u32::try_from(word.max(quoted)).unwrap_or(1),
        message: message.to_owned(),
        text: source.text.clone(),
    })
}
