//! A central server: which one is meant, and what is shown when it cannot do what was asked.

use std::sync::Arc;

use crate::conditions::server::{Environment, Error, Server, Settings, Token, TransferError};

use crate::settings::nearest;

use super::super::answer::Answer;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::refused::refused;
use super::server_args::{ENVIRONMENT, ServerArguments, WritingArguments};

/// The server that is meant, for reading. No token is looked for.
pub(super) fn reading(arguments: &ServerArguments, answer: &Answer) -> Result<Server, Failure> {
    connect(arguments, None, answer)
}

/// The server that is meant, for writing with the user's token, should it be needed.
pub(super) fn writing(arguments: &WritingArguments, answer: &Answer) -> Result<Server, Failure> {
    let environment = Environment::of_process();
    let token = match &arguments.token_file {
        Some(file) => Token::read(file).map(Some),
        None => Token::find(None, &environment),
    };
    let token = token.map_err(failed)?;
    if let Some(remark) = token.as_ref().and_then(Token::remark) {
        answer.warn(&remark);
    }
    connect(&arguments.server, token, answer)
}

fn connect(
    arguments: &ServerArguments,
    token: Option<Token>,
    answer: &Answer,
) -> Result<Server, Failure> {
    let environment = Environment::of_process();
    let mut addresses = Vec::new();
    for word in &arguments.server {
        if word == ENVIRONMENT {
            addresses.extend(of_environment(&environment)?);
        } else {
            addresses.push(word.clone());
        }
    }
    let settings = settings(arguments, &environment, token, answer);
    Server::new(&addresses, settings).map_err(failed)
}

fn settings(
    arguments: &ServerArguments,
    environment: &Environment,
    token: Option<Token>,
    answer: &Answer,
) -> Settings {
    let defaults = Settings::default();
    let teller = *answer;
    Settings {
        proxy: environment.proxy.clone(),
        authorities: environment.authorities.clone(),
        token,
        max_retries: arguments.retries.unwrap_or(defaults.max_retries),
        tell: Arc::new(move |text| teller.warn(text)),
        ..defaults
    }
}

/// The servers that the environment names: providers that are no servers are left out.
fn of_environment(environment: &Environment) -> Result<Vec<String>, Failure> {
    let named = environment
        .metadata
        .as_ref()
        .or(environment.servers.as_ref());
    let is_server = |entry: &&String| entry.starts_with("http://") || entry.starts_with("https://");
    let servers: Vec<String> = named
        .into_iter()
        .flatten()
        .filter(is_server)
        .cloned()
        .collect();
    if servers.is_empty() {
        let text = "the environment names no server";
        return Err(Failure::new(Exit::Usage, "server::none-named", text).hint(
            "set BELLE2_CONDB_SERVERLIST to the address of one, or give it: --server https://…/rest/",
        ));
    }
    Ok(servers)
}

/// The failure for what a server, or the way to it, did not do.
pub(super) fn failed(error: Error) -> Failure {
    let (code, text) = (error.code(), error.to_string());
    match error {
        Error::NoTag { .. } => Failure::new(Exit::Usage, code, text)
            .hint("b2caf db tag list --server URL shows what there is"),
        Error::Refused {
            status: 401 | 403, ..
        } => Failure::new(Exit::REFUSED, code, text)
            .hint("get a new token, or ask whoever manages the tag for the right to change it"),
        Error::Address { .. }
        | Error::Name { .. }
        | Error::TagExists { .. }
        | Error::State { .. }
        | Error::Token { .. }
        | Error::NoToken { .. }
        | Error::Unencrypted { .. } => Failure::new(Exit::Usage, code, text),
        Error::Refused { status, .. } if status < 500 => Failure::new(Exit::REFUSED, code, text),
        Error::NoAnswer { .. } | Error::Refused { .. } => {
            Failure::new(Exit::Input, code, text).hint("run the same command again later")
        }
        Error::Malformed { .. } => Failure::new(Exit::Input, code, text)
            .hint("see whether the address is that of a conditions server, up to its …/rest/"),
        Error::NoFile { .. } => Failure::new(Exit::Input, code, text).hint(
            "report it to the database's managers: the server lists a payload without a file",
        ),
        _ => Failure::new(Exit::Input, code, text),
    }
}

/// As [`failed`]; of a tag that the server does not know, the one that was probably meant is named.
pub(super) fn failed_on(server: &Server, error: Error) -> Failure {
    let Error::NoTag { tag, .. } = &error else {
        return failed(error);
    };
    // What was asked has failed already; a list that cannot be had is no further failure.
    let known = server.tags().unwrap_or_default();
    match nearest(tag, known.iter().map(|tag| tag.name.as_str())) {
        Some(near) => Failure::new(Exit::Usage, error.code(), error.to_string())
            .hint(format!("did you mean {near}?")),
        None => failed(error),
    }
}

/// The failure for a tag that could not be taken over.
pub(super) fn not_transferred(error: TransferError) -> Failure {
    match error {
        TransferError::Server(error) => failed(*error),
        TransferError::Store(error) => refused(*error),
    }
}
