//! `b2caf filemap`: which runs files hold.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use regex::Regex;
use serde_json::{Map, Value, json};

use super::args::{FilemapArguments, Method};
use super::exit::Exit;
use super::failure::Failure;
use super::terminal::{Terminal, to_stderr, to_stdout};
use crate::conditions::readable;
use crate::dataset::{Fault, FileCards, files_of, raw_data_iov};
use crate::iov::IoV;
use crate::report::{Accent, Style};

type FileIovs = BTreeMap<PathBuf, IoV>;

pub(super) fn filemap(arguments: &FilemapArguments, terminal: Terminal) -> Result<Exit, Failure> {
    let unwanted = arguments
        .filter_regex
        .as_deref()
        .map(Regex::new)
        .transpose();
    let unwanted = unwanted.map_err(|error| {
        Failure::new(
            Exit::Usage,
            "usage::value",
            format!("--filter-regex is no regular expression: {error}"),
        )
    })?;
    let base = std::env::current_dir().map_err(|error| {
        Failure::new(
            Exit::Usage,
            "usage::no-folder",
            format!("there is no current folder: {error}"),
        )
        .hint("change to a folder that exists")
    })?;
    let mut files = match files_of(&arguments.pattern, &base) {
        Ok(files) => files,
        Err(Fault::NoMatch(_)) => Vec::new(),
        Err(fault) => return Err(Failure::new(Exit::Input, "input::path", fault.to_string())),
    };
    if let Some(unwanted) = unwanted {
        files.retain(|file| !unwanted.is_match(&file.to_string_lossy()));
    }
    let found = look_up(&files, arguments.method)?;
    if found.is_empty() {
        let warning = terminal.paint(Accent::Warning, "warning");
        let pattern = &arguments.pattern;
        to_stderr(&format!(
            "{warning}: no file is left of {pattern}: the map is empty\n"
        ));
    }
    let document = document(&found);
    if arguments.print_map {
        to_stdout(&readable(&document).unwrap_or_default());
    }
    write(&arguments.output_file, &found, &document)?;
    if !terminal.quiet {
        let file = arguments.output_file.display();
        to_stderr(&format!("{} files in {file}\n", found.len()));
    }
    Ok(Exit::Done)
}

/// The runs of all files; every file that cannot be used is named.
fn look_up(files: &[PathBuf], method: Method) -> Result<FileIovs, Failure> {
    let mut found = FileIovs::new();
    let mut faults = Vec::new();
    for file in files {
        match iov(file, method) {
            Ok(iov) => {
                found.insert(file.clone(), iov);
            }
            Err(fault) => faults.push(fault.to_string()),
        }
    }
    if faults.is_empty() {
        return Ok(found);
    }
    Err(
        Failure::new(Exit::Input, "input::path", faults.join("\n  "))
            .hint("runs of raw data stand in their path: --method raw"),
    )
}

fn iov(file: &Path, method: Method) -> Result<IoV, Fault> {
    if method == Method::Raw {
        return raw_data_iov(file);
    }
    let metadata = FileCards::shared().metadata(file)?;
    let iov = metadata
        .map(|metadata| metadata.iov())
        .transpose()?
        .flatten();
    iov.ok_or_else(|| Fault::NoRuns(file.to_path_buf()))
}

fn document(found: &FileIovs) -> Value {
    let one = |(file, iov): (&PathBuf, &IoV)| (file.to_string_lossy().into_owned(), json!(iov));
    Value::Object(found.iter().map(one).collect::<Map<String, Value>>())
}

/// JSON, or a pickle where the name asks for one.
fn write(path: &Path, found: &FileIovs, document: &Value) -> Result<(), Failure> {
    let bytes = match path.extension().is_some_and(|end| end == "pkl") {
        true => pickle(found),
        false => readable(document).unwrap_or_default().into_bytes(),
    };
    fs::write(path, bytes).map_err(|error| {
        Failure::new(
            Exit::Usage,
            "output::write",
            format!("cannot write {}: {error}", path.display()),
        )
    })
}

/// A dictionary of texts and tuples of four numbers, as Python's pickle (protocol 2) has it.
fn pickle(found: &FileIovs) -> Vec<u8> {
    let mut bytes = vec![0x80, 2, b'}', b'('];
    for (file, iov) in found {
        let name = file.to_string_lossy();
        bytes.push(b'X');
        bytes.extend(u32::try_from(name.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend(name.as_bytes());
        bytes.push(b'(');
        for end in [iov.low(), iov.high()] {
            for number in [end.exp, end.run] {
                bytes.push(b'J');
                bytes.extend(number.to_le_bytes());
            }
        }
        bytes.push(b't');
    }
    bytes.extend([b'u', b'.']);
    bytes
}
