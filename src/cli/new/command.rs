//! Writing the folder, and saying what comes next.

use std::fs;
use std::io::{Error, ErrorKind};
use std::path::Path;

use crate::report::{Accent, Style};

use super::super::args::NewArguments;
use super::super::exit::Exit;
use super::super::failure::Failure;
use super::super::terminal::{Terminal, to_stderr};
use super::name::Name;
use super::sample;

const TEMPLATE: &str = include_str!("template.rhai");

/// Runs the command.
pub(in super::super) fn new(arguments: &NewArguments, terminal: Terminal) -> Result<Exit, Failure> {
    let name = Name::new(&arguments.name)?;
    let folder = Path::new(name.as_str());
    fs::create_dir(folder).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => exists(&name),
        _ => not_written(folder, &error),
    })?;
    if let Err(error) = fill(folder, &name) {
        // Half a folder would be in the way of the next attempt.
        let _ = fs::remove_dir_all(folder);
        return Err(not_written(folder, &error));
    }
    if !terminal.quiet {
        to_stderr(&next(&name, terminal));
    }
    Ok(Exit::Done)
}

fn fill(folder: &Path, name: &Name) -> Result<(), Error> {
    let text = TEMPLATE
        .replace("{name}", name.as_str())
        .replace("{payload}", &payload(name));
    fs::write(folder.join(format!("{}.rhai", name.as_str())), text)?;
    sample::write(folder)
}

fn payload(name: &Name) -> String {
    format!("{}Offset", name.camel())
}

fn exists(name: &Name) -> Failure {
    let name = name.as_str();
    let message = format!("{name} is there already");
    let hint = format!("choose another name, or move it away: mv {name} {name}_old");
    Failure::new(Exit::Usage, "new::exists", message).hint(hint)
}

fn not_written(folder: &Path, error: &Error) -> Failure {
    let message = format!("cannot write {}: {error}", folder.display());
    let failure = Failure::new(Exit::Usage, "output::write", message);
    failure.hint("change to a folder that you may write to, on a disk with room")
}

/// What was written, and the commands that go on from there.
fn next(name: &Name, terminal: Terminal) -> String {
    let (payload, name) = (payload(name), name.as_str());
    let files = [
        (
            format!("{name}/{name}.rhai"),
            "the script: begin reading here",
        ),
        (
            format!("{name}/data.json"),
            "names the input: three small files beside it",
        ),
        (
            format!("{name}/truth.json"),
            "the offsets that these files were made with",
        ),
    ];
    let width = files.iter().map(|(file, _)| file.len()).max().unwrap_or(0);
    let mut text = String::new();
    for (file, what) in files {
        let blanks = " ".repeat(width - file.len());
        let file = terminal.paint(Accent::Name, &file);
        text += &format!("  {file}{blanks}  {what}\n");
    }
    text += "\nGo on with:\n";
    for command in [
        format!("cd {name}"),
        format!("b2caf run {name}.rhai --input data.json"),
        format!("b2caf db dump {payload} --run 7,2 --from calibration_results/outputdb"),
    ] {
        text += &format!("  {command}\n");
    }
    text
}
