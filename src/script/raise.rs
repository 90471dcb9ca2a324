//! Errors of bound functions on their way through Rhai.

use std::fmt;

use rhai::{Dynamic, EvalAltResult, Position};

use crate::expr::{Failure, Place};

/// What a bound function has to say, carried through Rhai as it is.
#[derive(Clone, Debug)]
pub(super) struct Raised {
    /// Short name of its kind.
    pub(super) code: &'static str,
    /// Each becomes a diagnostic of its own.
    pub(super) messages: Vec<Message>,
}

/// One sentence, what to do, and where, if not at the call.
#[derive(Clone, Debug, Default)]
pub(super) struct Message {
    pub(super) text: String,
    pub(super) notes: Vec<String>,
    pub(super) hint: Option<String>,
    pub(super) place: Option<Place>,
    /// The key it is about, to be looked for within the call.
    pub(super) key: Option<String>,
}

impl fmt::Display for Raised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let messages: Vec<&str> = self
            .messages
            .iter()
            .map(|message| message.text.as_str())
            .collect();
        f.write_str(&messages.join("; "))
    }
}

/// The result of a bound function.
pub(super) type Fallible<T> = Result<T, Box<EvalAltResult>>;

impl Raised {
    pub(super) fn new(code: &'static str, message: impl Into<String>) -> Self {
        let text = message.into();
        let message = Message {
            text,
            ..Message::default()
        };
        Self {
            code,
            messages: vec![message],
        }
    }

    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        if let Some(last) = self.messages.last_mut() {
            last.hint = Some(hint.into());
        }
        self
    }

    /// Facts that help to understand it.
    pub(super) fn notes(mut self, notes: Vec<String>) -> Self {
        if let Some(last) = self.messages.last_mut() {
            last.notes = notes;
        }
        self
    }

    /// It is about this key of the map that was given.
    pub(super) fn key(mut self, key: &str) -> Self {
        if let Some(last) = self.messages.last_mut() {
            last.key = Some(key.to_owned());
        }
        self
    }

    pub(super) fn maybe_hint(self, hint: Option<String>) -> Self {
        match hint {
            Some(hint) => self.hint(hint),
            None => self,
        }
    }

    pub(super) fn boxed(self) -> Box<EvalAltResult> {
        EvalAltResult::ErrorRuntime(Dynamic::from(self), Position::NONE).into()
    }
}

/// An error of another room, at the place of the call.
pub(super) fn raise(code: &'static str) -> impl Fn(&dyn fmt::Display) -> Box<EvalAltResult> {
    move |error| Raised::new(code, error.to_string()).boxed()
}

/// A failed closure, at its own place.
pub(super) fn failed(code: &'static str, failure: Failure) -> Box<EvalAltResult> {
    let message = Message {
        text: failure.message,
        hint: failure.hint,
        place: Some(failure.place).filter(|place| place.source != 0),
        ..Message::default()
    };
    Raised {
        code,
        messages: vec![message],
    }
    .boxed()
}

/// A name of the API that does not work yet.
pub(super) fn not_yet<T>(what: &str) -> Fallible<T> {
    Err(Raised::new(
        "script::not-available",
        format!("{what} is not available yet"),
    )
    .boxed())
}
