//! What went wrong in a script, as diagnostics with places.

use rhai::{EvalAltResult, Position};

use crate::expr::{Failure, Place};

use super::diagnostic::{Diagnostic, Frame, Label};
use super::raise::{Message, Raised};
use super::spans::{end, key_place, label};
use super::{Context, words};

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
        .map(|text| text.place(position))
        .unwrap_or_default();
    // Closures and the natives that call them are no help to a reader.
    let declared = |name: &str| {
        let sources = context.sources();
        let mut all = sources.iter().flat_map(|s| s.ast.iter_functions());
        !name.starts_with("anon$") && all.any(|f| f.name == name)
    };
    trace.retain(|frame: &Frame| declared(&frame.function));
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
        None => {
            // A text that broke off has its fault behind its last line.
            let broke_off = matches!(found.cause, EvalAltResult::ErrorParsing(..));
            let place =
                label(context, at, "").or_else(|| broke_off.then(|| end(context, at)).flatten());
            // What stops a script from outside comes without a place: name where it was entered.
            let place = place.or_else(|| entry(context, main).filter(|_| !broke_off));
            vec![words::of_engine(context, found.cause, at).label(place)]
        }
    };
    if let Some(first) = diagnostics.first_mut() {
        first.trace = found.trace;
    }
    diagnostics
}

/// The function of a script that is called from outside.
fn entry(context: &Context, main: &str) -> Option<Label> {
    let source = context.source_named(main)?;
    let number = source
        .text
        .lines()
        .position(|line| line.starts_with("fn get_calibrations"))?;
    let place = Place {
        source: source.id,
        line: u32::try_from(number + 1).ok()?,
        column: 4,
    };
    label(context, place, "called here")
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
                .unwrap_or(known(found.place)),
        };
    }
    let diagnostic = words::of_engine(context, found.cause, found.place);
    Failure {
        message: diagnostic.message,
        hint: diagnostic.hints.into_iter().next(),
        place: known(found.place),
    }
}

/// A place, or none at all when only its text is known.
fn known(place: Place) -> Place {
    if place.line == 0 {
        return Place::default();
    }
    place
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
        let of_key = |key: &String| key_place(context, at, key);
        let place = message
            .place
            .or_else(|| message.key.as_ref().and_then(of_key));
        let place = place.unwrap_or(at);
        let error = Diagnostic::error(raised.code, &message.text).label(label(context, place, ""));
        let error = message
            .notes
            .iter()
            .fold(error, |error, note| error.note(note));
        match &message.hint {
            Some(hint) => error.hint(hint),
            None => error,
        }
    };
    raised.messages.iter().map(of_one).collect()
}
