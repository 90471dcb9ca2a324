//! From the command line to an exit code.

use std::io::{BufWriter, ErrorKind, Write};
use std::process::ExitCode;

use clap::Parser;

use super::args::{Arguments, Command, InspectArguments};
use super::exit::Exit;
use super::failure::{Failure, more_about};
use super::inspect::{InspectError, inspect};
use super::terminal::{Terminal, to_stderr};

/// Runs the program with the arguments it was started with.
#[must_use]
pub fn main() -> ExitCode {
    let words = super::drop_in::arguments(std::env::args_os());
    let arguments = match Arguments::try_parse_from(&words) {
        Ok(arguments) => arguments,
        Err(message) => return super::usage::refused(&message, &words).into(),
    };
    let terminal = Terminal::new(arguments.color, arguments.quiet);
    start_log(arguments.verbose, terminal);
    let Some(command) = &arguments.command else {
        return super::greeting::greet(Terminal::stdout(arguments.color, arguments.quiet)).into();
    };
    let ended = match command {
        Command::New(new) => super::new::new(new, terminal),
        Command::Run(run) => super::run::run(run, terminal),
        Command::Watch(watch) => super::watch::watch(watch, terminal),
        Command::Inspect(inspect) => list(inspect),
        Command::Export(export) => super::export::export(export, terminal),
        Command::Report(report) => super::report::report(report, terminal),
        Command::Eval(eval) => super::eval::eval(eval, terminal),
        Command::Api(api) => {
            let out = Terminal::stdout(arguments.color, arguments.quiet);
            super::api::api(api, out)
        }
        Command::Explain(explain) => {
            let out = Terminal::stdout(arguments.color, arguments.quiet);
            super::explain::explain(explain, out)
        }
        Command::Filemap(filemap) => super::filemap::filemap(filemap, terminal),
        Command::Status(status) => {
            let out = Terminal::stdout(arguments.color, arguments.quiet);
            super::status::status(status, terminal, out)
        }
        Command::Prompt(prompt) => {
            let out = Terminal::stdout(arguments.color, arguments.quiet);
            super::prompt::prompt(prompt, terminal, out)
        }
        Command::Completions(shell) => Ok(super::definition::completions(shell)),
        Command::Man(man) => super::definition::man(man, terminal),
        Command::Db(db) => {
            let out = Terminal::stdout(arguments.color, arguments.quiet);
            super::db::db(db, terminal, out)
        }
    };
    match ended {
        Ok(exit) => exit.into(),
        Err(failure) => {
            complain(&failure, terminal);
            failure.exit().into()
        }
    }
}

fn list(arguments: &InspectArguments) -> Result<Exit, Failure> {
    let mut out = BufWriter::new(std::io::stdout().lock());
    let listed = inspect(&arguments.file, arguments.sums, arguments.json, &mut out);
    match listed.and_then(|()| Ok(out.flush()?)) {
        Ok(()) => Ok(Exit::Done),
        // A reader that went away (`| head`) is no failure.
        Err(InspectError::Write(error)) if error.kind() == ErrorKind::BrokenPipe => Ok(Exit::Done),
        Err(InspectError::Write(error)) => Err(Failure::new(
            Exit::Usage,
            "output::write",
            error.to_string(),
        )),
        Err(error) => Err(Failure::new(
            Exit::Input,
            "inspect::unreadable",
            error.to_string(),
        )),
    }
}

fn complain(failure: &Failure, terminal: Terminal) {
    let text = failure.text(terminal);
    to_stderr(&text);
    to_stderr(&more_about(&text, terminal));
}

/// Developers' messages go to stderr: `-v`, `-vv`, or `B2CAF_LOG`.
fn start_log(verbose: u8, terminal: Terminal) {
    let level = match verbose {
        0 => "off",
        1 => "b2caf=debug",
        _ => "b2caf=trace",
    };
    let filter = tracing_subscriber::EnvFilter::try_from_env("B2CAF_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(terminal.colour)
        .init();
}
