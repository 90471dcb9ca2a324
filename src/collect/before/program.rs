//! One run of a program: from an input file to an output file.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use super::{External, ProgramError};

/// What the placeholders stand for.
pub(super) struct Values<'a> {
    pub(super) input: &'a Path,
    pub(super) output: &'a Path,
    pub(super) events: Option<u64>,
    pub(super) payloads: Option<&'a Path>,
}

/// Last lines of what a failing program said that go into the error.
const LINES: usize = 8;
/// Bytes at the end that are looked through for them.
const TAIL: u64 = 8 * 1024;

impl Values<'_> {
    fn put_into(&self, word: &str) -> String {
        let path = |path: Option<&Path>| path.map_or_else(String::new, |p| p.display().to_string());
        let events = self.events.map_or_else(String::new, |n| n.to_string());
        word.replace("{events}", &events)
            .replace("{output}", &path(Some(self.output)))
            .replace("{payloads}", &path(self.payloads))
            .replace("{input}", &path(Some(self.input)))
    }
}

/// Runs the program in `folder`, which holds its files; `log` takes what it says if it fails.
pub(super) fn run(
    external: &External,
    values: &Values<'_>,
    folder: &Path,
    log: &Path,
) -> Result<(), ProgramError> {
    let words: Vec<String> = external
        .command
        .iter()
        .map(|word| values.put_into(word))
        .collect();
    let program = find(external).map(|found| match found {
        Found::Sent(name) => folder.join(name),
        Found::Elsewhere(path) => path,
    })?;
    let said = [folder.join("b2caf.stdout"), folder.join("b2caf.stderr")];
    let create = |path: &PathBuf| File::create(path).map_err(ProgramError::io(path));
    let variables = external.environment.iter();
    let status = Command::new(program)
        .args(words.iter().skip(1))
        .envs(variables.map(|(name, value)| (name, values.put_into(value))))
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(create(&said[0])?)
        .stderr(create(&said[1])?)
        .status()
        .map_err(|source| ProgramError::Start {
            name: external.name.clone(),
            command: words.join(" "),
            source,
        })?;
    if status.success() {
        if values.output.is_file() {
            return Ok(());
        }
        return Err(ProgramError::NoOutput {
            name: external.name.clone(),
            command: words.join(" "),
        });
    }
    let tails = [tail(&said[1])?, tail(&said[0])?];
    keep(&said, log)?;
    Err(ProgramError::Failed {
        name: external.name.clone(),
        command: words.join(" "),
        how: how(status),
        said: tails
            .into_iter()
            .find(|t| !t.is_empty())
            .unwrap_or_default(),
        log: log.to_path_buf(),
    })
}

fn how(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with exit code {code}"),
        None => format!("was stopped ({status})"),
    }
}

/// The last lines of a file, each after a line break.
fn tail(path: &Path) -> Result<String, ProgramError> {
    let mut bytes = Vec::new();
    let mut read = || -> io::Result<()> {
        let mut file = File::open(path)?;
        let end = file.metadata()?.len();
        file.seek(SeekFrom::Start(end.saturating_sub(TAIL)))?;
        file.take(TAIL).read_to_end(&mut bytes)?;
        Ok(())
    };
    read().map_err(ProgramError::io(path))?;
    let text = String::from_utf8_lossy(&bytes);
    let lines: Vec<&str> = text
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    let last = &lines[lines.len().saturating_sub(LINES)..];
    Ok(last.iter().map(|line| format!("\n  {line}")).collect())
}

/// Puts what was said into one file that stays.
fn keep(said: &[PathBuf; 2], log: &Path) -> Result<(), ProgramError> {
    let copy = || -> io::Result<()> {
        let mut to = File::create(log)?;
        for path in said {
            io::copy(&mut File::open(path)?, &mut to)?;
        }
        Ok(())
    };
    copy().map_err(ProgramError::io(log))
}

/// Where a program was found.
enum Found {
    /// Among the files that travel with it.
    Sent(String),
    /// On this machine.
    Elsewhere(PathBuf),
}

/// Looks whether program and files are there.
pub(super) fn check(external: &External) -> Result<(), ProgramError> {
    for sent in &external.files {
        if sent.hash.is_none() || !sent.path.is_file() {
            return Err(ProgramError::NoFile {
                name: external.name.clone(),
                file: sent.path.clone(),
            });
        }
    }
    find(external).map(|_| ())
}

fn find(external: &External) -> Result<Found, ProgramError> {
    let program = external.command.first().map_or("", String::as_str);
    let plain = program.strip_prefix("./").unwrap_or(program);
    if let Some(sent) = external.files.iter().find(|sent| sent.name == plain) {
        return Ok(Found::Sent(sent.name.clone()));
    }
    let places: Vec<PathBuf> = if program.contains('/') {
        std::path::absolute(program).into_iter().collect()
    } else {
        let own = external.environment.iter().find(|(name, _)| name == "PATH");
        let all = own.map_or_else(|| std::env::var_os("PATH"), |(_, value)| Some(value.into()));
        let all = all.unwrap_or_default();
        std::env::split_paths(&all)
            .map(|folder| folder.join(program))
            .collect()
    };
    let found = places.into_iter().find(|path| can_run(path));
    found
        .map(Found::Elsewhere)
        .ok_or_else(|| ProgramError::NoProgram {
            name: external.name.clone(),
            program: program.to_owned(),
        })
}

#[cfg(unix)]
fn can_run(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    fs::metadata(path).is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn can_run(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|about| about.is_file())
}
