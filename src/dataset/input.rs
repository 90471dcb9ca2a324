//! The input data file: names of samples, their files, and the runs these hold.
//!
//! The format is upstream's. Knowing differences, since a calibration on less data than intended is worse than
//! none: a path that does not exist, a folder without files, a file listed twice in one sample, a name given twice
//! and a file on another machine are errors (upstream skips the first two with a warning, keeps the last
//! interval of the third, the last list of the fourth, and takes the fifth unseen). Relative paths start at the
//! folder of the input data file, `file://` is understood, paths may hold wildcards, and four numbers give a
//! file a range of runs. A sample without files is allowed as long as another one has some.

use std::collections::{BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};

use indexmap::IndexMap;

use super::document::{self, Document};
use super::{Error, Fault, FileMap, InputProblem, listing};
use crate::iov::{ExpRun, IoV};

/// The samples of a run in the order of the input data file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InputData {
    source: PathBuf,
    samples: IndexMap<String, FileMap>,
}

/// A file that was left out since it holds other runs than those asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftOut {
    /// Name of the sample.
    pub name: String,
    /// The file.
    pub path: PathBuf,
    /// Its interval.
    pub iov: IoV,
}

impl InputData {
    /// Reads the input data file, finds all files, and shows each of them to `check`.
    ///
    /// # Errors
    /// The file cannot be read or has another shape; otherwise everything that is wrong with its entries and
    /// with the files, at once.
    pub fn read(
        source: &Path,
        mut check: impl FnMut(&Path, IoV) -> Result<(), Fault>,
    ) -> Result<Self, Error> {
        let text = fs::read_to_string(source).map_err(|error| Error::Unreadable {
            path: source.to_path_buf(),
            source: error,
        })?;
        Self::parse(&text, source, &mut check)
    }

    fn parse(
        text: &str,
        source: &Path,
        check: &mut dyn FnMut(&Path, IoV) -> Result<(), Fault>,
    ) -> Result<Self, Error> {
        let samples = match document::parse(text) {
            Ok(Document::Samples(samples)) => samples,
            Ok(Document::Other(found)) => {
                let path = source.to_path_buf();
                return Err(Error::NotAnObject { path, found });
            }
            Err(error) => return Err(not_json(source, &error)),
        };
        let source = std::path::absolute(source).unwrap_or_else(|_| source.to_path_buf());
        let base = source.parent().unwrap_or(Path::new("/"));
        let mut reader = Reader {
            base,
            check,
            problems: Vec::new(),
        };
        let mut all = IndexMap::new();
        for (name, value) in &samples {
            let files = reader.sample(name, value);
            if all.insert(name.clone(), files).is_some() {
                reader.problem(name, None, Fault::NameTwice);
            }
        }
        let problems = reader.problems;
        if !problems.is_empty() {
            let path = source;
            return Err(Error::Problems { path, problems });
        }
        if all.values().all(FileMap::is_empty) {
            return Err(Error::Empty { path: source });
        }
        Ok(Self {
            source,
            samples: all,
        })
    }

    /// Samples by name, in order.
    pub fn samples(&self) -> impl ExactSizeIterator<Item = (&str, &FileMap)> {
        let samples = self.samples.iter();
        samples.map(|(name, files)| (name.as_str(), files))
    }

    /// The files of a sample.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&FileMap> {
        self.samples.get(name)
    }

    /// Names of samples without files, which is allowed and worth a warning.
    pub fn empty_samples(&self) -> impl Iterator<Item = &str> {
        let empty = self.samples().filter(|(_, files)| files.is_empty());
        empty.map(|(name, _)| name)
    }

    /// Checks that all these samples are there.
    ///
    /// # Errors
    /// [`Error::MissingNames`] with what is missing and what there is.
    pub fn require<'a>(&self, names: impl IntoIterator<Item = &'a str>) -> Result<(), Error> {
        let wanted: BTreeSet<&str> = names.into_iter().collect();
        let missing = wanted.into_iter().filter(|name| self.get(name).is_none());
        let missing: Vec<String> = missing.map(str::to_owned).collect();
        if missing.is_empty() {
            return Ok(());
        }
        let given: BTreeSet<String> = self.samples.keys().cloned().collect();
        Err(Error::MissingNames {
            path: self.source.clone(),
            missing,
            given: given.into_iter().collect(),
        })
    }

    /// The files that lie within `requested` as a whole, and those that do not.
    ///
    /// Samples stay, if need be without files, as upstream.
    #[must_use]
    pub fn within(&self, requested: &IoV) -> (Self, Vec<LeftOut>) {
        let mut left_out = Vec::new();
        let mut samples = IndexMap::new();
        for (name, files) in &self.samples {
            let mut kept = IndexMap::new();
            for (path, iov) in files.iter() {
                let path = path.to_path_buf();
                if requested.contains(&iov) {
                    kept.insert(path, iov);
                } else {
                    let name = name.clone();
                    left_out.push(LeftOut { name, path, iov });
                }
            }
            samples.insert(name.clone(), FileMap::from(kept));
        }
        let source = self.source.clone();
        (Self { source, samples }, left_out)
    }

    /// Of each sample the first files of each run, at most so many.
    #[must_use]
    pub fn sampled(&self, most: usize) -> Self {
        let mut samples = IndexMap::new();
        for (name, files) in &self.samples {
            let mut taken: HashMap<IoV, usize> = HashMap::new();
            let mut kept = IndexMap::new();
            for (path, iov) in files.iter() {
                let count = taken.entry(iov).or_default();
                if *count < most {
                    *count += 1;
                    kept.insert(path.to_path_buf(), iov);
                }
            }
            samples.insert(name.clone(), FileMap::from(kept));
        }
        let source = self.source.clone();
        Self { source, samples }
    }
}

fn not_json(source: &Path, error: &serde_json::Error) -> Error {
    let text = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    Error::NotJson {
        path: source.to_path_buf(),
        line: error.line(),
        column: error.column(),
        reason: text.strip_suffix(&place).unwrap_or(&text).to_owned(),
    }
}

/// Goes through the entries and remembers what is wrong.
struct Reader<'a> {
    base: &'a Path,
    check: &'a mut dyn FnMut(&Path, IoV) -> Result<(), Fault>,
    problems: Vec<InputProblem>,
}

impl Reader<'_> {
    fn problem(&mut self, name: &str, entry: Option<usize>, fault: Fault) {
        let name = name.to_owned();
        self.problems.push(InputProblem { name, entry, fault });
    }

    fn sample(&mut self, name: &str, value: &serde_json::Value) -> FileMap {
        let Some(entries) = value.as_array() else {
            let fault = Fault::NotAList(document::kind(value));
            self.problem(name, None, fault);
            return FileMap::default();
        };
        let mut files = IndexMap::new();
        // Looked up only, by the place on disk: links to one file are one file.
        let mut seen: HashMap<PathBuf, usize> = HashMap::new();
        for (number, entry) in (1..).zip(entries) {
            let (paths, iov) = match self.entry(entry) {
                Ok(found) => found,
                Err(faults) => {
                    for fault in faults {
                        self.problem(name, Some(number), fault);
                    }
                    continue;
                }
            };
            for path in paths {
                match self.file(&path, iov, number, &mut seen) {
                    Ok(()) => {
                        files.insert(path, iov);
                    }
                    Err(fault) => self.problem(name, Some(number), fault),
                }
            }
        }
        FileMap::from(files)
    }

    /// Checks one file; `seen` remembers which entry each file on disk came from.
    fn file(
        &mut self,
        path: &Path,
        iov: IoV,
        number: usize,
        seen: &mut HashMap<PathBuf, usize>,
    ) -> Result<(), Fault> {
        let real = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
        if let Some(entry) = seen.get(&real) {
            let path = path.to_path_buf();
            return Err(Fault::Twice {
                path,
                entry: *entry,
            });
        }
        seen.insert(real, number);
        if path.to_str().is_none() {
            return Err(Fault::NoText(path.to_path_buf()));
        }
        (self.check)(path, iov)
    }

    fn entry(&self, entry: &serde_json::Value) -> Result<(Vec<PathBuf>, IoV), Vec<Fault>> {
        let pair = entry.as_array().map(Vec::as_slice);
        let Some([path, runs]) = pair else {
            return Err(vec![Fault::EntryShape(document::shorten(entry))]);
        };
        let path = match path.as_str() {
            Some(text) if !text.trim().is_empty() => listing::files(text, self.base),
            _ => Err(Fault::NoPath(document::shorten(path))),
        };
        match (path, interval(runs)) {
            (Ok(files), Ok(iov)) => Ok((files, iov)),
            (path, iov) => Err(path.err().into_iter().chain(iov.err()).collect()),
        }
    }
}

/// `[experiment, run]`, or four numbers for a range of runs.
fn interval(value: &serde_json::Value) -> Result<IoV, Fault> {
    let wrong = || Fault::Runs(document::shorten(value));
    let numbers: Vec<i32> = value
        .as_array()
        .ok_or_else(wrong)?
        .iter()
        .map(|number| i32::try_from(number.as_i64()?).ok())
        .collect::<Option<_>>()
        .ok_or_else(wrong)?;
    match numbers[..] {
        [exp, run] if exp >= 0 && run >= 0 => Ok(IoV::single(ExpRun::new(exp, run))?),
        [a, b, c, d] => Ok(IoV::try_from([a, b, c, d])?),
        _ => Err(wrong()),
    }
}
