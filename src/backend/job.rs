//! A job as plain data, with the record that batch systems leave it in.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{Error, Splitter};

/// Something to run: a command, its files, and where.
///
/// The JSON form is upstream's record of a job, with the same keys in the same order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Job {
    /// What it is called, also in the batch system.
    pub name: String,
    /// Files and folders copied into the working folder first.
    pub input_sandbox_files: Vec<PathBuf>,
    /// Where it runs.
    pub working_dir: PathBuf,
    /// Where its output belongs.
    pub output_dir: PathBuf,
    /// Wildcards of its output files.
    pub output_patterns: Vec<String>,
    /// Program and fixed arguments.
    pub cmd: Vec<String>,
    /// Further arguments; each sub-job has its own instead.
    pub args: Vec<Argument>,
    /// Data files.
    pub input_files: Vec<String>,
    /// Lines of shell before the command.
    pub setup_cmds: Vec<String>,
    /// What this job asks of the batch system.
    pub backend_args: Map<String, Value>,
    /// Its parts, if it is split.
    pub subjobs: Vec<SubJob>,
}

/// A part of a job: some of its files, or arguments of its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubJob {
    /// Its number; names and folders end in it.
    pub id: usize,
    /// Its files.
    pub input_files: Vec<String>,
    /// Its arguments.
    pub args: Vec<Argument>,
}

/// One argument of a command.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged, expecting = "an argument must be a number or a text")]
pub enum Argument {
    /// A whole number.
    Integer(i64),
    /// Any other number.
    Number(f64),
    /// A text.
    Text(String),
}

impl Job {
    /// A job without command and files whose output stays in `working_dir`, which is made absolute.
    ///
    /// # Errors
    /// [`Error::Io`] when the current folder is needed and cannot be told.
    pub fn new(name: impl Into<String>, working_dir: &Path) -> Result<Self, Error> {
        let folder =
            std::path::absolute(working_dir).map_err(Error::io("make absolute", working_dir))?;
        Ok(Self {
            name: name.into(),
            input_sandbox_files: Vec::new(),
            output_dir: folder.clone(),
            working_dir: folder,
            output_patterns: Vec::new(),
            cmd: Vec::new(),
            args: Vec::new(),
            input_files: Vec::new(),
            setup_cmds: Vec::new(),
            backend_args: Map::new(),
            subjobs: Vec::new(),
        })
    }

    /// The line of shell that runs it: command and arguments joined by blanks, without quoting, since
    /// elements may hold variables and several words.
    #[must_use]
    pub fn command(&self) -> String {
        let args = self.args.iter().map(ToString::to_string);
        let words: Vec<String> = self.cmd.iter().cloned().chain(args).collect();
        words.join(" ")
    }

    /// Replaces its sub-jobs by those that `splitter` makes; `arguments` are dealt out in their order.
    ///
    /// # Errors
    /// As [`Splitter::split`].
    pub fn split(
        &mut self,
        splitter: &Splitter,
        arguments: Option<&mut dyn Iterator<Item = Vec<Argument>>>,
    ) -> Result<(), Error> {
        self.subjobs = splitter.split(&self.input_files, arguments)?;
        Ok(())
    }

    /// Its sub-jobs as jobs of their own: names and folders end in their numbers, files and arguments are
    /// theirs, all else is as here.
    pub fn parts(&self) -> impl ExactSizeIterator<Item = Self> {
        self.subjobs.iter().map(|subjob| {
            let number = subjob.id.to_string();
            Self {
                name: format!("{}_{number}", self.name),
                working_dir: self.working_dir.join(&number),
                output_dir: self.output_dir.join(&number),
                args: subjob.args.clone(),
                input_files: subjob.input_files.clone(),
                subjobs: Vec::new(),
                ..self.clone()
            }
        })
    }

    /// Reads a record.
    ///
    /// # Errors
    /// When the file cannot be read, is no record, or numbers two sub-jobs alike.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let bytes = fs::read(path).map_err(Error::io("read", path))?;
        let job: Self = serde_json::from_slice(&bytes).map_err(|error| Error::Record {
            path: path.into(),
            reason: error.to_string(),
        })?;
        let mut seen = BTreeSet::new();
        match job.subjobs.iter().find(|subjob| !seen.insert(subjob.id)) {
            Some(subjob) => Err(Error::SubjobTwice {
                id: subjob.id,
                job: job.name,
            }),
            None => Ok(job),
        }
    }

    /// Writes its record, indented for reading.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(self).map_err(|error| Error::Record {
            path: path.into(),
            reason: error.to_string(),
        })?;
        fs::write(path, text + "\n").map_err(Error::io("write", path))
    }
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(number) => write!(f, "{number}"),
            // With a point, so that it stays no whole number.
            Self::Number(number) => write!(f, "{number:?}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record() -> Value {
        let mut job = Job::new("ecl", Path::new("/data/cal/0")).unwrap();
        job.input_files = ["a", "b", "c"].map(String::from).to_vec();
        job.args = vec![Argument::Number(2.0), Argument::Text("$HOME x".into())];
        job.split(&Splitter::max_files(2).unwrap(), None).unwrap();
        serde_json::to_value(job).unwrap()
    }

    fn read(record: &Value) -> Result<Job, Error> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("job.json");
        fs::write(&file, record.to_string()).unwrap();
        Job::read(&file)
    }

    #[test]
    fn a_record_that_is_read_and_written_is_the_same() {
        let job = read(&record()).unwrap();
        assert_eq!(serde_json::to_value(&job).unwrap(), record());
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("job.json");
        job.write(&file).unwrap();
        assert_eq!(Job::read(&file).unwrap(), job);
    }

    #[test]
    fn a_wrong_record_says_what_and_where() {
        let mut twice = record();
        twice["subjobs"][1]["id"] = 0.into();
        let mut stranger = record();
        stranger["wokring_dir"] = "/x".into();
        let mut short = record();
        short.as_object_mut().unwrap().remove("cmd");
        let mut flag = record();
        flag["args"][0] = true.into();
        for (record, words) in [
            (twice, "two sub-jobs 0"),
            (stranger, "unknown field `wokring_dir`"),
            (short, "missing field `cmd`"),
            (flag, "an argument must be a number or a text"),
        ] {
            let error = read(&record).unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
        let error = Job::read(Path::new("/nowhere/job.json")).unwrap_err();
        assert!(error.to_string().starts_with("could not read /nowhere"));
    }

    #[test]
    fn parts_take_over_all_but_files_and_arguments() {
        let job = read(&record()).unwrap();
        let parts: Vec<Job> = job.parts().collect();
        assert_eq!(parts.len(), 2);
        assert_eq!(parts[1].name, "ecl_1");
        assert_eq!(parts[1].working_dir, Path::new("/data/cal/0/1"));
        assert_eq!(parts[1].input_files, ["c"]);
        assert_eq!(parts[1].command(), "");
        assert_eq!(job.command(), "2.0 $HOME x");
    }
}
