//! `b2caf eval`: a script with the whole API, and its last value as JSON.

use serde_json::Value;

use crate::script;

use super::args::EvalArguments;
use super::exit::Exit;
use super::failure::{Failure, draw};
use super::terminal::{Terminal, to_stderr, to_stdout};

/// Runs the command.
pub(super) fn eval(arguments: &EvalArguments, terminal: Terminal) -> Result<Exit, Failure> {
    let variables = arguments.arguments.iter().map(|word| variable(word));
    let variables = variables.collect::<Result<Vec<_>, Failure>>()?;
    let (value, messages) =
        script::eval(&arguments.script, &variables, &script::Options::default());
    if !terminal.quiet {
        to_stderr(&draw(&messages, terminal));
    }
    let value =
        value.map_err(|problems| Failure::drawn(Exit::Script, draw(&problems, terminal)))?;
    let text = serde_json::to_string_pretty(&value).map_err(|error| {
        Failure::new(
            Exit::Bug,
            "run::bug",
            format!("the value has no JSON form: {error}"),
        )
    })?;
    to_stdout(&format!("{text}\n"));
    Ok(Exit::Done)
}

/// `name=VALUE` or `name=@FILE`; a value that is no JSON is a text.
fn variable(word: &str) -> Result<(String, Value), Failure> {
    let Some((name, value)) = word.split_once('=') else {
        let message = format!("--arg {word}: a name and a value are needed");
        return Err(Failure::new(Exit::Usage, "usage::argument", message)
            .hint("write --arg name=VALUE or --arg name=@file.json"));
    };
    let is_name = |name: &str| {
        let mut letters = name.chars();
        letters
            .next()
            .is_some_and(|c| c.is_alphabetic() || c == '_')
            && letters.all(|c| c.is_alphanumeric() || c == '_')
    };
    if !is_name(name) {
        return Err(Failure::new(
            Exit::Usage,
            "usage::argument",
            format!("--arg {word}: `{name}` is no name of a variable"),
        ));
    }
    let Some(file) = value.strip_prefix('@') else {
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::from(value));
        return Ok((name.to_owned(), value));
    };
    let wrong = |message: String| {
        Failure::new(
            Exit::Usage,
            "usage::argument",
            format!("--arg {word}: {message}"),
        )
    };
    let text = std::fs::read_to_string(file)
        .map_err(|error| wrong(format!("{file} cannot be read: {error}")))?;
    let value = serde_json::from_str(&text)
        .map_err(|error| wrong(format!("{file} is not JSON: {error}")))?;
    Ok((name.to_owned(), value))
}
