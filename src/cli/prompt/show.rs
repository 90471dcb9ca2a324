//! `b2caf prompt show`: the list of scripts, and what one says about itself.

use serde_json::{Value, json};

use super::super::answer::Answer;
use super::super::exit::Exit;
use super::super::failure::{Failure, draw};
use super::super::terminal::to_stdout;
use super::args::ShowArguments;
use super::{card, refused, unreadable, which};
use crate::report::{Accent, Style};
use crate::script::directory::{Catalogue, Directory, Entry, Kind};
use crate::settings::{local_calibrations, local_calibrations_json};

pub(super) fn show(
    arguments: &ShowArguments,
    directory: &dyn Fn() -> Result<Directory, Failure>,
    answer: &Answer,
) -> Result<Exit, Failure> {
    if arguments.local {
        local(answer);
        return Ok(Exit::Done);
    }
    let kind = match arguments.validation {
        true => Kind::Validation,
        false => Kind::Calibration,
    };
    let directory = directory()?;
    let name = arguments.name.as_ref().or(arguments.script_name.as_ref());
    match name {
        Some(name) if arguments.source => source(&directory, kind, name),
        None if arguments.source => {
            let failure = Failure::new(
                Exit::Usage,
                "usage::missing",
                "--source needs the name of a script",
            );
            Err(failure.hint("`b2caf prompt show` lists them"))
        }
        Some(name) => one(&directory, kind, name, arguments.upstream, answer),
        None if arguments.all => all(&directory, kind, answer),
        None if arguments.upstream && !arguments.json => bare_list(&directory, kind),
        None => list(&directory, kind, answer),
    }
}

/// Names, as JSON in upstream's form; for people by subsystem.
fn list(directory: &Directory, kind: Kind, answer: &Answer) -> Result<Exit, Failure> {
    if answer.json {
        let names = directory.names(kind).map_err(refused)?;
        to_stdout(&format!("{}\n", json!(names)));
        return Ok(Exit::Done);
    }
    let catalogue = Catalogue::read(directory, kind).map_err(refused)?;
    to_stdout(&card::list(&catalogue, answer.out));
    tell_problems(&catalogue, answer);
    answer.say(&answer.talk.paint(Accent::Dim, &which(directory)));
    Ok(match catalogue.problems.is_empty() {
        true => Exit::Done,
        false => Exit::Script,
    })
}

/// The text of one script.
fn source(directory: &Directory, kind: Kind, name: &str) -> Result<Exit, Failure> {
    let path = directory.script(kind, name).map_err(refused)?;
    let text = std::fs::read_to_string(&path).map_err(|error| {
        let message = format!("cannot read {}: {error}", path.display());
        Failure::new(Exit::Usage, "prompt::unreadable", message)
    })?;
    to_stdout(&text);
    Ok(Exit::Done)
}

/// A heading and one file name per line, as upstream.
fn bare_list(directory: &Directory, kind: Kind) -> Result<Exit, Failure> {
    let names = directory.names(kind).map_err(refused)?;
    let lines = names.iter().map(|name| format!("{name}.rhai\n"));
    to_stdout(&format!(
        "Available scripts:\n{}",
        lines.collect::<String>()
    ));
    Ok(Exit::Done)
}

fn one(
    directory: &Directory,
    kind: Kind,
    name: &str,
    upstream: bool,
    answer: &Answer,
) -> Result<Exit, Failure> {
    if answer.json {
        let path = directory.script(kind, name).map_err(refused)?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        let all = Catalogue::settings(directory, kind).map_err(refused)?;
        if let Some(settings) = all.ok().and_then(|mut all| all.remove(&*stem)) {
            to_stdout(&format!("{settings}\n"));
            return Ok(Exit::Done);
        }
    }
    let catalogue = Catalogue::read_one(directory, kind, name).map_err(refused)?;
    let Some(entry) = catalogue.entries.first() else {
        return Err(unreadable(catalogue, answer.talk));
    };
    if answer.json {
        to_stdout(&format!("{}\n", entry.settings.to_json()));
    } else if upstream {
        to_stdout(&format!("{}\n", entry.settings.text()));
    } else {
        to_stdout(&card::card(entry, answer.out));
        answer.say(&answer.talk.paint(Accent::Dim, &which(directory)));
    }
    Ok(Exit::Done)
}

fn all(directory: &Directory, kind: Kind, answer: &Answer) -> Result<Exit, Failure> {
    if answer.json {
        let found = Catalogue::settings(directory, kind).map_err(refused)?;
        let (all, exit) = match found {
            Ok(all) => (all, Exit::Done),
            Err(catalogue) => {
                tell_problems(&catalogue, answer);
                let named = |entry: &Entry| (entry.script.clone(), entry.settings.to_json());
                (catalogue.entries.iter().map(named).collect(), Exit::Script)
            }
        };
        to_stdout(&format!("{}\n", Value::Object(all)));
        return Ok(exit);
    }
    let catalogue = Catalogue::read(directory, kind).map_err(refused)?;
    let cards = catalogue
        .entries
        .iter()
        .map(|entry| card::card(entry, answer.out));
    to_stdout(&cards.collect::<Vec<_>>().join("\n"));
    tell_problems(&catalogue, answer);
    Ok(match catalogue.problems.is_empty() {
        true => Exit::Done,
        false => Exit::Script,
    })
}

fn tell_problems(catalogue: &Catalogue, answer: &Answer) {
    for (_, problems) in &catalogue.problems {
        super::super::terminal::to_stderr(&draw(problems, answer.talk));
    }
}

fn local(answer: &Answer) {
    if answer.json {
        to_stdout(&format!("{}\n", local_calibrations_json()));
        return;
    }
    for (subsystem, (tag, payloads)) in local_calibrations() {
        let payloads = match payloads {
            [] => "none".to_owned(),
            payloads => payloads.join(", "),
        };
        let subsystem = answer.out.paint(Accent::Name, &format!("{subsystem:<10}"));
        to_stdout(&format!("{subsystem} {tag:<24} {payloads}\n"));
    }
}
